//! Operations: who knew of them, and what came of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use holm::exposure::{Exposures, Known, Source};
use holm::state::State as Recorded;
use holm::state::happenings::{Closing, Operation};
use holm_record::event::happening::{OperationFacts, Outcome, Window};
use holm_record::id::OperationName;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Span, answered, made, texts};
use crate::happening;
use crate::page::cases;
use crate::page::operation::operation_of;
use crate::problem::Problem;
use crate::server::Desk;

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OperationSearch {
    /// What the name, the sort or a target must hold, in any case.
    #[serde(default)]
    q: String,
    /// Only those that are not closed.
    #[serde(default)]
    live: bool,
}

/// Part of the operations: those to come, the earliest first, then those that are over, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Operations {
    /// How many there are that were looked for.
    total: usize,
    operations: Vec<OperationLine>,
}

/// An operation in short.
#[derive(Serialize, ToSchema)]
pub(crate) struct OperationLine {
    name: String,
    sort: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    targets: Vec<String>,
    /// `clean`, `suspected`, `confirmed` or `unknown`; absent until it is closed.
    outcome: Option<&'static str>,
    /// Incidents that betray it.
    incidents: Vec<String>,
}

impl OperationLine {
    fn of(state: &Recorded, name: &OperationName, operation: &Operation) -> Self {
        let facts = &operation.facts;
        Self {
            name: name.to_string(),
            sort: facts.sort.clone(),
            at: facts.at,
            targets: texts(&facts.targets),
            outcome: operation.closed.as_ref().map(|closing| closing.outcome.word()),
            incidents: state.happenings.incidents_of(name).map(|(incident, _)| incident.to_string()).collect(),
        }
    }
}

/// Operations: those to come, the earliest first, then those that are over, the newest first.
#[utoipa::path(get, path = "/api/v1/operations", tag = "operations", params(OperationSearch, Span),
    responses((status = 200, description = "The part that was asked for.", body = Operations)))]
pub(crate) async fn operations(
    State(desk): State<Arc<Desk>>,
    Query(search): Query<OperationSearch>,
    Query(span): Query<Span>,
) -> Response {
    answered(desk, move |desk| {
        let view = desk.office.view()?;
        let (mut found, over) = cases::operations(&view.state, &search.q);
        if !search.live {
            found.extend(over);
        }
        let line = |(name, operation): &(&OperationName, &Operation)| OperationLine::of(&view.state, name, operation);
        Ok(Json(Operations { total: found.len(), operations: span.of(&found)?.iter().map(line).collect() }))
    })
    .await
}

/// Between which moments a leak must have happened.
#[derive(Serialize, ToSchema)]
#[schema(as = LeakWindow)]
pub(crate) struct WindowAnswer {
    /// Not before.
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Not after.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
}

impl WindowAnswer {
    pub(super) fn of(window: Window) -> Self {
        Self { from: window.from, to: window.to }
    }
}

/// What came of an operation.
#[derive(Serialize, ToSchema)]
#[schema(as = Closing)]
pub(crate) struct ClosingAnswer {
    /// Its entry.
    entry: u64,
    #[schema(value_type = String, format = DateTime)]
    entered_at: Timestamp,
    /// `clean`, `suspected`, `confirmed` or `unknown`.
    outcome: &'static str,
    window: WindowAnswer,
    words: String,
}

impl ClosingAnswer {
    fn of(closing: &Closing) -> Self {
        Self {
            entry: closing.index,
            entered_at: closing.entered,
            outcome: closing.outcome.word(),
            window: WindowAnswer::of(closing.window),
            words: closing.words.clone(),
        }
    }
}

/// How somebody came to know.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KnownBy {
    /// A copy.
    Copy,
    /// By word of mouth.
    Told,
    /// The operation's own entry says so.
    Stated,
}

/// Somebody knew.
#[derive(Serialize, ToSchema)]
#[schema(as = Known)]
pub(crate) struct KnownAnswer {
    person: String,
    /// Since when; absent if it was before the operation and is not known when.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// The share of what there was to tell, more than 0 and at most 1.
    weight: f64,
    by: KnownBy,
    /// The item, if by a copy.
    item: Option<String>,
    /// The copy.
    copy: Option<String>,
    /// The entry that says so, if not by a copy.
    entry: Option<u64>,
    /// By which channel, if it was told by word of mouth.
    channel: Option<String>,
    /// Which of several versions.
    variant: Option<String>,
    /// Whether it was entered long after, or when the end was known already.
    late: bool,
}

impl KnownAnswer {
    pub(super) fn of(known: &Known) -> Self {
        let (by, item, copy, entry, channel, variant) = match &known.source {
            Source::Copy { item, copy } => (KnownBy::Copy, Some(item.to_string()), Some(copy.to_string()), None, None, None),
            Source::Told { entry, channel, variant } => {
                let channel = channel.as_ref().map(ToString::to_string);
                (KnownBy::Told, None, None, Some(*entry), channel, variant.clone())
            }
            Source::Stated { entry } => (KnownBy::Stated, None, None, Some(*entry), None, None),
        };
        let (person, weight) = (known.person.to_string(), known.weight.get());
        Self { person, at: known.at, weight, by, item, copy, entry, channel, variant, late: known.late }
    }
}

