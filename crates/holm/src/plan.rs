//! Plans: beliefs turned into decisions (`docs/spec/plans.md`).
//!
//! In: what an officer needs, and the record. Out: advice with its reasons, computed from all draws of the posterior at once
//! (`holm_inference::plan`). A plan is evidence of nothing, accuses nobody, and records nothing but that beliefs were read.

pub mod team;

/// Draws of each chain that a plan is computed from.
const DRAWS: usize = 500;

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
