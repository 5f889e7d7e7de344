//! What is destroyed for good and whose key is opened: acts after which something is over. What pages and the API have in common.

use holm::destruction::{Chosen, DestructionError, Doomed};
use holm::policy::Action;
use holm::trace::TraceError;
use holm::workspace::{Workspace, WorkspaceError};
use holm_record::id::{AuthorityName, IncidentName, ItemName};
use jiff::Timestamp;

use crate::arrival::Saved;
use crate::problem::Problem;
use crate::server::Desk;
use crate::vetting::today;

/// What is chosen, as it was typed: entries, and the name of an incident, an item and a legal authority.
///
/// # Errors
/// [`Problem::Wrong`] names the field that is no name.
pub(crate) fn chosen(entries: Vec<u64>, names: [Option<String>; 3]) -> Result<Chosen, Problem> {
    let [incident, item, retention] = names.map(|name| name.filter(|n| !n.trim().is_empty()));
    let wrong = |field, error: String| Problem::Wrong(vec![(field, error)]);
    Ok(Chosen {
        entries,
        incident: incident.map(|n| IncidentName::new(n.trim()).map_err(|e| wrong("incident", e.to_string()))).transpose()?,
        item: item.map(|n| ItemName::new(n.trim()).map_err(|e| wrong("item", e.to_string()))).transpose()?,
        retention: retention.map(|n| AuthorityName::new(n.trim()).map_err(|e| wrong("retention", e.to_string()))).transpose()?,
    })
}

/// Which field an error is about.
pub(crate) fn of_destruction(error: DestructionError) -> Problem {
    let field = match error {
        DestructionError::NoEvidence(_) => "incident",
        DestructionError::NoItem(_) => "item",
        DestructionError::Retention(_) => "retention",
        DestructionError::Authority => "authority",
        _ => "entries",
    };
    Problem::Wrong(vec![(field, error.to_string())])
}

fn of_workspace(error: WorkspaceError) -> Problem {
    match error {
        WorkspaceError::Destruction(error) => of_destruction(error),
        WorkspaceError::NotApproved(error) => Problem::Wrong(vec![("authority", error.to_string())]),
        other => other.into(),
    }
}

/// What goes if this is chosen. Nothing is recorded.
///
/// # Errors
/// [`Problem::Wrong`].
pub(crate) fn look(desk: &Desk, chosen: Chosen) -> Result<Doomed, Problem> {
    desk.office.act(|workspace| going(workspace, chosen))?
}

fn going(workspace: &mut Workspace, chosen: Chosen) -> Result<Doomed, Problem> {
    let doomed = workspace.doomed(chosen, today()).map_err(of_destruction)?;
    workspace.bodies_may_go(&doomed.entries).map_err(of_workspace)?;
    Ok(doomed)
}

/// Records what is destroyed by whose authority, then destroys it.
///
/// # Errors
/// [`Problem::Wrong`]; nothing is recorded or destroyed then.
pub(crate) fn destroy(desk: &Desk, chosen: Chosen, authority: &str, reason: &str) -> Result<Doomed, Problem> {
    desk.office.act(|workspace| {
        let doomed = going(workspace, chosen)?;
        let Doomed { entries, objects } = doomed.clone();
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        workspace.destroy(&permit, entries, objects, authority, reason).map_err(of_workspace)?;
        Ok(doomed)
    })?
}

/// Opens the key of an item to a verifier, which is recorded and final; the bundle.
///
/// # Errors
/// [`Problem`] says what is missing; nothing is opened then.
pub(crate) fn open_key(desk: &Desk, item: &ItemName) -> Result<Saved, Problem> {
    let bundle = desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::OpenItem { item }, Timestamp::now()).map_err(WorkspaceError::from)?;
        workspace.open_item(&permit, item, &[]).map_err(|error| match error {
            TraceError::NoItem(_) => Problem::Missing,
            TraceError::Workspace(WorkspaceError::NotApproved(error)) => Problem::Refused(error.to_string()),
            TraceError::Workspace(error) => error.into(),
            other => Problem::Refused(other.to_string()),
        })
    })??;
    let bytes = serde_json::to_vec(&bundle).map_err(|e| Problem::Internal(e.to_string()))?;
    Ok((format!("{item}.bundle"), "application/octet-stream", bytes))
}
