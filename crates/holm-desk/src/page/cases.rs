//! Cases: what looked like a leak, and operations to come and over.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Query;
use holm::role::UseCase;
use holm::state::happenings::Operation;
use holm::state::{Look, State};
use holm_record::event::happening::{IncidentFacts, IncidentSort, Outcome, Window};
use holm_record::id::{IncidentName, ItemName, OperationName, TargetName};
use jiff::Timestamp;
use serde::Deserialize;

use super::recording::word;
use super::trace::report_path;
use super::{Asked, Part, Place, ROWS, Shell, Shown, in_address, moment};
use crate::language::Language;
use crate::office::View;
use crate::problem::Problem;
use crate::server::Desk;
use crate::words::fill;

/// What stands in the address.
#[derive(Default, Deserialize)]
pub(crate) struct Asks {
    #[serde(default)]
    q: String,
    incidents: Option<usize>,
    coming: Option<usize>,
    over: Option<usize>,
}

/// Words that lead to a page.
pub(crate) struct Link {
    pub(crate) said: String,
    /// Where, if there is something to see.
    pub(crate) path: Option<String>,
}

struct IncidentRow {
    name: String,
    certainty: &'static str,
    betrayed: Vec<Link>,
    window: String,
    verdicts: Vec<Link>,
}

struct OperationRow {
    name: String,
    sort: String,
    at: String,
    targets: String,
    outcome: &'static str,
    incidents: Vec<Link>,
}

#[derive(Template)]
#[template(path = "cases.html")]
struct Cases {
    shell: Shell,
    title: String,
    q: String,
    empty: bool,
    incidents: Vec<IncidentRow>,
    incidents_part: Part,
    coming: Vec<OperationRow>,
    coming_part: Part,
    over: Vec<OperationRow>,
    over_part: Part,
}

/// `GET /cases`
pub(crate) async fn cases(asked: Asked, Query(asks): Query<Asks>) -> Shown {
    super::shown(asked, move |desk, language| list(desk, language, asks)).await
}

fn list(desk: &Desk, language: Language, asks: Asks) -> Result<Cases, Problem> {
    let view = desk.office.view()?;
    let state = &view.state;
    let incidents = incidents(state, &asks.q);
    let (coming, over) = operations(state, &asks.q);
    let query = if asks.q.is_empty() { String::new() } else { format!("q={}&", in_address(&asks.q)) };
    let part = |name, page: Option<usize>, of| Part::along(name, page.unwrap_or(0), ROWS, of, &query);
    let incidents_part = part("incidents", asks.incidents, incidents.len());
    let (coming_part, over_part) = (part("coming", asks.coming, coming.len()), part("over", asks.over, over.len()));
    let rows = |all: &[(&OperationName, &Operation)], part: &Part| -> Vec<OperationRow> {
        let shown = all.get(part.from..part.to).unwrap_or_default();
        shown.iter().map(|(name, operation)| operation_row(state, name, operation, language)).collect()
    };
    let shown = incidents.get(incidents_part.from..incidents_part.to).unwrap_or_default();
    Ok(Cases {
        title: title(state, language),
        empty: state.happenings.operations.is_empty() && self::incidents(state, "").is_empty(),
        incidents: shown.iter().map(|name| incident_row(&view, name, language)).collect(),
        coming: rows(&coming, &coming_part),
        over: rows(&over, &over_part),
        q: asks.q,
        incidents_part,
        coming_part,
        over_part,
        shell: Shell::of(language, Place::Cases, &view),
    })
}

fn title(state: &State, language: Language) -> String {
    let words = &language.words().cases;
    let incidents = incidents(state, "").len();
    if incidents == 0 && state.happenings.operations.is_empty() {
        return words.nothing.to_owned();
    }
    format!("{}; {}", words.incidents_are.of(incidents), words.come.of(state.happenings.live().count()))
}

/// Incidents that are recorded or were traced, whose name holds a text or that bear on something whose name does: the newest first.
pub(crate) fn incidents<'s>(state: &'s State, text: &str) -> Vec<&'s IncidentName> {
    let wanted = text.to_lowercase();
    let all: BTreeSet<&IncidentName> =
        state.happenings.incidents.keys().chain(state.evidence.iter().map(|e| &e.incident)).collect();
    let says = |name: &&IncidentName| {
        let facts = state.happenings.incidents.get(*name).map(|incident| &incident.facts);
        let of = facts.map(|f| format!("{} {}", named(f.operation.as_ref()), named(f.item.as_ref()))).unwrap_or_default();
        format!("{name} {of}").to_lowercase().contains(&wanted)
    };
    let mut found: Vec<&IncidentName> = all.into_iter().filter(says).collect();
    found.sort_by_key(|name| std::cmp::Reverse(noticed(state, name)));
    found
}

fn named(name: Option<&impl ToString>) -> String {
    name.map(ToString::to_string).unwrap_or_default()
}

