//! Checks on people: what waits, what was done, the schedule.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Form, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::role::UseCase;
use holm::vetting::authority::Authority;
use holm::vetting::gate::Exception;
use holm::vetting::import::day;
use holm::vetting::schedule::PROPOSED;
use holm::vetting::{Standing, Waiting};
use holm_record::event::approval::Masked;
use holm_record::event::vetting::{CheckFacts, CheckResult, CheckSort, Concern, Guideline};
use holm_record::id::PersonId;
use serde::Deserialize;

use super::{Asked, Part, Place, Shell, Shown, answered, in_address};
use crate::fields::{Fields, Reading};
use crate::language::{Language, count};
use crate::office::View;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::vetting::{add, lay_down, today};
use crate::words::fill;

const FIELDS: [&str; 13] = [
    "person",
    "sort",
    "on",
    "result",
    "examiner",
    "reviewer",
    "reviewed_on",
    "custody",
    "until",
    "authority",
    "concerns",
    "details",
    "words",
];

/// What is looked at.
#[derive(Default, Deserialize)]
pub(crate) struct Asks {
    #[serde(default)]
    person: String,
    page: Option<usize>,
}

struct Row {
    standing: &'static str,
    sort: &'static str,
    person: String,
    name: String,
    unit: String,
    level: u8,
    day: String,
}

/// How many stand how, of a unit or level.
struct Counts {
    name: String,
    counts: [String; 6],
}

/// A check that was recorded.
struct Done {
    on: String,
    sort: &'static str,
    result: &'static str,
    examiner: String,
    words: String,
    entry: u64,
    /// Concerns and what was said to them; who had the sample, and what else its sort has.
    more: Vec<String>,
}

pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) name: &'static str,
    pub(super) chosen: bool,
}

/// Sorts of checks, of which one is chosen.
pub(super) fn sorts(language: Language, chosen: &str) -> Vec<Choice> {
    let w = &language.words().vetting;
    let choice = |sort: &CheckSort| Choice { value: sort.word(), name: w.sort(*sort), chosen: sort.word() == chosen };
    CheckSort::ALL.iter().map(choice).collect()
}

#[derive(Template)]
#[template(path = "vetting.html")]
struct VettingPage {
    shell: Shell,
    title: String,
    /// Of whom alone.
    person: String,
    has_schedule: bool,
    rows: Vec<Row>,
    part: Part,
    units: Vec<Counts>,
    levels: Vec<Counts>,
    /// How many are sent nothing, and who.
    held: Option<(String, Vec<String>)>,
    /// Who is sent things although checks are not in force.
    exceptions: Vec<String>,
    done: Vec<Done>,
    sorts: Vec<Choice>,
    /// The same for a waiver.
    waived: Vec<Choice>,
    /// Legal authorities, each in a sentence.
    authorities: Vec<String>,
    results: Vec<Choice>,
    given: Fields,
    schedule: String,
    errors: Vec<Wrong>,
}

