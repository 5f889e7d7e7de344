//! Warnings of danger to life: what pages and the API have in common.

use holm::policy::Action;
use holm::warning::{Sent, WarningError};
use holm::workspace::WorkspaceError;
use holm_record::id::ItemName;
use jiff::Timestamp;

use crate::happening::persons;
use crate::language::Language;
use crate::problem::Problem;
use crate::server::Desk;

/// Which field an error is about.
fn wrong(error: WarningError) -> Problem {
    let field = match error {
        WarningError::Workspace(error) => return error.into(),
        WarningError::NoWarning(_) => return Problem::Missing,
        WarningError::Empty | WarningError::Prepare(_) => "text",
        WarningError::Reason => "reason",
        WarningError::Refusal(_) | WarningError::Nobody => "persons",
        WarningError::Reviewed(..) | WarningError::NotBy(_) | WarningError::NoSigner => "review",
        other => return Problem::Refused(other.to_string()),
    };
    Problem::Wrong(vec![(field, error.to_string())])
}

/// Warns whoever of these persons and units has a key, at once.
///
/// # Errors
/// [`Problem::Wrong`] at the fields `persons`, `text` and `reason`; nothing was sent then.
pub(crate) fn warn(desk: &Desk, language: Language, to: &[String], text: &str, reason: &str) -> Result<Sent, Problem> {
    let to = persons(&desk.office.view()?.state, language, to)?;
    // What a browser sends has other ends of lines.
    let text = text.replace("\r\n", "\n");
    desk.office.act(|workspace| workspace.warn((&to, &text, reason), None, Timestamp::now()).map_err(wrong))?
}

/// Records what whoever opened the desk says of a warning; the entry.
///
/// # Errors
/// [`Problem::Wrong`] at the field `review` or `reason`; [`Problem::Missing`] if there is no such warning.
pub(crate) fn review(desk: &Desk, item: &str, justified: bool, words: &str) -> Result<u64, Problem> {
    let item = ItemName::new(item).map_err(|_| Problem::Missing)?;
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        workspace.review_warning_here(&permit, &item, (justified, words)).map_err(wrong)
    })?
}
