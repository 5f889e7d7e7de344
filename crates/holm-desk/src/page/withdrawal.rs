//! The form by which an entry that was a mistake is withdrawn: on the pages of operations, incidents, items, channels and targets.

use holm::state::State;
use holm::state::happenings::{Incident, Operation, Told};
use holm::telling::Part;
use holm_record::id::{ItemName, OperationName};
use serde::Deserialize;

use super::moment;
use super::recording::Choice;
use crate::happening;
use crate::language::{Language, count};
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdrawn {
    #[serde(default)]
    entry: String,
    #[serde(default)]
    reason: String,
}

/// The form as it is shown.
pub(crate) struct WithdrawalForm {
    pub(crate) action: String,
    pub(crate) entries: Vec<Choice>,
    pub(crate) reason: String,
    pub(crate) errors: Vec<Wrong>,
}

/// What was sent, and what was wrong with it.
#[derive(Default)]
pub(crate) struct Refused {
    pub(crate) given: Withdrawn,
    pub(crate) errors: Vec<Wrong>,
}

/// An entry that can be withdrawn, and what it says.
pub(crate) type Entry = (u64, String);

impl WithdrawalForm {
    /// For these entries, at this address; none if there is nothing to withdraw.
    pub(crate) fn of(action: String, entries: Vec<Entry>, refused: Refused) -> Option<Self> {
        let chosen = refused.given.entry;
        let choice = |(entry, label): Entry| Choice { chosen: entry.to_string() == chosen, value: entry.to_string(), label };
        let entries: Vec<Choice> = entries.into_iter().map(choice).collect();
        (!entries.is_empty()).then_some(Self { action, entries, reason: refused.given.reason, errors: refused.errors })
    }
}

/// Withdraws one of these entries; of several operations in one, the one that is named.
///
/// # Errors
/// [`Problem::Wrong`].
pub(crate) fn withdraw(
    desk: &Desk,
    language: Language,
    entries: &[Entry],
    own: Option<(u64, &OperationName)>,
    given: &Withdrawn,
) -> Result<(), Problem> {
    let words = &language.words().cases;
    let entry = entries.iter().map(|(entry, _)| *entry).find(|entry| entry.to_string() == given.entry);
    let entry = entry.ok_or_else(|| Problem::Wrong(vec![("entry", words.choose_entry.to_owned())]))?;
    let part = own.filter(|(index, _)| *index == entry).map_or(Part::Only, |(_, name)| Part::One(name.clone()));
    happening::withdraw(desk, language, entry, &part, &given.reason)
}

/// What was wrong, to be shown at the form.
///
/// # Errors
/// A problem that is of no field.
pub(crate) fn refused(problem: Problem, given: Withdrawn, language: Language) -> Result<Refused, Problem> {
    match problem {
        Problem::Wrong(errors) => Ok(Refused { given, errors: in_language(errors, language) }),
        other => Err(other),
    }
}

/// Entries of an operation: its own, its closing, and who was told of it.
pub(crate) fn of_operation(state: &State, name: &OperationName, operation: &Operation, language: Language) -> Vec<Entry> {
    let words = &language.words().cases;
    let own = (operation.index, fill(words.entry_operation, &[&operation.index]));
    let closing = operation.closed.as_ref().filter(|closing| closing.index != operation.index);
    let closing = closing.map(|closing| (closing.index, fill(words.entry_closing, &[&closing.index])));
    let told = tellings(state, |told| told.telling.operation.as_ref() == Some(name), language);
    std::iter::once(own).chain(closing).chain(told).collect()
}

pub(crate) fn of_incident(incident: &Incident, language: Language) -> Vec<Entry> {
    vec![(incident.index, fill(language.words().cases.entry_incident, &[&incident.index]))]
}

/// Entries of an item that can be withdrawn: its recall, and who was told it by word of mouth.
pub(crate) fn of_item(state: &State, name: &ItemName, language: Language) -> Vec<Entry> {
    let recall = state.items.get(name).and_then(|item| item.recalled.as_ref());
    let recall = recall.map(|(index, _)| (*index, fill(language.words().cases.entry_recall, &[index])));
    recall.into_iter().chain(tellings(state, |told| told.telling.item.as_ref() == Some(name), language)).collect()
}

fn tellings(state: &State, is_of: impl Fn(&Told) -> bool, language: Language) -> Vec<Entry> {
    let words = &language.words().cases;
    let line = |told: &Told| {
        let persons: Vec<&str> = told.telling.persons.iter().map(|p| p.as_str()).collect();
        let who = match persons.as_slice() {
            [first, second, third, _, ..] => format!("{first}, {second}, {third} + {}", count(persons.len() - 3)),
            few => few.join(", "),
        };
        (told.index, fill(words.entry_telling, &[&told.index, &who, &moment(told.telling.at)]))
    };
    state.happenings.told.iter().filter(|told| is_of(told)).map(line).collect()
}
