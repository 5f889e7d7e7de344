//! The pages of whoever draws: exactly what is asked, and what they send back.

use askama::Template;
use axum::extract::{Form, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm_record::id::PersonId;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Asked, Place, Shell, answered, download, moment};
use crate::arrival;
use crate::drawer::{self, AskedDraw, Step};
use crate::form;
use crate::language::{Language, count};
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;

/// `POST /draws`: the file of a draw is opened.
pub(crate) async fn open((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = form::parts(form).await;
    answered(language, move || {
        let parts = given?;
        if let Some(other) = parts.iter().find(|p| !["draw", "passphrase"].contains(&p.name.as_str())) {
            return Err(other.unknown());
        }
        let file = parts.iter().find(|p| p.name == "draw").and_then(form::Part::file).map(|(_, bytes)| bytes);
        let passphrase = parts.iter().find(|p| p.name == "passphrase").map(form::Part::text).unwrap_or_default();
        match drawer::open(&desk, language, file, &passphrase) {
            Ok(ticket) => Ok(Redirect::to(&format!("/draws/{ticket}")).into_response()),
            Err(problem) => super::inbox::refused(&desk, language, problem),
        }
    })
    .await
}

/// People of a rank level, and how many of 100 are drawn on average.
struct LevelRow {
    level: u8,
    people: String,
    rate: u8,
}

#[derive(Template)]
#[template(path = "drawer.html")]
struct DrawerPage {
    shell: Shell,
    ticket: String,
    title: &'static str,
    what: String,
    drawers: String,
    until: String,
    within: String,
    of_record: String,
    log_key: String,
    levels: Vec<LevelRow>,
    step: Step,
    /// Where the secret is kept.
    place: String,
    late: String,
    locked: bool,
    given: Given,
    errors: Vec<Wrong>,
}

impl DrawerPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

/// What was typed.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Given {
    person: String,
    record: String,
    passphrase: String,
    /// `commit` or `reveal`.
    step: String,
}

fn levels(asked: &AskedDraw) -> Vec<LevelRow> {
    let facts = &asked.draw.facts;
    let of = |level: u8| facts.eligible.iter().filter(|eligible| eligible.level.clamp(1, 5) == level).count();
    let rows = (1..=5).zip(facts.rates).map(|(level, rate)| (level, of(level), rate)).rev();
    rows.filter(|(_, people, _)| *people > 0)
        .map(|(level, people, rate)| LevelRow { level, people: count(people), rate })
        .collect()
}

fn page(desk: &Desk, language: Language, ticket: String, given: Given, errors: Vec<Wrong>) -> Result<DrawerPage, Problem> {
    let w = &language.words().drawer;
    let asked = drawer::find(desk, language, &ticket)?;
    let step = asked.step(desk, Timestamp::now());
    let facts = &asked.draw.facts;
    let names = facts.drawers.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", ");
    let place = match &step {
        Step::Wait(person) | Step::Reveal(person) => asked.path(desk, person, "secret"),
        _ => None,
    };
    let title = match step {
        Step::Commit => w.to_commit,
        Step::Wait(_) => w.to_wait,
        Step::Reveal(_) => w.to_reveal,
        Step::Send(_) => w.to_send,
        Step::Elsewhere => w.to_elsewhere,
        Step::Late => w.to_late,
    };
    Ok(DrawerPage {
        title,
        what: fill(w.what, &[&language.words().vetting.sort(facts.sort), &count(facts.eligible.len())]),
        drawers: names,
        until: moment(facts.reveal_by),
        within: w.within.of(facts.within_days.into()),
        of_record: fill(w.of_record, &[&asked.draw.number]),
        log_key: asked.draw.log_key.clone(),
        levels: levels(&asked),
        place: place.map(|path| path.display().to_string()).unwrap_or_default(),
        late: fill(w.late, &[&moment(facts.reveal_by)]),
        locked: arrival::needs_passphrase(desk),
        step,
        ticket,
        given: Given { passphrase: String::new(), ..given },
        errors: in_language(errors, language),
        shell: Shell::maybe_of(language, Place::Inbox, desk.office.view().ok().as_deref()),
    })
}

/// `GET /draws/{ticket}`
pub(crate) async fn asked((state, extension): Asked, Path(ticket): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || Ok(Html(page(&desk, language, ticket, Given::default(), Vec::new())?.render()?).into_response()))
        .await
}

/// `POST /draws/{ticket}`: whoever sits here commits, or reveals.
pub(crate) async fn answer((state, extension): Asked, Path(ticket): Path<String>, Form(given): Form<Given>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let Given { person, record, passphrase, .. } = &given;
        let typed = drawer::Given { person: person.clone(), record: record.clone(), passphrase: passphrase.clone() };
        let done = match given.step.as_str() {
            "commit" => drawer::commit(&desk, language, &ticket, &typed),
            "reveal" => drawer::reveal(&desk, language, &ticket, passphrase),
            other => return Err(Problem::Malformed(format!("`step` is `{other}`; say `commit` or `reveal`"))),
        };
        let errors = match done {
            Ok(()) => return Ok(Redirect::to(&format!("/draws/{ticket}")).into_response()),
            Err(Problem::Wrong(errors)) => errors,
            Err(Problem::Refused(why)) => vec![("answer", why)],
            Err(problem) => return Err(problem),
        };
        let page = page(&desk, language, ticket, given, errors)?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
    })
    .await
}

/// `GET /draws/{ticket}/{what}`: what goes back, as a file.
pub(crate) async fn save((state, extension): Asked, Path((ticket, what)): Path<(String, String)>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let (name, kind, bytes) = drawer::save(&desk, language, &ticket, &what)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}
