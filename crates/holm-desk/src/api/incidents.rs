//! Incidents, and the damage of one or of a person.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use holm::damage::{Damage, Of, assess};
use holm::state::State as Recorded;
use holm_record::event::happening::IncidentFacts;
use holm_record::id::{IncidentName, OperationName};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::looks::LookLine;
use super::operations::{KnownAnswer, WindowAnswer, WindowGiven};
use super::{Span, answered, made};
use crate::happening;
use crate::page::cases;
use crate::page::incident::{incident_of, known};
use crate::page::people::person_of;
use crate::problem::Problem;
use crate::server::Desk;

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IncidentSearch {
    /// What its name, or that of the operation or item it bears on, must hold, in any case.
    #[serde(default)]
    q: String,
}

/// Part of the incidents, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Incidents {
    /// How many there are that were looked for.
    total: usize,
    incidents: Vec<IncidentLine>,
}

/// An incident in short.
#[derive(Serialize, ToSchema)]
pub(crate) struct IncidentLine {
    name: String,
    /// `confirmed`, `suspected` or `unknown`; absent if it is a leak that was traced and nothing else is recorded.
    certainty: Option<&'static str>,
    /// When it was noticed, or its first evidence received.
    #[schema(value_type = Option<String>, format = DateTime)]
    noticed_at: Option<Timestamp>,
    operation: Option<String>,
    /// The item that is stated, and those that looks found.
    items: Vec<String>,
}

impl IncidentLine {
    fn of(state: &Recorded, name: &IncidentName) -> Self {
        let facts = state.happenings.incidents.get(name).map(|incident| &incident.facts);
        Self {
            name: name.to_string(),
            certainty: facts.map(|facts| facts.certainty.word()),
            noticed_at: cases::noticed(state, name),
            operation: facts.and_then(|facts| facts.operation.as_ref().map(ToString::to_string)),
            items: cases::items_of(state, name, facts).into_iter().map(ToString::to_string).collect(),
        }
    }
}

/// Incidents, those that were traced among them, the newest first.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "incidents", params(IncidentSearch, Span),
    responses((status = 200, description = "The part that was asked for.", body = Incidents)))]
pub(crate) async fn incidents(
    State(desk): State<Arc<Desk>>,
    Query(search): Query<IncidentSearch>,
    Query(span): Query<Span>,
) -> Response {
    answered(desk, move |desk| {
        let view = desk.office.view()?;
        let found = cases::incidents(&view.state, &search.q);
        let incidents = span.of(&found)?.iter().map(|name| IncidentLine::of(&view.state, name)).collect();
        Ok(Json(Incidents { total: found.len(), incidents }))
    })
    .await
}

/// What is recorded of an incident.
#[derive(Serialize, ToSchema)]
#[schema(as = IncidentFacts)]
pub(crate) struct FactsAnswer {
    /// Its entry.
    entry: u64,
    #[schema(value_type = String, format = DateTime)]
    entered_at: Timestamp,
    /// `target-gone`, `target-prepared`, `intercept`, `copy-recovered`, `variant-acted-on`, `informant-report`, `person-harmed` or
    /// `other`.
    sort: &'static str,
    window: WindowAnswer,
    variant: Option<String>,
    grade: Option<String>,
    considered: Option<String>,
    words: String,
}

/// An incident, its evidence, its verdicts, and who knew of what it betrayed.
#[derive(Serialize, ToSchema)]
#[schema(as = Incident)]
pub(crate) struct IncidentAnswer {
    incident: IncidentLine,
    /// Absent if it is a leak that was traced and nothing else is recorded.
    facts: Option<FactsAnswer>,
    /// Sets of evidence that are sealed.
    evidence: usize,
    looks: Vec<LookLine>,
    /// Everybody who knew, also too late to be its source.
    known: Vec<KnownAnswer>,
}

/// An incident.
#[utoipa::path(get, path = "/api/v1/incidents/{name}", tag = "incidents",
    params(("name" = String, Path, description = "The incident.")),
    responses((status = 200, description = "The incident.", body = IncidentAnswer)))]
pub(crate) async fn incident(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    answered(desk, move |desk| Ok(Json(one(desk, &name)?))).await
}

fn one(desk: &Desk, name: &str) -> Result<IncidentAnswer, Problem> {
    let view = desk.office.view()?;
    let (name, incident) = incident_of(&view, name)?;
    let facts = incident.map(|incident| FactsAnswer {
        entry: incident.index,
        entered_at: incident.entered,
        sort: incident.facts.sort.word(),
        window: WindowAnswer::of(incident.facts.window),
        variant: incident.facts.variant.clone(),
        grade: incident.facts.grade.clone(),
        considered: incident.facts.considered.clone(),
        words: incident.facts.words.clone(),
    });
    Ok(IncidentAnswer {
        incident: IncidentLine::of(&view.state, name),
        facts,
        evidence: view.state.evidence.iter().filter(|e| e.incident == *name).count(),
        looks: view.state.looks.iter().filter(|look| look.incident == *name).map(LookLine::of).collect(),
        known: known(&view.state, name, incident).iter().map(KnownAnswer::of).collect(),
    })
}

