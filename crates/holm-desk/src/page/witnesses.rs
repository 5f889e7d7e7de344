//! Who witnesses the record: how far it is witnessed, having it witnessed now, and naming witnesses.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::checkpoint::{Asked as Did, CheckpointError, Next, Round, WITHIN_HOURS};
use holm::courier::{Courier, Http};
use holm::policy::Action;
use holm::role::UseCase;
use holm::workspace::WorkspaceError;
use holm_record::tiles::Resource;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Asked, Place, Shell, Shown, answered, moment};
use crate::language::{Language, count, grouped};
use crate::office::View;
use crate::problem::{Problem, Wrong};
use crate::server::Desk;
use crate::words::fill;
use crate::words::record::WitnessWords;

struct WitnessRow {
    name: String,
    address: Option<String>,
}

/// What was typed.
#[derive(Default, Deserialize)]
pub(crate) struct Given {
    #[serde(default)]
    policy: String,
    #[serde(default)]
    within: String,
}

#[derive(Template)]
#[template(path = "witnesses.html")]
struct WitnessesPage {
    shell: Shell,
    /// How far it is witnessed, in two sentences.
    title: String,
    lead: String,
    late: Option<String>,
    named: Vec<WitnessRow>,
    given: Given,
    errors: Vec<Wrong>,
}

impl WitnessesPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, what)| what.as_str())
    }
}

#[derive(Template)]
#[template(path = "witnessed.html")]
struct WitnessedPage {
    shell: Shell,
    title: String,
    asked: Vec<(String, String)>,
}

/// `GET /record/witnesses`
pub(crate) async fn witnesses(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| {
        let view = desk.office.view()?;
        page(desk, language, given(desk, &view)?, Vec::new())
    })
    .await
}

/// The policy that holds, or what one begins with.
fn given(desk: &Desk, view: &View) -> Result<Given, Problem> {
    if let Some(trust) = &view.state.trust {
        return Ok(Given { policy: trust.text.clone(), within: trust.within_hours.to_string() });
    }
    let keys = desk.office.act(|workspace| workspace.log_keys())?;
    let logs: String = keys.iter().map(|key| format!("log {}\n", key.to_vkey())).collect();
    Ok(Given { policy: logs, within: WITHIN_HOURS.to_string() })
}

/// How far the record is witnessed: a title, a sentence, and an alarm.
pub(crate) fn standing(view: &View, words: &WitnessWords, now: Timestamp) -> (String, String, Option<String>) {
    let Some(witnessed) = &view.witnessed else { return (words.none.to_owned(), words.none_why.to_owned(), None) };
    let title = match (witnessed.size, witnessed.at) {
        (Some(size), Some(at)) => fill(words.upto, &[&grouped(size), &moment(at)]),
        _ => words.never.to_owned(),
    };
    let lead = match usize::try_from(witnessed.behind) {
        Ok(0) => words.all.to_owned(),
        behind => {
            let words = if witnessed.size.is_some() { &words.since } else { &words.wait };
            words.of(behind.unwrap_or(usize::MAX))
        }
    };
    let late = witnessed.is_late(now).then(|| fill(words.late, &[&witnessed.within_hours]));
    (title, lead, late)
}

fn page(desk: &Desk, language: Language, given: Given, errors: Vec<Wrong>) -> Result<WitnessesPage, Problem> {
    let view = desk.office.view()?;
    let (title, lead, late) = standing(&view, &language.words().record.witnesses, Timestamp::now());
    let witnesses = view.state.trust.iter().flat_map(|trust| trust.policy.witnesses());
    Ok(WitnessesPage {
        title,
        lead,
        late,
        named: witnesses.map(|w| WitnessRow { name: w.name.clone(), address: w.url.clone() }).collect(),
        given,
        errors,
        shell: Shell::of(language, Place::Record, &view),
    })
}

