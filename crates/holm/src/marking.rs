//! Markings: how an item may be handled, by schemes whose rules are enforced rather than only shown (`docs/spec/marking.md`).
//!
//! An item may have several markings at once, one of each scheme. All of them hold: what one of them forbids is forbidden.

mod scheme;

use std::fmt;

use holm_marks::carrier::label::{Labelled, Labels, label, own_portion};
use holm_marks::carrier::{CarrierError, Master};
use holm_marks::frame::Language;
use holm_record::event::Event;
use holm_record::id::{ItemName, PersonId};

use crate::policy::Permit;
use crate::state::State;
use crate::workspace::{Workspace, WorkspaceError};
pub use scheme::{Bar, Level, PassOn, Scheme, SchemeError, Schemes};

/// A marking cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MarkingError {
    /// No scheme has it.
    #[error(
        "`{0}` is no marking that this workspace knows; it knows {1}; bring in a scheme of your own with `holm marking import FILE`"
    )]
    Unknown(String, String),
    /// Two of one scheme.
    #[error("`{0}` and `{1}` are of one scheme; an item has one marking of each scheme")]
    Twice(String, String),
    /// A paragraph is marked higher than the document.
    #[error(
        "paragraph {paragraph} is marked ({own}), which the document's marking `{whole}` does not cover; mark the whole document as its strictest paragraph is"
    )]
    Above {
        /// Number of the paragraph, from 1.
        paragraph: usize,
        /// Its portion mark.
        own: String,
        /// The document's marking.
        whole: String,
    },
    /// A recipient is outside.
    #[error("`{marking}` does not allow `{person}` to receive it: {why}")]
    Outside {
        /// The marking.
        marking: String,
        /// Who.
        person: PersonId,
        /// Why.
        why: Bar,
    },
    /// Two persons must make the key.
    #[error("`{0}` is released by two persons only; name the second with `--second PERSON`")]
    TwoPersons(String),
    /// The restriction is not stated.
    #[error("`{0}` means a restriction that you state; add it with `--conditions TEXT`")]
    NoConditions(String),
}

/// Everything that an item is marked with; all of it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marking {
    /// One of each scheme at most, in the order of the schemes.
    levels: Vec<Level>,
    /// What it was read by.
    schemes: Schemes,
}

impl fmt::Display for Marking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.levels.iter().map(|l| l.name.as_str()).collect::<Vec<_>>().join("//"))
    }
}

impl Marking {
    /// Reads markings that are separated by `//` or commas, in any case: `TLP:AMBER//SIENA:H2`. Nothing of the kind is `None`.
    ///
    /// # Errors
    /// [`MarkingError::Unknown`] and [`MarkingError::Twice`].
    pub fn parse(text: &str, schemes: &Schemes) -> Result<Option<Self>, MarkingError> {
        let mut levels: Vec<(usize, Level)> = Vec::new();
        for name in text.split("//").flat_map(|part| part.split(',')).map(str::trim).filter(|n| !n.is_empty()) {
            let (order, level) =
                schemes.find(name).ok_or_else(|| MarkingError::Unknown(name.to_owned(), schemes.names().join(", ")))?;
            if let Some((_, other)) = levels.iter().find(|(o, _)| *o == order) {
                return Err(MarkingError::Twice(other.name.clone(), level.name.clone()));
            }
            levels.push((order, level.clone()));
        }
        levels.sort_by_key(|(order, _)| *order);
        let levels: Vec<Level> = levels.into_iter().map(|(_, l)| l).collect();
        Ok((!levels.is_empty()).then(|| Self { levels, schemes: schemes.clone() }))
    }

    /// The levels, in the order of their schemes.
    #[must_use]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// What stands in brackets before a portion.
    #[must_use]
    pub fn portion(&self) -> String {
        self.levels.iter().map(|l| l.portion.as_str()).collect::<Vec<_>>().join("//")
    }

    /// How holders may pass the item on: only as far as every marking allows.
    #[must_use]
    pub fn pass_on(&self) -> PassOn {
        self.levels.iter().map(|l| l.pass_on).min().unwrap_or(PassOn::Anyone)
    }

