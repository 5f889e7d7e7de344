//! Giving roles: what pages and the API have in common.

use std::collections::BTreeSet;

use holm::policy::Action;
use holm::workspace::WorkspaceError;
use holm_record::event::member::Role;
use holm_record::id::PersonId;
use jiff::Timestamp;

use crate::problem::Problem;
use crate::server::Desk;

/// Records somebody's roles; the entry.
///
/// # Errors
/// [`Problem::Wrong`] at the field `member`.
pub(crate) fn set(desk: &Desk, member: &str, roles: &BTreeSet<Role>) -> Result<u64, Problem> {
    let wrong = |what: String| Problem::Wrong(vec![("member", what)]);
    let member = PersonId::new(member.trim()).map_err(|e| wrong(e.to_string()))?;
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        workspace.set_member(&permit, &member, roles).map_err(|error| match error {
            WorkspaceError::Member(error) => wrong(error.to_string()),
            WorkspaceError::NotApproved(error) => wrong(error.to_string()),
            other => other.into(),
        })
    })?
}
