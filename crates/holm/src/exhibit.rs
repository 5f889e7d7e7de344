//! What a verdict rests on, for whoever reads its report: the leak as it was read, beside the item with its marks.

use std::collections::BTreeMap;

use holm_marks::document::Block;
use holm_marks::extract::passage::Passage;
use holm_marks::extract::{Extraction, ReadText};
use holm_marks::mark::{Layer, Mark};

use crate::leak::LeakContent;
use crate::report::Report;
use crate::sight::ItemReader;
use crate::state::Look;
use crate::trace::{EvidenceFile, ExtractionFile, TraceError};
use crate::workspace::Workspace;

/// A look with its verdict.
pub struct Exhibit {
    /// The report as it may be shown.
    pub report: Report,
    /// Names of the leaked files.
    pub files: Vec<String>,
    /// The leak's text.
    pub leak: ReadText,
    /// Where each part of it stands in the item.
    pub passages: Vec<Passage>,
    /// The item's text, block by block.
    pub blocks: Vec<Vec<Piece>>,
}

/// A piece of an item's text.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// What all copies say.
    Text(String),
    /// A mark.
    Mark {
        /// Its place among the item's marks.
        mark: usize,
        /// What destroys it.
        layer: Layer,
        /// What copies may say here.
        alternatives: Vec<String>,
        /// The alternative that the leak shows, if it clearly shows one.
        read: Option<usize>,
    },
}

impl Workspace {
    /// The report of a look, as it may be shown while the item can be looked at again.
    ///
    /// # Errors
    /// [`TraceError`] if the look has no verdict yet or a sealed file is damaged.
    pub fn report_of(&self, look: &Look) -> Result<Report, TraceError> {
        let verdict = look.verdict.as_ref().ok_or_else(|| TraceError::NoVerdict(look.item.clone()))?;
        let report: Report = serde_json::from_slice(&self.vault().unseal(&verdict.report, self.keys())?)?;
        Ok(report.shown())
    }

    /// A look with what it rests on.
    ///
    /// # Errors
    /// As [`Self::report_of`].
    pub fn exhibit(&self, look: &Look) -> Result<Exhibit, TraceError> {
        let report = self.report_of(look)?;
        let evidence: EvidenceFile = serde_json::from_slice(&self.vault().unseal(&look.evidence, self.keys())?)?;
        let extraction: ExtractionFile = serde_json::from_slice(&self.vault().unseal(&look.extraction, self.keys())?)?;
        let item = self.state().items.get(&look.item).ok_or_else(|| TraceError::NoItem(look.item.clone()))?;
        let (manifest, master, bytes) = self.master_of(&look.item, item)?;
        let reader = ItemReader::new(&master, &bytes, &manifest.marks, manifest.copies()?);
        let recognised = extraction.extraction.sight.as_ref().and_then(|s| s.recognised.clone());
        let text = match recognised {
            Some(text) => text,
            None => LeakContent::read(&evidence.files, &|_| ())?.text(),
        };
        let leak = reader.text.read_text(&text);
        Ok(Exhibit {
            report,
            files: evidence.files.into_iter().map(|f| f.name).collect(),
            passages: reader.text.passages(&leak.text),
            leak,
            blocks: pieces(master.blocks(), &manifest.marks, &extraction.extraction),
        })
    }
}

/// The item's text cut at its marks; words that are merely moved are not cut out.
fn pieces(blocks: &[Block], marks: &[Mark], extraction: &Extraction) -> Vec<Vec<Piece>> {
    let mut sites: BTreeMap<usize, Vec<(std::ops::Range<usize>, usize)>> = BTreeMap::new();
    for (index, mark) in marks.iter().enumerate().filter(|(_, m)| m.layer.is_text()) {
        for site in &mark.sites {
            sites.entry(site.block).or_default().push((site.range.clone(), index));
        }
    }
    let of = |(number, block): (usize, &Block)| {
        let mut here = sites.remove(&number).unwrap_or_default();
        here.sort_by_key(|(range, _)| range.start);
        cut(&block.text, &here, marks, extraction)
    };
    blocks.iter().enumerate().map(of).collect()
}

fn cut(text: &str, sites: &[(std::ops::Range<usize>, usize)], marks: &[Mark], extraction: &Extraction) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let plain = |from: usize, to: usize| text.get(from..to).filter(|t| !t.is_empty()).map(|t| Piece::Text(t.to_owned()));
    for (range, index) in sites {
        let Some(mark) = marks.get(*index) else { continue };
        pieces.extend(plain(at, range.start));
        let read = extraction.readings.get(*index).and_then(|r| r.seen).map(usize::from);
        pieces.push(Piece::Mark { mark: *index, layer: mark.layer, alternatives: mark.alternatives.clone(), read });
        at = range.end.max(at);
    }
    pieces.extend(plain(at, text.len()));
    pieces
}

#[cfg(test)]
mod tests {
    use holm_marks::extract::Reader;
    use holm_marks::mark::Site;

    use super::*;

    #[test]
    fn an_items_text_is_cut_at_its_marks_and_says_what_was_read() {
        let blocks = [Block::prose("We saw two empty drums by the gate of the yard that night, officer.")];
        let texts = vec!["two".to_owned(), "three".to_owned()];
        let mark = Mark {
            layer: Layer::Fact,
            rule: "authored:drums".to_owned(),
            alternatives: texts.clone(),
            master: None,
            sites: vec![Site { block: 0, range: 7..10, texts }],
        };
        let marks = [mark];
        let reader = Reader::new(&blocks, &marks);
        let leak = "Listen. We saw three empty drums by the gate of the yard that night, officer.";
        let pieces = pieces(&blocks, &marks, &reader.extract(leak));
        let Piece::Mark { read, .. } = &pieces[0][1] else { panic!("{pieces:?}") };
        assert_eq!((pieces[0].len(), *read), (3, Some(1)));
        assert_eq!(pieces[0][0], Piece::Text("We saw ".to_owned()));
        let shown = reader.read_text(leak);
        let own: String = shown.own.iter().map(|r| &shown.text[r.clone()]).collect();
        assert!(own.contains("empty drums by the gate") && !own.contains("Listen"), "{own}");
    }
}