impl VettingPage {
    /// Whom the form is about: as typed, or whoever is looked at.
    fn whom(&self) -> &str {
        Some(self.given.typed("person")).filter(|typed| !typed.is_empty()).unwrap_or(&self.person)
    }

    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

/// `GET /vetting`
pub(crate) async fn vetting(asked: Asked, Query(asks): Query<Asks>) -> Shown {
    super::shown(asked, move |desk, language| page(desk, language, &asks, Fields::default(), Vec::new())).await
}

fn page(desk: &Desk, language: Language, asks: &Asks, given: Fields, errors: Vec<Wrong>) -> Result<VettingPage, Problem> {
    desk.office.record_reading(&Masked::Vetting)?;
    let view = desk.office.view()?;
    let w = &language.words().vetting;
    let person = match asks.person.as_str() {
        "" => None,
        id => Some(PersonId::new(id).ok().filter(|id| view.state.persons.contains_key(id)).ok_or(Problem::Missing)?),
    };
    let mut all = view.state.vetting_on(today());
    all.retain(|row| person.as_ref().is_none_or(|id| row.id == id));
    let counts = |key: &dyn Fn(&Waiting<'_>) -> (i32, String)| counted(&all, key);
    let units = counts(&|row| (0, row.person.facts.unit.clone()));
    let levels = counts(&|row| (-i32::from(row.person.facts.level), row.person.facts.level.to_string()));
    // Of one person everything is shown, of all what waits: the highest first, since they can betray most.
    let mut waiting: Vec<&Waiting<'_>> = all.iter().filter(|row| person.is_some() || row.standing.waits()).collect();
    waiting.sort_by_key(|row| (row.standing, std::cmp::Reverse(row.person.facts.level), row.id));
    let waits = all.iter().filter(|row| row.standing.waits()).count();
    let query = if asks.person.is_empty() { String::new() } else { format!("person={}&", in_address(&asks.person)) };
    let part = Part::new(asks.page.unwrap_or(0), waiting.len(), &query);
    let of = |id: &PersonId| person.as_ref().is_none_or(|person| person == id);
    let held: Vec<String> = view.held_back.iter().filter(|id| of(id) && is_here(&view, id)).map(ToString::to_string).collect();
    let exceptions = view.state.vetting.exceptions.iter().filter(|e| e.until >= today() && of(&e.person));
    let row = |row: &&Waiting<'_>| Row {
        standing: w.standing(row.standing),
        sort: w.sort(row.sort),
        person: row.id.to_string(),
        name: row.person.facts.name.clone(),
        unit: row.person.facts.unit.clone(),
        level: row.person.facts.level,
        day: w.day_of(row.standing),
    };
    let chosen = |value: &str, field: &str| given.get(field) == value;
    let title = match (&person, waits) {
        (Some(id), _) => fill(w.of_person, &[&view.state.persons.get(id).map_or("", |p| p.facts.name.as_str())]),
        (None, _) if view.state.vetting.schedule.is_none() => w.unscheduled.to_owned(),
        (None, 0) => w.calm.to_owned(),
        (None, n) => w.title.of(n),
    };
    Ok(VettingPage {
        title,
        person: asks.person.clone(),
        has_schedule: view.state.vetting.schedule.is_some(),
        rows: waiting.get(part.from..part.to).unwrap_or_default().iter().map(row).collect(),
        part,
        units,
        levels,
        held: (!held.is_empty()).then(|| (w.held.of(held.len()), held)),
        exceptions: exceptions.map(|e| exception(e, language)).collect(),
        done: person.as_ref().map(|id| done(&view, id, language)).unwrap_or_default(),
        sorts: sorts(language, given.get("sort")),
        waived: sorts(language, given.get("waived")),
        authorities: view.state.vetting.authorities.values().map(|a| authority_said(a, &view, language)).collect(),
        results: CheckResult::ALL
            .iter()
            .map(|r| Choice { value: r.word(), name: w.result(*r), chosen: chosen(r.word(), "result") })
            .collect(),
        schedule: match given.typed("schedule") {
            "" => view.state.vetting.schedule.as_ref().map_or(PROPOSED, |(_, text)| text).to_owned(),
            typed => typed.to_owned(),
        },
        given,
        errors,
        shell: Shell::of(language, Place::People, &view),
    })
}

fn is_here(view: &View, id: &PersonId) -> bool {
    view.state.persons.get(id).is_some_and(|person| !person.left)
}

fn exception(exception: &Exception, language: Language) -> String {
    let w = &language.words().vetting;
    let sorts: Vec<&str> = exception.sorts.iter().map(|sort| w.sort(*sort)).collect();
    fill(w.exception, &[&exception.person, &exception.until, &sorts.join(", "), &exception.reason])
}

fn counted(all: &[Waiting<'_>], key: &dyn Fn(&Waiting<'_>) -> (i32, String)) -> Vec<Counts> {
    let mut by: BTreeMap<(i32, String), [usize; 6]> = BTreeMap::new();
    for row in all {
        let place = match row.standing {
            Standing::Failed { .. } => 0,
            Standing::Missing => 1,
            Standing::Overdue { .. } => 2,
            Standing::Due { .. } => 3,
            Standing::Waived { .. } => 4,
            Standing::InForce { .. } => 5,
        };
        if let Some(n) = by.entry(key(row)).or_default().get_mut(place) {
            *n += 1;
        }
    }
    by.into_iter().map(|((_, name), counts)| Counts { name, counts: counts.map(count) }).collect()
}

fn done(view: &View, person: &PersonId, language: Language) -> Vec<Done> {
    let w = &language.words().vetting;
    let row = |check: &&holm::vetting::Check| Done {
        on: check.facts.on.to_string(),
        sort: w.sort(check.facts.sort),
        result: w.result(check.facts.result),
        examiner: check.facts.examiner.clone().unwrap_or_default(),
        words: check.facts.words.clone(),
        entry: check.index,
        more: more(&check.facts, language),
    };
    view.state.vetting.of(person).iter().rev().map(row).collect()
}

/// What is recorded of a check beside its result.
fn more(facts: &CheckFacts, language: Language) -> Vec<String> {
    let w = &language.words().register;
    let custody = (!facts.custody.is_empty()).then(|| format!("{}: {}", w.custody, facts.custody.join(", ")));
    let reviewer = facts.reviewer.as_ref().map(|name| format!("{}: {name}", language.words().vetting.reviewer));
    let reviewed = facts.reviewed_on.map(|on| format!("{}: {on}", w.reviewed_on));
    let details = facts.details.iter().map(|(name, value)| format!("{name}={value}"));
    let concerns = facts.concerns.iter().map(|concern| super::register::concern(concern, language));
    [reviewer, reviewed, custody].into_iter().flatten().chain(details).chain(concerns).collect()
}

/// Concerns, one on each line, none of which anything was said to.
fn concerns(reading: &mut Reading<'_>, text: &str, language: Language) -> Vec<Concern> {
    let mut read = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let of = line.split_once(':').and_then(|(letter, what)| Some((letter.trim().parse::<Guideline>().ok()?, what.trim())));
        let of = of.ok_or_else(|| fill(language.words().register.not_a_concern, &[&line]));
        if let Some((guideline, what)) = reading.noted("concerns", of) {
            read.push(Concern { guideline, what: what.to_owned(), mitigation: None, explanation: None, verified: None });
        }
    }
    read
}

