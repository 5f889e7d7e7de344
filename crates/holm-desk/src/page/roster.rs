//! The roster's page: people are taken in from a file or from lines that are typed.

use askama::Template;
use axum::extract::{Form, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Asked, Place, Shell, Shown, answered, people};
use crate::form;
use crate::language::{Language, count};
use crate::problem::{Problem, Wrong, in_language};
use crate::roster;
use crate::server::Desk;
use crate::words::fill;

#[derive(Template)]
#[template(path = "roster.html")]
struct RosterPage {
    shell: Shell,
    /// What was taken in, once something was.
    taken: Option<String>,
    text: String,
    /// What is wrong, line by line.
    errors: Vec<String>,
}

/// `GET /roster`
pub(crate) async fn roster(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| page(desk, language, None, String::new(), Vec::new())).await
}

fn page(
    desk: &Desk,
    language: Language,
    taken: Option<String>,
    text: String,
    errors: Vec<String>,
) -> Result<RosterPage, Problem> {
    let view = desk.office.view()?;
    Ok(RosterPage { shell: Shell::of(language, Place::People, &view), taken, text, errors })
}

/// `POST /roster`
pub(crate) async fn take((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = form::parts(form).await.and_then(|parts| Given::of(&parts));
    answered(language, move || {
        let given = given?;
        match roster::take(&desk, language, given.lines()) {
            Ok((added, updated)) => {
                let taken = fill(language.words().person.taken, &[&count(added), &count(updated)]);
                Ok(Html(page(&desk, language, Some(taken), String::new(), Vec::new())?.render()?).into_response())
            }
            Err(Problem::Wrong(errors)) => {
                let lines = in_language(errors, language).iter().flat_map(|(_, what)| what.lines().map(str::to_owned)).collect();
                let page = page(&desk, language, None, given.text, lines)?.render()?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}

/// What the form holds: a file, or lines.
#[derive(Default)]
struct Given {
    file: Option<Vec<u8>>,
    text: String,
}

impl Given {
    fn of(parts: &[form::Part]) -> Result<Self, Problem> {
        let mut given = Self::default();
        for part in parts {
            match part.name.as_str() {
                "roster" => given.file = part.file().map(|(_, bytes)| bytes).or(given.file),
                "text" => given.text = part.text(),
                _ => return Err(part.unknown()),
            }
        }
        Ok(given)
    }

    fn lines(&self) -> &[u8] {
        self.file.as_deref().unwrap_or(self.text.as_bytes())
    }
}

/// What a change of one person says.
#[derive(Deserialize)]
pub(crate) struct Change {
    #[serde(default)]
    device: String,
    #[serde(default)]
    reason: String,
}

/// `POST /people/{id}/left`
pub(crate) async fn left((state, extension): Asked, Path(id): Path<String>, Form(change): Form<Change>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let done = roster::left(&desk, language, &id, &change.reason);
        changed(&desk, language, &id, ("left", &change.reason), done)
    })
    .await
}

/// `POST /people/{id}/lost`
pub(crate) async fn lost((state, extension): Asked, Path(id): Path<String>, Form(change): Form<Change>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let done = roster::lost(&desk, language, &id, &change.device, &change.reason);
        changed(&desk, language, &id, ("lost", &change.reason), done)
    })
    .await
}

/// The person's page after a change, or with what is wrong at the form that it stands in.
fn changed(
    desk: &Desk,
    language: Language,
    id: &str,
    (form, reason): (&'static str, &str),
    done: Result<(), Problem>,
) -> Result<Response, Problem> {
    let errors: Vec<Wrong> = match done {
        Ok(()) => return Ok(Redirect::to(&format!("/people/{id}")).into_response()),
        Err(Problem::Wrong(errors)) => in_language(errors, language),
        Err(problem) => return Err(problem),
    };
    let page = people::with_errors(desk, language, id, people::Refused { form, reason: reason.to_owned(), errors })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}
