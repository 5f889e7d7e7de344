//! Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman, arXiv 1804.06788) on worlds drawn from the
//! priors: ranks are uniform, and what is said with probability p is so in a share p of cases.

use holm_inference::chain::Chain;
use holm_inference::priors::{Alike, Priors, Share};
use rayon::prelude::*;

use crate::Extent;
use crate::drawn::{Size, Truth, world};

const SIZE: Size = Size { units: 3, of_unit: 8, channels: 3, kinds: 2, trials: 60, told: 4.0 };
const DRAWS: usize = 63;
const THIN: usize = 12;
const QUANTITIES: [&str; 5] = ["share of leakers", "background", "unrecorded", "number active", "sum of rates"];
const EDGES: [f64; 12] = [0.0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 1.01];
/// 16 bins, so 15 degrees of freedom: χ² above this comes once in 100.
const BINS: usize = 16;
const LARGEST_CHI2: f64 = 30.58;
const LARGEST_Z: f64 = 3.0;

fn priors() -> Priors {
    Priors {
        leakers: Share::Beta(2.0, 10.0),
        alike: Alike::Gamma(4.0, 0.4),
        background: Share::Beta(2.0, 18.0),
        unrecorded: Share::Beta(2.0, 10.0),
        ..Priors::default()
    }
}

/// Ranks of the truth, and what was said of each entity and whether it is so.
fn one(seed: u64) -> ([usize; 5], Vec<(f64, bool)>) {
    let priors = priors();
    let (case, truth) = world(SIZE, &priors, seed);
    let mut chain = Chain::new(&case, &priors, seed + 1_000_000);
    (0..600).for_each(|_| chain.sweep());
    let entities = case.persons() + case.channels();
    let mut sums = vec![0.0; entities];
    let mut draws: Vec<[f64; 5]> = Vec::new();
    for sweep in 1..=DRAWS * THIN {
        chain.sweep();
        sums.iter_mut().zip(chain.chances()).for_each(|(sum, p)| *sum += p);
        if sweep.is_multiple_of(THIN) {
            let active: Vec<usize> = (0..entities).filter(|e| chain.is_active(*e)).collect();
            let rates: f64 = active.iter().map(|e| chain.rate(*e)).sum();
            draws.push([chain.scalars().leakers, chain.background()[0], chain.scalars().unrecorded, active.len() as f64, rates]);
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
    (ranks, sums.iter().map(|s| s / (DRAWS * THIN) as f64).zip(truth.active).collect())
}

fn of(truth: &Truth) -> [f64; 5] {
    let active = truth.rate.iter().zip(&truth.active).filter(|(_, active)| **active).map(|(rate, _)| *rate);
    [truth.leakers, truth.background[0], truth.unrecorded, active.clone().count() as f64, active.sum()]
}

pub(crate) fn run(extent: &Extent) -> bool {
    let count: u64 = if extent.quick { 100 } else { 600 };
    // Seeds that the tests do not use.
    let worlds: Vec<_> = (0..count).into_par_iter().map(|seed| one(60_000_000 + seed)).collect();
    println!(
        "\ncalibration, {count} worlds drawn from the priors (wanted: χ² below {LARGEST_CHI2}, p 0.01; |z| below {LARGEST_Z})"
    );
    let mut met = true;
    for (quantity, name) in QUANTITIES.iter().enumerate() {
        let mut bins = [0_u32; BINS];
        worlds.iter().for_each(|(ranks, _)| bins[ranks[quantity] * BINS / (DRAWS + 1)] += 1);
        let expected = count as f64 / BINS as f64;
        let chi2: f64 = bins.iter().map(|b| (f64::from(*b) - expected).powi(2) / expected).sum();
        println!("  {name}: χ² {chi2:.1}");
        met &= chi2 < LARGEST_CHI2;
    }
    println!("| said | cases | expected | so | z |\n|---|---|---|---|---|");
    for bin in EDGES.windows(2) {
        let here = worlds.iter().flat_map(|(_, said)| said.iter().copied()).filter(|(p, _)| bin[0] <= *p && *p < bin[1]);
        let here: Vec<(f64, bool)> = here.collect();
        let expected: f64 = here.iter().map(|(p, _)| p).sum();
        let spread: f64 = here.iter().map(|(p, _)| p * (1.0 - p)).sum::<f64>().sqrt();
        let so = here.iter().filter(|(_, so)| *so).count();
        let z = if spread > 0.0 { (so as f64 - expected) / spread } else { 0.0 };
        println!("| {:.2} to {:.2} | {} | {expected:.1} | {so} | {z:.2} |", bin[0], bin[1].min(1.0), here.len());
        met &= z.abs() < LARGEST_Z;
    }
    met
}
