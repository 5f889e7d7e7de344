//! The list of beliefs: people, channels and somebody not listed as ranges on one axis, and what the record does not say.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Extension, Query, State};
use axum::response::{Html, IntoResponse, Response};
use holm::belief::framing::{Alarm, Sign};
use holm::belief::translation::Cause;
use holm::belief::{Belief, Beliefs, ChannelBelief, Missing, REVIEW, Reason};
use holm_record::id::PersonId;

use super::super::sorting::{Column, Head, Key, Sorting};
use super::super::{Asked, Part, Place, Shell, answered, moment};
use super::units::{UnitRow, longest, unit_rows};
use super::{Asks, Fact, PATIENCE, Range, innocent, lacking, name_of, person_path, provenance};
use crate::belief::{Weighed, Weighing, weighed};
use crate::language::{Language, count};
use crate::office::View;
use crate::problem::Problem;
use crate::server::Desk;
use crate::words::belief::BeliefWords;
use crate::words::fill;

/// People in the picture; the table has all of them.
const IN_PICTURE: usize = 15;
/// Channels in the picture.
const CHANNELS: usize = 30;
/// Facts next to a range, on each side.
const FACTS: usize = 2;
/// Units on this page; their own has all of them.
const UNITS: usize = 5;

/// A range of the picture, and what stands next to it.
struct RangeRow {
    name: String,
    link: Option<String>,
    /// Id, or what else it is.
    what: String,
    is_person: bool,
    range: Range,
    chance: String,
    innocent: Option<String>,
    lacks: Option<String>,
    speaks_for: Vec<Fact>,
    against: Vec<Fact>,
}

/// Somebody of the review set.
struct Referred {
    name: String,
    id: String,
    link: String,
    chance: String,
    lacks: Option<String>,
}

/// A line of the table of everybody.
struct PersonRow {
    name: String,
    id: String,
    link: String,
    unit: String,
    level: u8,
    chance: String,
    lowest: String,
    highest: String,
    knew: String,
    betrayed: String,
}

#[derive(Template)]
#[template(path = "beliefs.html")]
struct BeliefsPage {
    shell: Shell,
    title: String,
    as_of: Option<String>,
    at: String,
    seed: String,
    query: String,
    review_what: String,
    alarms: Vec<String>,
    referred: Vec<Referred>,
    cannot_tell: Option<String>,
    rows: Vec<RangeRow>,
    heads: Vec<Head>,
    people: Vec<PersonRow>,
    part: Part,
    alike: Vec<String>,
    units: Vec<UnitRow>,
    /// The number at the end of their axis.
    end: String,
    gaps: Vec<String>,
    background: Vec<(String, String)>,
    base: Vec<String>,
    provenance: String,
}

/// Nothing to judge by.
#[derive(Template)]
#[template(path = "beliefs_nothing.html")]
pub(super) struct NothingPage {
    pub(super) shell: Shell,
    pub(super) nobody: bool,
}

/// It is being computed.
#[derive(Template)]
#[template(path = "beliefs_working.html")]
pub(super) struct WorkingPage {
    pub(super) shell: Shell,
}

/// `GET /beliefs`
pub(crate) async fn beliefs((State(desk), Extension(language)): Asked, Query(asks): Query<Asks>) -> Response {
    answered(language, move || page(&desk, language, &asks)).await
}

fn page(desk: &Desk, language: Language, asks: &Asks) -> Result<Response, Problem> {
    shown(desk, language, asks, |view, weighed| Ok(list(view, weighed, language, asks)?.render()?))
}

/// A page from what is believed, or one that says that there is nothing yet.
pub(super) fn shown(
    desk: &Desk,
    language: Language,
    asks: &Asks,
    render: impl FnOnce(&View, &Weighed) -> Result<String, Problem>,
) -> Result<Response, Problem> {
    let view = desk.office.view()?;
    let shell = || Shell::of(language, Place::People, &view);
    let page = match weighed(desk, &asks.question(language)?, PATIENCE)? {
        Weighing::Done(weighed) => render(&view, &weighed)?,
        Weighing::Working => WorkingPage { shell: shell() }.render()?,
        Weighing::Nothing => NothingPage { shell: shell(), nobody: view.state.persons.is_empty() }.render()?,
    };
    Ok(Html(page).into_response())
}

