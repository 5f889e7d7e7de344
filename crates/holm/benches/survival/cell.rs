//! What is kept of each cell.

use std::collections::BTreeMap;

use holm::trace::DECODER;
use holm_codes::key::DERIVATION;
use holm_marks::extract::EXTRACTOR;
use holm_simulate::corpus::Document;
use holm_simulate::damage::CHANNELS;
use serde::{Deserialize, Serialize};

use crate::item::{Item, Items};
use crate::results::{Kept, Results};
use crate::revision::revision;
use crate::row::Row;

/// Version of the bench itself.
const BENCH: &str = "survival/1";

/// Marks of one layer over all trials of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reads {
    /// Marks that the copies had.
    pub(crate) all: u64,
    /// Read as the source has them.
    pub(crate) right: u64,
    /// Read as something else.
    pub(crate) wrong: u64,
}

/// One document, one row, one number of recipients.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) document: String,
    pub(crate) row: String,
    pub(crate) copies: usize,
    /// What the result depends on, besides the pack.
    pub(crate) version: String,
    pub(crate) pack: String,
    /// Git revision that it was measured at.
    pub(crate) revision: String,
    /// The program without which it could not be measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) missing: Option<String>,
    pub(crate) trials: u32,
    pub(crate) words: usize,
    pub(crate) marks: usize,
    /// Marks that the power statement demands for a single leaker.
    pub(crate) needed: Option<usize>,
    /// Trials in which a source was named and nobody else.
    pub(crate) named: u32,
    /// Trials in which all sources were named and nobody else.
    pub(crate) all_named: u32,
    /// Trials in which nobody was named.
    pub(crate) inconclusive: u32,
    /// Of these, trials in which the leak was taken for no leak of the item.
    pub(crate) no_match: u32,
    /// Trials in which an innocent was named.
    pub(crate) wrong: u32,
    /// Trials in which the marks that were read are as many as the power statement demanded.
    pub(crate) demanded: u32,
    /// Of these, trials in which a source was named and nobody else.
    pub(crate) demanded_named: u32,
    /// Marks read, over all trials.
    pub(crate) read: u64,
    pub(crate) layers: BTreeMap<String, Reads>,
    pub(crate) seconds: f64,
}

impl Cell {
    pub(crate) fn new(item: &Item, row: &Row, copies: usize, trials: u32) -> Self {
        let needed = item.needed(copies).filter(|_| row.sources() == 1);
        Self {
            trials,
            words: item.words,
            marks: item.marks.len(),
            needed,
            pack: item.pack.clone(),
            ..Self::empty(item.document, row, copies)
        }
    }

    /// A cell whose program is not installed.
    pub(crate) fn not_run(document: &Document, row: &Row, copies: usize, tool: &str) -> Self {
        Self { missing: Some(tool.to_owned()), ..Self::empty(document, row, copies) }
    }

    fn empty(document: &Document, row: &Row, copies: usize) -> Self {
        Self {
            document: document.name.to_owned(),
            row: row.name(),
            copies,
            version: version(),
            pack: Items::pack(document.language).unwrap_or_default(),
            revision: revision(),
            missing: None,
            trials: 0,
            words: 0,
            marks: 0,
            needed: None,
            named: 0,
            all_named: 0,
            inconclusive: 0,
            no_match: 0,
            wrong: 0,
            demanded: 0,
            demanded_named: 0,
            read: 0,
            layers: BTreeMap::new(),
            seconds: 0.0,
        }
    }

    /// For whoever watches the run.
    pub(crate) fn line(&self) -> String {
        let name = format!("{:24} {:18} {:5}", self.document, self.row, self.copies);
        match &self.missing {
            Some(tool) => format!("{name}  not run: {tool} missing"),
            None => format!(
                "{name}  named {:3} inconclusive {:3} wrong {} of {:3}; {:.1} of {} marks read; {:.1} s",
                self.named,
                self.inconclusive,
                self.wrong,
                self.trials,
                self.read as f64 / f64::from(self.trials.max(1)),
                self.marks,
                self.seconds
            ),
        }
    }
}

impl Kept for Cell {
    type Key = (String, String, usize);

    fn key(&self) -> Self::Key {
        (self.document.clone(), self.row.clone(), self.copies)
    }
}

/// Whether this cell is measured, with this pack, these versions and so many trials.
pub(crate) fn done(results: &Results<Cell>, document: &Document, row: &Row, copies: usize, pack: &str, trials: u32) -> bool {
    let cell = results.get(&(document.name.to_owned(), row.name(), copies));
    cell.is_some_and(|c| c.missing.is_none() && c.pack == pack && c.version == version() && c.trials >= trials)
}

fn version() -> String {
    format!("{BENCH} {CHANNELS} {EXTRACTOR} {DECODER} derivation/{DERIVATION}")
}
