//! The text of `WordprocessingML` (ECMA-376 part 1, §17), with the place of every character in the part.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};

use crate::carrier::CarrierError;
use crate::document::{Block, BlockKind};

/// Deeper nesting than any editor writes.
const DEEPEST: usize = 256;

/// The blocks of a part.
#[derive(Clone, Debug, Default)]
pub(crate) struct Story {
    pub(crate) blocks: Vec<Block>,
    /// By block, where its text stands in the part.
    pub(crate) pieces: Vec<Vec<Piece>>,
}

/// Text of one text element, or a part of it between entity references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Bytes of the block's text.
    pub(crate) text: Range<usize>,
    /// Bytes of the part; as many as in the text, except for a character that is written as an entity.
    pub(crate) source: Range<usize>,
    /// Whether the part has these very bytes, so that it can be cut anywhere.
    pub(crate) literal: bool,
    /// Whether what stands there is known: spaces that may not count are not.
    pub(crate) certain: bool,
    /// Whether it goes on from the piece before it in the same formatting.
    pub(crate) continues: bool,
    /// Where `xml:space="preserve"` has to be written if the text is changed.
    pub(crate) preserve_at: Option<usize>,
    /// Bytes of the part that hold its run's properties, if the run has any.
    pub(crate) properties: Option<Range<usize>>,
}

impl Piece {
    /// The bytes of the part that hold what `range` of the block's text has in this piece; an entity is taken whole or not.
    pub(crate) fn source_of(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let from = range.start.max(self.text.start) - self.text.start;
        let to = range.end.min(self.text.end).saturating_sub(self.text.start).max(from);
        if self.literal {
            return Some(self.source.start + from..self.source.start + to);
        }
        match (from, to) {
            (0, to) if to == self.text.len() => Some(self.source.clone()),
            (from, to) if from == to && from == 0 => Some(self.source.start..self.source.start),
            (from, to) if from == to && from == self.text.len() => Some(self.source.end..self.source.end),
            _ => None,
        }
    }
}

/// What is open around the reader.
struct Scan<'x> {
    part: &'x str,
    story: Story,
    depth: usize,
    /// Depth of an element whose text is no text of the document (deleted, drawn, computed).
    skipped_at: Option<usize>,
    /// Depths of elements whose text is read but must not change.
    shields: Vec<usize>,
    tables: usize,
    /// Complex fields that are open, and whether their result has begun.
    fields: usize,
    paragraph: Option<Paragraph>,
    /// Depth of the run that is open.
    run_at: Option<usize>,
    /// Text element that is open: offset after its name, and whether it preserves spaces.
    text_element: Option<TextElement>,
}

#[derive(Default)]
struct Paragraph {
    text: String,
    pieces: Vec<Piece>,
    protected: Vec<Range<usize>>,
    kind: Option<BlockKind>,
    /// Formatting of the open run and of the one before it.
    run: String,
    last_run: Option<String>,
    in_properties: usize,
    /// Bytes of the open run's properties.
    properties: Option<Range<usize>>,
    hidden: bool,
    /// Something stood between this run and the one before it.
    broken: bool,
    /// Where something stands that is no text.
    objects: Vec<usize>,
}

/// Text that the part writes in other bytes.
enum Read {
    /// A character written as `&amp;` or `&#39;`.
    Entity(String),
    /// A section of character data, which is left as it is.
    Data(String),
}

struct TextElement {
    name_end: usize,
    preserves: bool,
    certain: bool,
    /// Number of pieces and length of the text before it.
    pieces: usize,
    text: usize,
    first: bool,
}