/// An incident to be recorded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncidentGiven {
    /// A name of its own, or that under which its evidence was traced.
    #[schema(value_type = String)]
    incident: IncidentName,
    #[schema(value_type = IncidentFactsGiven)]
    facts: IncidentFacts,
}

/// What is known of an incident.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
struct IncidentFactsGiven {
    /// As `IncidentFacts` has it.
    sort: String,
    #[schema(format = DateTime)]
    noticed: String,
    #[schema(required = false)]
    window: WindowGiven,
    /// `confirmed`, `suspected` or `unknown`.
    certainty: String,
    /// The operation that was betrayed.
    #[schema(required = false)]
    operation: Option<String>,
    /// The item that got out.
    #[schema(required = false)]
    item: Option<String>,
    #[schema(required = false)]
    variant: Option<String>,
    #[schema(required = false)]
    grade: Option<String>,
    #[schema(required = false)]
    considered: Option<String>,
    #[schema(required = false)]
    words: String,
}

/// Records an incident.
#[utoipa::path(post, path = "/api/v1/incidents", tag = "incidents", request_body = IncidentGiven,
    responses((status = 201, description = "It is recorded.", body = IncidentAnswer,
        headers(("Location", description = "Where it is.")))))]
pub(crate) async fn record_incident(State(desk): State<Arc<Desk>>, Json(given): Json<IncidentGiven>) -> Response {
    answered(desk, move |desk| {
        let name = given.incident.to_string();
        happening::add_incident(desk, given.incident, given.facts)?;
        Ok(made(StatusCode::CREATED, format!("/api/v1/incidents/{name}"), one(desk, &name)?))
    })
    .await
}

/// What may be known where it should not.
#[derive(Serialize, ToSchema)]
#[schema(as = Damage)]
pub(crate) struct DamageAnswer {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Those in danger, first of all.
    warn_first: Vec<String>,
    /// Operations to postpone or to change, the earliest first.
    postpone: Vec<ExposedOperation>,
    items: Vec<ExposedItem>,
    /// Operations that are over and endangered somebody.
    past: Vec<PastOperation>,
    /// How many operations that are over were known besides.
    past_without_danger: usize,
}

/// An operation that is not over and may be known.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExposedOperation {
    operation: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    targets: Vec<String>,
    endangers: Vec<String>,
    /// Since when it may be known.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Who must be warned, in person: one of them may be the leak.
    warn: Vec<String>,
}

/// An item that may be known.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExposedItem {
    item: String,
    marking: Option<String>,
    /// Since when it may be known.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    recalled: bool,
    /// How many hold it.
    holders: usize,
}

/// An operation that is over and endangered somebody.
#[derive(Serialize, ToSchema)]
pub(crate) struct PastOperation {
    operation: String,
    endangers: Vec<String>,
}

impl DamageAnswer {
    fn of(damage: Damage) -> Self {
        let postpone = damage.live.into_iter().map(|live| ExposedOperation {
            operation: live.operation.to_string(),
            at: live.at,
            targets: live.targets.iter().map(ToString::to_string).collect(),
            endangers: live.endangers,
            since: live.since,
            warn: live.warn.iter().map(ToString::to_string).collect(),
        });
        let items = damage.items.into_iter().map(|item| ExposedItem {
            item: item.item.to_string(),
            marking: item.marking,
            since: item.since,
            recalled: item.recalled,
            holders: item.holders,
        });
        let past =
            |(operation, endangers): (OperationName, Vec<String>)| PastOperation { operation: operation.to_string(), endangers };
        Self {
            at: damage.at,
            warn_first: damage.warn_first,
            postpone: postpone.collect(),
            items: items.collect(),
            past: damage.past.into_iter().map(past).collect(),
            past_without_danger: damage.past_without_danger,
        }
    }
}

fn damage(state: &Recorded, of: Of) -> Result<Json<DamageAnswer>, Problem> {
    let found = assess(state, of, Timestamp::now()).map_err(|e| Problem::Refused(e.to_string()))?;
    Ok(Json(DamageAnswer::of(found)))
}

/// What an incident exposed.
#[utoipa::path(get, path = "/api/v1/incidents/{name}/damage", tag = "incidents",
    params(("name" = String, Path, description = "The incident.")),
    responses((status = 200, description = "The damage.", body = DamageAnswer)))]
pub(crate) async fn incident_damage(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    answered(desk, move |desk| {
        let view = desk.office.view()?;
        let (name, _) = incident_of(&view, &name)?;
        damage(&view.state, Of::Incident(name.clone()))
    })
    .await
}

/// What a person could have exposed; that they did is not said.
#[utoipa::path(get, path = "/api/v1/people/{id}/damage", tag = "people",
    params(("id" = String, Path, description = "The person.")),
    responses((status = 200, description = "The damage.", body = DamageAnswer)))]
pub(crate) async fn person_damage(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Response {
    answered(desk, move |desk| {
        let view = desk.office.view()?;
        let (id, _) = person_of(&view, &id)?;
        damage(&view.state, Of::Person(id.clone()))
    })
    .await
}
