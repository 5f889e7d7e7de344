//! Who stands out from those who were told as much.
//!
//! Whoever is briefed has work to do: what is rare in a person's own weeks can be ordinary among all who were briefed. So beside a
//! person's p stands how many of the others have one as small. Among people whom nothing tells apart the share of others is itself
//! a p (a rank, as in conformal prediction: Vovk, Gammerman & Shafer, *Algorithmic Learning in a Random World*, 2005, §2.2).

use crate::answer::{Answer, Finding, Person, Weight};
use std::collections::BTreeMap;

/// From which p on a finding is not shown by itself.
pub const SHOWN: f64 = 0.05;

/// A finding beside the same of everybody else in the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// Its p; none for a sum.
    pub p: Option<f64>,
    /// How many others have as small a p.
    pub as_small: usize,
    /// How many others were tested so.
    pub others: usize,
}

impl Beside<'_> {
    /// (others with as small a p + 1) / (others + 1): the rank among all, at most 1. A sum has none, and comes last.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.p.is_none() { 1.0 } else { (self.as_small + 1) as f64 / (self.others + 1) as f64 }
    }
}

/// Somebody with what is to be asked of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked<'a> {
    /// Who.
    pub person: &'a Person,
    /// Findings with p of at most [`SHOWN`], and sums above nothing; the rarest among the others first.
    pub found: Vec<Beside<'a>>,
}

impl Ranked<'_> {
    /// By what people are sorted: what they stand out by most.
    fn first(&self) -> (f64, f64) {
        self.found.first().map_or((2.0, 2.0), |found| (found.share(), found.p.unwrap_or(2.0)))
    }
}

fn p_of(finding: &Finding) -> Option<f64> {
    match finding.weight {
        Weight::Tested { p, .. } => Some(p),
        Weight::None { .. } => None,
    }
}

/// Everybody's p, by test and currency.
type All<'a> = BTreeMap<(&'a str, Option<&'a str>), Vec<f64>>;

fn beside<'a>(finding: &'a Finding, all: &All<'_>) -> Beside<'a> {
    let p = p_of(finding);
    let of = all.get(&(finding.test.as_str(), finding.currency.as_deref())).map(Vec::as_slice).unwrap_or_default();
    let as_small = p.map_or(0, |p| of.iter().filter(|other| **other <= p).count().saturating_sub(1));
    Beside { finding, p, as_small, others: of.len().saturating_sub(1) }
}

fn one<'a>(person: &'a Person, all: &All<'_>) -> Ranked<'a> {
    let asks = |f: &&Finding| p_of(f).map_or_else(|| f.amount.is_some_and(|a| a.0 > 0), |p| p <= SHOWN);
    let mut found: Vec<Beside<'a>> = person.findings.iter().filter(asks).map(|finding| beside(finding, all)).collect();
    found.sort_by(|a, b| a.share().total_cmp(&b.share()).then(a.p.unwrap_or(2.0).total_cmp(&b.p.unwrap_or(2.0))));
    Ranked { person, found }
}

/// Everybody of an answer, whoever stands out most first.
#[must_use]
pub fn ranked(answer: &Answer) -> Vec<Ranked<'_>> {
    let mut all = All::new();
    for finding in answer.persons.iter().flat_map(|person| &person.findings) {
        all.entry((&finding.test, finding.currency.as_deref())).or_default().extend(p_of(finding));
    }
    let mut ranked: Vec<Ranked<'_>> = answer.persons.iter().map(|person| one(person, &all)).collect();
    ranked.sort_by(|a, b| a.first().0.total_cmp(&b.first().0).then(a.first().1.total_cmp(&b.first().1)));
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Correction, FORMAT, Read};
    use crate::request::Kind;

    fn tested(test: &str, p: f64) -> Finding {
        Finding::tested(test, String::new(), (p, 1.0, 1.0), "none")
    }

    fn answer(persons: &[(&str, &[(&str, f64)])]) -> Answer {
        let read = Read {
            files: Vec::new(),
            analysed: 0,
            bad: Default::default(),
            duplicates: Default::default(),
            outside_days: 0,
            outside_persons: Default::default(),
            outside_events: 0,
            uncertain_times: 0,
            currencies: Vec::new(),
        };
        let person = |(id, found): &(&str, &[(&str, f64)])| Person {
            person: (*id).to_owned(),
            rows: 1,
            disclosures: 1,
            e: 1.0,
            corrected: 1.0,
            findings: found.iter().map(|(test, p)| tested(test, *p)).collect(),
        };
        Answer {
            format: FORMAT.to_owned(),
            kind: Kind::Phones,
            read,
            correction: Correction { method: String::new(), screened: 4, tests: 2 },
            persons: persons.iter().map(person).collect(),
        }
    }

    #[test]
    fn what_everybody_does_tells_nobody_apart() {
        // All call after briefings; one calls a target.
        let answer = answer(&[
            ("a", &[("calls-after", 1e-9), ("target-calls-after", 1.0)]),
            ("b", &[("calls-after", 1e-7), ("target-calls-after", 1e-4)]),
            ("c", &[("calls-after", 1e-8), ("target-calls-after", 0.6)]),
            ("d", &[("calls-after", 0.4), ("target-calls-after", 1.0)]),
        ]);
        let ranked = ranked(&answer);
        let order: Vec<&str> = ranked.iter().map(|r| r.person.person.as_str()).collect();
        assert_eq!(order, ["a", "b", "c", "d"], "of equal rank the smaller p comes first");
        let b = &ranked[1];
        assert_eq!(b.found[0].finding.test, "target-calls-after");
        assert_eq!((b.found[0].as_small, b.found[0].others, b.found[0].share()), (0, 3, 0.25));
        assert_eq!((b.found[1].as_small, b.found[1].share()), (2, 0.75));
        assert!(ranked[3].found.is_empty());
    }

    #[test]
    fn among_people_whom_nothing_tells_apart_the_share_of_others_is_a_p() {
        // Each permutation of five p is as likely: P(share ≤ k/5) is k/5, for the first person.
        let ps = [0.001, 0.002, 0.01, 0.02, 0.03];
        let mut counts = [0; 5];
        for first in 0..5 {
            let order: Vec<f64> = (0..5).map(|i| ps[(first + i) % 5]).collect();
            let found: Vec<[(&str, f64); 1]> = order.iter().map(|p| [("t", *p)]).collect();
            let persons: Vec<(&str, &[(&str, f64)])> =
                found.iter().zip(["a", "b", "c", "d", "e"]).map(|(f, id)| (id, &f[..])).collect();
            let answer = answer(&persons);
            let ranked = ranked(&answer);
            let share = ranked.iter().find(|r| r.person.person == "a").unwrap().found[0].share();
            counts[(share * 5.0).round() as usize - 1] += 1;
        }
        assert_eq!(counts, [1; 5]);
    }
}
