//! Tellings by word of mouth, channels and targets, and what was entered by mistake.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use holm::state::State as Recorded;
use holm::state::happenings::Added;
use holm::telling::Part;
use holm_record::event::Telling;
use holm_record::event::happening::{ChannelSort, Weight};
use holm_record::id::{ChannelName, ItemName, OperationName, TargetName};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LANGUAGE, Span, answered, made};
use crate::happening;
use crate::server::Desk;

/// Part of the tellings that count, the oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tellings {
    total: usize,
    tellings: Vec<TellingAnswer>,
}

/// Persons were told by word of mouth.
#[derive(Serialize, ToSchema)]
#[schema(as = Telling)]
pub(crate) struct TellingAnswer {
    /// Its entry.
    entry: u64,
    #[schema(value_type = String, format = DateTime)]
    entered_at: Timestamp,
    item: Option<String>,
    operation: Option<String>,
    persons: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    channel: Option<String>,
    /// The share of what there was to tell, more than 0 and at most 1.
    weight: f64,
    variant: Option<String>,
    /// The rule of the item's marking that it broke.
    breach: Option<String>,
    words: String,
}

impl TellingAnswer {
    fn of(told: &holm::state::happenings::Told) -> Self {
        let telling = &told.telling;
        Self {
            entry: told.index,
            entered_at: told.entered,
            item: telling.item.as_ref().map(ToString::to_string),
            operation: telling.operation.as_ref().map(ToString::to_string),
            persons: telling.persons.iter().map(ToString::to_string).collect(),
            at: telling.at,
            channel: telling.channel.as_ref().map(ToString::to_string),
            weight: telling.weight.get(),
            variant: telling.variant.clone(),
            breach: telling.breach.clone(),
            words: telling.words.clone(),
        }
    }
}

/// Tellings that were not withdrawn, the oldest first.
#[utoipa::path(get, path = "/api/v1/tellings", tag = "tellings", params(Span),
    responses((status = 200, description = "The part that was asked for.", body = Tellings)))]
pub(crate) async fn tellings(State(desk): State<Arc<Desk>>, Query(span): Query<Span>) -> Response {
    answered(desk, move |desk| {
        let view = desk.office.view()?;
        let told = &view.state.happenings.told;
        Ok(Json(Tellings { total: told.len(), tellings: span.of(told)?.iter().map(TellingAnswer::of).collect() }))
    })
    .await
}

/// A telling to be recorded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TellingGiven {
    /// The item that they were told, if not an operation.
    #[schema(value_type = Option<String>)]
    item: Option<ItemName>,
    /// The operation that they were told of, if not an item.
    #[schema(value_type = Option<String>)]
    operation: Option<OperationName>,
    /// Persons, `unit:UNIT` or `all`.
    persons: Vec<String>,
    /// When; now, if it is absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    channel: Option<ChannelName>,
    /// More than 0, at most 1, which it is if it is absent.
    #[serde(default)]
    #[schema(value_type = f64, required = false)]
    weight: Weight,
    variant: Option<String>,
    #[serde(default)]
    words: String,
}

/// A telling that was recorded.
#[derive(Serialize, ToSchema)]
pub(crate) struct TellingRecorded {
    /// How many were told.
    persons: usize,
    /// The rule of the item's marking that it broke, which stands in the record.
    breach: Option<String>,
}

/// Records that persons were told, after it happened.
#[utoipa::path(post, path = "/api/v1/tellings", tag = "tellings", request_body = TellingGiven,
    responses((status = 201, description = "It is recorded.", body = TellingRecorded,
        headers(("Location", description = "Where tellings are.")))))]
pub(crate) async fn record_telling(State(desk): State<Arc<Desk>>, Json(given): Json<TellingGiven>) -> Response {
    answered(desk, move |desk| {
        let persons = happening::persons(&desk.office.view()?.state, LANGUAGE, &given.persons)?;
        let count = persons.len();
        let telling = Telling {
            item: given.item,
            operation: given.operation,
            persons,
            at: given.at.unwrap_or_else(Timestamp::now),
            channel: given.channel,
            weight: given.weight,
            variant: given.variant,
            breach: None,
            words: given.words,
        };
        let breach = happening::tell(desk, telling)?;
        Ok(made(StatusCode::CREATED, "/api/v1/tellings".to_owned(), TellingRecorded { persons: count, breach }))
    })
    .await
}

/// All channels, by name.
#[derive(Serialize, ToSchema)]
pub(crate) struct Channels {
    channels: Vec<ChannelAnswer>,
}

/// A means by which things get out whoever is loyal.
#[derive(Serialize, ToSchema)]
#[schema(as = Channel)]
pub(crate) struct ChannelAnswer {
    /// Its entry.
    entry: Option<u64>,
    channel: String,
    /// `phone`, `radio-net`, `room`, `it-system`, `courier` or `other`.
    sort: &'static str,
    /// The unit that uses it.
    unit: Option<String>,
    words: String,
}

