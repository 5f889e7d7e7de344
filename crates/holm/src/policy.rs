//! Who may do what. Every function that discloses or records takes a [`Permit`], which only [`authorize`] makes.

use jiff::Timestamp;

use crate::marking::{Marking, MarkingError};
use crate::role::{UseCase, listed};
use crate::state::{Person, State};
use holm_record::event::member::Role;
use holm_record::id::{ItemName, PersonId};

/// What somebody wants to do.
#[derive(Clone, Debug)]
pub enum Action<'a> {
    /// Record what needs no other condition than the role of whoever does: that is asked for by what is recorded (`crate::role::needed`).
    Administer,
    /// Send an item to persons.
    Share {
        /// The item.
        item: &'a ItemName,
        /// To whom.
        to: &'a [PersonId],
        /// How it is to be handled; of an item that is released already, the recorded marking counts instead.
        handling: Handling<'a>,
    },
    /// Send a warning of danger to life.
    Warn {
        /// The item that warns.
        item: &'a ItemName,
        /// To whom.
        to: &'a [PersonId],
    },
    /// Look for the source of a leak.
    Trace {
        /// α that is asked for.
        alpha: f64,
        /// α of the workspace, which may only be lowered.
        limit: f64,
    },
    /// Open an item's key to a verifier.
    OpenItem {
        /// The item.
        item: &'a ItemName,
    },
}

/// How a new item is to be handled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Handling<'a> {
    /// Its marking.
    pub marking: Option<&'a Marking>,
    /// Whether a second person contributes to its key.
    pub two_persons: bool,
    /// Whether the originator states conditions.
    pub conditions: bool,
}

/// Authority to do one thing now.
#[derive(Clone, Debug)]
pub struct Permit {
    actor: String,
    at: Timestamp,
}

impl Permit {
    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// When.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

/// Something is not allowed.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// The marking forbids it.
    #[error(transparent)]
    Marking(#[from] MarkingError),
    /// Nobody to send to.
    #[error("no recipients: an item is never sent to an empty set; say `--to PERSON`, `--to unit:UNIT` or `--to all`")]
    NoRecipients,
    /// A recipient is not on the roster.
    #[error("`{0}` is not on the roster; add the person with `holm person import`")]
    Unknown(PersonId),
    /// A recipient left.
    #[error("`{0}` has left and gets nothing further")]
    Left(PersonId),
    /// A recipient has no device left to seal to.
    #[error("`{0}` has no key to seal to: every device was lost, or none was enrolled; enrol one with `holm person update`")]
    NoDevice(PersonId),
    /// Recipients whose vetting is not in force. Nothing is said of why: not everybody who shares sees the register.
    #[error(
        "the vetting of {} is not in force, so that they are sent nothing; nothing was shared: leave them out, or ask a vetting officer; what cannot wait because a life depends on it goes out with `holm warning send`",
        named(.0)
    )]
    NotVetted(Vec<PersonId>),
    /// The key was opened to a verifier.
    #[error("the key of `{0}` was opened: further copies could not be proved; share the text as a new item")]
    Opened(ItemName),
    /// The item is burned.
    #[error("`{0}` was recalled and goes to nobody further: {1}")]
    Recalled(ItemName, String),
    /// Its master is gone.
    #[error(
        "the master of `{0}` was destroyed: a further copy could not be traced; share the text as a new item, if it may be kept"
    )]
    Destroyed(ItemName),
    /// Another role's.
    #[error("`{actor}` ({}) may not do this (`{case}`): it is for {}; a custodian gives roles with `holm member set`", listed(.roles), listed(&.case.roles().collect::<Vec<_>>()))]
    Role {
        /// Who asked.
        actor: String,
        /// As what.
        roles: Vec<Role>,
        /// For what.
        case: UseCase,
    },
    /// A key that nobody works with.
    #[error("this key is no member's of this workspace; a custodian can make its holder one with `holm member set`")]
    NoMember,
    /// Names of those who see no others' items.
    #[error(
        "`{0}` cannot be the item's name: an originator who sees no others' items names theirs `{1}-…`, and nobody else does"
    )]
    ItemNamed(ItemName, String),
    /// α above the workspace's.
    #[error("α {asked} is above the workspace's {limit}; `--alpha` may only lower it")]
    Alpha {
        /// What was asked for.
        asked: f64,
        /// What the workspace allows.
        limit: f64,
    },
    /// The item does not exist.
    #[error("no item is named `{0}`")]
    NoItem(ItemName),
}