/// An operation, what is recorded of it, and who knew.
#[derive(Serialize, ToSchema)]
#[schema(as = Operation)]
pub(crate) struct OperationAnswer {
    name: String,
    /// Its entry.
    entry: u64,
    #[schema(value_type = String, format = DateTime)]
    entered_at: Timestamp,
    sort: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    targets: Vec<String>,
    units: Vec<String>,
    channels: Vec<String>,
    items: Vec<String>,
    endangers: Vec<String>,
    words: String,
    closed: Option<ClosingAnswer>,
    /// Incidents that betray it.
    incidents: Vec<String>,
    /// Who knew, by person, then by time.
    known: Vec<KnownAnswer>,
}

/// An operation and who knew of it.
#[utoipa::path(get, path = "/api/v1/operations/{name}", tag = "operations",
    params(("name" = String, Path, description = "The operation.")),
    responses((status = 200, description = "The operation.", body = OperationAnswer)))]
pub(crate) async fn operation(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    answered(desk, move |desk| Ok(Json(one(desk, &name)?))).await
}

fn one(desk: &Desk, name: &str) -> Result<OperationAnswer, Problem> {
    let view = desk.office.view()?;
    let (name, operation) = operation_of(&view, name)?;
    let facts = &operation.facts;
    let known = Exposures::new(&view.state).of_operation(name, operation);
    Ok(OperationAnswer {
        name: name.to_string(),
        entry: operation.index,
        entered_at: operation.entered,
        sort: facts.sort.clone(),
        at: facts.at,
        targets: texts(&facts.targets),
        units: facts.units.clone(),
        channels: texts(&facts.channels),
        items: texts(&facts.items),
        endangers: facts.endangers.clone(),
        words: facts.words.clone(),
        closed: operation.closed.as_ref().map(ClosingAnswer::of),
        incidents: view.state.happenings.incidents_of(name).map(|(incident, _)| incident.to_string()).collect(),
        known: known.iter().map(KnownAnswer::of).collect(),
    })
}

/// Operations to be recorded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationsGiven {
    /// The file that they come from, if they do.
    source: Option<String>,
    #[schema(value_type = Vec<OperationGiven>)]
    operations: Vec<OperationFacts>,
}

/// What is known of an operation.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
struct OperationGiven {
    /// A name of its own.
    operation: String,
    /// Such as `raid`: each sort fails by itself at a rate of its own.
    sort: String,
    #[schema(format = DateTime)]
    at: String,
    #[schema(required = false)]
    targets: Vec<String>,
    #[schema(required = false)]
    units: Vec<String>,
    #[schema(required = false)]
    channels: Vec<String>,
    #[schema(required = false)]
    items: Vec<String>,
    #[schema(required = false)]
    told: Vec<ExposureGiven>,
    /// Who or what is harmed if it is betrayed.
    #[schema(required = false)]
    endangers: Vec<String>,
    #[schema(required = false)]
    words: String,
    /// `clean`, `suspected`, `confirmed` or `unknown`, if it is over.
    #[schema(required = false)]
    outcome: Option<String>,
    #[schema(required = false)]
    window: Option<WindowGiven>,
}

/// Somebody knew of an operation.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
struct ExposureGiven {
    person: String,
    /// Since when; absent if it is not known when.
    #[schema(required = false, format = DateTime)]
    at: Option<String>,
    /// More than 0, at most 1, which it is if it is absent.
    #[schema(required = false)]
    weight: f64,
}

/// Between which moments a leak must have happened.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
pub(crate) struct WindowGiven {
    #[schema(required = false, format = DateTime)]
    from: Option<String>,
    #[schema(required = false, format = DateTime)]
    to: Option<String>,
}

/// What was recorded.
#[derive(Serialize, ToSchema)]
pub(crate) struct Recording {
    /// How many.
    recorded: usize,
    /// How many of them are over.
    over: usize,
}

/// Records operations that are planned or past, all or none.
#[utoipa::path(post, path = "/api/v1/operations", tag = "operations", request_body = OperationsGiven,
    responses((status = 201, description = "They are recorded.", body = Recording,
        headers(("Location", description = "Where they are.")))))]
pub(crate) async fn record_operations(State(desk): State<Arc<Desk>>, Json(given): Json<OperationsGiven>) -> Response {
    answered(desk, move |desk| {
        let (recorded, over) = (given.operations.len(), given.operations.iter().filter(|o| o.outcome.is_some()).count());
        happening::add_operations(desk, given.source, given.operations)?;
        Ok(made(StatusCode::CREATED, "/api/v1/operations".to_owned(), Recording { recorded, over }))
    })
    .await
}

/// What came of an operation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClosingGiven {
    /// `clean`, `suspected`, `confirmed` or `unknown`.
    #[schema(value_type = String)]
    outcome: Outcome,
    #[serde(default)]
    #[schema(value_type = WindowGiven, required = false)]
    window: Window,
    #[serde(default)]
    words: String,
}

/// Records what came of an operation, once.
#[utoipa::path(post, path = "/api/v1/operations/{name}/close", tag = "operations", request_body = ClosingGiven,
    params(("name" = String, Path, description = "The operation.")),
    responses((status = 200, description = "It is recorded.", body = OperationAnswer)))]
pub(crate) async fn close_operation(
    State(desk): State<Arc<Desk>>,
    Path(name): Path<String>,
    Json(given): Json<ClosingGiven>,
) -> Response {
    answered(desk, move |desk| {
        let view = desk.office.view()?;
        let (own, _) = operation_of(&view, &name)?;
        happening::close(desk, own, given.outcome, given.window, given.words)?;
        Ok(Json(one(desk, &name)?))
    })
    .await
}
