//! A warning of danger to life: one person sends it at once, past everything that holds other items back, and another reviews it
//! within three days (`docs/spec/vetting.md`).
//!
//! It is an item of its own, word for word as it was written and without marks, so that it bears no marking, needs nobody's approval
//! and names nobody if it leaks. What it went past stands in the same append as its copies.

use std::collections::BTreeSet;
use std::path::PathBuf;

use ed25519_dalek::SigningKey;
use holm_record::commitment::hex;
use holm_record::event::{Device, Event};
use holm_record::id::{IdError, ItemName, PersonId};
use holm_record::note::sign;
use holm_record::tlog::leaf_hash;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::identity::{DeviceKeys, verifier};
use crate::policy::{Action, Permit, Refusal, can_open};
use crate::prepare::{MarkOptions, PrepareError, Prepared};
use crate::share::{ShareError, Terms};
use crate::state::State;
use crate::vetting::gate::day_of;
use crate::workspace::{OFFICER, Workspace, WorkspaceError};

/// Within this another person reviews it.
pub const REVIEW: SignedDuration = SignedDuration::from_hours(72);
/// First line of a review's note.
const HEADER: &str = "holm-warning-review/1";
/// File name of warnings.
const FILE: &str = "warning.txt";
/// Letters of a reason.
const LONGEST: usize = 500;

/// A warning in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Its entry.
    pub index: u64,
    /// When it went out.
    pub at: Timestamp,
    /// Who sent it, and so does not review it.
    pub by: String,
    /// The item.
    pub item: ItemName,
    /// Whom it warns.
    pub to: Vec<PersonId>,
    /// Of these, whose vetting was not in force.
    pub unvetted: Vec<PersonId>,
    /// Of these, who had left.
    pub left: Vec<PersonId>,
    /// Why it could not wait.
    pub reason: String,
    /// What another person says of it.
    pub review: Option<Review>,
}

/// What another person says of a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its entry.
    pub index: u64,
    /// When it was entered.
    pub at: Timestamp,
    /// Who.
    pub person: PersonId,
    /// Whether it was justified.
    pub justified: bool,
    /// The signed note.
    pub note: String,
}

/// Warnings, in the order of their entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings(Vec<Warning>);

/// A warning that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// The item.
    pub item: ItemName,
    /// To whom copies were issued.
    pub to: Vec<PersonId>,
    /// Who has no key to seal to: they must be warned by word of mouth.
    pub unreached: Vec<PersonId>,
    /// Whose vetting is not in force.
    pub unvetted: Vec<PersonId>,
    /// Who had left.
    pub left: Vec<PersonId>,
    /// Until when another person is to review it.
    pub review_by: Timestamp,
}

/// A warning cannot be sent or reviewed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WarningError {
    /// Nothing to say.
    #[error("say what the danger is, and what to do")]
    Empty,
    /// No reason.
    #[error("say in one line of 1 to {LONGEST} letters why this cannot wait")]
    Reason,
    /// Nobody can be reached.
    #[error("nobody of these has a key to seal to; warn them by word of mouth now, and record it with `holm tell`")]
    Nobody,
    /// No such warning.
    #[error("`{0}` is no warning; `holm warning list` shows all")]
    NoWarning(ItemName),
    /// Reviewed already.
    #[error("`{0}` was reviewed already, by `{1}`")]
    Reviewed(ItemName, PersonId),
    /// Not another person.
    #[error(
        "`{0}` cannot review this: a review is by a person of the roster who neither sent the warning nor was sent it, with a key of their own"
    )]
    NotBy(PersonId),
    /// The key file has no signing key.
    #[error("this key cannot sign; make one with `holm keygen` and have it enrolled")]
    NoSigner,
    /// Not allowed.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The text.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// Sending it.
    #[error(transparent)]
    Share(#[from] ShareError),
    /// A name is too long.
    #[error(transparent)]
    Id(#[from] IdError),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

impl Review {
    /// What else the person says, if they do.
    #[must_use]
    pub fn words(&self) -> Option<&str> {
        self.note.lines().find_map(|line| line.strip_prefix("words ")).filter(|words| *words != "-")
    }
}

impl Warning {
    /// Until when another person is to review it.
    #[must_use]
    pub fn review_by(&self) -> Timestamp {
        self.at.saturating_add(REVIEW).unwrap_or(Timestamp::MAX)
    }

    /// Whether nobody reviewed it in time, or not yet.
    #[must_use]
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.review.as_ref().map_or(now, |review| review.at) > self.review_by()
    }
}

impl Warnings {
    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Warning> {
        self.0.iter()
    }

    /// The one that an item is.
    #[must_use]
    pub fn get(&self, item: &ItemName) -> Option<&Warning> {
        self.0.iter().find(|warning| warning.item == *item)
    }

    pub(crate) fn apply(&mut self, index: u64, at: Timestamp, by: &str, event: &Event) {
        match event {
            Event::WarningReleased { item, to, unvetted, left, reason } => self.0.push(Warning {
                index,
                at,
                by: by.to_owned(),
                item: item.clone(),
                to: to.clone(),
                unvetted: unvetted.clone(),
                left: left.clone(),
                reason: reason.clone(),
                review: None,
            }),
            Event::WarningReviewed { item, person, justified, note } => {
                let open = self.0.iter_mut().find(|warning| warning.item == *item && warning.review.is_none());
                if let Some(warning) = open {
                    let (person, note) = (person.clone(), note.clone());
                    warning.review = Some(Review { index, at, person, justified: *justified, note });
                }
            }
            _ => {}
        }
    }
}

fn line(text: &str) -> Result<String, WarningError> {
    let text = text.trim();
    let fits = (1..=LONGEST).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(WarningError::Reason) }
}

