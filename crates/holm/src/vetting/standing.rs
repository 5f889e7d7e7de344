//! How people stand with what the schedule and draws ask of them.

use std::collections::BTreeMap;

use holm_record::event::vetting::{CheckResult, CheckSort};
use holm_record::id::PersonId;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::draw::obligations;
use super::{Check, Vetting, Waiver};
use crate::state::{Person, State};

/// Days before a check is over from which on it is due.
pub const NOTICE: i32 = 60;

/// How somebody stands with one sort of check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "standing")]
pub enum Standing {
    /// The newest that passed or failed is failed.
    Failed {
        /// On which day.
        on: Date,
    },
    /// Never passed.
    Missing,
    /// Passed once, and over; or drawn, and not taken in time.
    Overdue {
        /// The last day on which it counted.
        since: Date,
    },
    /// It counts, and is to be repeated soon, or at once.
    Due {
        /// The last day on which it counts.
        until: Date,
    },
    /// It is not asked for for a while.
    Waived {
        /// Until the end of which day.
        until: Date,
    },
    /// It counts.
    InForce {
        /// The last day on which it counts.
        until: Date,
    },
}

impl Standing {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Failed { .. } => "failed",
            Self::Missing => "missing",
            Self::Overdue { .. } => "overdue",
            Self::Due { .. } => "due",
            Self::Waived { .. } => "waived",
            Self::InForce { .. } => "in-force",
        }
    }

    /// Whether something is to be done.
    #[must_use]
    pub fn waits(&self) -> bool {
        !matches!(self, Self::Waived { .. } | Self::InForce { .. })
    }

    /// Whether it lets nothing be sent.
    #[must_use]
    pub fn holds_back(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Missing | Self::Overdue { .. })
    }
}

/// The register on a day: each person's checks once, however many there are, and what draws ask of whom.
pub(super) struct Register<'v> {
    vetting: &'v Vetting,
    on: Date,
    checks: BTreeMap<&'v PersonId, Vec<&'v Check>>,
    drawn: BTreeMap<(PersonId, CheckSort), (Date, Date)>,
}

impl<'v> Register<'v> {
    pub(super) fn of(vetting: &'v Vetting, on: Date) -> Self {
        let mut checks: BTreeMap<&PersonId, Vec<&Check>> = BTreeMap::new();
        vetting.checks.iter().for_each(|check| checks.entry(&check.facts.person).or_default().push(check));
        checks.values_mut().for_each(|checks| checks.sort_by_key(|check| (check.facts.on, check.index)));
        let day_is_over = TimeZone::system().to_timestamp(on.saturating_add(1.day()).at(0, 0, 0, 0));
        let drawn = obligations(&vetting.draws, on, day_is_over.unwrap_or(Timestamp::MAX));
        Self { vetting, on, checks, drawn }
    }

    /// Checks that are asked of somebody, with the months between them; none, where only a draw asks.
    pub(super) fn asked(&self, id: &PersonId, person: &Person) -> Vec<(CheckSort, Option<u32>)> {
        let mut asked: BTreeMap<CheckSort, Option<u32>> = BTreeMap::new();
        let drawn = CheckSort::ALL.iter().filter(|sort| self.drawn.contains_key(&(id.clone(), **sort)));
        asked.extend(drawn.map(|sort| (*sort, None)));
        if let Some((schedule, _)) = &self.vetting.schedule {
            asked.extend(schedule.asked(&person.facts.unit, person.facts.level).map(|(sort, months)| (sort, Some(months))));
        }
        asked.into_iter().collect()
    }

    /// How somebody stands with a sort.
    pub(super) fn standing(&self, id: &PersonId, sort: CheckSort, months: Option<u32>) -> Standing {
        let (standing, failed) = self.unwaived(id, sort, months);
        let runs =
            |w: &&Waiver| w.person == *id && w.sort == sort && w.until >= self.on && failed.is_none_or(|index| index < w.index);
        let until = self.vetting.waivers.iter().filter(runs).map(|waiver| waiver.until).max();
        until.map_or(standing, |until| Standing::Waived { until })
    }

    /// The same whatever is waived, and the entry by which it failed, if it did.
    pub(super) fn unwaived(&self, id: &PersonId, sort: CheckSort, months: Option<u32>) -> (Standing, Option<u64>) {
        let checks = self.checks.get(id).map(Vec::as_slice).unwrap_or_default();
        let taken = || checks.iter().rev().filter(|check| check.facts.sort == sort && check.facts.on <= self.on);
        let settled = taken().find(|check| matches!(check.facts.result, CheckResult::Passed | CheckResult::Failed));
        if let Some(check) = settled.filter(|check| check.facts.result == CheckResult::Failed) {
            return (Standing::Failed { on: check.facts.on }, Some(check.index));
        }
        let drawn = self.drawn.get(&(id.clone(), sort)).filter(|(since, _)| settled.is_none_or(|check| check.facts.on < *since));
        let by_schedule = |months: u32, check: &Check| check.facts.on.saturating_add(i64::from(months).months());
        let until = match (settled, months) {
            // Only a draw asks for it.
            (_, None) => Date::MAX,
            (None, Some(_)) => return (Standing::Missing, None),
            (Some(check), Some(months)) => by_schedule(months, check),
        };
        let until = settled.and_then(|check| check.facts.valid_until).map_or(until, |valid| valid.min(until));
        let until = drawn.map_or(until, |(_, by)| until.min(*by));
        let newest = taken().next().filter(|newest| settled.is_some_and(|check| check.index != newest.index));
        let unsettled = newest.is_some_and(|newest| settled.is_some_and(|check| newest.facts.on >= check.facts.on));
        let standing = if until < self.on {
            Standing::Overdue { since: until }
        } else if unsettled || drawn.is_some() || until <= self.on.saturating_add(NOTICE.days()) {
            Standing::Due { until }
        } else {
            Standing::InForce { until }
        };
        (standing, None)
    }
}

/// How somebody stands with a sort that is asked of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting<'s> {
    /// Who.
    pub id: &'s PersonId,
    /// What is known of them.
    pub person: &'s Person,
    /// Which sort.
    pub sort: CheckSort,
    /// How they stand with it.
    pub standing: Standing,
}

impl State {
    /// How everybody who has not left stands with everything that is asked of them on a day.
    #[must_use]
    pub fn vetting_on(&self, on: Date) -> Vec<Waiting<'_>> {
        let register = Register::of(&self.vetting, on);
        let mut rows = Vec::new();
        for (id, person) in self.persons.iter().filter(|(_, person)| !person.left) {
            let asked = register.asked(id, person).into_iter();
            rows.extend(asked.map(|(sort, months)| Waiting { id, person, sort, standing: register.standing(id, sort, months) }));
        }
        rows
    }
}
