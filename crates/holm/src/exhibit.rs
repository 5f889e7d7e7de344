//! What a verdict rests on, for whoever reads its report: the leak as it was read, beside the item with its marks.

use std::collections::BTreeMap;

use holm_marks::document::Block;
use holm_marks::extract::passage::Passage;
use holm_marks::extract::{Extraction, ReadText, Reader};
use holm_marks::layout::SeenWord;
use holm_marks::leak::LeakError;
use holm_marks::mark::{Layer, Mark};
use jiff::Timestamp;

use crate::leak::{LeakContent, LeakFile, LeakFileError};
use crate::recognise::PictureSource;
use crate::report::Report;
use crate::sight::{ItemReader, ReadPicture};
use crate::state::Look;
use crate::trace::{EvidenceFile, ExtractionFile, TraceError};
use crate::workspace::Workspace;

/// A look with its verdict.
pub struct Exhibit {
    /// The report as it may be shown.
    pub report: Report,
    /// What it rests on was destroyed, by a stated authority: of this there is only the report.
    pub gone: bool,
    /// Names of the leaked files.
    pub files: Vec<String>,
    /// The leak's text.
    pub leak: ReadText,
    /// Where each part of it stands in the item.
    pub passages: Vec<Passage>,
    /// Pictures of the leak, in which the words of its text stand.
    pub pictures: Vec<ShownPicture>,
    /// The item's text, block by block.
    pub blocks: Vec<Vec<Piece>>,
}

/// A picture of a leak with the words that were read in it.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownPicture {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Words that were recognised.
    pub words: Vec<ShownWord>,
    /// Words that marks move, by mark, whether or not they were recognised.
    pub moved: Vec<(usize, SeenWord)>,
}

/// A word of a picture, and what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownWord {
    /// The word where it stands, in pixels.
    pub seen: SeenWord,
    /// Whether it is the item's.
    pub own: bool,
    /// The mark whose alternative it shows.
    pub mark: Option<usize>,
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
    /// A word that a mark moves.
    Moved {
        /// The mark's place among the item's marks.
        mark: usize,
        /// The word.
        text: String,
        /// Where copies may have it.
        alternatives: Vec<String>,
        /// Where the leak has it, if that is clear.
        read: Option<usize>,
    },
}

impl Workspace {
    /// The report of a look, as it may be shown while the item can be looked at again, and with people under masks where the policy of
    /// approvals asks for that.
    ///
    /// # Errors
    /// [`TraceError`] if the look has no verdict yet or a sealed file is damaged.
    pub fn report_of(&self, look: &Look, now: Timestamp) -> Result<Report, TraceError> {
        let verdict = look.verdict.as_ref().ok_or_else(|| TraceError::NoVerdict(look.item.clone()))?;
        let report: Report = serde_json::from_slice(&self.vault().unseal(&verdict.report, self.keys())?)?;
        Ok(self.mask_of(&look.incident, now).report(report.shown()))
    }

    /// A look with what it rests on.
    ///
    /// # Errors
    /// As [`Self::report_of`].
    pub fn exhibit(&self, look: &Look, now: Timestamp) -> Result<Exhibit, TraceError> {
        let report = self.report_of(look, now)?;
        if self.rests_on_nothing(look) {
            let (gone, leak, nothing) = (true, ReadText::default(), Vec::new());
            return Ok(Exhibit {
                report,
                gone,
                files: nothing,
                leak,
                passages: Vec::new(),
                pictures: Vec::new(),
                blocks: Vec::new(),
            });
        }
        let evidence: EvidenceFile = serde_json::from_slice(&self.vault().unseal(&look.evidence, self.keys())?)?;
        let extraction: ExtractionFile = serde_json::from_slice(&self.vault().unseal(&look.extraction, self.keys())?)?;
        let item = self.state().items.get(&look.item).ok_or_else(|| TraceError::NoItem(look.item.clone()))?;
        let (manifest, master, bytes) = self.master_of(&look.item, item)?;
        let reader = ItemReader::new(&master, &bytes, &manifest.marks, manifest.copies()?);
        let text = text(&evidence.files, &extraction)?;
        let leak = reader.text.read_text(&text);
        let passages = reader.text.passages(&leak.text);
        Ok(Exhibit {
            report,
            gone: false,
            files: evidence.files.into_iter().map(|f| f.name).collect(),
            pictures: shown_pictures(&reader.text, &leak.text, &passages, &extraction.pictures),
            passages,
            leak,
            blocks: pieces(master.blocks(), &manifest.marks, &extraction.extraction),
        })
    }

