//! Paragraphs as rows: horizontal strips of the text column, which [`crate::page`] stacks into pages.

use pdf_writer::types::StructRole;

use crate::document::{Content, Language, Level, Marker, Paragraph, Run};
use crate::face::{Face, Style};
use crate::lines::{Line, Part, lines};
use crate::outline::{DEEPEST, Outline};
use crate::page::{Layout, stack};
use crate::shaper::{Inventory, Shaper};
use crate::typesetter::Error;
use crate::words::{Fragment, Setting, Word, words};

/// The width of the text column in points: A4 less two margins of 28 mm.
pub(crate) const MEASURE: f64 = 595.28 - 2.0 * MARGIN;
/// 28 mm in points.
pub(crate) const MARGIN: f64 = 79.37;

/// Ordinary text: 11 points, leading 1.35.
pub(crate) const BODY: Setting = Setting { size: 11.0, leading: 14.85, bold: false, italic: false };
/// How far each list level moves its text to the right, in points.
const LIST_STEP: f64 = 22.0;
/// How far each quotation does, at most six.
const QUOTE_STEP: f64 = 16.0;
/// From the end of a marker to its text.
const MARKER_GAP: f64 = 6.0;
/// Ascent and descent of Liberation Serif in ems: where in its row a line of text stands.
const ASCENT: f64 = 0.891;
const DESCENT: f64 = 0.216;

/// A strip of the text column. All lengths are in points.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// White space above, which is dropped at the top of a page.
    pub(crate) before: f64,
    pub(crate) height: f64,
    /// Whether the next row must stand on the same page.
    pub(crate) bound: bool,
    pub(crate) inks: Vec<Ink>,
    pub(crate) pieces: Vec<Piece>,
}

/// A filled rectangle; `top` is downwards from the row's top.
#[derive(Clone, Debug)]
pub(crate) struct Ink {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// 0 is black, 1 white.
    pub(crate) grey: f32,
}

/// A word, a part of one or a marker, at its place in a row.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// From the left margin.
    pub(crate) left: f64,
    pub(crate) width: f64,
    /// Downwards from the row's top; once stacked, from the page's.
    pub(crate) baseline: f64,
    pub(crate) size: f64,
    pub(crate) fragments: Vec<Fragment>,
    /// The word's index; none for a marker.
    pub(crate) word: Option<usize>,
    /// The element of the outline that it belongs to.
    pub(crate) node: usize,
    /// Pieces are drawn in this order, the order of reading.
    pub(crate) order: usize,
    /// Lines in reading order, the cells of a table apart.
    pub(crate) line: usize,
    /// Whether a word space is drawn after it: after every word, at a line's end too, so that no reader joins two.
    pub(crate) spaced: bool,
}

/// A word's text, and where it begins in the source.
pub(crate) type Text = (String, Option<usize>);

/// Where a paragraph's lines stand.
pub(crate) struct Slot {
    pub(crate) left: f64,
    pub(crate) node: usize,
    pub(crate) setting: Setting,
}

/// A document on its way to rows.
pub(crate) struct Flow<'f> {
    pub(crate) shaper: Shaper<'f>,
    pub(crate) links: Vec<String>,
    pub(crate) outline: Outline,
    pub(crate) rows: Vec<Row>,
    /// The words' texts in reading order, and where each begins in the source.
    texts: Vec<Text>,
    order: usize,
    line: usize,
    /// The number of the paragraph at hand, from 1.
    pub(crate) number: usize,
    /// Where in the column it stands.
    pub(crate) left: f64,
    /// Whether the row before stands in a quotation.
    quoted: bool,
}

impl<'f> Flow<'f> {
    pub(crate) fn new(faces: &'f [Face; Style::ALL.len()]) -> Self {
        Flow {
            shaper: Shaper::new(faces),
            links: Vec::new(),
            outline: Outline::new(),
            rows: Vec::new(),
            texts: Vec::new(),
            order: 0,
            line: 0,
            number: 0,
            left: 0.0,
            quoted: false,
        }
    }

    pub(crate) fn has_no_words(&self) -> bool {
        self.texts.is_empty()
    }

    /// Appends a paragraph.
    pub(crate) fn paragraph(&mut self, paragraph: &Paragraph) -> Result<(), Error> {
        self.number += 1;
        let quoted = QUOTE_STEP * paragraph.quotes.min(6) as f64;
        self.left = quoted + LIST_STEP * paragraph.depth.min(DEEPEST) as f64;
        let node = self.outline.paragraph(paragraph);
        let first = self.rows.len();
        match &paragraph.content {
            Content::Heading(level, runs) => self.text(runs, heading(*level), node)?,
            Content::Prose(runs) => self.text(runs, BODY, node)?,
            Content::Item(marker, runs) => self.item(*marker, runs, node)?,
            Content::Table { columns, rows } => self.table(columns, rows, node)?,
            Content::Verbatim(text) => self.verbatim(text, node)?,
            Content::Rule => self.rows.push(rule(self.left)),
        }
        if let Some(row) = self.rows.get_mut(first) {
            row.before += space_above(&paragraph.content);
        }
        if let (Content::Heading(..), Some(row)) = (&paragraph.content, self.rows.iter_mut().skip(first).last()) {
            row.bound = true;
        }
        // A quotation's bar goes on through the white space between its paragraphs.
        for row in self.rows.iter_mut().skip(first).filter(|_| paragraph.quotes > 0) {
            let above = if self.quoted { row.before } else { 0.0 };
            row.inks.push(Ink { left: quoted - 12.0, top: -above, width: 1.5, height: row.height + above, grey: 0.7 });
            self.quoted = true;
        }
        self.quoted = paragraph.quotes > 0;
        Ok(())
    }

