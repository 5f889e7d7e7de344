//! Draws of everything at once: who leaks, how much, whether now, which channels are compromised, and what fails by itself.
//!
//! Plans need what people do *together*. Of two who were always told together one leaks, and nobody can say which: a team of both is no
//! riskier than a team of one, which their two probabilities do not show.

use rayon::prelude::*;

use crate::case::Case;
use crate::chain::{Chain, Ladder, POWERS};
use crate::posterior::{Path, Posterior, Sampling};
use crate::priors::Priors;

/// Somebody who leaks, or a channel that is compromised, in one draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leaker {
    /// The person; a channel by its number after all persons.
    pub entity: usize,
    /// How likely it is to leak one thing that it knows of, in (0, 1).
    pub rate: f64,
    /// Whether it is active at the time that is planned for.
    pub on: bool,
}

/// One draw of the posterior.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draw {
    /// Who leaks, each once.
    pub leakers: Vec<Leaker>,
    /// By type of operation, how likely it is to fail by itself.
    pub background: Vec<f64>,
}

/// Draws that make no posterior.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DrawsError {
    /// No chain, no draw, or chains of different lengths.
    #[error("every chain must give as many draws as the others, and at least one: ask for one or more of each")]
    Lengths,
    /// An entity that does not exist or stands twice in a draw, or another number of types.
    #[error("draw {0} names somebody who does not exist or twice, or has another number of types than were given: make it again")]
    Draw(usize),
    /// A share outside of its range.
    #[error("draw {0} has a rate that is not within 0 and 1: make it again")]
    Share(usize),
}

/// Thinned draws of several chains, chain after chain, each as many.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws {
    persons: usize,
    channels: usize,
    kinds: usize,
    chains: usize,
    draws: Vec<Draw>,
    /// By entity, the chance that it leaks a thing that it knows of, by chances given everybody else instead of zeros and ones.
    smooth: Vec<f64>,
}

impl Draws {
    /// Goes on from where the chains of `found` ended, with the others at higher temperatures beside each if `found` needed them, and
    /// keeps `each` draws of each chain, evenly spaced over as many sweeps as `found` kept. `at` is the time that is planned for, in
    /// the case's unit. Deterministic by the seed of `sampling`.
    ///
    /// # Errors
    /// [`DrawsError::Lengths`] if none are asked for, or `found` has no ends.
    pub fn of(
        case: &Case,
        priors: &Priors,
        sampling: &Sampling,
        found: &Posterior,
        (at, each): (f64, usize),
    ) -> Result<Self, DrawsError> {
        if found.ends.is_empty() || each == 0 {
            return Err(DrawsError::Lengths);
        }
        let every = (found.kept / each).max(1);
        let chain = |number: usize| {
            let begin = |rung: usize| {
                let seed = sampling.seed.wrapping_mul(0xd1b5_4a32_d192_ed03).wrapping_add((number * POWERS.len() + rung) as u64);
                Chain::from_state(case, priors, seed, &found.ends[number])
            };
            let ladder = match found.path {
                Path::Plain => Ladder::plain(begin(0)),
                Path::Tempered => Ladder::tempered(std::array::from_fn(begin)),
            };
            kept(ladder.burnt(sampling.burn_in.div_ceil(4)), (at, each), every)
        };
        let chains: Vec<(Vec<Draw>, Vec<f64>)> = (0..found.ends.len()).into_par_iter().map(chain).collect();
        let mut chances = vec![0.0; case.entities()];
        for (_, of_chain) in &chains {
            chances.iter_mut().zip(of_chain).for_each(|(sum, p)| *sum += p / chains.len() as f64);
        }
        let chains = chains.into_iter().map(|(draws, _)| draws).collect();
        let mut all = Self::new(case.persons(), case.channels(), case.kinds, chains)?;
        let rates = all.rates();
        all.smooth = chances.iter().zip(rates).map(|(chance, rate)| chance * rate).collect();
        Ok(all)
    }

