//! Plans: beliefs turned into decisions (`docs/spec/plans.md`).
//!
//! In: what an officer needs, and the record. Out: advice with its reasons, computed from all draws of the posterior at once
//! (`holm_inference::plan`). A plan is evidence of nothing, accuses nobody, and records nothing but that beliefs were read.

pub mod experiment;
pub mod share;
pub mod team;

use std::collections::BTreeSet;

use holm_inference::plan::draws::Figure;
use holm_record::id::{ChannelName, PersonId};
use holm_record::record::RecordError;
use jiff::Timestamp;
use serde::Serialize;

use crate::belief::Provenance;
use crate::belief::translation::{Cause, Translation};
use crate::state::State;
use crate::workspace::{Workspace, WorkspaceError};

/// Draws of each chain that a plan is computed from.
const DRAWS: usize = 500;
/// Why somebody is passed over; what they lack is for those who see the register.
const NOT_IN_FORCE: &str = "their vetting is not in force on the day";

/// A figure over the draws of a posterior.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Risk {
    /// The mean.
    pub value: f64,
    /// Its Monte Carlo standard error.
    pub error: f64,
    /// The lowest and the highest mean of any chain.
    pub chains: [f64; 2],
}

impl Risk {
    fn of(figure: Figure) -> Self {
        Self { value: figure.value, error: figure.error, chains: figure.chains }
    }
}

/// Somebody who is passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Barred {
    /// Who.
    pub person: PersonId,
    /// Why.
    pub reason: String,
}

/// The channel of a case that is recorded under this name.
fn recorded(translation: &Translation, name: &ChannelName) -> Option<usize> {
    translation.channels.iter().position(|cause| matches!(cause, Cause::Channel(known) if known == name))
}

/// Whom words of a need mean: persons who have not left, units, or all.
fn people(state: &State, who: &[String]) -> Result<BTreeSet<PersonId>, PlanError> {
    let mut all = BTreeSet::new();
    for one in who {
        let is_here = |id: &PersonId| state.persons.get(id).is_some_and(|person| !person.left);
        let found = state.resolve(one).filter(|found| !found.is_empty() && found.iter().all(is_here));
        all.extend(found.ok_or_else(|| PlanError::Need(format!("`{one}` is no person and no unit of the roster, or has left")))?);
    }
    Ok(all)
}

impl Workspace {
    /// Which record a plan is from.
    fn provenance_of_plan(&mut self, entries: u64, of: Provenance, at: Timestamp) -> Result<Provenance, WorkspaceError> {
        let checkpoint = self.record_mut().store_mut().checkpoint(entries).map_err(RecordError::from)?;
        Ok(Provenance { entries, checkpoint, at, ..of })
    }
}

/// A plan cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Not what the specification says.
    #[error("the need cannot be used: {0}")]
    Need(String),
    /// Masks are on.
    #[error(
        "beliefs are masked here, and a plan names people: have others approve that masks are off (`holm approval ask unmask`), then plan"
    )]
    Masked,
    /// No beliefs.
    #[error(transparent)]
    Belief(#[from] crate::belief::BeliefError),
    /// No draws.
    #[error(transparent)]
    Draws(#[from] holm_inference::plan::draws::DrawsError),
    /// No team.
    #[error("no team meets the need: {0}")]
    Lacking(String),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] crate::workspace::WorkspaceError),
}
