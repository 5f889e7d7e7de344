//! Windows after disclosures, and the windows of other weeks that they are compared with.

use crate::exact::Stratum;
use jiff::{Timestamp, ToSpan, ZonedDateTime};
use std::collections::BTreeMap;

/// A stretch of time, the end not in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// When it begins.
    pub starts: ZonedDateTime,
    /// When it is over.
    pub ends: ZonedDateTime,
}

impl Stretch {
    /// The stretch `weeks` later at the same hours of the same weekdays, or nothing outside the calendar.
    fn shifted(&self, weeks: i32) -> Option<Stretch> {
        let moved = |at: &ZonedDateTime| at.checked_add(weeks.weeks()).ok();
        Some(Stretch { starts: moved(&self.starts)?, ends: moved(&self.ends)? })
    }
}

/// A disclosure's window with its controls. Disclosures whose windows overlap are one.
#[derive(Debug, Clone, PartialEq)]
pub struct Matched {
    /// From the first disclosure to the end of the last one's window.
    pub truth: Stretch,
    /// The same weekdays and hours in other weeks.
    pub controls: Vec<Stretch>,
    /// How many disclosures it is made of.
    pub disclosures: usize,
}

/// Windows of one person. No two of them overlap, true or control, so that what they count may be taken as separate draws.
///
/// `windows` are those after each disclosure, in any order; those that are not inside `span` are left out. Controls are dealt
/// in turns, the nearest weeks first, each to one disclosure; who gets which depends on times alone, never on what is counted.
pub fn matched(mut windows: Vec<Stretch>, span: &Stretch) -> Vec<Matched> {
    windows.retain(|w| w.starts >= span.starts && w.ends <= span.ends);
    windows.sort_by(|a, b| a.starts.cmp(&b.starts));
    let mut all: Vec<Matched> = Vec::new();
    for window in windows {
        match all.last_mut() {
            Some(last) if window.starts < last.truth.ends => {
                last.disclosures += 1;
                if window.ends > last.truth.ends {
                    last.truth.ends = window.ends;
                }
            }
            _ => all.push(Matched { truth: window, controls: Vec::new(), disclosures: 1 }),
        }
    }
    deal(&mut all, span);
    all
}

/// Gives each window its controls.
fn deal(all: &mut [Matched], span: &Stretch) {
    let mut taken: BTreeMap<Timestamp, Timestamp> =
        all.iter().map(|m| (m.truth.starts.timestamp(), m.truth.ends.timestamp())).collect();
    let days = (span.ends.timestamp().as_second() - span.starts.timestamp().as_second()) / 86_400;
    let weeks = i32::try_from(days / 7 + 1).unwrap_or(i32::MAX);
    for away in 1..=weeks {
        for at in all.iter_mut() {
            for shift in [-away, away] {
                let Some(control) = at.truth.shifted(shift) else { continue };
                let (starts, ends) = (control.starts.timestamp(), control.ends.timestamp());
                let inside = control.starts >= span.starts && control.ends <= span.ends;
                let before = taken.range(..ends).next_back();
                if inside && before.is_none_or(|(_, &ended)| ended <= starts) {
                    taken.insert(starts, ends);
                    at.controls.push(control);
                }
            }
        }
    }
}

/// A person's windows after disclosures, with the numbers under which an engine counts what is in them.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Of each person of the scope, in its order.
    pub persons: Vec<Vec<Matched>>,
}

/// One window of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered {
    /// From 0, in the plan's order: a person's true window, its controls, their next true window.
    pub number: usize,
    /// The person's index in the scope.
    pub person: usize,
    /// When.
    pub stretch: Stretch,
    /// Whether it is the window after a disclosure or a control.
    pub role: Role,
}

/// What a window is compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// After a disclosure.
    Truth,
    /// In another week.
    Control,
}

impl Plan {
    /// All windows.
    pub fn windows(&self) -> Vec<Numbered> {
        let mut all = Vec::new();
        for (person, matched) in self.persons.iter().enumerate() {
            for one in matched {
                let truth = std::iter::once((&one.truth, Role::Truth));
                for (stretch, role) in truth.chain(one.controls.iter().map(|c| (c, Role::Control))) {
                    all.push(Numbered { number: all.len(), person, stretch: stretch.clone(), role });
                }
            }
        }
        all
    }

    /// What a person's windows counted, as strata; `counts` by the windows' numbers, what is missing being 0.
    pub fn strata(&self, person: usize, counts: &[u64]) -> Vec<Stratum> {
        let windows = |matched: &[Matched]| matched.iter().map(|m| 1 + m.controls.len()).sum::<usize>();
        let mut number: usize = self.persons.iter().take(person).map(|m| windows(m)).sum();
        let mut strata = Vec::new();
        for one in self.persons.get(person).into_iter().flatten() {
            let mut next = || {
                number += 1;
                counts.get(number - 1).copied().unwrap_or_default()
            };
            let truth = next();
            strata.push(Stratum { truth, controls: one.controls.iter().map(|_| next()).collect() });
        }
        strata
    }
}

/// What windows counted, as strata, where `count` can be asked.
pub fn strata(matched: &[Matched], count: impl Fn(&Stretch) -> u64) -> Vec<Stratum> {
    let stratum = |m: &Matched| Stratum { truth: count(&m.truth), controls: m.controls.iter().map(&count).collect() };
    matched.iter().map(stratum).collect()
}

#[cfg(test)]
mod tests;
