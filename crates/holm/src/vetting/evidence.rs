//! What checks are worth as evidence: accuracies that are uncertain, sourced and editable, with a cap for each kind (`docs/spec/vetting.md`).

use std::collections::{BTreeMap, BTreeSet};

use holm_inference::checks::{Bearing, Check as Found, CheckKind, Finding};
use holm_inference::priors::Share;
use holm_record::event::Event;
use holm_record::event::vetting::{CheckResult, CheckSort};
use holm_record::id::PersonId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{CheckError, Vetting};
use crate::policy::Permit;
use crate::state::State;
use crate::workspace::Workspace;

/// What Holm proposes where a programme has laid down nothing of its own.
pub const PROPOSED: &str = include_str!("evidence.toml");
/// Months that a check counts in full where no schedule says how long it is valid.
const VALID: u32 = 24;
/// Weights are rounded down to powers of this, so that there are few of them.
const STEPS_A_HALVING: f64 = 4.0;
/// A check that has lost so many halves is no evidence any more.
const HALVINGS: f64 = 4.0;

/// Accuracies cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// Not a file of them.
    #[error("this says nothing of what checks are worth: {0}")]
    Malformed(String),
    /// Counts.
    #[error("`{0}`: `{1}` is [adverse, seen], with adverse above 0 and below seen, and at most 10,000 seen")]
    Counts(String, &'static str),
    /// The cap.
    #[error("`{0}`: `most` is above 1 and at most 1,000")]
    Most(String),
    /// It finds less than it raises false alarms.
    #[error("`{0}` comes out adverse of those who leak no more often than of others: it is no evidence, so leave it out")]
    Useless(String),
    /// Twice.
    #[error("`{0}` stands in two kinds; what it is worth would count twice")]
    Twice(CheckSort),
    /// Nothing in it.
    #[error("`{0}` names no sorts of checks")]
    Empty(String),
    /// No source.
    #[error("`{0}` does not say where its figures are from")]
    NoSource(String),
    /// An empty file.
    #[error("the file is empty; that no check is evidence of anything is said with a line `[kinds]`")]
    Nothing,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    sorts: Vec<CheckSort>,
    sensitivity: [f64; 2],
    false_alarms: [f64; 2],
    most: f64,
    #[serde(default)]
    supporting: bool,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    kinds: BTreeMap<String, Row>,
}

/// What checks are worth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accuracies {
    kinds: BTreeMap<String, Row>,
}

/// A kind of evidence as a report names it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KindOfEvidence {
    /// What it is called.
    pub kind: String,
    /// Checks that are of it.
    pub sorts: Vec<CheckSort>,
    /// Of those who leak, the share that comes out adverse, before anything is seen.
    pub sensitivity: f64,
    /// Of those who do not.
    pub false_alarms: f64,
    /// The largest ratio of all of it on one person.
    pub most: f64,
    /// Whether a belief may not stand on it.
    pub supporting: bool,
    /// Where that is from.
    pub source: String,
}

/// Checks as evidence: kinds, and what they found of whom, who is an index among the state's persons.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) kinds: Vec<(KindOfEvidence, CheckKind)>,
    pub(crate) found: Vec<Found>,
}

fn beta(name: &str, field: &'static str, [adverse, seen]: [f64; 2]) -> Result<Share, EvidenceError> {
    let fits = adverse > 0.0 && adverse < seen && seen <= 10_000.0;
    if fits { Ok(Share::Beta(adverse, seen - adverse)) } else { Err(EvidenceError::Counts(name.to_owned(), field)) }
}

impl Row {
    fn kind(&self, name: &str) -> Result<CheckKind, EvidenceError> {
        let sensitivity = beta(name, "sensitivity", self.sensitivity)?;
        let false_alarms = beta(name, "false_alarms", self.false_alarms)?;
        if !(self.most > 1.0 && self.most <= 1000.0) {
            return Err(EvidenceError::Most(name.to_owned()));
        }
        let bearing = if self.supporting { Bearing::Supporting } else { Bearing::Full };
        Ok(CheckKind { sensitivity, false_alarms, most: self.most, bearing })
    }

