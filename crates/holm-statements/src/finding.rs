//! How findings are made and corrected.

use crate::answer::{Finding, Named, Person, Row, Weight};
use crate::calibration::{corrected, e_value, mean_e};
use crate::exact::{NoTest, Stratum, Tail, upper_tail};
use crate::request::Request;

/// The null of every comparison of windows.
pub const WINDOWS: &str = "the window after each disclosure is exchangeable with the same weekdays and hours of other weeks";

impl Finding {
    /// A finding with a p-value, not yet corrected.
    pub(crate) fn tested(test: &str, words: String, tail: (f64, f64, f64), null: &str) -> Finding {
        let (p, observed, expected) = tail;
        let weight = Weight::Tested { p, beyond: None, e: e_value(p), corrected: 1.0, observed, expected, null: null.to_owned() };
        Finding::weighed(test, words, weight)
    }

    /// A finding without one.
    pub(crate) fn untested(test: &str, words: String, why: impl Into<String>) -> Finding {
        Finding::weighed(test, words, Weight::None { why: why.into() })
    }

    fn weighed(test: &str, words: String, weight: Weight) -> Finding {
        Finding { test: test.to_owned(), currency: None, words, weight, amount: None, rows: Named::default(), explanation: None }
    }

    /// With the rows that make it up.
    pub(crate) fn with_rows(self, rows: Named<Row>) -> Finding {
        Finding { rows, ..self }
    }

    /// What windows after disclosures say, or why nothing.
    pub(crate) fn of_windows(test: &str, what: &str, strata: &[Stratum]) -> Finding {
        match upper_tail(strata) {
            Ok(tail) => {
                let (p, beyond, observed) = (tail.p, Some(tail.beyond), tail.observed as f64);
                let null = WINDOWS.to_owned();
                let weight = Weight::Tested { p, beyond, e: e_value(p), corrected: 1.0, observed, expected: tail.expected, null };
                Finding::weighed(test, in_words(what, &tail, strata), weight)
            }
            Err(why) => Finding::untested(test, format!("{what}: not compared"), reason(why, strata)),
        }
    }
}

fn in_words(what: &str, tail: &Tail, strata: &[Stratum]) -> String {
    let controls: usize = strata.iter().map(|s| s.controls.len()).sum();
    let alone = strata.len() - tail.strata;
    let unmatched = if alone == 0 { String::new() } else { format!("; {alone} more have no control window") };
    let (seen, mean, windows) = (tail.observed, tail.expected, tail.strata);
    format!(
        "{what}: {seen} in {windows} windows after disclosures, {mean:.2} expected from {controls} control windows{unmatched}"
    )
}

fn reason(why: NoTest, strata: &[Stratum]) -> String {
    if strata.is_empty() { "no disclosure to this person inside the days that are compared".to_owned() } else { why.to_string() }
}

impl Person {
    /// A person of a request with what was found, not yet corrected.
    pub(crate) fn found(request: &Request, id: &str, rows: Option<u64>, findings: Vec<Finding>) -> Person {
        let disclosures = request.events.iter().filter(|e| e.person == id).count() as u64;
        Person { person: id.to_owned(), rows: rows.unwrap_or_default(), disclosures, e: 1.0, corrected: 1.0, findings }
    }
}

/// Corrects all p-values together, for `screened` people with `tests` tests each, and sums each person up.
pub fn correct(persons: &mut [Person], screened: u32, tests: u32) {
    let found: Vec<f64> = persons.iter().flat_map(|p| &p.findings).filter_map(|f| p_of(&f.weight)).collect();
    let family = screened as usize * tests as usize;
    let mut next = corrected(&found, family).into_iter();
    for person in persons {
        let mut es = Vec::new();
        for finding in &mut person.findings {
            if let Weight::Tested { e, corrected, .. } = &mut finding.weight {
                *corrected = next.next().unwrap_or(1.0);
                person.corrected = person.corrected.min(*corrected);
                es.push(*e);
            }
        }
        person.e = mean_e(&es, tests as usize);
    }
}

fn p_of(weight: &Weight) -> Option<f64> {
    match weight {
        Weight::Tested { p, .. } => Some(*p),
        Weight::None { .. } => None,
    }
}
