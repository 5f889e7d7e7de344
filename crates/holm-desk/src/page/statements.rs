//! What statements of calls and accounts said of people: who stands out, by what, from which rows.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, Multipart, Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::role::UseCase;
use holm::vetting::authority::Authority;
use holm::vetting::statement::StatementsRead;
use holm_record::event::approval::Masked;
use holm_record::event::vetting::{CheckSort, FindingExplanation};
use holm_record::id::PersonId;
use holm_statements::answer::{Answer, Row as RowOf, Weight};
use holm_statements::standing::{Beside, Ranked, ranked};
use serde::Deserialize;

use super::trace::result_path;
use super::vetting::Choice;
use super::{Asked, Place, Shell, Shown, answered, moment};
use crate::fields::{self, Fields, own_zone};
use crate::form;
use crate::job::{Progress, Work};
use crate::language::{Language, count, grouped, power_of_ten};
use crate::office::View;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::session::secret;
use crate::statements::{self, Given};
use crate::vetting::today;
use crate::words::statement::StatementWords;
use crate::words::{Plural, fill};

/// People of one reading who are shown if nobody is named.
const MOST: usize = 10;
/// What statements are read for.
const READ: [CheckSort; 2] = [CheckSort::PhoneReview, CheckSort::BankReview];
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
    /// How it is explained, and how that was verified.
    said: Option<String>,
    /// Of which entry, person, test and currency it is.
    key: String,
}

struct PersonRow {
    person: String,
    name: String,
    found: Vec<FindingRow>,
}

struct Reading {
    entry: u64,
    what: String,
    files: String,
    bad: Option<String>,
    /// Rows that were not analysed, and why.
    left_out: Vec<String>,
    persons: Vec<PersonRow>,
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "statements.html")]
struct StatementsPage {
    shell: Shell,
    readings: Vec<Reading>,
    /// The form's own number, so that sending it twice reads once.
    ticket: String,
    /// Authorities in force: name, what they allow, whether it is the one.
    authorities: Vec<(String, String, bool)>,
    sorts: Vec<Choice>,
    given: Fields,
    errors: Vec<Wrong>,
}

impl StatementsPage {
    /// Whether there is anything to explain.
    fn found(&self) -> bool {
        self.readings.iter().flat_map(|reading| &reading.persons).any(|person| !person.found.is_empty())
    }

    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }

    /// What was typed, or this machine's.
    fn zone(&self) -> String {
        Some(self.given.typed("zone")).filter(|zone| !zone.is_empty()).map_or_else(own_zone, str::to_owned)
    }

    /// Whether something is wrong with what may be left out, or was typed there.
    fn more(&self) -> bool {
        let fields = ["targets", "contacts", "income", "holdings", "thresholds", "after", "screened"];
        fields.iter().any(|field| self.has(field).is_some() || !self.given.get(field).is_empty())
    }
}

/// `GET /vetting/statements`
pub(crate) async fn statements(asked: Asked, Query(asks): Query<Asks>) -> Shown {
    super::shown(asked, move |desk, language| page(desk, language, &asks, Fields::default(), Vec::new())).await
}

fn page(desk: &Desk, language: Language, asks: &Asks, given: Fields, errors: Vec<Wrong>) -> Result<StatementsPage, Problem> {
    desk.office.record_reading(&Masked::Vetting)?;
    let view = desk.office.view()?;
    let person = match asks.person.as_str() {
        "" => None,
        id => Some(PersonId::new(id).ok().filter(|id| view.state.persons.contains_key(id)).ok_or(Problem::Missing)?),
    };
    let all = view.state.vetting.statements.iter().rev();
    let of = |read: &&StatementsRead| person.as_ref().is_none_or(|id| read.facts.persons.contains(id));
    let readings = all.filter(of).map(|read| reading(&view, read, person.as_ref(), language));
    Ok(StatementsPage {
        readings: readings.collect::<Result<_, _>>()?,
        ticket: secret().map_err(|e| Problem::Internal(e.to_string()))?,
        authorities: authorities(&view, given.get("authority"), language),
        sorts: READ.map(|sort| choice(sort, given.get("sort"), language)).into(),
        given,
        errors: in_language(errors, language),
        shell: Shell::of(language, Place::People, &view),
    })
}

