//! Before and after a measure: how often operations were betrayed, how long leaks went unnoticed, how many leak by what is believed, how
//! many have their vetting in force; each with its interval, and what cannot be concluded.
//!
//! A difference is never called the measure's effect: nothing was assigned by chance.

mod conclusion;
mod side;

use holm_inference::effect::{Counted, change};
use holm_inference::infiltration::{Change, changes};
use holm_inference::posterior::Sampling;
use holm_record::event::approval::Masked;
use holm_record::record::RecordError;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Head, ProgrammeError, listed, midnight};
use crate::belief::course::Count;
use crate::belief::{BeliefError, MODEL, Weighed, weigh};
use crate::state::State;
use crate::vetting::gate::day_of;
use crate::workspace::{Workspace, WorkspaceError};
pub use conclusion::{Caveat, Other, OtherSort, Seeing};
pub use side::{Coverage, Delays, Side};

/// The version of what is compared how.
pub const EFFECT: &str = "holm-effect/1";
/// Days before and after that are compared where nothing else is said.
pub const DAYS: u32 = 180;
/// The most that can be asked for: ten years.
const MOST_DAYS: u32 = 3660;

/// A measure, and what is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// Its day: after begins with it, at midnight in UTC.
    pub on: Date,
    /// What it is called.
    pub name: String,
    /// The unit that it is about, if it is one.
    pub unit: Option<String>,
    /// Days before it.
    pub before: u32,
    /// Days from it on.
    pub after: u32,
}

/// So many of so many, with its exact interval at 0.95.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub hits: usize,
    /// Of how many.
    pub of: usize,
    /// The share.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Share {
    /// `None` of nothing.
    fn of(hits: usize, of: usize) -> Option<Self> {
        let estimate = counted(hits, of)?.estimate();
        Some(Self { hits, of, value: estimate.value, low: estimate.low, high: estimate.high })
    }

    /// The change to another, with its interval at 0.95; `None` with fewer than six on a side.
    fn change(self, after: Self) -> Option<Difference> {
        let difference = change(counted(self.hits, self.of)?, counted(after.hits, after.of)?)?;
        Some(Difference { value: difference.value, low: difference.low, high: difference.high })
    }
}

fn counted(hits: usize, of: usize) -> Option<Counted> {
    Counted::new(u32::try_from(hits).ok()?, u32::try_from(of).ok()?)
}

/// After less before, with its interval at 0.95.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The difference.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Difference {
    /// Whether no difference is within it.
    #[must_use]
    pub fn may_be_none(&self) -> bool {
        self.low <= 0.0 && self.high >= 0.0
    }
}

/// How many of some people leak on either side, by what is believed now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Infiltration {
    /// How many people these are.
    pub people: usize,
    /// Before: mean, and 5, 50 and 95 of 100 draws.
    pub before: Count,
    /// After.
    pub after: Count,
    /// The mean of after less before.
    pub change: f64,
    /// 5, 50 and 95 of 100 draws of after less before.
    pub range: [i64; 3],
}

impl Infiltration {
    fn of(people: usize, change: &Change) -> Self {
        let count = |of: holm_inference::infiltration::Count| Count { mean: of.mean, range: of.range };
        let (before, after) = (count(change.before), count(change.after));
        Self { people, before, after, change: change.mean, range: change.range }
    }
}

/// What is believed on either side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Believed {
    /// Version of the model.
    pub model: &'static str,
    /// Sweeps that were kept, of each chain.
    pub sweeps: usize,
    /// Largest rank-R̂.
    pub rank_r: f64,
    /// Largest standard error of a probability.
    pub error: f64,
    /// Everybody on the roster.
    pub all: Infiltration,
    /// By unit.
    pub units: Vec<(String, Infiltration)>,
    /// By level of rank.
    pub levels: Vec<(u8, Infiltration)>,
}

/// Before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// The version of what is compared how.
    pub method: &'static str,
    /// From which record.
    #[serde(flatten)]
    pub head: Head,
    /// When it was computed.
    pub at: Timestamp,
    /// Seed of what is believed.
    pub seed: u64,
    /// What is compared.
    pub measure: Measure,
    /// Before it.
    pub before: Side,
    /// From it on.
    pub after: Side,
    /// The change of the share of operations that were betrayed.
    pub change: Option<Difference>,
    /// The change of the share of items that leaked.
    pub items: Option<Difference>,
    /// What is believed; absent where nothing can be.
    pub believed: Option<Believed>,
    /// Why nothing is believed.
    pub no_beliefs: Option<String>,
    /// What cannot be concluded, and why.
    pub caveats: Vec<Caveat>,
}