    /// The rows as pages.
    pub(crate) fn into_layout(self, language: Language) -> Result<(Layout, [Inventory; Style::ALL.len()]), Error> {
        let Flow { mut shaper, links, outline, rows, texts, .. } = self;
        let (mut pages, words) = stack(rows, texts);
        crate::page::number(&mut pages, &mut shaper)?;
        Ok((Layout { language, pages, words, nodes: outline.nodes, links, programs: Vec::new() }, shaper.inventories))
    }

    pub(crate) fn words(&mut self, runs: &[Run], setting: Setting) -> Result<Vec<Word>, Error> {
        words(&mut self.shaper, &mut self.links, runs, setting, self.number)
    }

    fn text(&mut self, runs: &[Run], setting: Setting, node: usize) -> Result<(), Error> {
        let words = self.words(runs, setting)?;
        let slot = Slot { left: self.left, node, setting };
        let rows = self.set(words, MEASURE - self.left, &slot);
        self.rows.extend(rows);
        Ok(())
    }

    fn item(&mut self, marker: Marker, runs: &[Run], item: usize) -> Result<(), Error> {
        let text = match marker {
            Marker::Bullet => "•".to_owned(),
            Marker::Number(number) => format!("{number}."),
        };
        let label = self.outline.add(StructRole::Lbl, item);
        let body = self.outline.body(item);
        let fragments: Vec<Fragment> = self.words(&[Run::plain(text)], BODY)?.into_iter().flat_map(|w| w.fragments).collect();
        let order = self.next_order();
        let first = self.rows.len();
        self.text(runs, BODY, body)?;
        if self.rows.len() == first {
            self.rows.push(Row { height: BODY.leading, ..Row::default() });
        }
        let width: f64 = fragments.iter().map(Fragment::width).sum();
        if let Some(row) = self.rows.get_mut(first) {
            row.pieces.push(Piece {
                left: self.left - MARKER_GAP - width,
                width,
                baseline: baseline(BODY),
                size: BODY.size,
                fragments,
                word: None,
                node: label,
                order,
                line: row.pieces.first().map_or(self.line, |piece| piece.line),
                spaced: true,
            });
        }
        Ok(())
    }

    /// Sets words as rows of one line each, with no lonely line at either end of a page.
    pub(crate) fn set(&mut self, words: Vec<Word>, measure: f64, slot: &Slot) -> Vec<Row> {
        let texts: Vec<Text> = words.iter().map(|word| (word.text.clone(), word.source)).collect();
        let lines = lines(words, measure, slot.setting.size);
        let last = lines.len().saturating_sub(1);
        let first_word = self.texts.len();
        self.texts.extend(texts);
        let place = |(nth, line): (usize, Line)| {
            let bound = nth < last && (nth == 0 || nth + 1 == last);
            let pieces = self.pieces(line, first_word, slot);
            Row { height: slot.setting.leading, bound, pieces, ..Row::default() }
        };
        lines.into_iter().enumerate().map(place).collect()
    }

    fn pieces(&mut self, line: Line, first_word: usize, slot: &Slot) -> Vec<Piece> {
        self.line += 1;
        let piece = |part: Part| Piece {
            left: slot.left + part.left,
            width: part.width,
            baseline: baseline(slot.setting),
            size: slot.setting.size,
            fragments: part.fragments,
            word: Some(first_word + part.word),
            node: slot.node,
            order: self.next_order(),
            line: self.line,
            spaced: !part.cut,
        };
        line.parts.into_iter().map(piece).collect()
    }

    fn next_order(&mut self) -> usize {
        self.order += 1;
        self.order
    }
}

/// Where in a row its text stands, downwards from the row's top.
pub(crate) fn baseline(setting: Setting) -> f64 {
    (setting.leading - (ASCENT + DESCENT) * setting.size) / 2.0 + ASCENT * setting.size
}

fn heading(level: Level) -> Setting {
    let (size, leading, italic) = match level {
        Level::One => (20.0, 24.0, false),
        Level::Two => (15.0, 18.5, false),
        Level::Three => (12.5, 16.0, false),
        Level::Four => (11.0, 14.85, true),
    };
    Setting { size, leading, bold: true, italic }
}

/// White space above a paragraph, in points.
fn space_above(content: &Content) -> f64 {
    match content {
        Content::Heading(Level::One, _) => 24.0,
        Content::Heading(Level::Two, _) => 18.0,
        Content::Heading(..) => 13.0,
        Content::Prose(_) => 7.0,
        Content::Item(..) => 4.0,
        Content::Table { .. } | Content::Verbatim(_) => 10.0,
        Content::Rule => 8.0,
    }
}

fn rule(left: f64) -> Row {
    let ink = Ink { left, top: 4.0, width: MEASURE - left, height: 0.5, grey: 0.4 };
    Row { height: 8.0, inks: vec![ink], ..Row::default() }
}
