//! The pages of whoever is asked to approve: exactly what it is, and the signature.

use askama::Template;
use axum::extract::{Form, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::approval::bundle::OpenedRequest;
use serde::Deserialize;

use super::approvals::{Named, act_words};
use super::{Asked, Place, Shell, answered, download};
use crate::approval::{self, Said};
use crate::arrival;
use crate::form;
use crate::language::Language;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;

/// `POST /approvals`: a request is opened.
pub(crate) async fn open((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = form::parts(form).await;
    answered(language, move || {
        let parts = given?;
        if let Some(other) = parts.iter().find(|p| !["approval", "passphrase"].contains(&p.name.as_str())) {
            return Err(other.unknown());
        }
        let file = parts.iter().find(|p| p.name == "approval").and_then(form::Part::file).map(|(_, bytes)| bytes);
        let passphrase = parts.iter().find(|p| p.name == "passphrase").map(form::Part::text).unwrap_or_default();
        match approval::open(&desk, language, file.as_deref(), &passphrase) {
            Ok(ticket) => Ok(Redirect::to(&format!("/approvals/{ticket}")).into_response()),
            Err(problem) => super::inbox::refused(&desk, language, problem),
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "approve.html")]
struct ApprovePage {
    shell: Shell,
    ticket: String,
    of_record: String,
    what: String,
    reason: String,
    named: Named,
    /// A heading with the file's name, and the text if it is one.
    text: Option<(String, Option<String>)>,
    locked: bool,
    given: Given,
    errors: Vec<Wrong>,
}

impl ApprovePage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

/// What was typed.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Given {
    person: String,
    reason: String,
    passphrase: String,
    decision: String,
}

fn found(desk: &Desk, language: Language, ticket: &str) -> Result<OpenedRequest, Problem> {
    desk.asked_here.get(ticket).ok_or_else(|| Problem::Gone(language.words().approval.gone.to_owned()))
}

fn page(desk: &Desk, language: Language, ticket: String, given: Given, errors: Vec<Wrong>) -> Result<ApprovePage, Problem> {
    let request = found(desk, language, &ticket)?;
    let text =
        request.text.map(|(file, content)| (fill(language.words().approval.text, &[&file]), String::from_utf8(content).ok()));
    Ok(ApprovePage {
        ticket,
        of_record: fill(language.words().approval.of_record, &[&request.number, &request.log_key]),
        what: act_words(&request.act, language),
        reason: request.reason,
        named: Named::of(&request.act, language),
        text,
        locked: arrival::needs_passphrase(desk),
        given,
        errors: in_language(errors, language),
        shell: Shell::maybe_of(language, Place::Inbox, desk.office.view().ok().as_deref()),
    })
}

/// `GET /approvals/{ticket}`
pub(crate) async fn asked((state, extension): Asked, Path(ticket): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || Ok(Html(page(&desk, language, ticket, Given::default(), Vec::new())?.render()?).into_response()))
        .await
}

/// `GET /approvals/{ticket}/text`: what is to be released.
pub(crate) async fn text((state, extension): Asked, Path(ticket): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let (file, content) = found(&desk, language, &ticket)?.text.ok_or(Problem::Missing)?;
        Ok(download(&file, "application/octet-stream", content))
    })
    .await
}

/// `POST /approvals/{ticket}`: whoever sits here approves or refuses.
pub(crate) async fn sign((state, extension): Asked, Path(ticket): Path<String>, Form(given): Form<Given>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let request = found(&desk, language, &ticket)?;
        let approved = match given.decision.as_str() {
            "approve" => true,
            "refuse" => false,
            other => return Err(Problem::Malformed(format!("`decision` is `{other}`; say `approve` or `refuse`"))),
        };
        let said =
            Said { person: given.person.clone(), approved, reason: given.reason.clone(), passphrase: given.passphrase.clone() };
        match approval::sign(&desk, language, &request, &said) {
            Ok((name, kind, bytes)) => Ok(download(&name, kind, bytes)),
            Err(Problem::Wrong(errors)) => {
                let page = page(&desk, language, ticket, Given { passphrase: String::new(), ..given }, errors)?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}
