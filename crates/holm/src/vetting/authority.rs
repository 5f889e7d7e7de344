//! Legal authorities: reviews of calls and accounts take place under one, within its scope and its dates, and what was learnt under it is
//! destroyed when its time is over (`docs/spec/vetting.md`).

use holm_record::event::Event;
use holm_record::event::vetting::{AuthorityFacts, CheckSort};
use holm_record::id::{AuthorityName, PersonId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::{CheckError, Vetting, odd};
use crate::policy::Permit;
use crate::state::State;
use crate::workspace::Workspace;

/// A legal authority in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Its entry.
    pub index: u64,
    /// When it was entered.
    pub at: Timestamp,
    /// Who entered it.
    pub by: String,
    /// What it allows.
    pub facts: AuthorityFacts,
}

/// How an authority stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthorityStanding {
    /// Its first day is to come.
    Early,
    /// It may be used.
    InForce,
    /// It may be used no longer.
    Expired,
    /// What was learnt under it is to be destroyed.
    Over,
}

/// There is no authority for something, or it cannot be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// Not a file of one.
    #[error("this is not a legal authority: {0}")]
    Malformed(String),
    /// No such authority.
    #[error("no legal authority `{0}` is recorded; record it with `holm check authority add FILE`")]
    Unknown(String),
    /// It does not allow this check.
    #[error("`{0}` does not allow a {1}")]
    Sort(AuthorityName, CheckSort),
    /// Nor of this person.
    #[error("`{0}` does not allow anything about `{1}`")]
    Person(AuthorityName, PersonId),
    /// Nor on this day.
    #[error("`{authority}` may be used from {from} to {until}, and not on {on}")]
    Day {
        /// The authority.
        authority: AuthorityName,
        /// Its first day.
        from: Date,
        /// Its last.
        until: Date,
        /// The day.
        on: Date,
    },
    /// One who asks and approves.
    #[error("`{0}` requested and approved; an authority is another person's to approve")]
    OwnApproval(String),
    /// Nobody or nothing.
    #[error("the authority names no {0}")]
    Nothing(&'static str),
    /// Not a review of calls or accounts.
    #[error("a {0} needs no legal authority; name phone-review or bank-review")]
    NotIntrusive(CheckSort),
    /// Dates.
    #[error("the authority's {0} ends before it begins, or after what was learnt is destroyed")]
    Dates(&'static str),
    /// To be kept.
    #[error("what was learnt under `{0}` may be kept until {1}; name the entries with `--entry` to destroy them before")]
    Kept(AuthorityName, Date),
    /// Nothing to destroy.
    #[error("nothing is kept of what was learnt under `{0}`")]
    Empty(AuthorityName),
    /// The same name.
    #[error("`{0}` is recorded already; give another name, or withdraw that entry")]
    Known(AuthorityName),
}

/// Reads an authority: a TOML file (`docs/spec/vetting.md`).
///
/// # Errors
/// [`AuthorityError::Malformed`] says what is wrong.
pub fn parse(text: &str) -> Result<AuthorityFacts, AuthorityError> {
    toml::from_str(text).map_err(|e| AuthorityError::Malformed(e.to_string().trim_end().to_owned()))
}

impl Authority {
    /// How it stands on a day.
    #[must_use]
    pub fn standing(&self, on: Date) -> AuthorityStanding {
        match &self.facts {
            f if on < f.valid_from => AuthorityStanding::Early,
            f if on <= f.valid_until => AuthorityStanding::InForce,
            f if on <= f.retain_until => AuthorityStanding::Expired,
            _ => AuthorityStanding::Over,
        }
    }
}

impl Vetting {
    /// That a recorded authority allows a check of a person on a day.
    ///
    /// # Errors
    /// [`AuthorityError`] says why it does not.
    pub fn allows(&self, named: &str, person: &PersonId, sort: CheckSort, on: Date) -> Result<&Authority, AuthorityError> {
        let unknown = || AuthorityError::Unknown(named.to_owned());
        let name = AuthorityName::new(named).map_err(|_| unknown())?;
        let authority = self.authorities.get(&name).ok_or_else(unknown)?;
        let AuthorityFacts { sorts, persons, valid_from, valid_until, .. } = &authority.facts;
        if !sorts.contains(&sort) {
            return Err(AuthorityError::Sort(name, sort));
        }
        if !persons.contains(person) {
            return Err(AuthorityError::Person(name, person.clone()));
        }
        if on < *valid_from || on > *valid_until {
            return Err(AuthorityError::Day { authority: name, from: *valid_from, until: *valid_until, on });
        }
        Ok(authority)
    }

    /// Entries of what was learnt under an authority: its checks, what was said to their concerns, and what statements said.
    #[must_use]
    pub fn learnt_under(&self, name: &AuthorityName) -> Vec<u64> {
        let under = |authority: &Option<String>| authority.as_deref() == Some(name.as_str());
        let checks = || self.checks.iter().filter(|check| check.facts.sort.is_intrusive() && under(&check.facts.authority));
        let said = self.answers.iter().filter(|(check, _)| checks().any(|of| of.index == *check)).map(|(_, entry)| *entry);
        let read = self.statements.iter().filter(|read| read.facts.authority == *name);
        let read = read.flat_map(|read| read.explained.iter().map(|of| of.index).chain([read.index]));
        let mut entries: Vec<u64> = checks().map(|check| check.index).chain(said).chain(read).collect();
        entries.sort_unstable();
        entries
    }
}

impl State {
    /// Authorities of which something is to be destroyed on a day, with how many entries.
    #[must_use]
    pub fn retention_over(&self, on: Date) -> Vec<(&Authority, usize)> {
        let over = self.vetting.authorities.values().filter(|authority| authority.standing(on) == AuthorityStanding::Over);
        let learnt = over.map(|authority| (authority, self.vetting.learnt_under(&authority.facts.authority).len()));
        learnt.filter(|(_, entries)| *entries > 0).collect()
    }
}

impl Workspace {
    /// That an authority can be one.
    ///
    /// # Errors
    /// [`CheckError`] names the first thing that is wrong.
    pub(crate) fn may_be_used(&self, facts: &AuthorityFacts) -> Result<(), CheckError> {
        let state = self.state();
        if state.vetting.authorities.contains_key(&facts.authority) {
            return Err(AuthorityError::Known(facts.authority.clone()).into());
        }
        let texts = [
            ("basis", &facts.basis),
            ("issued_by", &facts.issued_by),
            ("requested_by", &facts.requested_by),
            ("approved_by", &facts.approved_by),
        ];
        if let Some((name, _)) = texts.into_iter().find(|(_, text)| odd(text)) {
            return Err(CheckError::Text(name));
        }
        if facts.requested_by.trim().to_lowercase() == facts.approved_by.trim().to_lowercase() {
            return Err(AuthorityError::OwnApproval(facts.requested_by.clone()).into());
        }
        if facts.sorts.is_empty() || facts.persons.is_empty() {
            return Err(AuthorityError::Nothing(if facts.sorts.is_empty() { "checks" } else { "persons" }).into());
        }
        if let Some(sort) = facts.sorts.iter().find(|sort| !sort.is_intrusive()) {
            return Err(AuthorityError::NotIntrusive(*sort).into());
        }
        if let Some(unknown) = facts.persons.iter().find(|person| !state.persons.contains_key(person)) {
            return Err(CheckError::Unknown(unknown.clone()));
        }
        if facts.valid_until < facts.valid_from || facts.retain_until < facts.valid_until {
            return Err(AuthorityError::Dates("time").into());
        }
        if facts.data_until < facts.data_from {
            return Err(AuthorityError::Dates("data").into());
        }
        Ok(())
    }

    /// Entries of what was learnt under an authority whose time is over.
    ///
    /// # Errors
    /// [`AuthorityError`] if there is none of this name, it may still be kept, or nothing is.
    pub fn retained_too_long(&self, name: &AuthorityName, today: Date) -> Result<Vec<u64>, AuthorityError> {
        let vetting = &self.state().vetting;
        let authority = vetting.authorities.get(name).ok_or_else(|| AuthorityError::Unknown(name.to_string()))?;
        let until = authority.facts.retain_until;
        if authority.standing(today) != AuthorityStanding::Over {
            return Err(AuthorityError::Kept(name.clone(), until));
        }
        let entries = vetting.learnt_under(name);
        if entries.is_empty() { Err(AuthorityError::Empty(name.clone())) } else { Ok(entries) }
    }

    /// Records a legal authority; returns the entry. Where the policy of approvals names groups for it, they must have approved exactly this.
    ///
    /// # Errors
    /// [`CheckError`]; nothing is recorded then.
    pub fn add_authority(&mut self, permit: &Permit, facts: AuthorityFacts) -> Result<u64, CheckError> {
        self.may_be_used(&facts)?;
        Ok(self.append(permit, vec![Event::AuthorityRecorded(facts)])?)
    }
}
