//! The programme over time: what was shared with each partner and what became of it, and what changed with a measure
//! (`docs/spec/programme.md`).
//!
//! In: the record. Out: figures with the record that they follow from. [`sharing`] counts, believes nothing and names nobody; [`effect`]
//! compares before and after, and says what does not follow.

pub mod effect;
pub mod sharing;
mod touched;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::workspace::Workspace;

/// The record that figures follow from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Head {
    /// Entries that they are counted from.
    pub entries: u64,
    /// The checkpoint of these, signed, where there is one.
    pub checkpoint: Option<String>,
}

impl Workspace {
    fn newest_head(&self) -> Head {
        Head { entries: self.size(), checkpoint: self.checkpoint().map(str::to_owned) }
    }
}

/// The first moment of a day, in UTC.
fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned_datetime(TimeZone::UTC).ok().map(|at| at.timestamp())
}

/// Figures that cannot be given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgrammeError {
    /// No such partner.
    #[error("no agency and no unit of the roster is called `{0}`; partners are {1}")]
    NoPartner(String, String),
    /// No such unit.
    #[error("nobody on the roster is of the unit `{0}`; units are {1}")]
    NoUnit(String, String),
    /// A time that ends before it begins.
    #[error("the time is contradictory: it begins on {since} and ends on {until}")]
    Order {
        /// Its first day.
        since: Date,
        /// Its last day.
        until: Date,
    },
    /// No measure yet.
    #[error("the measure is of {0}, which is still to come: there is no after yet")]
    Future(Date),
    /// Too short or too long.
    #[error("compare 1 to 3,660 days before and after the measure; {0} is not among these")]
    Days(u32),
    /// Nothing to compare with.
    #[error(
        "no operation of the {days} days before {on} has an outcome, so there is nothing to compare with: record what came of operations, or look further back with more days before"
    )]
    NothingBefore {
        /// Days that were looked at.
        days: u32,
        /// The day of the measure.
        on: Date,
    },
    /// No beliefs.
    #[error(transparent)]
    Belief(#[from] crate::belief::BeliefError),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] crate::workspace::WorkspaceError),
}

/// Names as a message lists them.
fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    const MOST: usize = 12;
    let names: Vec<&str> = names.into_iter().collect();
    let more = names.len().saturating_sub(MOST);
    let said = names.iter().take(MOST).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match (names.is_empty(), more) {
        (true, _) => "none".to_owned(),
        (_, 0) => said,
        (_, more) => format!("{said} and {more} more"),
    }
}
