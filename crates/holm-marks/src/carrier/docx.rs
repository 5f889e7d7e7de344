//! DOCX: a copy is the master's package with some characters of its main part exchanged.
//!
//! The main part is edited in place, by byte range: runs, styles, fields, tracked changes and everything else stay as they
//! are. All other parts are copied as stored, compressed bytes and all.

mod figure;
mod header;
mod label;
mod package;
mod spacing;
mod story;

use std::ops::Range;
use std::sync::Arc;

use super::picture::{ItemPicture, PictureWriter};
use super::splice::{self, Splice};
use super::{CarrierError, Copy, left_over};
use crate::document::Block;
use crate::layout::Shift;
use crate::layout::spaced::{SpacedWord, words};
use crate::mark::{Layer, Mark, Site};
pub(crate) use label::label_docx;
pub(crate) use package::Package;
use story::{Piece, Story};

/// A Word document.
#[derive(Clone)]
pub(crate) struct DocxMaster {
    package: Package,
    story: Story,
    pictures: Arc<[ItemPicture]>,
    /// By picture, the index of its part.
    parts: Vec<Option<usize>>,
}

impl std::fmt::Debug for DocxMaster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DocxMaster({} blocks)", self.story.blocks.len())
    }
}

/// A package with its marks.
#[derive(Clone)]
pub(crate) struct DocxTemplate {
    package: Package,
    part: String,
    splices: Vec<Splice>,
    /// Parts of pictures and what writes them.
    pictures: Vec<(usize, PictureWriter)>,
}

impl std::fmt::Debug for DocxTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DocxTemplate({} splices)", self.splices.len())
    }
}

impl DocxMaster {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, CarrierError> {
        let package = Package::open(bytes)?;
        let story = Story::parse(package.main_part()?)?;
        let (parts, pictures): (Vec<_>, Vec<_>) =
            figure::figures(&package, package.main_part()?).into_iter().map(|f| (f.part, f.picture)).unzip();
        Ok(Self { package, story, pictures: Arc::from(pictures), parts })
    }

    pub(crate) fn blocks(&self) -> &[Block] {
        &self.story.blocks
    }

    pub(crate) fn pictures(&self) -> &[ItemPicture] {
        &self.pictures
    }

    pub(crate) fn can_carry(&self, mark: &Mark, site: &Site) -> bool {
        if mark.layer == Layer::Layout { self.spaces_of(site).is_some() } else { self.pieces_of(site).is_some() }
    }

    /// The spaces before and after a word that can be made wider and narrower.
    fn spaces_of(&self, site: &Site) -> Option<[(Range<usize>, &Piece); 2]> {
        let block = self.story.blocks.get(site.block)?;
        let space = |at: usize| {
            let range = at..at + 1;
            let pieces = self.story.pieces.get(site.block)?;
            let piece = pieces.iter().find(|p| p.text.start <= at && at < p.text.end)?;
            let fit = block.text.get(range.clone()) == Some(" ") && piece.literal && piece.certain && !block.protects(&range);
            fit.then(|| piece.source_of(&range).map(|source| (source, piece))).flatten()
        };
        let shifts = site.texts.iter().all(|t| Shift::parse(t).is_some());
        let pair = [space(site.range.start.checked_sub(1)?)?, space(site.range.end)?];
        shifts.then_some(pair)
    }

    /// The pieces that a site touches: one, or neighbours of the same formatting with nothing but markup of no effect between.
    fn pieces_of(&self, site: &Site) -> Option<&[Piece]> {
        let pieces = self.story.pieces.get(site.block)?;
        let at = site.range.start;
        let holds = |p: &Piece| p.text.start <= at && at < p.text.end.max(p.text.start + 1);
        // What is inserted between two runs belongs to the one before.
        let ends = |p: &Piece| site.range.is_empty() && p.text.start < at && at == p.text.end;
        let first = pieces.iter().position(ends).or_else(|| pieces.iter().position(holds))?;
        let last = if site.range.is_empty() {
            first
        } else {
            pieces.iter().position(|p| p.text.start < site.range.end && site.range.end <= p.text.end)?
        };
        let touched = pieces.get(first..=last)?;
        let joined = touched.windows(2).all(|pair| pair[1].continues && pair[0].text.end == pair[1].text.start);
        let cuts = touched.iter().all(|p| p.certain && p.source_of(&site.range).is_some());
        (joined && cuts).then_some(touched)
    }

