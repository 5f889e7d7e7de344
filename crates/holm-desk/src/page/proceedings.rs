//! Proceedings against people, and the dossier of an incident.

use std::io::{Cursor, Write};

use askama::Template;
use axum::extract::{Form, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::dossier::DossierError;
use holm::policy::{Action, Permit};
use holm::proceeding::{Proceeding, ProceedingError};
use holm::role::UseCase;
use holm::vetting::import::day;
use holm::workspace::{Workspace, WorkspaceError};
use holm_record::event::approval::Masked;
use holm_record::event::proceeding::{Ending, Step};
use holm_record::id::{IncidentName, PersonId};
use jiff::Timestamp;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{Asked, Place, Shell, Shown, answered, download, moment};
use crate::fields::{Fields, Reading};
use crate::language::Language;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::vetting::today;
use crate::words::fill;

struct Row {
    number: u64,
    title: String,
    grounds: String,
    steps: Vec<String>,
    /// How it ended, or until when the person may answer.
    stands: Option<String>,
    /// Steps that may come: value and name.
    next: Vec<(&'static str, &'static str)>,
    open: bool,
}

#[derive(Template)]
#[template(path = "proceedings.html")]
struct ProceedingsPage {
    shell: Shell,
    rows: Vec<Row>,
    endings: Vec<(&'static str, &'static str)>,
    given: Fields,
    errors: Vec<Wrong>,
}

impl ProceedingsPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

/// `GET /proceedings`
pub(crate) async fn proceedings(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| page(desk, language, Fields::default(), Vec::new())).await
}

fn page(desk: &Desk, language: Language, given: Fields, errors: Vec<Wrong>) -> Result<ProceedingsPage, Problem> {
    let view = desk.office.view()?;
    let w = &language.words().proceeding;
    Ok(ProceedingsPage {
        rows: view.state.proceedings.iter().rev().map(|proceeding| row(proceeding, language)).collect(),
        endings: Ending::ALL.iter().map(|ending| (ending.word(), w.ending(*ending))).collect(),
        given,
        errors: in_language(errors, language),
        shell: Shell::of(language, Place::Cases, &view),
    })
}

fn row(proceeding: &Proceeding, language: Language) -> Row {
    let w = &language.words().proceeding;
    let Proceeding { number, at, person, incident, grounds, steps, ending, .. } = proceeding;
    let step = |taken: &holm::proceeding::Taken| {
        let by = if taken.by.is_empty() { String::new() } else { format!(" ({})", taken.by.join(", ")) };
        format!("{}, {}{by}: {}", w.step(taken.step), taken.on, taken.words)
    };
    let ended = ending.as_ref().map(|ended| fill(w.ended, &[&ended.on, &w.ending(ended.how), &ended.words]));
    Row {
        number: *number,
        title: fill(w.row, &[number, person, incident, &moment(*at)]),
        grounds: grounds.clone(),
        steps: steps.iter().map(step).collect(),
        stands: ended.or_else(|| proceeding.may_answer_until().map(|until| fill(w.may_answer, &[&until]))),
        next: proceeding.next().iter().map(|step| (step.word(), w.step(*step))).collect(),
        open: ending.is_none(),
    }
}

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
        _ => "steps",
    };
    Problem::Wrong(vec![(field, error.to_string())])
}

fn act<T>(desk: &Desk, work: impl FnOnce(&mut Workspace, &Permit) -> Result<T, ProceedingError>) -> Result<T, Problem> {
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        work(workspace, &permit).map_err(wrong)
    })?
}

fn done(desk: &Desk, language: Language, fields: Fields, did: Result<u64, Problem>) -> Result<Response, Problem> {
    match did {
        Ok(_) => Ok(Redirect::to("/proceedings").into_response()),
        Err(Problem::Wrong(errors)) => {
            let page = page(desk, language, fields, errors)?.render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// `POST /proceedings`
pub(crate) async fn open((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &["person", "incident", "words"])?;
        let mut reading = Reading::new(&fields, language);
        let read = reading.needed::<PersonId>("person").zip(reading.needed::<IncidentName>("incident"));
        let opened = reading.done(read).and_then(|(person, incident)| {
            act(&desk, |workspace, permit| workspace.open_proceeding(permit, &person, &incident, fields.get("words")))
        });
        done(&desk, language, fields, opened)
    })
    .await
}

/// `POST /proceedings/{number}/step`
pub(crate) async fn step(
    (state, extension): Asked,
    Path(number): Path<u64>,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &["step", "on", "by", "words"])?;
        let mut reading = Reading::new(&fields, language);
        let step = reading.needed::<Step>("step");
        let on = match fields.get("on") {
            "" => Some(today()),
            text => reading.noted("steps", day(text)),
        };
        let by: Vec<String> = fields.list("by").into_iter().map(str::to_owned).collect();
        let took = reading.done(step.zip(on)).and_then(|said| {
            let words = (fields.get("words"), today());
            act(&desk, |workspace, permit| workspace.step_proceeding(permit, number, said, by, words))
        });
        done(&desk, language, Fields::default(), took)
    })
    .await
}

/// `POST /proceedings/{number}/close`
pub(crate) async fn close(
    (state, extension): Asked,
    Path(number): Path<u64>,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &["ending", "words"])?;
        let mut reading = Reading::new(&fields, language);
        let ending = reading.needed::<Ending>("ending");
        let closed = reading.done(ending).and_then(|ending| {
            let words = (fields.get("words"), today());
            act(&desk, |workspace, permit| workspace.close_proceeding(permit, number, ending, words))
        });
        done(&desk, language, Fields::default(), closed)
    })
    .await
}

/// `POST /cases/{name}/dossier`: PDF and JSON in one archive, recorded before it leaves.
pub(crate) async fn dossier((state, extension): Asked, Path(name): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let incident = IncidentName::new(name).map_err(|_| Problem::Missing)?;
        let tongue = match language {
            Language::English => holm_marks::frame::Language::En,
            Language::Spanish => holm_marks::frame::Language::Es,
        };
        let archive = desk.office.act(|workspace| written(workspace, &incident, tongue))??;
        Ok(download(&format!("{incident}.zip"), "application/zip", archive))
    })
    .await
}

fn written(
    workspace: &mut Workspace,
    incident: &IncidentName,
    language: holm_marks::frame::Language,
) -> Result<Vec<u8>, Problem> {
    let now = Timestamp::now();
    let failed = |error: DossierError| match error {
        DossierError::NoIncident(_) => Problem::Missing,
        DossierError::Workspace(error) => error.into(),
        other => Problem::Refused(other.to_string()),
    };
    let internal = |e: &dyn std::fmt::Display| Problem::Internal(e.to_string());
    let dossier = workspace.dossier(incident, 1, now).map_err(failed)?;
    let permit = workspace.permit(&Action::Administer, now).map_err(WorkspaceError::from)?;
    if dossier.beliefs.is_some() {
        workspace.record_reading(&permit, Masked::Beliefs, None)?;
    }
    let pdf = dossier.to_pdf(language).map_err(failed)?;
    let json = serde_json::to_vec_pretty(&dossier).map_err(|e| internal(&e))?;
    workspace.note_dossier(&permit, incident, &pdf, &json)?;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (ending, bytes) in [("pdf", &pdf), ("json", &json)] {
        archive.start_file(format!("{incident}.{ending}"), SimpleFileOptions::default()).map_err(|e| internal(&e))?;
        archive.write_all(bytes).map_err(|e| internal(&e))?;
    }
    Ok(archive.finish().map_err(|e| internal(&e))?.into_inner())
}