/// Whom a warning goes to.
struct Whom {
    to: Vec<PersonId>,
    unreached: Vec<PersonId>,
    unvetted: Vec<PersonId>,
    left: Vec<PersonId>,
}

impl Whom {
    fn of(whole: &State, persons: &[PersonId], now: Timestamp) -> Result<Self, Refusal> {
        let distinct: BTreeSet<&PersonId> = persons.iter().collect();
        if let Some(unknown) = distinct.iter().find(|person| !whole.persons.contains_key(**person)) {
            return Err(Refusal::Unknown((**unknown).clone()));
        }
        let reaches = |person: &&PersonId| can_open(whole.persons.get(*person), person).is_ok();
        let (to, unreached): (Vec<&PersonId>, Vec<&PersonId>) = distinct.into_iter().partition(reaches);
        let unvetted = whole.held_back(to.iter().copied(), day_of(now)).into_keys().collect();
        let has_left = |person: &&&PersonId| whole.persons.get(**person).is_some_and(|p| p.left);
        let left = to.iter().filter(has_left).map(|person| (*person).clone()).collect();
        let owned = |persons: Vec<&PersonId>| persons.into_iter().cloned().collect();
        Ok(Self { to: owned(to), unreached: owned(unreached), unvetted, left })
    }
}

impl Workspace {
    /// Sends a warning of danger to life to whoever of these has a key, at once; its files are written to `out` of its name, or given
    /// out as those of any item are. The same once more writes the same files again.
    ///
    /// # Errors
    /// [`WarningError`]; then nothing was sent.
    pub fn warn(
        &mut self,
        (to, text, why): (&[PersonId], &str, &str),
        out: Option<&dyn Fn(&ItemName) -> PathBuf>,
        now: Timestamp,
    ) -> Result<Sent, WarningError> {
        let reason = line(why)?;
        if text.trim().is_empty() {
            return Err(WarningError::Empty);
        }
        if to.is_empty() {
            return Err(Refusal::NoRecipients.into());
        }
        let Whom { to, unreached, unvetted, left } = Whom::of(self.everything(), to, now)?;
        if to.is_empty() {
            return Err(WarningError::Nobody);
        }
        // Not a word of it is varied: whoever is warned must read what was meant.
        let options = MarkOptions { legal: true, still: true, ..MarkOptions::default() };
        let prepared = Prepared::new(text.as_bytes(), FILE, &options, None)?;
        let again = self.same_warning(&to, &reason, &prepared.document);
        let (item, released, review_by) = match again {
            Some((item, review_by)) => {
                let released = self.issued(&item, &to);
                (item, released, review_by)
            }
            None => {
                let item = self.next_warning(&prepared.document)?;
                let permit = self.permit(&Action::Warn { item: &item, to: &to }, now)?;
                let (name, file, planned) = (item.clone(), FILE.to_owned(), to.len());
                let terms = Terms { name, file, marking: None, conditions: None, second: None, planned, review: None };
                let keyed = self.freeze(&permit, &prepared, &terms)?.make_key(self, &permit, None)?;
                let sealed = keyed.seal(self, &to, &|_| {})?;
                let (of, whom, unvetted, left) = (item.clone(), to.clone(), unvetted.clone(), left.clone());
                let sealed = sealed.beside(Event::WarningReleased { item: of, to: whom, unvetted, left, reason });
                let (released, _) = sealed.append(self, &permit, &to, None)?;
                (item, released, now.saturating_add(REVIEW).unwrap_or(Timestamp::MAX))
            }
        };
        if let Some(out) = out {
            released.deliver(self, &out(&item))?;
        }
        Ok(Sent { item, to, unreached, unvetted, left, review_by })
    }

    /// A warning of the same text to the same people for the same reason, whose copies they can all still open; and when it is to be reviewed.
    fn same_warning(&self, to: &[PersonId], reason: &str, document: &[u8]) -> Option<(ItemName, Timestamp)> {
        let state = self.state();
        let opens = |item: &ItemName, person: &PersonId| {
            let usable = state.persons.get(person).into_iter().flat_map(|p| p.usable_devices());
            let copies = || state.items.get(item).into_iter().flat_map(|i| &i.disclosures).filter(|d| d.person == *person);
            usable.into_iter().any(|device| copies().any(|copy| copy.recipients.contains(&device.recipient)))
        };
        let same = |w: &&Warning| w.to == to && w.reason == reason && to.iter().all(|person| opens(&w.item, person));
        let found = state.warnings.iter().rev().filter(same).find(|warning| self.is_master_of(&warning.item, document));
        found.map(|warning| (warning.item.clone(), warning.review_by()))
    }