    pub(crate) fn template(&self, marks: &[Mark], writers: Vec<PictureWriter>) -> Result<DocxTemplate, CarrierError> {
        let part = self.package.main_part()?;
        let mut splices: Vec<Splice> = Vec::new();
        for (index, mark) in marks.iter().enumerate().filter(|(_, m)| m.layer != Layer::Picture) {
            for site in &mark.sites {
                let lost = || CarrierError::Unknown(format!("mark `{}` does not lie in one run of text", mark.rule));
                if mark.layer == Layer::Layout {
                    let spaces = self.spaces_of(site).ok_or_else(lost)?;
                    let shifts: Vec<Shift> = site.texts.iter().filter_map(|t| Shift::parse(t)).collect();
                    space_splices(part, &spaces, index, &shifts, &mut splices);
                } else {
                    site_splices(site, index, self.pieces_of(site).ok_or_else(lost)?, &mut splices);
                }
            }
        }
        splices.sort_by_key(|s| (s.range.start, s.range.end));
        splices.dedup();
        if splice::overlap(&splices) {
            return Err(CarrierError::Unknown("two marks overlap".to_owned()));
        }
        let placed = |w: PictureWriter| self.parts.get(w.number).copied().flatten().map(|part| (part, w));
        let pictures = writers.into_iter().filter_map(placed).collect();
        Ok(DocxTemplate { package: self.package.clone(), part: part.to_owned(), splices, pictures })
    }
}

/// What a site changes in its pieces: the first takes the new text, the others lose their share of the old.
fn site_splices(site: &Site, mark: usize, pieces: &[Piece], splices: &mut Vec<Splice>) {
    for (i, piece) in pieces.iter().enumerate() {
        let Some(range) = piece.source_of(&site.range) else { continue };
        let texts = if i == 0 { site.texts.iter().map(|t| escape(t).into_bytes()).collect() } else { vec![Vec::new()] };
        splices.push(Splice { range, texts, mark: (i == 0).then_some(mark) });
        preserve(piece, splices);
    }
}

/// A word is moved by making the space before it or the one after it wider, by twice the distance. Never narrower:
/// LibreOffice does not condense a run that is one space, and a word must move alike wherever it is opened. A line is longer
/// by as much in every copy, so that copies break their lines alike.
fn space_splices(part: &str, spaces: &[(Range<usize>, &Piece); 2], mark: usize, shifts: &[Shift], splices: &mut Vec<Splice>) {
    let most = shifts.iter().map(|s| s.points().abs()).fold(0.0, f64::max);
    for ((source, piece), sign) in spaces.iter().zip([1.0, -1.0]) {
        let properties = piece.properties.clone().and_then(|p| part.get(p)).unwrap_or_default();
        let texts = shifts.iter().map(|s| spacing::spaced(properties, most + sign * s.points()).into_bytes()).collect();
        splices.push(Splice { range: source.clone(), texts, mark: Some(mark) });
        preserve(piece, splices);
    }
}