    fn shown(&self, name: &str) -> KindOfEvidence {
        let share = |[adverse, seen]: [f64; 2]| adverse / seen;
        KindOfEvidence {
            kind: name.to_owned(),
            sorts: self.sorts.clone(),
            sensitivity: share(self.sensitivity),
            false_alarms: share(self.false_alarms),
            most: self.most,
            supporting: self.supporting,
            source: self.source.clone(),
        }
    }
}

impl Accuracies {
    /// Reads them from a TOML file.
    ///
    /// # Errors
    /// [`EvidenceError`] names the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, EvidenceError> {
        let file: File = toml::from_str(text).map_err(|e| EvidenceError::Malformed(e.to_string().trim_end().to_owned()))?;
        let mut named = BTreeSet::new();
        for (name, row) in &file.kinds {
            row.kind(name)?;
            if row.sorts.is_empty() {
                return Err(EvidenceError::Empty(name.clone()));
            }
            if row.source.trim().is_empty() {
                return Err(EvidenceError::NoSource(name.clone()));
            }
            let shown = row.shown(name);
            if shown.sensitivity <= shown.false_alarms {
                return Err(EvidenceError::Useless(name.clone()));
            }
            if let Some(sort) = row.sorts.iter().find(|sort| !named.insert(**sort)) {
                return Err(EvidenceError::Twice(*sort));
            }
        }
        Ok(Self { kinds: file.kinds })
    }

    /// The kinds, by name.
    #[must_use]
    pub fn kinds(&self) -> Vec<KindOfEvidence> {
        self.kinds.iter().map(|(name, row)| row.shown(name)).collect()
    }
}

impl Vetting {
    /// What checks are worth: as it was laid down, or as Holm proposes.
    #[must_use]
    pub fn accuracies(&self) -> Accuracies {
        let laid_down = self.accuracy.as_ref().and_then(|text| Accuracies::parse(text).ok());
        laid_down.or_else(|| Accuracies::parse(PROPOSED).ok()).unwrap_or_default()
    }
}

/// Whole months from a day to a later one.
fn months_between(from: Date, to: Date) -> u32 {
    let months = (i32::from(to.year()) - i32::from(from.year())) * 12 + i32::from(to.month()) - i32::from(from.month());
    u32::try_from(months - i32::from(to.day() < from.day())).unwrap_or(0)
}

/// How far a check of some age still bears on the present: in full while it is valid, and half for each such time after that; `None` where too
/// little is left.
fn weight(age: u32, valid: u32) -> Option<f64> {
    let over = f64::from(age.saturating_sub(valid)) / f64::from(valid.max(1));
    let halvings = (over * STEPS_A_HALVING).ceil() / STEPS_A_HALVING;
    (halvings < HALVINGS).then(|| (-halvings).exp2())
}

impl State {
    /// Checks as evidence on a day.
    pub(crate) fn evidence_of_checks(&self, on: Date) -> Evidence {
        let accuracies = self.vetting.accuracies();
        let kinds: Vec<_> =
            accuracies.kinds.iter().filter_map(|(name, row)| Some((row.shown(name), row.kind(name).ok()?))).collect();
        let person: BTreeMap<&PersonId, usize> = self.persons.keys().zip(0..).collect();
        let mut found = Vec::new();
        for check in self.vetting.checks.iter().filter(|check| check.facts.on <= on) {
            let facts = &check.facts;
            let of = kinds.iter().position(|(kind, _)| kind.sorts.contains(&facts.sort));
            let (Some(kind), Some(index)) = (of, person.get(&facts.person).copied()) else { continue };
            let finding = match facts.result {
                CheckResult::Failed => Finding::Adverse,
                CheckResult::Passed => Finding::Favourable,
                CheckResult::Inconclusive => Finding::Inconclusive,
                CheckResult::NotTaken => Finding::NotTaken,
            };
            let asked = self.persons.get(&facts.person).and_then(|person| {
                let (schedule, _) = self.vetting.schedule.as_ref()?;
                schedule.asked(&person.facts.unit, person.facts.level).find(|(sort, _)| *sort == facts.sort)
            });
            let valid = asked.map_or(VALID, |(_, months)| months);
            if let Some(weight) = weight(months_between(facts.on, on), valid) {
                found.push(Found { person: index, kind, finding, weight });
            }
        }
        Evidence { kinds, found }
    }
}

