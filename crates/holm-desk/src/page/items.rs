//! Items and copies: who was told what and when.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, Query};
use holm::role::UseCase;
use holm::state::{Disclosure, Item, Look, Person, State};
use holm_record::event::KeyMaking;
use holm_record::id::{IncidentName, ItemName, PersonId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::harm::{self, Harm};
use super::overview::unsigned;
use super::sorting::{Column, Head, Key, Sorting};
use super::timeline::{Lane, Leak, Timeline, Window, WindowForm};
use super::trace::report_path;
use super::{Asked, Part, Place, ROWS, Shell, Shown, day, in_address, moment};
use crate::language::{Language, count};
use crate::problem::Problem;
use crate::server::Desk;
use crate::words::fill;

/// What stands in the address of a list.
#[derive(Default, Deserialize)]
pub(crate) struct Asks {
    #[serde(default)]
    pub(crate) q: String,
    #[serde(default)]
    pub(crate) sort: String,
    pub(crate) page: Option<usize>,
    /// Of items: only those of whose copies receipts have been missing for long.
    unsigned: Option<String>,
}

struct ItemRow {
    name: String,
    marking: String,
    released: String,
    copies: String,
    receipts: String,
    traced: String,
}

#[derive(Template)]
#[template(path = "items.html")]
struct Items {
    shell: Shell,
    title: String,
    q: String,
    sort: String,
    heads: Vec<Head>,
    rows: Vec<ItemRow>,
    part: Part,
    /// Whether these are not all items.
    sifted: bool,
    empty: bool,
}

/// `GET /items`
pub(crate) async fn items(asked: Asked, Query(asks): Query<Asks>) -> Shown {
    super::shown(asked, move |desk, language| list(desk, language, asks)).await
}

fn list(desk: &Desk, language: Language, asks: Asks) -> Result<Items, Problem> {
    let view = desk.office.view()?;
    let words = &language.words().item;
    let mut found = found(&view.state, &asks.q);
    let now = Timestamp::now();
    found.retain(|(_, item)| asks.unsigned.is_none() || unsigned(item, now).is_some());
    let sorting = Sorting::new(&asks.sort, item_columns(&view.state, language));
    sorting.sort(&mut found);
    let only = if asks.unsigned.is_some() { "unsigned=1&" } else { "" };
    let query = format!("q={}&{only}", in_address(&asks.q));
    let part = Part::new(asks.page.unwrap_or(0), found.len(), &(query.clone() + &sorting.query()));
    let rows = found.get(part.from..part.to).unwrap_or_default();
    let row = |(name, item): &(&ItemName, &Item)| ItemRow {
        name: name.to_string(),
        marking: marking(item).to_owned(),
        released: item.released.as_ref().map_or_else(|| words.not_released.to_owned(), |r| day(r.at)),
        copies: count(item.disclosures.len()),
        receipts: count(signed(item)),
        traced: last_look(&view.state, name).map_or_else(|| words.never.to_owned(), |look| verdict(look, language)),
    };
    Ok(Items {
        title: match asks.unsigned {
            Some(_) => words.unsigned_items.of(found.len()),
            None => words.all.of(view.state.items.len()),
        },
        sifted: asks.unsigned.is_some(),
        rows: rows.iter().map(row).collect(),
        heads: sorting.heads(&query, found.first()),
        sort: sorting.asked(),
        q: asks.q,
        empty: view.state.items.is_empty(),
        part,
        shell: Shell::of(language, Place::Items, &view),
    })
}

fn item_columns<'s>(state: &'s State, language: Language) -> Vec<Column<'s, (&'s ItemName, &'s Item)>> {
    let words = &language.words().item;
    type Row<'s> = (&'s ItemName, &'s Item);
    vec![
        Column::new("name", words.name, |(name, _): &Row<'_>| Key::text(name.as_str())),
        Column::new("marking", words.marking, |(_, item): &Row<'_>| Key::text(marking(item))),
        Column::new("released", words.released, |(_, item): &Row<'_>| {
            Key::Number(item.released.as_ref().map_or(0, |r| r.at.as_millisecond()))
        }),
        Column::counted("copies", words.copies, |(_, item): &Row<'_>| item.disclosures.len()),
        Column::counted("receipts", words.receipts, |(_, item): &Row<'_>| signed(item)),
        Column::new("traced", words.traced, move |(name, _): &Row<'_>| {
            Key::text(&last_look(state, name).map(|look| verdict(look, language)).unwrap_or_default())
        }),
    ]
}

fn marking(item: &Item) -> &str {
    item.released.as_ref().and_then(|r| r.marking.as_deref()).unwrap_or_default()
}

/// How many copies of an item were signed for.
fn signed(item: &Item) -> usize {
    item.disclosures.iter().filter(|d| d.receipt.is_some()).count()
}

/// Items whose name or marking holds a text in any case, the newest first.
pub(crate) fn found<'s>(state: &'s State, text: &str) -> Vec<(&'s ItemName, &'s Item)> {
    let wanted = text.to_lowercase();
    let mut items = newest_first(state);
    items.retain(|(name, item)| format!("{name} {}", marking(item)).to_lowercase().contains(&wanted));
    items
}

