//! Contacts that a person shares with targets, weighed by how many share them.

use crate::answer::{Finding, Named, Row};
use crate::exact::hypergeometric_tail;
use std::collections::{BTreeMap, BTreeSet};

/// The null of both tests.
const NULL: &str =
    "who is in contact with whom is drawn at random, with everybody keeping as many contacts and every number being as popular";

/// A person's number that was in contact with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The person's index in the scope.
    pub person: usize,
    /// Their number.
    pub own: i32,
    /// The other number.
    pub other: i32,
    /// Calls and messages.
    pub calls: u64,
    /// The first, in seconds since 1970.
    pub first: i64,
    /// The last.
    pub last: i64,
    /// The first's row.
    pub row: Row,
}

/// A number one hop from targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near {
    /// The number.
    pub number: i32,
    /// Whose it is, where it is a person's of the scope: to themselves it is not near.
    pub owner: Option<usize>,
}

/// Numbers one hop from targets: those that are `given`, and those of persons of the scope that were in contact with one.
pub fn near(contacts: &[Contact], targets: &BTreeSet<i32>, given: &BTreeSet<i32>) -> Vec<Near> {
    let owners: BTreeMap<i32, usize> = contacts.iter().map(|c| (c.own, c.person)).collect();
    let met = contacts.iter().filter(|c| targets.contains(&c.other)).map(|c| c.own);
    let all: BTreeSet<i32> = met.chain(given.iter().copied()).filter(|n| !targets.contains(n)).collect();
    all.into_iter().map(|number| Near { number, owner: owners.get(&number).copied() }).collect()
}

/// Who is in contact with whom, persons on one side and numbers on the other.
#[derive(Debug)]
pub struct Graph<'a> {
    edges: BTreeMap<(usize, i32), Edge<'a>>,
    persons: BTreeSet<usize>,
    /// Edges to targets, and to numbers one hop from them.
    known: (u64, u64),
}

/// A person and a number that were in contact.
#[derive(Debug)]
struct Edge<'a> {
    row: &'a Row,
    target: bool,
    near: bool,
}

impl<'a> Graph<'a> {
    /// Of contacts; a person's contact by several of their numbers is one.
    pub fn new(contacts: &'a [Contact], targets: &BTreeSet<i32>, near: &[Near]) -> Graph<'a> {
        let owners: BTreeMap<i32, usize> = contacts.iter().map(|c| (c.own, c.person)).collect();
        let near: BTreeMap<i32, Option<usize>> = near.iter().map(|n| (n.number, n.owner)).collect();
        let edge = |c: &'a Contact| {
            let near = near.get(&c.other).is_some_and(|owner| *owner != Some(c.person));
            ((c.person, c.other), Edge { row: &c.row, target: targets.contains(&c.other), near })
        };
        let edges: BTreeMap<_, _> = contacts.iter().filter(|c| owners.get(&c.other) != Some(&c.person)).map(edge).collect();
        let persons = edges.keys().map(|&(person, _)| person).collect();
        let count = |marked: fn(&Edge<'_>) -> bool| edges.values().filter(|e| marked(e)).count() as u64;
        let known = (count(|e| e.target), count(|e| e.near));
        Graph { edges, persons, known }
    }

    /// Contacts with targets, and with numbers one hop from them.
    pub fn findings(&self, person: usize) -> Vec<Finding> {
        vec![
            self.shared("target-contacts", "targets in contact", person, self.known.0, |e| e.target),
            self.shared("near-contacts", "numbers one hop from targets in contact", person, self.known.1, |e| e.near),
        ]
    }

    /// Of all edges, of which so many are marked, a person has so many: how surprising are the marked ones among theirs.
    fn shared(&self, test: &str, what: &str, person: usize, known: u64, marked: fn(&Edge<'_>) -> bool) -> Finding {
        let all = self.edges.len() as u64;
        let theirs = self.edges.range((person, i32::MIN)..=(person, i32::MAX));
        let (mut mine, mut rows) = (0, Named::default());
        for (_, edge) in theirs {
            mine += 1;
            if marked(edge) {
                rows.push(|| edge.row.clone());
            }
        }
        let hits = rows.total;
        let words = format!("{what}: {hits} of {mine} contacts; of everybody's {all}, {known}");
        if self.persons.len() < 2 {
            return Finding::untested(test, words, "nobody else has contacts to compare with").with_rows(rows);
        }
        let expected = known as f64 * mine as f64 / all as f64;
        let p = hypergeometric_tail(all, known, mine, hits);
        Finding::tested(test, words, (p, hits as f64, expected), NULL).with_rows(rows)
    }
}
