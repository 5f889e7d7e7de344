//! Requests to pass something on: the officer's list and answers, and the recipient's question.

use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::onward::{Asked as AskedOnward, OpenedAnswer};
use holm_record::event::Decision;

use super::{Asked, Place, Shell, Shown, answered, download, moment};
use crate::arrival;
use crate::form::{self, Part as FormPart};
use crate::language::Language;
use crate::onward::{self, Decided, Question};
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;

struct Row {
    number: String,
    what: String,
    to: String,
    by: String,
    state: String,
}

#[derive(Template)]
#[template(path = "requests.html")]
struct RequestsPage {
    shell: Shell,
    title: String,
    rows: Vec<Row>,
}

/// `GET /requests`
pub(crate) async fn requests(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| {
        let view = desk.office.view()?;
        let words = &language.words().onward;
        let all = view.state.requests();
        let waiting = onward::waiting(&all);
        let title = if waiting.is_empty() { words.none_waiting.to_owned() } else { words.title.of(waiting.len()) };
        let answered = all.iter().rev().copied().filter(|a| a.answer.is_some());
        let row = |asked: &AskedOnward| Row {
            number: asked.number().to_owned(),
            what: fill(words.asks, &[&name(&view.state, asked), &asked.request.item]),
            to: asked.request.to.clone(),
            by: asked.request.by.map_or_else(|| words.any_day.to_owned(), |day| day.to_string()),
            state: state(asked, language),
        };
        let rows = waiting.into_iter().chain(answered).map(row).collect();
        Ok(RequestsPage { title, rows, shell: Shell::of(language, Place::Inbox, &view) })
    })
    .await
}

fn name(state: &holm::state::State, asked: &AskedOnward) -> String {
    let person = &asked.request.person;
    state.persons.get(person).map_or_else(|| person.to_string(), |p| p.facts.name.clone())
}

/// An answer in words, or that there is none.
fn state(asked: &AskedOnward, language: Language) -> String {
    let words = &language.words().onward;
    match &asked.answer {
        None => format!("▲ {}", words.waits),
        Some(answer) => in_words(answer.decision, &answer.paragraphs, answer.words.as_deref(), language),
    }
}

fn in_words(decision: Decision, paragraphs: &[u32], said: Option<&str>, language: Language) -> String {
    let words = &language.words().onward;
    let numbers = paragraphs.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let what = match decision {
        Decision::Refused => format!("✕ {}", words.refused),
        _ if paragraphs.is_empty() => format!("● {}", words.granted_all),
        Decision::Granted => format!("● {}", fill(words.granted, &[&numbers])),
        Decision::Narrowed => format!("◐ {}", fill(words.narrowed, &[&numbers])),
    };
    said.map_or_else(|| what.clone(), |said| format!("{what}. {said}"))
}

/// A choice of a form: value, words, whether it is chosen.
type Choice = (u32, String, bool);

#[derive(Template)]
#[template(path = "request.html")]
struct RequestPage {
    shell: Shell,
    number: String,
    title: String,
    facts: Vec<(&'static str, String)>,
    paragraphs: Vec<Choice>,
    answer: Option<String>,
    send: String,
    decided: Decided,
    errors: Vec<Wrong>,
}

impl RequestPage {
    fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}

fn error_of<'e>(errors: &'e [Wrong], field: &str) -> Option<&'e str> {
    errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
}

/// `GET /requests/{number}`
pub(crate) async fn request(asked: Asked, Path(number): Path<String>) -> Shown {
    super::shown(asked, move |desk, language| request_page(desk, language, &number, Decided::default(), Vec::new())).await
}

fn request_page(
    desk: &Desk,
    language: Language,
    number: &str,
    decided: Decided,
    errors: Vec<Wrong>,
) -> Result<RequestPage, Problem> {
    let view = desk.office.view()?;
    let words = &language.words().onward;
    let asked = view.state.request(number).map_err(|_| Problem::Missing)?;
    let request = &asked.request;
    let fresh = decided.decision.is_empty() && errors.is_empty();
    let ticked = |n: &u32| fresh || decided.paragraphs.contains(n);
    let person = name(&view.state, asked);
    let facts = vec![
        (words.item, request.item.to_string()),
        (words.copy, request.copy.to_string()),
        (words.to, request.to.clone()),
        (words.purpose, request.purpose.clone()),
        (words.by, request.by.map_or_else(|| words.any_day.to_owned(), |day| day.to_string())),
        (words.asked, moment(asked.at)),
    ];
    Ok(RequestPage {
        number: asked.number().to_owned(),
        title: fill(words.asks, &[&person, &request.item]),
        facts,
        paragraphs: request.paragraphs.iter().map(|(n, opening)| (*n, opening.clone(), ticked(n))).collect(),
        answer: asked.answer.is_some().then(|| state(asked, language)),
        send: fill(words.send_answer, &[&person]),
        decided,
        errors,
        shell: Shell::of(language, Place::Inbox, &view),
    })
}

