//! What went wrong, as a page: what happened, what is kept, what to do.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use holm::workspace::WorkspaceError;

use crate::language::Language;
use crate::office::Closed;
use crate::page::{self, Shell};

/// A request that cannot be answered as it was meant.
#[derive(Debug)]
pub(crate) enum Problem {
    /// No such page, item or person.
    Missing,
    /// The vault is locked.
    Locked,
    /// The workspace's own words.
    Workspace(String),
    /// The page could not be made.
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
        Self::Workspace(error.to_string())
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

impl Problem {
    /// The page that says so.
    pub(crate) fn page(&self, language: Language) -> Response {
        let words = &language.words().problem;
        let (status, title, text) = match self {
            Self::Missing => (StatusCode::NOT_FOUND, words.missing, words.missing_what.to_owned()),
            Self::Locked => return axum::response::Redirect::to("/unlock").into_response(),
            Self::Workspace(said) => (StatusCode::CONFLICT, words.workspace, said.clone()),
            Self::Internal(said) => (StatusCode::INTERNAL_SERVER_ERROR, words.internal, said.clone()),
        };
        page::problem(Shell::bare(language), status, title, &text)
    }
}
