//! The grid of the plan (reference §1.3): 200 people in 10 units of whom 5 leak half of what they are told, operations that mostly stay
//! within a unit, people who are told of much more than others, one operation in twenty failing by itself.

use holm_inference::case::{Case, Exposure, Outcome, Person, Trial};
use holm_inference::decision::review_set;
use holm_inference::posterior::{Sampling, posterior};
use holm_inference::priors::Priors;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, LogNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::baselines;

pub(crate) const PEOPLE: usize = 200;
pub(crate) const UNITS: usize = 10;
const LEAKERS: usize = 5;
const RATE: f64 = 0.5;
const BACKGROUND: f64 = 0.05;
const TOLD: usize = 10;
const SEEDS: u64 = 60;
/// Expected share of innocents in a set.
const SHARE: f64 = 0.05;

/// A world of the grid.
pub(crate) struct World {
    pub(crate) told: Vec<Vec<usize>>,
    pub(crate) leaked: Vec<bool>,
    pub(crate) leaks: Vec<bool>,
}

impl World {
    pub(crate) fn draw(operations: usize, seed: u64) -> Self {
        let random = &mut Xoshiro256PlusPlus::seed_from_u64(seed);
        let busy = LogNormal::new(0.0, 1.0).unwrap();
        let activity: Vec<f64> = (0..PEOPLE).map(|_| busy.sample(random)).collect();
        let mut leaks = vec![false; PEOPLE];
        while leaks.iter().filter(|l| **l).count() < LEAKERS {
            leaks[random.random_range(0..PEOPLE)] = true;
        }
        let (mut told, mut leaked) = (Vec::new(), Vec::new());
        for _ in 0..operations {
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
            let by = here.iter().filter(|p| leaks[**p] && random.random::<f64>() < RATE).count();
            leaked.push(random.random::<f64>() < BACKGROUND || by > 0);
            told.push(here);
        }
        Self { told, leaked, leaks }
    }

    pub(crate) fn case(&self) -> Case {
        let persons: Vec<Person> = (0..PEOPLE).map(|p| Person { unit: p % UNITS, ln_checks: 0.0 }).collect();
        let trial = |(number, (told, leaked)): (usize, (&Vec<usize>, &bool))| Trial {
            time: number as f64,
            exposed: told.iter().map(|person| Exposure { person: *person, weight: 1.0 }).collect(),
            outcome: if *leaked { Outcome::LEAK } else { Outcome::CLEAN },
            ..Trial::default()
        };
        let trials: Vec<Trial> = self.told.iter().zip(&self.leaked).enumerate().map(trial).collect();
        Case::new(UNITS, &persons, (0, &[]), 1, &trials).unwrap()
    }
}

/// What scores come to in one world.
#[derive(Clone, Copy, Default)]
struct Worth {
    auc: f64,
    precision: f64,
    accused: f64,
    innocent: f64,
}

fn worth(world: &World, scores: &[f64], set: &[usize]) -> Worth {
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
        auc: wins / (leak.len() * other.len()) as f64,
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
        let mean = |all: &[Worth], of: fn(&Worth) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
        for (name, method) in methods {
            let all: Vec<Worth> = worlds.par_iter().map(|w| worth(w, &method(w), &[])).collect();
            println!("{operations:>5} {name:<16} {:.3} / {:.2}", mean(&all, |w| w.auc), mean(&all, |w| w.precision));
        }
        let all: Vec<Worth> = worlds.par_iter().enumerate().map(|(seed, w)| believed(w, seed as u64)).collect();
        let (accused, innocent) = (mean(&all, |w| w.accused), mean(&all, |w| w.innocent));
        let recall = (accused - innocent) / LEAKERS as f64;
        let rate = if accused > 0.0 { innocent / accused } else { 0.0 };
        let (auc, precision) = (mean(&all, |w| w.auc), mean(&all, |w| w.precision));
        println!(
            "{operations:>5} {:<16} {auc:.3} / {precision:.2}; sets at {SHARE}: {:.0} of {:.0} innocent ({rate:.3}), recall {recall:.2}",
            "posterior",
            innocent * SEEDS as f64,
            accused * SEEDS as f64,
        );
        // Where hardly anybody is referred, one innocent is a large share: the count is tested, at the level of 1 %.
        met &= rate <= SHARE || poisson_above(innocent * SEEDS as f64, SHARE * accused * SEEDS as f64) > 0.01;
        if operations == 300 {
            met &= auc >= 0.99 && precision >= 0.8 && recall >= 0.55;
        }
    }
    met
}

fn believed(world: &World, seed: u64) -> Worth {
    let case = world.case();
    let sampling = Sampling { seed: seed + 1, ..Sampling::default() };
    let found = posterior(&case, &Priors::default(), &sampling).unwrap_or_else(|e| panic!("{e}"));
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
