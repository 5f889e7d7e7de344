//! One side of a measure: what happened in its time, how it was noticed, and how many had their vetting in force at its end.

use std::collections::{BTreeMap, BTreeSet};

use holm_inference::effect::median;
use holm_record::entry::Opened;
use holm_record::event::Event;
use holm_record::event::happening::{Outcome, Window};
use holm_record::id::{IncidentName, OperationName, PersonId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::super::touched::{endings, leaks};
use super::{Measure, Share};
use crate::exposure::{Exposures, LATE};
use crate::state::State;
use crate::state::happenings::{Ending, Incident, Operation};
use crate::vetting::Standing;

/// How long something took, in hours.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Delays {
    /// Of how many it is known.
    pub of: usize,
    /// The median.
    pub median: Option<f64>,
    /// Two of the delays between which the median lies, and how surely; absent of fewer than six.
    pub range: Option<(f64, f64, f64)>,
    /// The longest.
    pub longest: Option<f64>,
}

impl Delays {
    fn new(hours: &[f64]) -> Self {
        let found = median(hours);
        Self {
            of: hours.len(),
            median: found.map(|found| found.value),
            range: found.and_then(|found| found.range),
            longest: hours.iter().copied().max_by(f64::total_cmp),
        }
    }
}

/// How many have their vetting in force on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The day.
    pub on: Date,
    /// People of whom a check is asked.
    pub people: usize,
    /// Of these, people none of whose checks is failed, missing or overdue.
    pub in_force: usize,
    /// People of whom one is overdue.
    pub overdue: usize,
    /// People of whom one was never passed.
    pub missing: usize,
}

/// One side of a measure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// Operations that were betrayed, of those of which it is known.
    pub operations: Option<Share>,
    /// Of the betrayed: it is suspected only.
    pub suspected: usize,
    /// Operations of which it is not known: not closed, or nothing can be said.
    pub open: usize,
    /// The share if none, or all, of those that are open were betrayed.
    pub bounds: Option<[f64; 2]>,
    /// By sort: how many were betrayed, of how many.
    pub sorts: BTreeMap<String, [usize; 2]>,
    /// Operations that were entered more than 72 hours after they were to be.
    pub late: usize,
    /// Operations that were entered, or whose outcome was, after this side was over.
    pub afterwards: usize,
    /// Items that leaked, of those that were released.
    pub items: Option<Share>,
    /// From the leak until it was noticed, as it is stated.
    pub noticed: Delays,
    /// From the leak until the record said so.
    pub entered: Delays,
    /// From the leak until a trace's first verdict.
    pub verdict: Delays,
    /// How many have their vetting in force on its last day.
    pub vetting: Option<Coverage>,
    /// Decided operations in the order of their times: whether each was betrayed, and when that was noticed.
    #[serde(skip)]
    pub(super) course: Vec<(Timestamp, Option<Timestamp>)>,
}

/// A leak, and when it came to light.
struct Leak {
    /// When it happened, at the latest, as far as it is known.
    at: Option<Timestamp>,
    noticed: Option<Timestamp>,
    entered: Option<Timestamp>,
    verdict: Option<Timestamp>,
}

