//! What scores and probabilities are worth against the truth.

use holm_inference::case::Case;
use holm_inference::decision::review_set;
use holm_inference::posterior::{Posterior, PosteriorError, Sampling, posterior};
use holm_inference::priors::Priors;
use rayon::prelude::*;

use crate::instance::Instance;
use crate::results::{Cell, Sets};

/// Expected share of innocents in a set.
pub(crate) const SHARE: f64 = 0.05;

/// What a method says of one world.
pub(crate) enum Said {
    /// Scores, of any scale.
    Scores(Vec<f64>),
    /// Probabilities.
    Probabilities(Vec<f64>),
    /// Nothing: chains did not agree.
    Nothing,
}

/// What comes of all worlds.
pub(crate) fn cell(instances: &[Instance], said: &[Said]) -> Cell {
    let mut cell = Cell::default();
    let (mut judged, mut squares, mut sets) = (0.0_f64, None::<f64>, None::<Sets>);
    for (instance, said) in instances.iter().zip(said) {
        let scores = match said {
            Said::Nothing => {
                cell.refused += 1;
                sets.get_or_insert_default().leakers += instance.leakers() as u64;
                continue;
            }
            Said::Scores(scores) => scores,
            Said::Probabilities(p) => {
                *squares.get_or_insert(0.0) += brier(instance, p);
                add(sets.get_or_insert_default(), instance, &review_set(p, SHARE));
                p
            }
        };
        judged += 1.0;
        cell.auc += auc(instance, scores);
        cell.precision += precision(instance, scores);
    }
    let mean = |sum: f64| (sum / judged.max(1.0) * 1e5).round() / 1e5;
    Cell { auc: mean(cell.auc), precision: mean(cell.precision), brier: squares.map(mean), sets, ..cell }
}

/// Adds one world's set.
pub(crate) fn add(sets: &mut Sets, instance: &Instance, set: &[usize]) {
    let innocent = set.iter().filter(|p| !instance.leaks[**p]).count() as u64;
    sets.accused += set.len() as u64;
    sets.innocent += innocent;
    sets.leakers += instance.leakers() as u64;
    sets.naming += u64::from(!set.is_empty());
    sets.wronging += u64::from(innocent > 0);
}

/// The share of pairs of a leaker and another in which the leaker has the higher score; one half where nobody leaks.
fn auc(instance: &Instance, scores: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let (mut below, mut wins, mut leakers) = (0.0, 0.0, 0.0);
    for tied in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let here = tied.iter().filter(|p| instance.leaks[**p]).count() as f64;
        let others = tied.len() as f64 - here;
        wins += here * (below + others / 2.0);
        below += others;
        leakers += here;
    }
    if leakers * below > 0.0 { wins / (leakers * below) } else { 0.5 }
}

/// The share of leakers among as many of the first as there are leakers; of tied ones, the mean over their orders.
fn precision(instance: &Instance, scores: &[f64]) -> f64 {
    let wanted = instance.leakers();
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let (mut left, mut hits) = (wanted as f64, 0.0);
    for tied in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let here = tied.iter().filter(|p| instance.leaks[**p]).count() as f64;
        let taken = left.min(tied.len() as f64);
        hits += here * taken / tied.len() as f64;
        left -= taken;
    }
    hits / wanted.max(1) as f64
}

fn brier(instance: &Instance, probabilities: &[f64]) -> f64 {
    let square = |(p, leaks): (&f64, &bool)| (p - f64::from(u8::from(*leaks))).powi(2);
    probabilities.iter().zip(&instance.leaks).map(square).sum::<f64>() / probabilities.len().max(1) as f64
}

/// The posterior of each of some cases.
pub(crate) fn believed(count: usize, priors: &Priors, case: impl Fn(usize) -> Case + Sync) -> Vec<Said> {
    beliefs(count, priors, case)
        .into_iter()
        .map(|found| found.map_or(Said::Nothing, |p| Said::Probabilities(p.persons)))
        .collect()
}

/// The same, whole.
pub(crate) fn beliefs(count: usize, priors: &Priors, case: impl Fn(usize) -> Case + Sync) -> Vec<Option<Posterior>> {
    let one = |number: usize| {
        let sampling = Sampling { seed: number as u64 + 1, ..Sampling::default() };
        match posterior(&case(number), priors, &sampling) {
            Ok(found) => Some(found),
            Err(PosteriorError::NotConverged { .. }) => None,
            Err(error) => panic!("{error}"),
        }
    };
    (0..count).into_par_iter().map(one).collect()
}
