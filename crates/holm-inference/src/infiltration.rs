//! How many leakers were active when, by unit and by level of rank.

use rayon::prelude::*;

use crate::case::Case;
use crate::chain::{Chain, State};
use crate::posterior::Sampling;
use crate::priors::Priors;

/// A number of active leakers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Count {
    /// Its mean.
    pub mean: f64,
    /// 5 %, 50 % and 95 % of it.
    pub range: [u32; 3],
}

/// Active leakers by period. Somebody is active in a period if they are at any trial in it that they knew of; where there is none, if
/// they are in its middle.
#[derive(Clone, Debug, PartialEq)]
pub struct Infiltration {
    /// By period.
    pub all: Vec<Count>,
    /// By unit, then period.
    pub units: Vec<Vec<Count>>,
    /// By level of rank from 1, then period.
    pub levels: Vec<Vec<Count>>,
}

/// How often each number came up.
#[derive(Clone, Default)]
struct Tally(Vec<u32>);

impl Tally {
    fn add(&mut self, number: usize) {
        if self.0.len() <= number {
            self.0.resize(number + 1, 0);
        }
        if let Some(count) = self.0.get_mut(number) {
            *count += 1;
        }
    }

    fn merge(mut self, other: &Self) -> Self {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a += b);
        self
    }

    fn count(&self) -> Count {
        let total: u32 = self.0.iter().sum();
        let at = |share: f64| {
            let rank = share * f64::from(total.saturating_sub(1));
            let mut below = 0.0;
            let reached = self.0.iter().position(|count| {
                below += f64::from(*count);
                below > rank
            });
            reached.unwrap_or(0) as u32
        };
        let sum: f64 = self.0.iter().enumerate().map(|(number, count)| number as f64 * f64::from(*count)).sum();
        Count { mean: sum / f64::from(total.max(1)), range: [at(0.05), at(0.5), at(0.95)] }
    }
}

/// Sampled from where the chains of a posterior ended, as `sampling` says. Periods lie between neighbours of `boundaries`, in the unit
/// of the times of trials, each from its first up to and without its last; they must ascend.
#[must_use]
pub fn infiltration(case: &Case, priors: &Priors, sampling: &Sampling, ends: &[State], boundaries: &[f64]) -> Infiltration {
    let periods: Vec<(f64, f64)> =
        boundaries.iter().zip(boundaries.iter().skip(1)).map(|(from, until)| (*from, *until)).collect();
    let groups = 1 + case.units + usize::from(case.highest_level());
    let tallies = (0..sampling.chains)
        .into_par_iter()
        .map(|number| {
            let seed = sampling.seed.wrapping_mul(0xd1b5_4a32_d192_ed03).wrapping_add(number as u64);
            let state = ends.get(number % ends.len().max(1));
            let chain =
                state.map_or_else(|| Chain::new(case, priors, seed), |state| Chain::from_state(case, priors, seed, state));
            tally(chain, case, sampling, &periods, groups)
        })
        .reduce_with(|a, b| a.into_iter().zip(&b).map(|(a, b)| a.merge(b)).collect())
        .unwrap_or_else(|| vec![Tally::default(); groups * periods.len()]);
    let mut counts = tallies.chunks(periods.len().max(1)).map(|own| own.iter().map(Tally::count).collect::<Vec<Count>>());
    Infiltration {
        all: counts.next().unwrap_or_default(),
        units: counts.by_ref().take(case.units).collect(),
        levels: counts.collect(),
    }
}

/// By group, all first, then units, then levels; then by period.
fn tally(mut chain: Chain<'_>, case: &Case, sampling: &Sampling, periods: &[(f64, f64)], groups: usize) -> Vec<Tally> {
    let mut tallies = vec![Tally::default(); groups * periods.len()];
    chain.burn_in(sampling.burn_in);
    for _ in 0..sampling.kept {
        chain.sweep();
        let mut numbers = vec![0_usize; tallies.len()];
        for person in chain.active_persons() {
            let unit = 1 + case.group[person] as usize;
            let level = case.units + usize::from(case.level[person].get());
            for (place, (from, until)) in periods.iter().enumerate() {
                if chain.is_active_between(person, *from, *until) {
                    [0, unit, level].iter().for_each(|group| numbers[group * periods.len() + place] += 1);
                }
            }
        }
        tallies.iter_mut().zip(numbers).for_each(|(tally, number)| tally.add(number));
    }
    tallies
}
