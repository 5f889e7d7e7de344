//! People: the roster, and everything that one person was told.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Multipart, Path, Query, State};
use axum::response::Response;
use holm::state::{Disclosure, Person};
use holm_record::id::{ItemName, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{LANGUAGE, Span, answered};
use crate::arrival;
use crate::form;
use crate::office::View;
use crate::page::people::{Wanted, person_of, told, told_by_person};
use crate::problem::Problem;
use crate::roster;
use crate::server::Desk;

/// Who is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PersonSearch {
    /// What id, name, agency, unit or role must hold, in any case.
    #[serde(default)]
    q: String,
    /// Agency and unit: `Bureau, Unit 1`.
    #[serde(default)]
    unit: String,
    /// Only whoever is still there and has no device to seal to.
    #[serde(default)]
    keyless: bool,
}

/// Part of the roster, by id.
#[derive(Serialize, ToSchema)]
pub(crate) struct People {
    /// How many there are that were looked for.
    total: usize,
    people: Vec<PersonLine>,
}

/// A person in short.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonLine {
    id: String,
    name: String,
    /// Whether the person left.
    left: bool,
    agency: String,
    unit: String,
    /// Rank, 1 lowest to 5 highest.
    level: u8,
    role: String,
    /// Items that the person was told.
    told: usize,
}

impl PersonLine {
    fn of(id: &PersonId, person: &Person, told: &BTreeMap<&PersonId, usize>) -> Self {
        Self {
            id: id.to_string(),
            name: person.facts.name.clone(),
            left: person.left,
            agency: person.facts.agency.clone(),
            unit: person.facts.unit.clone(),
            level: person.facts.level,
            role: person.facts.role.clone(),
            told: told.get(id).copied().unwrap_or(0),
        }
    }
}

/// The roster, by id.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(PersonSearch, Span),
    responses((status = 200, description = "The part that was asked for.", body = People)))]
pub(crate) async fn people(
    State(desk): State<Arc<Desk>>,
    Query(search): Query<PersonSearch>,
    Query(span): Query<Span>,
) -> Response {
    answered(desk, move |desk| {
        let view = desk.office.view()?;
        let found = Wanted { text: search.q, unit: search.unit, keyless: search.keyless }.found(&view.state);
        let told = told_by_person(&view);
        let people = span.of(&found)?.iter().map(|(id, person)| PersonLine::of(id, person, &told)).collect();
        Ok(Json(People { total: found.len(), people }))
    })
    .await
}

/// A person, and everything that the person was told.
#[derive(Serialize, ToSchema)]
#[schema(as = Person)]
pub(crate) struct PersonAnswer {
    id: String,
    name: String,
    /// Whether the person left.
    left: bool,
    agency: String,
    unit: String,
    /// Rank, 1 lowest to 5 highest.
    level: u8,
    role: String,
    email: String,
    /// Devices that may be sealed to.
    devices: usize,
    /// Their age recipients.
    recipients: Vec<String>,
    /// Devices that were lost.
    lost_devices: usize,
    /// Copies that the person was issued, the newest first.
    told: Vec<Told>,
}

/// A copy that a person was issued.
#[derive(Serialize, ToSchema)]
pub(crate) struct Told {
    item: String,
    marking: Option<String>,
    copy: String,
    #[schema(value_type = String, format = DateTime)]
    told_at: Timestamp,
    /// When a receipt came back whose signature was checked.
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_at: Option<Timestamp>,
}

impl Told {
    fn of(view: &View, item: &ItemName, disclosure: &Disclosure) -> Self {
        Self {
            item: item.to_string(),
            marking: view.state.items.get(item).and_then(|i| i.released.as_ref()?.marking.clone()),
            copy: disclosure.copy.to_string(),
            told_at: disclosure.told_at,
            signed_at: disclosure.receipt,
        }
    }
}

/// A person and everything that the person was told.
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = String, Path, description = "The person.")),
    responses((status = 200, description = "The person.", body = PersonAnswer)))]
pub(crate) async fn person(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Response {
    answered(desk, move |desk| Ok(Json(one(desk, &id)?))).await
}

fn one(desk: &Desk, id: &str) -> Result<PersonAnswer, Problem> {
    let view = desk.office.view()?;
    let (id, person) = person_of(&view, id)?;
    let facts = &person.facts;
    Ok(PersonAnswer {
        id: id.to_string(),
        name: facts.name.clone(),
        left: person.left,
        agency: facts.agency.clone(),
        unit: facts.unit.clone(),
        level: facts.level,
        role: facts.role.clone(),
        email: facts.email.clone(),
        devices: person.usable_devices().count(),
        recipients: person.usable_devices().map(|d| d.recipient.clone()).collect(),
        lost_devices: person.lost.len(),
        told: told(&view, id).iter().map(|(item, disclosure)| Told::of(&view, item, disclosure)).collect(),
    })
}

/// A roster.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
struct Roster {
    /// CSV: `id,name,agency,unit,level,role,email,recipient`.
    #[schema(format = Binary)]
    roster: String,
}

/// What was taken in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Taken {
    /// People who were not on the roster.
    added: usize,
    /// People of whom something changed.
    updated: usize,
}

/// Takes in a roster: people are added or updated, nobody is taken off. If one line is wrong, nothing is recorded.
#[utoipa::path(post, path = "/api/v1/people", tag = "people",
    request_body(content = Roster, content_type = "multipart/form-data"),
    responses((status = 200, description = "It is recorded.", body = Taken)))]
pub(crate) async fn take_roster(State(desk): State<Arc<Desk>>, form: Multipart) -> Response {
    let given = form::parts(form).await.and_then(|parts| arrival::files(&parts, "roster"));
    answered(desk, move |desk| {
        let text: Vec<u8> = given?.into_iter().flat_map(|(_, bytes)| bytes).collect();
        let (added, updated) = roster::take(desk, LANGUAGE, &text)?;
        Ok(Json(Taken { added, updated }))
    })
    .await
}

/// Why somebody left.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Leaving {
    /// One line of at most 200 letters.
    reason: String,
}

/// Records that a person left: nothing further is sent.
#[utoipa::path(post, path = "/api/v1/people/{id}/left", tag = "people", request_body = Leaving,
    params(("id" = String, Path, description = "The person.")),
    responses((status = 200, description = "It is recorded.", body = PersonAnswer)))]
pub(crate) async fn person_left(State(desk): State<Arc<Desk>>, Path(id): Path<String>, Json(given): Json<Leaving>) -> Response {
    answered(desk, move |desk| {
        roster::left(desk, LANGUAGE, &id, &given.reason)?;
        Ok(Json(one(desk, &id)?))
    })
    .await
}

/// Which device was lost, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Losing {
    /// Its age recipient; absent if the person has one device.
    #[serde(default)]
    device: String,
    /// One line of at most 200 letters.
    reason: String,
}

/// Records that a device of a person is lost: nothing further is sealed to it.
#[utoipa::path(post, path = "/api/v1/people/{id}/lost", tag = "people", request_body = Losing,
    params(("id" = String, Path, description = "The person.")),
    responses((status = 200, description = "It is recorded.", body = PersonAnswer)))]
pub(crate) async fn device_lost(State(desk): State<Arc<Desk>>, Path(id): Path<String>, Json(given): Json<Losing>) -> Response {
    answered(desk, move |desk| {
        roster::lost(desk, LANGUAGE, &id, &given.device, &given.reason)?;
        Ok(Json(one(desk, &id)?))
    })
    .await
}
