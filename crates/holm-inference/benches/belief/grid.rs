//! The grid of the plan (reference §1.3): 200 people in 10 units of whom 5 leak half of what they are told, operations that mostly stay
//! within a unit, people who are told of much more than others, one operation in twenty failing by itself.

use holm_inference::case::{Case, Exposure, Outcome, Person, Trial};
use holm_inference::decision::review_set;
use holm_inference::posterior::{Sampling, posterior};
use holm_inference::priors::{Priors, Windows};
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, LogNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::baselines;

pub(crate) const PEOPLE: usize = 200;
pub(crate) const UNITS: usize = 10;
pub(crate) const LEAKERS: usize = 5;
pub(crate) const RATE: f64 = 0.5;
const BACKGROUND: f64 = 0.05;
const TOLD: usize = 10;
pub(crate) const SEEDS: u64 = 60;
/// Expected share of innocents in a set.
pub(crate) const SHARE: f64 = 0.05;

/// A world of the grid.
pub(crate) struct World {
    pub(crate) told: Vec<Vec<usize>>,
    /// The unit that an operation stays in, if it stays in one.
    pub(crate) unit: Vec<Option<usize>>,
    pub(crate) leaked: Vec<bool>,
    pub(crate) leaks: Vec<bool>,
}

/// What is otherwise than in the grid.
#[derive(Clone, Copy, Default)]
pub(crate) struct Twist {
    /// Leakers begin at some time, or go on and off.
    pub(crate) windows: bool,
    /// Nobody who is listed leaks: somebody who is not does, of one unit's operations.
    pub(crate) outsider: bool,
}

impl World {
    pub(crate) fn draw(operations: usize, seed: u64) -> Self {
        Self::twisted(operations, seed, Twist::default())
    }

    pub(crate) fn twisted(operations: usize, seed: u64, twist: Twist) -> Self {
        let random = &mut Xoshiro256PlusPlus::seed_from_u64(seed);
        let busy = LogNormal::new(0.0, 1.0).unwrap();
        let activity: Vec<f64> = (0..PEOPLE).map(|_| busy.sample(random)).collect();
        let mut leaks = vec![false; PEOPLE];
        while !twist.outsider && leaks.iter().filter(|l| **l).count() < LEAKERS {
            leaks[random.random_range(0..PEOPLE)] = true;
        }
        // Half begin at some time; half stop for a while.
        let quiet: Vec<(usize, usize)> = (0..PEOPLE)
            .map(|p| match (twist.windows, p % 2) {
                (false, _) => (0, 0),
                (true, 0) => (0, random.random_range(0..operations)),
                (true, _) => {
                    let from = random.random_range(0..operations);
                    (from, from + operations / 3)
                }
            })
            .collect();
        let (mut told, mut leaked, mut units) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..operations {
            let unit = (random.random::<f64>() < 0.7).then(|| random.random_range(0..UNITS));
            let within = |p: usize| unit.is_none_or(|u| p % UNITS == u);
            let mut weights: Vec<f64> = (0..PEOPLE).map(|p| if within(p) { activity[p] } else { 0.0 }).collect();
            let mut here = Vec::new();
            for _ in 0..TOLD.min(PEOPLE / UNITS) {
                let mut left = random.random::<f64>() * weights.iter().sum::<f64>();
                let chosen = weights.iter().position(|w| {
                    left -= w;
                    left < 0.0
                });
                let Some(person) = chosen else { break };
                weights[person] = 0.0;
                here.push(person);
            }
            let active = |p: usize| leaks[p] && !(quiet[p].0..quiet[p].1).contains(&number);
            let by = here.iter().filter(|p| active(**p) && random.random::<f64>() < RATE).count();
            let outsider = twist.outsider && unit == Some(3) && random.random::<f64>() < RATE;
            leaked.push(random.random::<f64>() < BACKGROUND || by > 0 || outsider);
            told.push(here);
            units.push(unit);
        }
        Self { told, unit: units, leaked, leaks }
    }

    pub(crate) fn trials(&self) -> Vec<Trial> {
        let trial = |(number, (told, leaked)): (usize, (&Vec<usize>, &bool))| Trial {
            time: number as f64,
            exposed: told.iter().map(|person| Exposure { person: *person, weight: 1.0 }).collect(),
            outcome: if *leaked { Outcome::LEAK } else { Outcome::CLEAN },
            ..Trial::default()
        };
        self.told.iter().zip(&self.leaked).enumerate().map(trial).collect()
    }

    pub(crate) fn case(&self) -> Case {
        case_of(0, &self.trials())
    }
}

pub(crate) fn case_of(channels: usize, trials: &[Trial]) -> Case {
    let persons: Vec<Person> = (0..PEOPLE).map(|p| Person { unit: p % UNITS, ln_checks: 0.0 }).collect();
    Case::new(UNITS, &persons, (usize::from(channels > 0), &vec![0; channels]), 1, trials).unwrap()
}

/// What scores come to in one world.
#[derive(Clone, Copy, Default)]
pub(crate) struct Worth {
    pub(crate) auc: f64,
    pub(crate) precision: f64,
    pub(crate) accused: f64,
    pub(crate) innocent: f64,
}