fn choice(sort: CheckSort, chosen: &str, language: Language) -> Choice {
    Choice { value: sort.word(), name: language.words().vetting.sort(sort), chosen: sort.word() == chosen }
}

/// Authorities that allow statements to be read today.
fn authorities(view: &View, chosen: &str, language: Language) -> Vec<(String, String, bool)> {
    let w = language.words();
    let in_force = |authority: &&Authority| {
        let facts = &authority.facts;
        (facts.valid_from..=facts.valid_until).contains(&today()) && READ.iter().any(|sort| facts.sorts.contains(sort))
    };
    let one = |authority: &Authority| {
        let facts = &authority.facts;
        let sorts: Vec<&str> = READ.iter().filter(|s| facts.sorts.contains(s)).map(|s| w.vetting.sort(*s)).collect();
        let said = fill(
            w.statement.allows,
            &[&facts.authority, &sorts.join(", "), &count(facts.persons.len()), &facts.data_from, &facts.data_until],
        );
        (facts.authority.to_string(), said, facts.authority.as_str() == chosen)
    };
    view.state.vetting.authorities.values().filter(in_force).map(one).collect()
}

/// What the form's finding is, and what is said to it.
fn explanation(reading: &mut fields::Reading<'_>, given: &Fields, language: Language) -> Option<FindingExplanation> {
    let key = given.get("finding");
    let parts: Vec<&str> = key.split('|').collect();
    let of = match parts.as_slice() {
        [entry, person, test, currency] => entry.parse().ok().zip(PersonId::new(*person).ok()).map(|(entry, person)| {
            (entry, person, (*test).to_owned(), Some((*currency).to_owned()).filter(|currency| !currency.is_empty()))
        }),
        _ => None,
    };
    let of = reading.noted("finding", of.ok_or(language.words().statement.which));
    let explanation = Some(given.get("explanation").to_owned()).filter(|text| !text.is_empty());
    let verified = reading.verified()?;
    let (reading, person, test, currency) = of?;
    Some(FindingExplanation { reading, person, test, currency, explanation, verified })
}

