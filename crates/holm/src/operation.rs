//! Operations: who takes part, who was told, and what came of them (`docs/spec/operations.md`).

pub mod import;

use std::collections::BTreeSet;

use holm_record::event::Event;
use holm_record::event::happening::{ChannelSort, OperationFacts, Outcome, Window};
use holm_record::id::{ChannelName, ItemName, OperationName, PersonId, TargetName};
use jiff::Timestamp;

use crate::policy::Permit;
use crate::state::State;
use crate::workspace::{Workspace, WorkspaceError};

/// Operations that one entry has at most.
const MOST_AN_ENTRY: usize = 500;

/// What is wrong with what is said of an operation.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FactError {
    /// It is there already.
    #[error("`{0}` is recorded already; operations have names of their own")]
    Known(OperationName),
    /// It stands there before.
    #[error("`{0}` stands twice")]
    Twice(OperationName),
    /// No sort.
    #[error("the sort is empty: say what it was, such as `raid`; each sort fails by itself at a rate of its own")]
    NoSort,
    /// No such target.
    #[error("no target is named `{0}`; `holm target add` records one")]
    NoTarget(TargetName),
    /// No such unit.
    #[error("nobody on the roster is of the unit `{0}`")]
    NoUnit(String),
    /// No such channel.
    #[error("no channel is named `{0}`; `holm channel add` records one")]
    NoChannel(ChannelName),
    /// No such item.
    #[error("no item is named `{0}`")]
    NoItem(ItemName),
    /// Not on the roster.
    #[error("`{0}` is not on the roster")]
    Unknown(PersonId),
    /// One person twice.
    #[error("`{0}` is told twice; give the earliest time")]
    ToldTwice(PersonId),
    /// Told too late to betray it.
    #[error("`{person}` is told at {at}, after the operation, which is at {over}")]
    ToldAfter {
        /// Who.
        person: PersonId,
        /// When.
        at: Timestamp,
        /// When the operation is.
        over: Timestamp,
    },
    /// The window ends before it begins.
    #[error("the window is contradictory: it begins at {from} and ends at {to}")]
    Window {
        /// Its beginning.
        from: Timestamp,
        /// Its end.
        to: Timestamp,
    },
    /// The window begins when all is over.
    #[error("the window is contradictory: it begins at {from}, after the operation, which was at {over}")]
    WindowAfter {
        /// Its beginning.
        from: Timestamp,
        /// When the operation was.
        over: Timestamp,
    },
    /// A window of a leak that was none.
    #[error("it went as planned, so there is no window in which a leak must have happened; leave it out")]
    WindowOfNothing,
    /// It is not over.
    #[error("it is to be at {0}, which is still to come, so nothing can have come of it yet")]
    NotYet(Timestamp),
    /// A window without an outcome.
    #[error("it has a window and no outcome; say what came of it")]
    NoOutcome,
}

/// Operations that cannot be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperationError {
    /// Something is wrong with one.
    #[error("operation `{0}`: {1}")]
    Fact(OperationName, FactError),
    /// No such operation.
    #[error("no operation is named `{0}`; `holm operation add` records one")]
    Unknown(OperationName),
    /// It is over already.
    #[error("`{0}` is closed already, by entry {1}; if that was a mistake, withdraw it with `holm record withdraw {1}`")]
    Closed(OperationName, u64),
    /// The name is taken.
    #[error("`{0}` is recorded already")]
    Taken(String),
    /// Nobody of that unit.
    #[error("nobody on the roster is of the unit `{0}`")]
    NoUnit(String),
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// What operations may speak of.
pub(crate) struct Recorded<'s> {
    state: &'s State,
    units: BTreeSet<&'s str>,
    now: Timestamp,
}

impl<'s> Recorded<'s> {
    pub(crate) fn new(state: &'s State, now: Timestamp) -> Self {
        Self { state, units: state.persons.values().map(|p| p.facts.unit.as_str()).collect(), now }
    }

    /// Checks one operation against what is recorded.
    pub(crate) fn check(&self, facts: &OperationFacts) -> Result<(), FactError> {
        let happened = &self.state.happenings;
        if happened.operations.contains_key(&facts.operation) {
            return Err(FactError::Known(facts.operation.clone()));
        }
        if facts.sort.trim().is_empty() {
            return Err(FactError::NoSort);
        }
        let first_unknown = |missing: Option<FactError>| missing.map_or(Ok(()), Err);
        first_unknown(facts.targets.iter().find(|t| !happened.targets.contains_key(*t)).cloned().map(FactError::NoTarget))?;
        first_unknown(facts.units.iter().find(|u| !self.units.contains(u.as_str())).cloned().map(FactError::NoUnit))?;
        first_unknown(facts.channels.iter().find(|c| !happened.channels.contains_key(*c)).cloned().map(FactError::NoChannel))?;
        first_unknown(facts.items.iter().find(|i| !self.state.items.contains_key(*i)).cloned().map(FactError::NoItem))?;
        self.told(facts)?;
        match (facts.outcome, facts.window) {
            (None, Some(_)) => Err(FactError::NoOutcome),
            (None, None) => Ok(()),
            (Some(outcome), window) => ended(facts.at, outcome, window.unwrap_or_default(), self.now),
        }
    }

