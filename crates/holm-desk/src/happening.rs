//! What happened outside is recorded, and what was noted by mistake withdrawn: what pages and the API have in common.

use std::fmt::Display;

use holm::correction::CorrectionError;
use holm::incident::IncidentError;
use holm::operation::{FactError, OperationError};
use holm::policy::{Action, Permit};
use holm::state::State;
use holm::telling::{Part, TellError, WithdrawError};
use holm::workspace::Workspace;
use holm_record::event::Telling;
use holm_record::event::happening::{ChannelSort, IncidentFacts, OperationFacts, Outcome, Window};
use holm_record::id::{ChannelName, IncidentName, ItemName, OperationName, PersonId, TargetName};
use jiff::Timestamp;

use crate::language::Language;
use crate::problem::Problem;
use crate::roster::one_line;
use crate::server::Desk;
use crate::words::fill;

/// Does what a permit to keep the record allows.
fn administer<T, E>(
    desk: &Desk,
    problem: impl FnOnce(E) -> Problem,
    act: impl FnOnce(&mut Workspace, &Permit) -> Result<T, E>,
) -> Result<T, Problem> {
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(|e| Problem::Refused(e.to_string()))?;
        act(workspace, &permit).map_err(problem)
    })?
}

fn wrong(field: &'static str, what: impl Display) -> Problem {
    Problem::Wrong(vec![(field, what.to_string())])
}

/// Records operations, all or none; `source` is the file that they come from.
///
/// # Errors
/// [`Problem::Wrong`] names what cannot be of the first that cannot.
pub(crate) fn add_operations(desk: &Desk, source: Option<String>, operations: Vec<OperationFacts>) -> Result<(), Problem> {
    let one = operations.len() == 1;
    let problem = |error| match error {
        // Of one alone it need not be said of which.
        OperationError::Fact(_, fact) if one => wrong(field_of(&fact), fact),
        other => of_operation(other),
    };
    administer(desk, problem, |workspace, permit| workspace.add_operations(permit, source, operations))
}

/// Records what came of an operation.
///
/// # Errors
/// [`Problem::Wrong`]; [`Problem::Missing`] if there is no such operation.
pub(crate) fn close(
    desk: &Desk,
    operation: &OperationName,
    outcome: Outcome,
    window: Window,
    words: String,
) -> Result<(), Problem> {
    administer(desk, of_operation, |workspace, permit| workspace.close_operation(permit, operation, outcome, window, words))
}

/// Records that persons were told: which rule of the item's marking that broke, if it broke one.
///
/// # Errors
/// [`Problem::Wrong`].
pub(crate) fn tell(desk: &Desk, telling: Telling) -> Result<Option<String>, Problem> {
    let problem = |error| match error {
        TellError::Workspace(error) => error.into(),
        TellError::What | TellError::NoOperation(_) => wrong("operation", error),
        TellError::NoItem(_) => wrong("item", error),
        TellError::NoChannel(_) => wrong("channel", error),
        TellError::Future(_) | TellError::After { .. } => wrong("at", error),
        other => wrong("persons", other),
    };
    administer(desk, problem, |workspace, permit| workspace.tell(permit, telling))
}

/// Whom a list of persons, units and `all` means.
///
/// # Errors
/// [`Problem::Wrong`] names what is none of these.
pub(crate) fn persons(state: &State, language: Language, to: &[impl AsRef<str>]) -> Result<Vec<PersonId>, Problem> {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for one in to.iter().map(AsRef::as_ref) {
        match state.resolve(one) {
            Some(persons) => found.extend(persons),
            None => unknown.push(("persons", fill(language.words().recording.nobody_of, &[&one]))),
        }
    }
    found.sort();
    found.dedup();
    if unknown.is_empty() { Ok(found) } else { Err(Problem::Wrong(unknown)) }
}