/// Items from the one that was released last; those that were never released come last.
fn newest_first(state: &State) -> Vec<(&ItemName, &Item)> {
    let mut items: Vec<(&ItemName, &Item)> = state.items.iter().collect();
    items.sort_by_key(|(_, item)| std::cmp::Reverse(item.released.as_ref().map(|r| r.index)));
    items
}

/// The newest look at an item.
pub(crate) fn last_look<'s>(state: &'s State, item: &ItemName) -> Option<&'s Look> {
    state.looks.iter().rev().find(|l| l.item == *item)
}

/// A look's verdict in a word and a shape.
pub(crate) fn verdict(look: &Look, language: Language) -> String {
    let words = &language.words().item;
    match &look.verdict {
        None => words.no_verdict.to_owned(),
        Some(verdict) if verdict.named.is_empty() => words.inconclusive.to_owned(),
        Some(verdict) => {
            let copies: Vec<String> = verdict.named.iter().map(ToString::to_string).collect();
            fill(words.named, &[&copies.join(", ")])
        }
    }
}

struct CopyRow {
    person: String,
    name: String,
    unit: String,
    copy: String,
    told: String,
    /// The same in milliseconds.
    at: i64,
    receipt: String,
    /// Whether it was issued outside the window that is looked at.
    outside: bool,
}

struct LookRow {
    what: String,
    verdict: String,
    /// Where its report is, if there is one.
    path: Option<String>,
}

#[derive(Template)]
#[template(path = "item.html")]
struct ItemPage {
    shell: Shell,
    item: String,
    title: String,
    marking: String,
    released: String,
    file: String,
    conditions: Option<String>,
    key: Vec<String>,
    q: String,
    sort: String,
    heads: Vec<Head>,
    copies: Vec<CopyRow>,
    part: Part,
    looks: Vec<LookRow>,
    /// What was known when a leak was received, for each.
    leaks: Vec<String>,
    timeline: Option<Timeline>,
    window: WindowForm,
    harm: Harm,
}

/// `GET /items/{name}`
pub(crate) async fn item(
    asked: Asked,
    Path(name): Path<String>,
    Query(asks): Query<Asks>,
    Query(window): Query<Window>,
) -> Shown {
    super::shown(asked, move |desk, language| one(desk, language, &name, (&asks, &window), harm::Sent::default())).await
}

/// An item's page with what was wrong with one of its forms.
///
/// # Errors
/// [`Problem::Missing`].
pub(crate) fn with_harm(desk: &Desk, language: Language, name: &str, sent: harm::Sent) -> Result<String, Problem> {
    Ok(one(desk, language, name, (&Asks::default(), &Window::default()), sent)?.render()?)
}

