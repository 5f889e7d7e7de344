//! People and units: everything that one person was told.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{Html, IntoResponse, Response};
use holm::role::UseCase;
use holm::state::{Disclosure, Person, State};
use holm_record::id::{ItemName, PersonId};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::belief::person::{Section, Weigh, section};
use super::sorting::{Column, Head, Key, Sorting, natural};
use super::timeline::{Lane, Leak, Timeline, Window, WindowForm};
use super::{Asked, Part, Place, ROWS, Shell, Shown, day, in_address, moment};
use crate::language::{Language, count};
use crate::office::View;
use crate::problem::{Problem, Wrong};
use crate::server::Desk;
use crate::words::fill;

/// What stands in the address of the list.
#[derive(Default, Deserialize)]
pub(crate) struct Asks {
    #[serde(default)]
    q: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    sort: String,
    page: Option<usize>,
    keyless: Option<String>,
}

struct PersonRow {
    id: String,
    name: String,
    left: bool,
    agency: String,
    unit: String,
    level: u8,
    role: String,
    told: String,
}

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    shell: Shell,
    title: String,
    q: String,
    unit: String,
    units: Vec<String>,
    sort: String,
    heads: Vec<Head>,
    rows: Vec<PersonRow>,
    part: Part,
    /// Whether these are only those without a key.
    sifted: bool,
    empty: bool,
}

/// `GET /people`
pub(crate) async fn people(asked: Asked, Query(asks): Query<Asks>) -> Shown {
    super::shown(asked, move |desk, language| list(desk, language, asks)).await
}

fn list(desk: &Desk, language: Language, asks: Asks) -> Result<People, Problem> {
    let view = desk.office.view()?;
    let words = &language.words().person;
    let wanted = Wanted { text: asks.q.clone(), unit: asks.unit.clone(), keyless: asks.keyless.is_some() };
    let told = told_by_person(&view);
    let mut found = wanted.found(&view.state);
    found.sort_by_cached_key(|(id, _)| natural(id.as_str()));
    let sorting = Sorting::new(&asks.sort, person_columns(&told, language));
    sorting.sort(&mut found);
    let keyless = if wanted.keyless { "keyless=1&" } else { "" };
    let query = format!("q={}&unit={}&{keyless}", in_address(&asks.q), in_address(&asks.unit));
    let part = Part::new(asks.page.unwrap_or(0), found.len(), &(query.clone() + &sorting.query()));
    let row = |(id, person): &(&PersonId, &Person)| PersonRow {
        id: id.to_string(),
        name: person.facts.name.clone(),
        left: person.left,
        agency: person.facts.agency.clone(),
        unit: person.facts.unit.clone(),
        level: person.facts.level,
        role: person.facts.role.clone(),
        told: count(told.get(*id).copied().unwrap_or(0)),
    };
    let units: BTreeSet<String> = view.state.persons.values().map(unit).collect();
    Ok(People {
        title: match wanted.keyless {
            true => language.words().overview.keyless.of(found.len()),
            false => words.all.of(view.state.persons.values().filter(|p| !p.left).count()),
        },
        sifted: wanted.keyless,
        rows: found.get(part.from..part.to).unwrap_or_default().iter().map(row).collect(),
        q: asks.q,
        unit: asks.unit,
        units: units.into_iter().collect(),
        heads: sorting.heads(&query, found.first()),
        sort: sorting.asked(),
        part,
        empty: view.state.persons.is_empty(),
        shell: Shell::of(language, Place::People, &view),
    })
}

type PersonOf<'s> = (&'s PersonId, &'s Person);

