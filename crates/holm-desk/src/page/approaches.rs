//! Approaches on a desk of one's own: an envelope is sealed, looked for in a batch, or a batch is read.

use askama::Template;
use axum::extract::{Form, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::approach::{OpenedBatch, OpenedCard, What};

use super::{Asked, Place, Shell, Shown, answered, day, download};
use crate::approach::{self, FIELDS};
use crate::arrival;
use crate::fields::Fields;
use crate::form::{self, Part};
use crate::language::{Language, count};
use crate::office::View;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;

#[derive(Template)]
#[template(path = "approaches.html")]
struct ApproachesPage {
    shell: Shell,
    has_key: bool,
    has_workspace: bool,
    /// To whom reports go, as this desk's record says it.
    own: Option<String>,
    /// Which batches went and go.
    period: String,
    /// Whether an envelope is in a batch.
    carried: Option<bool>,
    locked: bool,
    errors: Vec<Wrong>,
}

impl ApproachesPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

/// `GET /approaches`
pub(crate) async fn approaches(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| Ok(page(desk, language, None, Vec::new()))).await
}

fn page(desk: &Desk, language: Language, carried: Option<bool>, errors: Vec<Wrong>) -> ApproachesPage {
    let w = &language.words().approach;
    let view = desk.office.view().ok();
    let officer = view.as_deref().and_then(|view| view.state.approaches.officer.as_ref());
    ApproachesPage {
        own: officer.map(|officer| fill(w.to, &[&officer.person, &officer.agency])),
        period: view
            .as_deref()
            .map(|view| period(view, language))
            .filter(|said| !said.is_empty())
            .unwrap_or(w.periods.to_owned()),
        has_key: desk.identity.is_some(),
        has_workspace: view.is_some(),
        carried,
        locked: arrival::needs_passphrase(desk),
        errors: in_language(errors, language),
        shell: Shell::maybe_of(language, Place::Inbox, view.as_deref()),
    }
}

/// How often batches go and when the next one does, as far as whoever looks is told; empty if nobody is named to whom they go.
pub(super) fn period(view: &View, language: Language) -> String {
    let w = &language.words().approach;
    let approaches = &view.state.approaches;
    let Some(officer) = &approaches.officer else { return String::new() };
    let often = fill(w.often, &[&officer.every_days, &officer.envelopes]);
    // Whoever does not see the record is not told which batches went.
    let next = approaches.next_batch().filter(|_| view.checkpoint.is_some());
    let next = next.map(|next| match approaches.carried.last() {
        Some((_, last)) => fill(w.this_period, &[&day(*last), &day(next)]),
        None => w.first_period.to_owned(),
    });
    next.map_or(often.clone(), |next| format!("{often} {next}"))
}

fn refused(desk: &Desk, language: Language, problem: Problem) -> Result<Response, Problem> {
    let Problem::Wrong(errors) = problem else { return Err(problem) };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page(desk, language, None, errors).render()?)).into_response())
}

/// A file of a form, and a check that the form has no other parts than these.
fn file(parts: &[Part], name: &str, known: &[&str]) -> Result<Option<Vec<u8>>, Problem> {
    if let Some(other) = parts.iter().find(|part| !known.contains(&part.name.as_str())) {
        return Err(other.unknown());
    }
    Ok(parts.iter().find(|part| part.name == name).and_then(Part::file).map(|(_, bytes)| bytes))
}

