//! Numbers that took another's place: the same contacts, never at the same time.

use super::contact::Contact;
use crate::answer::{Finding, Named, Row};
use crate::exact::coins_tail;
use std::collections::{BTreeMap, BTreeSet};

/// The least number of contacts that two numbers must have for their overlap to say anything.
const FEWEST: usize = 3;

/// The null.
const NULL: &str = "each contact of the one number is the other's by chance, as its popularity has it; over all numbers never used at the same time";

/// A number, with whom it was in contact, and when.
#[derive(Debug, Clone)]
struct Number {
    contacts: BTreeSet<i32>,
    first: i64,
    last: i64,
    owner: Option<usize>,
    row: Row,
}

/// The best replacement of any number of each person, `persons` of them, corrected for all numbers that could have been it.
pub fn findings(contacts: &[Contact], persons: usize, name: &dyn Fn(i32) -> String) -> Vec<Finding> {
    let numbers = numbers(contacts);
    let edges: usize = numbers.values().map(|n| n.contacts.len()).sum::<usize>() / 2;
    let strangers = Strangers::new(&numbers);
    let mut best: Vec<Option<Found>> = vec![None; persons];
    for (&own, number) in &numbers {
        let Some(person) = number.owner.filter(|_| number.contacts.len() >= FEWEST) else { continue };
        let Some(found) = best_partner(own, number, &numbers, edges) else { continue };
        let Some(slot) = best.get_mut(person) else { continue };
        let theirs = numbers.values().filter(|n| n.owner == number.owner && able(n, number)).count();
        // Each number of a person is a chance more.
        let tried = slot.as_ref().map_or(0, |f| f.tried) + strangers.apart(number) + theirs;
        let least = match slot.take() {
            Some(old) if old.p <= found.p => old,
            _ => found,
        };
        *slot = Some(Found { tried, ..least });
    }
    best.into_iter().map(|found| finding(found, &numbers, name)).collect()
}

#[derive(Debug, Clone)]
struct Found {
    own: i32,
    partner: i32,
    common: usize,
    expected: f64,
    /// Of this pair alone.
    p: f64,
    /// Pairs that could have been found.
    tried: usize,
}

/// All numbers, those of persons and those they were in contact with.
fn numbers(contacts: &[Contact]) -> BTreeMap<i32, Number> {
    let mut all: BTreeMap<i32, Number> = BTreeMap::new();
    for c in contacts {
        for (number, with, owner) in [(c.own, c.other, Some(c.person)), (c.other, c.own, None)] {
            let entry = all.entry(number).or_insert_with(|| Number {
                contacts: BTreeSet::new(),
                first: c.first,
                last: c.last,
                owner,
                row: c.row.clone(),
            });
            entry.contacts.insert(with);
            entry.owner = entry.owner.or(owner);
            if c.first < entry.first {
                (entry.first, entry.row) = (c.first, c.row.clone());
            }
            entry.last = entry.last.max(c.last);
        }
    }
    all
}

/// Whether a number can have taken the other's place, or the other its: never in use together, enough contacts, and nobody else's.
fn able(one: &Number, other: &Number) -> bool {
    let apart = one.last < other.first || other.last < one.first;
    one.contacts.len() >= FEWEST && apart && (one.owner.is_none() || one.owner == other.owner)
}

/// When numbers of nobody, with enough contacts, were first and last used, each list in order.
struct Strangers {
    first: Vec<i64>,
    last: Vec<i64>,
}

impl Strangers {
    fn new(numbers: &BTreeMap<i32, Number>) -> Strangers {
        let of = |when: fn(&Number) -> i64| {
            let able = numbers.values().filter(|n| n.owner.is_none() && n.contacts.len() >= FEWEST);
            let mut all: Vec<i64> = able.map(when).collect();
            all.sort_unstable();
            all
        };
        Strangers { first: of(|n| n.first), last: of(|n| n.last) }
    }

    /// How many were never in use together with a number.
    fn apart(&self, number: &Number) -> usize {
        let before = self.last.partition_point(|&last| last < number.first);
        let after = self.first.len() - self.first.partition_point(|&first| first <= number.last);
        before + after
    }
}

/// The number never used at the same time whose contacts are least by chance those of `own`.
fn best_partner(own: i32, number: &Number, numbers: &BTreeMap<i32, Number>, edges: usize) -> Option<Found> {
    let sharing: BTreeSet<i32> = number
        .contacts
        .iter()
        .filter_map(|c| numbers.get(c))
        .flat_map(|n| n.contacts.iter().copied())
        .filter(|&n| n != own)
        .collect();
    let mut best: Option<Found> = None;
    for partner in sharing {
        let Some(other) = numbers.get(&partner).filter(|n| able(n, number)) else { continue };
        let common = other.contacts.intersection(&number.contacts).count();
        let chances: Vec<f64> = other.contacts.iter().map(|c| chance(numbers.get(c), number.contacts.len(), edges)).collect();
        let (p, expected) = (coins_tail(&chances, common), chances.iter().sum());
        if best.as_ref().is_none_or(|b| p < b.p) {
            best = Some(Found { own, partner, common, expected, p, tried: 0 });
        }
    }
    best
}

/// That a contact with its popularity is among so many drawn from all; what is seen of it counts, which errs on the safe side.
fn chance(contact: Option<&Number>, drawn: usize, edges: usize) -> f64 {
    let popularity = contact.map_or(0, |n| n.contacts.len()) as f64 / edges.max(1) as f64;
    if popularity >= 1.0 { 1.0 } else { -f64::exp_m1(drawn as f64 * f64::ln_1p(-popularity)) }
}

fn finding(found: Option<Found>, numbers: &BTreeMap<i32, Number>, name: &dyn Fn(i32) -> String) -> Finding {
    const TEST: &str = "replaced-number";
    let Some(found) = found else {
        return Finding::untested(
            TEST,
            "a number that took another's place: none".to_owned(),
            "no two numbers share contacts and no time",
        );
    };
    let (own, partner) = (name(found.own), name(found.partner));
    let words = format!("`{partner}` and `{own}` were never used at the same time and share {} contacts", found.common);
    let p = (found.p * found.tried as f64).min(1.0);
    let mut rows = Named::default();
    for number in [found.own, found.partner].iter().filter_map(|n| numbers.get(n)) {
        rows.push(|| number.row.clone());
    }
    Finding::tested(TEST, words, (p, found.common as f64, found.expected), NULL).with_rows(rows)
}
