//! Several chains at once, and a report only if they agree.

use rayon::prelude::*;

use crate::case::Case;
use crate::chain::{Chain, LARGE, Ladder, Scalars, State};
use crate::checks::Accuracy;
use crate::diagnostics::{LARGEST_RANK_R, rank_r, standard_error};
use crate::priors::Priors;
use crate::reasons::alike;

/// Batches of each chain, by whose means errors are estimated. Fewer would make R̂ itself too uncertain: of many probabilities one
/// would always seem not to agree.
const BATCHES: usize = 200;
/// Records of what is common to all, of each chain.
const RECORDS: usize = 400;
/// Smaller probabilities are not asked to be exact: nobody acts on them.
const MATTERS: f64 = 0.02;

/// How to sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// Chains, each with a generator of its own.
    pub chains: usize,
    /// Sweeps that are forgotten.
    pub burn_in: usize,
    /// Sweeps that are kept, of each chain; doubled while chains disagree.
    pub kept: usize,
    /// How often they are doubled at most.
    pub doublings: u32,
    /// Largest Monte Carlo standard error of a probability above 0.02.
    pub largest_error: f64,
    /// Seed.
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { chains: 4, burn_in: 1_000, kept: 4_000, doublings: 3, largest_error: 0.01, seed: 1 }
    }
}

/// Fewest sweeps that are kept, and fewest that are forgotten, of a large case.
const FEWEST: [usize; 2] = [250, 100];

impl Sampling {
    /// For this case: where it is large and each sweep takes long, fewer of them at first, which are doubled more often until there are
    /// as many. What is asked of chains before they are believed stays the same.
    #[must_use]
    pub fn within(mut self, case: &Case) -> Self {
        let [kept, burn_in] = FEWEST;
        let mut exposures = case.exposures();
        while exposures > LARGE && self.kept >= 2 * kept {
            self = Self { kept: self.kept / 2, burn_in: (self.burn_in / 2).max(burn_in), doublings: self.doublings + 1, ..self };
            exposures /= 2;
        }
        self
    }
}

/// What the chains agree on.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// By person, the probability that they leak.
    pub persons: Vec<f64>,
    /// By channel, the probability that it is compromised.
    pub channels: Vec<f64>,
    /// By person, then channel: Monte Carlo standard error of these.
    pub errors: Vec<f64>,
    /// By unit, mean number of leakers in it.
    pub units: Vec<f64>,
    /// By unit, 5 %, 50 % and 95 % of the number of leakers in it.
    pub units_range: Vec<[u32; 3]>,
    /// Mean background by type of operation.
    pub background: Vec<f64>,
    /// Mean accuracy by kind of check.
    pub accuracy: Vec<Accuracy>,
    /// People whom nothing tells apart ([`alike`]), with the probability that at least one of them leaks.
    pub groups: Vec<(Vec<usize>, f64)>,
    /// Means of what is common to all.
    pub means: Scalars,
    /// Largest rank-R̂ of any probability that matters and of what is common.
    pub rank_r: f64,
    /// Largest standard error of a probability that matters.
    pub error: f64,
    /// Sweeps that were kept, of each chain.
    pub kept: usize,
    /// Whether chains agreed by themselves.
    pub path: Path,
    /// Where each chain ended: another posterior may go on from there ([`posterior_from`]).
    pub ends: Vec<State>,
}

/// How chains came to agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// By themselves.
    Plain,
    /// With others at higher temperatures beside each ([`Ladder`]), after they had not agreed by themselves.
    Tempered,
}

/// No report.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PosteriorError {
    /// Chains do not agree.
    #[error(
        "after {kept} sweeps of each chain they do not agree (rank-R̂ {rank_r:.3}, largest error {error:.3}), so nothing is reported; \
         give more sweeps"
    )]
    NotConverged {
        /// Sweeps kept.
        kept: usize,
        /// Largest rank-R̂.
        rank_r: f64,
        /// Largest error.
        error: f64,
    },
    /// Fewer chains or sweeps than are needed to tell.
    #[error("at least two chains and {BATCHES} sweeps are needed to tell whether they agree")]
    Few,
}

/// What one chain came to.
struct Kept<'c> {
    ladder: Ladder<'c>,
    /// By batch, then entity: mean chances.
    batches: Vec<Vec<f32>>,
    scalars: Vec<Scalars>,
    /// By record, then unit: how many are active.
    units: Vec<Vec<u32>>,
    background: Vec<f64>,
    accuracy: Vec<Accuracy>,
    /// By group, in how many records one of it is active.
    groups: Vec<f64>,
}