/// Fields of a form that may be given once, and numbers that may be given several times.
fn fields(parts: &[FormPart], known: &[&str]) -> Result<impl Fn(&str) -> String, Problem> {
    if let Some(other) = parts.iter().find(|p| !known.contains(&p.name.as_str())) {
        return Err(other.unknown());
    }
    let texts: Vec<(String, String)> = parts.iter().map(|p| (p.name.clone(), p.text())).collect();
    Ok(move |name: &str| texts.iter().find(|(n, _)| n == name).map(|(_, text)| text.clone()).unwrap_or_default())
}

fn numbers(parts: &[FormPart]) -> Result<Vec<u32>, Problem> {
    let number = |part: &FormPart| part.text().parse().map_err(|_| Problem::Malformed("a paragraph's number is none".to_owned()));
    parts.iter().filter(|p| p.name == "paragraphs").map(number).collect()
}

/// `POST /requests/{number}`
pub(crate) async fn answer((state, extension): Asked, Path(number): Path<String>, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = form::parts(form).await.and_then(|parts| {
        let field = fields(&parts, &["decision", "paragraphs", "words"])?;
        Ok(Decided { decision: field("decision"), paragraphs: numbers(&parts)?, words: field("words") })
    });
    answered(language, move || {
        let decided = given?;
        match onward::answer(&desk, language, &number, &decided) {
            Ok(()) => Ok(Redirect::to(&format!("/requests/{number}")).into_response()),
            Err(Problem::Wrong(errors)) => {
                let page = request_page(&desk, language, &number, decided, in_language(errors, language))?.render()?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
            }
            Err(other) => Err(other),
        }
    })
    .await
}

/// `GET /requests/{number}/answer`
pub(crate) async fn answer_file((state, extension): Asked, Path(number): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let (name, kind, bytes) = onward::answer_file(&desk, &number)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}

#[derive(Template)]
#[template(path = "ask.html")]
struct AskPage {
    shell: Shell,
    ticket: String,
    title: String,
    paragraphs: Vec<Choice>,
    locked: bool,
    question: Question,
    errors: Vec<Wrong>,
}

impl AskPage {
    fn error(&self, field: &str) -> Option<&str> {
        error_of(&self.errors, field)
    }
}

/// `GET /inbox/{ticket}/onward`
pub(crate) async fn question(asked: Asked, Path(ticket): Path<String>) -> Shown {
    super::shown(asked, move |desk, language| ask_page(desk, language, &ticket, Question::default(), Vec::new())).await
}

fn ask_page(desk: &Desk, language: Language, ticket: &str, question: Question, errors: Vec<Wrong>) -> Result<AskPage, Problem> {
    let arrived = arrival::find(desk, language, ticket)?;
    let known = onward::of_copy(desk, language, ticket)?;
    Ok(AskPage {
        ticket: ticket.to_owned(),
        title: fill(language.words().onward.ask_title, &[&arrived.slip.item]),
        paragraphs: known.into_iter().map(|(n, opening)| (n, opening, question.paragraphs.contains(&n))).collect(),
        locked: arrival::needs_passphrase(desk),
        question,
        errors,
        shell: Shell::maybe_of(language, Place::Inbox, desk.office.view().ok().as_deref()),
    })
}

/// `POST /inbox/{ticket}/onward`
pub(crate) async fn ask((state, extension): Asked, Path(ticket): Path<String>, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = form::parts(form).await.and_then(|parts| {
        let field = fields(&parts, &["paragraphs", "whole", "to", "purpose", "by", "passphrase"])?;
        let (to, purpose, by, passphrase) = (field("to"), field("purpose"), field("by"), field("passphrase"));
        Ok(Question { paragraphs: numbers(&parts)?, whole: !field("whole").is_empty(), to, purpose, by, passphrase })
    });
    answered(language, move || {
        let question = given?;
        match onward::ask(&desk, language, &ticket, &question) {
            Ok((name, kind, bytes)) => Ok(download(&name, kind, bytes)),
            Err(Problem::Wrong(errors)) => {
                let page = ask_page(&desk, language, &ticket, question, in_language(errors, language))?.render()?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
            }
            Err(other) => Err(other),
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "answer.html")]
struct AnswerPage {
    shell: Shell,
    title: String,
    to: String,
    copy: String,
    answer: String,
    log_key: String,
}

/// `POST /answers`: an answer to a request of whoever sits here.
pub(crate) async fn read((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = form::parts(form).await.and_then(|parts| {
        let field = fields(&parts, &["answer", "passphrase"])?;
        let file = parts.iter().find(|p| p.name == "answer").and_then(FormPart::file).map(|(_, bytes)| bytes);
        Ok((file, field("passphrase")))
    });
    answered(language, move || {
        let (file, phrase) = given?;
        let opened = match onward::read(&desk, language, file.as_deref(), &phrase) {
            Ok(opened) => opened,
            Err(problem) => return super::inbox::refused(&desk, language, problem),
        };
        let OpenedAnswer { item, copy, to, decision, paragraphs, words, log_key, .. } = opened;
        let page = AnswerPage {
            title: fill(language.words().onward.answer_title, &[&item]),
            to,
            copy: copy.to_string(),
            answer: in_words(decision, &paragraphs, words.as_deref(), language),
            log_key,
            shell: Shell::maybe_of(language, Place::Inbox, desk.office.view().ok().as_deref()),
        };
        Ok(Html(page.render()?).into_response())
    })
    .await
}