    /// Whether the leak, what was read of it or the item's master was destroyed.
    fn rests_on_nothing(&self, look: &Look) -> bool {
        let gone = &self.state().approvals.destroyed_objects;
        let item = self.state().items.get(&look.item);
        gone.contains(&look.evidence) || gone.contains(&look.extraction) || item.is_some_and(|i| self.state().has_no_master(i))
    }

    /// The leak's file and how a picture of it was turned, to show [`Exhibit::pictures`] at `number`; `None` if there is none.
    ///
    /// # Errors
    /// As [`Self::report_of`].
    pub fn leaked_picture(&self, look: &Look, number: usize) -> Result<Option<LeakedPicture>, TraceError> {
        let extraction: ExtractionFile = serde_json::from_slice(&self.vault().unseal(&look.extraction, self.keys())?)?;
        let Some(read) = extraction.pictures.get(number) else { return Ok(None) };
        let evidence: EvidenceFile = serde_json::from_slice(&self.vault().unseal(&look.evidence, self.keys())?)?;
        Ok(Some(LeakedPicture { files: evidence.files, source: read.source, quarters: read.quarters }))
    }
}

/// A picture in a leak's files.
pub struct LeakedPicture {
    files: Vec<LeakFile>,
    source: PictureSource,
    quarters: u8,
}

impl LeakedPicture {
    /// The picture made anew, upright, as JPEG whose sides are at most `longest` pixels: of the leak's own bytes, which nobody
    /// vouches for, nothing else is passed on.
    ///
    /// # Errors
    /// [`TraceError`] if it cannot be made.
    pub fn jpeg(&self, longest: u32) -> Result<Option<Vec<u8>>, TraceError> {
        let Some(picture) = LeakContent::picture(&self.files, self.source)? else { return Ok(None) };
        let bytes = picture.turned(self.quarters.into()).to_jpeg(longest);
        let name = self.files.get(self.source.file as usize).map(|f| f.name.clone()).unwrap_or_default();
        let format = |e| LeakFileError::Format { name, error: LeakError::Picture(e) };
        Ok(Some(bytes.map_err(format)?))
    }
}

/// The leak's text as it was read for the item.
fn text(files: &[LeakFile], extraction: &ExtractionFile) -> Result<String, TraceError> {
    if let Some(text) = extraction.extraction.sight.as_ref().and_then(|s| s.recognised.clone()) {
        return Ok(text);
    }
    if extraction.pictures.is_empty() {
        return Ok(LeakContent::read(files, &|_| ())?.text());
    }
    Ok(LeakContent::text_of(&LeakContent::typed(files)?, extraction.pictures.iter().map(|p| &p.seen)))
}

fn shown_pictures(reader: &Reader, text: &str, passages: &[Passage], pictures: &[ReadPicture]) -> Vec<ShownPicture> {
    let all: Vec<&SeenWord> = pictures.iter().flat_map(|p| p.seen.lines.iter().flatten()).collect();
    let words: Vec<&str> = all.iter().map(|w| w.text.as_str()).collect();
    let mut places = reader.last_words(text, &words).into_iter();
    let mut shown = |seen: &SeenWord| {
        let place = places.next().unwrap_or_default();
        let first = passages.partition_point(|p| p.leak.end <= place.start);
        let here = || passages.get(first..).unwrap_or_default().iter().take_while(|p| p.leak.start < place.end);
        ShownWord { seen: seen.clone(), own: here().next().is_some(), mark: here().find_map(|p| p.mark) }
    };
    let picture = |read: &ReadPicture| ShownPicture {
        width: read.width,
        height: read.height,
        words: read.seen.lines.iter().flatten().map(&mut shown).collect(),
        moved: read.moved.iter().map(|(mark, word)| (*mark as usize, word.clone())).collect(),
    };
    pictures.iter().map(picture).collect()
}

/// The item's text cut at its marks; at words that are merely moved only if the leak has pages, on which they could be seen.
fn pieces(blocks: &[Block], marks: &[Mark], extraction: &Extraction) -> Vec<Vec<Piece>> {
    let is_shown = |layer: Layer| layer.is_text() || layer == Layer::Layout && extraction.sight.is_some();
    let mut sites: BTreeMap<usize, Vec<(std::ops::Range<usize>, usize)>> = BTreeMap::new();
    for (index, mark) in marks.iter().enumerate().filter(|(_, m)| is_shown(m.layer)) {
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
        let alternatives = mark.alternatives.clone();
        pieces.push(match mark.layer {
            Layer::Layout => {
                let text = text.get(range.clone()).unwrap_or_default().to_owned();
                Piece::Moved { mark: *index, text, alternatives, read }
            }
            layer => Piece::Mark { mark: *index, layer, alternatives, read },
        });
        at = range.end.max(at);
    }
    pieces.extend(plain(at, text.len()));
    pieces
}

#[cfg(test)]
mod tests {
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
