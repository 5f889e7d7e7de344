//! How somebody explains a finding of statements: what pages and the API have in common.

use holm::policy::Action;
use holm::vetting::statement::StatementError;
use holm::workspace::WorkspaceError;
use holm_record::event::vetting::FindingExplanation;
use jiff::Timestamp;

use crate::problem::Problem;
use crate::server::Desk;
use crate::vetting::today;

/// Which field an error is about.
fn wrong(error: StatementError) -> Problem {
    let field = match error {
        StatementError::Workspace(error) => return error.into(),
        StatementError::NoReading(_) => return Problem::Missing,
        StatementError::NoFinding(..) => "test",
        StatementError::Text("verification") => "verified_how",
        StatementError::Future(_) => "verified_on",
        _ => "explanation",
    };
    Problem::Wrong(vec![(field, error.to_string())])
}

/// Records how somebody explains a finding, and how that was verified; the entry.
///
/// # Errors
/// [`Problem::Missing`]; [`Problem::Wrong`] at the fields `test`, `explanation`, `verified_how` and `verified_on`; nothing is recorded then.
pub(crate) fn explain(desk: &Desk, said: FindingExplanation) -> Result<u64, Problem> {
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        workspace.explain_finding(&permit, said, today()).map_err(wrong)
    })?
}
