//! The page of whoever says what was seen of an experiment, on a desk of their own: they know which outcomes there are, and no more.

use age::secrecy::SecretString;
use askama::Template;
use axum::extract::Multipart;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holm::experiment::{ExperimentError, Reading, note_outcome};
use holm_record::id::PersonId;

use super::{Asked, Place, Shell, Shown, answered, download};
use crate::arrival;
use crate::fields::Fields;
use crate::form::{self, Part};
use crate::language::Language;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;

#[derive(Template)]
#[template(path = "reader.html")]
struct ReaderPage {
    shell: Shell,
    locked: bool,
    given: Fields,
    errors: Vec<Wrong>,
}

impl ReaderPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }

    fn of(desk: &Desk, language: Language, given: Fields, errors: Vec<Wrong>) -> Self {
        let view = desk.office.view().ok();
        Self {
            shell: Shell::maybe_of(language, Place::Inbox, view.as_deref()),
            locked: arrival::needs_passphrase(desk),
            given,
            errors: in_language(errors, language),
        }
    }
}

/// `GET /outcomes`
pub(crate) async fn reader(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| Ok(ReaderPage::of(desk, language, Fields::default(), Vec::new()))).await
}

/// `POST /outcomes`: what was seen, signed, to be sent back; nothing is kept.
pub(crate) async fn note((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let parts = form::parts(form).await;
    answered(language, move || {
        let parts = parts?;
        let is_file = |part: &&Part| ["reading", "evidence"].contains(&part.name.as_str());
        let typed = parts.iter().filter(|part| !is_file(part)).map(|part| (part.name.clone(), part.text()));
        let fields = Fields::of(typed.collect(), &["person", "outcome", "passphrase"])?;
        match signed(&desk, language, &parts, &fields) {
            Ok((name, note)) => Ok(download(&name, "application/json", note)),
            Err(Problem::Wrong(errors)) => {
                let page = ReaderPage::of(&desk, language, fields, errors).render()?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}

fn signed(desk: &Desk, language: Language, parts: &[Part], fields: &Fields) -> Result<(String, Vec<u8>), Problem> {
    let w = &language.words().experiment;
    let wrong = |field, what: String| Problem::Wrong(vec![(field, what)]);
    let file = |field: &str| parts.iter().find(|part| part.name == field).and_then(Part::file).map(|(_, bytes)| bytes);
    let reading = file("reading").and_then(|bytes| serde_json::from_slice::<Reading>(&bytes).ok());
    let reading = reading.ok_or_else(|| wrong("reading", w.no_reading.to_owned()))?;
    let person = PersonId::new(fields.get("person"));
    let person = person.map_err(|_| wrong("person", language.words().second.no_person.to_owned()))?;
    let outcome: u32 = fields.get("outcome").parse().map_err(|_| wrong("outcome", w.no_number.to_owned()))?;
    let evidence = file("evidence").ok_or_else(|| wrong("evidence", w.no_evidence.to_owned()))?;
    let passphrase = Some(fields.typed("passphrase").to_owned()).filter(|p| !p.is_empty()).map(SecretString::from);
    let keys = arrival::keys(desk, passphrase.as_ref())?;
    let note = note_outcome(&reading, &person, &keys, (outcome, &evidence)).map_err(|error| match error {
        ExperimentError::Outcome { .. } => wrong("outcome", error.to_string()),
        other => wrong("reading", other.to_string()),
    })?;
    let text = serde_json::to_vec_pretty(&note).map_err(|e| Problem::Internal(e.to_string()))?;
    Ok((format!("{}.{person}.note", reading.experiment), text))
}
