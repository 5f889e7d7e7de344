//! What a trace comes to, in a form that people and programs read.

use std::collections::BTreeMap;

use holm_marks::extract::{Coverage, Extraction};
use holm_marks::mark::Layer;
use holm_record::id::{CopyId, IncidentName, ItemName, PersonId};
use serde::{Deserialize, Serialize};

use crate::manifest::Manifest;

/// The verdict of one look at one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// At least one copy is named.
    Named,
    /// The leak is of this item, and no copy is named.
    Inconclusive,
    /// The leak is of no item.
    NoMatch,
}

impl Verdict {
    /// As it stands in the record.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Inconclusive => "inconclusive",
            Self::NoMatch => "no-match",
        }
    }
}

/// One copy's result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CopyResult {
    /// Which copy.
    pub copy: CopyId,
    /// To whom it was issued; absent while masked.
    pub person: Option<PersonId>,
    /// P(so much evidence | the copy is innocent), at most; absent while withheld.
    pub p_value: Option<f64>,
    /// Its e-value, whose mean is 1 at most if the copy is innocent; absent while withheld.
    pub e_value: Option<f64>,
    /// p over all copies, looks and candidate items: compares with α; absent while withheld.
    pub adjusted_p: Option<f64>,
    /// Whether it is named.
    pub named: bool,
    /// What each layer says of a copy that is named: shown, never tested.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub layers: BTreeMap<Layer, Voice>,
    /// Marks, by their place among the item's, that clearly show another alternative than a copy that is named has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<usize>,
}

/// What one layer's marks say of a copy that all marks together name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Voice {
    /// They fit it much better than chance.
    Fits,
    /// They fit it much worse than chance: this layer came from elsewhere.
    Contradicts,
    /// They say little.
    Silent,
}

impl Voice {
    /// What a layer says whose marks fit the copy by so many nats better than chance.
    #[must_use]
    pub fn of(nats: f64) -> Self {
        // e³ is 20 to 1.
        const CLEARLY: f64 = 3.0;
        match nats {
            n if n >= CLEARLY => Self::Fits,
            n if n <= -CLEARLY => Self::Contradicts,
            _ => Self::Silent,
        }
    }
}

impl CopyResult {
    /// The layer that speaks against this copy, if one does while another speaks for it: a mixed or forged leak.
    #[must_use]
    pub fn contradicting(&self) -> Option<Layer> {
        let fits = self.layers.values().any(|v| *v == Voice::Fits);
        self.layers.iter().find(|(_, v)| fits && **v == Voice::Contradicts).map(|(layer, _)| *layer)
    }
}

/// Marks of the item and those that were read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MarksRead {
    /// All.
    pub total: usize,
    /// Read.
    pub read: usize,
    /// By layer: read and all.
    pub by_layer: BTreeMap<Layer, LayerRead>,
}

/// Marks of one layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerRead {
    /// All.
    pub total: usize,
    /// Read.
    pub read: usize,
}

impl MarksRead {
    /// Counts what was read.
    #[must_use]
    pub fn of(manifest: &Manifest, extraction: &Extraction) -> Self {
        let mut counted = Self::default();
        for (mark, reading) in manifest.marks.iter().zip(&extraction.readings) {
            let layer = counted.by_layer.entry(mark.layer).or_default();
            let read = usize::from(reading.seen.is_some());
            layer.total += 1;
            layer.read += read;
            counted.total += 1;
            counted.read += read;
        }
        counted
    }
}

/// Who else could have held or regenerated a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holders {
    /// Custodians of the item's key: together they can regenerate any copy.
    pub custodians: Vec<String>,
    /// Whether the originator's desk made the key alone.
    pub alone: bool,
    /// Copies that a lost device can open.
    pub on_lost_devices: Vec<CopyId>,
    /// Folders to which unsealed copies were written.
    pub plain_folders: Vec<String>,
    /// What holders of copies were allowed to pass on before the leak was received.
    #[serde(default)]
    pub passed_on: Vec<PassedOn>,
    /// Recipients whose signed receipts held commitment and checkpoint before the leak was received.
    pub receipts_before: usize,
}

/// A grant to pass paragraphs of a copy on: whoever was handed them could have leaked them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOn {
    /// The copy.
    pub copy: CopyId,
    /// To whom.
    pub to: String,
    /// Numbers of the paragraphs; none means all of the item.
    pub paragraphs: Vec<u32>,
}

/// One person's e-process over all items and looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// To whom the copies were issued.
    pub person: PersonId,
    /// Natural logarithm of the e-process; absent while withheld.
    pub ln_e: Option<f64>,
    /// Whether it is beyond what the workspace's whole life allows by chance, at α over all persons ever enrolled.
    pub stands_out: bool,
}

/// The report of one look at one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The item; absent for a leak of none.
    pub item: Option<ItemName>,
    /// The incident.
    pub incident: IncidentName,
    /// The verdict.
    pub verdict: Verdict,
    /// α of the incident.
    pub alpha: f64,
    /// Number of the look; look t may spend α / (t (t + 1)).
    pub look: u32,
    /// Items that shared the look.
    pub candidates: u32,
    /// Copies issued before the leak was received.
    pub family: usize,
    /// Every copy of the family, in order of issue.
    pub copies: Vec<CopyResult>,
    /// Marks.
    pub marks: MarksRead,
    /// How much of leak and item match.
    pub coverage: Option<Coverage>,
    /// If nobody is named: about how many more marks, read rightly, would name a single source.
    pub further_marks: Option<usize>,
    /// Whether all of the item's marks could name a single source at this look.
    pub can_settle: bool,
    /// Who else could have held or regenerated a copy.
    pub holders: Holders,
    /// Each person's e-process over all items, after this look.
    #[serde(default)]
    pub ledger: Vec<LedgerLine>,
}

impl Report {
    /// The report as it is shown while the item may be looked at again: without figures of copies that are not named.
    ///
    /// Such a figure is a function of an innocent copy's codeword. Whoever knows it can choose what to show the next look, and
    /// no spending of α covers a choice that depends on the codeword (DESIGN §6). The sealed report keeps them.
    #[must_use]
    pub fn shown(mut self) -> Self {
        for copy in self.copies.iter_mut().filter(|c| !c.named) {
            copy.layers.clear();
            copy.against.clear();
            (copy.p_value, copy.e_value, copy.adjusted_p) = (None, None, None);
        }
        self.ledger.iter_mut().filter(|l| !l.stands_out).for_each(|l| l.ln_e = None);
        self
    }

    /// The report on a leak of no item.
    #[must_use]
    pub fn no_match(incident: &IncidentName, alpha: f64) -> Self {
        Self {
            item: None,
            incident: incident.clone(),
            verdict: Verdict::NoMatch,
            alpha,
            look: 0,
            candidates: 0,
            family: 0,
            copies: Vec::new(),
            marks: MarksRead::default(),
            coverage: None,
            further_marks: None,
            can_settle: false,
            holders: Holders::default(),
            ledger: Vec::new(),
        }
    }
}
