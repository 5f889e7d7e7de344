//! Model-free evidence from randomised disclosures: e-values that assume nothing about who leaks, how, or why (DESIGN §8).
//!
//! An *experiment* tells people variants of one fact that differ at random, and waits which variant shows. A [`ledger::Ledger`] is
//! given what the record holds, in its order: a [`protocol::Protocol`] (who is eligible, exact laws, the bet, what each outcome
//! shows, the closing date), then a seed of 32 bytes that nobody could foresee ([`draw`]), then outcomes that are entered by
//! somebody who cannot see who was told what. Outputs are e-values per group of people, their product over experiments, and whom
//! it names ([`family`]). What is known of a *group*, people who must be told the same, is "somebody in this group" and nothing
//! about any one of them: there is no way to ask for a member's share. Never here: a clock, a file, a model of who leaks.
//!
//! # What is proved
//! A group g is *innocent* if what it was told had no influence until the experiment closed: given all that was recorded before
//! the draw and what all others were told, its variant X is independent of everything that is recorded until then, of outcomes
//! and of other experiments' laws, draws, outcomes and closings. So nobody who shaped any of these had sight of X, or of figures
//! that follow from it. A group whose copy was stolen or whose telephone is tapped is not innocent in this sense: the statement is
//! "what this group was told is what leaked", not intent.
//!
//! 1. *One outcome.* X is drawn from the recorded law p, from a stream of its own. An outcome that shows the variants S pays
//!    e = 1 − λ + λ·1\[X ∈ S\]/p(S), with λ recorded before the draw. Given S, E\[e\] = 1 − λ + λ·p(S)/p(S) = 1: exactly, whatever
//!    leaked and whatever all others were told.
//! 2. *One experiment.* The outcomes S₁…S_L, and L, are together independent of X: closing early is for those who are blind. So
//!    E = Σ e_l/(l(l+1)) + 1/(L+1) has mean 1. The e_l share one X and are never multiplied.
//! 3. *Many experiments.* Take them in the order of closing, an experiment that is not closed early at its closing date, whenever
//!    it is opened. Given everything recorded until the k-th closes, but for what g was told in those still running, its E has
//!    mean 1. Its law may depend on all results before it, and so may the choice of whom to tell, what leaks, and which experiment
//!    closes next. The running product M is a nonnegative martingale that starts at 1. One that shows nothing has the factor 1.
//! 4. *Ville's inequality* (1939). P(M ≥ 1/α at any time whatever) ≤ α.
//!
//! Each condition is needed, and a test shows what happens without it. Values of an experiment that still runs would break the
//! last step even if nobody acted on them: whoever shows all variants one after the other makes the largest of the values after
//! 1, 2, … outcomes reach c with a probability above 1/c. So would plans by somebody who knows how an experiment that still runs
//! will end, and stakes little where it will be won.
//!
//! What cannot be caught here: somebody who knows the assignment and holds back evidence that would not fit, or tells some people
//! nothing (then he shapes the outcome, and those he wants to harm are not innocent in the sense above); a seed that its holder
//! knew before the entry says so; experiments that the caller leaves out. The first is a matter of who may see, the second of two
//! parties to the seed, the third of replaying all of the record.
//!
//! ```
//! use holm_inference::experiment::{Entry, Who, draw::Seed, family::Family, law::*, ledger::Ledger, protocol::*};
//!
//! let groups = (0..20).map(|n| Ok((Group::person(Who(n)), Law::uniform(4)?))).collect::<Result<_, LawError>>()?;
//! let outcomes = (0..4).map(|v| Variants::of(&[Variant(v)])).collect();
//! let plan = Plan { wording: [0; 32], closes: 1_000, floor: 1 << 12, bet: Bet::new(ONE)?, outcomes, groups };
//! let bytes = Protocol::new(plan)?.encode();
//!
//! let at = |number, seconds| Entry { number, seconds };
//! let (planner, teller, reader) = (Who(100), Who(101), Who(102));
//! let everybody = (0..20).map(|n| Group::person(Who(n))).collect();
//! let family = Family::new(everybody, at(5, 0), 0.05)?;
//! let mut ledger = Ledger::default();
//! let experiment = ledger.announce(&bytes, planner, at(7, 10))?;
//! ledger.draw(experiment, Seed::from_bytes([3; 32]), planner, at(8, 20), &[teller])?;
//! assert!(ledger.blind(experiment, teller, at(9, 30)).is_err(), "who tells people does not enter outcomes");
//! ledger.blind(experiment, reader, at(9, 30))?.enter([1; 32], 2)?;
//! assert!(ledger.named(&family, 2_000).is_err(), "it must be closed first");
//! ledger.close(experiment, teller, at(10, 2_000))?;
//! assert!(ledger.named(&family, 2_000)?.is_empty(), "one experiment names nobody");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// In reading order; the codec of protocols stands apart.
pub mod law;
pub mod protocol;

pub mod draw;
pub mod running;

pub mod ledger;

pub mod family;

mod encoding;

/// A person by the number that the caller gives them, once and for all: what is committed to holds these numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who(pub u32);

/// Where something stands in the record: its number, by which order is judged, and when it was entered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Number in the record.
    pub number: u64,
    /// Seconds of the record's clock.
    pub seconds: i64,
}
