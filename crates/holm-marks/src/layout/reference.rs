//! Where the words of a document stand in a page description that another program made of it.

use super::matching::Matcher;
use super::{Layout, LayoutWord, SeenPage, SeenWord};
use crate::document::Block;
use crate::layout::Range;
use crate::mark::Mark;

/// A document's words in order, as a copy with these symbols shows them; words that a mark changes have no place.
fn words(blocks: &[Block], marks: &[Mark], symbols: &[u8]) -> Vec<LayoutWord> {
    let mut words = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let mut sites: Vec<(&Range<usize>, &str)> = Vec::new();
        for (mark, m) in marks.iter().enumerate().filter(|(_, m)| m.layer.is_text()) {
            let symbol = usize::from(symbols.get(mark).copied().unwrap_or(0));
            let here = m.sites.iter().filter(|s| s.block == index);
            sites.extend(here.map(|s| (&s.range, s.texts.get(symbol).map_or("", String::as_str))));
        }
        sites.sort_by_key(|(range, _)| range.start);
        block_words(index, &block.text, &sites, &mut words);
    }
    words
}

/// Words of one block, with what its sites write.
fn block_words(index: usize, text: &str, sites: &[(&Range<usize>, &str)], words: &mut Vec<LayoutWord>) {
    // Characters with where they stand in the block's text; those of sites stand nowhere.
    let mut characters: Vec<(char, Option<usize>)> = Vec::new();
    let mut at = 0;
    let fixed = |range: Range<usize>, characters: &mut Vec<(char, Option<usize>)>| {
        let start = range.start;
        characters.extend(text.get(range).unwrap_or_default().char_indices().map(|(i, c)| (c, Some(start + i))));
    };
    for (range, written) in sites {
        fixed(at..range.start.max(at), &mut characters);
        characters.extend(written.chars().map(|c| (c, None)));
        at = range.end.max(at);
    }
    fixed(at..text.len(), &mut characters);
    for word in characters.split(|(c, _)| c.is_whitespace()).filter(|w| !w.is_empty()) {
        let whole = word.iter().all(|(_, place)| place.is_some());
        let range = word.first().zip(word.last()).and_then(|((_, start), (c, end))| Some((*start)?..(*end)? + c.len_utf8()));
        words.push(LayoutWord {
            text: word.iter().map(|(c, _)| *c).collect(),
            page: 0,
            line: words.len() / LINE,
            left: 0.0,
            right: 0.0,
            baseline: 0.0,
            size: 0.0,
            movable: true,
            place: range.filter(|_| whole).map(|r| (index, r)),
        });
    }
}

/// Words of a line of no length; lines do not matter here.
const LINE: usize = 1 << 20;

/// Gives each word of a page description its place in the document's blocks, as far as words agree; others have none.
#[must_use]
pub fn locate(mut pages: Layout, blocks: &[Block], marks: &[Mark], symbols: &[u8]) -> Layout {
    let document = Layout { pages: Vec::new(), words: words(blocks, marks, symbols) };
    let matcher = Matcher::new(&document);
    let mut places: Vec<Option<(usize, Range<usize>)>> = vec![None; pages.words.len()];
    let seen = lines(&pages);
    let mut index = 0;
    for found in matcher.page(&seen) {
        for (word, seen) in found {
            // Words of a description come in its order: the box tells which one this is.
            let of = (index..pages.words.len()).find(|i| pages.words.get(*i).is_some_and(|w| same(w, seen)));
            let Some(of) = of else { continue };
            index = of + 1;
            let place = document.words.get(word).filter(|w| w.text == seen.text).and_then(|w| w.place.clone());
            places.get_mut(of).into_iter().for_each(|p| *p = place.clone());
        }
    }
    for (word, place) in pages.words.iter_mut().zip(places) {
        word.movable &= place.is_some();
        word.place = place;
    }
    pages
}

fn same(word: &LayoutWord, seen: &SeenWord) -> bool {
    word.left == seen.left && word.baseline == seen.bottom && word.text == seen.text
}

fn lines(pages: &Layout) -> SeenPage {
    let mut lines: Vec<Vec<SeenWord>> = Vec::new();
    let mut last: Option<&LayoutWord> = None;
    for word in &pages.words {
        if last.is_none_or(|l| !l.shares_line(word)) {
            lines.push(Vec::new());
        }
        last = Some(word);
        let seen = SeenWord {
            text: word.text.clone(),
            left: word.left,
            right: word.right,
            top: word.baseline - word.size,
            bottom: word.baseline,
        };
        lines.last_mut().into_iter().for_each(|l| l.push(seen.clone()));
    }
    SeenPage { lines }
}

/// Places of words, each by block and start.
pub type Places = std::collections::BTreeSet<(usize, usize)>;

/// Words of the lines of `before` that end elsewhere in `after`: of each block the first such line, since those after it
/// only follow. Words that only one of the two has do not count.
#[must_use]
pub fn broken_lines(before: &Layout, after: &Layout) -> Places {
    let mut lines: std::collections::BTreeMap<usize, Vec<(usize, LinePlace)>> = std::collections::BTreeMap::new();
    let later = line_numbers(after);
    let earlier = line_numbers(before);
    for (place, line) in &earlier {
        lines.entry(place.0).or_default().push((place.1, *line));
    }
    let mut broken = Places::new();
    for (block, words) in lines {
        let differs = words.iter().find(|(start, line)| later.get(&(block, *start)).is_some_and(|l| l != line));
        // The line before the first word that moved is the one that is now too long or too short.
        let Some((_, (page, line))) = differs else { continue };
        let near = |(_, (p, l)): &&(usize, LinePlace)| p == page && l.abs_diff(*line) <= 1;
        broken.extend(words.iter().filter(near).map(|(start, _)| (block, *start)));
    }
    broken
}

/// Page, and line within the block.
type LinePlace = (usize, usize);

fn line_numbers(pages: &Layout) -> std::collections::BTreeMap<(usize, usize), LinePlace> {
    let mut numbers = std::collections::BTreeMap::new();
    let mut current: Option<(usize, usize, &LayoutWord)> = None;
    for word in &pages.words {
        let Some((block, range)) = &word.place else { continue };
        let line = match current {
            Some((b, line, last)) if b == *block => line + usize::from(!last.shares_line(word)),
            _ => 0,
        };
        current = Some((*block, line, word));
        numbers.insert((*block, range.start), (word.page, line));
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mark::Layer;
    use crate::mark::Site;

    #[test]
    fn words_that_marks_change_have_no_place_and_others_keep_theirs() {
        let blocks = [Block::prose("We saw [[two|three]] empty drums.")];
        let mark = Mark {
            layer: Layer::Fact,
            rule: "authored:drums".to_owned(),
            alternatives: vec!["two".to_owned(), "three".to_owned()],
            master: None,
            sites: vec![Site { block: 0, range: 7..20, texts: vec!["two".to_owned(), "three".to_owned()] }],
        };
        let words = words(&blocks, &[mark], &[1]);
        let places: Vec<_> = words.iter().map(|w| w.place.clone()).collect();
        assert_eq!(words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), ["We", "saw", "three", "empty", "drums."]);
        assert_eq!(places, [Some((0, 0..2)), Some((0, 3..6)), None, Some((0, 21..26)), Some((0, 27..33))]);
    }
}
