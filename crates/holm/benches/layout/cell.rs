//! What is kept of each cell.

use std::collections::BTreeMap;

use holm::trace::DECODER;
use holm_codes::key::DERIVATION;
use holm_marks::extract::EXTRACTOR;
use holm_marks::layout::LAYOUT_READER;
use holm_simulate::raster::CHANNELS;
use serde::{Deserialize, Serialize};

use crate::item::Item;
use crate::results::{Kept, Results};
use crate::revision::revision;
use crate::row::Row;
use crate::trial::{COPIES, Outcome};

/// Version of the bench itself.
const BENCH: &str = "layout/1";
/// The committed results.
pub(crate) const FILE: &str = "layout.jsonl";

/// What the results depend on, besides the master.
pub(crate) fn version() -> String {
    format!("{BENCH} {CHANNELS} {LAYOUT_READER} {EXTRACTOR} {DECODER} derivation/{DERIVATION}")
}

/// Verdicts among one number of copies.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Verdicts {
    /// Trials in which the source was named and nobody else.
    pub(crate) named: u32,
    /// Trials in which nobody was named.
    pub(crate) inconclusive: u32,
    /// Trials in which an innocent was named.
    pub(crate) wrong: u32,
    /// Trials in which no other copy had as much evidence against it as the source.
    pub(crate) first: u32,
}

/// One document, one row: sums over its trials so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) document: String,
    pub(crate) row: String,
    pub(crate) version: String,
    /// The first twelve digits of the hash of the master.
    pub(crate) master: String,
    /// Git revision that it was measured at.
    pub(crate) revision: String,
    /// The program without which it could not be measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) missing: Option<String>,
    pub(crate) trials: u32,
    /// Marks of a copy.
    pub(crate) marks: usize,
    /// By number of copies.
    pub(crate) verdicts: BTreeMap<usize, Verdicts>,
    /// Trials in which the source would be named among the most copies if no mark that was seen had been misread.
    pub(crate) possible: u32,
    /// Marks seen on the leak's pages.
    pub(crate) seen: u64,
    /// Of these, with the source's alternative not the likeliest.
    pub(crate) errors: u64,
    /// Marks clearly read.
    pub(crate) read: u64,
    /// Of these, as something else.
    pub(crate) wrong: u64,
    /// Bits that the marks seen say of the source, under evenly likely alternatives.
    pub(crate) bits: f64,
    /// Marks seen of which one alternative has 0.99 of the likelihood, and of these, with another than the source's.
    pub(crate) sure: u64,
    pub(crate) sure_wrong: u64,
    /// Marked words with a control on either side, and the sum of the squares of their distances, in points, from where the
    /// controls' mean and their own shift put them.
    pub(crate) compared: u64,
    pub(crate) squares: f64,
    /// Seconds of making leaks, of recognising words, and of everything else up to the verdict.
    pub(crate) making: f64,
    pub(crate) recognising: f64,
    pub(crate) rest: f64,
}

impl Cell {
    pub(crate) fn new(item: &Item, row: Row) -> Self {
        Self {
            document: item.name.to_owned(),
            row: row.name().to_owned(),
            version: version(),
            master: item.hash.clone(),
            revision: revision(),
            missing: None,
            trials: 0,
            marks: item.marks.len(),
            verdicts: COPIES.iter().map(|n| (*n, Verdicts::default())).collect(),
            possible: 0,
            seen: 0,
            errors: 0,
            read: 0,
            wrong: 0,
            bits: 0.0,
            sure: 0,
            sure_wrong: 0,
            compared: 0,
            squares: 0.0,
            making: 0.0,
            recognising: 0.0,
            rest: 0.0,
        }
    }

    pub(crate) fn add(&mut self, outcome: &Outcome) {
        for (copies, verdict) in COPIES.iter().zip(&outcome.verdicts) {
            let sum = self.verdicts.entry(*copies).or_default();
            sum.named += u32::from(verdict.right);
            sum.wrong += u32::from(verdict.wrong);
            sum.inconclusive += u32::from(!verdict.right && !verdict.wrong);
            sum.first += u32::from(verdict.first);
        }
        self.trials += 1;
        self.possible += u32::from(outcome.possible);
        self.seen += outcome.reads.seen;
        self.errors += outcome.reads.errors;
        self.read += outcome.reads.read;
        self.wrong += outcome.reads.wrong;
        self.bits = (1000.0 * (self.bits + outcome.reads.bits)).round() / 1000.0;
        self.sure += outcome.reads.sure;
        self.sure_wrong += outcome.reads.sure_wrong;
        self.compared += outcome.reads.compared;
        self.squares += outcome.reads.squares;
        let to_hundredths = |seconds: f64| (100.0 * seconds).round() / 100.0;
        self.making = to_hundredths(self.making + outcome.seconds.making);
        self.recognising = to_hundredths(self.recognising + outcome.seconds.recognising);
        self.rest = to_hundredths(self.rest + outcome.seconds.rest);
    }

    pub(crate) fn among(&self, copies: usize) -> Verdicts {
        self.verdicts.get(&copies).copied().unwrap_or_default()
    }

    /// Standard deviation of the measurement of one word, in points: two controls' mean and the word's own have one and a half
    /// times its variance.
    pub(crate) fn deviation(&self) -> f64 {
        (self.squares / (1.5 * self.compared.max(1) as f64)).sqrt()
    }

    /// For whoever watches the run.
    pub(crate) fn line(&self) -> String {
        let name = format!("{:9} {:23}", self.document, self.row);
        if let Some(tool) = &self.missing {
            return format!("{name}  not run: {tool} missing");
        }
        let trials = f64::from(self.trials.max(1));
        let [few, all] = COPIES.map(|n| self.among(n));
        format!(
            "{name}  {:3} trials: named {:3} first {:3} possible {:3} wrong {}; of 30 named {:3} wrong {}; {:5.1} of {} marks seen, {:5.1} read, {:.1} % wrong, ± {:.3} pt; {:.1} s making, {:.1} s recognising, {:.1} s the rest",
            self.trials,
            all.named,
            all.first,
            self.possible,
            all.wrong,
            few.named,
            few.wrong,
            self.seen as f64 / trials,
            self.marks,
            self.read as f64 / trials,
            100.0 * self.errors as f64 / self.seen.max(1) as f64,
            self.deviation(),
            self.making / trials,
            self.recognising / trials,
            self.rest / trials,
        )
    }
}

impl Kept for Cell {
    type Key = (String, String);

    fn key(&self) -> Self::Key {
        (self.document.clone(), self.row.clone())
    }
}

/// What is kept of a cell, if it was measured with this master and these versions.
pub(crate) fn kept<'r>(results: &'r Results<Cell>, item: &Item, row: Row) -> Option<&'r Cell> {
    let cell = results.get(&(item.name.to_owned(), row.name().to_owned()));
    cell.filter(|c| c.missing.is_none() && c.master == item.hash && c.version == version())
}
