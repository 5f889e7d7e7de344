//! What calls say of people.

pub mod contact;
pub mod quiet;
pub mod replaced;

use crate::answer::{Finding, Named, Person, Row};
use crate::disclosure::{Disclosures, Margin};
use crate::finding::correct;
use crate::request::{Request, Windows};
use crate::window::{Plan, Stretch, strata};
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
    let replaced = replaced::findings(&tables.contacts, request.scope.persons.len(), number);
    let mut all = Vec::new();
    for ((at, id), replaced) in request.scope.persons.iter().enumerate().zip(replaced) {
        let mut findings = plans.told(at, tables);
        findings.extend(graph.findings(at));
        findings.extend(plans.novelties(at, tables));
        findings.push(replaced);
        findings.extend(quiet::findings(at, &plans.around, &tables.days));
        let rows = tables.rows.get(at).copied().unwrap_or_default();
        all.push(Person { person: id.clone(), rows, e: 1.0, corrected: 1.0, findings });
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
    fn novelties(&self, person: usize, tables: &Tables) -> Vec<Finding> {
        let brief: Vec<Occurrence> = tables
            .contacts
            .iter()
            .filter(|c| c.last - c.first <= self.short_lived)
            .map(|c| Occurrence { person: c.person, at: c.first, row: c.row.clone() })
            .collect();
        vec![
            occurred("new-numbers-after", "numbers not used before", person, &self.new, &tables.new_numbers),
            occurred("short-lived-numbers-after", "numbers that began and soon ended", person, &self.short, &brief),
            occurred("new-handsets-after", "handsets not used before", person, &self.new, &tables.new_handsets),
            occurred("new-sims-after", "SIMs not used before", person, &self.new, &tables.new_sims),
        ]
    }
}

/// How often something happened after disclosures, beside other weeks.
fn occurred(test: &str, what: &str, person: usize, plan: &Plan, all: &[Occurrence]) -> Finding {
    let Some(matched) = plan.persons.get(person) else { return Finding::of_windows(test, what, &[]) };
    let mine: Vec<&Occurrence> = all.iter().filter(|o| o.person == person).collect();
    let within = |o: &Occurrence, s: &Stretch| s.starts.timestamp().as_second() <= o.at && o.at < s.ends.timestamp().as_second();
    let strata = strata(matched, |s| mine.iter().filter(|o| within(o, s)).count() as u64);
    let mut rows = Named::default();
    for occurrence in mine.iter().filter(|o| matched.iter().any(|m| within(o, &m.truth))) {
        rows.push(|| occurrence.row.clone());
    }
    Finding::of_windows(test, what, &strata).with_rows(rows)
}
