//! Before and after a measure: shares, delays, vetting and infiltration with their intervals, and what cannot be concluded.

mod conclusion;

use askama::Template;
use axum::extract::{Extension, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holm::programme::ProgrammeError;
use holm::programme::effect::{Coverage, DAYS, Delays, Effect, Infiltration, Measure, Share, Side};
use holm_record::event::approval::Masked;
use jiff::Timestamp;

use super::super::belief::Range;
use super::super::{Asked, Place, Shell, answered, moment};
use super::tree;
use crate::fields::{Fields, Reading};
use crate::language::{Language, count, grouped};
use crate::office::View;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;
use crate::words::programme::ProgrammeWords;
use holm::vetting::import::day;

/// Fields of the form.
const FIELDS: [&str; 5] = ["measure", "name", "unit", "before", "after"];
/// Seed of what is computed here.
const SEED: u64 = 1;

/// A share as it is drawn: the ends of its interval and itself, in percent of the axis.
struct Interval {
    low: String,
    high: String,
    value: String,
    said: String,
}

/// One figure on one side.
struct ShareRow {
    what: &'static str,
    side: &'static str,
    interval: Option<Interval>,
    said: String,
}

/// One figure in words, on both sides.
struct PairRow {
    what: &'static str,
    before: String,
    after: String,
}

/// How many leak, of some people.
struct BelievedRow {
    whose: String,
    people: String,
    before: Range,
    after: Range,
    numbers: [String; 2],
    change: String,
}

struct Found {
    title: String,
    verdict: String,
    change: String,
    cannot: Vec<String>,
    shares: Vec<ShareRow>,
    pairs: Vec<PairRow>,
    believed: Vec<BelievedRow>,
    no_beliefs: Option<String>,
    head: String,
}

#[derive(Template)]
#[template(path = "programme_effect.html")]
struct EffectPage {
    shell: Shell,
    fields: Fields,
    units: Vec<String>,
    days: String,
    found: Option<Found>,
    errors: Vec<Wrong>,
}

impl EffectPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }

    /// What stands in a number's field.
    fn days_of(&self, field: &str) -> &str {
        Some(self.fields.get(field)).filter(|typed| !typed.is_empty()).unwrap_or(&self.days)
    }
}

/// `GET /programme/effect`
pub(crate) async fn effect((State(desk), Extension(language)): Asked, Query(given): Query<Vec<(String, String)>>) -> Response {
    answered(language, move || {
        let fields = Fields::of(given, &FIELDS)?;
        let view = desk.office.view()?;
        let found = if fields.get("measure").is_empty() { Ok(None) } else { compared(&desk, &fields, language).map(Some) };
        let (status, found, errors) = match found {
            Ok(found) => (StatusCode::OK, found, Vec::new()),
            Err(Problem::Wrong(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, None, in_language(errors, language)),
            Err(problem) => return Err(problem),
        };
        let shell = Shell::of(language, Place::Cases, &view);
        let page = EffectPage { shell, fields, units: units(&view), days: DAYS.to_string(), found, errors };
        Ok((status, Html(page.render()?)).into_response())
    })
    .await
}

fn units(view: &View) -> Vec<String> {
    let mut units: Vec<String> = view.state.persons.values().map(|person| person.facts.unit.clone()).collect();
    units.sort();
    units.dedup();
    units
}

/// Compares, and has it recorded that beliefs were read before they are shown.
fn compared(desk: &Desk, fields: &Fields, language: Language) -> Result<Found, Problem> {
    let measure = read(fields, language)?;
    let found = desk.office.act(|workspace| workspace.effect(&measure, SEED, Timestamp::now()))?;
    let found = found.map_err(|error| match error {
        ProgrammeError::Workspace(error) => error.into(),
        unit @ ProgrammeError::NoUnit(..) => Problem::Wrong(vec![("unit", unit.to_string())]),
        days @ (ProgrammeError::Days(_) | ProgrammeError::NothingBefore { .. }) => {
            Problem::Wrong(vec![("before", days.to_string())])
        }
        other => Problem::Wrong(vec![("measure", other.to_string())]),
    })?;
    desk.office.record_reading(&Masked::Beliefs)?;
    Ok(shown(&found, language))
}

fn read(fields: &Fields, language: Language) -> Result<Measure, Problem> {
    let w = &language.words().programme;
    let mut reading = Reading::new(fields, language);
    let on = reading.noted("measure", day(fields.get("measure")));
    let mut days = |field: &'static str| match fields.get(field) {
        "" => Some(DAYS),
        typed => reading.noted(field, typed.parse::<u32>().map_err(|_| w.not_days)),
    };
    let (before, after) = (days("before"), days("after"));
    let name = reading.text("name").unwrap_or_else(|| w.the_measure.to_owned());
    let unit = reading.text("unit");
    let measure = on.zip(before.zip(after)).map(|(on, (before, after))| Measure { on, name, unit, before, after });
    reading.done(measure)
}

