//! The programme over time: what was shared with each partner and what became of it; what a partner can be sent; before and after a
//! measure.

pub(crate) mod effect;
pub(crate) mod figures;

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Extension, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holm::programme::sharing::{Broken, Counts, OfPartner, PartnerSort, Sharing, SharingQuestion};
use holm::programme::{Head, ProgrammeError};
use holm::role::UseCase;
use holm::vetting::import::day;
use jiff::Timestamp;

use super::{Asked, Place, Shell, answered, in_address, moment};
use crate::fields::{Fields, Reading};
use crate::language::{Language, count, grouped};
use crate::office::View;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;
use crate::words::programme::ProgrammeWords;

/// Fields of the form.
const FIELDS: [&str; 3] = ["partner", "since", "until"];

/// A part of a bar: where it begins and how long it is, in percent of the axis.
struct Bar {
    x: String,
    width: String,
}

/// A period as it is drawn and listed.
struct PeriodRow {
    period: String,
    kept: Option<Bar>,
    broken: Option<Bar>,
    neither: Option<Bar>,
    said: String,
    /// Figures of what was given.
    given: Vec<String>,
    /// Figures of what came back.
    from: Vec<String>,
}

struct BrokenRow {
    what: String,
    link: String,
    given: String,
    sure: &'static str,
    others: String,
}

struct PartnerPart {
    id: String,
    name: String,
    what: String,
    given_title: String,
    from_title: String,
    broken_title: String,
    /// The number at the end of the axis.
    end: String,
    given_heads: Vec<&'static str>,
    from_heads: Vec<&'static str>,
    rows: Vec<PeriodRow>,
    broken: Vec<BrokenRow>,
    to_figures: String,
    figures: String,
}

#[derive(Template)]
#[template(path = "programme.html")]
struct ProgrammePage {
    shell: Shell,
    title: String,
    partners: Vec<String>,
    chosen: String,
    since: String,
    until: String,
    parts: Vec<PartnerPart>,
    masked: Option<String>,
    head: Option<String>,
    errors: Vec<Wrong>,
}

impl ProgrammePage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

/// `GET /programme`
pub(crate) async fn sharing((State(desk), Extension(language)): Asked, Query(given): Query<Vec<(String, String)>>) -> Response {
    answered(language, move || {
        let fields = Fields::of(given, &FIELDS)?;
        let view = desk.office.view()?;
        let counted = read(&fields, language).and_then(|question| counted(&desk, &question));
        let mut page = ProgrammePage {
            title: language.words().programme.link.to_owned(),
            partners: partners(&view),
            chosen: fields.get("partner").to_owned(),
            since: fields.get("since").to_owned(),
            until: fields.get("until").to_owned(),
            parts: Vec::new(),
            masked: None,
            head: None,
            errors: Vec::new(),
            shell: Shell::of(language, Place::Cases, &view),
        };
        let status = match counted {
            Ok(counted) => {
                page.fill_in(&counted, &fields, language);
                StatusCode::OK
            }
            Err(Problem::Wrong(errors)) => {
                page.errors = in_language(errors, language);
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Err(problem) => return Err(problem),
        };
        Ok((status, Html(page.render()?)).into_response())
    })
    .await
}

/// What is asked for.
fn read(fields: &Fields, language: Language) -> Result<SharingQuestion, Problem> {
    let mut reading = Reading::new(fields, language);
    let mut date = |field: &'static str| {
        let text = fields.get(field);
        if text.is_empty() { None } else { reading.noted(field, day(text)) }
    };
    let (since, until) = (date("since"), date("until"));
    let partner = reading.text("partner");
    reading.done(Some(SharingQuestion { partner, since, until }))
}

/// Counts, or says what is wrong at the form's field.
fn counted(desk: &Desk, question: &SharingQuestion) -> Result<Sharing, Problem> {
    let counted = desk.office.act(|workspace| workspace.sharing(question, Timestamp::now()))?;
    counted.map_err(|error| match error {
        ProgrammeError::Workspace(error) => error.into(),
        order @ ProgrammeError::Order { .. } => Problem::Wrong(vec![("until", order.to_string())]),
        other => Problem::Wrong(vec![("partner", other.to_string())]),
    })
}

/// Agencies of the roster and all units, by name.
fn partners(view: &View) -> Vec<String> {
    let facts = || view.state.persons.values().map(|person| &person.facts);
    let agencies: BTreeSet<&str> = facts().map(|facts| facts.agency.trim()).filter(|agency| !agency.is_empty()).collect();
    let units: BTreeSet<&str> = facts().map(|facts| facts.unit.as_str()).filter(|unit| !agencies.contains(unit)).collect();
    agencies.into_iter().chain(units).map(str::to_owned).collect()
}

