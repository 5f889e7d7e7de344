//! What became of something that was given: whether an incident or a betrayed operation touches it, and since when that was so.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use holm_record::event::happening::Outcome;
use holm_record::id::{IncidentName, ItemName, OperationName, PersonId};
use jiff::Timestamp;

use crate::exposure::{Exposures, Known, Source};
use crate::state::State;
use crate::state::happenings::{Ending, Incident, Operation};

/// A verdict that says that a leak is of another text.
const NO_MATCH: &str = "no-match";

/// An item, or an operation that somebody was told of otherwise than by items.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Item(ItemName),
    Operation(OperationName),
}

/// One leak that touches something.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Breach {
    /// Whoever came to know later had no part in it.
    pub(super) end: Timestamp,
    /// Whether it is sure that there was one.
    pub(super) confirmed: bool,
    /// Everybody who knew in time of what leaked.
    pub(super) in_time: BTreeSet<PersonId>,
}

impl Breach {
    fn new(end: Timestamp, confirmed: bool, known: &[Known]) -> Rc<Self> {
        let in_time = known.iter().filter(|known| known.at.is_none_or(|at| at <= end)).map(|known| known.person.clone());
        Rc::new(Self { end, confirmed, in_time: in_time.collect() })
    }
}

/// What was given, who was given it since when, and what became of it.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) thing: Thing,
    pub(super) known: Vec<Known>,
    pub(super) breaches: Vec<Rc<Breach>>,
    /// Whether something that it tells of is not over, or nothing can be said of how that ended.
    pub(super) open: bool,
}

impl Given {
    /// When any of these was first given it; of whom it is not known when, at the operation's own time.
    pub(super) fn first(&self, state: &State, of: impl Fn(&PersonId) -> bool) -> Option<Timestamp> {
        let at = |known: &Known| known.at.or_else(|| self.supposed(state));
        self.known.iter().filter(|known| of(&known.person)).filter_map(at).min()
    }

    fn supposed(&self, state: &State) -> Option<Timestamp> {
        let Thing::Operation(name) = &self.thing else { return None };
        state.happenings.operations.get(name).map(|operation| operation.facts.at)
    }

    /// Leaks that any of these was given it in time for.
    pub(super) fn reached(&self, of: impl Fn(&PersonId) -> bool) -> impl Iterator<Item = &Rc<Breach>> {
        let own = self.known.iter().filter(|known| of(&known.person)).map(|known| known.at);
        let first = own.min().unwrap_or(Some(Timestamp::MAX));
        self.breaches.iter().filter(move |breach| first.is_none_or(|at| at <= breach.end))
    }
}

/// How every operation ended, as far as it did, with those of its incidents.
pub(super) fn endings(state: &State) -> BTreeMap<&OperationName, (&Operation, Option<Ending>)> {
    let incidents = incidents(state);
    let ending = |(name, operation)| {
        let of: &[&Incident] = incidents.get(name).map(Vec::as_slice).unwrap_or_default();
        (name, (operation, Operation::ending(operation, of)))
    };
    state.happenings.operations.iter().map(ending).collect()
}

fn incidents(state: &State) -> BTreeMap<&OperationName, Vec<&Incident>> {
    let mut incidents: BTreeMap<&OperationName, Vec<&Incident>> = BTreeMap::new();
    for incident in state.happenings.incidents.values() {
        if let Some(operation) = &incident.facts.operation {
            incidents.entry(operation).or_default().push(incident);
        }
    }
    incidents
}

/// Until when the leaks of items themselves lasted at most, and whether each is sure: named by an incident, or matched by a look.
pub(super) fn leaks(state: &State) -> BTreeMap<&ItemName, Vec<(Timestamp, bool)>> {
    let mut of_items: BTreeMap<&ItemName, Vec<(Timestamp, bool)>> = BTreeMap::new();
    let mut said: BTreeSet<(&IncidentName, &ItemName)> = BTreeSet::new();
    for (name, incident) in &state.happenings.incidents {
        if let Some(item) = &incident.facts.item {
            let end = incident.facts.window.to.unwrap_or(incident.facts.noticed);
            of_items.entry(item).or_default().push((end, incident.facts.certainty == Outcome::Confirmed));
            said.insert((name, item));
        }
    }
    for look in &state.looks {
        let matched = look.verdict.as_ref().is_some_and(|verdict| verdict.verdict != NO_MATCH);
        let sealed = state.evidence.iter().find(|evidence| evidence.object == look.evidence);
        if let (true, false, Some(sealed)) = (matched, said.contains(&(&look.incident, &look.item)), sealed) {
            let window = state.happenings.incidents.get(&look.incident).and_then(|incident| incident.facts.window.to);
            of_items.entry(&look.item).or_default().push((window.unwrap_or(sealed.at), true));
        }
    }
    of_items
}

/// Everything that was given to anybody: items, and operations that somebody was told of otherwise.
pub(super) fn given(state: &State) -> Vec<Given> {
    let exposures = Exposures::new(state);
    let leaks = leaks(state);
    let mut all = Vec::new();
    let mut tells: BTreeMap<&ItemName, Vec<Touch>> = BTreeMap::new();
    for (name, (operation, ending)) in endings(state) {
        let known = exposures.of_operation(name, operation);
        let (breach, open) = touched(ending.as_ref(), state.happenings.incidents_of(name).next().is_some(), &known);
        operation.facts.items.iter().for_each(|item| tells.entry(item).or_default().push((breach.clone(), open)));
        let known: Vec<Known> = known.into_iter().filter(|known| !is_of_item(state, &known.source)).collect();
        if !known.is_empty() {
            all.push(Given { thing: Thing::Operation(name.clone()), known, breaches: breach.into_iter().collect(), open });
        }
    }
    for name in state.items.keys() {
        let known = exposures.of_item(name);
        if known.is_empty() {
            continue;
        }
        let own = leaks.get(name).into_iter().flatten().map(|(end, confirmed)| Breach::new(*end, *confirmed, &known));
        let told = || tells.get(name).into_iter().flatten();
        let breaches = own.chain(told().filter_map(|(breach, _)| breach.clone())).collect();
        let open = told().any(|(_, open)| *open);
        all.push(Given { thing: Thing::Item(name.clone()), known, breaches, open });
    }
    all
}

/// An operation's leak, or that nothing can be said yet.
type Touch = (Option<Rc<Breach>>, bool);

fn touched(ending: Option<&Ending>, has_incident: bool, known: &[Known]) -> Touch {
    match ending {
        None => (None, true),
        Some(ending) => match ending.outcome {
            Outcome::Clean => (None, false),
            // Without an incident there is nothing that touches it.
            Outcome::Unknown if !has_incident => (None, true),
            outcome => (Some(Breach::new(ending.end, outcome == Outcome::Confirmed, known)), false),
        },
    }
}

/// Whether somebody knew of an operation by an item that tells of it.
fn is_of_item(state: &State, source: &Source) -> bool {
    match source {
        Source::Copy { .. } => true,
        Source::Stated { .. } => false,
        Source::Told { entry, .. } => {
            let told = &state.happenings.told;
            let at = told.binary_search_by_key(entry, |told| told.index);
            at.ok().and_then(|at| told.get(at)).is_some_and(|told| told.telling.item.is_some())
        }
    }
}
