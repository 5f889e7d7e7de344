//! The second person's pages: what a release waits for, and what whoever is asked draws and signs.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm_record::id::ItemName;

use super::{Asked, Place, Shell, Shown, answered, download};
use crate::contribution::{self, Given};
use crate::form;
use crate::language::Language;
use crate::problem::{Problem, in_language};
use crate::release::{self, Order, Ordered};
use crate::server::Desk;
use crate::session::secret;
use crate::words::fill;

#[derive(Template)]
#[template(path = "second.html")]
struct SecondPage {
    shell: Shell,
    id: String,
    ticket: String,
    title: String,
    error: Option<String>,
}

/// `GET /share/{id}/second`
pub(crate) async fn waiting(asked: Asked, Path(id): Path<String>) -> Shown {
    super::shown(asked, move |desk, language| page(desk, language, &id, None)).await
}

fn page(desk: &Desk, language: Language, id: &str, error: Option<String>) -> Result<SecondPage, Problem> {
    let view = desk.office.view()?;
    let draft = desk.office.act(|w| w.draft(id))??;
    let item = ItemName::new(draft.name).map_err(|_| Problem::Missing)?;
    let second = contribution::waits_for(&view.state, &item).ok_or(Problem::Missing)?;
    let name = view.state.persons.get(second).map_or_else(|| second.to_string(), |p| p.facts.name.clone());
    Ok(SecondPage {
        id: draft.id,
        ticket: secret().map_err(|e| Problem::Internal(e.to_string()))?,
        title: fill(language.words().second.waits, &[&name]),
        error,
        shell: Shell::of(language, Place::Share, &view),
    })
}

/// `GET /share/{id}/second/request`
pub(crate) async fn request((state, extension): Asked, Path(id): Path<String>) -> Response {
    answered(extension.0, move || {
        let (name, kind, bytes) = contribution::request(&state.0, &id)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}

/// `POST /share/{id}/second`: the contribution came back, and the release goes on.
pub(crate) async fn go_on((state, extension): Asked, Path(id): Path<String>, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = form::parts(form).await;
    answered(language, move || gone_on(&desk, language, &id, &given?)).await
}

fn gone_on(desk: &Arc<Desk>, language: Language, id: &str, parts: &[form::Part]) -> Result<Response, Problem> {
    if let Some(other) = parts.iter().find(|p| !["ticket", "contribution"].contains(&p.name.as_str())) {
        return Err(other.unknown());
    }
    let named = |name: &str| parts.iter().find(|p| p.name == name);
    let file = named("contribution").and_then(form::Part::file).map(|(_, bytes)| bytes);
    let begun = contribution::came_back(language, file.as_deref()).and_then(|contribution| {
        let ticket = named("ticket").map(form::Part::text).unwrap_or_default();
        // That it may name nobody was accepted when the release began.
        release::begin(desk, language, id, &Order { ticket, accepts_weak: true, contribution: Some(contribution) })
    });
    match begun {
        Ok(Ordered::Begun(ticket)) => Ok(Redirect::to(&format!("/share/{id}/release/{}", ticket.as_str())).into_response()),
        Ok(Ordered::Lacking(errors)) => super::share::lacking(desk, language, id, errors),
        Ok(Ordered::Weak) => Ok(Redirect::to(&format!("/share/{id}")).into_response()),
        Err(Problem::Wrong(errors)) => {
            let error = in_language(errors, language).into_iter().next().map(|(_, error)| error);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page(desk, language, id, error)?.render()?)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// `POST /contributions`: whoever sits here draws half of somebody's key.
pub(crate) async fn contribute((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = form::parts(form).await;
    answered(language, move || {
        let parts = given?;
        if let Some(other) = parts.iter().find(|p| !["request", "person", "passphrase"].contains(&p.name.as_str())) {
            return Err(other.unknown());
        }
        let text = |name: &str| parts.iter().find(|p| p.name == name).map(form::Part::text).unwrap_or_default();
        let request = parts.iter().find(|p| p.name == "request").and_then(form::Part::file).map(|(_, bytes)| bytes);
        let given = Given { request, person: text("person"), passphrase: text("passphrase") };
        match contribution::contribute(&desk, language, &given) {
            Ok((name, kind, bytes)) => Ok(download(&name, kind, bytes)),
            Err(problem) => super::inbox::refused_contribution(&desk, language, &given.person, problem),
        }
    })
    .await
}
