//! Simpler ways to rank people, as they are used or published.

use crate::instance::Instance;

pub(crate) const BACKGROUND: f64 = 0.05;
pub(crate) const RATE: f64 = 0.5;

fn counts(world: &Instance) -> (Vec<f64>, Vec<f64>) {
    let (mut leaked, mut all) = (vec![0.0; world.people], vec![0.0; world.people]);
    for (told, bad) in world.told.iter().zip(&world.leaked) {
        for person in told {
            all[*person] += 1.0;
            leaked[*person] += f64::from(u8::from(*bad));
        }
    }
    (leaked, all)
}

/// The common denominator: how many leaks somebody knew of.
pub(crate) fn hit_count(world: &Instance) -> Vec<f64> {
    counts(world).0
}

/// The same as a share of all that they knew of.
pub(crate) fn hit_rate(world: &Instance) -> Vec<f64> {
    let (leaked, all) = counts(world);
    leaked.iter().zip(&all).map(|(l, a)| l / f64::max(*a, 1.0)).collect()
}

/// Group testing's COMP by negatives alone: whoever knew of least that stayed secret, relative to all.
pub(crate) fn comp(world: &Instance) -> Vec<f64> {
    let (leaked, all) = counts(world);
    leaked.iter().zip(&all).map(|(l, a)| -(a - l)).collect()
}

/// Likelihood ratio of one culprit alone against none.
pub(crate) fn single_culprit(world: &Instance) -> Vec<f64> {
    let (leaked, all) = counts(world);
    let more = 1.0 - (1.0 - BACKGROUND) * (1.0 - RATE);
    let gain = (more / BACKGROUND).ln();
    leaked.iter().zip(&all).map(|(l, a)| l * gain + (a - l) * (1.0 - RATE).ln()).collect()
}

/// As SCOMP: whoever explains most of what is not explained yet, less what they should have betrayed and did not, one after the
/// other.
pub(crate) fn greedy(world: &Instance) -> Vec<f64> {
    let mut clean = vec![1.0 - BACKGROUND; world.told.len()];
    let mut scores = vec![f64::NEG_INFINITY; world.people];
    for round in 0..world.people {
        let mut gains = vec![0.0; world.people];
        for ((told, bad), q) in world.told.iter().zip(&world.leaked).zip(&clean) {
            let gain = if *bad { ((1.0 - q * (1.0 - RATE)) / (1.0 - q)).ln() } else { (1.0 - RATE).ln() };
            told.iter().for_each(|p| gains[*p] += gain);
        }
        let left = (0..world.people).filter(|p| scores[*p] == f64::NEG_INFINITY);
        let Some(best) = left.max_by(|a, b| gains[*a].total_cmp(&gains[*b])) else { break };
        if gains[best] <= 0.0 || round > 20 {
            // The others by what they would add.
            (0..world.people).filter(|p| scores[*p] == f64::NEG_INFINITY).collect::<Vec<_>>().into_iter().for_each(|p| {
                scores[p] = gains[p] - 1e3;
            });
            break;
        }
        scores[best] = 1e3 - round as f64;
        for (told, q) in world.told.iter().zip(clean.iter_mut()) {
            *q *= if told.contains(&best) { 1.0 - RATE } else { 1.0 };
        }
    }
    scores
}

/// The guilt model (Papadimitriou and Garcia-Molina, TKDE 23, 2011): each leak comes from one of those who knew, all alike.
pub(crate) fn guilt(world: &Instance) -> Vec<f64> {
    let mut innocent = vec![0.0; world.people];
    for told in world.told.iter().zip(&world.leaked).filter(|(_, bad)| **bad).map(|(told, _)| told) {
        let share = (1.0 - (1.0 - BACKGROUND) / told.len() as f64).ln();
        told.iter().for_each(|p| innocent[*p] += share);
    }
    innocent.into_iter().map(|ln| 1.0 - ln.exp()).collect()
}