impl Workspace {
    /// Compares before and after. Deterministic by the record, the seed and the time.
    ///
    /// # Errors
    /// [`ProgrammeError`]; then nothing is compared.
    pub fn effect(&mut self, measure: &Measure, seed: u64, now: Timestamp) -> Result<Effect, ProgrammeError> {
        let entries = self.entries()?;
        let masked = self.mask(&Masked::Beliefs, now).is_on();
        let told_until = self.state().told_until;
        let state = self.everything();
        let [from, at, until] = times(measure, state, now)?;
        let before = side::side(state, &entries, measure, (from, at));
        let after = side::side(state, &entries, measure, (at, until));
        if before.operations.is_none() {
            return Err(ProgrammeError::NothingBefore { days: measure.before, on: measure.on });
        }
        let (believed, no_beliefs) = match believed(state, measure, seed, [from, at, until], (masked, now)) {
            Ok(believed) => (Some(believed), None),
            Err(BeliefError::Workspace(error)) => return Err(error.into()),
            Err(error) => (None, Some(error.to_string())),
        };
        let caveats = conclusion::caveats(&entries, measure, [&before, &after], now, believed.is_some());
        let change = before.operations.zip(after.operations).and_then(|(before, after)| before.change(after));
        let items = before.items.zip(after.items).and_then(|(before, after)| before.change(after));
        let checkpoint = self.record_mut().store_mut().checkpoint(told_until).map_err(RecordError::from);
        let checkpoint = checkpoint.map_err(WorkspaceError::from)?;
        Ok(Effect {
            method: EFFECT,
            head: Head { entries: told_until, checkpoint },
            at: now,
            seed,
            measure: measure.clone(),
            before,
            after,
            change,
            items,
            believed,
            no_beliefs,
            caveats,
        })
    }
}

/// When before begins, the measure, and when after ends: not later than now.
fn times(measure: &Measure, state: &State, now: Timestamp) -> Result<[Timestamp; 3], ProgrammeError> {
    if let Some(unit) = &measure.unit
        && !state.persons.values().any(|person| person.facts.unit == *unit)
    {
        let mut units: Vec<&str> = state.persons.values().map(|person| person.facts.unit.as_str()).collect();
        units.sort_unstable();
        units.dedup();
        return Err(ProgrammeError::NoUnit(unit.clone(), listed(units)));
    }
    for days in [measure.before, measure.after] {
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(ProgrammeError::Days(days));
        }
    }
    let at = midnight(measure.on).filter(|at| *at < now).ok_or(ProgrammeError::Future(measure.on))?;
    let days = |days: u32| SignedDuration::from_hours(24 * i64::from(days));
    let from = at.checked_sub(days(measure.before)).unwrap_or(Timestamp::MIN);
    let until = at.checked_add(days(measure.after)).unwrap_or(now).min(now);
    Ok([from, at, until])
}

fn believed(
    state: &State,
    measure: &Measure,
    seed: u64,
    times: [Timestamp; 3],
    (masked, now): (bool, Timestamp),
) -> Result<Believed, BeliefError> {
    let Weighed { translation, priors, found, .. } = weigh(state, seed, Some(day_of(now)))?;
    let sampling = Sampling::brief(seed).within(&translation.case);
    let seconds = times.map(|at| at.as_second() as f64);
    let found_changes = changes(&translation.case, &priors, &sampling, &found.ends, seconds);
    let count = |of: &dyn Fn(&crate::state::Person) -> bool| state.persons.values().filter(|person| of(person)).count();
    // One person's number is a belief about that person, whom a mask hides.
    let shown = |people: usize| people > usize::from(masked);
    let unit = |(unit, change): (&String, &Change)| {
        let people = count(&|person| person.facts.unit == *unit);
        (unit.clone(), Infiltration::of(people, change))
    };
    let level = |(level, change): (u8, &Change)| {
        let people = count(&|person| person.facts.level == level);
        (level, Infiltration::of(people, change))
    };
    let is_asked = |name: &String| measure.unit.as_ref().is_none_or(|unit| unit == name);
    let units = translation.units.iter().zip(&found_changes.units).filter(|(name, _)| is_asked(name)).map(unit);
    let levels = (1..).zip(&found_changes.levels).map(level);
    Ok(Believed {
        model: MODEL,
        sweeps: found.kept,
        rank_r: found.rank_r,
        error: found.error,
        all: Infiltration::of(state.persons.len(), &found_changes.all),
        units: units.filter(|(_, of)| shown(of.people)).collect(),
        levels: levels.filter(|(_, of)| of.people > 0 && shown(of.people)).collect(),
    })
}

#[cfg(test)]
mod tests;
