//! Warnings of danger to life: sending one, and what another person says of it.

use askama::Template;
use axum::extract::{Form, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::role::UseCase;
use holm::warning::Warning;
use jiff::Timestamp;

use super::{Asked, Place, Shell, Shown, answered, moment};
use crate::fields::Fields;
use crate::language::{Language, count};
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::warning;
use crate::words::fill;

const FIELDS: [&str; 3] = ["persons", "text", "reason"];

struct Row {
    item: String,
    at: String,
    by: String,
    /// How many it warns.
    to: String,
    /// What it was sent in spite of.
    past: String,
    reason: String,
    /// What another person said of it, or until when one is to.
    review: String,
    late: bool,
    /// Whether whoever looks may say something of it.
    may_review: bool,
}

#[derive(Template)]
#[template(path = "warnings.html")]
struct WarningsPage {
    shell: Shell,
    title: String,
    rows: Vec<Row>,
    given: Fields,
    errors: Vec<Wrong>,
}

impl WarningsPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

/// `GET /warnings`
pub(crate) async fn warnings(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| page(desk, language, Fields::default(), Vec::new())).await
}

fn page(desk: &Desk, language: Language, given: Fields, errors: Vec<Wrong>) -> Result<WarningsPage, Problem> {
    let view = desk.office.view()?;
    let w = &language.words().warning;
    let now = Timestamp::now();
    let newest: Vec<&Warning> = view.state.warnings.iter().rev().collect();
    let may: Vec<bool> =
        desk.office.act(|workspace| newest.iter().map(|warning| workspace.may_review_here(warning)).collect())?;
    let rows: Vec<Row> = newest.into_iter().zip(may).map(|(warning, may)| row(warning, may, now, language)).collect();
    let waiting = view.state.warnings.iter().filter(|warning| warning.review.is_none()).count();
    Ok(WarningsPage {
        shell: Shell::of(language, Place::Share, &view),
        title: if waiting == 0 { w.title.to_owned() } else { w.waiting.of(waiting) },
        rows,
        given,
        errors: in_language(errors, language),
    })
}

fn row(warning: &Warning, may: bool, now: Timestamp, language: Language) -> Row {
    let w = &language.words().warning;
    let past = [(w.unvetted, &warning.unvetted), (w.left, &warning.left)];
    let past = past.into_iter().filter(|(_, persons)| !persons.is_empty());
    let past = past.map(|(said, persons)| fill(said, &[&persons.iter().map(|p| p.as_str()).collect::<Vec<_>>().join(", ")]));
    let review = match &warning.review {
        Some(review) => {
            let found = if review.justified { w.justified } else { w.unjustified };
            let words = review.words().map(|words| format!(": {words}")).unwrap_or_default();
            format!("{} ({}, {}){words}", found, review.person, moment(review.at))
        }
        None => fill(w.review_by, &[&moment(warning.review_by())]),
    };
    Row {
        item: warning.item.to_string(),
        at: moment(warning.at),
        by: warning.by.clone(),
        to: count(warning.to.len()),
        past: past.collect::<Vec<_>>().join(" "),
        reason: warning.reason.clone(),
        review,
        late: warning.is_late(now),
        may_review: may && warning.review.is_none(),
    }
}

fn wrong(desk: &Desk, language: Language, given: Fields, errors: Vec<Wrong>) -> Result<Response, Problem> {
    let page = page(desk, language, given, errors)?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

/// `POST /warnings`
pub(crate) async fn send((state, extension): Asked, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let given = Fields::of(pairs, &FIELDS)?;
        let to: Vec<String> = given.list("persons").into_iter().map(str::to_owned).collect();
        match warning::warn(&desk, language, &to, given.typed("text"), given.get("reason")) {
            Ok(sent) => Ok(Redirect::to(&format!("/items/{}", sent.item)).into_response()),
            Err(Problem::Wrong(errors)) => wrong(&desk, language, given, errors),
            Err(problem) => Err(problem),
        }
    })
    .await
}

/// `POST /warnings/{item}/review`
pub(crate) async fn review(
    (state, extension): Asked,
    Path(item): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let given = Fields::of(pairs, &["found", "words"])?;
        match warning::review(&desk, &item, !given.has("found", "unjustified"), given.get("words")) {
            Ok(_) => Ok(Redirect::to("/warnings").into_response()),
            Err(Problem::Wrong(errors)) => {
                let at_review = errors.into_iter().map(|(_, error)| ("review", error)).collect();
                wrong(&desk, language, Fields::default(), at_review)
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}