fn list(view: &View, weighed: &Weighed, language: Language, asks: &Asks) -> Result<BeliefsPage, Problem> {
    let (beliefs, words) = (&weighed.beliefs, &language.words().belief);
    let at = asks.at(language)?;
    let mut people: Vec<&Belief> = beliefs.people.iter().collect();
    let sorting = Sorting::new(&asks.sort, columns(view, language));
    sorting.sort(&mut people);
    let query = asks.query();
    let part = Part::new(asks.page.unwrap_or(0), people.len(), &(query.clone() + &sorting.query()));
    let shown = people.get(part.from..part.to).unwrap_or_default();
    let referred: Vec<Referred> = beliefs.review.iter().map(|person| refer(view, beliefs, person, language)).collect();
    let share = REVIEW * 100.0;
    Ok(BeliefsPage {
        title: title(beliefs, !weighed.betrayed.is_empty(), words),
        as_of: at.map(|at| fill(words.as_of_said, &[&moment(at)])),
        at: asks.shown(at),
        seed: asks.seed.map(|seed| seed.to_string()).unwrap_or_default(),
        review_what: fill(words.review_what, &[&share]),
        alarms: alarms(view, beliefs, words),
        cannot_tell: referred.is_empty().then(|| fill(words.cannot_tell_what, &[&share])),
        referred,
        rows: ranges(view, weighed, language),
        heads: sorting.heads(&query, people.first()),
        people: shown.iter().map(|belief| person_row(view, belief, words)).collect(),
        part,
        alike: alike(view, beliefs, words),
        units: unit_rows(beliefs, &query, language).into_iter().take(UNITS).collect(),
        end: longest(beliefs).to_string(),
        gaps: gaps(beliefs, words),
        background: beliefs.background.iter().map(|(sort, rate)| (sort.clone(), words.of(*rate))).collect(),
        base: base_rates(view, beliefs, words),
        provenance: provenance(beliefs, language),
        query,
        shell: Shell::of(language, Place::People, view),
    })
}

/// Who is to be looked at, and what nobody here explains.
fn title(beliefs: &Beliefs, leaks: bool, words: &BeliefWords) -> String {
    if !leaks {
        return words.no_leak.to_owned();
    }
    let lacking: BTreeSet<&PersonId> = beliefs.people.iter().filter(|b| !b.missing.is_empty()).map(|b| &b.person).collect();
    let actionable = beliefs.review.iter().filter(|person| !lacking.contains(person)).count();
    let mut missing = beliefs.people.iter().flat_map(|b| &b.missing);
    let who = match actionable {
        0 if !beliefs.alarms.is_empty() || missing.any(Missing::is_about_the_record) => words.look_first.to_owned(),
        0 => words.nobody.to_owned(),
        some => words.spelled(&words.to_look_at, some),
    };
    fill(words.unexplained, &[&who, &words.of_hundred(beliefs.not_listed)])
}

fn refer(view: &View, beliefs: &Beliefs, person: &PersonId, language: Language) -> Referred {
    let belief = beliefs.people.iter().find(|b| b.person == *person);
    Referred {
        name: name_of(&view.state, person),
        id: person.to_string(),
        link: person_path(person),
        chance: belief.map(|b| language.words().belief.of(b.probability)).unwrap_or_default(),
        lacks: belief.filter(|b| !b.missing.is_empty()).map(|b| lacking(&b.missing, language)),
    }
}

/// What is to be looked at in the record, before anybody is.
fn alarms(view: &View, beliefs: &Beliefs, words: &BeliefWords) -> Vec<String> {
    let name = |person: &PersonId| format!("{} ({person})", name_of(&view.state, person));
    let said = |alarm: &Alarm| {
        let seen = match &alarm.sign {
            Sign::Late { keeper } => fill(words.alarm_late, &[keeper]),
            Sign::SingledOut { person } => fill(words.alarm_singled_out, &[&name(person)]),
            Sign::Keeper { person, keeper } => fill(words.alarm_keeper, &[&name(person), keeper]),
            Sign::Company { person, other } => fill(words.alarm_company, &[&name(person), &name(other)]),
        };
        let times = (1.0 / alarm.p.max(1e-6)).floor();
        format!("{seen} {}", fill(words.by_chance, &[&count(times as usize)]))
    };
    beliefs.alarms.iter().map(said).collect()
}