    fn told(&self, facts: &OperationFacts) -> Result<(), FactError> {
        let mut before = BTreeSet::new();
        for told in &facts.told {
            if !self.state.persons.contains_key(&told.person) {
                return Err(FactError::Unknown(told.person.clone()));
            }
            if !before.insert(&told.person) {
                return Err(FactError::ToldTwice(told.person.clone()));
            }
            if let Some(at) = told.at.filter(|at| *at > facts.at) {
                return Err(FactError::ToldAfter { person: told.person.clone(), at, over: facts.at });
            }
        }
        Ok(())
    }
}

/// Checks what came of an operation.
fn ended(over: Timestamp, outcome: Outcome, window: Window, now: Timestamp) -> Result<(), FactError> {
    if over > now && outcome != Outcome::Suspected && outcome != Outcome::Confirmed {
        return Err(FactError::NotYet(over));
    }
    if outcome == Outcome::Clean && window != Window::default() {
        return Err(FactError::WindowOfNothing);
    }
    if let (Some(from), Some(to)) = (window.from, window.to)
        && from > to
    {
        return Err(FactError::Window { from, to });
    }
    window.from.filter(|from| *from > over).map_or(Ok(()), |from| Err(FactError::WindowAfter { from, over }))
}

impl Workspace {
    /// Records a channel.
    ///
    /// # Errors
    /// [`OperationError::Taken`] and [`OperationError::NoUnit`].
    pub fn add_channel(
        &mut self,
        permit: &Permit,
        channel: ChannelName,
        sort: ChannelSort,
        unit: Option<String>,
        words: String,
    ) -> Result<(), OperationError> {
        if self.state().happenings.channels.contains_key(&channel) {
            return Err(OperationError::Taken(channel.into()));
        }
        if let Some(unit) = unit.as_ref().filter(|u| !self.state().persons.values().any(|p| p.facts.unit == **u)) {
            return Err(OperationError::NoUnit(unit.clone()));
        }
        self.append(permit, vec![Event::ChannelAdded { channel, sort, unit, words }])?;
        Ok(())
    }

    /// Records a target.
    ///
    /// # Errors
    /// [`OperationError::Taken`].
    pub fn add_target(&mut self, permit: &Permit, target: TargetName, words: String) -> Result<(), OperationError> {
        if self.state().happenings.targets.contains_key(&target) {
            return Err(OperationError::Taken(target.into()));
        }
        self.append(permit, vec![Event::TargetAdded { target, words }])?;
        Ok(())
    }

    /// Records operations, all or none; `source` is the file that they come from.
    ///
    /// # Errors
    /// [`OperationError`] names the first that cannot be.
    pub fn add_operations(
        &mut self,
        permit: &Permit,
        source: Option<String>,
        operations: Vec<OperationFacts>,
    ) -> Result<(), OperationError> {
        let known = Recorded::new(self.state(), permit.at());
        let mut names = BTreeSet::new();
        for facts in &operations {
            let new = if names.insert(&facts.operation) { Ok(()) } else { Err(FactError::Twice(facts.operation.clone())) };
            new.and_then(|()| known.check(facts)).map_err(|e| OperationError::Fact(facts.operation.clone(), e))?;
        }
        if !operations.is_empty() {
            let entry = |operations: &[OperationFacts]| Event::OperationsRecorded {
                source: source.clone(),
                operations: operations.to_vec(),
            };
            self.append(permit, operations.chunks(MOST_AN_ENTRY).map(entry).collect())?;
        }
        Ok(())
    }

    /// Records what came of an operation.
    ///
    /// # Errors
    /// [`OperationError`]; then nothing is recorded.
    pub fn close_operation(
        &mut self,
        permit: &Permit,
        name: &OperationName,
        outcome: Outcome,
        window: Window,
        words: String,
    ) -> Result<(), OperationError> {
        let operation = self.state().happenings.operations.get(name).ok_or_else(|| OperationError::Unknown(name.clone()))?;
        if let Some(closing) = &operation.closed {
            return Err(OperationError::Closed(name.clone(), closing.index));
        }
        let fact = |e| OperationError::Fact(name.clone(), e);
        ended(operation.facts.at, outcome, window, permit.at()).map_err(fact)?;
        self.append(permit, vec![Event::OperationClosed { operation: name.clone(), outcome, window, words }])?;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
