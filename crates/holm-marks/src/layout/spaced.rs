//! Words of a Word file whose spaces have widths of their own: how far each word is moved stands in the file, whatever the page
//! that somebody sets from it.

use std::ops::Range;

use super::matching::Matcher;
use super::{Layout, LayoutPage, LayoutWord, SeenPage, SeenWord, Sighting, marks_of_words};
use crate::document::Block;
use crate::mark::Mark;

/// A word, and how far it is moved.
#[derive(Clone, Debug, PartialEq)]
pub struct SpacedWord {
    /// The word.
    pub text: String,
    /// By how many points to the right: half of what the space before it is wider than the one after it; `None` without a space
    /// on each side.
    pub moved: Option<f64>,
}

/// Words that are looked up together, and stand on one line of the pages that are made up for the master.
const LINE: usize = 12;
/// Size of its letters, and their distances, in points.
const SIZE: f64 = 11.0;
const LETTER: f64 = 5.5;
const LEADING: f64 = 14.0;

/// Version of how words of Word files are read, named in a look's `reader` where they were.
pub const SPACED_READER: &str = "holm-spaced/1";

/// Sightings of a Word file's marked words, as words of one page of the leak. `own` are the master's paragraphs as they are in its
/// own file, whose spaces may be wider here and there; `leak` are the leak's. A file whose spaces differ nowhere from the master's
/// shows nothing.
///
/// Words between marked ones stand aside too, by what their neighbours' spaces are wider: they are no controls and are left out.
#[must_use]
pub fn sight_spaced(
    blocks: &[Block],
    marks: &[Mark],
    own: &[Vec<SpacedWord>],
    leak: &[Vec<SpacedWord>],
    page: u32,
) -> Vec<Sighting> {
    let lines: Vec<&[SpacedWord]> = leak.iter().flat_map(|paragraph| paragraph.chunks(LINE)).collect();
    let layout = made_up(blocks);
    let moved_by = marks_of_words(&layout, marks);
    let stands: Vec<Option<f64>> = own.iter().flatten().map(|w| w.moved).collect();
    if stands.len() != layout.words.len() {
        return Vec::new();
    }
    // Where a word stands is its number: that is all that is looked up.
    let seen = |number: usize, word: &SpacedWord| SeenWord {
        text: word.text.clone(),
        left: number as f64,
        right: number as f64,
        top: 0.0,
        bottom: 0.0,
    };
    let line = |words: &&[SpacedWord]| words.iter().enumerate().map(|(n, word)| seen(n, word)).collect();
    let shown = SeenPage { lines: lines.iter().map(line).collect() };
    let matcher = Matcher::new(&layout);
    let mut sightings = Vec::new();
    for (line, found) in lines.iter().zip(matcher.each_line(&shown)) {
        for (word, seen) in found {
            let mark = moved_by.get(word).copied().flatten();
            let (Some(mark), Some(master), Some(spaced)) = (mark, layout.words.get(word), line.get(seen.left as usize)) else {
                continue;
            };
            let Some(moved) = spaced.moved.zip(stands.get(word).copied().flatten()).map(|(leak, own)| leak - own) else {
                continue;
            };
            sightings.push(Sighting {
                mark: Some(mark),
                page,
                line: u32::try_from(master.line).unwrap_or(u32::MAX),
                x: master.left,
                y: master.baseline,
                size: SIZE,
                moved,
                noise: 1.0,
            });
        }
    }
    // Spaces that are alike were set anew, or never made wider.
    if sightings.iter().all(|s| s.moved.abs() < 1e-9) { Vec::new() } else { sightings }
}