/// Checks an action against the state; the permit is for this actor and this moment.
///
/// # Errors
/// [`Refusal`] names the first thing that is not allowed.
pub fn authorize(state: &State, actor: &str, at: Timestamp, action: &Action<'_>) -> Result<Permit, Refusal> {
    match action {
        Action::Administer => {}
        Action::Share { item, to, handling } => {
            state.may(actor, UseCase::Share)?;
            if !state.items.contains_key(item) {
                state.may_be_named(actor, item)?;
            }
            if to.is_empty() {
                return Err(Refusal::NoRecipients);
            }
            if state.items.get(item).is_some_and(|i| i.opened) {
                return Err(Refusal::Opened((*item).clone()));
            }
            if let Some((_, reason)) = state.items.get(item).and_then(|i| i.recalled.as_ref()) {
                return Err(Refusal::Recalled((*item).clone(), reason.clone()));
            }
            if state.items.get(item).is_some_and(|i| state.has_no_master(i)) {
                return Err(Refusal::Destroyed((*item).clone()));
            }
            to.iter().try_for_each(|person| may_receive(state.persons.get(person), person))?;
            handled(state, item, to, *handling)?;
        }
        Action::Warn { item, to } => {
            state.may(actor, UseCase::Share)?;
            state.may_be_named(actor, item)?;
            if to.is_empty() {
                return Err(Refusal::NoRecipients);
            }
            to.iter().try_for_each(|person| can_open(state.persons.get(person), person))?;
        }
        Action::Trace { alpha, limit } => {
            state.may(actor, UseCase::Trace)?;
            if !(*alpha > 0.0 && alpha <= limit) {
                return Err(Refusal::Alpha { asked: *alpha, limit: *limit });
            }
        }
        Action::OpenItem { item } => {
            state.may(actor, UseCase::OpenKey)?;
            state.items.get(item).ok_or_else(|| Refusal::NoItem((*item).clone()))?;
        }
    }
    Ok(Permit { actor: actor.to_owned(), at })
}

/// Checks the marking's rules. A marking that was recorded before it had any (a free text) has none.
fn handled(state: &State, item: &ItemName, to: &[PersonId], handling: Handling<'_>) -> Result<(), MarkingError> {
    if state.items.get(item).is_some_and(|i| i.released.is_some()) {
        return state.recorded_marking(item).map_or(Ok(()), |m| m.check(state, to, true, true));
    }
    handling.marking.map_or(Ok(()), |m| m.check(state, to, handling.two_persons, handling.conditions))
}

/// Checks that a person can be sent something now.
///
/// # Errors
/// [`Refusal`] says why not.
pub fn may_receive(person: Option<&Person>, id: &PersonId) -> Result<(), Refusal> {
    let person = person.ok_or_else(|| Refusal::Unknown(id.clone()))?;
    if person.left {
        return Err(Refusal::Left(id.clone()));
    }
    can_open(Some(person), id)
}

/// Checks that a person has a key that opens what is sent, whether they have left or not.
pub(crate) fn can_open(person: Option<&Person>, id: &PersonId) -> Result<(), Refusal> {
    let person = person.ok_or_else(|| Refusal::Unknown(id.clone()))?;
    let has_key = person.usable_devices().next().is_some();
    if has_key { Ok(()) } else { Err(Refusal::NoDevice(id.clone())) }
}

/// The first few of several persons, and how many more there are.
fn named(persons: &[PersonId]) -> String {
    const FEW: usize = 8;
    let shown: Vec<String> = persons.iter().take(FEW).map(|person| format!("`{person}`")).collect();
    let more = persons.len().saturating_sub(FEW);
    format!("{}{}", shown.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() })
}
