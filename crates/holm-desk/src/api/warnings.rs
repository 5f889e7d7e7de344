//! Warnings of danger to life.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use holm::warning::Warning;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LANGUAGE, answered};
use crate::server::Desk;
use crate::warning;

/// Warnings.
#[derive(Serialize, ToSchema)]
pub(crate) struct WarningsAnswer {
    /// Oldest first.
    warnings: Vec<WarningLine>,
}

/// A warning.
#[derive(Serialize, ToSchema)]
pub(crate) struct WarningLine {
    /// The number of its entry.
    entry: u64,
    /// The item that warns.
    item: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    by: String,
    to: Vec<String>,
    /// Of these, whose vetting was not in force.
    unvetted: Vec<String>,
    /// Of these, who had left.
    left: Vec<String>,
    reason: String,
    /// Until when another person is to review it.
    #[schema(value_type = String, format = DateTime)]
    review_by: Timestamp,
    /// Whether it was not reviewed in time.
    late: bool,
    review: Option<WarningReview>,
}

/// What another person says of a warning.
#[derive(Serialize, ToSchema)]
pub(crate) struct WarningReview {
    entry: u64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    person: String,
    justified: bool,
    words: Option<String>,
}

impl WarningLine {
    fn of(warning: &Warning) -> Self {
        let ids = |persons: &[holm_record::id::PersonId]| persons.iter().map(ToString::to_string).collect();
        Self {
            entry: warning.index,
            item: warning.item.to_string(),
            at: warning.at,
            by: warning.by.clone(),
            to: ids(&warning.to),
            unvetted: ids(&warning.unvetted),
            left: ids(&warning.left),
            reason: warning.reason.clone(),
            review_by: warning.review_by(),
            late: warning.is_late(Timestamp::now()),
            review: warning.review.as_ref().map(|review| WarningReview {
                entry: review.index,
                at: review.at,
                person: review.person.to_string(),
                justified: review.justified,
                words: review.words().map(str::to_owned),
            }),
        }
    }
}

/// Warnings that were sent, and what others said of them.
#[utoipa::path(get, path = "/api/v1/warnings", tag = "items",
    responses((status = 200, description = "All of them.", body = WarningsAnswer)))]
pub(crate) async fn warnings(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| {
        let view = desk.office.view()?;
        Ok(Json(WarningsAnswer { warnings: view.state.warnings.iter().map(WarningLine::of).collect() }))
    })
    .await
}

/// A warning to be sent at once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWarning {
    /// Persons, `unit:UNIT`, `all`.
    persons: Vec<String>,
    /// What the danger is, and what to do: word for word.
    text: String,
    /// Why it cannot wait.
    reason: String,
}

/// A warning that was sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct WarningSent {
    /// The item that warns; its copies are given out as those of any item.
    item: String,
    to: Vec<String>,
    /// Who has no key: they must be warned by word of mouth.
    unreached: Vec<String>,
    /// Whose vetting is not in force.
    unvetted: Vec<String>,
    /// Who had left.
    left: Vec<String>,
    /// Until when another person is to review it.
    #[schema(value_type = String, format = DateTime)]
    review_by: Timestamp,
}

/// Warns people whose lives are in danger, past everything that holds other items back. The same once more sends nothing twice.
#[utoipa::path(post, path = "/api/v1/warnings", tag = "items", request_body = NewWarning,
    responses((status = 200, description = "What was sent to whom.", body = WarningSent)))]
pub(crate) async fn send_warning(State(desk): State<Arc<Desk>>, Json(given): Json<NewWarning>) -> Response {
    answered(desk, move |desk| {
        let sent = warning::warn(desk, LANGUAGE, &given.persons, &given.text, &given.reason)?;
        let ids = |persons: Vec<holm_record::id::PersonId>| persons.iter().map(ToString::to_string).collect();
        Ok(Json(WarningSent {
            item: sent.item.to_string(),
            to: ids(sent.to),
            unreached: ids(sent.unreached),
            unvetted: ids(sent.unvetted),
            left: ids(sent.left),
            review_by: sent.review_by,
        }))
    })
    .await
}

/// What whoever opened the desk says of a warning.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReview {
    justified: bool,
    /// One line.
    #[serde(default)]
    words: String,
}

/// Number of an entry.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReviewRecorded {
    entry: u64,
}

/// Reviews a warning as a member who neither sent it nor was sent it, signed with the key that opened the desk.
#[utoipa::path(post, path = "/api/v1/warnings/{item}/review", tag = "items", params(("item" = String, Path, description = "The item that warns.")),
    request_body = NewReview, responses((status = 200, description = "The entry.", body = ReviewRecorded)))]
pub(crate) async fn review_warning(
    State(desk): State<Arc<Desk>>,
    Path(item): Path<String>,
    Json(given): Json<NewReview>,
) -> Response {
    answered(desk, move |desk| Ok(Json(ReviewRecorded { entry: warning::review(desk, &item, given.justified, &given.words)? })))
        .await
}