    /// The name of the next warning, or of one of the same text that was cut short.
    fn next_warning(&self, document: &[u8]) -> Result<ItemName, WarningError> {
        let own = self.sees_everything().then(String::new).unwrap_or_else(|| format!("{}-", self.actor()));
        let mut number = self.state().warnings.iter().count() + 1;
        loop {
            let name = ItemName::new(format!("{own}warning-{number}"))?;
            match self.state().items.get(&name) {
                None => return Ok(name),
                Some(item) if item.released.is_none() && self.is_pending(&name, document) => return Ok(name),
                Some(_) => number += 1,
            }
        }
    }

    /// Records what another person says of a warning, signed with a key of theirs; returns the entry.
    ///
    /// # Errors
    /// [`WarningError`]; nothing is recorded then.
    pub fn review_warning(
        &mut self,
        permit: &Permit,
        item: &ItemName,
        (person, keys): (&PersonId, &DeviceKeys),
        said: (bool, &str),
    ) -> Result<u64, WarningError> {
        let signer = keys.signer().zip(keys.signer_line()).map(|(signer, line)| (signer.clone(), line));
        self.reviewed(permit, item, person, signer, said)
    }

    /// The same by the member who opened this, with the key that opened it.
    ///
    /// # Errors
    /// As [`Self::review_warning`].
    pub fn review_warning_here(&mut self, permit: &Permit, item: &ItemName, said: (bool, &str)) -> Result<u64, WarningError> {
        let person = PersonId::new(self.actor())?;
        let signer = self.keys().signer().zip(self.keys().signer_line()).map(|(signer, line)| (signer.clone(), line));
        self.reviewed(permit, item, &person, signer, said)
    }

    fn reviewed(
        &mut self,
        permit: &Permit,
        item: &ItemName,
        person: &PersonId,
        signer: Option<(SigningKey, String)>,
        (justified, words): (bool, &str),
    ) -> Result<u64, WarningError> {
        let (signer, key) = signer.ok_or(WarningError::NoSigner)?;
        let words = if words.trim().is_empty() { "-".to_owned() } else { line(words)? };
        let warning = self.state().warnings.get(item).ok_or_else(|| WarningError::NoWarning(item.clone()))?.clone();
        if let Some(review) = &warning.review {
            return Err(WarningError::Reviewed(item.clone(), review.person.clone()));
        }
        if !self.may_review(&warning, person, &key) {
            return Err(WarningError::NotBy(person.clone()));
        }
        let (leaf, ..) = self.shown_entry(warning.index)?;
        let decision = if justified { "justified" } else { "unjustified" };
        let text = format!(
            "{HEADER}\nrecord {}\nitem {item}\nentry {}\ndecision {decision}\nperson {person}\nat {}\nwords {words}\n",
            self.log().origin(),
            hex(&leaf_hash(leaf.as_bytes())),
            permit.at()
        );
        let note = sign(&text, person.as_str(), &signer);
        let (item, person) = (item.clone(), person.clone());
        Ok(self.append(permit, vec![Event::WarningReviewed { item, person, justified, note }])?)
    }

    /// Whether the member who opened this may review a warning.
    #[must_use]
    pub fn may_review_here(&self, warning: &Warning) -> bool {
        let person = PersonId::new(self.actor()).ok();
        person.zip(self.keys().signer_line()).is_some_and(|(person, key)| self.may_review(warning, &person, &key))
    }

    /// Whether a person with this key may review a warning: enrolled with it, and neither who sent it nor whom it warns.
    fn may_review(&self, warning: &Warning, person: &PersonId, key: &str) -> bool {
        let all = self.everything();
        let is_it = |device: &Device| device.signer.as_deref() == Some(key) && verifier(device).is_some();
        let enrolled = all.persons.get(person).is_some_and(|p| !p.left && p.usable_devices().any(is_it));
        let is_officer = all.approvals.policy.as_ref().is_some_and(|policy| policy.officer.as_ref() == Some(person));
        let sent = if warning.by == OFFICER { is_officer } else { warning.by == person.as_str() };
        // One key would be one person under two names.
        let key_of_sender = all.working().any(|(name, _, held)| name.as_str() == warning.by && held.into_iter().any(is_it))
            || all.persons.iter().any(|(id, p)| id.as_str() == warning.by && p.facts.devices.iter().any(is_it))
            || all.members.is_one_officer() && self.keys().signer_line().as_deref() == Some(key);
        enrolled && !sent && !key_of_sender && !warning.to.contains(person)
    }
}