fn one(
    desk: &Desk,
    language: Language,
    name: &str,
    (asks, window): (&Asks, &Window),
    sent: harm::Sent,
) -> Result<ItemPage, Problem> {
    let view = desk.office.view()?;
    let words = &language.words().item;
    let (name, item) = view.state.items.iter().find(|(n, _)| n.as_str() == name).ok_or(Problem::Missing)?;
    let mut copies = copies(&view.state, item, &asks.q);
    let sorting = Sorting::new(&asks.sort, copy_columns(language));
    sorting.sort(&mut copies);
    // Without a page, the one on which the window begins.
    let first = copies.iter().position(|(d, _)| window.holds(d.told_at)).filter(|_| !sorting.is_asked()).unwrap_or(0);
    let query = format!("{}q={}&", window.query(), in_address(&asks.q));
    let part = Part::new(asks.page.unwrap_or(first / ROWS), copies.len(), &(query.clone() + &sorting.query()));
    let shown = copies.get(part.from..part.to).unwrap_or_default();
    let leaks = leaks(&view.state, name);
    let row = |(disclosure, person): &CopyOf<'_>| copy_row(disclosure, *person, window, language);
    let look = |l: &Look| LookRow {
        what: fill(words.look, &[&l.look, &l.incident]),
        verdict: verdict(l, language),
        path: (l.verdict.is_some() && view.allows(UseCase::SeeLooks)).then(|| report_path(l)),
    };
    let released = item.released.as_ref();
    let holders: BTreeSet<&PersonId> = item.disclosures.iter().map(|d| &d.person).collect();
    Ok(ItemPage {
        item: name.to_string(),
        title: words.holds.of(holders.len()).replace("{item}", name.as_str()),
        marking: marking(item).to_owned(),
        released: released.map_or_else(|| words.not_released.to_owned(), |r| moment(r.at)),
        file: released.map(|r| r.file.clone()).unwrap_or_default(),
        conditions: released.and_then(|r| r.conditions.clone()),
        key: key(item, language),
        copies: shown.iter().map(row).collect(),
        heads: sorting.heads(&query, copies.first()),
        q: asks.q.clone(),
        sort: sorting.asked(),
        part,
        leaks: leaks.iter().map(|leak| had_been_told(item, leak, language)).collect(),
        timeline: (!shown.is_empty()).then(|| timeline(shown, &leaks, window, language)),
        window: WindowForm::new(format!("/items/{name}"), window, shown.iter().map(|(d, _)| d.told_at), language),
        looks: view.state.looks.iter().filter(|l| l.item == *name).map(look).collect(),
        harm: Harm::of(&view.state, name, item, sent, language),
        shell: Shell::of(language, Place::Items, &view),
    })
}

/// A copy, and to whom it was issued.
type CopyOf<'s> = (&'s Disclosure, Option<&'s Person>);

/// Copies of an item whose id, holder or holder's unit hold a text in any case, in order of issue.
fn copies<'s>(state: &'s State, item: &'s Item, text: &str) -> Vec<CopyOf<'s>> {
    let wanted = text.to_lowercase();
    let copies = item.disclosures.iter().map(|d| (d, state.persons.get(&d.person)));
    let says = |(disclosure, person): &CopyOf<'_>| {
        format!("{} {} {}", disclosure.copy, name_of(*person), unit_of(*person)).to_lowercase().contains(&wanted)
    };
    copies.filter(says).collect()
}

