//! What is answered: what was read, what was left out, and what was found of each person.

use crate::money::Money;
use crate::request::{Explanation, Kind};
use serde::{Deserialize, Serialize};

/// The answer's format.
pub const FORMAT: &str = "holm-statements/1";

/// How many rows are named wherever rows are; beside them stands how many there are.
pub const NAMED: usize = 20;

/// One answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// [`FORMAT`].
    pub format: String,
    /// Of what.
    pub kind: Kind,
    /// What was read.
    pub read: Read,
    /// By what p-values were corrected.
    pub correction: Correction,
    /// What was found, a person after the other, in the scope's order. Everybody of the scope is there.
    pub persons: Vec<Person>,
}

/// What was read and what of it was not analysed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// The files.
    pub files: Vec<FileRead>,
    /// Rows that were analysed, each once.
    pub analysed: u64,
    /// Rows that could not be read.
    pub bad: Named<BadRow>,
    /// Rows that stand there more than once.
    pub duplicates: Named<Duplicate>,
    /// Rows outside the scope's days, of its persons.
    pub outside_days: u64,
    /// Rows of numbers or accounts that belong to nobody in the scope.
    pub outside_persons: Named<Outside>,
    /// Disclosures to nobody in the scope.
    pub outside_events: u64,
    /// Rows whose local time the clock showed twice, or never; the earlier was taken, and the time an hour later.
    pub uncertain_times: u64,
    /// Rows analysed in each currency. Accounts only.
    pub currencies: Vec<Currency>,
}

/// One file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRead {
    /// As in the request.
    pub path: String,
    /// Rows that could be read.
    pub rows: u64,
    /// Rows that could not.
    pub bad: u64,
}

/// How many there are, and the first [`NAMED`] of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named<T> {
    /// All of them.
    pub total: u64,
    /// The first.
    pub first: Vec<T>,
}

impl<T> Default for Named<T> {
    fn default() -> Named<T> {
        Named { total: 0, first: Vec::new() }
    }
}

impl<T> Named<T> {
    /// Counts one more, and names it while there is room.
    pub fn push(&mut self, make: impl FnOnce() -> T) {
        self.total += 1;
        if self.first.len() < NAMED {
            self.first.push(make());
        }
    }
}

/// A row: the file's path and the line (CSV) or the number of the row (Parquet), both counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Row {
    /// As in the request.
    pub file: String,
    /// From 1.
    pub line: u64,
}

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// Where.
    pub row: Row,
    /// Why.
    pub reason: String,
}

/// Rows that say the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// The one that counts.
    pub row: Row,
    /// The last of those that do not.
    pub again: Row,
    /// How many do not.
    pub times: u64,
}

/// A number or account of nobody in the scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    /// Number or account.
    pub own: String,
    /// Its rows.
    pub rows: u64,
}

/// Rows in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency {
    /// ISO 4217.
    pub currency: String,
    /// Its rows.
    pub rows: u64,
}

/// How findings are corrected: Holm's step-down over everybody screened times every test of the kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// `holm-step-down`.
    pub method: String,
    /// People screened.
    pub screened: u32,
    /// Tests that each of them could be given.
    pub tests: u32,
}

/// What was found of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// The id.
    pub person: String,
    /// Rows of theirs that were analysed.
    pub rows: u64,
    /// Disclosures to them in the request; a finding says how many could be compared.
    pub disclosures: u64,
    /// The mean of the tests' e-values, those not done counting as 1.
    pub e: f64,
    /// The least corrected p-value; 1 where nothing has one.
    pub corrected: f64,
    /// One for each test and fact.
    pub findings: Vec<Finding>,
}

/// One finding. It says that somebody should ask, and has room for what is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Which test or fact, by its name in `docs/spec/statements.md`.
    pub test: String,
    /// The currency. Accounts only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub currency: Option<String>,
    /// What was seen, in one sentence.
    pub words: String,
    /// What it weighs.
    pub weight: Weight,
    /// An amount that is the finding, where it is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub amount: Option<Money>,
    /// The rows that make it up.
    pub rows: Named<Row>,
    /// What the person says to it; nothing yet.
    pub explanation: Option<Explanation>,
}

/// What a finding weighs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "calibration")]
pub enum Weight {
    /// A p-value.
    Tested {
        /// Under the null, before correction.
        p: f64,
        /// The probability of more than was observed; only of comparisons of windows.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        beyond: Option<f64>,
        /// `p` by the mixture calibrator.
        e: f64,
        /// After correction.
        corrected: f64,
        /// What was observed.
        observed: f64,
        /// Its mean under the null.
        expected: f64,
        /// The null hypothesis.
        null: String,
    },
    /// None, and why.
    None {
        /// In words.
        why: String,
    },
}
