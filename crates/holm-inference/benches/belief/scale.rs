//! How long sampling takes, and that a programme of a whole country fits.

use std::time::Instant;

use holm_inference::case::{Case, Exposure, Outcome, Person, Trial};
use holm_inference::chain::Chain;
use holm_inference::priors::{Priors, Windows};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use holm_simulate::world::World;
use holm_simulate::world::setting::Setting;

use crate::instance::View;

/// 4,000 sweeps of one chain of 200 people and 300 operations, with windows and without.
pub(crate) fn speed() -> bool {
    const TARGET: f64 = 0.15;
    let case = View::PLAIN.case(&World::draw(&Setting::units(300), 77).recorded);
    let mut met = true;
    for (name, windows) in [("always active", Windows::NONE), ("windows", Priors::default().windows)] {
        let priors = Priors { windows, ..Priors::default() };
        let mut times: Vec<f64> = (0..5)
            .map(|seed| {
                let mut chain = Chain::new(&case, &priors, seed);
                let start = Instant::now();
                (0..4_000).for_each(|_| chain.sweep());
                start.elapsed().as_secs_f64()
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("200 people, 300 operations, 4,000 sweeps of one chain, {name}: {:.3} s (wanted: {TARGET})", times[2]);
        met &= times[2] <= TARGET || windows != Windows::NONE;
    }
    met
}

/// 100,000 people and a million operations: loading, and 600 sweeps.
pub(crate) fn scale() -> bool {
    const PEOPLE: usize = 100_000;
    const OPERATIONS: usize = 1_000_000;
    const UNITS: usize = 2_000;
    let random = &mut Xoshiro256PlusPlus::seed_from_u64(5);
    let leaks: Vec<bool> = (0..PEOPLE).map(|_| random.random::<f64>() < 0.01).collect();
    let persons: Vec<Person> = (0..PEOPLE).map(|p| Person { unit: p % UNITS, ln_checks: 0.0 }).collect();
    let trials: Vec<Trial> = (0..OPERATIONS)
        .map(|number| {
            let unit = random.random_range(0..UNITS);
            let mut told: Vec<usize> = (0..5).map(|_| random.random_range(0..PEOPLE / UNITS) * UNITS + unit).collect();
            told.sort_unstable();
            told.dedup();
            let leaked = random.random::<f64>() < 0.05 || told.iter().any(|p| leaks[*p] && random.random::<f64>() < 0.5);
            Trial {
                time: number as f64,
                exposed: told.into_iter().map(|person| Exposure { person, weight: 1.0 }).collect(),
                outcome: if leaked { Outcome::LEAK } else { Outcome::CLEAN },
                ..Trial::default()
            }
        })
        .collect();
    let start = Instant::now();
    let case = Case::new(UNITS, &persons, (0, &[]), 1, &trials).unwrap();
    let loaded = start.elapsed().as_secs_f64();
    drop(trials);
    let priors = Priors { windows: Windows::NONE, ..Priors::default() };
    let mut chain = Chain::new(&case, &priors, 1);
    let start = Instant::now();
    (0..600).for_each(|_| chain.sweep());
    let swept = start.elapsed().as_secs_f64();
    let found = (0..PEOPLE).filter(|p| chain.chances()[*p] > 0.5).collect::<Vec<_>>();
    let right = found.iter().filter(|p| leaks[**p]).count();
    println!(
        "{PEOPLE} people, {OPERATIONS} operations, {} exposures: loaded in {loaded:.1} s (wanted: 10), 600 sweeps in {swept:.1} s \
         (wanted: 5), {right} of {} above one half leak; {} MB at most",
        case.exposures(),
        found.len(),
        peak_memory()
    );
    loaded <= 10.0 && swept <= 5.0
}

/// Largest memory of this process so far, in megabytes; 0 where that is not known.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1_024
}
