//! Worlds that are not as is supposed: a channel that nobody recorded, people of whom it is not recorded that they were told,
//! leakers who begin or pause, and somebody who is not listed at all. What is wrong may cost recall, not innocents.

use holm_inference::case::{Case, Outcome, Trial};
use holm_inference::priors::{Priors, Share, Windows};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::grid::{PEOPLE, RATE, SEEDS, SHARE, Sums, Twist, UNITS, World, Worth, believed, case_of};

const OPERATIONS: usize = 300;

fn report(name: &str, all: &[Worth]) -> Sums {
    let sums = Sums::of(all);
    println!(
        "{name:<58} {:.3} / {:.2}; {:.0} of {:.0} innocent ({:.3}), recall {:.2}",
        sums.auc,
        sums.precision,
        sums.innocent,
        sums.accused,
        sums.false_share(),
        sums.recall
    );
    sums
}

/// One way to look at worlds.
fn look(name: &str, worlds: &[World], priors: &Priors, case: impl Fn(usize, &World) -> Case + Sync) -> Sums {
    let all: Vec<Worth> =
        worlds.par_iter().enumerate().map(|(seed, world)| believed(world, &case(seed, world), priors, seed)).collect();
    report(name, &all)
}

fn worlds(twist: Twist, from: u64) -> Vec<World> {
    (0..SEEDS).map(|seed| World::twisted(OPERATIONS, from + seed, twist)).collect()
}

/// Each unit has a channel that half of its operations go through; one of them is compromised.
fn through(seed: usize, world: &World) -> (Vec<Trial>, Vec<Trial>, Vec<Trial>) {
    let random = &mut Xoshiro256PlusPlus::seed_from_u64(seed as u64 + 90_000);
    let compromised = random.random_range(0..UNITS);
    let mut unknown = world.trials();
    let mut recorded = unknown.clone();
    let mut by_unit = unknown.clone();
    for (number, unit) in world.unit.iter().enumerate() {
        let Some(unit) = unit else { continue };
        by_unit[number].channels.push(*unit);
        if random.random::<f64>() < 0.5 {
            recorded[number].channels.push(*unit);
            if *unit == compromised && random.random::<f64>() < RATE {
                for trials in [&mut unknown, &mut recorded, &mut by_unit] {
                    trials[number].outcome = Outcome::LEAK;
                }
            }
        }
    }
    (unknown, recorded, by_unit)
}

/// Three of ten exposures are not recorded; with ghosts, whoever of a unit that is involved is not recorded may have been told.
fn forgetful(seed: usize, world: &World, ghosts: bool) -> Case {
    let random = &mut Xoshiro256PlusPlus::seed_from_u64(seed as u64 + 70_000);
    let mut trials = world.trials();
    for trial in &mut trials {
        trial.exposed.retain(|_| random.random::<f64>() >= 0.3);
        if ghosts {
            let involved: Vec<usize> = trial.exposed.iter().map(|e| e.person % UNITS).collect();
            let told: Vec<usize> = trial.exposed.iter().map(|e| e.person).collect();
            trial.unrecorded = (0..PEOPLE).filter(|p| involved.contains(&(p % UNITS)) && !told.contains(p)).collect();
        }
    }
    case_of(0, &trials)
}

pub(crate) fn run() -> bool {
    let priors = Priors::default();
    println!("{OPERATIONS} operations, {SEEDS} worlds each, sets at {SHARE}: AUC / share of leakers among the first");
    let mut met = true;
    let grid = worlds(Twist::default(), 500_000);
    look("compromised channel that is not recorded", &grid, &priors, |seed, w| case_of(0, &through(seed, w).0));
    met &= look("the same, recorded", &grid, &priors, |seed, w| case_of(UNITS, &through(seed, w).1)).holds();
    met &= look("the same, not recorded, a channel for each unit", &grid, &priors, |seed, w| case_of(UNITS, &through(seed, w).2))
        .holds();
    let complete = Priors { unrecorded: Share::Known(0.0), ..priors.clone() };
    let told = look("all exposures recorded", &grid, &complete, |_, w| w.case());
    look("3 of 10 exposures not recorded, taken as complete", &grid, &complete, |seed, w| forgetful(seed, w, false));
    let ghosts = look("the same, who is not recorded may have been told", &grid, &priors, |seed, w| forgetful(seed, w, true));
    met &= ghosts.holds();
    println!("recall lost by what is not recorded: {:.2}", told.recall - ghosts.recall);
    let paused = worlds(Twist { windows: true, outsider: false }, 600_000);
    let always = Priors { windows: Windows::NONE, ..priors.clone() };
    look("leakers begin or pause, supposed always active", &paused, &always, |_, w| w.case());
    met &= look("the same, with windows", &paused, &priors, |_, w| w.case()).holds();
    let outside = worlds(Twist { windows: false, outsider: true }, 700_000);
    let with_units = |_: usize, world: &World| {
        let mut trials = world.trials();
        for (trial, unit) in trials.iter_mut().zip(&world.unit) {
            trial.channels.extend(unit);
        }
        case_of(UNITS, &trials)
    };
    for (name, sums) in [
        ("supposed people only", look("nobody listed leaks, supposed people only", &outside, &priors, |_, w| w.case())),
        ("with a channel for each unit", look("the same, a channel for each unit", &outside, &priors, with_units)),
    ] {
        println!("nobody listed leaks, {name}: anybody is referred in {} of {SEEDS} worlds", sums.naming);
        met &= name != "with a channel for each unit" || sums.naming * 20 <= SEEDS as usize;
    }
    met
}