fn person_columns<'s>(told: &'s BTreeMap<&PersonId, usize>, language: Language) -> Vec<Column<'s, PersonOf<'s>>> {
    let words = &language.words().person;
    vec![
        Column::new("name", words.name, |(_, person): &PersonOf<'_>| Key::text(&person.facts.name)),
        Column::new("agency", words.agency, |(_, person): &PersonOf<'_>| Key::text(&person.facts.agency)),
        Column::new("unit", words.unit, |(_, person): &PersonOf<'_>| Key::text(&person.facts.unit)),
        Column::counted("level", words.level, |(_, person): &PersonOf<'_>| usize::from(person.facts.level)),
        Column::new("role", words.role, |(_, person): &PersonOf<'_>| Key::text(&person.facts.role)),
        Column::counted("told", words.told, |(id, _): &PersonOf<'_>| told.get(*id).copied().unwrap_or(0)),
    ]
}

/// Who is looked for.
pub(crate) struct Wanted {
    /// What stands in their id, name, agency, unit or role, in any case.
    pub(crate) text: String,
    /// Agency and unit, as [`unit`] writes them; empty for all.
    pub(crate) unit: String,
    /// Only whoever is still there and has no device to seal to.
    pub(crate) keyless: bool,
}

impl Wanted {
    /// Everybody who is looked for.
    pub(crate) fn found<'s>(&self, state: &'s State) -> Vec<(&'s PersonId, &'s Person)> {
        let wanted = self.text.to_lowercase();
        let matches = |id: &PersonId, person: &Person| {
            let facts = &person.facts;
            let text = format!("{id} {} {} {} {}", facts.name, facts.agency, facts.unit, facts.role).to_lowercase();
            let keyless = !self.keyless || !person.left && person.usable_devices().next().is_none();
            text.contains(&wanted) && (self.unit.is_empty() || unit(person) == self.unit) && keyless
        };
        state.persons.iter().filter(|(id, p)| matches(id, p)).collect()
    }
}

/// Units of different agencies may have one name.
pub(crate) fn unit(person: &Person) -> String {
    format!("{}, {}", person.facts.agency, person.facts.unit)
}

/// Numbers of items that people were told.
pub(crate) fn told_by_person(view: &View) -> BTreeMap<&PersonId, usize> {
    let mut told = BTreeMap::new();
    for item in view.state.items.values() {
        let persons: BTreeSet<&PersonId> = item.disclosures.iter().map(|d| &d.person).collect();
        persons.into_iter().for_each(|person| *told.entry(person).or_default() += 1);
    }
    told
}

struct ToldRow {
    item: String,
    marking: String,
    copy: String,
    told: String,
    /// The same in milliseconds.
    at: i64,
    receipt: String,
    leak: String,
    /// Whether it was told outside the window that is looked at.
    outside: bool,
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    shell: Shell,
    title: String,
    id: String,
    facts: Vec<(&'static str, String)>,
    q: String,
    sort: String,
    heads: Vec<Head>,
    told: Vec<ToldRow>,
    part: Part,
    was_told: bool,
    left: bool,
    devices: Vec<String>,
    refused: Refused,
    timeline: Timeline,
    has_leaks: bool,
    window: WindowForm,
    means: &'static [&'static str; 2],
    belief: Option<Section>,
}

/// `GET /people/{id}`
pub(crate) async fn person(
    (state, extension): Asked,
    Path(id): Path<String>,
    Query(asks): Query<super::items::Asks>,
    Query(window): Query<Window>,
    Query(weigh): Query<Weigh>,
) -> Response {
    let (desk, language) = (state.0, extension.0);
    super::answered(language, move || {
        let view = desk.office.view()?;
        let (mask, known) = (view.beliefs_mask(), view.state.persons.keys().any(|p| p.as_str() == id));
        if !known && mask.is_on() {
            let belief = section(&desk, language, &id, &weigh)?.ok_or(Problem::Missing)?;
            let title = language.words().belief.masked.to_owned();
            let shell = Shell::of(language, Place::People, &view);
            return Ok(Html(MaskedPage { title, id, section: belief, shell }.render()?).into_response());
        }
        let page = one(&desk, language, &id, &asks, &window, Refused::default())?;
        Ok(Html(PersonPage { belief: section(&desk, language, &id, &weigh)?, ..page }.render()?).into_response())
    })
    .await
}

/// What is believed of somebody who is masked.
#[derive(Template)]
#[template(path = "masked.html")]
struct MaskedPage {
    shell: Shell,
    title: String,
    id: String,
    section: Section,
}

/// A change that was refused: which, what was typed, and what is wrong, by field.
#[derive(Default)]
pub(crate) struct Refused {
    pub(crate) form: &'static str,
    pub(crate) reason: String,
    pub(crate) errors: Vec<Wrong>,
}

impl Refused {
    fn is(&self, form: &str) -> bool {
        self.form == form
    }
}

/// A person's page with a change that was refused.
///
/// # Errors
/// [`Problem::Missing`].
pub(crate) fn with_errors(desk: &Desk, language: Language, id: &str, refused: Refused) -> Result<String, Problem> {
    let page = one(desk, language, id, &super::items::Asks::default(), &Window::default(), refused)?;
    Ok(PersonPage { belief: section(desk, language, id, &Weigh::default())?, ..page }.render()?)
}

fn one(
    desk: &Desk,
    language: Language,
    id: &str,
    asks: &super::items::Asks,
    window: &Window,
    refused: Refused,
) -> Result<PersonPage, Problem> {
    let view = desk.office.view()?;
    let (words, item_words) = (&language.words().person, &language.words().item);
    let (id, person) = person_of(&view, id)?;
    let mut told = told(&view, id);
    let items: BTreeSet<_> = told.iter().map(|(item, _)| *item).collect();
    let title = match (items.len(), person.left) {
        (0, _) => words.told_nothing.to_owned(),
        (n, false) => words.was_told.of(n),
        (n, true) => words.knew.of(n),
    };
    let leaks: BTreeMap<&ItemName, Leak> =
        items.iter().filter_map(|item| Some((*item, super::items::leaks(&view.state, item).into_iter().next()?))).collect();
    let was_told = !told.is_empty();
    let wanted = asks.q.to_lowercase();
    told.retain(|(name, d)| format!("{name} {} {}", d.copy, marking(&view, name)).to_lowercase().contains(&wanted));
    let sorting = Sorting::new(&asks.sort, told_columns(&view, &leaks, language));
    sorting.sort(&mut told);
    // Without a page, the one on which the window begins.
    let first = told.iter().position(|(_, d)| window.holds(d.told_at)).filter(|_| !sorting.is_asked()).unwrap_or(0);
    let query = format!("{}q={}&", window.query(), in_address(&asks.q));
    let part = Part::new(asks.page.unwrap_or(first / ROWS), told.len(), &(query.clone() + &sorting.query()));
    let shown = told.get(part.from..part.to).unwrap_or_default();
    let row = |(name, disclosure): &(&ItemName, &Disclosure)| ToldRow {
        item: name.to_string(),
        marking: marking(&view, name).to_owned(),
        copy: disclosure.copy.to_string(),
        told: moment(disclosure.told_at),
        at: disclosure.told_at.as_millisecond(),
        receipt: disclosure.receipt.map_or_else(|| item_words.unsigned.to_owned(), |at| fill(item_words.signed, &[&day(at)])),
        leak: leaks.get(name).map_or_else(|| language.words().told.none_received.to_owned(), |leak| moment(leak.received)),
        outside: !window.holds(disclosure.told_at),
    };
    Ok(PersonPage {
        title: title.replace("{name}", &person.facts.name),
        id: id.to_string(),
        facts: facts(person, language),
        told: shown.iter().map(row).collect(),
        was_told,
        left: person.left,
        devices: person.usable_devices().map(|d| d.recipient.clone()).collect(),
        refused,
        heads: sorting.heads(&query, told.first()),
        q: asks.q.clone(),
        sort: sorting.asked(),
        timeline: timeline(shown, &leaks, window),
        has_leaks: !leaks.is_empty(),
        window: WindowForm::new(format!("/people/{id}"), window, shown.iter().map(|(_, d)| d.told_at), language),
        part,
        means: if person.left { &words.left_means } else { &words.means },
        belief: None,
        shell: Shell::of(language, Place::People, &view),
    })
}

/// An item that a person was told.
type ToldOf<'v> = (&'v ItemName, &'v Disclosure);

fn told_columns<'v>(view: &'v View, leaks: &'v BTreeMap<&ItemName, Leak>, language: Language) -> Vec<Column<'v, ToldOf<'v>>> {
    let (words, item, told) = (&language.words().person, &language.words().item, &language.words().told);
    vec![
        Column::new("item", words.item, |(name, _): &ToldOf<'_>| Key::text(name.as_str())),
        Column::new("marking", item.marking, |(name, _): &ToldOf<'_>| Key::text(marking(view, name))),
        Column::new("copy", item.copy, |(_, disclosure): &ToldOf<'_>| Key::text(disclosure.copy.as_str())),
        Column::new("told", item.told, |(_, disclosure): &ToldOf<'_>| Key::Number(disclosure.told_at.as_millisecond())),
        Column::new("receipt", item.receipt, |(_, disclosure): &ToldOf<'_>| super::items::receipt_key(disclosure)),
        Column::new("leak", told.leak_received, |(name, _): &ToldOf<'_>| {
            Key::Number(leaks.get(name).map_or(0, |leak| leak.received.as_millisecond()))
        }),
    ]
}

fn marking<'v>(view: &'v View, item: &ItemName) -> &'v str {
    view.state.items.get(item).and_then(|i| i.released.as_ref()?.marking.as_deref()).unwrap_or_default()
}

/// A person of the roster.
///
/// # Errors
/// [`Problem::Missing`].
pub(crate) fn person_of<'v>(view: &'v View, id: &str) -> Result<(&'v PersonId, &'v Person), Problem> {
    view.state.persons.iter().find(|(p, _)| p.as_str() == id).ok_or(Problem::Missing)
}

/// Everything that a person was told, the newest first.
pub(crate) fn told<'v>(view: &'v View, id: &PersonId) -> Vec<(&'v ItemName, &'v Disclosure)> {
    let mut told = view.state.told(id, None);
    told.sort_by_key(|(_, disclosure)| std::cmp::Reverse(disclosure.index));
    told
}

/// A lane for each item, the newest disclosure first, with the time in which its first leak must have happened.
fn timeline(told: &[(&ItemName, &Disclosure)], leaks: &BTreeMap<&ItemName, Leak>, window: &Window) -> Timeline {
    let mut lanes: Vec<(&ItemName, Lane)> = Vec::new();
    for (item, disclosure) in told {
        match lanes.iter_mut().find(|(name, _)| name == item) {
            Some((_, lane)) => lane.told.push(disclosure.told_at),
            None => {
                let leak = leaks.get(item).cloned();
                lanes.push((item, Lane { label: item.to_string(), told: vec![disclosure.told_at], leak }));
            }
        }
    }
    Timeline::new(lanes.into_iter().map(|(_, lane)| lane).collect(), &[], window, &TimeZone::system())
}

fn facts(person: &Person, language: Language) -> Vec<(&'static str, String)> {
    let words = &language.words().person;
    let (usable, lost) = (person.usable_devices().count(), person.lost.len());
    let usable = if usable == 0 { words.no_device.to_owned() } else { words.usable.of(usable) };
    let lost = (lost > 0).then(|| words.lost.of(lost));
    let facts = &person.facts;
    vec![
        (words.agency, facts.agency.clone()),
        (words.unit, facts.unit.clone()),
        (words.level, facts.level.to_string()),
        (words.role, facts.role.clone()),
        (words.email, facts.email.clone()),
        (words.devices, std::iter::once(usable).chain(lost).collect::<Vec<_>>().join(", ")),
    ]
}
