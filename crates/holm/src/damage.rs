//! Damage: what was exposed by an incident, or by a person if they leak; who must be warned first, and what to postpone.

use std::collections::{BTreeMap, BTreeSet};

use holm_record::id::{IncidentName, ItemName, OperationName, PersonId, TargetName};
use jiff::Timestamp;
use serde::Serialize;

use crate::exposure::{Exposures, Known};
use crate::state::State;

/// There is nothing of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DamageError {
    /// Neither.
    #[error("`{0}` is neither an incident nor a person; `holm incident list` and `holm person list` show them")]
    Unknown(String),
    /// The incident bears on nothing that is recorded.
    #[error("nothing is recorded of what `{0}` exposed; say so with `holm incident add {0} --item NAME` or `--operation NAME`")]
    OfNothing(IncidentName),
}

/// Whose damage is assessed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Of {
    /// What an incident exposed.
    Incident(IncidentName),
    /// What a person could have exposed.
    Person(PersonId),
}

/// An operation that is not over and may be known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LiveOperation {
    /// Which.
    pub operation: OperationName,
    /// When it is to be.
    pub at: Timestamp,
    /// Against whom.
    pub targets: Vec<TargetName>,
    /// Who or what is harmed if it is betrayed.
    pub endangers: Vec<String>,
    /// Since when it may be known.
    pub since: Option<Timestamp>,
    /// Who takes part or was told, and so must be warned.
    pub warn: Vec<PersonId>,
}

/// An item that may be known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExposedItem {
    /// Which.
    pub item: ItemName,
    /// How it is to be handled.
    pub marking: Option<String>,
    /// Since when it may be known.
    pub since: Option<Timestamp>,
    /// Whether it is burned already.
    pub recalled: bool,
    /// How many hold it.
    pub holders: usize,
}

/// What may be known where it should not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Damage {
    /// Of what.
    pub of: Of,
    /// As of when.
    pub at: Timestamp,
    /// Those in danger, first of all: from operations that are not over, the earliest first.
    pub warn_first: Vec<String>,
    /// Operations to postpone or to change, the earliest first; those that endanger somebody before the others of a day.
    pub live: Vec<LiveOperation>,
    /// Operations that are over: whom they endangered may be in danger still.
    pub past: Vec<(OperationName, Vec<String>)>,
    /// Items.
    pub items: Vec<ExposedItem>,
    /// How many operations that are over were known besides those.
    pub past_without_danger: usize,
}

/// Assesses the damage of an incident or a person.
///
/// # Errors
/// [`DamageError`].
pub fn damage(state: &State, name: &str, now: Timestamp) -> Result<Damage, DamageError> {
    let incident = IncidentName::new(name).ok().filter(|incident| {
        state.happenings.incidents.contains_key(incident) || state.looks.iter().any(|look| look.incident == *incident)
    });
    let person = PersonId::new(name).ok().filter(|person| state.persons.contains_key(person));
    match (incident, person) {
        (Some(incident), _) => assess(state, Of::Incident(incident), now),
        (None, Some(person)) => assess(state, Of::Person(person), now),
        (None, None) => Err(DamageError::Unknown(name.to_owned())),
    }
}

/// The same of what is known to be an incident or a person, which may have one name.
///
/// # Errors
/// [`DamageError::OfNothing`].
pub fn assess(state: &State, of: Of, now: Timestamp) -> Result<Damage, DamageError> {
    match of {
        Of::Incident(incident) => of_incident(state, incident, now),
        Of::Person(person) => Ok(of_person(state, person, now)),
    }
}

/// What is exposed, and since when.
#[derive(Default)]
struct Exposed {
    operations: BTreeMap<OperationName, Option<Timestamp>>,
    items: BTreeMap<ItemName, Option<Timestamp>>,
}

fn of_incident(state: &State, incident: IncidentName, now: Timestamp) -> Result<Damage, DamageError> {
    let known = state.happenings.incidents.get(&incident);
    let since = known.map(|i| i.facts.window.from.unwrap_or(i.facts.noticed));
    let mut exposed = Exposed::default();
    let named = known.and_then(|i| i.facts.item.clone());
    // A look that matched an item says that the item is out.
    let seen = state.looks.iter().filter(|look| look.incident == incident).map(|look| look.item.clone());
    exposed.items.extend(named.into_iter().chain(seen).map(|item| (item, since)));
    if let Some(operation) = known.and_then(|i| i.facts.operation.clone()) {
        // Whoever betrayed the operation knew what tells of it.
        let items = state.happenings.operations.get(&operation).map(|o| o.facts.items.clone()).unwrap_or_default();
        exposed.items.extend(items.into_iter().map(|item| (item, since)));
        exposed.operations.insert(operation, since);
    }
    if exposed.items.is_empty() && exposed.operations.is_empty() {
        return Err(DamageError::OfNothing(incident));
    }
    for item in exposed.items.keys() {
        exposed.operations.extend(state.happenings.operations_of(item).map(|(name, _)| (name.clone(), since)));
    }
    Ok(written(state, Of::Incident(incident), &exposed, now))
}

