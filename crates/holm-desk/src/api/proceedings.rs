//! Proceedings against people, and the dossier of an incident.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use holm::proceeding::{Ended, Proceeding, Taken};
use holm::vetting::import::day;
use holm_marks::frame::Language;
use holm_record::event::proceeding::{Ending, Step};
use holm_record::id::{IncidentName, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{File, answered, made, wrong};
use crate::page::download;
use crate::problem::Problem;
use crate::proceeding;
use crate::server::Desk;
use crate::vetting::today;

/// Proceedings.
#[derive(Serialize, ToSchema)]
pub(crate) struct Proceedings {
    /// Oldest first.
    proceedings: Vec<ProceedingLine>,
}

/// A proceeding, and how it stands.
#[derive(Serialize, ToSchema)]
#[schema(as = Proceeding)]
pub(crate) struct ProceedingLine {
    /// The number of its entry, by which it is called.
    proceeding: u64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    by: String,
    /// Against whom.
    person: String,
    /// About which incident.
    incident: String,
    /// On which grounds.
    grounds: String,
    /// What came since, in order.
    steps: Vec<StepTaken>,
    /// How it ended; absent while it is open.
    ending: Option<ProceedingEnd>,
    /// Steps that may come; whether their time has come is another question.
    next: Vec<&'static str>,
    /// The last day on which the person may answer or appeal, if they may.
    may_answer_until: Option<String>,
}

/// A step that was taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct StepTaken {
    entry: u64,
    /// `notice`, `reply`, `review`, `appeal` or `decision`.
    step: &'static str,
    on: String,
    by: Vec<String>,
    words: String,
}

/// How a proceeding ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProceedingEnd {
    entry: u64,
    on: String,
    /// `exonerated`, `upheld` or `dropped`.
    ending: &'static str,
    words: String,
}

impl ProceedingLine {
    fn of(proceeding: &Proceeding) -> Self {
        let step = |taken: &Taken| StepTaken {
            entry: taken.entry,
            step: taken.step.word(),
            on: taken.on.to_string(),
            by: taken.by.clone(),
            words: taken.words.clone(),
        };
        let end = |ended: &Ended| ProceedingEnd {
            entry: ended.entry,
            on: ended.on.to_string(),
            ending: ended.how.word(),
            words: ended.words.clone(),
        };
        Self {
            proceeding: proceeding.number,
            at: proceeding.at,
            by: proceeding.by.clone(),
            person: proceeding.person.to_string(),
            incident: proceeding.incident.to_string(),
            grounds: proceeding.grounds.clone(),
            steps: proceeding.steps.iter().map(step).collect(),
            ending: proceeding.ending.as_ref().map(end),
            next: proceeding.next().iter().map(|step| step.word()).collect(),
            may_answer_until: proceeding.may_answer_until().map(|day| day.to_string()),
        }
    }

    /// A proceeding as it stands now.
    fn now(desk: &Desk, number: u64) -> Result<Self, Problem> {
        let view = desk.office.view()?;
        view.state.proceedings.iter().find(|of| of.number == number).map(Self::of).ok_or(Problem::Missing)
    }
}

/// Proceedings, and how they stand.
#[utoipa::path(get, path = "/api/v1/proceedings", tag = "proceedings",
    responses((status = 200, description = "All of them.", body = Proceedings)))]
pub(crate) async fn proceedings(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| {
        let view = desk.office.view()?;
        Ok(Json(Proceedings { proceedings: view.state.proceedings.iter().map(ProceedingLine::of).collect() }))
    })
    .await
}

/// A proceeding to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProceeding {
    /// Against whom.
    person: String,
    /// About which incident.
    incident: String,
    /// On which grounds: the person reads them in the notice.
    grounds: String,
}

/// Opens a proceeding. Where the policy of approvals names groups for it, they must have approved exactly this.
#[utoipa::path(post, path = "/api/v1/proceedings", tag = "proceedings", request_body = NewProceeding,
    responses((status = 201, description = "It is open.", body = ProceedingLine,
        headers(("Location", description = "Where proceedings are.")))))]
