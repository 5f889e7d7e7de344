//! Releasing a draft: a job that is asked for once for each ticket.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use holm::contribution::Contribution;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{File, JobState, LANGUAGE, answered, made, state};
use crate::contribution;
use crate::job::{Done, Progress, Work};
use crate::page::download;
use crate::problem::Problem;
use crate::release::{Order, Ordered, begin};
use crate::server::Desk;

/// An order to release a draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseOrder {
    /// 1 to 64 letters, digits, hyphens and underscores, new for each release. Sending the same order again releases nothing anew.
    #[serde(default)]
    #[schema(required = true)]
    ticket: String,
    /// Whether it is accepted that the marks may name nobody.
    #[serde(default)]
    accept_weak: bool,
    /// What the second person drew, for a release that waits for it.
    #[schema(value_type = Option<KeyContribution>)]
    contribution: Option<Contribution>,
}

/// A second person's contribution to a key, as `contributions` makes it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
struct KeyContribution {
    /// Signed note over the request and the commitment to the contribution.
    note: String,
    /// Sealed to the originator's desk, in base64.
    sealed: String,
}

/// A release.
#[derive(Serialize, ToSchema)]
pub(crate) struct Release {
    ticket: String,
    state: JobState,
    /// What it is at.
    at: Option<String>,
    /// The item, once its copies are in the record.
    item: Option<String>,
    /// The draft, if everything but the key is in the record: its `key-request` is for the second person.
    waits: Option<String>,
    /// Why it failed. The draft is kept, and what was recorded is taken up by the next try.
    error: Option<String>,
}

impl Release {
    fn of(ticket: String, progress: Progress) -> Self {
        let (state, at, done, error) = state(progress);
        let (item, waits) = match done {
            Some(Done::Released(item)) => (Some(item.to_string()), None),
            Some(Done::Waiting(draft)) => (None, Some(draft)),
            _ => (None, None),
        };
        Self { ticket, state, at, item, waits, error }
    }
}

/// Begins to release a draft: manifest, key, sealed copies, record.
#[utoipa::path(post, path = "/api/v1/drafts/{id}/release", tag = "drafts",
    params(("id" = String, Path, description = "The draft.")), request_body = ReleaseOrder,
    responses((status = 202, description = "It began, or had begun under this ticket.", body = Release,
        headers(("Location", description = "Where its state is.")))))]
pub(crate) async fn release_draft(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Json(order): Json<ReleaseOrder>,
) -> Response {
    answered(desk, move |desk| {
        let order = Order { ticket: order.ticket, accepts_weak: order.accept_weak, contribution: order.contribution };
        match begin(desk, LANGUAGE, &id, &order)? {
            Ordered::Begun(ticket) => {
                let ticket = ticket.as_str().to_owned();
                let progress = desk.jobs.progress(Work::Release, &ticket).ok_or(Problem::Missing)?;
                Ok(made(StatusCode::ACCEPTED, format!("/api/v1/releases/{ticket}"), Release::of(ticket, progress)))
            }
            Ordered::Lacking(fields) => Err(Problem::Wrong(fields)),
            Ordered::Weak => Err(Problem::Wrong(vec![("accept_weak", LANGUAGE.words().share.problem_weak.to_owned())])),
        }
    })
    .await
}

/// How far a release is. Releases of this start of the desk are known, the newest 200 jobs of it.
#[utoipa::path(get, path = "/api/v1/releases/{ticket}", tag = "drafts",
    params(("ticket" = String, Path, description = "The ticket that it was begun under.")),
    responses((status = 200, description = "Its state.", body = Release)))]
pub(crate) async fn release(State(desk): State<Arc<Desk>>, Path(ticket): Path<String>) -> Response {
    answered(desk, |desk| {
        let progress = desk.jobs.progress(Work::Release, &ticket).ok_or(Problem::Missing)?;
        Ok(Json(Release::of(ticket, progress)))
    })
    .await
}

/// What the second person of a draft whose release waits is given to contribute to.
#[utoipa::path(get, path = "/api/v1/drafts/{id}/key-request", tag = "drafts",
    params(("id" = String, Path, description = "The draft.")),
    responses((status = 200, description = "The file.", content((File = "application/json")))))]
pub(crate) async fn key_request(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Response {
    answered(desk, move |desk| {
        let (name, kind, bytes) = contribution::request(desk, &id)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}

/// A request for half of a key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contributing {
    /// The request, as `key-request` gives it.
    #[schema(value_type = Object)]
    request: serde_json::Value,
    /// The id on the originator's roster of whoever sits here.
    person: String,
    /// Of their own key, if it needs one.
    #[serde(default)]
    passphrase: String,
}

/// As the second person, draws half of a key, signs it and seals it to the originator. Nothing is kept.
#[utoipa::path(post, path = "/api/v1/contributions", tag = "arrivals", request_body = Contributing,
    responses((status = 200, description = "The file to send.", content((File = "application/json")))))]
pub(crate) async fn contribute(State(desk): State<Arc<Desk>>, Json(given): Json<Contributing>) -> Response {
    answered(desk, move |desk| {
        let request = serde_json::to_vec(&given.request).map_err(|e| Problem::Internal(e.to_string()))?;
        let Contributing { person, passphrase, .. } = given;
        let given = contribution::Given { request: Some(request), person, passphrase };
        let (name, kind, bytes) = contribution::contribute(desk, LANGUAGE, &given)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}
