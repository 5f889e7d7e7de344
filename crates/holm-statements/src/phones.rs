//! What calls say of people.

pub mod contact;
pub mod quiet;
pub mod replaced;

use crate::answer::{Finding, Named, Person, Row};
use crate::disclosure::{Disclosures, Margin};
use crate::finding::correct;
use crate::request::{Request, Windows};
use crate::window::{Matched, Plan, Stretch, strata};
use contact::Contact;
use std::collections::BTreeSet;

/// Tests that each person is given: the findings of [`persons`] that can have a p-value.
pub const TESTS: u32 = 12;

/// What windows after disclosures counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls and messages with any number.
    pub all: Vec<u64>,
    /// Those with targets.
    pub targets: Vec<u64>,
    /// Those with numbers one hop from targets.
    pub near: Vec<u64>,
}

/// Rows in the windows after a person's disclosures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// All.
    pub all: Named<Row>,
    /// With targets.
    pub targets: Named<Row>,
    /// With numbers one hop from targets.
    pub near: Named<Row>,
}

/// Something that happened once: a number, handset or SIM was used that was not in use before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// The person's index in the scope.
    pub person: usize,
    /// Seconds since 1970.
    pub at: i64,
    /// The row.
    pub row: Row,
}

/// A day on which a person's numbers were used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The person's index in the scope.
    pub person: usize,
    /// Seconds since 1970 of some moment of that day.
    pub at: i64,
    /// Calls and messages.
    pub calls: u64,
}

/// What an engine counted. Indices of persons are those of the scope, of numbers the engine's own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// Rows analysed, of each person.
    pub rows: Vec<u64>,
    /// Of the windows of [`after`], by their numbers.
    pub windows: Counts,
    /// Of each person.
    pub told: Vec<Told>,
    /// Who was in contact with whom.
    pub contacts: Vec<Contact>,
    /// Numbers of targets.
    pub targets: BTreeSet<i32>,
    /// Numbers one hop from targets ([`contact::near`]).
    pub near: Vec<contact::Near>,
    /// Days with calls.
    pub days: Vec<Day>,
    /// Contacts not used for so many days before.
    pub new_numbers: Vec<Occurrence>,
    /// The same of handsets (IMEI).
    pub new_handsets: Vec<Occurrence>,
    /// The same of SIMs (IMSI).
    pub new_sims: Vec<Occurrence>,
}

/// The windows that an engine counts calls in.
pub fn after(request: &Request, disclosures: &Disclosures) -> Plan {
    disclosures.after(request.windows.after_hours, Margin::default())
}

/// What was found of everybody in the scope, corrected. `number` names a number.
pub fn persons(request: &Request, disclosures: &Disclosures, tables: &Tables, number: &dyn Fn(i32) -> String) -> Vec<Person> {
    let plans = Plans::new(&request.windows, disclosures);
    let graph = contact::Graph::new(&tables.contacts, &tables.targets, &tables.near);
    let kinds = Kinds::new(tables, request.scope.persons.len(), plans.short_lived);
    let days = by_person(tables.days.iter().copied(), request.scope.persons.len(), |d| d.person);
    let replaced = replaced::findings(&tables.contacts, request.scope.persons.len(), number);
    let mut all = Vec::new();
    for ((at, id), replaced) in request.scope.persons.iter().enumerate().zip(replaced) {
        let mut findings = plans.told(at, tables);
        findings.extend(graph.findings(at));
        findings.extend(plans.novelties(at, &kinds));
        findings.push(replaced);
        findings.extend(quiet::findings(at, &plans.around, days.get(at).map_or(&[], Vec::as_slice)));
        all.push(Person::found(request, id, tables.rows.get(at).copied(), findings));
    }
    correct(&mut all, request.screened, TESTS);
    all
}

/// The windows of each kind.
struct Plans {
    after: Plan,
    /// With room to know that something is new.
    new: Plan,
    /// With room to know that something was short-lived, too.
    short: Plan,
    around: Plan,
    short_lived: i64,
}

