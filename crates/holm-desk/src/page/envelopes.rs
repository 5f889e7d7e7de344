//! Envelopes at the home desk: to whom they go, taking them, and having a batch go.

use askama::Template;
use axum::extract::{Form, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::approach::{ENVELOPES, EVERY};
use holm::role::UseCase;
use jiff::Timestamp;

use super::approaches::period;
use super::{Asked, Place, Shell, Shown, answered, download, moment};
use crate::approach;
use crate::arrival;
use crate::fields::Fields;
use crate::form;
use crate::language::Language;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;

#[derive(Template)]
#[template(path = "envelopes.html")]
struct EnvelopesPage {
    shell: Shell,
    /// To whom they go.
    to: Option<String>,
    period: String,
    /// Whether a batch is to go now, or when.
    is_due: bool,
    next: String,
    /// Batches that went: entry and day.
    batches: Vec<(u64, String)>,
    done: Vec<String>,
    given: Fields,
    errors: Vec<Wrong>,
}

impl EnvelopesPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }

    /// What was typed, or what is usual.
    fn number(&self, field: &str, usual: u16) -> String {
        Some(self.given.typed(field)).filter(|typed| !typed.is_empty()).map_or_else(|| usual.to_string(), str::to_owned)
    }
}

/// `GET /approaches/home`
pub(crate) async fn envelopes(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| page(desk, language, Fields::default(), Vec::new(), Vec::new())).await
}

fn page(desk: &Desk, language: Language, given: Fields, done: Vec<String>, errors: Vec<Wrong>) -> Result<EnvelopesPage, Problem> {
    let w = &language.words().approach;
    let view = desk.office.view()?;
    let approaches = &view.state.approaches;
    let next = approaches.next_batch();
    Ok(EnvelopesPage {
        to: approaches.officer.as_ref().map(|officer| fill(w.to, &[&officer.person, &officer.agency])),
        period: period(&view, language),
        is_due: next.is_some_and(|next| next <= Timestamp::now()),
        next: next.map(|next| fill(w.next, &[&moment(next)])).unwrap_or_default(),
        batches: approaches.carried.iter().rev().map(|(entry, at)| (*entry, moment(*at))).collect(),
        done,
        given,
        errors: in_language(errors, language),
        shell: Shell::of(language, Place::Record, &view),
    })
}

fn shown(desk: &Desk, language: Language, given: Fields, done: Vec<String>, errors: Vec<Wrong>) -> Result<Response, Problem> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(page(desk, language, given, done, errors)?.render()?)).into_response())
}

/// `GET /approaches/card`
pub(crate) async fn card((state, extension): Asked) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let (name, kind, bytes) = approach::card(&desk, language)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}

/// `POST /approaches/officer`
pub(crate) async fn officer((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &["officer", "envelopes", "every"])?;
        match approach::name_officer(&desk, language, &fields) {
            Ok(()) => Ok(Redirect::to("/approaches/home").into_response()),
            Err(Problem::Wrong(errors)) => shown(&desk, language, fields, Vec::new(), errors),
            Err(problem) => Err(problem),
        }
    })
    .await
}

/// `POST /approaches/envelopes`: envelopes are kept for the next batch.
pub(crate) async fn take((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let files = form::parts(form).await.and_then(|parts| arrival::files(&parts, "files"));
    answered(language, move || {
        let (files, w) = (files?, &language.words().approach);
        let (mut taken, mut errors) = (0, Vec::new());
        if files.is_empty() {
            errors.push(("files", w.no_envelopes.to_owned()));
        }
        for (file, bytes) in &files {
            match approach::take(&desk, language, bytes) {
                Ok(()) => taken += 1,
                Err(Problem::Wrong(wrong)) => {
                    errors.extend(in_language(wrong, language).into_iter().map(|(at, why)| (at, format!("{file}: {why}"))));
                }
                Err(other) => return Err(other),
            }
        }
        let done = if taken > 0 { vec![w.taken.of(taken)] } else { Vec::new() };
        shown(&desk, language, Fields::default(), done, errors)
    })
    .await
}

/// `POST /approaches/carry`: the next batch goes.
pub(crate) async fn carry((state, extension): Asked) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let w = &language.words().approach;
        match approach::carry(&desk, language) {
            Ok((entry, left)) => {
                let gone = fill(w.gone_as, &[&entry]);
                let done = if left > 0 { vec![gone, w.left.of(left)] } else { vec![gone] };
                shown(&desk, language, Fields::default(), done, Vec::new())
            }
            Err(Problem::Wrong(errors)) => shown(&desk, language, Fields::default(), Vec::new(), errors),
            Err(problem) => Err(problem),
        }
    })
    .await
}

/// `GET /approaches/batches/{entry}`
pub(crate) async fn batch((state, extension): Asked, Path(entry): Path<u64>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let (name, kind, bytes) = approach::batch(&desk, language, entry)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}
