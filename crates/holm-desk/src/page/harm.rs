//! An item that does harm: who was told it by word of mouth, its recall, and corrections that its holders are sent.

use askama::Template;
use axum::extract::{Form, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::correction::Reading as ReadBy;
use holm::state::happenings::Told;
use holm::state::{Item, State};
use holm_record::id::{ItemName, PersonId};
use serde::Deserialize;

use super::recording::{Field, Filled};
use super::share::MANY;
use super::trace::result_path;
use super::withdrawal::{self, Refused, WithdrawalForm, Withdrawn};
use super::{Asked, Place, Shell, answered, items, moment};
use crate::correction::{Given, Order, Reach, begin};
use crate::fields::Fields;
use crate::happening;
use crate::job::{Progress, Work};
use crate::language::{Language, count};
use crate::office::View;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::session::secret;
use crate::words::fill;

/// An oral briefing.
pub(crate) struct TellingRow {
    pub(crate) who: String,
    pub(crate) at: String,
    pub(crate) how: String,
    /// The rule that it broke.
    pub(crate) breach: Option<String>,
}

/// A correction, and who has read it.
pub(crate) struct ReadingRow {
    pub(crate) name: String,
    pub(crate) read: String,
    pub(crate) unread: Option<String>,
}

/// What the item's page shows of it.
pub(crate) struct Harm {
    pub(crate) tellings: Vec<TellingRow>,
    pub(crate) recalled: Option<String>,
    pub(crate) readings: Vec<ReadingRow>,
    /// Why it was not recalled, and what was typed.
    pub(crate) recall: (String, Vec<Wrong>),
    pub(crate) correction: Vec<Field>,
    pub(crate) correction_errors: Vec<Wrong>,
    pub(crate) withdrawal: Option<WithdrawalForm>,
    pub(crate) released: bool,
}

/// What was sent to one of its forms, and what was wrong with it.
#[derive(Default)]
pub(crate) struct Sent {
    recall: (String, Vec<Wrong>),
    correction: Fields,
    correction_errors: Vec<Wrong>,
    withdrawal: Refused,
}

impl Harm {
    pub(crate) fn of(state: &State, name: &ItemName, item: &Item, sent: Sent, language: Language) -> Self {
        let words = &language.words().recording;
        let filled = Filled::new(&sent.correction, &sent.correction_errors, language);
        let correction = vec![filled.area("truth", &words.truth), filled.line("by", &words.by)];
        let told = state.happenings.told.iter().filter(|told| told.telling.item.as_ref() == Some(name));
        Self {
            tellings: told.map(|told| telling_row(state, told, language)).collect(),
            recalled: item.recalled.as_ref().map(|(_, reason)| fill(words.is_recalled, &[reason])),
            readings: state.readings(name).iter().map(|reading| reading_row(state, reading, language)).collect(),
            correction,
            withdrawal: WithdrawalForm::of(
                format!("/items/{name}/withdraw"),
                withdrawal::of_item(state, name, language),
                sent.withdrawal,
            ),
            recall: sent.recall,
            correction_errors: sent.correction_errors,
            released: item.released.is_some(),
        }
    }
}

fn names(state: &State, persons: &[PersonId]) -> String {
    let name = |id: &PersonId| state.persons.get(id).map_or_else(|| id.to_string(), |p| format!("{} ({id})", p.facts.name));
    persons.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn telling_row(state: &State, told: &Told, language: Language) -> TellingRow {
    let (words, cases) = (&language.words().recording, &language.words().cases);
    let telling = &told.telling;
    TellingRow {
        who: names(state, &telling.persons),
        at: moment(telling.at),
        how: match &telling.channel {
            Some(channel) => fill(cases.by_channel, &[channel, &told.index]),
            None => fill(cases.by_mouth, &[&told.index]),
        },
        breach: telling.breach.as_ref().map(|rule| fill(words.broke, &[&language.reason(rule)])),
    }
}

fn reading_row(state: &State, reading: &ReadBy, language: Language) -> ReadingRow {
    let words = &language.words().recording;
    let of = reading.read.len() + reading.unread.len();
    ReadingRow {
        name: reading.correction.to_string(),
        read: fill(words.read_by, &[&count(reading.read.len()), &count(of)]),
        unread: (!reading.unread.is_empty()).then(|| fill(words.unread, &[&names(state, &reading.unread)])),
    }
}

/// Finds an item that was released.
///
/// # Errors
/// [`Problem::Missing`].
pub(crate) fn item_of<'v>(view: &'v View, name: &str) -> Result<&'v ItemName, Problem> {
    let released = view.state.items.iter().filter(|(_, item)| item.released.is_some());
    released.map(|(name, _)| name).find(|n| n.as_str() == name).ok_or(Problem::Missing)
}

/// The item's page with what was wrong.
fn refused(desk: &Desk, language: Language, name: &str, sent: Sent) -> Result<Response, Problem> {
    let page = items::with_harm(desk, language, name, sent)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

/// Why an item is recalled.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recall {
    #[serde(default)]
    reason: String,
}

