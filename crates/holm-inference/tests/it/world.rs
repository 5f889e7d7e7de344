//! Worlds drawn from the priors, with their truth. No likelihood of the crate is used.

use holm_inference::case::{Case, Exposure, Outcome, Person, Trial};
use holm_inference::checks::{Accuracy, Bearing, Check, CheckKind, Finding};
use holm_inference::priors::{Alike, LeakRate, Priors, Share};
use rand::{RngExt, SeedableRng};
use rand_distr::{Beta, Distribution, Gamma, Poisson};
use rand_xoshiro::Xoshiro256PlusPlus;

/// How large a world is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) units: usize,
    pub(crate) of_unit: usize,
    pub(crate) channels: usize,
    pub(crate) kinds: usize,
    pub(crate) trials: usize,
    /// Persons told of a trial, on average.
    pub(crate) told: f64,
}

/// What is true.
pub(crate) struct Truth {
    pub(crate) leakers: f64,
    pub(crate) background: Vec<f64>,
    pub(crate) unrecorded: f64,
    /// Of the kinds of checks.
    pub(crate) accuracy: Vec<Accuracy>,
    /// By person, then channel.
    pub(crate) active: Vec<bool>,
    pub(crate) rate: Vec<f64>,
}

pub(crate) fn share(share: Share, random: &mut Xoshiro256PlusPlus) -> f64 {
    match share {
        Share::Beta(a, b) => Beta::new(a, b).unwrap().sample(random),
        Share::Known(value) => value,
    }
}

/// Whether somebody was active at each of some times, in order.
fn activity(times: &[f64], span: f64, priors: &Priors, random: &mut Xoshiro256PlusPlus) -> Vec<bool> {
    let windows = &priors.windows;
    match random.random::<f64>() {
        x if x < windows.always => vec![true; times.len()],
        x if x < windows.always + windows.onset => {
            let first = random.random_range(0..times.len().max(1));
            (0..times.len()).map(|place| place >= first).collect()
        }
        _ => {
            let rate = windows.changes / span;
            let mut on = random.random::<bool>();
            let mut last = times.first().copied().unwrap_or(0.0);
            let step = |time: &f64| {
                // As many changes as a Poisson process has between two times.
                let expected = rate * (time - last);
                let changes = if expected > 0.0 { Poisson::new(expected).unwrap().sample(random) as u64 } else { 0 };
                last = *time;
                on ^= changes % 2 == 1;
                on
            };
            times.iter().map(step).collect()
        }
    }
}

/// A world and its truth.
pub(crate) fn world(size: Size, priors: &Priors, seed: u64) -> (Case, Truth) {
    let random = &mut Xoshiro256PlusPlus::seed_from_u64(seed);
    let leakers = share(priors.leakers, random);
    let alike = match priors.alike {
        Alike::Gamma(shape, rate) => Gamma::new(shape, 1.0 / rate).unwrap().sample(random),
        Alike::Known(value) => value,
    };
    let beta = |a: f64, b: f64, random: &mut Xoshiro256PlusPlus| Beta::new(a.max(1e-9), b.max(1e-9)).unwrap().sample(random);
    let units: Vec<f64> = (0..size.units).map(|_| beta(leakers * alike, (1.0 - leakers) * alike, random)).collect();
    let persons: Vec<Person> =
        (0..size.units * size.of_unit).map(|p| Person { unit: p / size.of_unit, ln_checks: 0.0 }).collect();
    let compromised = beta(priors.channels.0, priors.channels.1, random);
    let mut active: Vec<bool> = persons.iter().map(|p| random.random::<f64>() < units[p.unit]).collect();
    active.extend((0..size.channels).map(|_| random.random::<f64>() < compromised));
    let LeakRate::Beta(a, b) = priors.rate else { panic!("rates are drawn from a beta distribution") };
    let rate: Vec<f64> = active.iter().map(|_| beta(a, b, random)).collect();
    let background: Vec<f64> = (0..size.kinds).map(|_| share(priors.background, random)).collect();
    let unrecorded = share(priors.unrecorded, random);
    // Who is told depends on nothing that is hidden.
    let mut trials: Vec<Trial> = (0..size.trials).map(|number| told(number, size, persons.len(), random)).collect();
    let windows: Vec<Vec<bool>> = (0..persons.len())
        .map(|person| {
            let knew = |t: &&Trial| t.exposed.iter().any(|e| e.person == person) || t.unrecorded.contains(&person);
            let times: Vec<f64> = trials.iter().filter(knew).map(|t| t.time).collect();
            activity(&times, size.trials as f64 - 1.0, priors, random)
        })
        .collect();
    let mut place = vec![0; persons.len()];
    for trial in &mut trials {
        let mut leaked = random.random::<f64>() < background[trial.kind];
        let people = trial.exposed.iter().map(|e| (e.person, e.weight)).chain(trial.unrecorded.iter().map(|p| (*p, unrecorded)));
        for (person, weight) in people {
            let on = windows[person][place[person]];
            place[person] += 1;
            leaked |= active[person] && on && random.random::<f64>() < rate[person] * weight;
        }
        for channel in &trial.channels {
            leaked |= active[persons.len() + channel] && random.random::<f64>() < rate[persons.len() + channel];
        }
        trial.outcome = seen(leaked, random);
    }
    let accuracy: Vec<Accuracy> = KINDS
        .iter()
        .map(|kind| Accuracy { sensitivity: share(kind.sensitivity, random), false_alarms: share(kind.false_alarms, random) })
        .collect();
    let checks = checks(&accuracy, &active[..persons.len()], random);
    let channels = vec![0; size.channels];
    let case = Case::new(size.units, &persons, (1, &channels), size.kinds, &trials).unwrap();
    let case = case.with_checks(&KINDS, &checks).unwrap();
    (case, Truth { leakers, background, unrecorded, accuracy, active, rate })
}

