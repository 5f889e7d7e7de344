//! What statements of calls and accounts said of people: who stands out, by what, from which rows.

use askama::Template;
use axum::extract::Query;
use holm::vetting::statement::StatementsRead;
use holm_record::event::approval::Masked;
use holm_record::id::PersonId;
use holm_statements::answer::{Answer, Row as RowOf, Weight};
use holm_statements::standing::{Beside, Ranked, ranked};
use serde::Deserialize;

use super::{Asked, Place, Shell, Shown, moment};
use crate::language::{Language, count, grouped, power_of_ten};
use crate::office::View;
use crate::problem::Problem;
use crate::server::Desk;
use crate::words::fill;

/// People of one reading who are shown if nobody is named.
const MOST: usize = 10;
/// Rows of a finding that are named.
const FEW: usize = 5;

/// Who is looked at.
#[derive(Default, Deserialize)]
pub(crate) struct Asks {
    #[serde(default)]
    person: String,
}

struct FindingRow {
    test: String,
    seen: String,
    expected: String,
    p: String,
    others: String,
    rows: String,
}

struct PersonRow {
    person: String,
    name: String,
    found: Vec<FindingRow>,
}

struct Reading {
    what: String,
    files: String,
    bad: Option<String>,
    persons: Vec<PersonRow>,
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "statements.html")]
struct StatementsPage {
    shell: Shell,
    readings: Vec<Reading>,
}

/// `GET /vetting/statements`
pub(crate) async fn statements(asked: Asked, Query(asks): Query<Asks>) -> Shown {
    super::shown(asked, move |desk, language| page(desk, language, &asks)).await
}

fn page(desk: &Desk, language: Language, asks: &Asks) -> Result<StatementsPage, Problem> {
    desk.office.record_reading(&Masked::Vetting)?;
    let view = desk.office.view()?;
    let person = match asks.person.as_str() {
        "" => None,
        id => Some(PersonId::new(id).ok().filter(|id| view.state.persons.contains_key(id)).ok_or(Problem::Missing)?),
    };
    let all = view.state.vetting.statements.iter().rev();
    let of = |read: &&StatementsRead| person.as_ref().is_none_or(|id| read.facts.persons.contains(id));
    let readings = all.filter(of).map(|read| reading(&view, read, person.as_ref(), language));
    Ok(StatementsPage { readings: readings.collect::<Result<_, _>>()?, shell: Shell::of(language, Place::People, &view) })
}

fn reading(view: &View, read: &StatementsRead, person: Option<&PersonId>, language: Language) -> Result<Reading, Problem> {
    let w = &language.words().statement;
    let answer: Answer = read.answer().map_err(|e| Problem::Workspace(e.to_string()))?;
    let names: Vec<&str> = read.facts.files.iter().map(|file| file.name.as_str()).collect();
    let mut all = ranked(&answer);
    all.retain(|of| person.is_none_or(|id| id.as_str() == of.person.person));
    let more = all.len().saturating_sub(MOST);
    let sort = language.words().vetting.sort(read.facts.sort);
    let bad = usize::try_from(answer.read.bad.total).unwrap_or(usize::MAX);
    Ok(Reading {
        what: fill(w.what, &[&read.facts.authority, &sort, &moment(read.at), &read.index]),
        files: fill(w.files, &[&names.join(", "), &grouped(answer.read.analysed)]),
        bad: (bad > 0).then(|| w.bad.of(bad)),
        persons: all.iter().take(MOST).map(|of| row(view, of, language)).collect(),
        more: (more > 0).then(|| w.more.of(more)),
    })
}

fn row(view: &View, of: &Ranked<'_>, language: Language) -> PersonRow {
    let id = &of.person.person;
    let known = PersonId::new(id.clone()).ok().and_then(|id| view.state.persons.get(&id));
    PersonRow {
        name: known.map_or_else(|| id.clone(), |person| person.facts.name.clone()),
        person: id.clone(),
        found: of.found.iter().map(|beside| finding(beside, language)).collect(),
    }
}

fn finding(beside: &Beside<'_>, language: Language) -> FindingRow {
    let w = &language.words().statement;
    let of = beside.finding;
    let currency = of.currency.as_deref().map(|currency| format!(" ({currency})")).unwrap_or_default();
    let (seen, expected, p, others) = match &of.weight {
        Weight::Tested { p, observed, expected, .. } => {
            let others = fill(w.of, &[&count(beside.as_small), &count(beside.others)]);
            (format!("{observed:.0}"), format!("{expected:.1}"), small(*p), others)
        }
        Weight::None { .. } => {
            (of.amount.map(|amount| amount.to_string()).unwrap_or_default(), String::new(), String::new(), String::new())
        }
    };
    let place = |row: &RowOf| format!("{}:{}", row.file.rsplit('/').next().unwrap_or_default(), row.line);
    let named: Vec<String> = of.rows.first.iter().take(FEW).map(place).collect();
    let more = of.rows.total.saturating_sub(named.len() as u64);
    let rows = if more > 0 { format!("{} + {}", named.join(", "), grouped(more)) } else { named.join(", ") };
    FindingRow { test: format!("{}{currency}", w.test(&of.test)), seen, expected, p, others, rows }
}

/// A p as it is read: 0.012, and below 0.001 rounded up to one by a power of ten.
fn small(p: f64) -> String {
    if p >= 0.001 { format!("{p:.3}") } else { format!("1/{}", power_of_ten((-p.max(1e-300).log10()).floor() as u32)) }
}
