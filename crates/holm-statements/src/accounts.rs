//! What accounts say of people, each currency by itself.

pub mod passing;
pub mod splitting;
pub mod structuring;
pub mod worth;

use crate::answer::{Finding, Named, Person, Row};
use crate::disclosure::{Disclosures, Margin};
use crate::exact::ranked;
use crate::finding::correct;
use crate::request::Request;
use crate::window::Plan;
use passing::Passing;
use splitting::Deposits;
use std::collections::{BTreeMap, BTreeSet};
use structuring::Band;
use worth::{Ends, Purse, Spent};

/// Tests that each person is given in each currency: the findings of [`persons`] that can have a p-value.
pub const TESTS: u32 = 6;

/// What windows after disclosures counted of credits from others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Credits.
    pub credits: Vec<u64>,
    /// Those in cash.
    pub cash: Vec<u64>,
    /// All credits added up, in thousandths.
    pub amounts: Vec<u64>,
}

/// Whose money in which currency: indices of the scope's persons and of [`Tables::currencies`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Of {
    /// The person.
    pub person: usize,
    /// The currency.
    pub currency: usize,
}

/// What an engine counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// Rows analysed, of each person.
    pub rows: Vec<u64>,
    /// ISO 4217.
    pub currencies: Vec<String>,
    /// Of the windows of [`after`] in each currency, by their numbers.
    pub windows: Vec<Counts>,
    /// Credits in windows after disclosures.
    pub told: BTreeMap<Of, Named<Row>>,
    /// Sums.
    pub purses: BTreeMap<Of, Purse>,
    /// External debits.
    pub spent: BTreeMap<Of, Vec<Spent>>,
    /// Stated balances of each account.
    pub ends: BTreeMap<Of, Vec<Ends>>,
    /// Bookings near reporting thresholds.
    pub bands: BTreeMap<Of, Band>,
    /// Deposits below reporting thresholds.
    pub deposits: BTreeMap<Of, Deposits>,
    /// External bookings of sizes that came in and went out.
    pub passing: BTreeMap<Of, Vec<Passing>>,
}

/// The windows that an engine counts credits in.
pub fn after(request: &Request, disclosures: &Disclosures) -> Plan {
    disclosures.after(request.windows.after_hours, Margin::default())
}

/// What was found of everybody in the scope, corrected.
pub fn persons(request: &Request, disclosures: &Disclosures, tables: &Tables) -> Vec<Person> {
    let plan = after(request, disclosures);
    let mut all = Vec::new();
    for (at, id) in request.scope.persons.iter().enumerate() {
        let mut findings = Vec::new();
        for currency in currencies(request, id, at, tables) {
            let mut found = of_currency(request, &plan, tables, at, &currency);
            found.iter_mut().for_each(|f| f.currency = Some(currency.clone()));
            findings.extend(found);
        }
        all.push(Person::found(request, id, tables.rows.get(at).copied(), findings));
    }
    correct(&mut all, request.screened, tests(&tables.currencies));
    all
}

/// How many tests a person could be given.
pub fn tests(currencies: &[String]) -> u32 {
    TESTS * u32::try_from(currencies.len()).unwrap_or(u32::MAX / TESTS)
}

/// Those in which a person has bookings, income or holdings.
fn currencies(request: &Request, id: &str, person: usize, tables: &Tables) -> BTreeSet<String> {
    let booked = tables.purses.keys().filter(|of| of.person == person).filter_map(|of| tables.currencies.get(of.currency));
    let earned = request.income.iter().filter(|i| i.person == id).map(|i| &i.currency);
    let held = request.holdings.iter().filter(|h| h.person == id).map(|h| &h.currency);
    booked.chain(earned).chain(held).cloned().collect()
}

fn of_currency(request: &Request, plan: &Plan, tables: &Tables, person: usize, currency: &str) -> Vec<Finding> {
    let mut findings = worth::findings(request, tables, person, currency);
    let Some(index) = tables.currencies.iter().position(|c| c == currency) else { return findings };
    let of = Of { person, currency: index };
    if let Some(counts) = tables.windows.get(index) {
        let rows = tables.told.get(&of).cloned().unwrap_or_default();
        let amounts = ranked(&plan.strata(person, &counts.amounts));
        findings.extend([
            Finding::of_windows("credits-after", "credits from others", &plan.strata(person, &counts.credits))
                .with_rows(rows.clone()),
            Finding::of_windows("cash-after", "credits in cash", &plan.strata(person, &counts.cash)),
            Finding::of_windows("amounts-after", "twice the ranks of what was credited", &amounts).with_rows(rows),
        ]);
    }
    findings.push(structuring::finding(tables.bands.get(&of), request.windows.band_percent));
    findings.push(splitting::finding(tables.deposits.get(&of)));
    let passing = tables.passing.get(&of).map_or(&[][..], Vec::as_slice);
    findings.push(passing::finding(passing, request.windows.pass_through_days));
    findings
}
