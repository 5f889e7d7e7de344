//! What went wrong: what happened, what is kept, what to do. A page says it in the officer's language, the API as a document.

use axum::body::to_bytes;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};
use holm::draft::DraftError;
use holm::operation::import::ImportLine;
use holm::policy::Refusal;
use holm::role::UseCase;
use holm::workspace::WorkspaceError;
use holm_record::event::member::Role;

use crate::language::{Language, count};
use crate::office::Closed;
use crate::page::{self, Shell};
use crate::words::fill;
use crate::words::member::roles_in;

/// A field of a form, and what is wrong with it.
pub(crate) type Wrong = (&'static str, String);

/// A request that cannot be answered as it was meant.
#[derive(Debug)]
pub(crate) enum Problem {
    /// It was sent to another name than the desk's.
    Host,
    /// It would change something and was not sent from the desk.
    Origin,
    /// Whoever sent it was not let in.
    Stranger,
    /// No such page, item or person.
    Missing,
    /// What it means was here and is not any more, in words.
    Gone(String),
    /// It is too large.
    Large,
    /// It is not in the form that it must have, in words.
    Malformed(String),
    /// What was given cannot be used, by field.
    Wrong(Vec<Wrong>),
    /// Lines of a file cannot be used, of so many operations in it.
    Lines(Vec<ImportLine>, usize),
    /// What was given cannot be used, and no field of it is at fault.
    Refused(String),
    /// It is not what whoever asks works here for.
    Role(Vec<Role>, UseCase),
    /// The vault is locked.
    Locked,
    /// The workspace's own words.
    Workspace(String),
    /// The answer could not be made.
    Internal(String),
}

impl From<Closed> for Problem {
    fn from(closed: Closed) -> Self {
        match closed {
            Closed::Locked => Self::Locked,
            Closed::Workspace(error) => error.into(),
        }
    }
}

impl From<WorkspaceError> for Problem {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::Refused(refusal) => refusal.into(),
            other => Self::Workspace(other.to_string()),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Role { roles, case, .. } => Self::Role(roles, case),
            other => Self::Workspace(other.to_string()),
        }
    }
}

impl From<DraftError> for Problem {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Missing => Self::Missing,
            other => Self::Workspace(other.to_string()),
        }
    }
}

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<tokio::task::JoinError> for Problem {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<axum::extract::multipart::MultipartError> for Problem {
    fn from(error: axum::extract::multipart::MultipartError) -> Self {
        match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::Large,
            _ => Self::Malformed(error.body_text()),
        }
    }
}

/// Bytes of a refusal that are read.
const LONGEST: usize = 16 << 10;

/// An answer to a browser as it is sent: a refusal that is no page yet, such as of a form that is no form, becomes one.
pub(crate) async fn restated(response: Response, language: Language) -> Response {
    let status = response.status();
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !status.is_client_error() || is_page {
        return response;
    }
    let problem = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Problem::Missing,
        StatusCode::PAYLOAD_TOO_LARGE => Problem::Large,
        _ => {
            let said = to_bytes(response.into_body(), LONGEST).await.unwrap_or_default();
            Problem::Malformed(String::from_utf8_lossy(&said).into_owned())
        }
    };
    problem.page(language)
}

/// A problem as it is told.
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    pub(crate) text: String,
}

/// What is wrong with fields, in the officer's language.
pub(crate) fn in_language(errors: Vec<Wrong>, language: Language) -> Vec<Wrong> {
    errors.into_iter().map(|(field, what)| (field, language.said(&what))).collect()
}

impl Problem {
    /// The same at the fields of a form that calls them otherwise.
    pub(crate) fn at(self, renamed: impl Fn(&'static str) -> &'static str) -> Self {
        match self {
            Self::Wrong(errors) => Self::Wrong(errors.into_iter().map(|(field, what)| (renamed(field), what)).collect()),
            other => other,
        }
    }

    /// What is said of it.
    pub(crate) fn told(&self, language: Language) -> Told {
        let words = &language.words().problem;
        let (status, title, text) = match self {
            Self::Host => (StatusCode::FORBIDDEN, words.host, words.host_what.to_owned()),
            Self::Origin => (StatusCode::FORBIDDEN, words.origin, words.origin_what.to_owned()),
            Self::Stranger => (StatusCode::UNAUTHORIZED, words.stranger, words.stranger_what.to_owned()),
            Self::Missing => (StatusCode::NOT_FOUND, words.missing, words.missing_what.to_owned()),
            Self::Gone(said) => (StatusCode::NOT_FOUND, words.missing, language.said(said)),
            Self::Large => (StatusCode::PAYLOAD_TOO_LARGE, words.large, words.large_what.to_owned()),
            Self::Malformed(said) => (StatusCode::BAD_REQUEST, words.malformed, language.said(said)),
            Self::Wrong(fields) => {
                let said: Vec<String> = fields.iter().map(|(_, what)| language.said(what)).collect();
                (StatusCode::UNPROCESSABLE_ENTITY, words.there_is_a_problem, said.join(" "))
            }
            Self::Lines(lines, of) => {
                let said = fill(language.words().recording.lines_wrong, &[&count(lines.len()), &count(*of)]);
                (StatusCode::UNPROCESSABLE_ENTITY, words.there_is_a_problem, said)
            }
            Self::Refused(said) => (StatusCode::UNPROCESSABLE_ENTITY, words.there_is_a_problem, language.said(said)),
            Self::Role(roles, case) => {
                let (w, whose) = (&language.words().member, case.roles().collect::<Vec<_>>());
                let said = fill(w.not_yours, &[&roles_in(roles, language), &w.case(*case), &roles_in(&whose, language)]);
                (StatusCode::FORBIDDEN, words.not_yours, said)
            }
            Self::Locked => (StatusCode::LOCKED, words.locked, words.locked_what.to_owned()),
            Self::Workspace(said) => (StatusCode::CONFLICT, words.workspace, language.said(said)),
            Self::Internal(said) => (StatusCode::INTERNAL_SERVER_ERROR, words.internal, language.said(said)),
        };
        Told { status, title, text }
    }

    /// The page that says so.
    pub(crate) fn page(&self, language: Language) -> Response {
        if matches!(self, Self::Locked) {
            return Redirect::to("/unlock").into_response();
        }
        let Told { status, title, text } = self.told(language);
        let back = !matches!(self, Self::Host | Self::Origin | Self::Stranger);
        page::problem(Shell::bare(language), status, title, &text, back)
    }
}
