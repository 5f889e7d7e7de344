//! Small cases against enumeration.

use holm_inference::case::{Case, Exposure, Outcome, Person, Trial};
use holm_inference::oracle::enumerate;
use holm_inference::posterior::{Sampling, posterior};
use holm_inference::priors::{Alike, LeakRate, Priors, Share, Windows};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::Extent;

/// Largest difference of a probability from enumeration.
const WANTED: f64 = 0.01;

/// Everything known but who leaks, how much of some rates, and when.
fn known(windows: Windows, rates: &[f64]) -> Priors {
    Priors {
        leakers: Share::Known(0.15),
        alike: Alike::Known(6.0),
        channels: (1.0, 5.0),
        background: Share::Known(0.08),
        unrecorded: Share::Known(0.1),
        rate: LeakRate::Points(rates.iter().map(|r| (*r, 1.0 / rates.len() as f64)).collect()),
        windows,
    }
}

fn random_case(seed: u64, persons: usize, channels: usize, trials: usize) -> Case {
    let random = &mut Xoshiro256PlusPlus::seed_from_u64(seed);
    let check =
        |p: usize, random: &mut Xoshiro256PlusPlus| if p.is_multiple_of(3) { random.random::<f64>() * 2.0 - 0.7 } else { 0.0 };
    let people: Vec<Person> = (0..persons).map(|p| Person { unit: p % 2, ln_checks: check(p, random) }).collect();
    let kinds: Vec<usize> = (0..channels).map(|c| c % 2).collect();
    let trials: Vec<Trial> = (0..trials).map(|number| trial(number, persons, channels, random)).collect();
    Case::new(2, &people, (2, &kinds), 2, &trials).unwrap()
}

fn trial(number: usize, persons: usize, channels: usize, random: &mut Xoshiro256PlusPlus) -> Trial {
    let ends = [Outcome::LEAK, Outcome::CLEAN, Outcome::CLEAN, Outcome::UNKNOWN].map(Outcome::get);
    let ratio = [ends[0], ends[1], ends[2], ends[3], 6.0, 0.2][random.random_range(0..6)];
    let mut trial = Trial {
        kind: number % 2,
        time: random.random::<f64>() * 10.0,
        outcome: Outcome::ratio(ratio).unwrap(),
        ..Trial::default()
    };
    for person in 0..persons {
        match random.random::<f64>() {
            x if x < 0.4 => trial.exposed.push(Exposure { person, weight: [1.0, 1.0, 0.4][random.random_range(0..3)] }),
            x if x < 0.55 => trial.unrecorded.push(person),
            _ => {}
        }
    }
    trial.channels = (0..channels).filter(|_| random.random::<f64>() < 0.4).collect();
    trial
}

pub(crate) fn run(extent: &Extent) -> bool {
    let paused = Windows { always: 0.4, onset: 0.3, on_off: 0.3, changes: 3.0 };
    let one = |number: u64| {
        let seed = 50_000 + number;
        let (case, priors) = match number % 3 {
            0 => (random_case(seed, 12, 2, 20), known(Windows::NONE, &[0.5])),
            1 => (random_case(seed, 6, 2, 9), known(Windows::NONE, &[0.3, 0.8])),
            _ => (random_case(seed, 3, 1, 5), known(paused, &[0.3, 0.8])),
        };
        let exact = enumerate(&case, &priors).unwrap();
        let sampling = Sampling { burn_in: 500, kept: 20_000, seed, largest_error: 0.004, ..Sampling::default() };
        let found = posterior(&case, &priors, &sampling).unwrap();
        let sampled = found.persons.iter().chain(&found.channels);
        sampled.zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    let count = if extent.quick { 6 } else { 30 };
    let mut differences: Vec<f64> = (0..count).into_par_iter().map(one).collect();
    differences.sort_by(f64::total_cmp);
    let worst = differences.last().copied().unwrap_or(0.0);
    println!(
        "\n{count} enumerations: largest difference {worst:.4} (wanted: {WANTED}), median {:.4}",
        differences[differences.len() / 2]
    );
    worst <= WANTED
}
