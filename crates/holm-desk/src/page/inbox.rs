//! A recipient's pages: a copy that arrived; and the officer's: receipts that came back.

use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{Asked, Place, Shell, Shown, answered, download};
use crate::arrival::{self, Arrived};
use crate::form;
use crate::language::Language;
use crate::onward;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;
use holm::role::UseCase;

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    shell: Shell,
    has_key: bool,
    has_workspace: bool,
    error: Option<String>,
    receipts_error: bool,
    answer_error: Option<String>,
    /// Whether the key file needs a passphrase.
    locked: bool,
    /// Requests that wait for an answer.
    waiting: usize,
    passphrase_error: Option<String>,
    request_error: Option<String>,
    approval_error: Option<String>,
    draw_error: Option<String>,
    person_error: Option<String>,
    /// The id that was typed.
    person: String,
}

/// `GET /inbox`
pub(crate) async fn inbox(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| Ok(page(desk, language, Vec::new()))).await
}

fn page(desk: &Desk, language: Language, errors: Vec<Wrong>) -> InboxPage {
    let view = desk.office.view().ok();
    let of = |name: &str| errors.iter().find(|(field, _)| *field == name).map(|(_, error)| error.clone());
    InboxPage {
        has_key: desk.identity.is_some(),
        has_workspace: view.is_some(),
        error: of("files"),
        receipts_error: of("receipts").is_some(),
        answer_error: of("answer"),
        passphrase_error: of("passphrase"),
        request_error: of("request"),
        approval_error: of("approval"),
        draw_error: of("draw"),
        person_error: of("person"),
        person: String::new(),
        locked: arrival::needs_passphrase(desk),
        waiting: view.as_deref().map_or(0, |v| onward::waiting(&v.state.requests()).len()),
        shell: Shell::maybe_of(language, Place::Inbox, view.as_deref()),
    }
}

/// `POST /inbox`
pub(crate) async fn arrive((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let files = form::parts(form).await.and_then(|parts| arrival::files(&parts, "files"));
    answered(language, move || match arrival::arrive(&desk, language, &files?) {
        Ok(ticket) => Ok(Redirect::to(&format!("/inbox/{ticket}")).into_response()),
        Err(problem) => refused(&desk, language, problem),
    })
    .await
}

/// The inbox with what is wrong with its form, if that is the problem.
pub(super) fn refused(desk: &Desk, language: Language, problem: Problem) -> Result<Response, Problem> {
    let Problem::Wrong(errors) = problem else { return Err(problem) };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page(desk, language, in_language(errors, language)).render()?)).into_response())
}

/// The same with the id that was typed beside a request for half of a key.
pub(super) fn refused_contribution(desk: &Desk, language: Language, person: &str, problem: Problem) -> Result<Response, Problem> {
    let Problem::Wrong(errors) = problem else { return Err(problem) };
    let page = InboxPage { person: person.to_owned(), ..page(desk, language, in_language(errors, language)) };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

#[derive(Template)]
#[template(path = "arrived.html")]
struct ArrivedPage {
    shell: Shell,
    ticket: String,
    title: String,
    person: String,
    marking: Option<String>,
    conditions: Option<String>,
    log_key: String,
    locked: bool,
    has_key: bool,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "opened.html")]
struct OpenedPage {
    shell: Shell,
    ticket: String,
    title: String,
    marking: Option<String>,
    receipt: bool,
    text: Option<String>,
}

/// `GET /inbox/{ticket}`
pub(crate) async fn arrived((state, extension): Asked, Path(ticket): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || arrived_page(&desk, language, &ticket, None)).await
}

fn arrived_page(desk: &Desk, language: Language, ticket: &str, error: Option<String>) -> Result<Response, Problem> {
    let words = &language.words().inbox;
    let arrived = arrival::find(desk, language, ticket)?;
    let shell = Shell::maybe_of(language, Place::Inbox, desk.office.view().ok().as_deref());
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let name = arrived.file_name().to_owned();
    let Arrived { slip, opened, .. } = arrived;
    let page = match opened {
        Some(opened) => OpenedPage {
            shell,
            ticket: ticket.to_owned(),
            title: fill(words.opened, &[&slip.item]),
            marking: slip.marking,
            receipt: opened.receipt.is_some(),
            text: holm_marks::leak::read(&opened.bytes, &name).ok().filter(|t| !t.trim().is_empty()),
        }
        .render()?,
        None => ArrivedPage {
            shell,
            ticket: ticket.to_owned(),
            title: fill(words.arrived, &[&slip.item, &slip.person]),
            person: slip.person.to_string(),
            marking: slip.marking,
            conditions: slip.conditions,
            log_key: slip.entry.log_key,
            locked: arrival::needs_passphrase(desk),
            has_key: desk.identity.is_some(),
            error,
        }
        .render()?,
    };
    Ok((status, Html(page)).into_response())
}

/// `POST /inbox/{ticket}`: the conditions are accepted.
pub(crate) async fn open((state, extension): Asked, Path(ticket): Path<String>, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let passphrase = form::parts(form).await.and_then(|parts| match parts.as_slice() {
        [only] if only.name == "passphrase" => Ok(only.text()),
        [] => Ok(String::new()),
        [other, ..] => Err(other.unknown()),
    });
    answered(language, move || match arrival::accept(&desk, language, &ticket, passphrase?) {
        Ok(_) => Ok(Redirect::to(&format!("/inbox/{ticket}")).into_response()),
        Err(problem @ (Problem::Wrong(_) | Problem::Refused(_))) => {
            arrived_page(&desk, language, &ticket, Some(problem.told(language).text))
        }
        Err(problem) => Err(problem),
    })
    .await
}

/// `GET /inbox/{ticket}/{what}`: the copy or the receipt, as a file.
pub(crate) async fn save((state, extension): Asked, Path((ticket, what)): Path<(String, String)>) -> Response {
    match arrival::save(&state.0, &ticket, &what) {
        Ok((name, kind, bytes)) => download(&name, kind, bytes),
        Err(problem) => problem.page(extension.0),
    }
}

#[derive(Template)]
#[template(path = "receipts.html")]
struct ReceiptsPage {
    shell: Shell,
    title: String,
    lines: Vec<String>,
}

/// `POST /receipts`
pub(crate) async fn receipts((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let files = form::parts(form).await.and_then(|parts| arrival::files(&parts, "receipts"));
    answered(language, move || match arrival::take(&desk, language, &files?) {
        Ok(came_back) => {
            let lines: Vec<String> = came_back.iter().map(|one| arrival::said(language, one)).collect();
            let view = desk.office.view()?;
            let shell = Shell::of(language, Place::Inbox, &view);
            let title = language.words().inbox.came.of(lines.len());
            Ok(Html(ReceiptsPage { title, lines, shell }.render()?).into_response())
        }
        Err(problem) => refused(&desk, language, problem),
    })
    .await
}
