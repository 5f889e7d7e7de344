//! Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman, arXiv 1804.06788): where worlds are drawn from
//! the priors, the truth stands anywhere among the draws of the posterior, and what is said to be so with probability p is so in
//! a share p of cases.

use holm_inference::chain::Chain;
use holm_inference::priors::Priors;
use rayon::prelude::*;

use crate::world::{Size, Truth, world};

const SIZE: Size = Size { units: 3, of_unit: 8, channels: 3, kinds: 2, trials: 60, told: 4.0 };
const WORLDS: u64 = 400;
const DRAWS: usize = 63;
const THIN: usize = 12;
const QUANTITIES: usize = 9;
const NAMES: [&str; QUANTITIES] = [
    "leakers",
    "background",
    "unrecorded",
    "active",
    "rates",
    "sensitivity of the first kind of check",
    "false alarms of it",
    "sensitivity of the second",
    "false alarms of it",
];

/// Everything learned, with more leakers than is usual, so that there is something to be wrong about.
fn priors() -> Priors {
    use holm_inference::priors::{Alike, Share};
    Priors {
        leakers: Share::Beta(2.0, 10.0),
        alike: Alike::Gamma(4.0, 0.4),
        background: Share::Beta(2.0, 18.0),
        unrecorded: Share::Beta(2.0, 10.0),
        ..Priors::default()
    }
}

struct World {
    /// Of each quantity, how many of the draws lie below the truth.
    ranks: [usize; QUANTITIES],
    /// By entity: what was said, and whether it is so.
    said: Vec<(f64, bool)>,
}

fn one(seed: u64) -> World {
    let priors = priors();
    let (case, truth) = world(SIZE, &priors, seed);
    let mut chain = Chain::new(&case, &priors, seed + 1_000_000);
    (0..600).for_each(|_| chain.sweep());
    let entities = case.persons() + case.channels();
    let mut sums = vec![0.0; entities];
    let mut draws: Vec<[f64; QUANTITIES]> = Vec::new();
    for sweep in 1..=DRAWS * THIN {
        chain.sweep();
        sums.iter_mut().zip(chain.chances()).for_each(|(sum, p)| *sum += p);
        if sweep.is_multiple_of(THIN) {
            let active: Vec<usize> = (0..entities).filter(|e| chain.is_active(*e)).collect();
            let rates: f64 = active.iter().map(|e| chain.rate(*e)).sum();
            let (common, checks) = (chain.scalars(), chain.accuracy());
            draws.push([
                common.leakers,
                chain.background()[0],
                common.unrecorded,
                active.len() as f64,
                rates,
                checks[0].sensitivity,
                checks[0].false_alarms,
                checks[1].sensitivity,
                checks[1].false_alarms,
            ]);
        }
    }
    let own = of(&truth);
    // Counts tie: of equal draws a share that depends on nothing lies below.
    let tied = (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) as f64 / (1_u64 << 53) as f64;
    let ranks = std::array::from_fn(|q| {
        let below = draws.iter().filter(|d| d[q] < own[q]).count();
        let equal = draws.iter().filter(|d| d[q] == own[q]).count();
        below + (tied * (equal as f64 + 1.0)) as usize
    });
    let said = sums.iter().map(|s| s / (DRAWS * THIN) as f64).zip(truth.active).collect();
    World { ranks, said }
}

fn of(truth: &Truth) -> [f64; QUANTITIES] {
    let rates = truth.rate.iter().zip(&truth.active).filter(|(_, active)| **active).map(|(rate, _)| rate).sum();
    let active = truth.active.iter().filter(|a| **a).count() as f64;
    let [first, second] = [truth.accuracy[0], truth.accuracy[1]];
    let checks = [first.sensitivity, first.false_alarms, second.sensitivity, second.false_alarms];
    let common = [truth.leakers, truth.background[0], truth.unrecorded, active, rates];
    std::array::from_fn(|q| if q < 5 { common[q] } else { checks[q - 5] })
}

/// 400 worlds; χ² of 16 bins with 15 degrees of freedom is above 44.3 with probability 1e-4, for each of nine quantities; each of
/// 11 bins of reliability lies beyond 4.2 standard deviations with probability 2.7e-5. α = 1.2e-3 in all, seeded.
#[test]
fn the_truth_stands_anywhere_among_the_draws_and_what_is_said_with_probability_p_is_so_in_p_of_cases() {
    let worlds: Vec<World> = (0..WORLDS).into_par_iter().map(one).collect();
    for (quantity, name) in NAMES.iter().enumerate() {
        let mut bins = [0_u32; 16];
        worlds.iter().for_each(|w| bins[w.ranks[quantity] * 16 / (DRAWS + 1)] += 1);
        let expected = WORLDS as f64 / 16.0;
        let chi: f64 = bins.iter().map(|b| (f64::from(*b) - expected).powi(2) / expected).sum();
        println!("{name}: chi² {chi:.1} {bins:?}");
        assert!(chi < 44.3, "{name}: {chi} {bins:?}");
    }
    let edges = [0.0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 1.01];
    for bin in edges.windows(2) {
        let here: Vec<(f64, bool)> =
            worlds.iter().flat_map(|w| w.said.iter().copied()).filter(|(p, _)| bin[0] <= *p && *p < bin[1]).collect();
        let expected: f64 = here.iter().map(|(p, _)| p).sum();
        let spread: f64 = here.iter().map(|(p, _)| p * (1.0 - p)).sum::<f64>().sqrt();
        let so = here.iter().filter(|(_, so)| *so).count() as f64;
        let z = if spread > 0.0 { (so - expected) / spread } else { 0.0 };
        println!("{:.2} to {:.2}: {} said, {expected:.1} expected, {so} so, z {z:.2}", bin[0], bin[1], here.len());
        assert!(z.abs() < 4.2, "{bin:?}: {z}");
    }
}
