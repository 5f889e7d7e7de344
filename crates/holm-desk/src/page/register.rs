//! The rest of the register: what is said to concerns, checks from a file, exceptions that others approve, what checks are worth.

use askama::Template;
use axum::extract::{Form, Multipart};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::vetting::evidence::PROPOSED;
use holm::vetting::import::{HEADER, day};
use holm::vetting::{Check, ConcernAnswer};
use holm_record::event::approval::Masked;
use holm_record::event::vetting::{CheckSort, Concern, Guideline};
use holm_record::id::PersonId;

use super::vetting::{Choice, sorts};
use super::{Asked, Place, Shell, Shown, answered};
use crate::approval::{Wanted, ask};
use crate::fields::{Fields, Reading};
use crate::form;
use crate::language::{Language, count};
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::vetting::{answer, import, set_accuracies};
use crate::words::fill;

/// A concern: which it is, in a sentence, and whether it was chosen.
struct ConcernChoice {
    key: String,
    said: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    shell: Shell,
    concerns: Vec<ConcernChoice>,
    sorts: Vec<Choice>,
    header: String,
    imported: Option<String>,
    accuracy: String,
    given: Fields,
    errors: Vec<Wrong>,
}

impl RegisterPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

/// What was sent, what is wrong with it, or what came of it.
#[derive(Default)]
struct Sent {
    fields: Fields,
    errors: Vec<Wrong>,
    imported: Option<String>,
}

/// A concern, and what was said to it.
pub(super) fn concern(of: &Concern, language: Language) -> String {
    let w = &language.words().register;
    let mitigated = of.mitigation.as_ref().map(|said| fill(w.mitigated, &[said]));
    let explained = of.explanation.as_ref().map(|said| fill(w.explained, &[said]));
    let verified = match (&of.explanation, &of.verified) {
        (_, Some(how)) => Some(fill(w.verified_by, &[how])),
        (Some(_), None) => Some(w.unverified.to_owned()),
        (None, None) => None,
    };
    let all = [Some(format!("{}: {}.", of.guideline, of.what)), mitigated, explained, verified];
    all.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn choices(checks: &[Check], chosen: &str, language: Language) -> Vec<ConcernChoice> {
    let w = &language.words().vetting;
    let of = |check: &Check, of: &Concern| {
        let key = format!("{}|{}", check.index, of.guideline);
        let facts = &check.facts;
        let said = format!("{}, {}, {}: {}: {}", facts.person, w.sort(facts.sort), facts.on, of.guideline, of.what);
        ConcernChoice { chosen: key == chosen, key, said }
    };
    checks.iter().rev().flat_map(|check| check.facts.concerns.iter().map(move |one| of(check, one))).collect()
}

/// `GET /vetting/register`
pub(crate) async fn register(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| page(desk, language, Sent::default())).await
}

fn page(desk: &Desk, language: Language, sent: Sent) -> Result<RegisterPage, Problem> {
    desk.office.record_reading(&Masked::Vetting)?;
    let view = desk.office.view()?;
    let vetting = &view.state.vetting;
    let accuracy = match sent.fields.typed("accuracy") {
        "" => vetting.accuracy.clone().unwrap_or_else(|| PROPOSED.to_owned()),
        typed => typed.to_owned(),
    };
    Ok(RegisterPage {
        concerns: choices(&vetting.checks, sent.fields.get("concern"), language),
        sorts: sorts(language, sent.fields.get("except")),
        header: HEADER.join(","),
        imported: sent.imported,
        accuracy,
        given: sent.fields,
        errors: in_language(sent.errors, language),
        shell: Shell::of(language, Place::People, &view),
    })
}

/// To another page if it was done, and else this one with what is wrong.
fn done(desk: &Desk, language: Language, fields: Fields, done: Result<String, Problem>) -> Result<Response, Problem> {
    match done {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(Problem::Wrong(errors)) => {
            let page = page(desk, language, Sent { fields, errors, imported: None })?.render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Which concern of which check a form is about.
fn of_key(key: &str) -> Option<(u64, Guideline)> {
    let (check, guideline) = key.split_once('|')?;
    check.parse().ok().zip(guideline.parse().ok())
}

/// `POST /vetting/answers`
pub(crate) async fn answer_concern((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let names = ["concern", "mitigation", "explanation", "verified_by", "verified_how", "verified_on"];
        let fields = Fields::of(given, &names)?;
        let mut reading = Reading::new(&fields, language);
        let of = reading.noted("concern", of_key(fields.get("concern")).ok_or(language.words().register.which));
        let verified = reading.verified();
        let read = reading.done(of.zip(verified));
        let text = |field: &str| Some(fields.get(field).to_owned()).filter(|text| !text.is_empty());
        let said = read.and_then(|((check, guideline), verified)| {
            let (mitigation, explanation) = (text("mitigation"), text("explanation"));
            answer(&desk, check, ConcernAnswer { guideline, mitigation, explanation, verified })
        });
        let person = |_| "/vetting/register#concerns".to_owned();
        done(&desk, language, fields, said.map(person))
    })
    .await
}

/// `POST /vetting/checks`: checks from a file, all or none.
pub(crate) async fn take((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let parts = form::parts(form).await;
    answered(language, move || {
        let w = &language.words().register;
        let parts = parts?;
        if let Some(other) = parts.iter().find(|part| part.name != "file") {
            return Err(other.unknown());
        }
        let wrong = |what: String| Problem::Wrong(vec![("file", what)]);
        let file = parts.iter().find_map(form::Part::file).map(|(_, bytes)| bytes);
        let taken = file.ok_or_else(|| wrong(w.no_file.to_owned())).and_then(|bytes| {
            let text = String::from_utf8(bytes).map_err(|_| wrong(language.words().recording.not_utf8.to_owned()))?;
            import(&desk, &text)
        });
        match taken {
            Ok((fresh, known)) => {
                let imported = Some(fill(w.imported, &[&count(fresh), &count(known)]));
                Ok(Html(page(&desk, language, Sent { imported, ..Sent::default() })?.render()?).into_response())
            }
            Err(problem) => done(&desk, language, Fields::default(), Err(problem)),
        }
    })
    .await
}

/// `POST /vetting/exceptions`: others are asked to approve that somebody be sent things although a check is not in force.
pub(crate) async fn except((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &["person", "except", "until", "reason"])?;
        let mut reading = Reading::new(&fields, language);
        let person = reading.needed::<PersonId>("person");
        let sort = reading.some::<CheckSort>("except");
        let until = reading.noted("until", day(fields.get("until")));
        let read = reading.done(person.zip(until));
        let asked = read.and_then(|(person, until)| {
            let wanted = Wanted::Except(person, sort.into_iter().collect(), until);
            ask(&desk, wanted, fields.get("reason"))
                .map_err(|problem| problem.at(|field| if field == "what" { "person" } else { field }))
        });
        done(&desk, language, fields, asked.map(|number| format!("/record/approvals/{number}")))
    })
    .await
}

/// `POST /vetting/accuracy`
pub(crate) async fn accuracy((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &["accuracy"])?;
        let laid = set_accuracies(&desk, fields.typed("accuracy"));
        done(&desk, language, fields, laid.map(|_| "/vetting/register#accuracy".to_owned()))
    })
    .await
}