fn of_person(state: &State, person: PersonId, now: Timestamp) -> Damage {
    let exposures = Exposures::new(state);
    let since = |known: Vec<Known>| known.into_iter().filter(|k| k.person == person).map(|k| k.at).min();
    let mut exposed = Exposed::default();
    for name in state.items.keys() {
        exposed.items.extend(since(exposures.of_item(name)).map(|at| (name.clone(), at)));
    }
    for (name, operation) in &state.happenings.operations {
        exposed.operations.extend(since(exposures.of_operation(name, operation)).map(|at| (name.clone(), at)));
    }
    written(state, Of::Person(person), &exposed, now)
}

fn written(state: &State, of: Of, exposed: &Exposed, now: Timestamp) -> Damage {
    let exposures = Exposures::new(state);
    let mut damage = Damage {
        of,
        at: now,
        warn_first: Vec::new(),
        live: Vec::new(),
        past: Vec::new(),
        items: Vec::new(),
        past_without_danger: 0,
    };
    for (name, since) in &exposed.operations {
        let Some(operation) = state.happenings.operations.get(name) else { continue };
        let facts = &operation.facts;
        if operation.closed.is_some() {
            match facts.endangers.as_slice() {
                [] => damage.past_without_danger += 1,
                some => damage.past.push((name.clone(), some.to_vec())),
            }
            continue;
        }
        let warn: BTreeSet<PersonId> = exposures.of_operation(name, operation).into_iter().map(|known| known.person).collect();
        let warn = warn.into_iter().filter(|person| damage.of != Of::Person(person.clone())).collect();
        damage.live.push(LiveOperation {
            operation: name.clone(),
            at: facts.at,
            targets: facts.targets.clone(),
            endangers: facts.endangers.clone(),
            since: *since,
            warn,
        });
    }
    damage.live.sort_by_key(|live| (live.at, live.endangers.is_empty(), live.operation.clone()));
    let mut named = BTreeSet::new();
    let in_danger = damage.live.iter().flat_map(|live| &live.endangers).chain(damage.past.iter().flat_map(|(_, some)| some));
    damage.warn_first = in_danger.filter(|who| named.insert((*who).clone())).cloned().collect();
    damage.items = exposed
        .items
        .iter()
        .filter_map(|(name, since)| {
            let item = state.items.get(name)?;
            let holders: BTreeSet<&PersonId> = item.disclosures.iter().map(|d| &d.person).collect();
            Some(ExposedItem {
                item: name.clone(),
                marking: item.released.as_ref().and_then(|r| r.marking.clone()),
                since: *since,
                recalled: item.recalled.is_some(),
                holders: holders.len(),
            })
        })
        .collect();
    damage
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::tests::{at, facts, told, workspace};
    use crate::policy::Action;
    use holm_record::event::happening::{IncidentFacts, IncidentSort, Outcome, Window};

    #[test]
    fn damage_names_whom_to_warn_first_and_what_to_postpone() {
        let (_folder, mut workspace) = workspace();
        let permit = workspace.permit(&Action::Administer, at("2026-03-20T00:00Z")).unwrap();
        let mut late = facts("late", "2026-04-10T00:00Z");
        late.told = vec![told("p1", None), told("p2", None)];
        let mut early = facts("early", "2026-03-25T00:00Z");
        (early.told, early.endangers) = (vec![told("p1", Some("2026-03-01T00:00Z"))], vec!["source 17".to_owned()]);
        let mut past = facts("past", "2026-03-10T00:00Z");
        (past.told, past.endangers) = (vec![told("p1", None)], vec!["source 9".to_owned()]);
        past.outcome = Some(Outcome::Clean);
        let mut dull = facts("dull", "2026-03-10T00:00Z");
        (dull.told, dull.outcome) = (vec![told("p1", None)], Some(Outcome::Clean));
        let mut other = facts("other", "2026-03-25T00:00Z");
        other.told = vec![told("p3", None)];
        workspace.add_operations(&permit, None, vec![late, early, past, dull, other]).unwrap();
        let found = damage(workspace.state(), "p1", at("2026-03-20T00:00Z")).unwrap();
        let live: Vec<&str> = found.live.iter().map(|l| l.operation.as_str()).collect();
        assert_eq!(live, ["early", "late"]);
        assert_eq!(found.warn_first, ["source 17", "source 9"]);
        assert_eq!(found.live[0].since, Some(at("2026-03-01T00:00Z")));
        assert_eq!(found.live[1].warn, [PersonId::new("p2").unwrap()], "not whoever may be the leak");
        assert_eq!(found.past_without_danger, 1);
        assert!(matches!(damage(workspace.state(), "nobody", at("2026-03-20T00:00Z")), Err(DamageError::Unknown(_))));
        let facts = IncidentFacts {
            sort: IncidentSort::InformantReport,
            noticed: at("2026-03-19T00:00Z"),
            window: Window::default(),
            certainty: Outcome::Suspected,
            operation: Some(OperationName::new("late").unwrap()),
            item: None,
            variant: None,
            grade: None,
            considered: None,
            words: String::new(),
        };
        workspace.record_incident(&permit, IncidentName::new("talk").unwrap(), facts).unwrap();
        let found = damage(workspace.state(), "talk", at("2026-03-20T00:00Z")).unwrap();
        assert_eq!(found.live.len(), 1);
        assert_eq!(found.live[0].warn.len(), 2);
    }
}
