//! What checks on people rest on: legal authorities, waivers, the schedule.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use holm::vetting::authority::{Authority, AuthorityStanding};
use holm::vetting::import::day;
use holm::vetting::schedule::PROPOSED;
use holm_record::event::approval::Masked;
use holm_record::event::vetting::CheckSort;
use holm_record::id::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::checks::CheckRecorded;
use super::{answered, texts, wrong};
use crate::server::Desk;
use crate::vetting::{add_authority, lay_down, today, waive};

/// Legal authorities.
#[derive(Serialize, ToSchema)]
pub(crate) struct Authorities {
    /// By name.
    authorities: Vec<AuthorityLine>,
}

/// A legal authority, under which calls and accounts are looked at.
#[derive(Serialize, ToSchema)]
#[schema(as = Authority)]
pub(crate) struct AuthorityLine {
    /// The number of its entry.
    entry: u64,
    /// Its name.
    authority: String,
    /// The law or order that it rests on.
    basis: String,
    issued_by: String,
    requested_by: String,
    approved_by: String,
    /// Which checks it allows: `phone-review`, `bank-review`.
    sorts: Vec<&'static str>,
    /// On whom.
    persons: Vec<String>,
    /// The first day of which calls and accounts may be looked at.
    data_from: String,
    /// The last.
    data_until: String,
    /// The first day on which it may be used.
    valid_from: String,
    /// The last.
    valid_until: String,
    /// The day after which what was learnt under it is destroyed.
    retain_until: String,
    words: String,
    /// `early`, `in-force`, `expired`, or `over`: what was learnt is to be destroyed.
    standing: &'static str,
    /// Entries of what was learnt under it.
    learnt: Vec<u64>,
}

impl AuthorityLine {
    fn of(authority: &Authority, learnt: Vec<u64>) -> Self {
        let facts = &authority.facts;
        Self {
            entry: authority.index,
            authority: facts.authority.to_string(),
            basis: facts.basis.clone(),
            issued_by: facts.issued_by.clone(),
            requested_by: facts.requested_by.clone(),
            approved_by: facts.approved_by.clone(),
            sorts: facts.sorts.iter().map(|sort| sort.word()).collect(),
            persons: texts(&facts.persons),
            data_from: facts.data_from.to_string(),
            data_until: facts.data_until.to_string(),
            valid_from: facts.valid_from.to_string(),
            valid_until: facts.valid_until.to_string(),
            retain_until: facts.retain_until.to_string(),
            words: facts.words.clone(),
            standing: match authority.standing(today()) {
                AuthorityStanding::Early => "early",
                AuthorityStanding::InForce => "in-force",
                AuthorityStanding::Expired => "expired",
                AuthorityStanding::Over => "over",
            },
            learnt,
        }
    }
}

/// Legal authorities, how they stand, and what was learnt under them; that they are read is an entry.
#[utoipa::path(get, path = "/api/v1/vetting/authorities", tag = "vetting",
    responses((status = 200, description = "All of them.", body = Authorities)))]
pub(crate) async fn authorities(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| {
        desk.office.record_reading(&Masked::Vetting)?;
        let view = desk.office.view()?;
        let vetting = &view.state.vetting;
        let all = vetting.authorities.iter().map(|(name, of)| AuthorityLine::of(of, vetting.learnt_under(name)));
        Ok(Json(Authorities { authorities: all.collect() }))
    })
    .await
}

/// A legal authority to be recorded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAuthority {
    /// The authority, as `docs/spec/vetting.md` has it: TOML.
    order: String,
}

/// Records a legal authority. Where the policy of approvals names groups for it, they must have approved exactly this.
#[utoipa::path(post, path = "/api/v1/vetting/authorities", tag = "vetting", request_body = NewAuthority,
    responses((status = 200, description = "The entry.", body = CheckRecorded)))]
pub(crate) async fn record_authority(State(desk): State<Arc<Desk>>, Json(given): Json<NewAuthority>) -> Response {
    answered(desk, move |desk| Ok(Json(CheckRecorded { entry: add_authority(desk, &given.order)? }))).await
}

/// A check that is not to be asked of somebody for a while.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWaiver {
    person: String,
    /// Which check.
    sort: String,
    /// The last day: `2026-11-24`.
    until: String,
    /// Why.
    reason: String,
}

/// Has a check not be asked of somebody for a while. Whoever lacks it is sent nothing all the same.
#[utoipa::path(post, path = "/api/v1/vetting/waivers", tag = "vetting", request_body = NewWaiver,
    responses((status = 200, description = "The entry.", body = CheckRecorded)))]
pub(crate) async fn record_waiver(State(desk): State<Arc<Desk>>, Json(given): Json<NewWaiver>) -> Response {
    answered(desk, move |desk| {
        let person = wrong("person", PersonId::new(given.person))?;
        let of = (&person, wrong("sort", given.sort.parse::<CheckSort>())?, wrong("until", day(&given.until))?);
        Ok(Json(CheckRecorded { entry: waive(desk, of, &given.reason)? }))
    })
    .await
}

/// How often which checks are asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = Schedule)]
pub(crate) struct ScheduleAnswer {
    /// The schedule, as `docs/spec/vetting.md` has it: TOML.
    schedule: String,
    /// Whether it was laid down; if not, it is the one that is proposed, and nothing is asked for.
    laid_down: bool,
}

/// How often which checks are asked for; that it is read is an entry.
#[utoipa::path(get, path = "/api/v1/vetting/schedule", tag = "vetting",
    responses((status = 200, description = "The schedule in force, or the proposed one.", body = ScheduleAnswer)))]
pub(crate) async fn schedule(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| {
        desk.office.record_reading(&Masked::Vetting)?;
        let view = desk.office.view()?;
        let laid_down = view.state.vetting.schedule.as_ref();
        let text = laid_down.map_or(PROPOSED, |(_, text)| text).to_owned();
        Ok(Json(ScheduleAnswer { schedule: text, laid_down: laid_down.is_some() }))
    })
    .await
}

/// A schedule to be laid down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSchedule {
    /// The schedule, as `docs/spec/vetting.md` has it: TOML.
    schedule: String,
}

/// What a schedule comes to.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScheduleLaidDown {
    /// The number of its entry.
    entry: u64,
    /// How many are sent nothing from now on: their checks are failed, missing or overdue.
    held_back: usize,
}

/// Lays down a schedule: from now on whoever lacks a check that it asks for is sent nothing.
#[utoipa::path(post, path = "/api/v1/vetting/schedule", tag = "vetting", request_body = NewSchedule,
    responses((status = 200, description = "The entry, and how many are sent nothing.", body = ScheduleLaidDown)))]
pub(crate) async fn lay_down_schedule(State(desk): State<Arc<Desk>>, Json(given): Json<NewSchedule>) -> Response {
    answered(desk, move |desk| {
        let entry = lay_down(desk, &given.schedule)?;
        let view = desk.office.view()?;
        let here = |id: &&PersonId| view.state.persons.get(*id).is_some_and(|person| !person.left);
        let held_back = view.held_back.iter().filter(here).count();
        Ok(Json(ScheduleLaidDown { entry, held_back }))
    })
    .await
}