impl Workspace {
    /// Lays down what checks are worth; returns the entry.
    ///
    /// # Errors
    /// [`CheckError::Evidence`]; nothing is recorded then.
    pub fn set_accuracies(&mut self, permit: &Permit, text: &str) -> Result<u64, CheckError> {
        if text.trim().is_empty() {
            return Err(EvidenceError::Nothing.into());
        }
        Accuracies::parse(text)?;
        Ok(self.append(permit, vec![Event::AccuracySet { text: text.to_owned() }])?)
    }
}

#[cfg(test)]
mod tests {
    use holm_inference::checks::KINDS;

    use super::*;

    /// The file that is shipped says what the inference was calibrated with.
    #[test]
    fn what_is_proposed_is_what_the_inference_knows() {
        let proposed = Accuracies::parse(PROPOSED).unwrap();
        let known = |name: &str| KINDS.iter().find(|(of, _)| *of == name).map(|(_, kind)| *kind).unwrap();
        for (name, of) in [
            ("polygraph", "polygraph"),
            ("finances", "financial review"),
            ("phones", "phone review"),
            ("background", "background"),
        ] {
            assert_eq!(proposed.kinds[name].kind(name).unwrap(), known(of), "{name}");
        }
        assert!(proposed.kinds().iter().all(|kind| !kind.sorts.contains(&CheckSort::Urinalysis)), "it counts as compliance");
    }

    #[test]
    fn what_cannot_be_meant_is_said_so() {
        let good = "[kinds.polygraph]\nsorts = [\"polygraph\"]\nsensitivity = [5, 10]\nfalse_alarms = [1, 16]\nmost = 20\nsource = \"x\"\n";
        assert!(Accuracies::parse(good).is_ok() && Accuracies::parse("").unwrap().kinds().is_empty());
        let refused = |from: &str, to: &str| {
            assert!(good.contains(from));
            Accuracies::parse(&good.replacen(from, to, 1)).unwrap_err()
        };
        assert!(matches!(refused("[5, 10]", "[10, 10]"), EvidenceError::Counts(_, "sensitivity")));
        assert!(matches!(refused("[1, 16]", "[0, 16]"), EvidenceError::Counts(_, "false_alarms")));
        assert!(matches!(refused("[1, 16]", "[9, 16]"), EvidenceError::Useless(_)));
        assert!(matches!(refused("20", "1"), EvidenceError::Most(_)));
        assert!(matches!(refused("[\"polygraph\"]", "[]"), EvidenceError::Empty(_)));
        assert!(matches!(refused("[\"polygraph\"]", "[\"polygraph\", \"polygraph\"]"), EvidenceError::Twice(_)));
        assert!(matches!(refused("\"x\"", "\" \""), EvidenceError::NoSource(_)));
        assert!(matches!(refused("most", "least"), EvidenceError::Malformed(_)));
    }

    #[test]
    fn a_check_counts_in_full_while_it_is_valid_and_fades_after_that() {
        let day = |text: &str| -> Date { text.parse().unwrap() };
        assert_eq!(months_between(day("2024-01-31"), day("2024-02-29")), 0);
        assert_eq!(months_between(day("2023-11-15"), day("2025-01-15")), 14);
        assert_eq!(months_between(day("2025-01-15"), day("2024-01-15")), 0);
        assert_eq!((weight(24, 24), weight(48, 24)), (Some(1.0), Some(0.5)));
        assert!(weight(30, 24).is_some_and(|weight| weight < 1.0 && weight > 0.8));
        assert_eq!(weight(24 * 5, 24), None);
    }
}
