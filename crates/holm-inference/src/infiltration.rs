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
    let places = groups_of(case) * periods.len();
    let tallies = sampled((case, priors, sampling), ends, places, |chain| {
        let mut tallies = vec![Tally::default(); places];
        swept(chain, case, sampling, &periods, |numbers| {
            tallies.iter_mut().zip(numbers).for_each(|(tally, number)| tally.add(*number));
        });
        tallies
    });
    let mut counts = tallies.chunks(periods.len().max(1)).map(|own| own.iter().map(Tally::count).collect::<Vec<Count>>());
    Infiltration {
        all: counts.next().unwrap_or_default(),
        units: counts.by_ref().take(case.units).collect(),
        levels: counts.collect(),
    }
}

/// A number of active leakers on either side of a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Change {
    /// Before it.
    pub before: Count,
    /// After it.
    pub after: Count,
    /// The mean of after less before.
    pub mean: f64,
    /// 5 %, 50 % and 95 % of after less before, of each draw by itself.
    pub range: [i64; 3],
}

/// Changes over a moment; who is active is said as for [`Infiltration`].
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// Of everybody.
    pub all: Change,
    /// By unit.
    pub units: Vec<Change>,
    /// By level of rank from 1.
    pub levels: Vec<Change>,
}

/// How the number of active leakers changes from the first to the second of two neighbouring periods; as [`infiltration`] otherwise.
#[must_use]
pub fn changes(case: &Case, priors: &Priors, sampling: &Sampling, ends: &[State], [from, at, until]: [f64; 3]) -> Changes {
    let periods = [(from, at), (at, until)];
    let groups = groups_of(case);
    // Differences are counted from the lowest that there can be.
    let lowest = case.persons;
    let tallies = sampled((case, priors, sampling), ends, 3 * groups, |chain| {
        let mut tallies = vec![Tally::default(); 3 * groups];
        swept(chain, case, sampling, &periods, |numbers| {
            for (own, pair) in tallies.chunks_mut(3).zip(numbers.chunks(2)) {
                let [before, after] = [pair[0], pair[1]];
                own.iter_mut().zip([before, after, lowest + after - before]).for_each(|(tally, number)| tally.add(number));
            }
        });
        tallies
    });
    let change = |own: &[Tally]| {
        let [before, after, difference] = [0, 1, 2].map(|place| own[place].count());
        let range = difference.range.map(|number| i64::from(number) - lowest as i64);
        Change { before, after, mean: difference.mean - lowest as f64, range }
    };
    let mut found = tallies.chunks(3).map(change);
    Changes { all: found.next().unwrap_or_default(), units: found.by_ref().take(case.units).collect(), levels: found.collect() }
}

/// Runs chains on from where a posterior's ended and has `tallied` take each down, then joins what they hold; one is empty.
fn sampled<'c>(
    (case, priors, sampling): (&'c Case, &'c Priors, &Sampling),
    ends: &[State],
    empty: usize,
    tallied: impl Fn(Chain<'c>) -> Vec<Tally> + Sync,
) -> Vec<Tally> {
    let tallies = (0..sampling.chains).into_par_iter().map(|number| {
        let seed = sampling.seed.wrapping_mul(0xd1b5_4a32_d192_ed03).wrapping_add(number as u64);
        let state = ends.get(number % ends.len().max(1));
        tallied(state.map_or_else(|| Chain::new(case, priors, seed), |state| Chain::from_state(case, priors, seed, state)))
    });
    let joined = tallies.reduce_with(|a, b| a.into_iter().zip(&b).map(|(a, b)| a.merge(b)).collect());
    joined.unwrap_or_else(|| vec![Tally::default(); empty])
}

/// All, then units, then levels.
fn groups_of(case: &Case) -> usize {
    1 + case.units + usize::from(case.highest_level())
}

/// How many are active after each kept sweep: by group, all first, then units, then levels; then by period.
fn swept(mut chain: Chain<'_>, case: &Case, sampling: &Sampling, periods: &[(f64, f64)], mut each: impl FnMut(&[usize])) {
    chain.burn_in(sampling.burn_in);
    for _ in 0..sampling.kept {
        chain.sweep();
        let mut numbers = vec![0_usize; groups_of(case) * periods.len()];
        for person in chain.active_persons() {
            let unit = 1 + case.group[person] as usize;
            let level = case.units + usize::from(case.level[person].get());
            for (place, (from, until)) in periods.iter().enumerate() {
                if chain.is_active_between(person, *from, *until) {
                    [0, unit, level].iter().for_each(|group| numbers[group * periods.len() + place] += 1);
                }
            }
        }
        each(&numbers);
    }
}
