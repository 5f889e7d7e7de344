//! Target 8 of the plan: how many experiments it takes until all leakers among 60 people are named, by Holm's own posterior.
//!
//! 60 people in 6 units, L of whom leak what they are told seven times in ten; each variant shows for other reasons one time in fifty.
//! After each experiment the sampler is given all of them; whoever reaches 0.95 is named and told nothing more. 40 worlds each, up to 40
//! experiments; 12 worlds of three leakers and fewer than four variants.

use std::collections::BTreeMap;

use holm_inference::case::{Case, Exposure, Outcome, Person, Trial};
use holm_inference::plan::draws::Draws;
use holm_inference::plan::experiment::{Reached, Until, forecast};
use holm_inference::posterior::{Posterior, Sampling, posterior_from};
use holm_inference::priors::{Alike, LeakRate, Priors, Share, Windows};
use rand::seq::index::sample;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::policy::{Policy, question};
use crate::results::{Cell, Results};

const PEOPLE: usize = 60;
const UNITS: usize = 6;
/// How often leakers leak what they are told.
const RATE: f64 = 0.7;
/// How often a variant shows for other reasons.
const BACKGROUND: f64 = 0.02;
const CAP: usize = 40;
const NAMED: f64 = 0.95;
/// Draws of each chain that plans are made from.
const DRAWS: usize = 250;

const POLICIES: [Policy; 9] = [
    Policy::Planned(4),
    Policy::Snake(4),
    Policy::Planned(2),
    Policy::Snake(2),
    Policy::Random(2),
    Policy::Planned(1),
    Policy::Top(2),
    Policy::Random(1),
    Policy::Top(1),
];
/// What is supposed.
#[derive(Clone, Copy, PartialEq)]
enum Supposed {
    /// As shipped: rates, background, share of leakers and windows are all learned.
    Shipped,
    /// The same, but that whoever leaks always does.
    Always,
    /// That, and rates, background and share of leakers are known, as where a plan is tried on the model that it is made from.
    Known,
}

/// A kind of world, and what is supposed in it.
#[derive(Clone, Copy)]
struct Row {
    name: &'static str,
    leakers: usize,
    supposed: Supposed,
    /// What the median with four planned variants may be.
    most: f64,
}

const ROWS: [Row; 6] = [
    Row { name: "L=1", leakers: 1, supposed: Supposed::Shipped, most: 5.0 },
    Row { name: "L=3", leakers: 3, supposed: Supposed::Shipped, most: 11.0 },
    Row { name: "L=1, always active", leakers: 1, supposed: Supposed::Always, most: 5.0 },
    Row { name: "L=3, always active", leakers: 3, supposed: Supposed::Always, most: 11.0 },
    Row { name: "L=1, all else known", leakers: 1, supposed: Supposed::Known, most: 5.0 },
    Row { name: "L=3, all else known", leakers: 3, supposed: Supposed::Known, most: 11.0 },
];

/// What is forecast before the first experiment, for as many leakers as the prior has: the mean of these is that of the row.
pub(crate) fn forecasts(results: &mut Results) -> bool {
    let courses: u64 = if results.quick { 20 } else { 200 };
    println!(
        "\nforecast, V=4, {courses} courses: median and mean rounds to the first leaker, to all, share wronged, share of single draws"
    );
    for row in ROWS.iter().filter(|row| row.supposed == Supposed::Known) {
        let measure = || {
            let (priors, case) = (row.priors(), case(&[]));
            let sampling = Sampling { burn_in: 200, ..Sampling::default() };
            let found = posterior_from(&case, &priors, &sampling, &[]).unwrap();
            let draws = Draws::of(&case, &priors, &sampling, &found, (0.0, 1_000)).unwrap();
            let question = question(4, &[false; PEOPLE], 1);
            let said = forecast(&draws, &question, Until::Belief(NAMED), (CAP, courses as usize)).unwrap();
            let median = |reached: &Reached| reached.median.map_or(f64::NAN, |m| m as f64);
            let figures = [
                ("first", median(&said.first)),
                ("first mean", said.first.mean),
                ("all", median(&said.all)),
                ("all mean", said.all.mean),
                ("wronged", said.wronged),
                ("single", said.single),
            ];
            figures.map(|(name, value)| (name.to_owned(), value)).into()
        };
        let Some(cell) = results.of(("forecast", row.name, "EIG V=4"), courses, measure) else { continue };
        let [first, mean, all, all_mean, wronged, single] =
            ["first", "first mean", "all", "all mean", "wronged", "single"].map(|name| cell.get(name));
        println!(
            "{:<22} {first:>3} {mean:>5.1} {all:>3} {all_mean:>5.1} {wronged:>6.3} {single:>6.3}   ({} s)",
            row.name, cell.seconds
        );
    }
    true
}

/// Everybody, and what happened.
fn case(trials: &[Trial]) -> Case {
    let people: Vec<Person> = (0..PEOPLE).map(|p| Person { unit: p % UNITS, ln_checks: 0.0 }).collect();
    Case::new(UNITS, &people, (0, &[]), 1, trials).unwrap()
}

impl Row {
    fn priors(self) -> Priors {
        let mut priors = Priors::default();
        if self.supposed != Supposed::Shipped {
            priors.windows = Windows::NONE;
        }
        if self.supposed == Supposed::Known {
            priors.rate = LeakRate::Points(vec![(RATE, 1.0)]);
            priors.background = Share::Known(BACKGROUND);
            priors.leakers = Share::Known(self.leakers as f64 / PEOPLE as f64);
            // Units as alike as can be.
            priors.alike = Alike::Known(1e4);
        }
        priors
    }
}

