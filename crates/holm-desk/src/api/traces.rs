//! Tracing a leak: a job that is asked for once for each ticket.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{JobState, LANGUAGE, answered, made, state};
use crate::form::parts;
use crate::job::{Done, Progress, Work};
use crate::problem::Problem;
use crate::server::Desk;
use crate::trace::{Given, begin};

/// A leak to be traced: files, a text, or both, read as one leak.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only; the form is read part by part")]
struct TraceForm {
    /// 1 to 64 letters, digits, hyphens and underscores, new for each leak. Sending the same form again traces nothing anew.
    ticket: String,
    /// The leaked files; at most 64 MB in all.
    #[schema(value_type = Vec<String>, format = Binary, required = false)]
    files: Vec<Vec<u8>>,
    /// The text itself, as it was found.
    text: Option<String>,
    /// The item, if it is known.
    item: Option<String>,
    /// The incident that this is a further look at.
    incident: Option<String>,
}

/// A trace.
#[derive(Serialize, ToSchema)]
pub(crate) struct Trace {
    ticket: String,
    state: JobState,
    /// What it is at.
    at: Option<String>,
    /// Once it is done: looks with a verdict, the likeliest item's first. None means that the leak is of no item.
    looks: Vec<u64>,
    /// Why it failed. What was recorded until then stays, and the next try is a further look.
    error: Option<String>,
}

impl Trace {
    fn of(ticket: String, progress: Progress) -> Self {
        let (state, at, done, error) = state(progress);
        let looks = match done {
            Some(Done::Traced(looks)) => looks,
            _ => Vec::new(),
        };
        Self { ticket, state, at, looks, error }
    }
}

/// Seals a leak, records that it was received, and begins to trace it.
#[utoipa::path(post, path = "/api/v1/traces", tag = "traces",
    request_body(content = TraceForm, content_type = "multipart/form-data"),
    responses((status = 202, description = "It began, or had begun under this ticket.", body = Trace,
        headers(("Location", description = "Where its state is.")))))]
pub(crate) async fn begin_trace(State(desk): State<Arc<Desk>>, form: Multipart) -> Response {
    let given = parts(form).await.and_then(|parts| Given::of(&parts));
    answered(desk, move |desk| {
        let ticket = begin(desk, LANGUAGE, &mut given?)?.as_str().to_owned();
        let progress = desk.jobs.progress(Work::Trace, &ticket).ok_or(Problem::Missing)?;
        Ok(made(StatusCode::ACCEPTED, format!("/api/v1/traces/{ticket}"), Trace::of(ticket, progress)))
    })
    .await
}

/// How far a trace is. Traces of this start of the desk are known, the newest 200 jobs of it.
#[utoipa::path(get, path = "/api/v1/traces/{ticket}", tag = "traces",
    params(("ticket" = String, Path, description = "The ticket that it was begun under.")),
    responses((status = 200, description = "Its state.", body = Trace)))]
pub(crate) async fn trace(State(desk): State<Arc<Desk>>, Path(ticket): Path<String>) -> Response {
    answered(desk, |desk| {
        let progress = desk.jobs.progress(Work::Trace, &ticket).ok_or(Problem::Missing)?;
        Ok(Json(Trace::of(ticket, progress)))
    })
    .await
}
