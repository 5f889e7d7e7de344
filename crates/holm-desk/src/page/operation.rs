//! An operation: what is recorded of it, who knew, and what came of it.

use askama::Template;
use axum::extract::{Form, Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::exposure::{Exposures, LATE};
use holm::role::UseCase;
use holm::state::State;
use holm::state::happenings::Operation;
use holm_record::event::happening::{Outcome, Window as LeakWindow};
use holm_record::id::{ChannelName, OperationName, TargetName};
use jiff::Timestamp;

use super::cases::{Link, between, incidents_of, outcome_said};
use super::knowing::{Asks, Closing, Knowing, knowing};
use super::recording::{Field, Filled, word};
use super::timeline::Window;
use super::withdrawal::{self, Refused, WithdrawalForm, Withdrawn};
use super::{Asked, Place, Shell, Shown, answered, moment};
use crate::fields::{Fields, Reading};
use crate::happening;
use crate::language::Language;
use crate::office::View;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;

/// Fields of the form that closes it; the window's are not those of the picture.
const CLOSING: [&str; 5] = ["outcome", "leak_from", "leak_to", "words", "zone"];

/// What was sent to the page's forms, and what was wrong with it.
#[derive(Default)]
struct Sent {
    closing: Fields,
    errors: Vec<Wrong>,
    withdrawal: Refused,
}

#[derive(Template)]
#[template(path = "operation.html")]
struct OperationPage {
    shell: Shell,
    name: String,
    title: String,
    facts: Vec<(&'static str, String)>,
    items: Vec<Link>,
    incidents: Vec<Link>,
    knowing: Knowing,
    /// The form that closes it, if it is not closed.
    closing: Option<Vec<Field>>,
    errors: Vec<Wrong>,
    withdrawal: Option<WithdrawalForm>,
}

/// `GET /operations/{name}`
pub(crate) async fn operation(
    asked: Asked,
    Path(name): Path<String>,
    Query(asks): Query<Asks>,
    Query(window): Query<Window>,
) -> Shown {
    super::shown(asked, move |desk, language| page(desk, language, &name, (&asks, &window), Sent::default())).await
}

/// Finds an operation by its name.
pub(crate) fn operation_of<'v>(view: &'v View, name: &str) -> Result<(&'v OperationName, &'v Operation), Problem> {
    view.state.happenings.operations.iter().find(|(n, _)| n.as_str() == name).ok_or(Problem::Missing)
}

fn page(desk: &Desk, language: Language, name: &str, asked: (&Asks, &Window), sent: Sent) -> Result<OperationPage, Problem> {
    let view = desk.office.view()?;
    let (name, operation) = operation_of(&view, name)?;
    let known = Exposures::new(&view.state).of_operation(name, operation);
    let link = |name: String| Link { path: Some(format!("/items/{name}")), said: name };
    let entries = withdrawal::of_operation(&view.state, name, operation, language);
    let path = format!("/operations/{name}");
    Ok(OperationPage {
        name: name.to_string(),
        title: title(name, operation, language),
        facts: facts(operation, language),
        items: operation.facts.items.iter().map(|item| link(item.to_string())).collect(),
        incidents: incidents_of(&view.state, name),
        knowing: knowing(&view.state, known, closing(&view.state, name, operation), asked, path.clone(), language),
        closing: operation.closed.is_none().then(|| closing_fields(&sent, language)),
        withdrawal: WithdrawalForm::of(format!("{path}/withdraw"), entries, sent.withdrawal),
        errors: sent.errors,
        shell: Shell::of(language, Place::Cases, &view),
    })
}

fn title(name: &OperationName, operation: &Operation, language: Language) -> String {
    let words = &language.words().cases;
    match &operation.closed {
        Some(closing) => fill(word(Outcome::ALL, closing.outcome, &words.operation_title), &[name]),
        None if operation.facts.at > Timestamp::now() => fill(words.operation_coming, &[name, &moment(operation.facts.at)]),
        None => fill(words.operation_waits, &[name, &moment(operation.facts.at)]),
    }
}

/// The window in which it must have been betrayed, if it was: the narrowest that its closing and its incidents leave.
fn closing(state: &State, name: &OperationName, operation: &Operation) -> Option<Closing> {
    let closed = operation.closed.as_ref().filter(|closing| closing.outcome != Outcome::Clean);
    let incidents: Vec<_> = state.happenings.incidents_of(name).map(|(_, incident)| &incident.facts).collect();
    if closed.is_none() && incidents.is_empty() {
        return None;
    }
    let windows = || incidents.iter().map(|facts| facts.window).chain(closed.map(|closing| closing.window));
    let window = LeakWindow { from: windows().filter_map(|w| w.from).max(), to: windows().filter_map(|w| w.to).min() };
    Closing::of(window, incidents.iter().map(|facts| facts.noticed).min(), Some(operation.facts.at))
}

fn facts(operation: &Operation, language: Language) -> Vec<(&'static str, String)> {
    let (words, of) = (&language.words().cases, &operation.facts);
    let list = |values: Vec<&str>| values.join(", ");
    let late = operation.entered.duration_since(of.at) > LATE;
    let entered = if late { words.in_entry_late } else { words.in_entry };
    let mut facts = vec![
        (words.sort, of.sort.clone()),
        (words.at, moment(of.at)),
        (words.outcome, outcome_said(operation, language).to_owned()),
    ];
    if let Some(closing) = &operation.closed {
        let over = if closing.outcome == Outcome::Clean { String::new() } else { between(closing.window, language) };
        facts.push((words.window, over));
        facts.push((words.closed, fill(words.in_entry, &[&moment(closing.entered), &closing.index])));
        facts.push((words.words, closing.words.clone()));
    }
    facts.extend([
        (words.targets, list(of.targets.iter().map(TargetName::as_str).collect())),
        (words.units, list(of.units.iter().map(String::as_str).collect())),
        (words.channels, list(of.channels.iter().map(ChannelName::as_str).collect())),
        (words.endangers, of.endangers.join("\n")),
        (words.words, of.words.clone()),
        (words.entered, fill(entered, &[&moment(operation.entered), &operation.index])),
    ]);
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn closing_fields(sent: &Sent, language: Language) -> Vec<Field> {
    let filled = Filled::new(&sent.closing, &sent.errors, language);
    let (w, outcomes) = (&language.words().recording, language.words().cases.outcomes);
    let outcomes = Outcome::ALL.iter().zip(outcomes).map(|(outcome, said)| (outcome.word().to_owned(), said.to_owned()));
    vec![
        filled.choice("outcome", &w.outcome, outcomes),
        filled.time("leak_from", &w.from),
        filled.time("leak_to", &w.to),
        filled.line("words", &w.words),
        filled.zone(),
    ]
}

/// `POST /operations/{name}/close`
pub(crate) async fn close(
    (state, extension): Asked,
    Path(name): Path<String>,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &CLOSING)?;
        match closed(&desk, language, &name, &fields) {
            Ok(()) => Ok(Redirect::to(&format!("/operations/{name}")).into_response()),
            Err(Problem::Wrong(errors)) => {
                // The picture's window has these names on this page.
                let own = |(field, what): Wrong| (if field == "from" { "leak_from" } else { field }, what);
                let errors = in_language(errors.into_iter().map(own).collect(), language);
                refused(&desk, language, &name, Sent { closing: fields, errors, ..Sent::default() })
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}

fn closed(desk: &Desk, language: Language, name: &str, fields: &Fields) -> Result<(), Problem> {
    let view = desk.office.view()?;
    let (name, _) = operation_of(&view, name)?;
    let mut reading = Reading::new(fields, language);
    if fields.get("outcome").is_empty() {
        reading.wrong("outcome", language.words().cases.choose_outcome);
    }
    let outcome = reading.some::<Outcome>("outcome");
    let window = LeakWindow { from: reading.moment("leak_from"), to: reading.moment("leak_to") };
    let outcome = reading.done(outcome)?;
    happening::close(desk, name, outcome, window, fields.get("words").to_owned())
}

/// `POST /operations/{name}/withdraw`
pub(crate) async fn withdraw((state, extension): Asked, Path(name): Path<String>, Form(given): Form<Withdrawn>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let view = desk.office.view()?;
        let (own, operation) = operation_of(&view, &name)?;
        let entries = withdrawal::of_operation(&view.state, own, operation, language);
        match withdrawal::withdraw(&desk, language, &entries, Some((operation.index, own)), &given) {
            Ok(()) => {
                let stays = operation_of(&*desk.office.view()?, &name).is_ok();
                Ok(Redirect::to(&if stays { format!("/operations/{name}") } else { "/cases".to_owned() }).into_response())
            }
            Err(problem) => {
                let withdrawal = withdrawal::refused(problem, given, language)?;
                refused(&desk, language, &name, Sent { withdrawal, ..Sent::default() })
            }
        }
    })
    .await
}

fn refused(desk: &Desk, language: Language, name: &str, sent: Sent) -> Result<Response, Problem> {
    let page = page(desk, language, name, (&Asks::default(), &Window::default()), sent)?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}
