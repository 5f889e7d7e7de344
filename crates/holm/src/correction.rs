//! What is done once an item does harm: its holders are told the true value of a fact that was varied, or it is burned
//! (`docs/spec/operations.md`).

use std::path::Path;

use holm_record::event::Event;
use holm_record::id::{IdError, ItemName, PersonId};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::policy::{Action, Permit, Refusal, may_receive};
use crate::prepare::{MarkOptions, PrepareError, Prepared};
use crate::share::{ShareError, Terms};
use crate::state::State;
use crate::vetting::gate::day_of;
use crate::workspace::{Workspace, WorkspaceError};

/// File name of corrections.
const FILE: &str = "correction.txt";

/// An item cannot be corrected or recalled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorrectionError {
    /// No such item.
    #[error("no item is named `{0}`")]
    NoItem(ItemName),
    /// Nothing to say.
    #[error("say what is true")]
    Empty,
    /// Nobody can be reached.
    #[error("no holder of `{0}` can be sent anything any more; tell them by word of mouth and record it with `holm tell`")]
    Nobody(ItemName),
    /// It is burned already.
    #[error("`{0}` was recalled already")]
    Recalled(ItemName),
    /// It corrects something already, or is what it would correct.
    #[error("`{0}` cannot be its correction: it must be another item that is shared and corrects nothing yet")]
    NoCorrection(ItemName),
    /// Not allowed.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The text.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// Sharing it.
    #[error(transparent)]
    Share(#[from] ShareError),
    /// A name is too long.
    #[error(transparent)]
    Id(#[from] IdError),
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// A correction that was sent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Sent {
    /// The item that corrects.
    pub correction: ItemName,
    /// To whom copies were issued.
    pub to: Vec<PersonId>,
    /// Holders who have left, have no key, or whose vetting is not in force: they must be told otherwise.
    pub unreached: Vec<PersonId>,
    /// Who was told the item by word of mouth only, and holds no copy.
    pub told_orally: Vec<PersonId>,
}

/// Who has read a correction.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Reading {
    /// The item that corrects.
    pub correction: ItemName,
    /// Who signed for it, and when.
    pub read: Vec<(PersonId, Timestamp)>,
    /// Who has not.
    pub unread: Vec<PersonId>,
}

impl State {
    /// For each correction of an item, who has read it.
    #[must_use]
    pub fn readings(&self, item: &ItemName) -> Vec<Reading> {
        let corrections = self.items.get(item).map(|i| i.corrections.as_slice()).unwrap_or_default();
        let reading = |correction: &ItemName| {
            let copies = self.items.get(correction).map(|i| i.disclosures.as_slice()).unwrap_or_default();
            let read = copies.iter().filter_map(|d| d.receipt.map(|at| (d.person.clone(), at))).collect();
            let unread = copies.iter().filter(|d| d.receipt.is_none()).map(|d| d.person.clone()).collect();
            Reading { correction: correction.clone(), read, unread }
        };
        corrections.iter().map(reading).collect()
    }

    /// What the next correction of an item is called.
    ///
    /// # Errors
    /// [`CorrectionError::NoItem`] if it was not released, [`CorrectionError::Id`] if the name would be too long.
    pub fn next_correction(&self, item: &ItemName) -> Result<ItemName, CorrectionError> {
        let known = self.items.get(item).filter(|i| i.released.is_some());
        let known = known.ok_or_else(|| CorrectionError::NoItem(item.clone()))?;
        Ok(ItemName::new(format!("{item}-correction-{}", known.corrections.len() + 1))?)
    }

    /// Holders of an item that can be sent something on a day, holders that cannot, and who was told it by word of mouth only.
    #[must_use]
    pub fn holders(&self, item: &ItemName, on: Date) -> (Vec<PersonId>, Vec<PersonId>, Vec<PersonId>) {
        let copies = self.items.get(item).map(|i| i.disclosures.as_slice()).unwrap_or_default();
        let mut all: Vec<PersonId> = copies.iter().map(|d| d.person.clone()).collect();
        all.sort();
        all.dedup();
        let tellings = self.happenings.told.iter().filter(|told| told.telling.item.as_ref() == Some(item));
        let mut orally: Vec<PersonId> =
            tellings.flat_map(|told| &told.telling.persons).filter(|p| !all.contains(p)).cloned().collect();
        orally.sort();
        orally.dedup();
        let held = self.held_back(&all, on);
        let reaches = |p: &PersonId| may_receive(self.persons.get(p), p).is_ok() && !held.contains_key(p);
        let (reached, unreached) = all.into_iter().partition(reaches);
        (reached, unreached, orally)
    }
}