/// One that is bounded tightly, and one that is nearly the truth's.
pub(crate) const KINDS: [CheckKind; 2] = [
    CheckKind {
        sensitivity: Share::Beta(3.0, 3.0),
        false_alarms: Share::Beta(2.0, 12.0),
        most: 4.0,
        bearing: Bearing::Supporting,
    },
    CheckKind { sensitivity: Share::Beta(2.0, 4.0), false_alarms: Share::Beta(1.0, 19.0), most: 20.0, bearing: Bearing::Full },
];

/// Half of the people are checked by each kind, up to three times, some long ago. Of some the kind says the opposite.
fn checks(accuracy: &[Accuracy], leaks: &[bool], random: &mut Xoshiro256PlusPlus) -> Vec<Check> {
    let mut checks = Vec::new();
    for (number, (kind, accuracy)) in KINDS.iter().zip(accuracy).enumerate() {
        for (person, leaks) in leaks.iter().enumerate() {
            let opposite = random.random::<f64>() < 1.0 / (1.0 + kind.most);
            for _ in 0..[0, 0, 0, 1, 2, 3][random.random_range(0..6)] {
                let weight = [1.0, 0.6][random.random_range(0..2)];
                let bears = (*leaks != opposite) && random.random::<f64>() < weight;
                let share = if bears { accuracy.sensitivity } else { accuracy.false_alarms };
                let finding = match random.random::<f64>() {
                    _ if random.random::<f64>() < 0.1 => Finding::Inconclusive,
                    x if x < share => Finding::Adverse,
                    _ => Finding::Favourable,
                };
                checks.push(Check { person, kind: number, finding, weight });
            }
        }
    }
    checks
}

fn told(number: usize, size: Size, persons: usize, random: &mut Xoshiro256PlusPlus) -> Trial {
    let unit = random.random_range(0..size.units);
    let mut trial = Trial { kind: number % size.kinds, time: number as f64, ..Trial::default() };
    for person in 0..persons {
        let own = person / size.of_unit == unit;
        let chance = size.told / persons as f64 * if own { 2.0 } else { 0.8 };
        if random.random::<f64>() < chance {
            let weight = if random.random::<f64>() < 0.2 { 0.5 } else { 1.0 };
            trial.exposed.push(Exposure { person, weight });
        } else if own && random.random::<f64>() < 0.5 {
            trial.unrecorded.push(person);
        }
    }
    trial.channels = (0..size.channels).filter(|_| random.random::<f64>() < 0.3).collect();
    trial
}

/// Most is seen clearly; some is suspected, in either direction, as often as its ratio says.
fn seen(leaked: bool, random: &mut Xoshiro256PlusPlus) -> Outcome {
    match random.random::<f64>() {
        x if x < 0.8 => {
            if leaked {
                Outcome::LEAK
            } else {
                Outcome::CLEAN
            }
        }
        x if x < 0.95 => {
            // Suspected with 0.8 of leaks and 0.2 of others.
            let suspected = random.random::<f64>() < if leaked { 0.8 } else { 0.2 };
            Outcome::ratio(if suspected { 4.0 } else { 0.25 }).unwrap()
        }
        _ => Outcome::UNKNOWN,
    }
}