fn shown(found: &Effect, language: Language) -> Found {
    let w = &language.words().programme;
    let believed = found.believed.iter().flat_map(|of| {
        let end = most(&of.all);
        let units = of.units.iter().map(|(unit, of)| (unit.clone(), of));
        let levels = of.levels.iter().map(|(level, of)| (fill(w.level, &[level]), of));
        let all = std::iter::once((w.everybody.to_owned(), &of.all));
        all.chain(units).chain(levels).map(move |(whose, of)| believed_row(whose, of, end, w)).collect::<Vec<_>>()
    });
    let pair = |what, of: &dyn Fn(&Side) -> String| PairRow { what, before: of(&found.before), after: of(&found.after) };
    Found {
        title: fill(w.effect_named, &[&found.measure.name, &found.measure.on]),
        verdict: verdict(found, w),
        change: change(found, w),
        cannot: found.caveats.iter().map(|caveat| conclusion::said(caveat, w)).collect(),
        shares: vec![
            share_row(w.betrayed, w.before, found.before.operations, w),
            share_row(w.betrayed, w.after, found.after.operations, w),
            share_row(w.leaked, w.before, found.before.items, w),
            share_row(w.leaked, w.after, found.after.items, w),
        ],
        pairs: vec![
            pair(w.noticed, &|side| delay(&side.noticed, w)),
            pair(w.entered, &|side| delay(&side.entered, w)),
            pair(w.verdict, &|side| delay(&side.verdict, w)),
            pair(w.vetting, &|side| vetting(side.vetting.as_ref(), w)),
        ],
        believed: believed.collect(),
        no_beliefs: found.no_beliefs.as_ref().map(|why| fill(w.no_beliefs, &[&language.said(why)])),
        head: fill(
            w.effect_head,
            &[&grouped(found.head.entries), &tree(&found.head), &found.seed, &found.method, &moment(found.at)],
        ),
    }
}

/// A share, of 100.
fn in_100(share: f64, w: &ProgrammeWords) -> String {
    fill(w.in_100, &[&format!("{:.0}", share * 100.0)])
}

fn verdict(found: &Effect, w: &ProgrammeWords) -> String {
    let Some((before, after)) = found.before.operations.zip(found.after.operations) else { return w.no_after.to_owned() };
    let moved = match after.value.total_cmp(&before.value) {
        std::cmp::Ordering::Less => w.fell,
        std::cmp::Ordering::Greater => w.rose,
        std::cmp::Ordering::Equal => w.stayed,
    };
    fill(moved, &[&in_100(before.value, w), &in_100(after.value, w)])
}

fn change(found: &Effect, w: &ProgrammeWords) -> String {
    match &found.change {
        None if found.after.operations.is_none() => String::new(),
        None => w.no_change.to_owned(),
        Some(change) => {
            let [low, high] = [change.low, change.high].map(|end| format!("{:+.0}", end * 100.0));
            fill(if change.may_be_none() { w.change_none } else { w.change }, &[&low, &high])
        }
    }
}

fn share_row(what: &'static str, side: &'static str, of: Option<Share>, w: &ProgrammeWords) -> ShareRow {
    let said = of.map_or_else(
        || w.no_share.to_owned(),
        |of| {
            let [low, high] = [of.low, of.high].map(|end| format!("{:.0}", end * 100.0));
            fill(w.share_said, &[&count(of.hits), &count(of.of), &in_100(of.value, w), &low, &high])
        },
    );
    let place = |share: f64| format!("{:.1}%", share * 100.0);
    let interval = of.map(|of| Interval {
        low: place(of.low),
        high: place(of.high),
        value: place(of.value),
        said: format!("{what}, {side}: {said}"),
    });
    ShareRow { what, side, interval, said }
}

pub(super) fn hours(hours: f64, w: &ProgrammeWords) -> String {
    let (words, number) = if hours < 72.0 { (w.hours, hours) } else { (w.days, hours / 24.0) };
    fill(words, &[&format!("{number:.0}")])
}

fn delay(of: &Delays, w: &ProgrammeWords) -> String {
    match (of.median, of.range) {
        (None, _) => w.no_delay.to_owned(),
        (Some(median), None) => fill(w.delay_few, &[&hours(median, w), &count(of.of)]),
        (Some(median), Some((low, high, _))) => {
            fill(w.delay, &[&hours(median, w), &count(of.of), &hours(low, w), &hours(high, w)])
        }
    }
}

fn vetting(of: Option<&Coverage>, w: &ProgrammeWords) -> String {
    let said = |of: &Coverage| {
        let [in_force, people, overdue, missing] = [of.in_force, of.people, of.overdue, of.missing].map(count);
        fill(w.vetting_said, &[&in_force, &people, &of.on, &overdue, &missing])
    };
    of.map_or_else(|| w.no_vetting.to_owned(), said)
}

/// The largest number that a line of everybody reaches.
fn most(all: &Infiltration) -> u32 {
    all.before.range[2].max(all.after.range[2]).max(1)
}

/// A change to one tenth, without a minus of nothing.
fn tenths(change: f64) -> String {
    format!("{:+.1}", (change * 10.0).round() / 10.0 + 0.0)
}

fn believed_row(whose: String, of: &Infiltration, end: u32, w: &ProgrammeWords) -> BelievedRow {
    let range = |count: &holm::belief::course::Count, side: &str| {
        let place = |number: f64| format!("{:.1}%", 100.0 * (number / f64::from(end)).min(1.0));
        let [low, _, high] = count.range;
        let said = fill(w.believed_said, &[&format!("{whose}, {side}"), &format!("{:.1}", count.mean), &low, &high]);
        Range { tick: place(count.mean), half: None, all: Some((place(f64::from(low)), place(f64::from(high)))), said }
    };
    let number = |count: &holm::belief::course::Count| {
        fill(w.believed_change, &[&format!("{:.1}", count.mean), &count.range[0], &count.range[2]])
    };
    let signed = |number: i64| format!("{number:+}");
    BelievedRow {
        people: fill(w.of_people, &[&count(of.people)]),
        before: range(&of.before, w.before),
        after: range(&of.after, w.after),
        numbers: [number(&of.before), number(&of.after)],
        change: fill(w.believed_change, &[&tenths(of.change), &signed(of.range[0]), &signed(of.range[2])]),
        whose,
    }
}