/// A text element that may now begin or end with a space must say that its spaces count.
fn preserve(piece: &Piece, splices: &mut Vec<Splice>) {
    splices.extend(piece.preserve_at.map(|at| Splice::fixed(at..at, " xml:space=\"preserve\"")));
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl DocxTemplate {
    pub(crate) fn render(&self, symbols: &[u8]) -> Result<Copy, CarrierError> {
        let main = splice::splice(self.part.as_bytes(), &self.splices, symbols);
        let pictures = self.pictures.iter().map(|(part, writer)| Ok((*part, writer.render(symbols)?)));
        self.package.with_parts(main, pictures.collect::<Result<Vec<_>, CarrierError>>()?)
    }

    /// An alternation that stands where no mark was found: in a header, a note, a box, code, or text that was struck.
    pub(crate) fn left_over(&self) -> Option<String> {
        let own = self.splices.iter().filter_map(|e| e.mark.map(|_| e.range.clone()));
        let mut main = self.part.clone();
        // From the end, so that earlier places stay.
        own.collect::<Vec<_>>().into_iter().rev().for_each(|r| main.replace_range(r, ""));
        let parts = self.package.text_parts();
        let others = parts.iter().filter(|p| p.as_str() != self.part);
        let texts = std::iter::once(&main).chain(others).flat_map(|p| [element_text(p, "t"), element_text(p, "delText")]);
        texts.into_iter().find_map(|t| left_over(&t))
    }
}

/// Words of a leaked DOCX's paragraphs, with how far each is moved by the spaces beside it.
pub(crate) fn leak_words(bytes: &[u8]) -> Result<Vec<Vec<SpacedWord>>, CarrierError> {
    let package = Package::open(bytes)?;
    let part = package.main_part()?;
    let story = Story::parse(part)?;
    let paragraph = |(block, pieces): (&Block, &Vec<Piece>)| {
        // Pieces of one run have the same properties: a run may have as many pieces as letters.
        let mut last: Option<(Range<usize>, f64)> = None;
        let mut points = |properties: &Option<Range<usize>>| {
            let Some(range) = properties else { return 0.0 };
            let points = match &last {
                Some((known, points)) if known == range => *points,
                _ => part.get(range.clone()).map_or(0.0, spacing::points),
            };
            last = Some((range.clone(), points));
            points
        };
        let widths: Vec<(usize, f64)> = pieces.iter().map(|p| (p.text.end, points(&p.properties))).collect();
        // Of a space beside a word; none at the ends of a paragraph.
        let space = |at: Option<usize>| {
            let at = at.filter(|at| block.text.as_bytes().get(*at) == Some(&b' '))?;
            widths.get(widths.partition_point(|(end, _)| *end <= at)).map(|(_, points)| *points)
        };
        let word = |range: Range<usize>| {
            let beside = space(range.start.checked_sub(1)).zip(space(Some(range.end)));
            let text = block.text.get(range).unwrap_or_default().to_owned();
            SpacedWord { text, moved: beside.map(|(before, after)| (before - after) / 2.0) }
        };
        words(&block.text).into_iter().map(word).collect()
    };
    Ok(story.blocks.iter().zip(&story.pieces).map(paragraph).collect())
}

/// The text of a leaked DOCX, paragraph by paragraph, then what stands in boxes, notes and headers or was struck by a tracked
/// change, if there is more of it than a few words.
pub(crate) fn leak_text(bytes: &[u8]) -> Result<String, CarrierError> {
    const FEW: usize = 8;
    let package = Package::open(bytes)?;
    let story = Story::parse(package.main_part()?)?;
    let mut text = story.blocks.iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join("\n\n");
    let words = |text: &str| text.split_whitespace().count();
    let parts = package.text_parts();
    let all = parts.iter().map(|p| element_text(p, "t")).collect::<Vec<_>>().join("\n\n");
    if words(&all) > words(&text) + FEW {
        text = all;
    }
    let struck = parts.iter().map(|p| element_text(p, "delText")).collect::<Vec<_>>().join("\n\n");
    if words(&struck) > FEW {
        text.push_str("\n\n");
        text.push_str(&struck);
    }
    Ok(text)
}

/// The bytes of every picture of a leaked DOCX, whether it is shown or not.
pub(crate) fn leak_pictures(bytes: &[u8]) -> Result<Vec<Vec<u8>>, CarrierError> {
    Ok(Package::open(bytes)?.pictures())
}

/// Text of all elements of this local name, whatever its prefix; paragraphs end where elements called `p` end.
fn element_text(part: &str, name: &str) -> String {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(part);
    let (mut text, mut inside) = (String::new(), false);
    loop {
        match reader.read_event() {
            Ok(Event::Start(e)) if e.local_name().as_ref() == name => inside = true,
            Ok(Event::End(e)) if e.local_name().as_ref() == name => inside = false,
            Ok(Event::End(e)) if e.local_name().as_ref() == "p" => text.push_str("\n\n"),
            Ok(Event::Start(e) | Event::Empty(e)) if ["br", "tab", "cr"].contains(&e.local_name().as_ref()) => text.push(' '),
            Ok(Event::Text(t)) if inside => text.push_str(t.as_ref()),
            Ok(Event::GeneralRef(r)) if inside => text.push_str(&story::entity(&r)),
            // A part that breaks off shows what stood before.
            Ok(Event::Eof) | Err(_) => return text,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