impl Plans {
    fn new(windows: &Windows, disclosures: &Disclosures) -> Plans {
        let before = windows.novelty_days;
        Plans {
            after: disclosures.after(windows.after_hours, Margin::default()),
            new: disclosures.after(windows.after_hours, Margin { before, after: 0 }),
            short: disclosures.after(windows.after_hours, Margin { before, after: windows.short_lived_days }),
            around: disclosures.around(windows.around_days),
            short_lived: i64::from(windows.short_lived_days) * 86_400,
        }
    }

    /// Calls after disclosures.
    fn told(&self, person: usize, tables: &Tables) -> Vec<Finding> {
        let told = tables.told.get(person).cloned().unwrap_or_default();
        let of = |test, what, counts: &[u64], rows| {
            Finding::of_windows(test, what, &self.after.strata(person, counts)).with_rows(rows)
        };
        vec![
            of("calls-after", "calls and messages", &tables.windows.all, told.all),
            of("target-calls-after", "calls and messages with targets", &tables.windows.targets, told.targets),
            of("near-calls-after", "calls and messages with numbers one hop from targets", &tables.windows.near, told.near),
        ]
    }

    /// What was new, or did not last, after disclosures.
    fn novelties(&self, person: usize, kinds: &Kinds) -> Vec<Finding> {
        let of = |test, what, plan: &Plan, all: &[Vec<Occurrence>]| {
            let matched = plan.persons.get(person).map_or(&[][..], Vec::as_slice);
            occurred(test, what, matched, all.get(person).map_or(&[], Vec::as_slice))
        };
        vec![
            of("new-numbers-after", "numbers not used before", &self.new, &kinds.numbers),
            of("short-lived-numbers-after", "numbers that began and soon ended", &self.short, &kinds.short_lived),
            of("new-handsets-after", "handsets not used before", &self.new, &kinds.handsets),
            of("new-sims-after", "SIMs not used before", &self.new, &kinds.sims),
        ]
    }
}

/// What occurred, of each person.
struct Kinds {
    numbers: Vec<Vec<Occurrence>>,
    short_lived: Vec<Vec<Occurrence>>,
    handsets: Vec<Vec<Occurrence>>,
    sims: Vec<Vec<Occurrence>>,
}

impl Kinds {
    fn new(tables: &Tables, persons: usize, short_lived: i64) -> Kinds {
        let split = |all: &[Occurrence]| by_person(all.iter().cloned(), persons, |o| o.person);
        let brief = tables.contacts.iter().filter(|c| c.last - c.first <= short_lived);
        let brief = brief.map(|c| Occurrence { person: c.person, at: c.first, row: c.row.clone() });
        Kinds {
            numbers: split(&tables.new_numbers),
            short_lived: by_person(brief, persons, |o| o.person),
            handsets: split(&tables.new_handsets),
            sims: split(&tables.new_sims),
        }
    }
}

fn by_person<T>(all: impl Iterator<Item = T>, persons: usize, person: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut split: Vec<Vec<T>> = (0..persons).map(|_| Vec::new()).collect();
    for one in all {
        if let Some(mine) = split.get_mut(person(&one)) {
            mine.push(one);
        }
    }
    split
}

/// How often something happened after disclosures, beside other weeks.
fn occurred(test: &str, what: &str, matched: &[Matched], mine: &[Occurrence]) -> Finding {
    let within = |o: &Occurrence, s: &Stretch| s.starts.timestamp().as_second() <= o.at && o.at < s.ends.timestamp().as_second();
    let strata = strata(matched, |s| mine.iter().filter(|o| within(o, s)).count() as u64);
    let mut rows = Named::default();
    for occurrence in mine.iter().filter(|o| matched.iter().any(|m| within(o, &m.truth))) {
        rows.push(|| occurrence.row.clone());
    }
    Finding::of_windows(test, what, &strata).with_rows(rows)
}

#[cfg(test)]
mod tests;
