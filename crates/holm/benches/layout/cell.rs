//! What is kept of each cell.

use std::collections::BTreeMap;

use holm::trace::DECODER;
use holm_codes::key::DERIVATION;
use holm_marks::extract::EXTRACTOR;
use holm_marks::layout::LAYOUT_READER;
use holm_marks::mark::Layer;
use holm_marks::picture;
use holm_simulate::raster::CHANNELS;
use serde::{Deserialize, Serialize};

use crate::item::Item;
use crate::results::{Kept, Results};
use crate::revision::revision;
use crate::row::Row;
use crate::trial::{COPIES, Outcome, Verdict};

/// Version of the bench itself.
const BENCH: &str = "layout/2";
/// The committed results.
pub(crate) const FILE: &str = "layout.jsonl";

/// What the results depend on, besides the master.
pub(crate) fn version() -> String {
    let picture = picture::VERSION;
    format!("{BENCH} {CHANNELS} {LAYOUT_READER} {picture} {EXTRACTOR} {DECODER} derivation/{DERIVATION}")
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

impl Verdicts {
    fn add(&mut self, verdict: Verdict) {
        self.named += u32::from(verdict.right);
        self.wrong += u32::from(verdict.wrong);
        self.inconclusive += u32::from(!verdict.right && !verdict.wrong);
        self.first += u32::from(verdict.first);
    }
}

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rests {
    /// All layers.
    All,
    /// Facts, wording and spelling alone.
    Text,
    /// Where words stand alone.
    Layout,
}

/// Marks of a layer, of all leaks together.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct LayerSum {
    pub(crate) total: u64,
    /// Clearly read.
    pub(crate) read: u64,
    /// Of these, as something else.
    pub(crate) wrong: u64,
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
    /// By what they rest on and number of copies.
    pub(crate) verdicts: BTreeMap<Rests, BTreeMap<usize, Verdicts>>,
    pub(crate) layers: BTreeMap<Layer, LayerSum>,
    /// Trials in which the source would be named among the most copies if no word's place had been misread.
    pub(crate) possible: u32,
    /// Marked words whose places were seen.
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
            marks: item.marks().len(),
            verdicts: BTreeMap::new(),
            layers: BTreeMap::new(),
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
        let alone = outcome.alone.iter().flat_map(|alone| [Rests::Text, Rests::Layout].into_iter().zip(alone));
        for (rests, verdicts) in [(Rests::All, &outcome.verdicts)].into_iter().chain(alone) {
            for (copies, verdict) in COPIES.iter().zip(verdicts) {
                self.verdicts.entry(rests).or_default().entry(*copies).or_default().add(*verdict);
            }
        }
        for (layer, reads) in &outcome.layers {
            let sum = self.layers.entry(*layer).or_default();
            sum.total += reads.total;
            sum.read += reads.read;
            sum.wrong += reads.wrong;
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
        self.by(Rests::All, copies).unwrap_or_default()
    }

    /// Verdicts that rest on this; `None` if the item has nothing else.
    pub(crate) fn by(&self, rests: Rests, copies: usize) -> Option<Verdicts> {
        self.verdicts.get(&rests)?.get(&copies).copied()
    }

    /// Standard deviation of the measurement of one word, in points: two controls' mean and the word's own have one and a half
    /// times its variance.
    pub(crate) fn deviation(&self) -> f64 {
        (self.squares / (1.5 * self.compared.max(1) as f64)).sqrt()
    }

    /// For whoever watches the run.
    pub(crate) fn line(&self) -> String {
        let name = format!("{:11} {:23}", self.document, self.row);
        if let Some(tool) = &self.missing {
            return format!("{name}  not run: {tool} missing");
        }
        let trials = f64::from(self.trials.max(1));
        let [few, all] = COPIES.map(|n| self.among(n));
        let layer = |(layer, sum): (&Layer, &LayerSum)| {
            let [total, read, wrong] = [sum.total, sum.read, sum.wrong].map(|n| n as f64 / trials);
            format!("{} {read:.1} of {total:.0} read, {wrong:.2} wrong", layer.name())
        };
        format!(
            "{name}  {:3} trials: named {:3} first {:3} possible {:3} wrong {}; of 30 named {:3} wrong {}; {}; ± {:.3} pt; {:.1} s making, {:.1} s recognising, {:.1} s the rest",
            self.trials,
            all.named,
            all.first,
            self.possible,
            all.wrong,
            few.named,
            few.wrong,
            self.layers.iter().map(layer).collect::<Vec<_>>().join("; "),
            self.deviation(),
            self.making / trials,
            self.recognising / trials,
            self.rest / trials,
        )
    }
}

impl Kept for Cell {
    type Key = (String, String, String);

    fn key(&self) -> Self::Key {
        (self.document.clone(), self.row.clone(), self.version.clone())
    }
}

/// What is shown of each document and row: the cell of these versions from so many trials on; before that, the one with the most.
pub(crate) fn shown(cells: Vec<Cell>) -> Vec<Cell> {
    const ENOUGH: u32 = 10;
    let now = version();
    let rank = |cell: &Cell| (cell.version == now && cell.trials >= ENOUGH, cell.trials);
    let mut shown: BTreeMap<(String, String), Cell> = BTreeMap::new();
    for cell in cells {
        let place = (cell.document.clone(), cell.row.clone());
        if shown.get(&place).is_none_or(|other| rank(other) < rank(&cell)) {
            shown.insert(place, cell);
        }
    }
    shown.into_values().collect()
}

/// What is kept of a cell, if it was measured with this master and these versions.
pub(crate) fn kept<'r>(results: &'r Results<Cell>, item: &Item, row: Row) -> Option<&'r Cell> {
    let cell = results.get(&(item.name.to_owned(), row.name().to_owned(), version()));
    cell.filter(|c| c.missing.is_none() && c.master == item.hash)
}
