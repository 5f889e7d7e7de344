//! Rows as pages of A4, and what became of each word.

use crate::document::{Language, Run};
use crate::face::Style;
use crate::flow::{Ink, MARGIN, MEASURE, Piece, Row, Text};
use crate::outline::Node;
use crate::program::Program;
use crate::shaper::Shaper;
use crate::typesetter::Error;
use crate::words::{Fragment, Setting, words};

/// A4 in points.
pub(crate) const WIDTH: f64 = 595.28;
pub(crate) const HEIGHT: f64 = 841.89;
/// White space above and below the text, in points.
const TOP: f64 = 76.0;
const BOTTOM: f64 = 84.0;
/// The page number's baseline above the page's lower edge.
const NUMBER: f64 = 48.0;
const NUMBER_TEXT: Setting = Setting { size: 9.5, leading: 12.0, bold: false, italic: false };

/// Where a word stands when it is not shifted. Lengths are in points; x runs to the right from the page's left edge, y
/// downwards from its top.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedWord {
    /// The word: a maximal run of non-whitespace.
    pub text: String,
    /// The page, counted from 0.
    pub page: usize,
    /// The line among the page's lines in reading order, counted from 0. Each cell of a table has lines of its own. Words of
    /// one line stand beside each other with nothing but a word space between them (in preformatted text: one or more).
    pub line: usize,
    /// The left edge of its first letter's box.
    pub left: f64,
    /// The right edge of its last letter's box; of a word that was cut because it is wider than its column, of its first part.
    pub right: f64,
    /// The line on which its letters stand.
    pub baseline: f64,
    /// The byte of the source at which it begins; none where the source has it otherwise (an entity, code) or there is none.
    pub source: Option<usize>,
    /// The size of its paragraph's type; monospaced text stands in it at 0.88 of that size.
    pub size: f64,
}

/// A document broken into lines and pages, to be drawn with any number of shifts.
#[derive(Clone, Debug)]
pub struct Layout {
    pub(crate) language: Language,
    pub(crate) pages: Vec<Page>,
    pub(crate) words: Vec<PlacedWord>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) links: Vec<String>,
    pub(crate) programs: Vec<Option<Program>>,
}

impl Layout {
    /// The words in reading order.
    pub fn words(&self) -> &[PlacedWord] {
        &self.words
    }

    /// How many pages there are.
    pub fn pages(&self) -> usize {
        self.pages.len()
    }

    pub(crate) fn into_words(self) -> Vec<PlacedWord> {
        self.words
    }
}

/// A page; its pieces' and inks' places are the page's, no longer a row's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) inks: Vec<Ink>,
    pub(crate) pieces: Vec<Piece>,
    /// The page number, which belongs to no word and no element.
    pub(crate) number: Option<Piece>,
}

/// Stacks rows into pages, bound rows together where a page can hold them.
pub(crate) fn stack(rows: Vec<Row>, texts: Vec<Text>) -> (Vec<Page>, Vec<PlacedWord>) {
    let room = HEIGHT - TOP - BOTTOM;
    let needs = needs(&rows);
    let mut pages = vec![Page::default()];
    let mut used = 0.0;
    let mut bound = false;
    for (row, need) in rows.into_iter().zip(needs) {
        // Inside a chain only what does not fit at all moves on: the chain was too long for any page.
        let needed = if bound { row.before + row.height } else { need };
        if used > 0.0 && used + needed > room {
            pages.push(Page::default());
            used = 0.0;
        }
        if used > 0.0 {
            used += row.before;
        }
        bound = row.bound;
        let height = row.height;
        if let Some(page) = pages.last_mut() {
            put(page, row, TOP + used);
        }
        used += height;
    }
    for page in &mut pages {
        page.pieces.sort_by_key(|piece| piece.order);
    }
    let words = placed(&pages, texts);
    (pages, words)
}

/// The height that each row needs together with all that it is bound to below.
fn needs(rows: &[Row]) -> Vec<f64> {
    let mut needs = vec![0.0; rows.len()];
    let mut below = 0.0;
    for (row, need) in rows.iter().zip(&mut needs).rev() {
        *need = row.before + row.height + if row.bound { below } else { 0.0 };
        below = *need;
    }
    needs
}

fn put(page: &mut Page, row: Row, top: f64) {
    page.inks.extend(row.inks.into_iter().map(|ink| Ink { left: MARGIN + ink.left, top: top + ink.top, ..ink }));
    let place = |piece: Piece| Piece { left: MARGIN + piece.left, baseline: top + piece.baseline, ..piece };
    page.pieces.extend(row.pieces.into_iter().map(place));
}

fn placed(pages: &[Page], texts: Vec<Text>) -> Vec<PlacedWord> {
    let mut words = Vec::with_capacity(texts.len());
    let mut texts = texts.into_iter();
    for (page, content) in pages.iter().enumerate() {
        let mut lines = 0;
        let mut last = None;
        for piece in &content.pieces {
            if last.is_some_and(|line| line != piece.line) {
                lines += 1;
            }
            last = Some(piece.line);
            // The first part of a word is its place; further parts find the word placed.
            if piece.word != Some(words.len()) {
                continue;
            }
            let Some((text, source)) = texts.next() else { continue };
            let (left, right) = (piece.left, piece.left + piece.width);
            words.push(PlacedWord { text, page, line: lines, left, right, baseline: piece.baseline, source, size: piece.size });
        }
    }
    words
}

/// Numbers the pages if there are several.
pub(crate) fn number(pages: &mut [Page], shaper: &mut Shaper<'_>) -> Result<(), Error> {
    if pages.len() < 2 {
        return Ok(());
    }
    for (nth, page) in pages.iter_mut().enumerate() {
        let run = Run::plain((nth + 1).to_string());
        let set = words(shaper, &mut Vec::new(), &[run], NUMBER_TEXT, 0)?;
        let fragments: Vec<Fragment> = set.into_iter().flat_map(|word| word.fragments).collect();
        let width: f64 = fragments.iter().map(Fragment::width).sum();
        page.number = Some(Piece {
            left: MARGIN + (MEASURE - width) / 2.0,
            width,
            baseline: HEIGHT - NUMBER,
            size: NUMBER_TEXT.size,
            fragments,
            word: None,
            node: 0,
            order: 0,
            line: 0,
            spaced: false,
        });
    }
    Ok(())
}

/// Whether any face of a style is in use, for the file's resources.
pub(crate) fn used(programs: &[Option<Program>]) -> impl Iterator<Item = (Style, &Program)> {
    Style::ALL.into_iter().zip(programs).filter_map(|(style, program)| program.as_ref().map(|program| (style, program)))
}