/// Records a policy: an error by the field that it is about.
///
/// # Errors
/// [`Problem::Wrong`], or the workspace's.
pub(crate) fn set(desk: &Desk, policy: &str, within: u32) -> Result<(), Problem> {
    let policy = policy.replace('\r', "");
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        workspace.set_trust(&permit, &policy, within).map_err(|error| match error {
            CheckpointError::Hours(_) => Problem::Wrong(vec![("within", error.to_string())]),
            CheckpointError::Workspace(error) => error.into(),
            other => Problem::Wrong(vec![("policy", other.to_string())]),
        })
    })?
}

/// `POST /record/witnesses`
pub(crate) async fn name((state, extension): Asked, Form(given): Form<Given>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let done = match given.within.trim().parse() {
            Ok(within) => set(&desk, &given.policy, within),
            Err(_) => Err(Problem::Wrong(vec![("within", language.words().record.witnesses.within_wrong.to_owned())])),
        };
        match done {
            Ok(()) => Ok(Redirect::to("/record/witnesses").into_response()),
            Err(Problem::Wrong(errors)) => {
                let errors = crate::problem::in_language(errors, language);
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page(&desk, language, given, errors)?.render()?)).into_response())
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}

/// Asks every witness. The workspace is free while they take their time.
///
/// # Errors
/// [`Problem`].
pub(crate) fn collect(desk: &Desk, courier: &dyn Courier) -> Result<Round, Problem> {
    let mut waiting = desk.office.act(|workspace| workspace.asks())?.map_err(refused)?;
    waiting.reverse();
    let mut asked = Vec::new();
    while let Some(ask) = waiting.pop() {
        let answer = ask.send(courier);
        match desk.office.act(|workspace| workspace.answered(ask, answer))?.map_err(refused)? {
            Next::Done(did) => asked.push(did),
            Next::Again(again) => waiting.push(*again),
        }
    }
    desk.office.act_beside(|workspace| workspace.round(asked))?.map_err(refused)
}

pub(crate) fn refused(error: CheckpointError) -> Problem {
    match error {
        CheckpointError::Workspace(error) => error.into(),
        CheckpointError::NoEntry { .. } => Problem::Missing,
        other => Problem::Refused(other.to_string()),
    }
}

/// What a witness did, in words.
pub(crate) fn said(did: &Did, words: &WitnessWords) -> String {
    match did {
        Did::Signed => words.signed.to_owned(),
        Did::NoAddress => words.no_address.to_owned(),
        Did::Silent(why) => fill(words.silent, &[why]),
        Did::AheadOfUs { size } => fill(words.ahead, &[&grouped(*size)]),
        Did::Contradicts(what) => fill(words.contradicts, &[what]),
    }
}

/// `POST /record/checkpoint`: asks all witnesses.
pub(crate) async fn checkpoint(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| {
        let words = &language.words().record.witnesses;
        let round = collect(desk, &Http::default())?;
        let title = if round.asked.iter().any(|(_, did)| did.is_alarm()) {
            format!("\u{2715} {}", words.alarm)
        } else if round.standing.quorum {
            format!("\u{25cf} {}", fill(words.enough, &[&count(usize::try_from(round.size).unwrap_or(usize::MAX))]))
        } else {
            format!("\u{25cb} {}", words.not_enough)
        };
        Ok(WitnessedPage {
            title,
            asked: round.asked.iter().map(|(name, did)| (name.clone(), said(did, words))).collect(),
            shell: Shell::of(language, Place::Record, &*desk.office.view()?),
        })
    })
    .await
}

/// `GET /log/…`: the log as files, in the layout of C2SP tlog-tiles.
pub(crate) async fn tile((state, extension): Asked, Path(path): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let resource = Resource::from_path(&path).ok_or(Problem::Missing)?;
        let bytes = desk.office.act(|workspace| workspace.tile(&resource))?.map_err(refused)?.ok_or(Problem::Missing)?;
        let kind = if resource == Resource::Checkpoint { "text/plain; charset=utf-8" } else { "application/octet-stream" };
        Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
    })
    .await
}