/// Everything on the one axis, the likeliest first.
fn ranges(view: &View, weighed: &Weighed, language: Language) -> Vec<RangeRow> {
    let (beliefs, words) = (&weighed.beliefs, &language.words().belief);
    let people = beliefs.people.iter().take(IN_PICTURE).map(|b| (b.probability, person_range(view, b, language)));
    let channels = beliefs.channels.iter().take(CHANNELS).map(|c| (c.probability, channel_range(c, language)));
    let not_listed = (
        beliefs.not_listed,
        RangeRow {
            chance: fill(words.of_leaks, &[&words.of_hundred(beliefs.not_listed)]),
            ..bare(words.not_listed.to_owned(), String::new(), beliefs.not_listed, language)
        },
    );
    let leaks = !weighed.betrayed.is_empty();
    let mut rows: Vec<(f64, RangeRow)> = people.chain(channels).chain(Some(not_listed).filter(|_| leaks)).collect();
    rows.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// A range that nothing is known of but its probability.
fn bare(name: String, what: String, probability: f64, language: Language) -> RangeRow {
    RangeRow {
        name,
        link: None,
        what,
        is_person: false,
        range: Range::of(probability, None, language),
        chance: language.words().belief.of(probability),
        innocent: None,
        lacks: None,
        speaks_for: Vec::new(),
        against: Vec::new(),
    }
}

fn channel_range(channel: &ChannelBelief, language: Language) -> RangeRow {
    let words = &language.words().belief;
    match &channel.cause {
        Cause::Channel(name) => {
            let link = Some(format!("/graph?channel={}", super::in_address(name.as_str())));
            RangeRow { link, ..bare(name.to_string(), words.channel.to_owned(), channel.probability, language) }
        }
        Cause::Unit(unit) => bare(fill(words.whole_unit, &[unit]), String::new(), channel.probability, language),
    }
}

fn person_range(view: &View, belief: &Belief, language: Language) -> RangeRow {
    let facts = |reasons: &[Reason]| reasons.iter().take(FACTS).map(|reason| Fact::of(reason, language)).collect();
    RangeRow {
        link: Some(person_path(&belief.person)),
        is_person: true,
        range: Range::of(belief.probability, belief.band.as_ref(), language),
        innocent: belief.band.as_ref().map(|_| innocent(belief, language)),
        lacks: (!belief.missing.is_empty()).then(|| lacking(&belief.missing, language)),
        speaks_for: facts(&belief.reasons_for),
        against: facts(&belief.against),
        ..bare(name_of(&view.state, &belief.person), belief.person.to_string(), belief.probability, language)
    }
}

fn columns<'v>(view: &'v View, language: Language) -> Vec<Column<'v, &'v Belief>> {
    let (words, person) = (&language.words().belief, &language.words().person);
    let millionths = |p: f64| Key::Number((p * 1e6).round() as i64);
    vec![
        Column::new("name", person.name, |b: &&Belief| Key::text(&name_of(&view.state, &b.person))),
        Column::new("unit", person.unit, |b: &&Belief| Key::text(&b.unit)),
        Column::counted("level", person.level, |b: &&Belief| usize::from(b.level)),
        Column::new("probability", words.probability, move |b: &&Belief| millionths(b.probability)),
        Column::new("lowest", words.lowest, move |b: &&Belief| millionths(b.band.as_ref().map_or(-1.0, |band| band.lowest))),
        Column::new("highest", words.highest, move |b: &&Belief| millionths(b.band.as_ref().map_or(-1.0, |band| band.highest))),
        Column::counted("knew", words.knew, |b: &&Belief| b.known),
        Column::counted("betrayed", words.betrayed, |b: &&Belief| b.betrayed),
    ]
}

fn person_row(view: &View, belief: &Belief, words: &BeliefWords) -> PersonRow {
    let end = |of: fn(&holm::belief::Band) -> f64| belief.band.as_ref().map_or_else(String::new, |band| words.of(of(band)));
    PersonRow {
        name: name_of(&view.state, &belief.person),
        id: belief.person.to_string(),
        link: person_path(&belief.person),
        unit: belief.unit.clone(),
        level: belief.level,
        chance: words.of(belief.probability),
        lowest: end(|band| band.lowest),
        highest: end(|band| band.highest),
        knew: count(belief.known),
        betrayed: count(belief.betrayed),
    }
}

fn alike(view: &View, beliefs: &Beliefs, words: &BeliefWords) -> Vec<String> {
    let name = |person: &PersonId| format!("{} ({person})", name_of(&view.state, person));
    let names = |people: &[PersonId]| people.iter().map(name).collect::<Vec<_>>().join(", ");
    beliefs.alike.iter().map(|group| fill(words.alike_one, &[&names(&group.people), &words.of(group.any)])).collect()
}

fn gaps(beliefs: &Beliefs, words: &BeliefWords) -> Vec<String> {
    let gaps = &beliefs.gaps;
    let mut lines = Vec::new();
    if gaps.one_word > 0 {
        lines.push(fill(words.gap_one_word, &[&count(gaps.one_word), &count(gaps.exposures)]));
    }
    if gaps.late > 0 {
        lines.push(fill(words.gap_late, &[&count(gaps.late), &count(gaps.exposures)]));
    }
    if !gaps.without_exposures.is_empty() {
        let names: Vec<&str> = gaps.without_exposures.iter().map(|o| o.as_str()).collect();
        lines.push(fill(words.gap_without, &[&names.join(", ")]));
    }
    if !gaps.of_nothing.is_empty() {
        let names: Vec<&str> = gaps.of_nothing.iter().map(|i| i.as_str()).collect();
        lines.push(fill(words.gap_of_nothing, &[&names.join(", ")]));
    }
    lines.extend((gaps.too_late > 0).then(|| words.gap_too_late.of(gaps.too_late)));
    if lines.is_empty() {
        lines.push(words.no_gaps.to_owned());
    }
    lines.extend((gaps.open > 0).then(|| words.gap_open.of(gaps.open)));
    lines
}

/// How many are innocent with the score of the likeliest, and of the least likely who is referred.
fn base_rates(view: &View, beliefs: &Beliefs, words: &BeliefWords) -> Vec<String> {
    let likeliest = beliefs.people.first().map(|b| &b.person);
    let last = beliefs.review.last().filter(|person| Some(*person) != likeliest);
    let said = |person: &PersonId| {
        let belief = beliefs.people.iter().find(|b| b.person == *person && b.is_a_rate())?;
        Some(fill(words.innocent, &[&name_of(&view.state, person), &words.innocents(belief.probability)]))
    };
    likeliest.into_iter().chain(last).filter_map(said).collect()
}
