//! Randomised disclosures in the record (`docs/spec/experiments.md`): announced, drawn, told, seen, closed, and what they prove.
//!
//! The record's experiments are replayed into `holm_inference::experiment::ledger`, which refuses whatever would break the bound: so every
//! act is tried on a replay first, and recorded only if it holds there.

mod act;
mod outside;
mod replay;
mod results;

use holm_inference::experiment::family::FamilyError;
use holm_inference::experiment::law::LawError;
use holm_inference::experiment::ledger::ActError;
use holm_inference::experiment::protocol::{ProtocolError, ReadError};
use holm_record::commitment::{Commitment, Salt};
use holm_record::event::Event;
use holm_record::id::{ExperimentName, OperationName, PersonId};
use jiff::Timestamp;

pub use act::{Announced, Said, Sheet, Told};
pub(crate) use act::{Announcement, ByNumbers};
pub(crate) use outside::is_signed;
pub use outside::{OutcomeNote, Reading, SeedContribution, SeedRequest, contribute, note_outcome};
pub use replay::{Ended, Experiment, Experiments};
pub use results::{FamilyResult, GroupResult, REVIEW, Results};

use crate::contribution::ContributionError;
use crate::plan::PlanError;
use crate::shown::ShownError;
use crate::telling::TellError;
use crate::workspace::WorkspaceError;

/// Domain of commitments to what each party contributes to a seed.
pub const CONTRIBUTION_DOMAIN: &str = "holm experiment contribution v1";
/// Domain of the hash of evidence.
pub const EVIDENCE_DOMAIN: &str = "holm experiment evidence v1";
/// Domain of the hash of what variants say and by which sign each outcome is known.
pub const WORDING_DOMAIN: &str = "holm experiment wording v1";
const SEED_CONTEXT: &str = "holm 2026-11 experiment seed from two contributions v1";

/// The seed of both contributions: BLAKE3-derive-key over the desk's and then the second person's, 32 bytes each.
pub(crate) fn seed(desk: &Salt, second: &Salt) -> [u8; 32] {
    blake3::derive_key(SEED_CONTEXT, &[desk.0, second.0].concat())
}

/// SHA-256 of what an outcome rests on, as [`Commitment`] writes it, with a salt of zeros: so that the same evidence is known again.
#[must_use]
pub fn evidence(bytes: &[u8]) -> Commitment {
    Commitment::to(EVIDENCE_DOMAIN, &Salt([0; 32]), bytes)
}

/// What a protocol commits to of its wording: the JSON list of variants and signs.
pub(crate) fn wording(variants: &[String], signs: &[String]) -> Result<Commitment, ExperimentError> {
    Ok(Commitment::to(WORDING_DOMAIN, &Salt([0; 32]), &serde_json::to_vec(&(variants, signs))?))
}

/// Something that cannot be done with an experiment. Nothing was recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// No such experiment.
    #[error("no experiment is named `{0}`; `holm experiment list` shows all")]
    Unknown(ExperimentName),
    /// The name is taken.
    #[error("an experiment is named `{0}` already; choose another name")]
    Taken(ExperimentName),
    /// It is not in the state that this needs.
    #[error("experiment `{0}` {1}")]
    State(ExperimentName, String),
    /// Who acts can see who was told what.
    #[error(
        "`{who}` can see who was told what in experiment `{experiment}`, which still runs on some of the same people: let somebody do it who cannot, or wait until it has closed"
    )]
    Knows {
        /// Who.
        who: String,
        /// Which experiment.
        experiment: ExperimentName,
    },
    /// The teller alone can.
    #[error("only `{0}`, to whom its seed is sealed, can do this")]
    Teller(String),
    /// It still runs.
    #[error("experiment `{experiment}` runs until {closes}: it is closed after that, not before")]
    Early {
        /// Which.
        experiment: ExperimentName,
        /// When it closes.
        closes: Timestamp,
    },
    /// It has closed.
    #[error("experiment `{experiment}` closed at {closes}; what comes later does not count")]
    Late {
        /// Which.
        experiment: ExperimentName,
        /// When it closed.
        closes: Timestamp,
    },
    /// The second person cannot be one.
    #[error("`{0}` cannot contribute to the seed: {1}")]
    Second(PersonId, &'static str),
    /// The teller has no device.
    #[error("`{0}` has no device that anything could be sealed to, so they cannot be the teller")]
    NoDevice(String),
    /// No operation of this name.
    #[error("no operation is named `{0}`; `holm operation add` records one")]
    NoOperation(OperationName),
    /// The operation is over, or closed.
    #[error("the operation `{0}` is over or closed: an experiment tells people of one that is still to come")]
    Over(OperationName),
    /// The closing date does not fit.
    #[error("it would close at {closes}, which is {why}")]
    Closes {
        /// The date.
        closes: Timestamp,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The sealed parts do not open, or are not what was committed to.
    #[error("the seed of `{0}` does not open here: {1}")]
    Sealed(ExperimentName, String),
    /// A file that is something else.
    #[error("this is no {0}: {1}")]
    File(&'static str, String),
    /// A file for another experiment.
    #[error("this belongs to another experiment or another record: {0} differs")]
    Other(&'static str),
    /// An outcome that is not listed.
    #[error("there is no outcome {outcome}: `{experiment}` lists 0 to {last}")]
    Outcome {
        /// Which experiment.
        experiment: ExperimentName,
        /// The number.
        outcome: u32,
        /// The last.
        last: usize,
    },
    /// Evidence that was entered already.
    #[error("this evidence was entered already: everything that is seen of it is one outcome")]
    Evidence,
    /// Results that must be known first.
    #[error(
        "experiment `{experiment}` was to close at {closes} and is not closed: close it first (`holm experiment close {experiment}`)"
    )]
    Overdue {
        /// Which.
        experiment: ExperimentName,
        /// Its closing date.
        closes: Timestamp,
    },
    /// No experiments.
    #[error("no experiment was announced yet, so there is nothing to weigh (`holm experiment announce`)")]
    None,
    /// What the ledger refuses for another reason.
    #[error(transparent)]
    Act(#[from] ActError),
    /// A protocol that cannot be carried out.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// A protocol that does not read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A law that is none.
    #[error(transparent)]
    Law(#[from] LawError),
    /// Groups that make no family.
    #[error(transparent)]
    Family(#[from] FamilyError),
    /// The plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The second person's part.
    #[error(transparent)]
    Contribution(#[from] ContributionError),
    /// A telling that cannot be recorded.
    #[error(transparent)]
    Tell(#[from] TellError),
    /// An entry that does not hold.
    #[error(transparent)]
    Shown(#[from] ShownError),
    /// No randomness.
    #[error("the system has no randomness for the seed")]
    Randomness,
    /// Serialising failed.
    #[error("it could not be written: {0}")]
    Json(#[from] serde_json::Error),
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// Of which experiment an event is.
pub(crate) fn name_of(event: &Event) -> Option<&ExperimentName> {
    match event {
        Event::ExperimentAnnounced(facts) => Some(&facts.experiment),
        Event::ExperimentDrawn { experiment, .. }
        | Event::ExperimentClosed { experiment, .. }
        | Event::ExperimentAbandoned { experiment, .. } => Some(experiment),
        Event::ExperimentTold(telling) => Some(&telling.experiment),
        Event::ExperimentSeen(seen) => Some(&seen.experiment),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
