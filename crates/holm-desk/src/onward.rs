//! Passing on: a recipient asks from a copy that was opened here; the officer answers what came in.

use age::secrecy::SecretString;
use holm::onward::{Asked, OnwardError, OpenedAnswer, Reply, Request, open_answer, paragraphs};
use holm::policy::Action;
use jiff::Timestamp;

use crate::arrival::{self, Saved};
use crate::language::Language;
use crate::problem::{Problem, Wrong};
use crate::server::Desk;
use crate::words::fill;

/// What a recipient typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    /// Numbers of paragraphs.
    pub(crate) paragraphs: Vec<u32>,
    pub(crate) whole: bool,
    pub(crate) to: String,
    pub(crate) purpose: String,
    /// A day; empty for any.
    pub(crate) by: String,
    pub(crate) passphrase: String,
}

/// Signs and seals a request about a copy that was opened.
///
/// # Errors
/// [`Problem::Wrong`] says at which field; [`Problem::Gone`] if the copy is not open any more.
pub(crate) fn ask(desk: &Desk, language: Language, ticket: &str, question: &Question) -> Result<Saved, Problem> {
    let words = &language.words().onward;
    let arrived = arrival::find(desk, language, ticket)?;
    let known = of_copy(desk, language, ticket)?;
    let chosen: Vec<_> = known.into_iter().filter(|(n, _)| !question.whole && question.paragraphs.contains(n)).collect();
    let mut wrong: Vec<Wrong> = Vec::new();
    if chosen.is_empty() && !question.whole {
        wrong.push(("paragraphs", words.no_paragraph.to_owned()));
    }
    for (field, text) in [("to", &question.to), ("purpose", &question.purpose)] {
        if !is_line(text) {
            wrong.push((field, words.no_line.to_owned()));
        }
    }
    let by = Some(question.by.trim()).filter(|day| !day.is_empty()).map(str::parse).transpose();
    if by.is_err() {
        wrong.push(("by", words.no_day.to_owned()));
    }
    let (true, Ok(by)) = (wrong.is_empty(), by) else { return Err(Problem::Wrong(wrong)) };
    let keys = arrival::keys(desk, passphrase(&question.passphrase).as_ref())?;
    let request = Request::new(&arrived.slip, chosen, &question.to, &question.purpose, by, Timestamp::now());
    let sealed = request.and_then(|request| request.seal(&arrived.slip, &keys)).map_err(|e| Problem::Refused(e.to_string()))?;
    Ok((format!("{}.request", arrived.file_name()), "application/octet-stream", sealed))
}

/// Paragraphs of a copy that was opened; none of one that has no text.
///
/// # Errors
/// [`Problem::Missing`] if it was not opened.
pub(crate) fn of_copy(desk: &Desk, language: Language, ticket: &str) -> Result<Vec<(u32, String)>, Problem> {
    let arrived = arrival::find(desk, language, ticket)?;
    let opened = arrived.opened.as_ref().ok_or(Problem::Missing)?;
    Ok(paragraphs(&opened.bytes, arrived.file_name()).unwrap_or_default())
}

/// What an officer typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decided {
    /// `grant`, `narrow` or `refuse`.
    pub(crate) decision: String,
    /// Numbers of paragraphs that may be passed on.
    pub(crate) paragraphs: Vec<u32>,
    pub(crate) words: String,
}

/// Records the answer to a request.
///
/// # Errors
/// [`Problem::Wrong`] says at which field; [`Problem::Missing`] if there is no such request.
pub(crate) fn answer(desk: &Desk, language: Language, number: &str, decided: &Decided) -> Result<(), Problem> {
    let said = decided.words.trim();
    let view = desk.office.view()?;
    let asked = &view.state.request(number).map_err(|_| Problem::Missing)?.request;
    // Whoever unticked everything must not grant everything.
    if decided.decision == "narrow" && decided.paragraphs.is_empty() && !asked.paragraphs.is_empty() {
        return Err(Problem::Wrong(vec![("paragraphs", language.words().onward.keep_one.to_owned())]));
    }
    let reply = match decided.decision.as_str() {
        "grant" => Reply::Grant,
        "narrow" => Reply::Narrow {
            paragraphs: decided.paragraphs.clone(),
            conditions: Some(said).filter(|s| !s.is_empty()).map(str::to_owned),
        },
        "refuse" => Reply::Refuse { reason: said.to_owned() },
        _ => return Err(Problem::Wrong(vec![("decision", language.words().onward.no_decision.to_owned())])),
    };
    let done = desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(|e| Problem::Refused(e.to_string()))?;
        workspace.answer_request(&permit, number, &reply).map_err(|e| problem(&e, language, &reply))
    })?;
    done.map(drop)
}

/// The officer's form, what is wrong with it.
fn problem(error: &OnwardError, language: Language, reply: &Reply) -> Problem {
    let words = &language.words().onward;
    let wrong = |field, text: String| Problem::Wrong(vec![(field, text)]);
    match error {
        OnwardError::NoRequest(_) => Problem::Missing,
        OnwardError::Line(_) if matches!(reply, Reply::Refuse { .. }) => wrong("words", words.no_reason.to_owned()),
        OnwardError::Line(_) => wrong("words", words.no_line.to_owned()),
        OnwardError::NotNarrower | OnwardError::NotAsked(_) => wrong("paragraphs", words.not_narrower.to_owned()),
        OnwardError::Never(marking) => wrong("decision", fill(words.never, &[marking])),
        other => Problem::Refused(other.to_string()),
    }
}

/// The file of a recorded answer, for whoever asked.
///
/// # Errors
/// [`Problem::Missing`] if there is none.
pub(crate) fn answer_file(desk: &Desk, number: &str) -> Result<Saved, Problem> {
    let made = desk.office.act(|workspace| {
        let sealed = workspace.sealed_answer(number)?;
        Ok::<_, OnwardError>((workspace.state().request(number)?.answer_file(), sealed))
    })?;
    match made {
        Ok((name, sealed)) => Ok((name, "application/octet-stream", sealed)),
        Err(OnwardError::NoRequest(_) | OnwardError::Unanswered(_)) => Err(Problem::Missing),
        Err(other) => Err(Problem::Refused(other.to_string())),
    }
}

/// Opens an answer that was sent to whoever sits here, and checks that it stands in the record.
///
/// # Errors
/// [`Problem::Wrong`] or [`Problem::Refused`] says why it cannot be read.
pub(crate) fn read(desk: &Desk, language: Language, file: Option<&[u8]>, phrase: &str) -> Result<OpenedAnswer, Problem> {
    let missing = || Problem::Wrong(vec![("answer", language.words().onward.no_answer.to_owned())]);
    let sealed = file.ok_or_else(missing)?;
    let keys = arrival::keys(desk, passphrase(phrase).as_ref())?;
    open_answer(sealed, &keys).map_err(|e| Problem::Wrong(vec![("answer", e.to_string())]))
}

/// Requests that wait, those that are needed first before others.
pub(crate) fn waiting<'a>(all: &[&'a Asked]) -> Vec<&'a Asked> {
    let mut waiting: Vec<&Asked> = all.iter().copied().filter(|a| a.answer.is_none()).collect();
    waiting.sort_by_key(|a| (a.request.by.is_none(), a.request.by, a.index));
    waiting
}

fn passphrase(typed: &str) -> Option<SecretString> {
    Some(typed.to_owned()).filter(|p| !p.is_empty()).map(SecretString::from)
}

/// Whether something is the one line that the note has room for.
fn is_line(text: &str) -> bool {
    let text = text.trim();
    (1..=holm::onward::LONGEST).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}