/// Sums over worlds.
pub(crate) struct Sums {
    pub(crate) auc: f64,
    pub(crate) precision: f64,
    pub(crate) recall: f64,
    pub(crate) accused: f64,
    pub(crate) innocent: f64,
    /// Worlds in which anybody was referred for review.
    pub(crate) naming: usize,
}

impl Sums {
    pub(crate) fn of(all: &[Worth]) -> Self {
        let sum = |of: fn(&Worth) -> f64| all.iter().map(of).sum::<f64>();
        let (accused, innocent, count) = (sum(|w| w.accused), sum(|w| w.innocent), all.len() as f64);
        Self {
            auc: sum(|w| w.auc) / count,
            precision: sum(|w| w.precision) / count,
            recall: (accused - innocent) / (LEAKERS as f64 * count),
            accused,
            innocent,
            naming: all.iter().filter(|w| w.accused > 0.0).count(),
        }
    }

    /// Share of innocents in the sets.
    pub(crate) fn false_share(&self) -> f64 {
        if self.accused > 0.0 { self.innocent / self.accused } else { 0.0 }
    }

    /// Where hardly anybody is referred, one innocent is a large share: the count is tested, at the level of 1 %.
    pub(crate) fn holds(&self) -> bool {
        self.false_share() <= SHARE || poisson_above(self.innocent, SHARE * self.accused) > 0.01
    }
}

pub(crate) fn worth(world: &World, scores: &[f64], set: &[usize]) -> Worth {
    let [leak, other] = [true, false].map(|l| (0..PEOPLE).filter(move |p| world.leaks[*p] == l).collect::<Vec<_>>());
    let wins: f64 = leak
        .iter()
        .flat_map(|a| other.iter().map(move |b| (*a, *b)))
        .map(|(a, b)| match scores[a].total_cmp(&scores[b]) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        })
        .sum();
    let mut order: Vec<usize> = (0..PEOPLE).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let hits = order.iter().take(LEAKERS).filter(|p| world.leaks[**p]).count();
    Worth {
        auc: wins / (leak.len() * other.len()).max(1) as f64,
        precision: hits as f64 / LEAKERS as f64,
        accused: set.len() as f64,
        innocent: set.iter().filter(|p| !world.leaks[**p]).count() as f64,
    }
}

/// A method that gives each person a score.
type Method = fn(&World) -> Vec<f64>;

pub(crate) fn run() -> bool {
    let methods: [(&str, Method); 6] = [
        ("hit rate", baselines::hit_rate),
        ("COMP", baselines::comp),
        ("single culprit", baselines::single_culprit),
        ("greedy (SCOMP)", baselines::greedy),
        ("guilt model", baselines::guilt),
        ("noisy-OR MLE", baselines::noisy_or),
    ];
    println!(
        "{PEOPLE} people, {UNITS} units, {LEAKERS} leakers, {SEEDS} worlds: AUC / share of leakers among the first {LEAKERS}"
    );
    let mut met = true;
    for operations in [50, 100, 200, 300, 600, 1_200] {
        let worlds: Vec<World> = (0..SEEDS).map(|seed| World::draw(operations, 1_000 * operations as u64 + seed)).collect();
        let mut best: f64 = 0.0;
        for (name, method) in methods {
            let all: Vec<Worth> = worlds.par_iter().map(|w| worth(w, &method(w), &[])).collect();
            let Sums { auc, precision, .. } = Sums::of(&all);
            println!("{operations:>5} {name:<24} {auc:.3} / {precision:.2}");
            best = best.max(auc);
        }
        for (name, windows) in [("posterior, always active", Windows::NONE), ("posterior", Priors::default().windows)] {
            let priors = Priors { windows, ..Priors::default() };
            let all: Vec<Worth> = worlds.par_iter().enumerate().map(|(seed, w)| believed(w, &w.case(), &priors, seed)).collect();
            let sums = Sums::of(&all);
            println!(
                "{operations:>5} {name:<24} {:.3} / {:.2}; sets at {SHARE}: {:.0} of {:.0} innocent ({:.3}), recall {:.2}",
                sums.auc,
                sums.precision,
                sums.innocent,
                sums.accused,
                sums.false_share(),
                sums.recall
            );
            met &= sums.holds() && (windows != Windows::NONE || sums.auc >= best - 0.01);
        }
    }
    met
}

/// What the posterior comes to in one world.
pub(crate) fn believed(world: &World, case: &Case, priors: &Priors, seed: usize) -> Worth {
    let sampling = Sampling { seed: seed as u64 + 1, ..Sampling::default() };
    let found = posterior(case, priors, &sampling).unwrap_or_else(|e| panic!("{e}"));
    worth(world, &found.persons, &review_set(&found.persons, SHARE))
}

/// P(so many or more) of a Poisson distribution.
fn poisson_above(count: f64, mean: f64) -> f64 {
    let mut term = (-mean).exp();
    let mut below = 0.0;
    for k in 0..count as u32 {
        below += term;
        term *= mean / f64::from(k + 1);
    }
    1.0 - below
}