/// The root of the tree that a checkpoint signs, as pages show it.
fn tree(head: &Head) -> String {
    let root = head.checkpoint.as_ref().and_then(|note| note.lines().nth(2)).unwrap_or("–");
    root.chars().take(12).collect()
}

impl ProgrammePage {
    fn fill_in(&mut self, counted: &Sharing, fields: &Fields, language: Language) {
        let w = &language.words().programme;
        self.title = w.title.of(counted.partners.len());
        let days = FIELDS.iter().filter(|field| **field != "partner" && !fields.get(field).is_empty());
        let days: String = days.map(|field| format!("&{field}={}", in_address(fields.get(field)))).collect();
        self.parts = counted.partners.iter().enumerate().map(|(n, of)| part(n, of, &days, language)).collect();
        self.masked = (counted.masked > 0).then(|| w.masked.of(counted.masked));
        self.head = Some(head(counted, w));
    }
}

fn head(counted: &Sharing, w: &ProgrammeWords) -> String {
    fill(w.head, &[&grouped(counted.head.entries), &tree(&counted.head), &counted.method, &moment(counted.at)])
}

fn part(number: usize, of: &OfPartner, days: &str, language: Language) -> PartnerPart {
    let w = &language.words().programme;
    let sort = match of.sort {
        PartnerSort::Agency => w.agency,
        PartnerSort::Unit => w.unit,
    };
    let most = of.periods.iter().map(|period| things(&period.counts)).max().unwrap_or(0).max(1);
    let period = |period: &holm::programme::sharing::Period| {
        row(format!("{} – {}", period.from, period.until), &period.counts, Some(most), w)
    };
    let mut rows: Vec<PeriodRow> = of.periods.iter().map(period).collect();
    if rows.len() > 1 {
        rows.push(row(w.all.to_owned(), &of.total, None, w));
    }
    let mut given_heads = vec![w.items, w.operations, w.kept, w.broken, w.alone, w.later, w.open];
    given_heads.extend([w.copies, w.received, w.briefings, w.recalled, w.corrected]);
    given_heads.extend(of.total.proved.map(|_| w.proved));
    PartnerPart {
        id: format!("partner-{number}"),
        name: of.partner.clone(),
        what: format!("{sort}, {}", w.people.of(of.people)),
        given_title: fill(w.given_title, &[&of.partner]),
        from_title: fill(w.from_title, &[&of.partner]),
        broken_title: fill(w.broken_title, &[&of.partner]),
        end: count(most),
        given_heads,
        from_heads: vec![w.receipts, w.halves, w.approvals, w.asked, w.granted, w.recorded, w.took_part, w.reported],
        rows,
        broken: of.broken.iter().map(|broken| broken_row(broken, w)).collect(),
        to_figures: fill(w.to_figures, &[&of.partner]),
        figures: format!("/programme/figures?partner={}{days}", in_address(&of.partner)),
    }
}

/// Items and operations.
fn things(counts: &Counts) -> usize {
    counts.items + counts.operations
}

fn row(period: String, of: &Counts, most: Option<usize>, w: &ProgrammeWords) -> PeriodRow {
    let neither = of.later + of.open;
    let place = |number: usize| 100.0 * number as f64 / most.unwrap_or(1) as f64;
    let bar = |before: usize, number: usize| {
        (most.is_some() && number > 0)
            .then(|| Bar { x: format!("{:.2}%", place(before)), width: format!("{:.2}%", place(number)) })
    };
    let mut given = vec![of.items, of.operations, of.kept, of.broken, of.alone, of.later, of.open];
    given.extend([of.copies, of.received, of.briefings, of.recalled, of.corrected]);
    given.extend(of.proved);
    let from = [of.receipts, of.halves, of.approvals, of.asked, of.granted, of.recorded, of.took_part, of.reported];
    PeriodRow {
        said: fill(w.bar_said, &[&period, &of.kept, &of.broken, &neither]),
        kept: bar(0, of.kept),
        broken: bar(of.kept, of.broken),
        neither: bar(of.kept + of.broken, neither),
        given: given.into_iter().map(count).collect(),
        from: from.into_iter().map(count).collect(),
        period,
    }
}

fn broken_row(of: &Broken, w: &ProgrammeWords) -> BrokenRow {
    let is_item = of.what == "item";
    let (said, place) = if is_item { (w.item, "items") } else { (w.operation, "operations") };
    BrokenRow {
        what: fill(said, &[&of.name]),
        link: format!("/{place}/{}", in_address(&of.name)),
        given: moment(of.given),
        sure: if of.confirmed { w.leak } else { w.perhaps },
        others: match of.others {
            0 => w.nobody_else.to_owned(),
            others => fill(w.others_said, &[&count(others), &count(of.partners)]),
        },
    }
}
