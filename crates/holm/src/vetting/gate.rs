//! That nobody whose vetting is not in force is sent anything, and who is excepted from that (`docs/spec/vetting.md`).
//!
//! It is asked where anything is appended, so that no path leads around it. What it never holds back is a warning of danger to life
//! ([`crate::warning`]).

use std::collections::{BTreeMap, BTreeSet};

use holm_record::event::Event;
use holm_record::event::approval::{Act, ActKind};
use holm_record::event::vetting::CheckSort;
use holm_record::id::{ItemName, PersonId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::standing::Register;
use super::{CheckError, LONGEST_WAIVER, Vetting, reason};
use crate::policy::{Permit, Refusal};
use crate::state::State;
use crate::workspace::Workspace;

/// Somebody may be sent things although checks of them are not in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Its entry.
    pub index: u64,
    /// Who.
    pub person: PersonId,
    /// Which checks.
    pub sorts: Vec<CheckSort>,
    /// Until the end of which day.
    pub until: Date,
    /// Why.
    pub reason: String,
}

/// Whom a list of recipients reaches now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receivers {
    /// Who can be sent something.
    pub to: Vec<PersonId>,
    /// Who is of a unit or of all, and is passed over: their vetting is not in force.
    pub held_back: Vec<PersonId>,
}

/// The day it is where this runs.
#[must_use]
pub fn day_of(at: Timestamp) -> Date {
    TimeZone::system().to_datetime(at).date()
}

impl State {
    /// Whoever of these may be sent nothing on a day, with the checks that are not in force. Nobody without a schedule, or before the day from
    /// which it counts.
    #[must_use]
    pub fn held_back<'p>(&self, persons: impl IntoIterator<Item = &'p PersonId>, on: Date) -> BTreeMap<PersonId, Vec<CheckSort>> {
        let persons: BTreeSet<&PersonId> = persons.into_iter().collect();
        // Asked for at every append, most of which send nobody anything.
        if persons.is_empty() || !self.vetting.schedule.as_ref().is_some_and(|(schedule, _)| schedule.gates(on)) {
            return BTreeMap::new();
        }
        let register = Register::of(&self.vetting, on);
        let mut held = BTreeMap::new();
        for id in persons {
            let Some(person) = self.persons.get(id) else { continue };
            let lacks = |(sort, months): &(CheckSort, Option<u32>)| {
                let (standing, failed) = register.unwaived(id, *sort, *months);
                standing.holds_back() && !self.vetting.is_excepted(id, *sort, failed, on)
            };
            let lacking: Vec<CheckSort> = register.asked(id, person).into_iter().filter(lacks).map(|(sort, _)| sort).collect();
            if !lacking.is_empty() {
                held.insert(id.clone(), lacking);
            }
        }
        held
    }
}

impl Vetting {
    /// Whether an exception runs for a check; what failed after it is not what it was for.
    fn is_excepted(&self, id: &PersonId, sort: CheckSort, failed: Option<u64>, on: Date) -> bool {
        let runs = |e: &Exception| {
            e.person == *id && e.until >= on && e.sorts.contains(&sort) && failed.is_none_or(|index| index < e.index)
        };
        self.exceptions.iter().any(runs)
    }
}

/// That whoever is sent something has their vetting in force.
///
/// # Errors
/// [`Refusal::NotVetted`] names whoever has not, and says nothing of why.
pub(crate) fn received<'p>(
    state: &State,
    persons: impl IntoIterator<Item = &'p PersonId>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let held: Vec<PersonId> = state.held_back(persons, day_of(now)).into_keys().collect();
    if held.is_empty() { Ok(()) } else { Err(Refusal::NotVetted(held)) }
}

/// The same of what is to be recorded, but for whom a warning of danger to life goes to.
pub(crate) fn gate(state: &State, events: &[Event], now: Timestamp) -> Result<(), Refusal> {
    let warned: BTreeSet<(&ItemName, &PersonId)> = events
        .iter()
        .filter_map(|event| if let Event::WarningReleased { item, to, .. } = event { Some((item, to)) } else { None })
        .flat_map(|(item, to)| to.iter().map(move |person| (item, person)))
        .collect();
    let told = events.iter().filter_map(|event| match event {
        Event::Disclosure { item, person, .. } if !warned.contains(&(item, person)) => Some(person),
        _ => None,
    });
    received(state, told, now)
}

impl Workspace {
    /// Whom `--to` of a release means: persons as they are named, and of units or of all whoever can be sent something now.
    ///
    /// # Errors
    /// The word that is no person and no unit that anybody is in.
    pub fn receivers(&self, to: &[String], now: Timestamp) -> Result<Receivers, String> {
        let (mut named, mut of_many) = (BTreeSet::new(), BTreeSet::new());
        for one in to {
            let found = self.state().resolve(one).ok_or_else(|| one.clone())?;
            let is_many = one == "all" || one.starts_with("unit:");
            if is_many {
                of_many.extend(found)
            } else {
                named.extend(found)
            };
        }
        of_many.retain(|person| !named.contains(person));
        let held = self.everything().held_back(&of_many, day_of(now));
        let (held_back, reached): (Vec<_>, Vec<_>) = of_many.into_iter().partition(|person| held.contains_key(person));
        let mut to: Vec<PersonId> = named.into_iter().chain(reached).collect();
        to.sort();
        Ok(Receivers { to, held_back })
    }

    /// Whoever of the roster is sent nothing now, whether or not whoever opened this sees why.
    #[must_use]
    pub fn held_back_now(&self, now: Timestamp) -> BTreeSet<PersonId> {
        self.everything().held_back(self.state().persons.keys(), day_of(now)).into_keys().collect()
    }

    /// What letting somebody be sent things is, as it is approved: although these checks are not in force, or whichever are not now.
    ///
    /// # Errors
    /// [`CheckError`].
    pub fn except_act(&self, person: &PersonId, sorts: &[CheckSort], until: Date, today: Date) -> Result<Act, CheckError> {
        if !self.state().persons.contains_key(person) {
            return Err(CheckError::Unknown(person.clone()));
        }
        if until < today || until > today.saturating_add(LONGEST_WAIVER.days()) {
            return Err(CheckError::Waiver(until));
        }
        let mut sorts = sorts.to_vec();
        if sorts.is_empty() {
            sorts = self.state().held_back([person], today).remove(person).unwrap_or_default();
        }
        sorts.sort_unstable();
        sorts.dedup();
        if sorts.is_empty() {
            return Err(CheckError::InForce(person.clone()));
        }
        Ok(Act::Except { person: person.clone(), sorts, until })
    }

    /// Lets somebody be sent things although checks of them are not in force; returns the entry. Others must have approved exactly that.
    ///
    /// # Errors
    /// [`CheckError`]; nothing is recorded then.
    pub fn except(
        &mut self,
        permit: &Permit,
        (person, sorts, until): (&PersonId, &[CheckSort], Date),
        why: &str,
    ) -> Result<u64, CheckError> {
        let (person, sorts, reason) = (person.clone(), sorts.to_vec(), reason(why)?);
        Ok(self.append(permit, vec![Event::ExceptionRecorded { person, sorts, until, reason }])?)
    }
}

/// That what is never one person's has somebody to approve it.
pub(crate) fn has_approvers(state: &State, events: &[Event]) -> bool {
    let excepts = events.iter().any(|event| matches!(event, Event::ExceptionRecorded { .. }));
    !excepts || state.approvals.needed(ActKind::Except)
}
