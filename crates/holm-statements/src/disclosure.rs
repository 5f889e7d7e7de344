//! From disclosures to the windows of each person of the scope.

use crate::request::{Event, Request};
use crate::window::{Matched, Plan, Stretch, matched};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};
use std::collections::BTreeMap;

/// Of what days a person has rows: what lies outside them is not known to be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    /// The first row.
    pub first: Timestamp,
    /// The last row.
    pub last: Timestamp,
}

/// Disclosures to the persons of a scope, and the days that can be compared.
#[derive(Debug, Clone)]
pub struct Disclosures {
    zone: TimeZone,
    /// Of each person of the scope.
    persons: Vec<OfPerson>,
}

#[derive(Debug, Clone)]
struct OfPerson {
    events: Vec<ZonedDateTime>,
    /// From the first day with a row to the last, inside the scope; nothing without rows.
    days: Option<Stretch>,
}

/// Days at either end of a person's rows in which nothing is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Margin {
    /// Days after the first row.
    pub before: u32,
    /// Days before the last.
    pub after: u32,
}

/// The instants at which the scope begins and is over, `None` outside the calendar.
pub fn scope(request: &Request, zone: &TimeZone) -> Option<Stretch> {
    let begin = |day: Date| day.to_zoned_datetime(zone.clone()).ok();
    Some(Stretch { starts: begin(request.scope.first)?, ends: begin(request.scope.last.tomorrow().ok()?)? })
}

impl Disclosures {
    /// Of a request whose persons have rows as `covered` says, in the scope's order.
    pub fn new(request: &Request, zone: &TimeZone, covered: &[Option<Covered>]) -> Disclosures {
        let scope = scope(request, zone);
        let mut told: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
        for event in &request.events {
            told.entry(&event.person).or_default().push(event);
        }
        let person = |(at, id): (usize, &String)| {
            let events = told.get(id.as_str()).into_iter().flatten();
            let covered = covered.get(at).copied().flatten();
            OfPerson {
                events: events.map(|e| e.at.to_zoned_datetime(zone.clone())).collect(),
                days: covered.zip(scope.as_ref()).and_then(|(c, s)| days(c, s, zone)),
            }
        };
        Disclosures { zone: zone.clone(), persons: request.scope.persons.iter().enumerate().map(person).collect() }
    }

    /// Windows of `hours` after each disclosure.
    pub fn after(&self, hours: u32, margin: Margin) -> Plan {
        self.plan(margin, |at| Some(Stretch { starts: at.clone(), ends: at.checked_add(i64::from(hours).hours()).ok()? }))
    }

    /// Windows of `days` whole days before and after each disclosure's own, which is in it.
    pub fn around(&self, days: u32) -> Plan {
        self.plan(Margin::default(), |at| {
            let day = at.date();
            let begin = |day: Date| day.to_zoned_datetime(self.zone.clone()).ok();
            let (before, after) = (i64::from(days).days(), (i64::from(days) + 1).days());
            Some(Stretch { starts: begin(day.checked_sub(before).ok()?)?, ends: begin(day.checked_add(after).ok()?)? })
        })
    }

    fn plan(&self, margin: Margin, window: impl Fn(&ZonedDateTime) -> Option<Stretch>) -> Plan {
        let of = |person: &OfPerson| -> Vec<Matched> {
            let Some(days) = &person.days else { return Vec::new() };
            let starts = days.starts.checked_add(i64::from(margin.before).days());
            let ends = days.ends.checked_sub(i64::from(margin.after).days());
            let (Ok(starts), Ok(ends)) = (starts, ends) else { return Vec::new() };
            matched(person.events.iter().filter_map(&window).collect(), &Stretch { starts, ends })
        };
        Plan { persons: self.persons.iter().map(of).collect() }
    }
}

/// The whole days with rows, cut to the scope.
fn days(covered: Covered, scope: &Stretch, zone: &TimeZone) -> Option<Stretch> {
    let begin = |day: Date| day.to_zoned_datetime(zone.clone()).ok();
    let day = |at: Timestamp| at.to_zoned_datetime(zone.clone()).date();
    let starts = begin(day(covered.first))?;
    let ends = begin(day(covered.last).tomorrow().ok()?)?;
    Some(Stretch { starts: starts.max(scope.starts.clone()), ends: ends.min(scope.ends.clone()) })
}

#[cfg(test)]
mod tests;