impl Workspace {
    /// Sends every holder of an item what is true, as an item of its own without marks; its files are written to `out`, or given
    /// out as those of any item are.
    ///
    /// # Errors
    /// [`CorrectionError`]; a marking that asks for two persons refuses, and a correction shared by two persons is noted with
    /// [`Self::note_correction`].
    pub fn correct(&mut self, item: &ItemName, text: &str, out: Option<&Path>, now: Timestamp) -> Result<Sent, CorrectionError> {
        let known = self.state().items.get(item).ok_or_else(|| CorrectionError::NoItem(item.clone()))?;
        let release = known.released.as_ref().ok_or_else(|| CorrectionError::NoItem(item.clone()))?;
        if text.trim().is_empty() {
            return Err(CorrectionError::Empty);
        }
        let conditions = release.conditions.clone();
        let newest = known.corrections.last().cloned();
        let marking = self.state().recorded_marking(item);
        let options = MarkOptions { legal: true, still: true, marking: marking.clone(), ..MarkOptions::default() };
        let prepared = Prepared::new(text.as_bytes(), FILE, &options, None)?;
        // The same once more is the same correction, whose files are written again: the first try may have been cut short.
        let again = newest.filter(|newest| self.is_master_of(newest, &prepared.document));
        let correction = match &again {
            Some(newest) => newest.clone(),
            None => self.state().next_correction(item)?,
        };
        let (to, unreached, told_orally) = self.everything().holders(item, day_of(now));
        if to.is_empty() {
            return Err(CorrectionError::Nobody(item.clone()));
        }
        let (name, file) = (correction.clone(), FILE.to_owned());
        let terms = Terms { name, file, marking, conditions, second: None, planned: to.len(), review: None };
        let permit = self.permit(&Action::Share { item: &correction, to: &to, handling: terms.handling() }, now)?;
        let keyed = match again {
            Some(_) => self.reopen(&correction, &prepared.document, &[])?,
            None => self.freeze(&permit, &prepared, &terms)?.make_key(self, &permit, None)?,
        };
        let new = self.state().items.get(item).is_some_and(|i| !i.corrections.contains(&correction));
        let sealed = keyed.seal(self, &to, &|_| {})?;
        let noted = Event::CorrectionSent { item: item.clone(), correction: correction.clone() };
        let sealed = if new { sealed.beside(noted) } else { sealed };
        let (released, _) = sealed.append(self, &permit, &to, None)?;
        if let Some(out) = out {
            released.deliver(self, out)?;
        }
        Ok(Sent { correction, to, unreached, told_orally })
    }

    /// Notes that an item which was shared already corrects another.
    ///
    /// # Errors
    /// [`CorrectionError`].
    pub fn note_correction(&mut self, permit: &Permit, item: &ItemName, correction: &ItemName) -> Result<Sent, CorrectionError> {
        let state = self.state();
        let known = |name: &ItemName| state.items.get(name).filter(|i| i.released.is_some());
        known(item).ok_or_else(|| CorrectionError::NoItem(item.clone()))?;
        let corrects = state.items.values().any(|i| i.corrections.contains(correction));
        let with = known(correction).filter(|_| correction != item && !corrects);
        let to: Vec<PersonId> = with
            .ok_or_else(|| CorrectionError::NoCorrection(correction.clone()))?
            .disclosures
            .iter()
            .map(|d| d.person.clone())
            .collect();
        let (reached, mut unreached, told_orally) = self.everything().holders(item, day_of(permit.at()));
        unreached.extend(reached.into_iter().filter(|p| !to.contains(p)));
        self.append(permit, vec![Event::CorrectionSent { item: item.clone(), correction: correction.clone() }])?;
        Ok(Sent { correction: correction.clone(), to, unreached, told_orally })
    }

    /// Records that an item is burned: no further copy is issued.
    ///
    /// # Errors
    /// [`CorrectionError::NoItem`] and [`CorrectionError::Recalled`].
    pub fn recall(&mut self, permit: &Permit, item: &ItemName, reason: &str) -> Result<(), CorrectionError> {
        let known = self.state().items.get(item).filter(|i| i.released.is_some());
        let known = known.ok_or_else(|| CorrectionError::NoItem(item.clone()))?;
        if known.recalled.is_some() {
            return Err(CorrectionError::Recalled(item.clone()));
        }
        self.append(permit, vec![Event::ItemRecalled { item: item.clone(), reason: reason.to_owned() }])?;
        Ok(())
    }
}