/// Samples until the chains agree; if they do not by themselves, with others at higher temperatures beside each.
///
/// # Errors
/// [`PosteriorError`] says how far they were from agreeing.
pub fn posterior(case: &Case, priors: &Priors, sampling: &Sampling) -> Result<Posterior, PosteriorError> {
    posterior_from(case, priors, sampling, &[])
}

/// The same, from where the chains of an earlier posterior ended, of a case with the same persons, of whom less or something else
/// was recorded. A shorter burn-in is enough then. Chains begin far from each other where no end is given.
///
/// # Errors
/// [`PosteriorError`] says how far they were from agreeing.
pub fn posterior_from(case: &Case, priors: &Priors, sampling: &Sampling, ends: &[State]) -> Result<Posterior, PosteriorError> {
    if sampling.chains < 2 || sampling.kept < BATCHES {
        return Err(PosteriorError::Few);
    }
    let begin = |number: usize, state: Option<&State>| {
        let seed = sampling.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number as u64);
        let share = (number % sampling.chains) as f64 / sampling.chains as f64;
        let anew = || Chain::new(case, priors, seed).dispersed(share);
        state.map_or_else(anew, |state| Chain::from_state(case, priors, seed, state))
    };
    let state = |number: usize| ends.get(number % ends.len().max(1));
    let plain =
        (0..sampling.chains).into_par_iter().map(|number| Ladder::plain(begin(number, state(number))).burnt(sampling.burn_in));
    let refused = match agreed(case, plain.collect(), sampling, Path::Plain) {
        // Temperatures help chains that disagree, not ones that need more sweeps.
        Err((rank_r, _)) if rank_r > LARGEST_RANK_R => {
            let ladder = |number: usize| {
                let rung = |rung| begin(sampling.chains * (1 + rung) + number, state(number));
                Ladder::tempered(std::array::from_fn(rung)).burnt(sampling.burn_in)
            };
            agreed(case, (0..sampling.chains).into_par_iter().map(ladder).collect(), sampling, Path::Tempered)
        }
        plain => plain,
    };
    let kept = sampling.kept << sampling.doublings;
    refused.map_err(|(rank_r, error)| PosteriorError::NotConverged { kept, rank_r, error })
}

/// What ladders agree on, or their R̂ and error after the last doubling.
fn agreed(case: &Case, mut ladders: Vec<Ladder<'_>>, sampling: &Sampling, path: Path) -> Result<Posterior, (f64, f64)> {
    let groups = alike(case);
    let mut last = (f64::INFINITY, f64::INFINITY);
    for doubling in 0..=sampling.doublings {
        // What chains did before they agreed is forgotten.
        let kept = sampling.kept << doubling;
        let runs: Vec<Kept<'_>> = ladders.into_par_iter().map(|ladder| Kept::of(ladder, kept, &groups)).collect();
        let found = summary(case, &runs, (kept, path), &groups);
        if found.rank_r <= LARGEST_RANK_R && found.error <= sampling.largest_error {
            return Ok(found);
        }
        last = (found.rank_r, found.error);
        ladders = runs.into_iter().map(|run| run.ladder).collect();
    }
    Err(last)
}

impl<'c> Kept<'c> {
    fn of(mut ladder: Ladder<'c>, sweeps: usize, groups: &[Vec<usize>]) -> Self {
        let batch = sweeps / BATCHES;
        let every = (sweeps / RECORDS).max(1);
        let (mut batches, mut scalars, mut units) = (Vec::with_capacity(BATCHES), Vec::new(), Vec::new());
        let mut background = vec![0.0; ladder.cold().background().len()];
        let mut accuracy = vec![Accuracy::default(); ladder.cold().accuracy().len()];
        let mut sums = vec![0.0_f64; ladder.cold().chances().len()];
        let mut one = vec![0.0; groups.len()];
        for number in 1..=batch * BATCHES {
            ladder.sweep();
            let chain = ladder.cold();
            sums.iter_mut().zip(chain.chances()).for_each(|(sum, p)| *sum += p);
            background.iter_mut().zip(chain.background()).for_each(|(sum, share)| *sum += share);
            for (sum, now) in accuracy.iter_mut().zip(chain.accuracy()) {
                sum.sensitivity += now.sensitivity / (batch * BATCHES) as f64;
                sum.false_alarms += now.false_alarms / (batch * BATCHES) as f64;
            }
            if number.is_multiple_of(every) {
                scalars.push(chain.scalars());
                units.push(chain.counts().to_vec());
                let active = groups.iter().map(|group| group.iter().any(|p| chain.is_active(*p)));
                one.iter_mut().zip(active).for_each(|(count, any)| *count += f64::from(u8::from(any)));
            }
            if number.is_multiple_of(batch) {
                batches.push(sums.iter().map(|sum| (*sum / batch as f64) as f32).collect());
                sums.fill(0.0);
            }
        }
        background.iter_mut().for_each(|sum| *sum /= (batch * BATCHES) as f64);
        Self { ladder, batches, scalars, units, background, accuracy, groups: one }
    }
}

