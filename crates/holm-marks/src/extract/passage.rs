//! Where each part of a leak stands in the item, for whoever looks at both.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Reader, stretches};
use crate::align::Rates;
use crate::lattice::Lattice;
use crate::normal::{fold, norm_tokens};

/// A part of a leak's text, and what of the item it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Bytes of the text, without the space after them.
    pub leak: Range<usize>,
    /// The item's block.
    pub block: usize,
    /// The mark of which it is an alternative; none for what all copies say.
    pub mark: Option<usize>,
}

impl Reader {
    /// The parts of a leak that are the item's, in the leak's order and apart. `text` is a leak as [`Self::read_text`] gives it.
    #[must_use]
    pub fn passages(&self, text: &str) -> Vec<Passage> {
        let tokens = norm_tokens(text);
        let mut places = BTreeMap::new();
        self.place_each(&tokens, &stretches(&tokens), Rates::PRIOR, |placed| {
            // Where paths split and join stands no token: what comes before is carried on through there.
            let is_token = |node: usize| self.lattice.nodes.get(node).is_some_and(|n| n.token.is_some());
            let pairs = placed.alignment.pairs().into_iter().filter(|(_, node)| is_token(*node));
            places.extend(pairs.map(|(token, node)| (placed.tokens.start + token, self.lattice.place(node))));
        });
        let start = |token: usize| tokens.get(token).map_or(text.len(), |t| t.at);
        let mut passages: Vec<Passage> = Vec::new();
        for (token, (block, mark)) in places {
            let here = start(token)..start(token + 1);
            match passages.last_mut().filter(|last| last.leak.end == here.start && (last.block, last.mark) == (block, mark)) {
                Some(last) => last.leak.end = here.end,
                None => passages.push(Passage { leak: here, block, mark }),
            }
        }
        for passage in &mut passages {
            let written = text.get(passage.leak.clone()).unwrap_or_default();
            passage.leak.end = passage.leak.start + written.trim_end().len();
        }
        passages
    }
}

impl Reader {
    /// Where the words stand with which a leak ends, as the words of its pictures do, each as it was recognised. `text` is the
    /// leak as [`Self::read_text`] gives it; a word of which nothing is left there stands nowhere.
    #[must_use]
    pub fn last_words(&self, text: &str, words: &[&str]) -> Vec<Range<usize>> {
        let mut rest = text;
        let mut place = |word: &&str| {
            let mut found = 0..0;
            // What comes first in a line is taken for a mail's quotation mark: no word does here.
            let folded = fold(&format!(".{word}"), self.lattice.invisible).text;
            for letter in folded.chars().skip(1).filter(|c| !c.is_whitespace()).collect::<Vec<_>>().into_iter().rev() {
                let trimmed = rest.trim_end();
                // Signs at the ends of lines are left out of the text: hyphens, quotation marks of mails.
                let Some(before) = trimmed.strip_suffix(letter) else { continue };
                rest = before;
                found = rest.len()..found.end.max(trimmed.len());
            }
            found
        };
        let mut places: Vec<Range<usize>> = words.iter().rev().map(&mut place).collect();
        places.reverse();
        places
    }
}

impl Lattice {
    /// The block of a node, and the mark that it is an alternative of.
    fn place(&self, node: usize) -> (usize, Option<usize>) {
        let block = self.blocks.partition_point(|first| *first <= node).saturating_sub(1);
        let before = self.choices.partition_point(|choice| choice.entry <= node);
        let choice = before.checked_sub(1).and_then(|at| self.choices.get(at));
        // The last exit is followed by the place where the paths join.
        let inside = choice.filter(|choice| choice.exits.last().is_some_and(|exit| node <= exit + 1));
        (block, inside.map(|choice| choice.mark))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Block;
    use crate::mark::{Layer, Mark, Site};

    fn reader() -> Reader {
        let blocks = [
            Block::prose("We saw two empty drums by the gate of the yard that night, officer."),
            Block::prose("Nobody else came near the yard before the lorry left for the harbour."),
        ];
        let texts = vec!["two".to_owned(), "three".to_owned()];
        let mark = Mark {
            layer: Layer::Fact,
            rule: "authored:drums".to_owned(),
            alternatives: texts.clone(),
            master: None,
            sites: vec![Site { block: 0, range: 7..10, texts }],
        };
        Reader::new(&blocks, &[mark])
    }

    #[test]
    fn each_part_of_a_leak_is_found_in_its_block_and_a_mark_apart_from_the_words_around_it() {
        let reader = reader();
        let leak = "Nobody else came near the yard before the lorry left for the harbour. Listen well now. \
                    We saw three empty drums by the gate of the yard that night, officer.";
        let text = reader.read_text(leak).text;
        let parts: Vec<(&str, usize, Option<usize>)> =
            reader.passages(&text).into_iter().map(|p| (&text[p.leak], p.block, p.mark)).collect();
        assert_eq!(
            parts,
            [
                ("Nobody else came near the yard before the lorry left for the harbour.", 1, None),
                ("We saw", 0, None),
                ("three", 0, Some(0)),
                ("empty drums by the gate of the yard that night, officer.", 0, None),
            ]
        );
    }

    #[test]
    fn words_of_pictures_are_found_again_in_the_text_whatever_was_left_out_of_it() {
        let reader = reader();
        let typed = "Seen by the gate, two of them.";
        let lines = ["| two empty", "drums by >the", "gate \u{201c}near\u{201d} ware-", "house\u{200b} \u{200b} - two"];
        let text = reader.read_text(&format!("{typed}\n\n{}", lines.join("\n"))).text;
        let words: Vec<&str> = lines.iter().flat_map(|line| line.split(' ')).collect();
        let found: Vec<&str> = reader.last_words(&text, &words).into_iter().map(|range| &text[range]).collect();
        let expected = ["", "two", "empty", "drums", "by", ">the", "gate", "\"near\"", "ware", "house", "", "-", "two"];
        assert_eq!(found, expected, "{text}");
        let starts = reader.last_words(&text, &words);
        assert!(starts.iter().filter(|r| !r.is_empty()).all(|r| r.start > typed.len()), "none is the typed text's");
    }

    #[test]
    fn passages_are_what_is_the_items_own() {
        let reader = reader();
        let shown = reader.read_text("Listen. We saw two drums by the gate of the yard that night, officer. Believe me.");
        let inside = |p: &Passage| shown.own.iter().any(|own| own.start <= p.leak.start && p.leak.end <= own.end);
        let passages = reader.passages(&shown.text);
        assert!(!passages.is_empty() && passages.iter().all(inside), "{passages:?}");
        assert!(passages.windows(2).all(|two| two[0].leak.end <= two[1].leak.start), "in order and apart");
        assert!(reader.passages("The weather in Vermont was fine.").is_empty());
    }
}