fn copy_columns<'s>(language: Language) -> Vec<Column<'s, CopyOf<'s>>> {
    let words = &language.words().item;
    vec![
        Column::new("person", words.person, |(_, person): &CopyOf<'_>| Key::text(&name_of(*person))),
        Column::new("unit", words.unit, |(_, person): &CopyOf<'_>| Key::text(&unit_of(*person))),
        Column::new("copy", words.copy, |(disclosure, _): &CopyOf<'_>| Key::text(disclosure.copy.as_str())),
        Column::new("told", words.told, |(disclosure, _): &CopyOf<'_>| Key::Number(disclosure.told_at.as_millisecond())),
        Column::new("receipt", words.receipt, |(disclosure, _): &CopyOf<'_>| receipt_key(disclosure)),
        Column::fixed(language.words().share.sent),
    ]
}

/// By when it was signed for; what was not signed for comes first.
pub(crate) fn receipt_key(disclosure: &Disclosure) -> Key {
    Key::Number(disclosure.receipt.map_or(0, |at| at.as_millisecond()))
}

fn name_of(person: Option<&Person>) -> String {
    person.map(|p| p.facts.name.clone()).unwrap_or_default()
}

fn unit_of(person: Option<&Person>) -> String {
    person.map(super::people::unit).unwrap_or_default()
}

fn copy_row(disclosure: &Disclosure, person: Option<&Person>, window: &Window, language: Language) -> CopyRow {
    let words = &language.words().item;
    CopyRow {
        person: disclosure.person.to_string(),
        name: name_of(person),
        unit: unit_of(person),
        copy: disclosure.copy.to_string(),
        told: moment(disclosure.told_at),
        at: disclosure.told_at.as_millisecond(),
        receipt: disclosure.receipt.map_or_else(|| words.unsigned.to_owned(), |at| fill(words.signed, &[&day(at)])),
        outside: !window.holds(disclosure.told_at),
    }
}

/// Leaks of an item, by incident: when the first evidence was received that was looked at for it.
pub(crate) fn leaks(state: &State, item: &ItemName) -> Vec<Leak> {
    let released = state.items.get(item).and_then(|i| i.released.as_ref()).map(|r| r.at);
    let of_item = state.looks.iter().filter(|l| l.item == *item);
    let incidents: BTreeSet<(&IncidentName, &str)> = of_item.map(|l| (&l.incident, l.evidence.as_str())).collect();
    let mut leaks: BTreeMap<&IncidentName, Leak> = BTreeMap::new();
    for evidence in state.evidence.iter().filter(|e| incidents.contains(&(&e.incident, e.object.as_str()))) {
        let leak = || Leak { from: released.unwrap_or(evidence.at), received: evidence.at, label: evidence.incident.to_string() };
        leaks.entry(&evidence.incident).or_insert_with(leak);
    }
    let mut leaks: Vec<Leak> = leaks.into_values().collect();
    leaks.sort_by_key(|leak| leak.received);
    leaks
}

fn had_been_told(item: &Item, leak: &Leak, language: Language) -> String {
    let persons = |before: Option<Timestamp>| {
        let told = item.disclosures.iter().filter(|d| before.is_none_or(|before| d.told_at <= before));
        count(told.map(|d| &d.person).collect::<BTreeSet<_>>().len())
    };
    let (then, all) = (persons(Some(leak.received)), persons(None));
    fill(language.words().told.had_been_told, &[&leak.label, &moment(leak.received), &then, &all])
}

/// A lane for each person of these disclosures, in their order.
fn timeline(shown: &[CopyOf<'_>], leaks: &[Leak], window: &Window, language: Language) -> Timeline {
    let mut lanes: Vec<(&PersonId, Lane)> = Vec::new();
    for (disclosure, person) in shown {
        match lanes.iter_mut().find(|(person, _)| **person == disclosure.person) {
            Some((_, lane)) => lane.told.push(disclosure.told_at),
            None => {
                let label = person.map_or_else(|| disclosure.person.to_string(), |p| p.facts.name.clone());
                lanes.push((&disclosure.person, Lane { label, told: vec![disclosure.told_at], leak: None }));
            }
        }
    }
    let said = |leak: &Leak| Leak { label: fill(language.words().told.leak_of, &[&leak.label]), ..leak.clone() };
    let leaks: Vec<Leak> = leaks.iter().map(said).collect();
    Timeline::new(lanes.into_iter().map(|(_, lane)| lane).collect(), &leaks, window, &TimeZone::system())
}

/// How the key was made and is kept, and what was done with it.
fn key(item: &Item, language: Language) -> Vec<String> {
    let words = &language.words().item;
    let making = item.prepared.as_ref().map(|p| match &p.making {
        KeyMaking::Alone => words.key_alone.to_owned(),
        KeyMaking::TwoPersons { second } => fill(words.key_two, &[second]),
    });
    let kept = item.released.as_ref().map(|r| match r.threshold {
        1 => fill(words.custodian, &[&r.custodians.join(", ")]),
        several => fill(words.custodians, &[&r.custodians.join(", "), &several]),
    });
    let opened = item.opened.then(|| words.opened.to_owned());
    let plain = item.plain_folders.iter().map(|folder| fill(words.plain, &[folder]));
    making.into_iter().chain(kept).chain(opened).chain(plain).collect()
}