/// `POST /approaches`: a card is looked at.
pub(crate) async fn look((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = form::parts(form).await;
    answered(language, move || {
        let parts = given?;
        let given = file(&parts, "card", &["card", "own"])?;
        let is_own = parts.iter().any(|part| part.name == "own");
        let card = if is_own { approach::card(&desk, language).map(|(.., bytes)| Some(bytes)) } else { Ok(given) };
        match card.and_then(|card| approach::look(&desk, language, card)) {
            Ok(ticket) => Ok(Redirect::to(&format!("/approaches/{ticket}")).into_response()),
            Err(problem) => refused(&desk, language, problem),
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "approach.html")]
struct ApproachPage {
    shell: Shell,
    ticket: String,
    to: String,
    of_record: String,
    log_key: String,
    often: String,
    sealed: bool,
    whats: [Choice; 4],
    given: Fields,
    errors: Vec<Wrong>,
}

impl ApproachPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

struct Choice {
    value: &'static str,
    said: &'static str,
    chosen: bool,
}

fn one(desk: &Desk, language: Language, ticket: String, given: Fields, errors: Vec<Wrong>) -> Result<ApproachPage, Problem> {
    let w = &language.words().approach;
    let sealing = approach::find(desk, language, &ticket)?;
    let sealed = sealing.is_sealed() && errors.is_empty();
    let OpenedCard { log_key, entry, person, agency, envelopes, every_days, .. } = sealing.to;
    let chosen = Some(given.get("what")).filter(|what| !what.is_empty()).unwrap_or("nothing").to_owned();
    let choice = |value, said| Choice { value, said, chosen: chosen == value };
    let [approached, bribed, threatened, nothing] = w.whats;
    let whats = [
        choice("nothing", nothing),
        choice("approached", approached),
        choice("bribed", bribed),
        choice("threatened", threatened),
    ];
    Ok(ApproachPage {
        to: fill(w.to, &[&person, &agency]),
        of_record: fill(w.of_record, &[&entry]),
        log_key,
        often: fill(w.often, &[&every_days, &envelopes]),
        sealed,
        whats,
        ticket,
        given,
        errors: in_language(errors, language),
        shell: Shell::maybe_of(language, Place::Inbox, desk.office.view().ok().as_deref()),
    })
}

/// `GET /approaches/{ticket}`: to whom it goes, and the form; or what to do with what was sealed.
pub(crate) async fn form((state, extension): Asked, Path(ticket): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || Ok(Html(one(&desk, language, ticket, Fields::default(), Vec::new())?.render()?).into_response()))
        .await
}

/// `POST /approaches/{ticket}`: what is reported, or nothing, is sealed.
pub(crate) async fn seal(
    (state, extension): Asked,
    Path(ticket): Path<String>,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &FIELDS)?;
        match approach::seal(&desk, language, &ticket, &fields) {
            Ok(()) => Ok(Redirect::to(&format!("/approaches/{ticket}")).into_response()),
            Err(Problem::Wrong(errors)) => {
                let page = one(&desk, language, ticket, fields, errors)?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}

/// `GET /approaches/{ticket}/envelope`
pub(crate) async fn envelope((state, extension): Asked, Path(ticket): Path<String>) -> Response {
    match approach::envelope(&state.0, extension.0, &ticket) {
        Ok((name, kind, bytes)) => download(&name, kind, bytes),
        Err(problem) => problem.page(extension.0),
    }
}

/// `POST /approaches/check`: whether an envelope is in a batch.
pub(crate) async fn check((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = form::parts(form).await;
    answered(language, move || {
        let (parts, known) = (given?, ["envelope", "carried"]);
        let (envelope, batch) = (file(&parts, "envelope", &known)?, file(&parts, "carried", &known)?);
        match approach::check(language, envelope.as_deref(), batch.as_deref()) {
            Ok(carried) => Ok(Html(page(&desk, language, Some(carried), Vec::new()).render()?).into_response()),
            Err(problem) => refused(&desk, language, problem),
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "approaches_read.html")]
struct ReadPage {
    shell: Shell,
    title: String,
    of_batch: String,
    /// What happened, who says so, the words.
    reports: Vec<(&'static str, String, String)>,
    unreadable: Option<String>,
}

/// `POST /approaches/read`: the officer reads what a batch reports.
pub(crate) async fn read((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = form::parts(form).await;
    answered(language, move || {
        let parts = given?;
        let batch = file(&parts, "batch", &["batch", "passphrase"])?;
        let passphrase = parts.iter().find(|part| part.name == "passphrase").map(Part::text).unwrap_or_default();
        match approach::open_batch(&desk, language, batch.as_deref(), &passphrase) {
            Ok(opened) => Ok(Html(read_page(&desk, language, opened).render()?).into_response()),
            Err(problem) => refused(&desk, language, problem),
        }
    })
    .await
}

fn read_page(desk: &Desk, language: Language, opened: OpenedBatch) -> ReadPage {
    let w = &language.words().approach;
    let [approached, bribed, threatened, nothing] = w.whats;
    let said = |what: What| match what {
        What::Approached => approached,
        What::Bribed => bribed,
        What::Threatened => threatened,
        What::Nothing => nothing,
    };
    let OpenedBatch { entry, envelopes, reports, unreadable } = opened;
    ReadPage {
        title: w.reported.of(reports.len()),
        of_batch: fill(w.of_batch, &[&entry, &count(envelopes)]),
        unreadable: (unreadable > 0).then(|| w.unreadable.of(unreadable)),
        reports: reports
            .into_iter()
            .map(|r| (said(r.what), r.person.map_or_else(|| w.nobody_says.to_owned(), String::from), r.words))
            .collect(),
        shell: Shell::maybe_of(language, Place::Inbox, desk.office.view().ok().as_deref()),
    }
}