pub(crate) async fn open_proceeding(State(desk): State<Arc<Desk>>, Json(given): Json<NewProceeding>) -> Response {
    answered(desk, move |desk| {
        let person = wrong("person", PersonId::new(given.person))?;
        let incident = wrong("incident", IncidentName::new(given.incident))?;
        let opened = proceeding::open(desk, &person, &incident, &given.grounds);
        let number = opened.map_err(|problem| problem.at(|field| if field == "words" { "grounds" } else { field }))?;
        Ok(made(StatusCode::CREATED, "/api/v1/proceedings".to_owned(), ProceedingLine::now(desk, number)?))
    })
    .await
}

/// What came next.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStep {
    /// `notice`, `reply`, `review`, `appeal` or `decision`.
    step: String,
    /// On which day: `2026-11-24`; today, if absent.
    on: Option<String>,
    /// By whom. A review is by another person, a decision by three.
    #[serde(default)]
    by: Vec<String>,
    /// What was said.
    words: String,
}

/// Records a step of a proceeding.
#[utoipa::path(post, path = "/api/v1/proceedings/{number}/step", tag = "proceedings",
    params(("number" = u64, Path, description = "The proceeding's number.")), request_body = NewStep,
    responses((status = 200, description = "It is recorded.", body = ProceedingLine)))]
pub(crate) async fn step_proceeding(
    State(desk): State<Arc<Desk>>,
    Path(number): Path<u64>,
    Json(given): Json<NewStep>,
) -> Response {
    answered(desk, move |desk| {
        let step = wrong("step", given.step.parse::<Step>())?;
        let on = given.on.as_deref().map(|text| wrong("on", day(text))).transpose()?;
        proceeding::step(desk, number, (step, on.unwrap_or_else(today)), given.by, &given.words)?;
        Ok(Json(ProceedingLine::now(desk, number)?))
    })
    .await
}

/// How a proceeding ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEnd {
    /// `exonerated`, `upheld` or `dropped`. Whoever is exonerated is no cause of the incident any more, in any belief.
    ending: String,
    /// Why.
    words: String,
}

/// Ends a proceeding.
#[utoipa::path(post, path = "/api/v1/proceedings/{number}/close", tag = "proceedings",
    params(("number" = u64, Path, description = "The proceeding's number.")), request_body = NewEnd,
    responses((status = 200, description = "It is over.", body = ProceedingLine)))]
pub(crate) async fn close_proceeding(
    State(desk): State<Arc<Desk>>,
    Path(number): Path<u64>,
    Json(given): Json<NewEnd>,
) -> Response {
    answered(desk, move |desk| {
        proceeding::close(desk, number, wrong("ending", given.ending.parse::<Ending>())?, &given.words)?;
        Ok(Json(ProceedingLine::now(desk, number)?))
    })
    .await
}

/// How a dossier is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DossierWanted {
    /// What is sent.
    #[serde(default)]
    form: DossierForm,
    /// In which language the PDF is.
    #[serde(default)]
    language: DossierLanguage,
}

/// Forms of a dossier.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DossierForm {
    /// PDF and JSON in one archive.
    #[default]
    Zip,
    /// PDF alone.
    Pdf,
    /// JSON alone, with a proof of every entry that is named.
    Json,
}

/// Languages of a dossier.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DossierLanguage {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

/// Writes what the record says of an incident. That it was written, and SHA-256 of PDF and JSON, are an entry before it is sent.
///
/// What is believed of people is in it only for whoever may see beliefs, under masks where they are on.
#[utoipa::path(post, path = "/api/v1/incidents/{name}/dossier", tag = "incidents",
    params(("name" = String, Path, description = "The incident.")), request_body = DossierWanted,
    responses((status = 200, description = "The dossier.",
        content((File = "application/zip"), (File = "application/pdf"), (File = "application/json")))))]
pub(crate) async fn incident_dossier(
    State(desk): State<Arc<Desk>>,
    Path(name): Path<String>,
    Json(wanted): Json<DossierWanted>,
) -> Response {
    answered(desk, move |desk| {
        let language = match wanted.language {
            DossierLanguage::En => Language::En,
            DossierLanguage::Es => Language::Es,
        };
        let written = proceeding::dossier(desk, name, language)?;
        let name = written.incident.to_string();
        let (ending, kind, bytes) = match wanted.form {
            DossierForm::Zip => ("zip", "application/zip", written.archive()?),
            DossierForm::Pdf => ("pdf", "application/pdf", written.pdf),
            DossierForm::Json => ("json", "application/json", written.json),
        };
        Ok(download(&format!("{name}.{ending}"), kind, bytes))
    })
    .await
}
