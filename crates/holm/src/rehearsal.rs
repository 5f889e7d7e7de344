//! A rehearsal before release: what damaged forms of one throw-away copy would prove.
//!
//! Key, codeword, patterns and family are drawn for the rehearsal alone and belong to no item; everything after that is what a trace
//! does with a leak.

use std::collections::BTreeMap;

use holm_codes::codeword::{Codebook, Issuer};
use holm_codes::decode::{CopyScore, DecoderKind, LeaveOneOut, TestPolicy, decode_single};
use holm_codes::evidence::{RowError, Rows};
use holm_codes::family::{adjusted, look_alpha};
use holm_codes::key::{Context, ItemKey};
use holm_codes::law::{Law, draw_biases};
use holm_marks::carrier::{CarrierError, Copy, PictureSecret};
use holm_marks::extract::Extraction;
use holm_marks::mark::{Layer, Mark};
use serde::Serialize;

use crate::leak::{LeakContent, LeakFile, LeakFileError};
use crate::manifest::deciding_worth;
use crate::pages::PagesError;
use crate::picture_sight;
use crate::prepare::Prepared;
use crate::render::RenderError;
use crate::sight::ItemReader;

/// A rehearsal cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RehearsalError {
    /// The copy.
    #[error(transparent)]
    Pages(#[from] PagesError),
    /// The document's pictures.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
    /// The leak.
    #[error(transparent)]
    Leak(#[from] LeakFileError),
    /// The pages.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The extraction.
    #[error("the extraction does not fit the marks: {0}")]
    Rows(#[from] RowError),
}

/// One copy among others of a document that was not shared.
pub struct Rehearsal<'p> {
    prepared: &'p Prepared,
    reader: ItemReader<'p>,
    key: ItemKey,
    secret: PictureSecret,
    issuer: Issuer,
    ids: Vec<Vec<u8>>,
    own: Vec<u8>,
    level: f64,
    policy: TestPolicy,
    copy: Copy,
}

/// What one damaged form shows.
#[derive(Clone, Debug, Serialize)]
pub struct Rehearsed {
    /// By layer.
    pub layers: BTreeMap<Layer, LayerRead>,
    /// Evidence against the copy that it came from: log₂ of 1/p.
    pub bits: f64,
    /// Whether that copy is named.
    pub named: bool,
    /// Whether another copy is named.
    pub wrong: bool,
}

/// Marks of one layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LayerRead {
    /// Marks of the copy.
    pub total: usize,
    /// Marks of which one alternative is clearly seen.
    pub read: usize,
    /// Of these, marks of which it is another than the copy's.
    pub misread: usize,
}

impl<'p> Rehearsal<'p> {
    /// Draws a key and `copies` codewords from `seed`, as for an item that is shared with as many, and writes the first copy.
    ///
    /// # Errors
    /// [`RehearsalError::Pages`] if the copy cannot be written.
    pub fn new(prepared: &'p Prepared, copies: usize, (alpha, largest): (f64, u8), seed: u64) -> Result<Self, RehearsalError> {
        let drawn = |what: &[u8]| *blake3::hash(&[what, &seed.to_le_bytes()].concat()).as_bytes();
        let key = ItemKey::from_bytes(drawn(b"holm rehearsal "));
        let secret = PictureSecret::new(drawn(b"holm rehearsal pictures "));
        let arities: Vec<usize> = prepared.marks.iter().map(Mark::arity).collect();
        let law = Law::default_for(deciding_worth(&prepared.marks), copies, largest);
        let issuer = Issuer::new(draw_biases(&key, law, &arities));
        let ids: Vec<Vec<u8>> = (0..copies.max(1)).map(|i| format!("rehearsal-{i}").into_bytes()).collect();
        let own = issuer.codeword(&key, ids.first().map_or(&[], Vec::as_slice));
        let template = prepared.copies.keyed_template(&prepared.master, &prepared.document, &prepared.marks, &secret)?;
        let copy = template.render(&own)?;
        let policy = TestPolicy::default_for(copies);
        let Prepared { master, document, marks, copies: form, .. } = prepared;
        let reader = ItemReader::new(master, document, marks, *form);
        Ok(Self { prepared, reader, key, secret, issuer, ids, own, level: look_alpha(alpha, 1), policy, copy })
    }

    /// The copy that is to be damaged.
    #[must_use]
    pub fn copy(&self) -> &[u8] {
        &self.copy
    }

    /// log₂(copies / α of the first look): what a proof needs.
    #[must_use]
    pub fn needed_bits(&self) -> f64 {
        (self.ids.len() as f64 / self.level).log2()
    }

    /// Reads a damaged form of the copy and tests all copies by it.
    ///
    /// # Errors
    /// [`RehearsalError`] if it cannot be read.
    pub fn judge(&self, file: &LeakFile) -> Result<Rehearsed, RehearsalError> {
        self.judge_content(&LeakContent::read(std::slice::from_ref(file), &|_| ())?)
    }

    /// Tests all copies by what a damaged form shows.
    ///
    /// # Errors
    /// [`RehearsalError`] if it cannot be compared with the document.
    pub fn judge_content(&self, content: &LeakContent) -> Result<Rehearsed, RehearsalError> {
        let Prepared { master, marks, .. } = self.prepared;
        let mut extraction = self.reader.extract(content)?;
        if let Some(seen) = picture_sight::look(master, marks, &self.secret, &content.views)? {
            extraction = seen.added_to(extraction);
        }
        let layers = self.layers(&extraction);
        if !extraction.belongs() {
            return Ok(Rehearsed { layers, bits: 0.0, named: false, wrong: false });
        }
        let rows = Rows::new(extraction.readings.into_iter().map(|r| r.likelihood).collect())?;
        let own = |table: &holm_codes::score::ScoreTable| vec![i32::try_from(table.score(&self.own)).unwrap_or(i32::MIN)];
        let single = decode_single(self.issuer.biases(), &rows, own);
        let bits = single.first().map_or(0.0, |s| -s.p.max(f64::MIN_POSITIVE).log2());
        let p: Vec<f64> = self.scores(&rows).iter().map(|s| s.p).collect();
        let naming = self.policy.naming_alpha(self.level);
        let named: Vec<bool> = adjusted(&p, &vec![1.0; p.len()]).iter().map(|a| *a <= naming).collect();
        let wrong = named.iter().skip(1).any(|n| *n);
        Ok(Rehearsed { layers, bits, named: named.first() == Some(&true), wrong })
    }

    fn scores(&self, rows: &Rows) -> Vec<CopyScore> {
        let book = Codebook::draw(&self.issuer, &self.key, &self.ids);
        if self.policy.decoder == DecoderKind::Single {
            return decode_single(self.issuer.biases(), rows, |table| table.scan(&book));
        }
        let seed = |copy: usize| self.key.stream(Context::Certificate, self.ids.get(copy).map_or(&[], Vec::as_slice));
        LeaveOneOut::search(&book, self.issuer.biases(), rows).scores(&self.policy, self.level, seed)
    }

    fn layers(&self, extraction: &Extraction) -> BTreeMap<Layer, LayerRead> {
        let mut layers: BTreeMap<Layer, LayerRead> = BTreeMap::new();
        for ((mark, reading), own) in self.prepared.marks.iter().zip(&extraction.readings).zip(&self.own) {
            let layer = layers.entry(mark.layer).or_default();
            layer.total += 1;
            layer.read += usize::from(reading.seen.is_some());
            layer.misread += usize::from(reading.seen.is_some_and(|s| s != *own));
        }
        layers
    }
}
