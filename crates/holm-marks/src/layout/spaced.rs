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
    /// By how many points to the right: half of what the space before it is wider than the one after it.
    pub moved: f64,
}

/// Words that are looked up together, and stand on one line of the pages that are made up for the master.
const LINE: usize = 12;
/// Size of its letters, and their distances, in points.
const SIZE: f64 = 11.0;
const LETTER: f64 = 5.5;
const LEADING: f64 = 14.0;

/// Sightings of a Word file's words, by paragraph, as words of one page of the leak. A file whose spaces are all alike shows
/// nothing.
#[must_use]
pub fn sight_spaced(blocks: &[Block], marks: &[Mark], leak: &[Vec<SpacedWord>], page: u32) -> Vec<Sighting> {
    let lines: Vec<&[SpacedWord]> = leak.iter().flat_map(|paragraph| paragraph.chunks(LINE)).collect();
    if lines.iter().copied().flatten().all(|word| word.moved == 0.0) {
        return Vec::new();
    }
    let layout = made_up(blocks);
    let moved_by = marks_of_words(&layout, marks);
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
            let (Some(master), Some(spaced)) = (layout.words.get(word), line.get(seen.left as usize)) else { continue };
            sightings.push(Sighting {
                mark: moved_by.get(word).copied().flatten(),
                page,
                line: u32::try_from(master.line).unwrap_or(u32::MAX),
                x: master.left,
                y: master.baseline,
                size: SIZE,
                moved: spaced.moved,
                noise: 1.0,
            });
        }
    }
    sightings
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
        SpacedWord { text: text.to_owned(), moved }
    }

    #[test]
    fn each_marked_word_is_found_with_how_far_it_is_moved_among_words_of_others() {
        let blocks = [Block::prose("Something else stands first."), Block::prose(TEXT)];
        let places = words(TEXT);
        let marks: Vec<Mark> = places.iter().skip(1).step_by(2).map(|p| mark_with((1, p.clone()), &[-0.2, 0.2])).collect();
        let symbol = |n: usize| if n.is_multiple_of(3) { 0.2 } else { -0.2 };
        let leaked = places.iter().enumerate().map(|(n, p)| {
            let moved = if n % 2 == 1 { symbol(n / 2) } else { 0.0 };
            word(&TEXT[p.clone()], moved)
        });
        let foreign: Vec<SpacedWord> = "The weather was fine in Vermont, he wrote.".split(' ').map(|w| word(w, 0.0)).collect();
        let sightings = sight_spaced(&blocks, &marks, &[foreign, leaked.collect()], 3);
        assert_eq!(sightings.len(), places.len());
        for seen in &sightings {
            let expected = seen.mark.map_or(0.0, |mark| symbol(mark as usize));
            assert_eq!((seen.page, seen.moved), (3, expected));
        }
        let rows = super::super::field::rows(&marks, &sightings);
        assert_eq!(rows.len(), marks.len());
        for (mark, row) in rows {
            let (own, other) = if symbol(mark) > 0.0 { (row[1], row[0]) } else { (row[0], row[1]) };
            assert!(own > 10.0 * other, "{mark}: {row:?}");
        }
    }

    #[test]
    fn a_file_whose_spaces_are_all_alike_shows_nothing() {
        let leak: Vec<SpacedWord> = TEXT.split(' ').map(|w| word(w, 0.0)).collect();
        assert!(sight_spaced(&[Block::prose(TEXT)], &[], &[leak], 0).is_empty());
    }
}