    /// Draws that were made otherwise, by chain.
    ///
    /// # Errors
    /// [`DrawsError`] names a draw that cannot be used.
    pub fn new(persons: usize, channels: usize, kinds: usize, chains: Vec<Vec<Draw>>) -> Result<Self, DrawsError> {
        let each = chains.first().map_or(0, Vec::len);
        if each == 0 || chains.iter().any(|chain| chain.len() != each) {
            return Err(DrawsError::Lengths);
        }
        let count = chains.len();
        let draws: Vec<Draw> = chains.into_iter().flatten().collect();
        let mut seen = vec![usize::MAX; persons + channels];
        for (number, draw) in draws.iter().enumerate() {
            let twice = |l: &Leaker| match seen.get_mut(l.entity) {
                Some(last) => std::mem::replace(last, number) == number,
                None => true,
            };
            if draw.background.len() != kinds || draw.leakers.iter().any(twice) {
                return Err(DrawsError::Draw(number));
            }
            let within = |share: &f64| (0.0..=1.0).contains(share);
            if !draw.background.iter().chain(draw.leakers.iter().map(|l| &l.rate)).all(within) {
                return Err(DrawsError::Share(number));
            }
        }
        let mut smooth = vec![0.0; persons + channels];
        for leaker in draws.iter().flat_map(|draw| &draw.leakers).filter(|l| l.on) {
            smooth[leaker.entity] += leaker.rate / draws.len() as f64;
        }
        Ok(Self { persons, channels, kinds, chains: count, draws, smooth })
    }

    /// All of them, chain after chain.
    #[must_use]
    pub fn all(&self) -> &[Draw] {
        &self.draws
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.draws.len()
    }

    /// There is always one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.draws.is_empty()
    }

    /// Number of persons.
    #[must_use]
    pub fn persons(&self) -> usize {
        self.persons
    }

    /// Number of channels.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Number of types of operations.
    #[must_use]
    pub fn kinds(&self) -> usize {
        self.kinds
    }

    /// Number of chains.
    #[must_use]
    pub fn chains(&self) -> usize {
        self.chains
    }

    /// By person, then channel, the share of draws in which it leaks at all.
    #[must_use]
    pub fn leaks(&self) -> Vec<f64> {
        let mut shares = vec![0.0; self.persons + self.channels];
        for leaker in self.draws.iter().flat_map(|draw| &draw.leakers) {
            shares[leaker.entity] += 1.0 / self.draws.len() as f64;
        }
        shares
    }

    /// By person, then channel, the mean leak rate over draws in which it is active then; one half where there is none, which is what
    /// rates are supposed to be in the mean.
    #[must_use]
    pub fn rates(&self) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0_f64); self.persons + self.channels];
        for leaker in self.draws.iter().flat_map(|draw| &draw.leakers).filter(|l| l.on) {
            sums[leaker.entity].0 += leaker.rate;
            sums[leaker.entity].1 += 1.0;
        }
        sums.into_iter().map(|(sum, count)| if count > 0.0 { sum / count } else { 0.5 }).collect()
    }

    /// By person, then channel, the chance that it leaks one thing that it knows of then. Smoother than the share of draws: it tells
    /// people apart who are active in no draw.
    #[must_use]
    pub fn chances(&self) -> &[f64] {
        &self.smooth
    }

    /// By chain, the mean over its draws of what is given of each draw.
    #[must_use]
    pub fn by_chain(&self, of_draws: &[f64]) -> Vec<f64> {
        let each = self.draws.len() / self.chains;
        of_draws.chunks(each).map(|chain| chain.iter().sum::<f64>() / chain.len() as f64).collect()
    }
}

fn kept(mut ladder: Ladder<'_>, (at, each): (f64, usize), every: usize) -> (Vec<Draw>, Vec<f64>) {
    let mut draws = Vec::with_capacity(each);
    let mut chances = vec![0.0; ladder.cold().chances().len()];
    for _ in 0..each {
        (0..every).for_each(|_| ladder.sweep());
        let chain = ladder.cold_mut();
        chances.iter_mut().zip(chain.chances()).for_each(|(sum, p)| *sum += p / each as f64);
        let leakers = chain.active_entities().into_iter().map(|entity| Leaker {
            entity,
            rate: chain.rate(entity),
            on: chain.is_active_between(entity, at, at),
        });
        draws.push(Draw { leakers: leakers.collect(), background: chain.background().to_vec() });
    }
    (draws, chances)
}

/// A mean over draws, and how far it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figure {
    /// The mean.
    pub value: f64,
    /// Its Monte Carlo standard error.
    pub error: f64,
    /// The lowest and the highest mean of any chain.
    pub chains: [f64; 2],
}

impl Figure {
    /// Of what is given of each draw.
    #[must_use]
    pub fn of(draws: &Draws, of_draws: &[f64]) -> Self {
        let each = (of_draws.len() / draws.chains).max(1);
        let chains: Vec<Vec<f64>> = of_draws.chunks(each).map(<[f64]>::to_vec).collect();
        let means = draws.by_chain(of_draws);
        Self {
            value: means.iter().sum::<f64>() / means.len() as f64,
            error: crate::diagnostics::standard_error(&chains),
            chains: means.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], m| [low.min(*m), high.max(*m)]),
        }
    }
}
