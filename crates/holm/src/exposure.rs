//! Who knew of what, since when: from copies, oral briefings, and what operations say themselves.

use std::collections::BTreeMap;

use holm_record::event::happening::Weight;
use holm_record::id::{ChannelName, CopyId, ItemName, OperationName, PersonId};
use jiff::{SignedDuration, Timestamp};

use crate::state::State;
use crate::state::happenings::{Operation, Told};

/// Entries later than this after what they tell of are late.
pub const LATE: SignedDuration = SignedDuration::from_hours(72);

/// How somebody came to know.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// By a copy.
    Copy {
        /// Of which item.
        item: ItemName,
        /// Which copy.
        copy: CopyId,
    },
    /// By word of mouth.
    Told {
        /// The entry.
        entry: u64,
        /// By which channel.
        channel: Option<ChannelName>,
        /// Which of several versions.
        variant: Option<String>,
    },
    /// The operation's own entry says so.
    Stated {
        /// The entry.
        entry: u64,
    },
}

/// Somebody knew.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Known {
    /// Who.
    pub person: PersonId,
    /// Since when; before the operation, if it is not known when.
    pub at: Option<Timestamp>,
    /// How much.
    pub weight: Weight,
    /// How.
    pub source: Source,
    /// Whether it was entered long after, or when the end was known already.
    pub late: bool,
}

/// The record's exposures, sorted by what they are of.
#[derive(Debug)]
pub struct Exposures<'s> {
    state: &'s State,
    told_of_items: BTreeMap<&'s ItemName, Vec<&'s Told>>,
    told_of_operations: BTreeMap<&'s OperationName, Vec<&'s Told>>,
    /// When the first incident of an operation was entered.
    betrayed: BTreeMap<&'s OperationName, Timestamp>,
}

impl<'s> Exposures<'s> {
    /// Sorts them.
    #[must_use]
    pub fn new(state: &'s State) -> Self {
        let mut sorted =
            Self { state, told_of_items: BTreeMap::new(), told_of_operations: BTreeMap::new(), betrayed: BTreeMap::new() };
        for incident in state.happenings.incidents.values() {
            if let Some(operation) = &incident.facts.operation {
                let first = sorted.betrayed.entry(operation).or_insert(incident.entered);
                *first = incident.entered.min(*first);
            }
        }
        for told in &state.happenings.told {
            match (&told.telling.item, &told.telling.operation) {
                (Some(item), _) => sorted.told_of_items.entry(item).or_default().push(told),
                (None, Some(operation)) => sorted.told_of_operations.entry(operation).or_default().push(told),
                (None, None) => {}
            }
        }
        sorted
    }

    /// Every way in which anybody came to know of an item, in the order of persons, then of time.
    #[must_use]
    pub fn of_item(&self, item: &ItemName) -> Vec<Known> {
        let mut known: Vec<Known> = self.item(item, None).collect();
        known.sort_by(|a, b| (&a.person, a.at).cmp(&(&b.person, b.at)));
        known
    }

    /// Every way in which anybody came to know of an operation, in the order of persons, then of time.
    #[must_use]
    pub fn of_operation(&self, name: &OperationName, operation: &Operation) -> Vec<Known> {
        let closed = operation.closed.as_ref().map(|closing| closing.entered);
        let closed = closed.into_iter().chain(self.betrayed.get(name).copied()).min();
        let late = |at: Option<Timestamp>, entered: Timestamp| is_late(at.unwrap_or(operation.facts.at), entered, closed);
        let stated = operation.facts.told.iter().map(|told| Known {
            person: told.person.clone(),
            at: told.at,
            weight: told.weight,
            source: Source::Stated { entry: operation.index },
            late: late(told.at, operation.entered),
        });
        let told = self.told_of_operations.get(name).into_iter().flatten().flat_map(|told| oral(told, closed));
        let items = operation.facts.items.iter().flat_map(|item| self.item(item, closed));
        let mut known: Vec<Known> = stated.chain(told).chain(items).collect();
        known.sort_by(|a, b| (&a.person, a.at).cmp(&(&b.person, b.at)));
        known
    }

    fn item<'a>(&'a self, name: &'a ItemName, closed: Option<Timestamp>) -> impl Iterator<Item = Known> + use<'a, 's> {
        let copies = self.state.items.get(name).into_iter().flat_map(|item| &item.disclosures);
        let copies = copies.map(move |disclosure| Known {
            person: disclosure.person.clone(),
            at: Some(disclosure.told_at),
            weight: Weight::WHOLE,
            source: Source::Copy { item: name.clone(), copy: disclosure.copy.clone() },
            // Its entry stood before the copy left.
            late: false,
        });
        copies.chain(self.told_of_items.get(name).into_iter().flatten().flat_map(move |told| oral(told, closed)))
    }
}

/// Whether an entry is so late that it may have been made because of what had happened by then.
fn is_late(at: Timestamp, entered: Timestamp, closed: Option<Timestamp>) -> bool {
    entered.duration_since(at) > LATE || closed.is_some_and(|closed| entered >= closed)
}

fn oral(told: &Told, closed: Option<Timestamp>) -> impl Iterator<Item = Known> + use<'_> {
    let telling = &told.telling;
    telling.persons.iter().map(move |person| Known {
        person: person.clone(),
        at: Some(telling.at),
        weight: telling.weight,
        source: Source::Told { entry: told.index, channel: telling.channel.clone(), variant: telling.variant.clone() },
        late: is_late(telling.at, told.entered, closed),
    })
}