    /// What a recipient accepts: the originator's own conditions, then what each marking means.
    #[must_use]
    pub fn conditions(&self, own: Option<&str>, language: Option<Language>) -> String {
        let means = self.levels.iter().map(|l| l.conditions(language));
        own.into_iter().chain(means).filter(|c| !c.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// Checks that it may be shared so: every recipient is one that every marking allows, two persons make the key if one of
    /// them asks for it, and a restriction is stated where one is promised.
    ///
    /// # Errors
    /// [`MarkingError`] names the first thing that is not allowed.
    pub fn check(&self, state: &State, to: &[PersonId], two_persons: bool, conditions: bool) -> Result<(), MarkingError> {
        for level in &self.levels {
            let name = || level.name.clone();
            if level.two_persons && !two_persons {
                return Err(MarkingError::TwoPersons(name()));
            }
            if level.states_conditions && !conditions {
                return Err(MarkingError::NoConditions(name()));
            }
            for person in to {
                let facts = state.persons.get(person).map(|p| &p.facts);
                if let Some(why) = facts.and_then(|f| level.refuses(f)) {
                    return Err(MarkingError::Outside { marking: name(), person: person.clone(), why });
                }
            }
        }
        Ok(())
    }

    /// Writes banner and portion marks into a document, whose own portion marks are kept.
    ///
    /// # Errors
    /// [`LabelError`] if it cannot be marked, or if a portion is marked higher than the whole.
    pub fn label(&self, bytes: &[u8], name: &str) -> Result<Labelled, LabelError> {
        let known = |inside: &str| self.schemes.portion(inside).is_some();
        let master = Master::parse(bytes, name)?;
        for (block, text) in master.blocks().iter().enumerate() {
            let Some(own) = own_portion(text, &known) else { continue };
            let parts = self.schemes.portion(own).unwrap_or_default();
            if !parts.iter().all(|part| self.covers(*part)) {
                let (own, whole) = (own.to_owned(), self.to_string());
                return Err(MarkingError::Above { paragraph: block + 1, own, whole }.into());
            }
        }
        Ok(label(bytes, name, &Labels { banner: &self.to_string(), portion: &self.portion(), known: &known })?)
    }

    /// Whether this marking is at least as strict as a level of a scheme.
    fn covers(&self, (order, level): (usize, usize)) -> bool {
        self.levels.iter().any(|own| self.schemes.place(&own.name).is_some_and(|(o, l)| o == order && l >= level))
    }
}

/// Labels cannot be written into a document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// The document.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
    /// A portion.
    #[error(transparent)]
    Marking(#[from] MarkingError),
}

/// A scheme cannot be brought in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file.
    #[error(transparent)]
    Scheme(#[from] SchemeError),
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

impl State {
    /// The schemes that a workspace knows: those of Holm and those that were brought in.
    #[must_use]
    pub fn schemes(&self) -> Schemes {
        Schemes::with(self.schemes.values().cloned())
    }

    /// The marking that an item was released with; one that was recorded before markings had rules is none.
    #[must_use]
    pub fn recorded_marking(&self, item: &ItemName) -> Option<Marking> {
        let released = self.items.get(item)?.released.as_ref()?;
        Marking::parse(released.marking.as_deref()?, &self.schemes()).ok().flatten()
    }
}

impl Workspace {
    /// The schemes that this workspace knows: those of Holm and those that were brought in.
    #[must_use]
    pub fn schemes(&self) -> Schemes {
        self.state().schemes()
    }

    /// Brings in a scheme, in place of an earlier one of the same name; returns its name.
    ///
    /// # Errors
    /// [`ImportError`]; nothing is recorded then.
    pub fn import_scheme(&mut self, permit: &Permit, text: &str) -> Result<String, ImportError> {
        let scheme = Scheme::parse(text)?;
        let name = scheme.name.clone();
        self.append(permit, vec![Event::SchemeImported { scheme: name.clone(), text: text.to_owned() }])?;
        Ok(name)
    }
}

#[cfg(test)]
mod tests;
