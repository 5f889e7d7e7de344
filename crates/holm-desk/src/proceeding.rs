//! Proceedings against people, and the dossier of an incident: what pages and the API have in common.

use std::io::{Cursor, Write};

use holm::dossier::DossierError;
use holm::policy::{Action, Permit};
use holm::proceeding::ProceedingError;
use holm::workspace::{Workspace, WorkspaceError};
use holm_marks::frame::Language;
use holm_record::event::approval::Masked;
use holm_record::event::proceeding::{Ending, Step};
use holm_record::id::{IncidentName, PersonId};
use jiff::Timestamp;
use jiff::civil::Date;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::problem::Problem;
use crate::server::Desk;
use crate::vetting::today;

/// Which field an error is about.
fn wrong(error: ProceedingError) -> Problem {
    let field = match error {
        ProceedingError::Workspace(WorkspaceError::NotApproved(error)) => {
            return Problem::Wrong(vec![("person", error.to_string())]);
        }
        ProceedingError::Workspace(error) => return error.into(),
        ProceedingError::NoProceeding(_) => return Problem::Missing,
        ProceedingError::NoIncident(_) => "incident",
        ProceedingError::Unknown(_) | ProceedingError::Open(..) | ProceedingError::Exonerated(..) => "person",
        ProceedingError::Text => "words",
        ProceedingError::Day { .. } => "on",
        ProceedingError::By(..) | ProceedingError::Partial(_) => "by",
        ProceedingError::NotYet(_) => "ending",
        _ => "step",
    };
    Problem::Wrong(vec![(field, error.to_string())])
}

fn act<T>(desk: &Desk, work: impl FnOnce(&mut Workspace, &Permit) -> Result<T, ProceedingError>) -> Result<T, Problem> {
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        work(workspace, &permit).map_err(wrong)
    })?
}

/// Opens a proceeding on these grounds; its number.
///
/// # Errors
/// [`Problem::Wrong`] at the fields `person`, `incident` and `words`; nothing is recorded then.
pub(crate) fn open(desk: &Desk, person: &PersonId, incident: &IncidentName, grounds: &str) -> Result<u64, Problem> {
    act(desk, |workspace, permit| workspace.open_proceeding(permit, person, incident, grounds))
}

/// Records a step; the entry.
///
/// # Errors
/// [`Problem::Missing`]; [`Problem::Wrong`] at the fields `step`, `on`, `by` and `words`; nothing is recorded then.
pub(crate) fn step(desk: &Desk, number: u64, said: (Step, Date), by: Vec<String>, words: &str) -> Result<u64, Problem> {
    act(desk, |workspace, permit| workspace.step_proceeding(permit, number, said, by, (words, today())))
}

/// Ends a proceeding; the entry.
///
/// # Errors
/// [`Problem::Missing`]; [`Problem::Wrong`] at the fields `step`, `ending` and `words`; nothing is recorded then.
pub(crate) fn close(desk: &Desk, number: u64, ending: Ending, words: &str) -> Result<u64, Problem> {
    act(desk, |workspace, permit| workspace.close_proceeding(permit, number, ending, (words, today())))
}

/// A dossier as it leaves, in its two forms.
pub(crate) struct Written {
    pub(crate) incident: IncidentName,
    pub(crate) pdf: Vec<u8>,
    pub(crate) json: Vec<u8>,
}

impl Written {
    /// Both in one archive.
    ///
    /// # Errors
    /// [`Problem::Internal`].
    pub(crate) fn archive(&self) -> Result<Vec<u8>, Problem> {
        let internal = |e: &dyn std::fmt::Display| Problem::Internal(e.to_string());
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (ending, bytes) in [("pdf", &self.pdf), ("json", &self.json)] {
            let name = format!("{}.{ending}", self.incident);
            archive.start_file(name, SimpleFileOptions::default()).map_err(|e| internal(&e))?;
            archive.write_all(bytes).map_err(|e| internal(&e))?;
        }
        Ok(archive.finish().map_err(|e| internal(&e))?.into_inner())
    }
}

/// Writes the dossier of an incident. That it is, and its hashes, are entries before it leaves.
///
/// # Errors
/// [`Problem::Missing`] if there is no such incident; [`Problem`] if it cannot be written or recorded.
pub(crate) fn dossier(desk: &Desk, name: String, language: Language) -> Result<Written, Problem> {
    let incident = IncidentName::new(name).map_err(|_| Problem::Missing)?;
    desk.office.act(|workspace| written(workspace, incident, language))?
}

fn written(workspace: &mut Workspace, incident: IncidentName, language: Language) -> Result<Written, Problem> {
    let now = Timestamp::now();
    let failed = |error: DossierError| match error {
        DossierError::NoIncident(_) => Problem::Missing,
        DossierError::Workspace(error) => error.into(),
        other => Problem::Refused(other.to_string()),
    };
    let dossier = workspace.dossier(&incident, 1, now).map_err(failed)?;
    let permit = workspace.permit(&Action::Administer, now).map_err(WorkspaceError::from)?;
    if dossier.beliefs.is_some() {
        workspace.record_reading(&permit, Masked::Beliefs, None)?;
    }
    let pdf = dossier.to_pdf(language).map_err(failed)?;
    let json = serde_json::to_vec_pretty(&dossier).map_err(|e| Problem::Internal(e.to_string()))?;
    workspace.note_dossier(&permit, &incident, &pdf, &json)?;
    Ok(Written { incident, pdf, json })
}
