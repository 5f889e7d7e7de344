//! Checks on people: what pages and the API have in common.

use holm::policy::Action;
use holm::vetting::authority::parse;
use holm::vetting::{CheckError, ConcernAnswer};
use holm::workspace::{Workspace, WorkspaceError};
use holm_record::event::vetting::{AuthorityFacts, CheckFacts, CheckSort};
use holm_record::id::PersonId;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::problem::Problem;
use crate::server::Desk;

/// The day it is here.
pub(crate) fn today() -> Date {
    Timestamp::now().to_zoned_datetime(TimeZone::system()).date()
}

/// Which field an error is about.
fn wrong(error: CheckError) -> Problem {
    let field = match &error {
        CheckError::Workspace(_) => None,
        CheckError::Reason => Some("reason"),
        CheckError::Unknown(_) | CheckError::Known(_) => Some("person"),
        CheckError::Future(_) => Some("on"),
        CheckError::OwnReview(_) | CheckError::Reviewed { .. } => Some("reviewer"),
        CheckError::Until { .. } | CheckError::Waiver(_) => Some("until"),
        CheckError::NoAuthority(_) | CheckError::Authority(_) => Some("authority"),
        CheckError::Text(field) => Some(*field),
        CheckError::Schedule(_) => Some("schedule"),
        _ => Some("person"),
    };
    match (error, field) {
        (CheckError::Workspace(WorkspaceError::NotApproved(error)), _) => Problem::Wrong(vec![("order", error.to_string())]),
        (CheckError::Workspace(error), _) => error.into(),
        (error, field) => Problem::Wrong(vec![(field.unwrap_or("person"), error.to_string())]),
    }
}

fn act<T>(desk: &Desk, work: impl FnOnce(&mut Workspace, &holm::policy::Permit) -> Result<T, CheckError>) -> Result<T, Problem> {
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        work(workspace, &permit).map_err(wrong)
    })?
}

/// Records a check; the entry.
///
/// # Errors
/// [`Problem::Wrong`] names the field.
pub(crate) fn add(desk: &Desk, facts: CheckFacts) -> Result<u64, Problem> {
    act(desk, |workspace, permit| workspace.add_check(permit, facts, today()))
}

/// Has a check not be asked of somebody for a while; the entry.
///
/// # Errors
/// [`Problem::Wrong`] at the fields `person`, `until` and `reason`.
pub(crate) fn waive(desk: &Desk, of: (&PersonId, CheckSort, Date), reason: &str) -> Result<u64, Problem> {
    act(desk, |workspace, permit| workspace.waive(permit, of, reason, today()))
}

/// A legal authority, as its file says it.
///
/// # Errors
/// [`Problem::Wrong`] at the field `order`.
pub(crate) fn authority(text: &str) -> Result<AuthorityFacts, Problem> {
    parse(&text.replace("\r\n", "\n")).map_err(|e| Problem::Wrong(vec![("order", e.to_string())]))
}

/// Records a legal authority, as its file says it; the entry.
///
/// # Errors
/// [`Problem::Wrong`] at the field `order`.
pub(crate) fn add_authority(desk: &Desk, text: &str) -> Result<u64, Problem> {
    let facts = authority(text)?;
    act(desk, |workspace, permit| workspace.add_authority(permit, facts)).map_err(|problem| problem.at(|_| "order"))
}

/// Lays down a schedule; the entry.
///
/// # Errors
/// [`Problem::Wrong`] at the field `schedule`.
pub(crate) fn lay_down(desk: &Desk, text: &str) -> Result<u64, Problem> {
    // What a browser sends has other ends of lines.
    let text = text.replace("\r\n", "\n");
    act(desk, |workspace, permit| workspace.set_schedule(permit, &text))
}

/// Records what is said to a concern; the entry.
///
/// # Errors
/// [`Problem::Wrong`] at the fields `concern`, `mitigation`, `explanation`, `verified_how` and `verified_on`.
pub(crate) fn answer(desk: &Desk, check: u64, said: ConcernAnswer) -> Result<u64, Problem> {
    let of_form = |error: CheckError| {
        let field = match &error {
            CheckError::NoCheck(_) | CheckError::NoConcern(..) => "concern",
            CheckError::Text("verified") => "verified_how",
            CheckError::Future(_) => "verified_on",
            CheckError::Text("mitigation") => "mitigation",
            CheckError::NoAnswer | CheckError::NoExplanation | CheckError::Text(_) => "explanation",
            _ => return wrong(error),
        };
        Problem::Wrong(vec![(field, error.to_string())])
    };
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        workspace.answer_concern(&permit, check, said, today()).map_err(of_form)
    })?
}

/// Records the checks of a file, all or none; how many, and how many were recorded before.
///
/// # Errors
/// [`Problem::Wrong`] at the field `file` names every wrong line.
pub(crate) fn import(desk: &Desk, text: &str) -> Result<(usize, usize), Problem> {
    act(desk, |workspace, permit| workspace.import_checks(permit, text, today())).map_err(|problem| problem.at(|_| "file"))
}

/// Lays down what checks are worth; the entry.
///
/// # Errors
/// [`Problem::Wrong`] at the field `accuracy`.
pub(crate) fn set_accuracies(desk: &Desk, text: &str) -> Result<u64, Problem> {
    let text = text.replace("\r\n", "\n");
    act(desk, |workspace, permit| workspace.set_accuracies(permit, &text)).map_err(|problem| problem.at(|_| "accuracy"))
}
