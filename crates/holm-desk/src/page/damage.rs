//! Damage: who must be warned first, what to postpone, and which items may be known; a sheet to be printed and carried.

use askama::Template;
use axum::extract::Path;
use holm::damage::{Damage, DamageError, ExposedItem, LiveOperation, Of, assess};
use holm::state::State;
use holm_record::id::{PersonId, TargetName};
use jiff::Timestamp;

use super::incident::incident_of;
use super::people::person_of;
use super::{Asked, Place, Shell, Shown, moment};
use crate::language::{Language, count};
use crate::office::View;
use crate::problem::Problem;
use crate::server::Desk;
use crate::words::fill;

/// An operation to be postponed.
struct LiveRow {
    name: String,
    at: String,
    targets: String,
    endangers: String,
    since: String,
    /// Name, id and unit of each who must be warned.
    warn: Vec<(String, String, String)>,
}

struct ItemRow {
    name: String,
    marking: String,
    since: String,
    holders: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "damage.html")]
struct DamagePage {
    shell: Shell,
    title: String,
    /// Why nothing can be said, if nothing can.
    nothing: Option<String>,
    as_of: String,
    warn_first: Vec<String>,
    live: Vec<LiveRow>,
    postpone: String,
    items: Vec<ItemRow>,
    past: Vec<(String, String)>,
    besides: Option<String>,
    back: String,
    means: &'static [&'static str],
}

/// `GET /cases/{name}/damage`
pub(crate) async fn of_incident(asked: Asked, Path(name): Path<String>) -> Shown {
    super::shown(asked, move |desk, language| incident_page(desk, language, &name)).await
}

/// `GET /people/{id}/damage`
pub(crate) async fn of_person(asked: Asked, Path(id): Path<String>) -> Shown {
    super::shown(asked, move |desk, language| person_page(desk, language, &id)).await
}

fn incident_page(desk: &Desk, language: Language, name: &str) -> Result<DamagePage, Problem> {
    let view = desk.office.view()?;
    let words = &language.words().cases;
    let (name, _) = incident_of(&view, name)?;
    let now = Timestamp::now();
    let (damage, nothing) = match assess(&view.state, Of::Incident(name.clone()), now) {
        Ok(damage) => (Some(damage), None),
        Err(error @ DamageError::OfNothing(_)) => (None, Some(language.said(&error.to_string()))),
        Err(_) => return Err(Problem::Missing),
    };
    let (title, back) = (fill(words.exposed, &[name]), format!("/cases/{name}"));
    Ok(DamagePage { nothing, ..page(&view, damage, (title, back), &words.damage_means, language) })
}

fn person_page(desk: &Desk, language: Language, id: &str) -> Result<DamagePage, Problem> {
    let view = desk.office.view()?;
    let words = &language.words().cases;
    let (id, person) = person_of(&view, id)?;
    let damage = assess(&view.state, Of::Person(id.clone()), Timestamp::now()).map_err(|_| Problem::Missing)?;
    let is_empty = damage.live.is_empty() && damage.items.is_empty() && damage.past.is_empty() && damage.past_without_danger == 0;
    let nothing = is_empty.then(|| words.none_exposed.to_owned());
    let around = (fill(words.could_expose, &[&person.facts.name]), format!("/people/{id}"));
    Ok(DamagePage { nothing, ..page(&view, Some(damage), around, &words.person_means, language) })
}

fn page(
    view: &View,
    damage: Option<Damage>,
    (title, back): (String, String),
    means: &'static [&'static str],
    language: Language,
) -> DamagePage {
    let words = &language.words().cases;
    let (live, items, past) = damage.as_ref().map(|d| (&d.live[..], &d.items[..], &d.past[..])).unwrap_or_default();
    let besides = damage.as_ref().map_or(0, |d| d.past_without_danger);
    DamagePage {
        title,
        nothing: None,
        as_of: fill(words.as_of, &[&moment(damage.as_ref().map_or_else(Timestamp::now, |d| d.at))]),
        warn_first: damage.as_ref().map(|d| d.warn_first.clone()).unwrap_or_default(),
        live: live.iter().map(|one| live_row(&view.state, one, language)).collect(),
        postpone: words.postpone.of(live.len()),
        items: items.iter().map(|item| item_row(item, language)).collect(),
        past: past.iter().map(|(name, endangers)| (name.to_string(), endangers.join(", "))).collect(),
        besides: (besides > 0).then(|| words.past_besides.of(besides)),
        back,
        means,
        shell: Shell::of(language, Place::Cases, view),
    }
}

fn since(at: Option<Timestamp>, language: Language) -> String {
    let words = &language.words().cases;
    at.map_or_else(|| words.unknown_since.to_owned(), |at| fill(words.known_since, &[&moment(at)]))
}

fn live_row(state: &State, live: &LiveOperation, language: Language) -> LiveRow {
    let person = |id: &PersonId| {
        let person = state.persons.get(id);
        let name = person.map_or_else(|| id.to_string(), |p| p.facts.name.clone());
        (name, id.to_string(), person.map(super::people::unit).unwrap_or_default())
    };
    LiveRow {
        name: live.operation.to_string(),
        at: moment(live.at),
        targets: live.targets.iter().map(TargetName::as_str).collect::<Vec<_>>().join(", "),
        endangers: live.endangers.join(", "),
        since: since(live.since, language),
        warn: live.warn.iter().map(person).collect(),
    }
}

fn item_row(item: &ExposedItem, language: Language) -> ItemRow {
    let words = &language.words().cases;
    ItemRow {
        name: item.item.to_string(),
        marking: item.marking.clone().unwrap_or_default(),
        since: since(item.since, language),
        holders: count(item.holders),
        state: if item.recalled { words.recalled } else { words.in_use },
    }
}
