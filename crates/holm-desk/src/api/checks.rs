//! Checks on people, and what is due.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use holm::vetting::import::day;
use holm::vetting::{Check, Standing, Waiver};
use holm_record::event::approval::Masked;
use holm_record::event::vetting::{CheckFacts, CheckResult, CheckSort};
use holm_record::id::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Span, answered, wrong};
use crate::server::Desk;
use crate::vetting::{add, today};

/// Whose checks.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChecksOf {
    /// Of one person; of everybody, if absent.
    person: Option<String>,
}

/// Checks, by person and day.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checks {
    /// How many there are that were asked for.
    total: usize,
    checks: Vec<CheckLine>,
    /// Waivers of the same people, over or not.
    waivers: Vec<WaiverLine>,
}

/// A check.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckLine {
    /// The number of its entry.
    entry: u64,
    person: String,
    /// `background`, `polygraph` and so on.
    sort: &'static str,
    /// The day it was taken, or was to be.
    on: String,
    /// `passed`, `failed`, `inconclusive` or `not-taken`.
    result: &'static str,
    examiner: Option<String>,
    reviewer: Option<String>,
    /// The last day on which it counts, if that is before the schedule's.
    valid_until: Option<String>,
    authority: Option<String>,
    words: String,
}

impl CheckLine {
    fn of(check: &Check) -> Self {
        let facts = &check.facts;
        Self {
            entry: check.index,
            person: facts.person.to_string(),
            sort: facts.sort.word(),
            on: facts.on.to_string(),
            result: facts.result.word(),
            examiner: facts.examiner.clone(),
            reviewer: facts.reviewer.clone(),
            valid_until: facts.valid_until.map(|day| day.to_string()),
            authority: facts.authority.clone(),
            words: facts.words.clone(),
        }
    }
}

/// A check that is not asked of somebody for a while.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaiverLine {
    /// The number of its entry.
    entry: u64,
    person: String,
    sort: &'static str,
    /// The last day.
    until: String,
    reason: String,
}

impl WaiverLine {
    fn of(waiver: &Waiver) -> Self {
        Self {
            entry: waiver.index,
            person: waiver.person.to_string(),
            sort: waiver.sort.word(),
            until: waiver.until.to_string(),
            reason: waiver.reason.clone(),
        }
    }
}

/// Checks that were recorded, by person and day, and waivers; that they are read is an entry.
#[utoipa::path(get, path = "/api/v1/checks", tag = "people", params(ChecksOf, Span),
    responses((status = 200, description = "The part that was asked for.", body = Checks)))]
pub(crate) async fn checks(State(desk): State<Arc<Desk>>, Query(of): Query<ChecksOf>, Query(span): Query<Span>) -> Response {
    answered(desk, move |desk| {
        desk.office.record_reading(&Masked::Vetting)?;
        let view = desk.office.view()?;
        let wanted = |person: &PersonId| of.person.as_ref().is_none_or(|id| person.as_str() == id);
        let vetting = &view.state.vetting;
        let mut found: Vec<&Check> = vetting.checks.iter().filter(|check| wanted(&check.facts.person)).collect();
        found.sort_by_key(|check| (&check.facts.person, check.facts.on, check.index));
        let checks = span.of(&found)?.iter().map(|check| CheckLine::of(check)).collect();
        let waivers = vetting.waivers.iter().filter(|waiver| wanted(&waiver.person)).map(WaiverLine::of).collect();
        Ok(Json(Checks { total: found.len(), checks, waivers }))
    })
    .await
}

/// As of which day.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DueOn {
    /// The day: `2026-11-24`; today, if absent.
    at: Option<String>,
}

/// What waits by the schedule.
#[derive(Serialize, ToSchema)]
pub(crate) struct DueChecks {
    /// The day.
    at: String,
    /// How many wait.
    total: usize,
    /// What is failed, missing, overdue or due, the highest ranks first.
    checks: Vec<DueLine>,
}