fn summary(case: &Case, runs: &[Kept<'_>], (kept, path): (usize, Path), groups: &[Vec<usize>]) -> Posterior {
    let batches = |entity: usize| -> Vec<Vec<f64>> {
        runs.iter().map(|run| run.batches.iter().map(|b| f64::from(b[entity])).collect()).collect()
    };
    let each: Vec<(f64, f64, f64)> = (0..case.entities())
        .into_par_iter()
        .map(|entity| {
            let chains = batches(entity);
            let mean = mean(chains.iter().flatten().copied());
            (mean, standard_error(&chains), if mean > MATTERS { rank_r(&chains) } else { 1.0 })
        })
        .collect();
    let scalar = |of: fn(&Scalars) -> f64| -> (f64, f64) {
        let chains: Vec<Vec<f64>> = runs.iter().map(|run| run.scalars.iter().map(of).collect()).collect();
        (mean(chains.iter().flatten().copied()), rank_r(&chains))
    };
    let common: [(f64, f64); 7] = [
        scalar(|s| s.active),
        scalar(|s| s.leakers),
        scalar(|s| s.ln_alike),
        scalar(|s| s.background),
        scalar(|s| s.unrecorded),
        scalar(|s| s.ln_likelihood),
        scalar(|s| s.unexplained),
    ];
    let [active, leakers, ln_alike, background, unrecorded, ln_likelihood, unexplained] = common.map(|(mean, _)| mean);
    let range = |unit: usize| -> (f64, [u32; 3]) {
        let mut counts: Vec<u32> = runs.iter().flat_map(|run| run.units.iter().map(|u| u[unit])).collect();
        counts.sort_unstable();
        let at = |share: f64| counts.get((share * (counts.len().max(1) - 1) as f64).round() as usize).copied().unwrap_or(0);
        (mean(counts.iter().map(|c| f64::from(*c))), [at(0.05), at(0.5), at(0.95)])
    };
    let (units, units_range) = (0..case.units).map(range).unzip();
    let chances: Vec<f64> = each.iter().map(|(mean, _, _)| *mean).collect();
    let (persons, channels) = chances.split_at(case.persons());
    let matters = each.iter().filter(|(mean, _, _)| *mean > MATTERS);
    Posterior {
        persons: persons.to_vec(),
        channels: channels.to_vec(),
        errors: each.iter().map(|(_, error, _)| *error).collect(),
        units,
        units_range,
        background: (0..case.kinds).map(|kind| mean(runs.iter().map(|run| run.background[kind]))).collect(),
        accuracy: {
            let mean = |kind: usize, of: fn(&Accuracy) -> f64| mean(runs.iter().map(|run| of(&run.accuracy[kind])));
            let kind =
                |kind| Accuracy { sensitivity: mean(kind, |a| a.sensitivity), false_alarms: mean(kind, |a| a.false_alarms) };
            (0..case.vetting.kinds.len()).map(kind).collect()
        },
        groups: {
            let records: usize = runs.iter().map(|run| run.scalars.len()).sum();
            let any = |group: usize| runs.iter().map(|run| run.groups[group]).sum::<f64>() / records.max(1) as f64;
            groups.iter().cloned().enumerate().map(|(number, group)| (group, any(number))).collect()
        },
        means: Scalars { active, leakers, ln_alike, background, unrecorded, ln_likelihood, unexplained },
        rank_r: each.iter().map(|(_, _, r)| *r).chain(common.map(|(_, r)| r)).fold(1.0, f64::max),
        error: matters.map(|(_, error, _)| *error).fold(0.0, f64::max),
        kept,
        path,
        ends: runs.iter().map(|run| run.ladder.cold().state()).collect(),
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0_f64);
    for value in values {
        sum += value;
        count += 1.0;
    }
    sum / count.max(1.0)
}
