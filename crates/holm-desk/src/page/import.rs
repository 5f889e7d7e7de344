//! Past operations are taken in from a file: all of it or nothing.

use askama::Template;
use axum::extract::Multipart;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holm::operation::import::{HEADER, ImportLine};

use super::recording::{Field, Filled};
use super::{Asked, Place, ROWS, Shell, Shown, answered};
use crate::fields::Fields;
use crate::form;
use crate::import;
use crate::language::{Language, count};
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;

/// A line of the CSV, as the page shows it.
const EXAMPLE: &str = "north-pier,raid,2024-03-02T05:00,,Unit 3,,,p1@2024-02-28T09:00;p7:0.2,confirmed,,2024-03-02T05:00,empty";

/// What was taken in.
pub(crate) struct Imported {
    said: String,
    over: String,
    /// Those that are over and of which nobody knew.
    silent: Option<String>,
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    shell: Shell,
    imported: Option<Imported>,
    header: String,
    example: &'static str,
    text: String,
    zone: Field,
    errors: Vec<Wrong>,
    /// Lines that cannot be used.
    lines: Vec<String>,
}

/// What was sent, and what was wrong with it.
#[derive(Default)]
struct Sent {
    fields: Fields,
    errors: Vec<Wrong>,
    lines: Vec<String>,
}

/// `GET /record/operations`
pub(crate) async fn form(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| page(desk, language, Sent::default(), None)).await
}

fn page(desk: &Desk, language: Language, sent: Sent, imported: Option<Imported>) -> Result<ImportPage, Problem> {
    let view = desk.office.view()?;
    Ok(ImportPage {
        imported,
        header: HEADER.join(","),
        example: EXAMPLE,
        text: sent.fields.typed("lines").to_owned(),
        zone: Filled::new(&sent.fields, &sent.errors, language).zone(),
        errors: sent.errors,
        lines: sent.lines,
        shell: Shell::of(language, Place::Cases, &view),
    })
}

/// `POST /record/operations`
pub(crate) async fn take((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let parts = form::parts(form).await;
    answered(language, move || {
        let parts = parts?;
        let fields = Fields::of_parts(&parts, &import::FIELDS)?;
        match import::take(&desk, language, &parts, &fields) {
            Ok(imported) => {
                let page = page(&desk, language, Sent::default(), Some(said(&imported, language)))?;
                Ok(Html(page.render()?).into_response())
            }
            Err(ref problem @ Problem::Lines(ref lines, _)) => {
                let (errors, lines) = (vec![("file", problem.told(language).text)], listed(lines, language));
                refused(&desk, language, Sent { fields, errors, lines })
            }
            Err(Problem::Wrong(errors)) => {
                refused(&desk, language, Sent { fields, errors: in_language(errors, language), ..Sent::default() })
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}

fn refused(desk: &Desk, language: Language, sent: Sent) -> Result<Response, Problem> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page(desk, language, sent, None)?.render()?)).into_response())
}

/// What is said of what was taken in.
fn said(imported: &import::Imported, language: Language) -> Imported {
    let words = &language.words().recording;
    let silent = &imported.silent;
    let more = silent.len().saturating_sub(ROWS);
    let more = (more > 0).then(|| fill(words.and_more, &[&count(more)]));
    let listed: Vec<String> = silent.iter().take(ROWS).map(ToString::to_string).chain(more).collect();
    Imported {
        said: words.imported.of(imported.recorded),
        over: fill(words.of_them_over, &[&count(imported.over)]),
        silent: (!silent.is_empty()).then(|| fill(words.nobody_told, &[&listed.join(", ")])),
    }
}

/// Lines that cannot be used, as far as they are shown.
fn listed(lines: &[ImportLine], language: Language) -> Vec<String> {
    let more = lines.len().saturating_sub(ROWS);
    let shown = lines.iter().take(ROWS).map(|line| language.said(&line.to_string()));
    let more = (more > 0).then(|| fill(language.words().recording.and_more, &[&count(more)]));
    shown.chain(more).collect()
}