impl Story {
    pub(crate) fn parse(part: &str) -> Result<Self, CarrierError> {
        let mut reader = Reader::from_str(part);
        let mut scan = Scan {
            part,
            story: Self::default(),
            depth: 0,
            skipped_at: None,
            shields: Vec::new(),
            tables: 0,
            fields: 0,
            paragraph: None,
            run_at: None,
            text_element: None,
        };
        loop {
            let before = offset(reader.buffer_position());
            let event = reader
                .read_event()
                .map_err(|e| CarrierError::DamagedDocx(format!("its main part is not well-formed XML ({e})")))?;
            let after = offset(reader.buffer_position());
            match event {
                Event::Eof => break,
                Event::DocType(_) => {
                    return Err(CarrierError::DamagedDocx(
                        "its main part declares a document type, which Word never writes; entities are not read".to_owned(),
                    ));
                }
                Event::Start(element) => scan.start(&element, before)?,
                Event::Empty(element) => {
                    scan.start(&element, before)?;
                    scan.end(element.name().as_ref(), after);
                }
                Event::End(element) => scan.end(element.name().as_ref(), after),
                Event::Text(_) => scan.text(before..after, None),
                Event::GeneralRef(reference) => scan.text(before..after, Some(Read::Entity(entity(&reference)))),
                Event::CData(data) => scan.text(before..after, Some(Read::Data(data.as_ref().to_owned()))),
                _ => {}
            }
        }
        if scan.depth > 0 {
            return Err(CarrierError::DamagedDocx("its main part ends in the middle".to_owned()));
        }
        Ok(scan.story)
    }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

pub(super) fn entity(reference: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return c.to_string();
    }
    match reference.as_ref() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
    .to_owned()
}