/// When an incident was noticed, or its first evidence received.
pub(crate) fn noticed(state: &State, name: &IncidentName) -> Option<Timestamp> {
    let facts = state.happenings.incidents.get(name).map(|incident| incident.facts.noticed);
    facts.or_else(|| state.evidence.iter().filter(|e| e.incident == *name).map(|e| e.at).min())
}

type Named<'s> = (&'s OperationName, &'s Operation);

/// Operations whose name, sort or target holds a text: those to come, the earliest first, and those that are over, the newest
/// first.
pub(crate) fn operations<'s>(state: &'s State, text: &str) -> (Vec<Named<'s>>, Vec<Named<'s>>) {
    let wanted = text.to_lowercase();
    let says = |(name, operation): &Named<'_>| {
        format!("{name} {} {}", operation.facts.sort, targets(operation)).to_lowercase().contains(&wanted)
    };
    let (mut coming, mut over): (Vec<_>, Vec<_>) =
        state.happenings.operations.iter().filter(says).partition(|(_, operation)| operation.closed.is_none());
    coming.sort_by_key(|(_, operation)| operation.facts.at);
    over.sort_by_key(|(_, operation)| std::cmp::Reverse(operation.facts.at));
    (coming, over)
}

fn targets(operation: &Operation) -> String {
    operation.facts.targets.iter().map(TargetName::as_str).collect::<Vec<_>>().join(", ")
}

fn incident_row(view: &View, name: &IncidentName, language: Language) -> IncidentRow {
    let words = &language.words().cases;
    let state = &view.state;
    let facts = state.happenings.incidents.get(name).map(|incident| &incident.facts);
    IncidentRow {
        name: name.to_string(),
        certainty: facts.map_or(words.traced, |facts| word(Outcome::ALL, facts.certainty, &words.certainties)),
        betrayed: betrayed(state, name, facts),
        window: facts.map(|facts| between(facts.window, language)).unwrap_or_default(),
        verdicts: verdicts(view, name, language),
    }
}

/// Operations and items that an incident bears on, and where they are.
pub(crate) fn betrayed(state: &State, name: &IncidentName, facts: Option<&IncidentFacts>) -> Vec<Link> {
    let operation = facts.and_then(|facts| facts.operation.as_ref());
    let operation = operation.map(|name| Link { said: name.to_string(), path: Some(format!("/operations/{name}")) });
    let item = |name: &ItemName| Link { said: name.to_string(), path: Some(format!("/items/{name}")) };
    operation.into_iter().chain(items_of(state, name, facts).into_iter().map(item)).collect()
}

/// Items that an incident bears on: the one that is stated, and those that a look found in its evidence.
pub(crate) fn items_of<'s>(state: &'s State, name: &IncidentName, facts: Option<&'s IncidentFacts>) -> BTreeSet<&'s ItemName> {
    let looked = state.looks.iter().filter(|look| look.incident == *name).map(|look| &look.item);
    looked.chain(facts.and_then(|facts| facts.item.as_ref())).collect()
}

/// Verdicts of an incident, each with its report if whoever looks may see it.
fn verdicts(view: &View, name: &IncidentName, language: Language) -> Vec<Link> {
    let link = |look: &Look| Link {
        said: super::items::verdict(look, language),
        path: (look.verdict.is_some() && view.allows(UseCase::SeeLooks)).then(|| report_path(look)),
    };
    view.state.looks.iter().filter(|look| look.incident == *name).map(link).collect()
}

/// A window in words.
pub(crate) fn between(window: Window, language: Language) -> String {
    let words = &language.words().cases;
    match (window.from, window.to) {
        (Some(from), Some(to)) => fill(words.from_to, &[&moment(from), &moment(to)]),
        (Some(from), None) => fill(words.not_before, &[&moment(from)]),
        (None, Some(to)) => fill(words.not_after, &[&moment(to)]),
        (None, None) => words.window_unknown.to_owned(),
    }
}

/// What an incident looked like.
pub(crate) fn sort_said(sort: IncidentSort, language: Language) -> &'static str {
    word(IncidentSort::ALL, sort, &language.words().cases.incident_sorts)
}

/// What came of an operation, in a word and a shape.
pub(crate) fn outcome_said(operation: &Operation, language: Language) -> &'static str {
    let words = &language.words().cases;
    operation.closed.as_ref().map_or(words.to_come, |closing| word(Outcome::ALL, closing.outcome, &words.outcomes))
}

/// Incidents that betray an operation.
pub(crate) fn incidents_of(state: &State, operation: &OperationName) -> Vec<Link> {
    let link = |name: &IncidentName| Link { said: name.to_string(), path: Some(format!("/cases/{name}")) };
    state.happenings.incidents_of(operation).map(|(name, _)| link(name)).collect()
}

fn operation_row(state: &State, name: &OperationName, operation: &Operation, language: Language) -> OperationRow {
    OperationRow {
        name: name.to_string(),
        sort: operation.facts.sort.clone(),
        at: moment(operation.facts.at),
        targets: targets(operation),
        outcome: outcome_said(operation, language),
        incidents: incidents_of(state, name),
    }
}