/// Details, one on each line.
fn details(reading: &mut Reading<'_>, text: &str, language: Language) -> BTreeMap<String, String> {
    let mut read = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let of = line.split_once('=').ok_or_else(|| fill(language.words().register.not_a_detail, &[&line]));
        if let Some((name, value)) = reading.noted("details", of) {
            read.insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }
    read
}

/// What is typed, read.
fn facts(fields: &Fields, language: Language) -> Result<CheckFacts, Problem> {
    let mut reading = Reading::new(fields, language);
    let date = |reading: &mut Reading<'_>, field: &'static str| {
        let text = fields.get(field).to_owned();
        if text.is_empty() { None } else { reading.noted(field, day(&text)) }
    };
    let person = reading.needed::<PersonId>("person");
    let sort = reading.needed::<CheckSort>("sort");
    let on = reading.noted("on", day(fields.get("on")));
    let result = reading.needed::<CheckResult>("result");
    let (valid_until, reviewed_on) = (date(&mut reading, "until"), date(&mut reading, "reviewed_on"));
    let concerns = concerns(&mut reading, fields.typed("concerns"), language);
    let details = details(&mut reading, fields.typed("details"), language);
    let custody = fields.get("custody").split(',').map(str::trim).filter(|name| !name.is_empty());
    let given = |field: &str| Some(fields.get(field).to_owned()).filter(|text| !text.is_empty());
    let read = person.zip(sort).zip(on).zip(result).map(|(((person, sort), on), result)| CheckFacts {
        person,
        sort,
        on,
        result,
        examiner: given("examiner"),
        reviewer: given("reviewer"),
        reviewed_on,
        custody: custody.map(str::to_owned).collect(),
        valid_until,
        authority: given("authority"),
        concerns,
        details,
        words: given("words").unwrap_or_default(),
    });
    reading.done(read)
}

/// `POST /vetting`
pub(crate) async fn record((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &FIELDS)?;
        let recorded = facts(&fields, language).and_then(|facts| {
            let person = facts.person.clone();
            add(&desk, facts).map(|_| person)
        });
        match recorded {
            Ok(person) => Ok(Redirect::to(&format!("/vetting?person={person}")).into_response()),
            Err(problem) => refused(&desk, language, fields, problem),
        }
    })
    .await
}

/// `POST /vetting/schedule`
pub(crate) async fn schedule((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &["schedule"])?;
        match lay_down(&desk, fields.typed("schedule")) {
            Ok(_) => Ok(Redirect::to("/vetting").into_response()),
            Err(problem) => refused(&desk, language, fields, problem),
        }
    })
    .await
}

/// The waiver form's own name of a field.
fn of_waiver(field: &'static str) -> &'static str {
    match field {
        "until" => "last",
        "reason" => "why",
        _ => "whom",
    }
}

/// `POST /vetting/waivers`
pub(crate) async fn waive((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &["whom", "waived", "last", "why"])?;
        let mut reading = Reading::new(&fields, language);
        let person = reading.needed::<PersonId>("whom");
        let sort = reading.needed::<CheckSort>("waived");
        let until = reading.noted("last", day(fields.get("last")));
        let read = reading.done(person.zip(sort).zip(until));
        let waived = read.and_then(|((person, sort), until)| {
            let waived = crate::vetting::waive(&desk, (&person, sort, until), fields.get("why"));
            waived.map_err(|problem| problem.at(of_waiver))
        });
        match waived {
            Ok(_) => Ok(Redirect::to("/vetting").into_response()),
            Err(problem) => refused(&desk, language, fields, problem),
        }
    })
    .await
}

/// `POST /vetting/authorities`
pub(crate) async fn authority((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &["order"])?;
        match crate::vetting::add_authority(&desk, fields.typed("order")) {
            Ok(_) => Ok(Redirect::to("/vetting").into_response()),
            Err(problem) => refused(&desk, language, fields, problem),
        }
    })
    .await
}

/// What an authority allows, and how it stands.
fn authority_said(authority: &Authority, view: &View, language: Language) -> String {
    let w = &language.words().vetting;
    let facts = &authority.facts;
    let sorts: Vec<&str> = facts.sorts.iter().map(|sort| w.sort(*sort)).collect();
    let persons: Vec<&str> = facts.persons.iter().map(PersonId::as_str).collect();
    let learnt = view.state.vetting.learnt_under(&facts.authority).len();
    let said: [&dyn std::fmt::Display; 7] = [
        &facts.authority,
        &facts.basis,
        &sorts.join(", "),
        &persons.join(", "),
        &facts.valid_until,
        &count(learnt),
        &facts.retain_until,
    ];
    fill(w.authority_said, &said)
}

fn refused(desk: &Desk, language: Language, fields: Fields, problem: Problem) -> Result<Response, Problem> {
    let Problem::Wrong(errors) = problem else { return Err(problem) };
    let page = page(desk, language, &Asks::default(), fields, in_language(errors, language))?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}
