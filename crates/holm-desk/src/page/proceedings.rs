//! Proceedings against people, and the dossier of an incident.

use askama::Template;
use axum::extract::{Form, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::proceeding::Proceeding;
use holm::role::UseCase;
use holm::vetting::import::day;
use holm_record::event::proceeding::{Ending, Step};
use holm_record::id::{IncidentName, PersonId};

use super::{Asked, Place, Shell, Shown, answered, download, moment};
use crate::fields::{Fields, Reading};
use crate::language::Language;
use crate::problem::{Problem, Wrong, in_language};
use crate::proceeding;
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

/// The form's own name of a field.
fn typed(field: &'static str) -> &'static str {
    match field {
        "step" | "on" | "by" | "ending" => "steps",
        other => other,
    }
}

fn done(desk: &Desk, language: Language, fields: Fields, did: Result<u64, Problem>) -> Result<Response, Problem> {
    match did.map_err(|problem| problem.at(typed)) {
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
        let opened = reading.done(read);
        let opened = opened.and_then(|(person, incident)| proceeding::open(&desk, &person, &incident, fields.get("words")));
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
        let read = reading.done(step.zip(on));
        let took = read.and_then(|said| proceeding::step(&desk, number, said, by, fields.get("words")));
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
        let read = reading.done(ending);
        let closed = read.and_then(|ending| proceeding::close(&desk, number, ending, fields.get("words")));
        done(&desk, language, Fields::default(), closed)
    })
    .await
}

/// `POST /cases/{name}/dossier`: PDF and JSON in one archive, recorded before it leaves.
pub(crate) async fn dossier((state, extension): Asked, Path(name): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let tongue = match language {
            Language::English => holm_marks::frame::Language::En,
            Language::Spanish => holm_marks::frame::Language::Es,
        };
        let written = proceeding::dossier(&desk, name, tongue)?;
        Ok(download(&format!("{}.zip", written.incident), "application/zip", written.archive()?))
    })
    .await
}