/// Records an incident.
///
/// # Errors
/// [`Problem::Wrong`].
pub(crate) fn add_incident(desk: &Desk, incident: IncidentName, facts: IncidentFacts) -> Result<(), Problem> {
    let problem = |error| match error {
        IncidentError::Workspace(error) => error.into(),
        IncidentError::OfNothing | IncidentError::NoOperation(_) => wrong("operation", error),
        IncidentError::NoItem(_) => wrong("item", error),
        IncidentError::Future(_) => wrong("noticed", error),
        IncidentError::Window { .. } | IncidentError::Noticed { .. } => wrong("from", error),
        IncidentError::Clean => wrong("certainty", error),
        IncidentError::Variant(..) => wrong("variant", error),
        other => wrong("incident", other),
    };
    administer(desk, problem, |workspace, permit| workspace.record_incident(permit, incident, facts))
}

/// Records a channel.
///
/// # Errors
/// [`Problem::Wrong`].
pub(crate) fn add_channel(
    desk: &Desk,
    channel: ChannelName,
    sort: ChannelSort,
    unit: Option<String>,
    words: String,
) -> Result<(), Problem> {
    let problem = |error| match error {
        OperationError::Taken(_) => wrong("channel", error),
        other => of_operation(other),
    };
    administer(desk, problem, |workspace, permit| workspace.add_channel(permit, channel, sort, unit, words))
}

/// Records a target.
///
/// # Errors
/// [`Problem::Wrong`].
pub(crate) fn add_target(desk: &Desk, target: TargetName, words: String) -> Result<(), Problem> {
    let problem = |error| match error {
        OperationError::Taken(_) => wrong("target", error),
        other => of_operation(other),
    };
    administer(desk, problem, |workspace, permit| workspace.add_target(permit, target, words))
}

/// Records that what an entry says was a mistake.
///
/// # Errors
/// [`Problem::Wrong`].
pub(crate) fn withdraw(desk: &Desk, language: Language, entry: u64, part: &Part, reason: &str) -> Result<(), Problem> {
    let problem = |error| match error {
        WithdrawError::Workspace(error) => error.into(),
        WithdrawError::NoReason => wrong("reason", error),
        WithdrawError::Several(..) | WithdrawError::NotThere(..) => wrong("operation", error),
        other => wrong("entry", other),
    };
    let reason = one_line(language, reason)?;
    administer(desk, problem, |workspace, permit| workspace.withdraw(permit, entry, part, &reason))
}

/// Records that an item is burned.
///
/// # Errors
/// [`Problem::Wrong`]; [`Problem::Missing`] if there is no such item.
pub(crate) fn recall(desk: &Desk, language: Language, item: &ItemName, reason: &str) -> Result<(), Problem> {
    let reason = one_line(language, reason)?;
    administer(desk, of_correction, |workspace, permit| workspace.recall(permit, item, &reason))
}

/// What is wrong with a recall or a correction.
pub(crate) fn of_correction(error: CorrectionError) -> Problem {
    match error {
        CorrectionError::Workspace(error) => error.into(),
        CorrectionError::NoItem(_) => Problem::Missing,
        CorrectionError::NoCorrection(_) => wrong("by", error),
        CorrectionError::Empty | CorrectionError::Prepare(_) => wrong("truth", error),
        CorrectionError::Recalled(_) => wrong("reason", error),
        other => Problem::Refused(other.to_string()),
    }
}

fn of_operation(error: OperationError) -> Problem {
    match error {
        OperationError::Workspace(error) => error.into(),
        OperationError::Unknown(_) => Problem::Missing,
        OperationError::Fact(_, ref fact) => wrong(field_of(fact), &error),
        OperationError::NoUnit(_) => wrong("unit", error),
        OperationError::Closed(..) => wrong("outcome", error),
        other => wrong("operation", other),
    }
}

/// The field of which a fact cannot be.
fn field_of(fact: &FactError) -> &'static str {
    match fact {
        FactError::NoSort => "sort",
        FactError::NoTarget(_) => "targets",
        FactError::NoUnit(_) => "units",
        FactError::NoChannel(_) => "channels",
        FactError::NoItem(_) => "items",
        FactError::Unknown(_) | FactError::ToldTwice(_) | FactError::ToldAfter { .. } => "told",
        FactError::Window { .. } | FactError::WindowAfter { .. } | FactError::WindowOfNothing => "from",
        FactError::NotYet(_) | FactError::NoOutcome => "outcome",
        _ => "operation",
    }
}