impl Scan<'_> {
    fn start(&mut self, element: &BytesStart<'_>, at: usize) -> Result<(), CarrierError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(CarrierError::DamagedDocx(format!("its main part is nested deeper than {DEEPEST} levels")));
        }
        if self.skipped_at.is_some() {
            return Ok(());
        }
        let within_text = self.text_element.is_some();
        if within_text {
            self.doubt_text();
        }
        let name = element.name();
        let name: &str = name.as_ref();
        match name {
            "w:p" => self.paragraph = Some(Paragraph::default()),
            "w:tbl" => self.tables += 1,
            "w:del"
            | "w:moveFrom"
            | "w:instrText"
            | "w:delInstrText"
            | "w:delText"
            | "w:drawing"
            | "w:pict"
            | "w:object"
            | "mc:AlternateContent"
            | "m:oMath"
            | "m:oMathPara"
            | "w:ruby" => {
                self.skipped_at = Some(self.depth);
                self.interrupt();
                if !matches!(name, "w:del" | "w:moveFrom" | "w:instrText" | "w:delInstrText" | "w:delText") {
                    self.paragraph.iter_mut().for_each(Paragraph::object);
                }
            }
            // How it was formatted before a tracked change.
            "w:pPrChange" | "w:rPrChange" | "w:sectPrChange" => self.skipped_at = Some(self.depth),
            "w:ins" | "w:moveTo" | "w:hyperlink" | "w:fldSimple" | "w:sdt" | "w:customXml" => {
                self.shields.push(self.depth);
                self.interrupt();
            }
            "w:t" => {
                let (pieces, text) = self.paragraph.as_ref().map_or((0, 0), |p| (p.pieces.len(), p.text.len()));
                // A second `xml:space` would make the part malformed: an element that has another value is not marked.
                let preserves = element.try_get_attribute("xml:space").ok().flatten().is_some();
                let in_run = self.run_at == Some(self.depth - 1) && !within_text;
                let certain = in_run && (!preserves || has(element, "xml:space", "preserve"));
                self.text_element =
                    Some(TextElement { name_end: at + 1 + name.len(), preserves, certain, pieces, text, first: true });
            }
            _ => self.start_in_paragraph(name, element, at),
        }
        Ok(())
    }

    fn start_in_paragraph(&mut self, name: &str, element: &BytesStart<'_>, at: usize) {
        let Some(paragraph) = &mut self.paragraph else { return };
        if paragraph.in_properties > 0 {
            paragraph.property(name, element);
            return;
        }
        match name {
            "w:pPr" | "w:rPr" => {
                paragraph.in_properties = self.depth;
                paragraph.properties = (name == "w:rPr").then_some(at..at);
            }
            "w:r" => {
                self.run_at = Some(self.depth);
                paragraph.run.clear();
                paragraph.properties = None;
            }
            "w:tab" | "w:ptab" => paragraph.sign("\t"),
            "w:br" | "w:cr" => paragraph.sign("\n"),
            "w:noBreakHyphen" => paragraph.sign("\u{2011}"),
            "w:sym" | "w:footnoteReference" | "w:endnoteReference" => paragraph.object(),
            "w:softHyphen" | "w:commentReference" => paragraph.broken = true,
            "w:fldChar" if has(element, "w:fldCharType", "begin") => {
                self.fields += 1;
                paragraph.broken = true;
            }
            "w:fldChar" if has(element, "w:fldCharType", "end") => {
                self.fields = self.fields.saturating_sub(1);
                paragraph.broken = true;
            }
            // These leave no trace on the page.
            "w:proofErr" | "w:lastRenderedPageBreak" => {}
            "w:bookmarkStart" if has(element, "w:name", "_GoBack") => {}
            _ => paragraph.broken = true,
        }
    }

    fn end(&mut self, name: &str, after: usize) {
        let depth = self.depth;
        self.depth = self.depth.saturating_sub(1);
        if let Some(skipped) = self.skipped_at {
            if skipped == depth {
                self.skipped_at = None;
            }
            return;
        }
        if self.shields.last() == Some(&depth) {
            self.shields.pop();
            self.interrupt();
        }
        match name {
            "w:p" => self.close_paragraph(),
            "w:tbl" => self.tables = self.tables.saturating_sub(1),
            "w:t" => self.close_text(),
            "w:r" => {
                self.run_at = None;
                self.paragraph.iter_mut().for_each(Paragraph::end_run);
            }
            _ => {
                if let Some(paragraph) = self.paragraph.as_mut().filter(|p| p.in_properties == depth) {
                    paragraph.in_properties = 0;
                    paragraph.properties.iter_mut().for_each(|p| p.end = after);
                }
            }
        }
    }

    /// An element within the open text element, where none may be (ECMA-376 part 1, §17.3.3.31): its text is read and left
    /// alone, since a run cannot be ended there.
    fn doubt_text(&mut self) {
        let Some(element) = &mut self.text_element else { return };
        element.certain = false;
        let pieces = self.paragraph.iter_mut().flat_map(|p| p.pieces.iter_mut().skip(element.pieces));
        pieces.for_each(|p| p.certain = false);
    }

    fn interrupt(&mut self) {
        self.paragraph.iter_mut().for_each(|p| p.broken = true);
    }

    /// Text of the document between `range`; `read` if it does not stand there literally.
    fn text(&mut self, range: Range<usize>, read: Option<Read>) {
        let shielded = !self.shields.is_empty() || self.fields > 0;
        let (Some(element), Some(paragraph), None) = (&mut self.text_element, &mut self.paragraph, self.skipped_at) else {
            return;
        };
        let literal = read.is_none();
        let fixed = matches!(read, Some(Read::Data(_)));
        let text = match read {
            None => self.part.get(range.clone()).unwrap_or_default().to_owned(),
            Some(Read::Entity(text) | Read::Data(text)) => text,
        };
        let start = paragraph.text.len();
        paragraph.text.push_str(&text);
        let span = start..paragraph.text.len();
        let same_run = paragraph.last_run.as_deref().is_none_or(|l| l == paragraph.run);
        paragraph.last_run = Some(paragraph.run.clone());
        let continues = !element.first || !paragraph.broken && same_run;
        let preserve_at = (!element.preserves).then_some(element.name_end);
        paragraph.pieces.push(Piece {
            text: span.clone(),
            source: range,
            literal,
            certain: element.certain && !fixed,
            continues,
            preserve_at,
            properties: paragraph.properties.clone(),
        });
        if shielded || paragraph.hidden || fixed {
            paragraph.protected.push(span);
        }
        paragraph.broken = false;
        element.first = false;
    }

    /// Spaces at the ends of an element that does not preserve them are not shown: what they stand for is not known.
    fn close_text(&mut self) {
        let (Some(element), Some(paragraph)) = (self.text_element.take(), &mut self.paragraph) else { return };
        let text = paragraph.text.get(element.text..).unwrap_or_default();
        if !element.preserves && text.trim() != text {
            paragraph.protected.push(element.text..paragraph.text.len());
            paragraph.pieces.iter_mut().skip(element.pieces).for_each(|p| p.certain = false);
        }
    }

    fn close_paragraph(&mut self) {
        let Some(mut paragraph) = self.paragraph.take() else { return };
        paragraph.protect_objects();
        if paragraph.text.trim().is_empty() {
            return;
        }
        let kind = match (self.tables, paragraph.kind) {
            (0, kind) => kind.unwrap_or(BlockKind::Prose),
            _ => BlockKind::Table,
        };
        self.story.blocks.push(Block { kind, text: paragraph.text, protected: paragraph.protected });
        self.story.pieces.push(paragraph.pieces);
    }
}