/// A check that waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct DueLine {
    person: String,
    unit: String,
    /// Rank, 1 lowest to 5 highest.
    level: u8,
    sort: &'static str,
    /// `failed`, `missing`, `overdue` or `due`.
    standing: &'static str,
    /// The day it failed on, or the last on which it counts or counted.
    day: Option<String>,
}

/// What is failed, missing, overdue or due by the schedule; that it is read is an entry.
#[utoipa::path(get, path = "/api/v1/checks/due", tag = "people", params(DueOn, Span),
    responses((status = 200, description = "The part that was asked for; nothing without a schedule.", body = DueChecks)))]
pub(crate) async fn checks_due(State(desk): State<Arc<Desk>>, Query(on): Query<DueOn>, Query(span): Query<Span>) -> Response {
    answered(desk, move |desk| {
        let at = on.at.as_deref().map(|text| wrong("at", day(text))).transpose()?;
        desk.office.record_reading(&Masked::Vetting)?;
        let view = desk.office.view()?;
        let at = at.unwrap_or_else(today);
        let mut waiting = view.state.vetting_on(at);
        waiting.retain(|row| row.standing.waits());
        waiting.sort_by_key(|row| (row.standing, std::cmp::Reverse(row.person.facts.level), row.id));
        let line = |row: &holm::vetting::Waiting<'_>| DueLine {
            person: row.id.to_string(),
            unit: row.person.facts.unit.clone(),
            level: row.person.facts.level,
            sort: row.sort.word(),
            standing: row.standing.word(),
            day: match row.standing {
                Standing::Failed { on: day } | Standing::Overdue { since: day } | Standing::Due { until: day } => {
                    Some(day.to_string())
                }
                _ => None,
            },
        };
        let checks = span.of(&waiting)?.iter().map(line).collect();
        Ok(Json(DueChecks { at: at.to_string(), total: waiting.len(), checks }))
    })
    .await
}

/// A check to be recorded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCheck {
    person: String,
    /// `background`, `re-investigation`, `polygraph`, `urinalysis`, `financial-disclosure`, `phone-declaration`, `phone-review`, `bank-review`,
    /// `travel-and-contacts`, `human-rights`, `interview` or `training`.
    sort: String,
    /// The day it was taken, or was to be: `2026-11-24`.
    on: String,
    /// `passed`, `failed`, `inconclusive` or `not-taken`.
    result: String,
    examiner: Option<String>,
    reviewer: Option<String>,
    /// The last day on which it counts, if that is before the schedule's.
    until: Option<String>,
    /// Its legal basis; reviews of calls and accounts need one.
    authority: Option<String>,
    #[serde(default)]
    words: String,
}

/// Number of an entry.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckRecorded {
    pub(super) entry: u64,
}

/// Records a check.
#[utoipa::path(post, path = "/api/v1/checks", tag = "people", request_body = NewCheck,
    responses((status = 200, description = "The entry.", body = CheckRecorded)))]
pub(crate) async fn record_check(State(desk): State<Arc<Desk>>, Json(given): Json<NewCheck>) -> Response {
    answered(desk, move |desk| {
        let facts = CheckFacts {
            person: wrong("person", PersonId::new(given.person))?,
            sort: wrong("sort", given.sort.parse::<CheckSort>())?,
            on: wrong("on", day(&given.on))?,
            result: wrong("result", given.result.parse::<CheckResult>())?,
            examiner: given.examiner,
            reviewer: given.reviewer,
            reviewed_on: None,
            custody: Vec::new(),
            valid_until: given.until.as_deref().map(|text| wrong("until", day(text))).transpose()?,
            authority: given.authority,
            concerns: Vec::new(),
            details: BTreeMap::new(),
            words: given.words,
        };
        Ok(Json(CheckRecorded { entry: add(desk, facts)? }))
    })
    .await
}