/// `POST /items/{name}/recall`
pub(crate) async fn recall((state, extension): Asked, Path(name): Path<String>, Form(given): Form<Recall>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let view = desk.office.view()?;
        match happening::recall(&desk, language, item_of(&view, &name)?, &given.reason) {
            Ok(()) => Ok(Redirect::to(&format!("/items/{name}")).into_response()),
            Err(Problem::Wrong(errors)) => {
                let recall = (given.reason, in_language(errors, language));
                refused(&desk, language, &name, Sent { recall, ..Sent::default() })
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}

/// `POST /items/{name}/withdraw`
pub(crate) async fn withdraw((state, extension): Asked, Path(name): Path<String>, Form(given): Form<Withdrawn>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let view = desk.office.view()?;
        let entries = withdrawal::of_item(&view.state, item_of(&view, &name)?, language);
        match withdrawal::withdraw(&desk, language, &entries, None, &given) {
            Ok(()) => Ok(Redirect::to(&format!("/items/{name}")).into_response()),
            Err(problem) => {
                let withdrawal = withdrawal::refused(problem, given, language)?;
                refused(&desk, language, &name, Sent { withdrawal, ..Sent::default() })
            }
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "correction.html")]
struct CorrectionPage {
    shell: Shell,
    item: String,
    title: String,
    records: String,
    truth: String,
    by: String,
    ticket: String,
    people: Vec<(String, String)>,
    /// What is pressed to see all of them, if they are many.
    all: Option<String>,
    unreached: Option<String>,
    told_orally: Option<String>,
    button: String,
}

/// `POST /items/{name}/correction`: what will be recorded.
pub(crate) async fn look(
    (state, extension): Asked,
    Path(name): Path<String>,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &["truth", "by"])?;
        match correction_page(&desk, language, &name, &fields) {
            Ok(page) => Ok(Html(page.render()?).into_response()),
            Err(Problem::Wrong(errors)) => {
                let correction_errors = in_language(errors, language);
                refused(&desk, language, &name, Sent { correction: fields, correction_errors, ..Sent::default() })
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}

fn correction_page(desk: &Desk, language: Language, name: &str, fields: &Fields) -> Result<CorrectionPage, Problem> {
    let view = desk.office.view()?;
    let (state, words) = (&view.state, &language.words().recording);
    let name = item_of(&view, name)?;
    let order = Order::of(state, language, name, &asked_for(fields))?;
    let Reach { to, unreached, told_orally } = Reach::of(state, name, order.by.as_ref())?;
    let person = |id: &PersonId| {
        let person = state.persons.get(id);
        (person.map_or_else(|| id.to_string(), |p| p.facts.name.clone()), person.map(super::people::unit).unwrap_or_default())
    };
    let listed = |persons: &[PersonId], said| (!persons.is_empty()).then(|| fill(said, &[&names(state, persons)]));
    Ok(CorrectionPage {
        item: name.to_string(),
        title: words.correct_title.of(to.len()).replace("{item}", name.as_str()),
        records: fill(words.correct_records, &[order.by.as_ref().unwrap_or(&order.correction), name]),
        button: if order.by.is_some() { words.correct_note.to_owned() } else { words.correct_button.of(to.len()) },
        truth: order.truth,
        by: order.by.map(String::from).unwrap_or_default(),
        ticket: secret().map_err(|e| Problem::Internal(e.to_string()))?,
        people: to.iter().map(person).collect(),
        all: (to.len() > MANY).then(|| fill(language.words().share.see_all, &[&count(to.len())])),
        unreached: listed(&unreached, words.correct_unreached),
        told_orally: listed(&told_orally, words.correct_orally),
        shell: Shell::of(language, Place::Items, &view),
    })
}

fn asked_for(fields: &Fields) -> Given {
    Given { truth: fields.get("truth").to_owned(), by: fields.get("by").to_owned() }
}

/// `POST /items/{name}/correction/release`
pub(crate) async fn release(
    (state, extension): Asked,
    Path(name): Path<String>,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &["truth", "by", "ticket"])?;
        match begin(&desk, language, &name, fields.get("ticket"), &asked_for(&fields)) {
            Ok(ticket) => Ok(Redirect::to(&format!("/items/{name}/correction/{}", ticket.as_str())).into_response()),
            // Of the ticket, no field of the form can say what is wrong.
            Err(Problem::Wrong(errors)) if errors.iter().any(|(field, _)| *field == "ticket") => {
                Err(Problem::Refused(errors.into_iter().map(|(_, what)| what).collect()))
            }
            Err(Problem::Wrong(errors)) => {
                let correction_errors = in_language(errors, language);
                refused(&desk, language, &name, Sent { correction: fields, correction_errors, ..Sent::default() })
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "releasing.html")]
struct Releasing {
    shell: Shell,
    at: String,
}

#[derive(Template)]
#[template(path = "not_corrected.html")]
struct NotCorrected {
    shell: Shell,
    item: String,
    why: String,
}

/// `GET /items/{name}/correction/{ticket}`
pub(crate) async fn progress((state, extension): Asked, Path((item, ticket)): Path<(String, String)>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let view = desk.office.view()?;
        let shell = Shell::of(language, Place::Items, &view);
        let page = match desk.jobs.progress(Work::Correction, &ticket) {
            Some(Progress::Done(done)) => return Ok(Redirect::to(&result_path(&done)).into_response()),
            Some(Progress::Working(at)) => Releasing { shell, at: language.said(&at) }.render()?,
            Some(Progress::Failed(why)) => NotCorrected { shell, item, why: language.said(&why) }.render()?,
            None => return Ok(Redirect::to(&format!("/items/{item}")).into_response()),
        };
        Ok(Html(page).into_response())
    })
    .await
}
