//! An item that does harm: recalls and corrections.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use holm_record::id::{ItemName, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{JobState, LANGUAGE, answered, made, state};
use crate::correction::{self, Given, Reach, corrects};
use crate::happening;
use crate::job::{Done, Work};
use crate::page::harm;
use crate::problem::Problem;
use crate::server::Desk;

/// Whether an item is burned, and what corrects it.
#[derive(Serialize, ToSchema)]
#[schema(as = Harm)]
pub(crate) struct HarmAnswer {
    item: String,
    /// Why it was recalled; absent if it was not.
    recalled: Option<String>,
    /// The entry that says so.
    recalled_entry: Option<u64>,
    corrections: Vec<CorrectionAnswer>,
}

/// A correction, and who has read it.
#[derive(Serialize, ToSchema)]
#[schema(as = Correction)]
pub(crate) struct CorrectionAnswer {
    /// The item that corrects.
    correction: String,
    read: Vec<ReaderAnswer>,
    unread: Vec<String>,
}

/// Who signed for a correction, and when.
#[derive(Serialize, ToSchema)]
#[schema(as = Reader)]
pub(crate) struct ReaderAnswer {
    person: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

fn item_named(desk: &Desk, name: &str) -> Result<ItemName, Problem> {
    Ok(harm::item_of(&*desk.office.view()?, name)?.clone())
}

fn one(desk: &Desk, item: &ItemName) -> Result<HarmAnswer, Problem> {
    let view = desk.office.view()?;
    let reader = |(person, at): (PersonId, Timestamp)| ReaderAnswer { person: person.to_string(), at };
    let corrections = view.state.readings(item).into_iter().map(|reading| CorrectionAnswer {
        correction: reading.correction.to_string(),
        read: reading.read.into_iter().map(reader).collect(),
        unread: reading.unread.iter().map(ToString::to_string).collect(),
    });
    let recalled = view.state.items.get(item).and_then(|i| i.recalled.as_ref());
    Ok(HarmAnswer {
        item: item.to_string(),
        recalled: recalled.map(|(_, reason)| reason.clone()),
        recalled_entry: recalled.map(|(entry, _)| *entry),
        corrections: corrections.collect(),
    })
}

/// Why an item is recalled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recalling {
    /// One line of at most 200 letters.
    reason: String,
}

/// Whether an item was recalled.
#[utoipa::path(get, path = "/api/v1/items/{name}/recall", tag = "items",
    params(("name" = String, Path, description = "The item.")),
    responses((status = 200, description = "Whether it was, and what corrects it.", body = HarmAnswer)))]
pub(crate) async fn recall(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    answered(desk, move |desk| Ok(Json(one(desk, &item_named(desk, &name)?)?))).await
}

/// Records that an item is burned: no further copy is issued.
#[utoipa::path(post, path = "/api/v1/items/{name}/recall", tag = "items", request_body = Recalling,
    params(("name" = String, Path, description = "The item.")),
    responses((status = 200, description = "It is recorded.", body = HarmAnswer)))]
pub(crate) async fn recall_item(
    State(desk): State<Arc<Desk>>,
    Path(name): Path<String>,
    Json(given): Json<Recalling>,
) -> Response {
    answered(desk, move |desk| {
        let item = item_named(desk, &name)?;
        happening::recall(desk, LANGUAGE, &item, &given.reason)?;
        Ok(Json(one(desk, &item)?))
    })
    .await
}

/// By what an item would be corrected.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CorrectedBy {
    /// An item that was shared already and says what is true; absent for a text.
    #[serde(default)]
    by: String,
}

/// Whom a correction reaches.
#[derive(Serialize, ToSchema)]
pub(crate) struct CorrectionReach {
    /// The item that corrects.
    correction: String,
    /// Who is issued a copy of it.
    to: Vec<String>,
    /// Holders who must be told otherwise: they have left, or have no key.
    unreached: Vec<String>,
    /// Who was told by word of mouth only, and must be told so again.
    told_orally: Vec<String>,
}

impl CorrectionReach {
    fn of(correction: &ItemName, reach: &Reach) -> Self {
        let ids = |persons: &[PersonId]| persons.iter().map(ToString::to_string).collect();
        let Reach { to, unreached, told_orally } = reach;
        Self { correction: correction.to_string(), to: ids(to), unreached: ids(unreached), told_orally: ids(told_orally) }
    }
}

