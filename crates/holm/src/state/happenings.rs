//! Tellings, operations and incidents as the record has them now (`docs/spec/operations.md`).

use std::collections::BTreeMap;

use holm_record::event::happening::{ChannelSort, IncidentFacts, OperationFacts, Outcome, Window};
use holm_record::event::{Event, Telling};
use holm_record::id::{ChannelName, IncidentName, ItemName, OperationName, PersonId, TargetName};
use jiff::Timestamp;

/// A means by which things get out.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// What it is.
    pub sort: ChannelSort,
    /// Whose it is.
    pub unit: Option<String>,
    /// What else is said of it.
    pub words: String,
}

/// An oral briefing.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Its entry.
    pub index: u64,
    /// When it was entered.
    pub entered: Timestamp,
    /// Who entered it.
    pub by: String,
    /// What was told to whom.
    pub telling: Telling,
}

/// An operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its entry.
    pub index: u64,
    /// When it was entered.
    pub entered: Timestamp,
    /// Who entered it.
    pub by: String,
    /// What is known; outcome and window stand in `closed`.
    pub facts: OperationFacts,
    /// What came of it.
    pub closed: Option<Closing>,
}

/// What came of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Closing {
    /// Its entry.
    pub index: u64,
    /// When it was entered.
    pub entered: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
    /// Between which moments a leak must have happened.
    pub window: Window,
    /// What else is said.
    pub words: String,
}

/// An incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Its entry.
    pub index: u64,
    /// When it was entered.
    pub entered: Timestamp,
    /// What is known of it.
    pub facts: IncidentFacts,
}

/// What is seen of an operation: in what came of it, and in the incidents that betray it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    /// The surest of what is said of it.
    pub outcome: Outcome,
    /// Within which a leak must have happened, as far as all agree.
    pub window: Window,
    /// Whoever came to know later than this did not betray it.
    pub end: Timestamp,
}

/// How sure a leak is, from 0 for none.
pub(crate) fn sureness(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Clean => 0,
        Outcome::Unknown => 1,
        Outcome::Suspected => 2,
        Outcome::Confirmed => 3,
    }
}

/// What is within both; where they contradict each other, the second.
fn narrower(one: Window, other: Window) -> Window {
    let both = Window { from: one.from.into_iter().chain(other.from).max(), to: one.to.into_iter().chain(other.to).min() };
    let empty = both.from.zip(both.to).is_some_and(|(from, to)| from > to);
    if empty { other } else { both }
}

/// What an entry adds that others name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// A channel.
    Channel(ChannelName),
    /// A target.
    Target(TargetName),
}

/// What happened outside, as far as it is recorded and not withdrawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Happenings {
    /// Channels.
    pub channels: BTreeMap<ChannelName, Channel>,
    /// Targets, with what is said of them.
    pub targets: BTreeMap<TargetName, String>,
    /// By entry, the channel or target that it adds.
    pub added: BTreeMap<u64, Added>,
    /// Operations.
    pub operations: BTreeMap<OperationName, Operation>,
    /// Oral briefings, in order.
    pub told: Vec<Told>,
    /// Incidents.
    pub incidents: BTreeMap<IncidentName, Incident>,
    /// Entries that were withdrawn, with the reason.
    pub withdrawn: BTreeMap<u64, String>,
}

impl Happenings {
    /// Takes in one event; others say nothing here.
    pub(crate) fn apply(&mut self, index: u64, at: Timestamp, by: &str, event: &Event) {
        match event {
            Event::ChannelAdded { channel, sort, unit, words } => {
                self.added.insert(index, Added::Channel(channel.clone()));
                self.channels.insert(channel.clone(), Channel { sort: *sort, unit: unit.clone(), words: words.clone() });
            }
            Event::TargetAdded { target, words } => {
                self.added.insert(index, Added::Target(target.clone()));
                self.targets.insert(target.clone(), words.clone());
            }
            Event::Told(telling) => {
                self.told.push(Told { index, entered: at, by: by.to_owned(), telling: telling.clone() });
            }
            Event::OperationsRecorded { operations, .. } => {
                operations.iter().for_each(|facts| {
                    self.operations.insert(facts.operation.clone(), Operation::new(index, at, by, facts));
                });
            }
            Event::OperationClosed { operation, outcome, window, words } => {
                if let Some(operation) = self.operations.get_mut(operation) {
                    let (outcome, window, words) = (*outcome, *window, words.clone());
                    operation.closed = Some(Closing { index, entered: at, outcome, window, words });
                }
            }
            Event::IncidentRecorded { incident, facts } => {
                self.incidents.insert(incident.clone(), Incident { index, entered: at, facts: facts.clone() });
            }
            Event::Withdrawn { entry, operation, reason } => self.withdraw(*entry, operation.as_ref(), reason),
            _ => {}
        }
    }