/// Bytes of each word of a text.
pub(crate) fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_whitespace(), start) {
            (false, None) => start = Some(at),
            (true, Some(from)) => {
                words.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// One page that holds all words of the blocks in lines: nobody sees it, and only its order matters.
fn made_up(blocks: &[Block]) -> Layout {
    let mut layout = Layout { pages: vec![LayoutPage::default()], words: Vec::new() };
    let mut line = 0;
    for (number, block) in blocks.iter().enumerate() {
        for places in words(&block.text).chunks(LINE) {
            line += 1;
            let mut left = 0.0;
            for place in places {
                let text = block.text.get(place.clone()).unwrap_or_default().to_owned();
                let right = left + LETTER * text.chars().count() as f64;
                layout.words.push(LayoutWord {
                    text,
                    page: 0,
                    line,
                    left,
                    right,
                    baseline: LEADING * line as f64,
                    size: SIZE,
                    movable: true,
                    place: Some((number, place.clone())),
                });
                left = right + LETTER;
            }
        }
    }
    layout
}

#[cfg(test)]
mod tests {
    use super::super::mark_with;
    use super::*;

    const TEXT: &str = "On the night of 24 November the team watched the yard from 21:40 until 03:15, and nobody came near.";

    fn word(text: &str, moved: f64) -> SpacedWord {
        SpacedWord { text: text.to_owned(), moved: Some(moved) }
    }

    fn still(blocks: &[Block]) -> Vec<Vec<SpacedWord>> {
        let paragraph = |b: &Block| words(&b.text).into_iter().map(|p| word(&b.text[p], 0.0)).collect();
        blocks.iter().map(paragraph).collect()
    }

    /// Every second word is moved by the spaces beside it, one of which is 0.4 pt wider: words between stand aside as well.
    fn leaked(places: &[Range<usize>], right: impl Fn(usize) -> bool) -> Vec<SpacedWord> {
        let wider = |space: usize| {
            // The space before a marked word, or the one after it.
            let mark = if space % 2 == 1 { space / 2 } else { space.div_ceil(2) - 1 };
            if right(mark) == (space % 2 == 1) { 0.4 } else { 0.0 }
        };
        let moved = |n: usize| (n > 0 && n + 1 < places.len()).then(|| (wider(n) - wider(n + 1)) / 2.0);
        places.iter().enumerate().map(|(n, p)| SpacedWord { text: TEXT[p.clone()].to_owned(), moved: moved(n) }).collect()
    }

    #[test]
    fn each_marked_word_is_found_with_how_far_it_is_moved_among_words_of_others() {
        let blocks = [Block::prose("Something else stands first."), Block::prose(TEXT)];
        let places = words(TEXT);
        let marked = places.iter().take(places.len() - 1).skip(1).step_by(2);
        let marks: Vec<Mark> = marked.map(|p| mark_with((1, p.clone()), &[-0.2, 0.2])).collect();
        let right = |mark: usize| mark.is_multiple_of(3);
        let foreign: Vec<SpacedWord> = "The weather was fine in Vermont, he wrote.".split(' ').map(|w| word(w, 0.0)).collect();
        let leak = [foreign, leaked(&places, right)];
        let check = |own: &[Vec<SpacedWord>], leak: &[Vec<SpacedWord>]| {
            let sightings = sight_spaced(&blocks, &marks, own, leak, 3);
            assert_eq!(sightings.len(), marks.len());
            for seen in &sightings {
                let expected = if right(seen.mark.unwrap() as usize) { 0.2 } else { -0.2 };
                assert!(seen.page == 3 && (seen.moved - expected).abs() < 1e-9, "{seen:?}");
            }
            let rows = super::super::field::rows(&marks, &sightings);
            assert_eq!(rows.len(), marks.len());
            for (mark, row) in rows {
                let (own, other) = if right(mark) { (row[1], row[0]) } else { (row[0], row[1]) };
                assert!(own > 10.0 * other, "{mark}: {row:?}");
            }
        };
        let mut own = still(&blocks);
        check(&own, &leak);
        // The master itself has a space that is 0.8 pt wider, and so has the leak.
        let mut wide = leak;
        for paragraphs in [&mut own[1], &mut wide[1]] {
            paragraphs[4].moved.iter_mut().for_each(|m| *m -= 0.4);
            paragraphs[5].moved.iter_mut().for_each(|m| *m += 0.4);
        }
        check(&own, &wide);
    }

    #[test]
    fn a_file_whose_spaces_are_all_alike_shows_nothing() {
        let blocks = [Block::prose(TEXT)];
        let marks = [mark_with((0, words(TEXT)[3].clone()), &[-0.2, 0.2])];
        assert!(sight_spaced(&blocks, &marks, &still(&blocks), &still(&blocks), 0).is_empty());
        assert!(sight_spaced(&blocks, &marks, &[], &still(&blocks), 0).is_empty(), "another master's file");
    }
}