/// Worlds of three leakers and fewer than four variants, where most end unresolved and each takes long.
const FEWER: u64 = 12;
const COLUMNS: &str = "worlds, median, mean (unresolved as 40), unresolved at 40, innocents named, refused";

/// How a world ended.
struct Ended {
    /// Experiments until all leakers were named.
    tests: Option<usize>,
    /// Innocents named.
    wronged: usize,
    /// Times that chains did not agree.
    refused: usize,
}

pub(crate) fn run(results: &mut Results) -> bool {
    let worlds: u64 = if results.quick { 6 } else { 40 };
    let mut met = true;
    // Four variants first: what targets are about, and quick.
    let quick = results.quick;
    println!("\nexperiment: {COLUMNS}");
    for few in [true, false] {
        for row in ROWS.iter().filter(|row| few || (row.supposed == Supposed::Shipped && !quick)) {
            for policy in POLICIES.iter().filter(|p| few == (p.variants() >= 4)) {
                let worlds = if few || row.leakers == 1 { worlds } else { worlds.min(FEWER) };
                let measure = || {
                    let all = (0..worlds).into_par_iter().map(|seed| world(*policy, *row, seed));
                    figures(&all.collect::<Vec<_>>())
                };
                let Some(cell) = results.of(("experiment", row.name, &policy.name()), worlds, measure) else { continue };
                print(&cell);
                if matches!(policy, Policy::Planned(4)) {
                    met &= cell.get("median") <= row.most && cell.get("unresolved") == 0.0;
                }
            }
        }
    }
    met
}

fn print(cell: &Cell) {
    let [median, mean, unresolved, wronged, refused] =
        ["median", "mean", "unresolved", "wronged", "refused"].map(|name| cell.get(name));
    let median = if median > CAP as f64 { format!(">{CAP}") } else { median.to_string() };
    println!(
        "{:<20} {:<12} {:>3} {median:>5} {mean:>6.1} {unresolved:>4} {wronged:>4} {refused:>4}   ({} s)",
        cell.row, cell.method, cell.worlds, cell.seconds
    );
}

fn figures(all: &[Ended]) -> BTreeMap<String, f64> {
    let mut tests: Vec<usize> = all.iter().map(|e| e.tests.unwrap_or(CAP + 1)).collect();
    tests.sort_unstable();
    let middle = (tests[(tests.len() - 1) / 2] + tests[tests.len() / 2]) as f64 / 2.0;
    let figures = [
        ("median", middle),
        ("mean", tests.iter().map(|t| (*t).min(CAP) as f64).sum::<f64>() / tests.len() as f64),
        ("unresolved", tests.iter().filter(|t| **t > CAP).count() as f64),
        ("wronged", all.iter().map(|e| e.wronged).sum::<usize>() as f64),
        ("refused", all.iter().map(|e| e.refused).sum::<usize>() as f64),
    ];
    figures.map(|(name, value)| (name.to_owned(), value)).into()
}

fn world(policy: Policy, row: Row, seed: u64) -> Ended {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_mul(1_000_003) + row.leakers as u64);
    let guilty: Vec<usize> = sample(&mut random, PEOPLE, row.leakers).into_vec();
    let priors = row.priors();
    let mut trials: Vec<Trial> = Vec::new();
    let mut named = vec![false; PEOPLE];
    let mut ended = Ended { tests: None, wronged: 0, refused: 0 };
    let mut last: Option<(Case, Posterior)> = None;
    for test in 1..=CAP + 1 {
        let case = case(&trials);
        let ends = last.as_ref().map_or(&[][..], |(_, found)| &found.ends);
        let sampling = Sampling {
            burn_in: 200,
            kept: 500,
            doublings: 2,
            largest_error: 0.02,
            seed: seed + test as u64,
            ..Sampling::default()
        };
        match posterior_from(&case, &priors, &sampling, ends) {
            Ok(found) => last = Some((case, found)),
            Err(_) => ended.refused += 1,
        }
        let (case, found) = last.as_ref().unwrap();
        for person in (0..PEOPLE).filter(|p| found.persons[*p] >= NAMED) {
            ended.wronged += usize::from(!named[person] && !guilty.contains(&person));
            named[person] = true;
        }
        if guilty.iter().all(|p| named[*p]) {
            ended.tests = Some(test - 1);
            return ended;
        }
        if test > CAP {
            break;
        }
        let draws = Draws::of(case, &priors, &sampling, found, (test as f64, DRAWS)).unwrap();
        let told = policy.told(&draws, &found.persons, &named, &mut random);
        trials.extend(happened(&told, &guilty, (policy.variants(), test as f64), &mut random));
    }
    ended
}

/// A trial for each variant.
fn happened(told: &[Option<u8>], guilty: &[usize], (variants, time): (u8, f64), random: &mut Xoshiro256PlusPlus) -> Vec<Trial> {
    let mut leaked: Vec<bool> = (0..variants).map(|_| random.random::<f64>() < BACKGROUND).collect();
    for person in guilty {
        let leaks = random.random::<f64>() < RATE;
        if let Some(variant) = told[*person].filter(|_| leaks) {
            leaked[usize::from(variant)] = true;
        }
    }
    let trial = |(variant, leaked): (u8, bool)| {
        let exposed = told.iter().enumerate().filter(|(_, v)| **v == Some(variant));
        Trial {
            time,
            exposed: exposed.map(|(person, _)| Exposure { person, weight: 1.0 }).collect(),
            outcome: if leaked { Outcome::LEAK } else { Outcome::CLEAN },
            ..Trial::default()
        }
    };
    (0..variants).zip(leaked).map(trial).collect()
}
