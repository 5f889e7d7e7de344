//! Words and lines of a page, from its glyphs.

use std::collections::HashMap;

use super::glyph::{Glyph, GlyphPlace};

/// A gap wider than this share of the font size parts two words; kerning within a word stays below it.
const WORD_GAP: f64 = 0.15;
/// Glyphs of one word overlap by less than this share of the font size.
const OVERLAP: f64 = 0.4;
/// A wider gap, in font sizes, parts two columns.
const COLUMN_GAP: f64 = 1.8;
/// Baselines of one line differ by less than this share of the font size.
const BASELINE: f64 = 0.15;
/// Least gap, in font sizes, of two words on one line: text that runs back begins another.
const LEAST_GAP: f64 = -0.1;
/// A word that is moved changes a gap by at most this share of the font size (two of 0.03, if both its neighbours move).
const MOVED: f64 = 0.07;
/// Words of the same text and line, the last that were painted, among which a twin is sought.
const MOST_TWINS: usize = 256;

/// A word as it stands on a page.
#[derive(Clone, Debug)]
pub(crate) struct PageWord {
    pub(crate) text: String,
    /// Points from the page's left edge.
    pub(crate) left: f64,
    pub(crate) right: f64,
    /// Points from the page's bottom edge.
    pub(crate) baseline: f64,
    pub(crate) size: f64,
    /// Number of its line on the page.
    pub(crate) line: usize,
    /// Where it is written, by show operator.
    pub(crate) pieces: Vec<GlyphPlace>,
    /// Whether all of it is painted upright by the page's own stream, at a known place, in known characters.
    pub(crate) movable: bool,
    pub(crate) visible: bool,
    /// Whether the page says that a space stands before it; else the gap does.
    spaced: bool,
}

/// Groups glyphs, in the order in which they are painted, into words and lines.
pub(crate) fn words(glyphs: &[Glyph]) -> Vec<PageWord> {
    let mut words: Vec<PageWord> = Vec::new();
    let mut open: Option<PageWord> = None;
    let mut spaced = true;
    for glyph in glyphs {
        let blank = glyph.text.chars().all(char::is_whitespace) && !glyph.text.is_empty();
        if open.as_ref().is_some_and(|word| blank || !continues(word, glyph)) {
            words.extend(open.take());
        }
        if blank {
            spaced = true;
            continue;
        }
        match &mut open {
            Some(word) => extend(word, glyph),
            None => open = Some(begin(glyph, spaced)),
        }
        spaced = false;
    }
    words.extend(open);
    number_lines(&mut words);
    freeze_doubles(&mut words);
    freeze_narrow(&mut words);
    words
}

fn known(glyph: &Glyph) -> bool {
    glyph.upright && glyph.visible && glyph.place.is_some() && !glyph.text.is_empty()
}

fn begin(glyph: &Glyph, spaced: bool) -> PageWord {
    PageWord {
        text: shown_text(glyph).to_owned(),
        left: glyph.left.min(glyph.right),
        right: glyph.right.max(glyph.left),
        baseline: glyph.baseline,
        size: glyph.size,
        line: 0,
        pieces: glyph.place.into_iter().collect(),
        movable: known(glyph),
        visible: glyph.visible,
        spaced,
    }
}

fn shown_text(glyph: &Glyph) -> &str {
    if glyph.text.is_empty() { "\u{fffd}" } else { &glyph.text }
}

fn continues(word: &PageWord, glyph: &Glyph) -> bool {
    let size = word.size.max(glyph.size).max(0.1);
    let gap = glyph.left - word.right;
    let level = (glyph.baseline - word.baseline).abs() < BASELINE * size;
    level && gap > -OVERLAP * size && gap < WORD_GAP * size && glyph.visible == word.visible
}

fn extend(word: &mut PageWord, glyph: &Glyph) {
    word.text.push_str(shown_text(glyph));
    word.right = word.right.max(glyph.right);
    word.movable &= known(glyph);
    if let Some(place) = glyph.place {
        match word.pieces.last_mut().filter(|last| last.show == place.show && last.end <= place.start) {
            Some(last) => last.end = place.end,
            None => word.pieces.push(place),
        }
    }
}

fn number_lines(words: &mut [PageWord]) {
    let mut line = 0;
    for at in 1..words.len() {
        let (before, after) = words.split_at_mut(at);
        if let (Some(last), Some(word)) = (before.last(), after.first_mut()) {
            let size = last.size.max(word.size).max(0.1);
            let gap = word.left - last.right;
            let level = (word.baseline - last.baseline).abs() < BASELINE * size;
            let same = level && gap > LEAST_GAP * size && gap < COLUMN_GAP * size && word.visible == last.visible;
            line += usize::from(!same);
            word.line = line;
        }
    }
}

/// Words beside a gap that is nearly of another kind, so that moving one would join them or part a line: neither is moved.
fn freeze_narrow(words: &mut [PageWord]) {
    for at in 1..words.len() {
        let (before, after) = words.split_at_mut(at);
        let (Some(last), Some(word)) = (before.last_mut(), after.first_mut()) else { continue };
        let size = last.size.max(word.size).max(0.1);
        let gap = (word.left - last.right) / size;
        let level = (word.baseline - last.baseline).abs() < BASELINE * size;
        let near = |limit: &f64| (gap - limit).abs() < MOVED;
        let narrow = [LEAST_GAP, COLUMN_GAP].iter().any(near) || !word.spaced && [WORD_GAP, -OVERLAP].iter().any(near);
        if level && narrow {
            (last.movable, word.movable) = (false, false);
        }
    }
}

/// Text that is painted twice to look bold must stay together: neither of the two is moved.
fn freeze_doubles(words: &mut [PageWord]) {
    let key = |w: &PageWord| (w.text.clone(), (w.baseline / 2.0).round() as i64);
    let mut seen: HashMap<(String, i64), Vec<usize>> = HashMap::new();
    for at in 0..words.len() {
        let Some(word) = words.get(at) else { continue };
        let (left, size) = (word.left, word.size);
        let others = seen.entry(key(word)).or_default();
        let near = others.iter().rev().take(MOST_TWINS).copied();
        let twin = near.into_iter().find(|o| words.get(*o).is_some_and(|w| (w.left - left).abs() < 0.3 * size));
        others.push(at);
        for twin in twin.into_iter().flat_map(|t| [t, at]) {
            words.get_mut(twin).into_iter().for_each(|w| w.movable = false);
        }
    }
}