/// What a correction would be called, and whom it would reach. Nothing is recorded.
#[utoipa::path(get, path = "/api/v1/items/{name}/correction", tag = "items",
    params(("name" = String, Path, description = "The item."), CorrectedBy),
    responses((status = 200, description = "Whom it would reach.", body = CorrectionReach)))]
pub(crate) async fn correction_reach(
    State(desk): State<Arc<Desk>>,
    Path(name): Path<String>,
    Query(asked): Query<CorrectedBy>,
) -> Response {
    answered(desk, move |desk| {
        let (item, view) = (item_named(desk, &name)?, desk.office.view()?);
        let by = (!asked.by.is_empty()).then(|| corrects(&view.state, &item, &asked.by)).transpose()?;
        let reach = Reach::of(&view.state, &item, by.as_ref())?;
        let next = || view.state.next_correction(&item).map_err(happening::of_correction);
        Ok(Json(CorrectionReach::of(&by.map_or_else(next, Ok)?, &reach)))
    })
    .await
}

/// A correction to be sent: a text, or an item that says it already.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectionOrder {
    /// 1 to 64 letters, digits, hyphens and underscores, new for each correction. Sending the same order again sends nothing anew.
    #[serde(default)]
    #[schema(required = true)]
    ticket: String,
    /// What is true, if no item says so.
    #[serde(default)]
    truth: String,
    /// An item that was shared already and says what is true: noted, and nothing is sent.
    #[serde(default)]
    by: String,
}

/// A correction that is sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct CorrectionJob {
    ticket: String,
    state: JobState,
    /// What it is at.
    at: Option<String>,
    /// What was sent and whom it reaches, once it is done.
    sent: Option<CorrectionReach>,
    /// Why it failed. No copy was released then.
    error: Option<String>,
}

impl CorrectionJob {
    fn of(desk: &Desk, item: &str, ticket: &str) -> Result<Self, Problem> {
        let item = item_named(desk, item)?;
        let progress = desk.jobs.progress(Work::Correction, ticket).ok_or(Problem::Missing)?;
        let (state, at, done, error) = state(progress);
        let sent = match done {
            Some(Done::Released(correction)) => {
                let view = desk.office.view()?;
                let own = view.state.items.get(&item).is_some_and(|i| i.corrections.contains(&correction));
                let reach = Reach::of(&view.state, &item, Some(&correction))?;
                Some(own.then(|| CorrectionReach::of(&correction, &reach)).ok_or(Problem::Missing)?)
            }
            _ => None,
        };
        Ok(Self { ticket: ticket.to_owned(), state, at, sent, error })
    }
}

/// Begins to send every holder of an item what is true, as an item of its own, or notes that another item says it.
#[utoipa::path(post, path = "/api/v1/items/{name}/correction", tag = "items", request_body = CorrectionOrder,
    params(("name" = String, Path, description = "The item.")),
    responses((status = 202, description = "It began, or had begun under this ticket.", body = CorrectionJob,
        headers(("Location", description = "Where its state is.")))))]
pub(crate) async fn correct_item(
    State(desk): State<Arc<Desk>>,
    Path(name): Path<String>,
    Json(order): Json<CorrectionOrder>,
) -> Response {
    answered(desk, move |desk| {
        let given = Given { truth: order.truth, by: order.by };
        let ticket = correction::begin(desk, LANGUAGE, &name, &order.ticket, &given)?;
        let ticket = ticket.as_str();
        let job = CorrectionJob::of(desk, &name, ticket)?;
        Ok(made(StatusCode::ACCEPTED, format!("/api/v1/items/{name}/correction/{ticket}"), job))
    })
    .await
}

/// How far a correction is. Corrections of this start of the desk are known, the newest 200 jobs of it.
#[utoipa::path(get, path = "/api/v1/items/{name}/correction/{ticket}", tag = "items",
    params(("name" = String, Path, description = "The item."),
        ("ticket" = String, Path, description = "The ticket that it was begun under.")),
    responses((status = 200, description = "Its state.", body = CorrectionJob)))]
pub(crate) async fn correction(State(desk): State<Arc<Desk>>, Path((name, ticket)): Path<(String, String)>) -> Response {
    answered(desk, move |desk| Ok(Json(CorrectionJob::of(desk, &name, &ticket)?))).await
}
