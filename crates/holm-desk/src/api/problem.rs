//! Problems as documents (RFC 9457), in English, with the words of the pages.

use axum::Json;
use axum::body::to_bytes;
use axum::http::StatusCode;
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use holm::operation::import::ImportLine;
use serde::Serialize;
use utoipa::ToSchema;

use super::LANGUAGE;
use crate::problem::{Problem, Told, Wrong};

/// Media type of a problem document.
pub(crate) const KIND: &str = "application/problem+json";

/// Bytes of a refusal's text that are read; the framework's are shorter.
const LONGEST: usize = 4096;

/// Lines that are named; `detail` says how many there are.
const LINES: usize = 1000;

/// What went wrong (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// Tells kinds of problems apart: `/api/v1/openapi.json#` and one of `host`, `origin`, `session`, `missing`, `method`,
    /// `size`, `malformed`, `form`, `role`, `locked`, `workspace`, `internal`.
    r#type: String,
    /// The kind of problem in a sentence.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// What happened, and what to do.
    detail: String,
    /// The field that is at fault, if one is; the first if several are.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    /// Every field that is at fault; of lines of a file, the first 1,000 that are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

/// What is wrong with a field.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// The field.
    field: &'static str,
    /// Line of the file, or number of the operation in a JSON list, from 1; absent if it is not of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// What is wrong with it.
    detail: String,
}

impl FieldProblem {
    pub(crate) fn of((field, what): &Wrong) -> Self {
        Self { field, line: None, detail: what.clone() }
    }

    /// Lines of a file, as many as are named.
    fn of_lines(lines: &[ImportLine]) -> Vec<Self> {
        let one = |line: &ImportLine| Self { field: "file", line: Some(line.line), detail: line.what.to_string() };
        lines.iter().take(LINES).map(one).collect()
    }
}

impl ProblemDocument {
    fn of(problem: &Problem) -> Self {
        let Told { status, title, text } = problem.told(LANGUAGE);
        let (kind, hint) = match problem {
            Problem::Host => ("host", ""),
            Problem::Origin => ("origin", " A program sends `Holm-Api: 1` and no `Origin`."),
            Problem::Stranger => ("session", ""),
            Problem::Missing | Problem::Gone(_) => ("missing", ""),
            Problem::Large => ("size", ""),
            Problem::Malformed(_) => ("malformed", ""),
            Problem::Wrong(_) | Problem::Lines(..) | Problem::Refused(_) => ("form", ""),
            Problem::Role(..) => ("role", ""),
            Problem::Locked => ("locked", " A program posts it to /api/v1/unlock."),
            Problem::Workspace(_) => ("workspace", ""),
            Problem::Internal(_) => ("internal", ""),
        };
        let errors: Vec<FieldProblem> = match problem {
            Problem::Wrong(fields) => fields.iter().map(FieldProblem::of).collect(),
            Problem::Lines(lines, _) => FieldProblem::of_lines(lines),
            _ => Vec::new(),
        };
        let field = errors.first().map(|e| e.field);
        Self { r#type: reference(kind), title, status: status.as_u16(), detail: format!("{text}{hint}"), field, errors }
    }

    /// What the framework refused before a handler was asked.
    fn refused(status: StatusCode, said: String, allowed: &str) -> Self {
        let (kind, title, detail) = match status {
            StatusCode::METHOD_NOT_ALLOWED => {
                ("method", "This address does not take this method", format!("It takes {allowed}."))
            }
            _ => ("malformed", Problem::Malformed(String::new()).told(LANGUAGE).title, said),
        };
        Self { r#type: reference(kind), title, status: status.as_u16(), detail, field: None, errors: Vec::new() }
    }
}

fn reference(kind: &str) -> String {
    format!("/api/v1/openapi.json#{kind}")
}

impl IntoResponse for ProblemDocument {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(CONTENT_TYPE, KIND)], Json(self)).into_response()
    }
}

/// The document that says so.
pub(crate) fn answer(problem: &Problem) -> Response {
    ProblemDocument::of(problem).into_response()
}

/// An answer of the API as it is sent: a refusal that is no problem document yet becomes one.
pub(crate) async fn restated(response: Response) -> Response {
    let status = response.status();
    let is_one = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == KIND);
    if !(status.is_client_error() || status.is_server_error()) || is_one {
        return response;
    }
    match status {
        StatusCode::NOT_FOUND => return answer(&Problem::Missing),
        StatusCode::PAYLOAD_TOO_LARGE => return answer(&Problem::Large),
        _ => {}
    }
    let allow = response.headers().get(ALLOW).cloned();
    let allowed = allow.as_ref().and_then(|a| a.to_str().ok()).unwrap_or_default();
    let said = to_bytes(response.into_body(), LONGEST).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said).into_owned();
    let mut restated = ProblemDocument::refused(status, said, allowed).into_response();
    if let Some(allow) = allow {
        restated.headers_mut().insert(ALLOW, allow);
    }
    restated
}