    /// Divides tellings of an experiment by what each group was told.
    pub(super) fn tell_apart(&mut self, entries: &[u64], groups: &[(Vec<PersonId>, u8)], variants: &[String]) {
        let mut apart = Vec::with_capacity(self.told.len());
        for told in std::mem::take(&mut self.told) {
            if !entries.contains(&told.index) {
                apart.push(told);
                continue;
            }
            for (number, says) in (0_u8..).zip(variants) {
                let of = groups.iter().filter(|(_, variant)| *variant == number).flat_map(|(people, _)| people);
                let persons: Vec<PersonId> = of.filter(|person| told.telling.persons.contains(person)).cloned().collect();
                if !persons.is_empty() {
                    let telling = Telling { persons, variant: Some(says.clone()), ..told.telling.clone() };
                    apart.push(Told { telling, ..told.clone() });
                }
            }
        }
        self.told = apart;
    }

    fn withdraw(&mut self, entry: u64, one: Option<&OperationName>, reason: &str) {
        self.told.retain(|told| told.index != entry);
        self.incidents.retain(|_, incident| incident.index != entry);
        self.operations.retain(|name, operation| operation.index != entry || one.is_some_and(|one| one != name));
        for operation in self.operations.values_mut() {
            if operation.closed.as_ref().is_some_and(|closing| closing.index == entry && closing.index != operation.index) {
                operation.closed = None;
            }
        }
        match self.added.remove(&entry) {
            Some(Added::Channel(channel)) => drop(self.channels.remove(&channel)),
            Some(Added::Target(target)) => drop(self.targets.remove(&target)),
            None => {}
        }
        self.withdrawn.insert(entry, reason.to_owned());
    }

    /// An operation or telling, by its entry, that names what another entry adds.
    #[must_use]
    pub fn names(&self, added: &Added) -> Option<u64> {
        let in_operation = |facts: &OperationFacts| match added {
            Added::Channel(channel) => facts.channels.contains(channel),
            Added::Target(target) => facts.targets.contains(target),
        };
        let in_telling =
            |telling: &Telling| matches!(added, Added::Channel(channel) if telling.channel.as_ref() == Some(channel));
        let operation = self.operations.values().find(|operation| in_operation(&operation.facts)).map(|o| o.index);
        operation.or_else(|| self.told.iter().find(|told| in_telling(&told.telling)).map(|told| told.index))
    }

    /// Incidents that betray an operation.
    pub fn incidents_of<'s>(&'s self, operation: &'s OperationName) -> impl Iterator<Item = (&'s IncidentName, &'s Incident)> {
        self.incidents.iter().filter(move |(_, incident)| incident.facts.operation.as_ref() == Some(operation))
    }

    /// Operations that are not over.
    pub fn live(&self) -> impl Iterator<Item = (&OperationName, &Operation)> {
        self.operations.iter().filter(|(_, operation)| operation.closed.is_none())
    }

    /// Operations that an item tells of.
    pub fn operations_of<'s>(&'s self, item: &'s ItemName) -> impl Iterator<Item = (&'s OperationName, &'s Operation)> {
        self.operations.iter().filter(move |(_, operation)| operation.facts.items.contains(item))
    }
}

impl Operation {
    fn new(index: u64, entered: Timestamp, by: &str, facts: &OperationFacts) -> Self {
        let closed = facts.outcome.map(|outcome| Closing {
            index,
            entered,
            outcome,
            window: facts.window.unwrap_or_default(),
            words: String::new(),
        });
        Self { index, entered, by: by.to_owned(), facts: facts.clone(), closed }
    }

    /// What is seen of it, beside its own incidents; `None` while nothing is.
    #[must_use]
    pub fn ending(&self, incidents: &[&Incident]) -> Option<Ending> {
        let closed = self.closed.as_ref();
        let said = incidents.iter().map(|incident| incident.facts.certainty).chain(closed.map(|closing| closing.outcome));
        let outcome = said.max_by_key(|outcome| sureness(*outcome))?;
        let windows = incidents.iter().map(|incident| incident.facts.window).chain(closed.map(|closing| closing.window));
        let window = windows.fold(Window::default(), narrower);
        let noticed = incidents.iter().map(|incident| incident.facts.noticed).min();
        let end = window.to.or(noticed).unwrap_or(self.facts.at).min(self.facts.at);
        Some(Ending { outcome, window, end })
    }
}