pub(super) fn side(state: &State, entries: &[Option<Opened>], measure: &Measure, (from, until): (Timestamp, Timestamp)) -> Side {
    let within = |at: Timestamp| from <= at && at < until;
    let verdicts = verdicts(entries);
    let all = endings(state);
    let chosen = of_unit(state, measure.unit.as_deref(), &all);
    let mine = all.iter().filter(|(name, (operation, _))| within(operation.facts.at) && chosen(name, operation));
    let (mut tally, mut leaks) = (Tally::default(), Vec::new());
    for (name, (operation, ending)) in mine {
        let incidents: Vec<(&IncidentName, &Incident)> = state.happenings.incidents_of(name).collect();
        tally.take(operation, ending.as_ref(), &incidents, until);
        if let Some(ending) = ending.as_ref().filter(|ending| is_betrayed(ending)) {
            leaks.push(leak_of(operation, ending, &incidents, &verdicts));
        }
    }
    // Leaks of items have no unit: who held them may be of several.
    if measure.unit.is_none() {
        leaks.extend(item_leaks(state, &verdicts).filter(|leak| leak.at.is_some_and(within)));
    }
    let delays = |of: fn(&Leak) -> Option<Timestamp>| {
        let hours = |leak: &Leak| Some(of(leak)?.duration_since(leak.at?).as_secs_f64().max(0.0) / 3600.0);
        Delays::new(&leaks.iter().filter_map(hours).collect::<Vec<_>>())
    };
    let bounds = tally.bounds();
    tally.course.sort();
    Side {
        from,
        until,
        operations: Share::of(tally.betrayed, tally.decided),
        suspected: tally.suspected,
        open: tally.open,
        bounds,
        sorts: tally.sorts,
        late: tally.late,
        afterwards: tally.afterwards,
        items: items(state, measure, within),
        noticed: delays(|leak| leak.noticed),
        entered: delays(|leak| leak.entered),
        verdict: delays(|leak| leak.verdict),
        vetting: coverage(state, measure.unit.as_deref(), last_day(until)),
        course: tally.course,
    }
}

/// The last day of a time that ends at this moment, which is not in it.
fn last_day(until: Timestamp) -> Date {
    let last = until.checked_sub(1.nanosecond()).unwrap_or(until);
    TimeZone::UTC.to_datetime(last).date()
}

fn is_betrayed(ending: &Ending) -> bool {
    matches!(ending.outcome, Outcome::Suspected | Outcome::Confirmed)
}

/// What is counted of operations.
#[derive(Default)]
struct Tally {
    decided: usize,
    betrayed: usize,
    suspected: usize,
    open: usize,
    late: usize,
    afterwards: usize,
    sorts: BTreeMap<String, [usize; 2]>,
    course: Vec<(Timestamp, Option<Timestamp>)>,
}

impl Tally {
    fn take(
        &mut self,
        operation: &Operation,
        ending: Option<&Ending>,
        incidents: &[(&IncidentName, &Incident)],
        until: Timestamp,
    ) {
        let outcome = ending.map(|ending| ending.outcome).filter(|outcome| *outcome != Outcome::Unknown);
        self.late += usize::from(operation.entered.duration_since(operation.facts.at) > LATE);
        let closed = operation.closed.iter().map(|closing| closing.entered);
        let said = closed.chain(incidents.iter().map(|(_, incident)| incident.entered)).min();
        self.afterwards += usize::from(operation.entered >= until || said.is_some_and(|said| said >= until));
        let Some(outcome) = outcome else {
            self.open += 1;
            return;
        };
        let betrayed = outcome != Outcome::Clean;
        let noticed = incidents.iter().map(|(_, incident)| incident.facts.noticed).min().or(said);
        self.decided += 1;
        self.betrayed += usize::from(betrayed);
        self.suspected += usize::from(outcome == Outcome::Suspected);
        let [hits, of] = self.sorts.entry(operation.facts.sort.clone()).or_default();
        *hits += usize::from(betrayed);
        *of += 1;
        self.course.push((operation.facts.at, noticed.filter(|_| betrayed)));
    }

    fn bounds(&self) -> Option<[f64; 2]> {
        let all = self.decided + self.open;
        (all > 0).then(|| [self.betrayed, self.betrayed + self.open].map(|hits| hits as f64 / all as f64))
    }
}

/// Whether an operation is the unit's: it took part, or somebody of it knew.
fn of_unit<'a>(
    state: &'a State,
    unit: Option<&'a str>,
    all: &BTreeMap<&'a OperationName, (&'a Operation, Option<Ending>)>,
) -> impl Fn(&OperationName, &Operation) -> bool + use<'a> {
    let known: Option<BTreeSet<&OperationName>> = unit.map(|unit| {
        let exposures = Exposures::new(state);
        let is_of = |person: &PersonId| state.persons.get(person).is_some_and(|person| person.facts.unit == unit);
        let knew = |name: &OperationName, operation: &Operation| {
            exposures.of_operation(name, operation).iter().any(|known| is_of(&known.person))
        };
        all.iter().filter(|(name, (operation, _))| knew(name, operation)).map(|(name, _)| *name).collect()
    });
    move |name, operation| {
        let took_part = || unit.is_some_and(|unit| operation.facts.units.iter().any(|of| of == unit));
        known.as_ref().is_none_or(|known| known.contains(name) || took_part())
    }
}