impl Paragraph {
    /// A property of the paragraph or of the open run; revision ids and proofing languages do not count as formatting.
    fn property(&mut self, name: &str, element: &BytesStart<'_>) {
        match name {
            "w:pStyle" => self.kind = element.try_get_attribute("w:val").ok().flatten().and_then(|a| style_kind(&a.value)),
            "w:outlineLvl" => self.kind = Some(BlockKind::Heading),
            "w:vanish" | "w:webHidden" | "w:specVanish" => self.hidden = true,
            "w:lang" | "w:noProof" => {}
            _ => {
                let quoting =
                    |a: &Attribute<'_>| matches!(style_kind(&a.value), Some(BlockKind::Verbatim | BlockKind::Quotation));
                let style = element.try_get_attribute("w:val").ok().flatten();
                // Code, quotations and what is struck through are somebody else's words.
                self.hidden |=
                    matches!(name, "w:strike" | "w:dstrike") || name == "w:rStyle" && style.as_ref().is_some_and(quoting);
                self.run.push_str(name);
                for attribute in element.attributes().flatten() {
                    self.run.push_str(&attribute.value);
                }
            }
        }
    }

    fn sign(&mut self, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.protected.push(start..self.text.len());
        self.broken = true;
    }

    /// Something that stands in the text without being text: the words beside it are not marked, so that a note stays with its
    /// word and no condition reads across it.
    fn object(&mut self) {
        self.broken = true;
        self.objects.push(self.text.len());
    }

    fn protect_objects(&mut self) {
        for at in std::mem::take(&mut self.objects) {
            let (before, after) = self.text.split_at_checked(at).unwrap_or_default();
            let left = before.trim_end();
            let start = left.rfind(char::is_whitespace).map_or(0, |i| i + 1);
            let right = after.trim_start();
            let skipped = after.len() - right.len();
            let end = at + skipped + right.find(char::is_whitespace).unwrap_or(right.len());
            self.protected.push(start..end);
        }
    }

    fn end_run(&mut self) {
        self.run.clear();
        self.hidden = false;
    }
}

/// The kind of block that a paragraph style makes, by its id in English or Spanish templates.
fn style_kind(style: &str) -> Option<BlockKind> {
    let style = style.to_lowercase();
    let begins = |names: &[&str]| names.iter().any(|n| style.starts_with(n));
    match () {
        () if begins(&["heading", "title", "subtitle", "ttulo", "titulo", "título", "subttulo", "encabezado", "toc"]) => {
            Some(BlockKind::Heading)
        }
        () if begins(&["quote", "quotation", "intensequote", "cita", "blockquote", "blocktext"]) => Some(BlockKind::Quotation),
        () if begins(&["code", "sourcecode", "sourcetext", "verbatim", "preformatted", "html", "macro"]) => {
            Some(BlockKind::Verbatim)
        }
        () => None,
    }
}

fn has(element: &BytesStart<'_>, name: &str, value: &str) -> bool {
    element.try_get_attribute(name).ok().flatten().is_some_and(|a| a.value == value)
}