/// `POST /vetting/explanations`
pub(crate) async fn explain((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let given = Fields::of(given, &["finding", "explanation", "verified_by", "verified_how", "verified_on"])?;
        let mut reading = fields::Reading::new(&given, language);
        let said = explanation(&mut reading, &given, language);
        let read = reading.done(said);
        let of_form = |field: &'static str| if field == "test" { "finding" } else { field };
        match read.and_then(|said| Ok((said.reading, crate::explanation::explain(&desk, said).map_err(|p| p.at(of_form))?))) {
            Ok((entry, _)) => Ok(Redirect::to(&format!("/vetting/statements#read-{entry}")).into_response()),
            Err(Problem::Wrong(errors)) => {
                let page = page(&desk, language, &Asks::default(), given, errors)?.render()?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}

/// `POST /vetting/statements`: statements are given over to be read.
pub(crate) async fn import((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = form::parts(form).await;
    answered(language, move || {
        let given = Given::of(given?)?;
        let fields = given.fields.clone();
        match statements::begin(&desk, language, given) {
            Ok(ticket) => Ok(Redirect::to(&format!("/vetting/statements/{}", ticket.as_str())).into_response()),
            Err(Problem::Wrong(errors)) => {
                let page = page(&desk, language, &Asks::default(), fields, errors)?.render()?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}

#[derive(Template)]
#[template(path = "statements_working.html")]
struct Working {
    shell: Shell,
    at: String,
}

#[derive(Template)]
#[template(path = "statements_failed.html")]
struct Failed {
    shell: Shell,
    why: String,
}

/// `GET /vetting/statements/{ticket}`: how far the reading is, and then what was found.
pub(crate) async fn progress((state, extension): Asked, Path(ticket): Path<String>) -> Response {
    let (desk, language): (Arc<Desk>, Language) = (state.0, extension.0);
    answered(language, move || {
        let view = desk.office.view()?;
        let shell = Shell::of(language, Place::People, &view);
        let page = match desk.jobs.progress(Work::Statements, &ticket) {
            Some(Progress::Done(done)) => return Ok(Redirect::to(&result_path(&done)).into_response()),
            Some(Progress::Working(at)) => Working { shell, at: language.said(&at) }.render()?,
            Some(Progress::Failed(why)) => Failed { shell, why: language.said(&why) }.render()?,
            None => return Ok(Redirect::to("/vetting/statements").into_response()),
        };
        Ok(Html(page).into_response())
    })
    .await
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
        entry: read.index,
        what: fill(w.what, &[&read.facts.authority, &sort, &moment(read.at), &read.index]),
        files: fill(w.files, &[&names.join(", "), &grouped(answer.read.analysed)]),
        bad: (bad > 0).then(|| w.bad.of(bad)),
        left_out: left_out(&answer, w),
        persons: all.iter().take(MOST).map(|of| row(view, read, of, language)).collect(),
        more: (more > 0).then(|| w.more.of(more)),
    })
}

/// Rows that were not analysed, and why: the first that could not be read by their place, the others counted.
fn left_out(answer: &Answer, w: &StatementWords) -> Vec<String> {
    let read = &answer.read;
    let some = |many: u64, words: &Plural| (many > 0).then(|| words.of(usize::try_from(many).unwrap_or(usize::MAX)));
    let bad = read.bad.first.iter().map(|bad| fill(w.bad_row, &[&place(&bad.row), &bad.reason]));
    let nobodys = read.outside_persons.first.iter().map(|of| fill(w.nobodys, &[&of.own, &grouped(of.rows)]));
    let counted =
        [some(read.duplicates.total, &w.twice), some(read.outside_days, &w.other_days), some(read.uncertain_times, &w.uncertain)];
    bad.chain(counted.into_iter().flatten()).chain(nobodys).collect()
}

fn place(row: &RowOf) -> String {
    format!("{}:{}", row.file.rsplit('/').next().unwrap_or_default(), row.line)
}

fn row(view: &View, read: &StatementsRead, of: &Ranked<'_>, language: Language) -> PersonRow {
    let id = &of.person.person;
    let known = PersonId::new(id.clone()).ok().and_then(|id| view.state.persons.get(&id));
    PersonRow {
        name: known.map_or_else(|| id.clone(), |person| person.facts.name.clone()),
        person: id.clone(),
        found: of.found.iter().map(|beside| finding(read, id, beside, language)).collect(),
    }
}

fn finding(read: &StatementsRead, person: &str, beside: &Beside<'_>, language: Language) -> FindingRow {
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
    let named: Vec<String> = of.rows.first.iter().take(FEW).map(place).collect();
    let more = of.rows.total.saturating_sub(named.len() as u64);
    let rows = if more > 0 { format!("{} + {}", named.join(", "), grouped(more)) } else { named.join(", ") };
    let verified = |how: Option<String>| how.map_or_else(|| w.unverified.to_owned(), |how| fill(w.verified, &[&how]));
    let said = match (read.said_to(person, &of.test, of.currency.as_deref()), &of.explanation) {
        (Some(said), _) => Some((said.words.to_owned(), verified(said.verified.map(ToString::to_string)))),
        (None, given) => given.as_ref().map(|said| (said.words.clone(), verified(said.verified.clone()))),
    };
    FindingRow {
        test: format!("{}{currency}", w.test(&of.test)),
        seen,
        expected,
        p,
        others,
        rows,
        said: said.map(|(words, verified)| fill(w.said, &[&words, &verified])),
        key: format!("{}|{person}|{}|{}", read.index, of.test, of.currency.as_deref().unwrap_or_default()),
    }
}

/// A p as it is read: 0.012, and below 0.001 rounded up to one by a power of ten.
fn small(p: f64) -> String {
    if p >= 0.001 { format!("{p:.3}") } else { format!("1/{}", power_of_ten((-p.max(1e-300).log10()).floor() as u32)) }
}