/// By incident, when its first verdict was recorded.
fn verdicts(entries: &[Option<Opened>]) -> BTreeMap<&IncidentName, Timestamp> {
    let mut first = BTreeMap::new();
    for Opened { entry, .. } in entries.iter().flatten() {
        if let Event::VerdictRecorded { incident, .. } = &entry.event {
            first.entry(incident).or_insert(entry.at);
        }
    }
    first
}

/// The latest moment at which a leak can have happened, as far as a window says.
fn latest(window: Window) -> Option<Timestamp> {
    window.to.or(window.from)
}

fn leak_of(
    operation: &Operation,
    ending: &Ending,
    incidents: &[(&IncidentName, &Incident)],
    verdicts: &BTreeMap<&IncidentName, Timestamp>,
) -> Leak {
    let closed = operation.closed.iter().filter(|closing| matches!(closing.outcome, Outcome::Suspected | Outcome::Confirmed));
    let entered = closed.map(|closing| closing.entered).chain(incidents.iter().map(|(_, incident)| incident.entered));
    Leak {
        at: Some(latest(ending.window).unwrap_or(operation.facts.at)),
        noticed: incidents.iter().map(|(_, incident)| incident.facts.noticed).min(),
        entered: entered.min(),
        verdict: incidents.iter().filter_map(|(name, _)| verdicts.get(name)).min().copied(),
    }
}

/// Leaks of items that betrayed no operation.
fn item_leaks<'a>(state: &'a State, verdicts: &'a BTreeMap<&IncidentName, Timestamp>) -> impl Iterator<Item = Leak> + use<'a> {
    let alone = state.happenings.incidents.iter().filter(|(_, incident)| incident.facts.operation.is_none());
    alone.map(|(name, incident)| Leak {
        at: latest(incident.facts.window),
        noticed: Some(incident.facts.noticed),
        entered: Some(incident.entered),
        verdict: verdicts.get(name).copied(),
    })
}

/// Items released within a time that leaked themselves; of one unit nothing is said, since others held them too.
fn items(state: &State, measure: &Measure, within: impl Fn(Timestamp) -> bool) -> Option<Share> {
    if measure.unit.is_some() {
        return None;
    }
    let leaked = leaks(state);
    let released = |item: &crate::state::Item| item.released.as_ref().is_some_and(|released| within(released.at));
    let released: Vec<_> = state.items.iter().filter(|(_, item)| released(item)).map(|(name, _)| name).collect();
    Share::of(released.iter().filter(|name| leaked.contains_key(**name)).count(), released.len())
}

/// How many of today's roster have their vetting in force on a day; `None` if nothing is asked of anybody.
fn coverage(state: &State, unit: Option<&str>, on: Date) -> Option<Coverage> {
    let mut people: BTreeMap<&PersonId, [bool; 3]> = BTreeMap::new();
    let rows = state.vetting_on(on);
    for row in rows.iter().filter(|row| unit.is_none_or(|unit| row.person.facts.unit == unit)) {
        let [held, overdue, missing] = people.entry(row.id).or_default();
        *held |= row.standing.holds_back();
        *overdue |= matches!(row.standing, Standing::Overdue { .. });
        *missing |= row.standing == Standing::Missing;
    }
    let count = |of: fn(&[bool; 3]) -> bool| people.values().filter(|flags| of(flags)).count();
    let all = people.len();
    let (in_force, overdue, missing) = (count(|[held, ..]| !held), count(|[_, overdue, _]| *overdue), count(|[.., m]| *m));
    (all > 0).then_some(Coverage { on, people: all, in_force, overdue, missing })
}
