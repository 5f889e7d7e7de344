//! Past operations are taken in from a file: all of it or nothing.

use askama::Template;
use axum::extract::Multipart;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holm::operation::import::{HEADER, ImportOperationsError, parse_operations};
use holm_record::event::happening::OperationFacts;
use jiff::Timestamp;

use super::recording::{Field, Filled};
use super::{Asked, Place, ROWS, Shell, Shown, answered};
use crate::fields::{Fields, Reading};
use crate::form::{self, Part};
use crate::happening;
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
        let fields = Fields::of_parts(&parts, &["file", "lines", "zone"])?;
        match imported(&desk, language, &parts, &fields) {
            Ok(imported) => Ok(Html(page(&desk, language, Sent::default(), Some(imported))?.render()?).into_response()),
            Err(Failed::Lines(what, lines)) => refused(&desk, language, Sent { fields, errors: vec![("file", what)], lines }),
            Err(Failed::Problem(Problem::Wrong(errors))) => {
                refused(&desk, language, Sent { fields, errors: in_language(errors, language), ..Sent::default() })
            }
            Err(Failed::Problem(problem)) => Err(problem),
        }
    })
    .await
}

fn refused(desk: &Desk, language: Language, sent: Sent) -> Result<Response, Problem> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page(desk, language, sent, None)?.render()?)).into_response())
}

/// Why nothing was taken in.
enum Failed {
    /// Lines cannot be used.
    Lines(String, Vec<String>),
    Problem(Problem),
}

impl<P: Into<Problem>> From<P> for Failed {
    fn from(problem: P) -> Self {
        Self::Problem(problem.into())
    }
}

fn imported(desk: &Desk, language: Language, parts: &[Part], fields: &Fields) -> Result<Imported, Failed> {
    let words = &language.words().recording;
    let wrong = |what: String| Problem::Wrong(vec![("file", what)]);
    let file = parts.iter().filter(|part| part.name == "file").find_map(Part::file);
    let (source, bytes) = match file {
        Some((name, bytes)) => (Some(name), bytes),
        None => (None, fields.typed("lines").as_bytes().to_vec()),
    };
    // A record keeps for ever what is read wrongly.
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong(words.not_utf8.to_owned()))?;
    if text.trim().is_empty() {
        return Err(wrong(words.no_file.to_owned()).into());
    }
    let reading = Reading::new(fields, language);
    let zone = reading.zone().cloned();
    reading.done(Some(()))?;
    let read = parse_operations(&desk.office.view()?.state, text, zone.as_ref(), Timestamp::now());
    let operations = read.map_err(|error| match error {
        ImportOperationsError::Lines(lines, of) => {
            let what = fill(words.lines_wrong, &[&count(lines.len()), &count(of)]);
            let more = lines.len().saturating_sub(ROWS);
            let shown = lines.iter().take(ROWS).map(|line| language.said(&line.to_string()));
            let more = (more > 0).then(|| fill(words.and_more, &[&count(more)]));
            Failed::Lines(what, shown.chain(more).collect())
        }
        other => wrong(other.to_string()).into(),
    })?;
    let imported = said(&operations, language);
    happening::add_operations(desk, source, operations)?;
    Ok(imported)
}

fn said(operations: &[OperationFacts], language: Language) -> Imported {
    let words = &language.words().recording;
    let over = || operations.iter().filter(|o| o.outcome.is_some());
    let silent: Vec<&str> = over().filter(|o| o.told.is_empty() && o.items.is_empty()).map(|o| o.operation.as_str()).collect();
    let more = silent.len().saturating_sub(ROWS);
    let more = (more > 0).then(|| fill(words.and_more, &[&count(more)]));
    let listed: Vec<String> = silent.iter().take(ROWS).map(|name| (*name).to_owned()).chain(more).collect();
    Imported {
        said: words.imported.of(operations.len()),
        over: fill(words.of_them_over, &[&count(over().count())]),
        silent: (!silent.is_empty()).then(|| fill(words.nobody_told, &[&listed.join(", ")])),
    }
}