/// By name, the entries that add what is of one sort.
fn entries<'s>(state: &'s Recorded, name: impl Fn(&'s Added) -> Option<&'s str>) -> BTreeMap<&'s str, u64> {
    state.happenings.added.iter().filter_map(|(entry, added)| Some((name(added)?, *entry))).collect()
}

fn all_channels(desk: &Desk) -> Result<Channels, crate::problem::Problem> {
    let view = desk.office.view()?;
    let entries = entries(&view.state, |added| if let Added::Channel(name) = added { Some(name.as_str()) } else { None });
    let channels = view.state.happenings.channels.iter().map(|(name, channel)| ChannelAnswer {
        entry: entries.get(name.as_str()).copied(),
        channel: name.to_string(),
        sort: channel.sort.word(),
        unit: channel.unit.clone(),
        words: channel.words.clone(),
    });
    Ok(Channels { channels: channels.collect() })
}

/// Channels.
#[utoipa::path(get, path = "/api/v1/channels", tag = "tellings",
    responses((status = 200, description = "All of them.", body = Channels)))]
pub(crate) async fn channels(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| Ok(Json(all_channels(desk)?))).await
}

/// A channel to be recorded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelGiven {
    #[schema(value_type = String)]
    channel: ChannelName,
    /// `phone`, `radio-net`, `room`, `it-system`, `courier` or `other`.
    #[schema(value_type = String)]
    sort: ChannelSort,
    unit: Option<String>,
    #[serde(default)]
    words: String,
}

/// Records a channel.
#[utoipa::path(post, path = "/api/v1/channels", tag = "tellings", request_body = ChannelGiven,
    responses((status = 201, description = "It is recorded.", body = Channels,
        headers(("Location", description = "Where channels are.")))))]
pub(crate) async fn record_channel(State(desk): State<Arc<Desk>>, Json(given): Json<ChannelGiven>) -> Response {
    answered(desk, move |desk| {
        happening::add_channel(desk, given.channel, given.sort, given.unit, given.words)?;
        Ok(made(StatusCode::CREATED, "/api/v1/channels".to_owned(), all_channels(desk)?))
    })
    .await
}

/// All targets, by name.
#[derive(Serialize, ToSchema)]
pub(crate) struct Targets {
    targets: Vec<TargetAnswer>,
}

/// An organisation under investigation.
#[derive(Serialize, ToSchema)]
#[schema(as = Target)]
pub(crate) struct TargetAnswer {
    /// Its entry.
    entry: Option<u64>,
    target: String,
    words: String,
}

fn all_targets(desk: &Desk) -> Result<Targets, crate::problem::Problem> {
    let view = desk.office.view()?;
    let entries = entries(&view.state, |added| if let Added::Target(name) = added { Some(name.as_str()) } else { None });
    let target = |(name, words): (&TargetName, &String)| TargetAnswer {
        entry: entries.get(name.as_str()).copied(),
        target: name.to_string(),
        words: words.clone(),
    };
    Ok(Targets { targets: view.state.happenings.targets.iter().map(target).collect() })
}

/// Targets.
#[utoipa::path(get, path = "/api/v1/targets", tag = "tellings",
    responses((status = 200, description = "All of them.", body = Targets)))]
pub(crate) async fn targets(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| Ok(Json(all_targets(desk)?))).await
}

/// A target to be recorded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TargetGiven {
    #[schema(value_type = String)]
    target: TargetName,
    #[serde(default)]
    words: String,
}

/// Records a target.
#[utoipa::path(post, path = "/api/v1/targets", tag = "tellings", request_body = TargetGiven,
    responses((status = 201, description = "It is recorded.", body = Targets,
        headers(("Location", description = "Where targets are.")))))]
pub(crate) async fn record_target(State(desk): State<Arc<Desk>>, Json(given): Json<TargetGiven>) -> Response {
    answered(desk, move |desk| {
        happening::add_target(desk, given.target, given.words)?;
        Ok(made(StatusCode::CREATED, "/api/v1/targets".to_owned(), all_targets(desk)?))
    })
    .await
}

/// What was a mistake, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdrawing {
    /// A telling, operation, closing, incident or recall; or a channel or target that nothing names.
    entry: u64,
    /// Which of several operations of the entry.
    #[schema(value_type = Option<String>)]
    operation: Option<OperationName>,
    /// One line of at most 200 letters.
    reason: String,
}

/// An entry that counts no longer.
#[derive(Serialize, ToSchema)]
pub(crate) struct WithdrawalAnswer {
    entry: u64,
    reason: String,
}

/// Records that what an entry says was a mistake: it counts no longer, and both stay in the record.
#[utoipa::path(post, path = "/api/v1/record/withdraw", tag = "record", request_body = Withdrawing,
    responses((status = 200, description = "It is recorded.", body = WithdrawalAnswer)))]
pub(crate) async fn withdraw_entry(State(desk): State<Arc<Desk>>, Json(given): Json<Withdrawing>) -> Response {
    answered(desk, move |desk| {
        let part = given.operation.map_or(Part::Only, Part::One);
        happening::withdraw(desk, LANGUAGE, given.entry, &part, &given.reason)?;
        Ok(Json(WithdrawalAnswer { entry: given.entry, reason: given.reason }))
    })
    .await
}
