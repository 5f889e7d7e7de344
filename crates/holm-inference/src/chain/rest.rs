//! Who is weighed in every sweep of a large case, and who rests in between.
//!
//! In a large case nearly everybody has long been cleared by what they kept to themselves, and weighing them again takes nearly all the
//! time. A sweep that leaves some of its steps out leaves the posterior as it is, as long as it does not depend on where the chain
//! stands which of them (Tierney, Ann. Statist. 22, 1994, §2.4: cycles of kernels). So it is settled once, by sweeps that are forgotten.

use super::Chain;

/// Exposures from which on a case is large.
pub(crate) const LARGE: usize = 100_000;
/// Whoever rests is weighed in one sweep of so many.
const REST: usize = 16;
/// Whoever rests was never likelier than this in the sweeps by which it is settled. Nobody is ever much surer not to leak: they may
/// always have begun with the last thing that they were told.
const HARDLY: f64 = 0.05;

impl Chain<'_> {
    /// Sweeps that are forgotten; in a large case the second half of them settles who rests from then on.
    pub fn burn_in(&mut self, sweeps: usize) {
        let settling = if self.case.exposures() < LARGE { 0 } else { sweeps / 2 };
        (settling..sweeps).for_each(|_| self.sweep());
        let mut highest = vec![0.0_f64; self.case.entities()];
        for _ in 0..settling {
            self.sweep();
            highest.iter_mut().zip(&self.chance).for_each(|(highest, chance)| *highest = highest.max(*chance));
        }
        if settling > 0 {
            self.rests = highest.iter().map(|highest| *highest < HARDLY).collect();
        }
    }

    /// Whether an entity is left out of the sweep that is being made.
    pub(super) fn is_resting(&self, entity: usize) -> bool {
        self.rests.get(entity).copied().unwrap_or(false) && !(self.sweeps + entity).is_multiple_of(REST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Case, Exposure, Outcome, Person, Trial};
    use crate::oracle::enumerate;
    use crate::priors::{Alike, LeakRate, Priors, Share};

    /// Five people whose beliefs hang together, of whom one half rests. The standard error of 160,000 sweeps, by which one in 16
    /// weighs those who do, is below 0.003: a right chain differs by 0.012 with a probability below 1e-4, and the seed is fixed.
    #[test]
    fn those_who_rest_are_believed_what_enumeration_gives() {
        let told = |time: usize| (0..5).filter(|p| (time * 7 + p * 3) % 5 < 2).collect::<Vec<usize>>();
        let trial = |time: usize| Trial {
            time: time as f64,
            exposed: told(time).into_iter().map(|person| Exposure { person, weight: 1.0 }).collect(),
            outcome: if time.is_multiple_of(3) { Outcome::LEAK } else { Outcome::CLEAN },
            ..Trial::default()
        };
        let trials: Vec<Trial> = (0..7).map(trial).collect();
        let case = Case::new(2, &[0, 1, 0, 1, 0].map(|unit| Person { unit, ln_checks: 0.0 }), (0, &[]), 1, &trials).unwrap();
        let priors = Priors {
            leakers: Share::Known(0.15),
            alike: Alike::Known(6.0),
            background: Share::Known(0.08),
            unrecorded: Share::Known(0.1),
            rate: LeakRate::Points(vec![(0.3, 0.5), (0.8, 0.5)]),
            ..Priors::default()
        };
        let exact = enumerate(&case, &priors).unwrap();
        let mut chain = Chain::new(&case, &priors, 5);
        chain.rests = vec![true, false, true, false, true];
        let sweeps = 160_000;
        let mut sums = [0.0; 5];
        for _ in 0..sweeps {
            chain.sweep();
            sums.iter_mut().zip(chain.chances()).for_each(|(sum, p)| *sum += p / f64::from(sweeps));
        }
        assert!(exact.iter().any(|p| *p > 0.2), "nobody is believed anything: {exact:?}");
        assert!(sums.iter().zip(&exact).all(|(a, b)| (a - b).abs() < 0.012), "{sums:?} {exact:?}");
    }
}
