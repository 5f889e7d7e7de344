//! Coming in, unlocking, leaving, and the language.

use std::sync::Arc;
use std::time::Instant;

use age::secrecy::SecretString;
use askama::Template;
use axum::extract::{Extension, Form, Path, State};
use axum::http::header::{HeaderMap, LOCATION, SET_COOKIE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Asked, Shell, Shown, problem};
use crate::guard::cookie;
use crate::language::{self, Language};
use crate::office::Closed;
use crate::problem::Problem;
use crate::server::Desk;
use crate::session;

/// `GET /start/{code}`
pub(crate) async fn start(
    State(desk): State<Arc<Desk>>,
    Extension(language): Extension<Language>,
    Path(code): Path<String>,
) -> Response {
    let words = &language.words().problem;
    match desk.sessions.start(&code, Instant::now()) {
        Ok(Some(token)) => {
            let cookie = format!("{}={token}; HttpOnly; SameSite=Strict; Path=/", session::COOKIE);
            (StatusCode::SEE_OTHER, [(SET_COOKIE, cookie), (LOCATION, "/".to_owned())]).into_response()
        }
        Ok(None) => problem(Shell::bare(language), StatusCode::UNAUTHORIZED, words.used, words.used_what, false),
        Err(error) => Problem::Internal(error.to_string()).page(language),
    }
}

/// `POST /leave`
pub(crate) async fn leave(
    State(desk): State<Arc<Desk>>,
    Extension(language): Extension<Language>,
    headers: HeaderMap,
) -> Response {
    end(&desk, &headers);
    let words = &language.words().problem;
    problem(Shell::bare(language), StatusCode::OK, words.gone, words.gone_what, false)
}

/// Ends the session that a request belongs to, and closes the vault.
pub(crate) fn end(desk: &Arc<Desk>, headers: &HeaderMap) {
    if let Some(token) = cookie(headers, session::COOKIE) {
        desk.sessions.end(token);
    }
    desk.arrivals.clear();
    desk.asked_here.clear();
    desk.draws_here.clear();
    desk.sealed_here.clear();
    let closing = Arc::clone(desk);
    // A release or a trace that is at work is finished first.
    drop(tokio::task::spawn_blocking(move || closing.office.lock()));
}

/// What the language form sends.
#[derive(Deserialize)]
pub(crate) struct Choice {
    language: String,
}

/// `POST /language`: back to the page that it was chosen on.
pub(crate) async fn language(headers: HeaderMap, Form(choice): Form<Choice>) -> Response {
    let tag = Language::of_tag(&choice.language).unwrap_or(Language::English).tag();
    let remembered = format!("{}={tag}; SameSite=Strict; Path=/; Max-Age=31536000", language::COOKIE);
    (StatusCode::SEE_OTHER, [(SET_COOKIE, remembered), (LOCATION, came_from(&headers))]).into_response()
}

/// Path and query of the page that a form stands on: only ever of this desk.
fn came_from(headers: &HeaderMap) -> String {
    let referrer = headers.get(HeaderName::from_static("referer")).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let path = referrer.strip_prefix("http://").and_then(|rest| rest.find('/').and_then(|at| rest.get(at..)));
    path.filter(|p| !p.starts_with("//")).unwrap_or("/").to_owned()
}

#[derive(Template)]
#[template(path = "unlock.html")]
struct Unlock {
    shell: Shell,
    wrong: bool,
}

/// `GET /unlock`
pub(crate) async fn locked(asked: Asked) -> Shown {
    super::shown(asked, |_, language| Ok(Unlock { shell: Shell::bare(language), wrong: false })).await
}

/// What the unlock form sends.
#[derive(Deserialize)]
pub(crate) struct Passphrase {
    passphrase: String,
}

/// `POST /unlock`
pub(crate) async fn unlock((State(desk), Extension(language)): Asked, Form(form): Form<Passphrase>) -> Response {
    let done = tokio::task::spawn_blocking(move || opened(&desk, language, form.passphrase)).await;
    match done.map_err(Problem::from).and_then(|done| done) {
        Ok(()) => Redirect::to("/").into_response(),
        Err(Problem::Wrong(_)) => {
            let page = Unlock { shell: Shell::bare(language), wrong: true }.render();
            page.map_or_else(
                |e| Problem::from(e).page(language),
                |page| (StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response(),
            )
        }
        Err(problem) => problem.page(language),
    }
}

/// Opens the workspace with a passphrase.
///
/// # Errors
/// [`Problem::Wrong`] if it is not the officer's.
pub(crate) fn opened(desk: &Desk, language: Language, passphrase: String) -> Result<(), Problem> {
    let passphrase = SecretString::from(passphrase);
    desk.office.unlock(Some(&passphrase)).map_err(|closed| match closed {
        Closed::Locked | Closed::Workspace(holm::workspace::WorkspaceError::Identity(_)) => {
            Problem::Wrong(vec![("passphrase", language.words().problem.wrong_passphrase.to_owned())])
        }
        other => other.into(),
    })
}

/// Anything that is no page.
pub(crate) async fn missing(Extension(language): Extension<Language>) -> Response {
    Problem::Missing.page(language)
}
