//! What several recipients make of their copies together: the mixed leak, by sentences, by blocks of sentences, or place
//! by place where the copies differ.
//!
//! The leakers see texts, never codewords: copies are compared word by word (longest common subsequence), and wherever
//! they differ one of them is followed.

use std::ops::Range;

use holm_codes::attack::Random;

use crate::text::{paragraphs, sentences};

/// How much is taken from one copy at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// Each place where the copies differ, for itself.
    Marks,
    /// Each sentence.
    Sentences,
    /// Runs of [`BLOCK`] sentences.
    Blocks,
}

/// Sentences in a block.
pub const BLOCK: usize = 6;

impl Grain {
    /// All grains, from the finest.
    pub const ALL: [Self; 3] = [Self::Marks, Self::Sentences, Self::Blocks];

    /// Its name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Marks => "marks",
            Self::Sentences => "sentences",
            Self::Blocks => "blocks",
        }
    }
}

/// One text made of several copies of one document; empty without copies. Each piece comes from a random copy.
#[must_use]
pub fn mix(copies: &[&str], grain: Grain, random: &mut impl Random) -> String {
    let split: Vec<Vec<&str>> = copies.iter().map(|c| paragraphs(c)).collect();
    let Some(first) = split.first() else { return String::new() };
    if split.iter().any(|s| s.len() != first.len()) {
        // Copies whose paragraphs do not correspond are compared as one paragraph each.
        return mix_paragraph(copies, grain, &mut Turn::default(), random);
    }
    let mut turn = Turn::default();
    let mixed = (0..first.len()).map(|p| {
        let here: Vec<&str> = split.iter().filter_map(|s| s.get(p).copied()).collect();
        mix_paragraph(&here, grain, &mut turn, random)
    });
    mixed.collect::<Vec<_>>().join("\n\n")
}

/// Whose turn it is, across paragraphs.
#[derive(Default)]
struct Turn {
    copy: usize,
    left: usize,
}

impl Turn {
    /// The copy that the next piece comes from; it changes after `run` pieces.
    fn next(&mut self, copies: usize, run: usize, random: &mut impl Random) -> usize {
        if self.left == 0 {
            self.copy = random.below(copies);
            self.left = run;
        }
        self.left -= 1;
        self.copy
    }
}

fn mix_paragraph(copies: &[&str], grain: Grain, turn: &mut Turn, random: &mut impl Random) -> String {
    let run = match grain {
        Grain::Marks => return mix_differences(copies, random),
        Grain::Sentences => 1,
        Grain::Blocks => BLOCK,
    };
    let split: Vec<Vec<&str>> = copies.iter().map(|c| sentences(c)).collect();
    let most = split.iter().map(Vec::len).max().unwrap_or(0);
    if split.iter().any(|s| s.len() != most) {
        let copy = turn.next(copies.len(), run, random);
        return copies.get(copy).copied().unwrap_or_default().to_owned();
    }
    let pieces: Vec<&str> = (0..most).filter_map(|s| split.get(turn.next(copies.len(), run, random))?.get(s).copied()).collect();
    pieces.join(" ")
}

/// Follows a random copy wherever the copies differ.
fn mix_differences(copies: &[&str], random: &mut impl Random) -> String {
    let words: Vec<Vec<&str>> = copies.iter().map(|c| c.split_whitespace().collect()).collect();
    let shared = shared(&words);
    let mut out: Vec<&str> = Vec::new();
    let mut at = vec![0; words.len()];
    let ends: Vec<usize> = words.iter().map(Vec::len).collect();
    for place in shared.iter().chain(std::iter::once(&ends)) {
        let gaps: Vec<Range<usize>> = at.iter().zip(place).map(|(from, to)| *from..*to).collect();
        if gaps.iter().any(|g| !g.is_empty()) {
            let copy = random.below(words.len());
            let piece = words.get(copy).zip(gaps.get(copy)).and_then(|(w, g)| w.get(g.clone()));
            out.extend(piece.unwrap_or_default());
        }
        out.extend(words.first().zip(place.first()).and_then(|(w, p)| w.get(*p)));
        at = place.iter().map(|p| p + 1).collect();
    }
    out.join(" ")
}

/// Places of words that all copies share, in order: one index a copy.
fn shared(words: &[Vec<&str>]) -> Vec<Vec<usize>> {
    let Some((first, others)) = words.split_first() else { return Vec::new() };
    let partners: Vec<Vec<Option<usize>>> = others.iter().map(|other| common(first, other)).collect();
    let place = |at: usize| {
        let rest: Option<Vec<usize>> = partners.iter().map(|p| p.get(at).copied().flatten()).collect();
        rest.map(|rest| std::iter::once(at).chain(rest).collect())
    };
    (0..first.len()).filter_map(place).collect()
}

/// For each word of `a`, its partner in a longest common subsequence with `b`.
fn common(a: &[&str], b: &[&str]) -> Vec<Option<usize>> {
    let width = b.len() + 1;
    let mut longest = vec![0_u32; (a.len() + 1) * width];
    let cell = |i: usize, j: usize| i * width + j;
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let same = a[i] == b[j];
            longest[cell(i, j)] =
                if same { longest[cell(i + 1, j + 1)] + 1 } else { longest[cell(i + 1, j)].max(longest[cell(i, j + 1)]) };
        }
    }
    let mut partners = vec![None; a.len()];
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            partners[i] = Some(j);
            (i, j) = (i + 1, j + 1);
        } else if longest[cell(i + 1, j)] >= longest[cell(i, j + 1)] {
            i += 1;
        } else {
            j += 1;
        }
    }
    partners
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    const ONE: &str = "We went in at five. They were near the gate, about ten men. Nobody saw us.\n\nThe rest is known.";
    const TWO: &str =
        "We entered at five. They were close to the gate, roughly ten men. No one saw us.\n\nAll the rest is known.";

    #[test]
    fn a_common_subsequence_is_as_long_as_any() {
        let words = |t: &'static str| t.split(' ').collect::<Vec<_>>();
        let (a, b) = (words("a b c b d a b"), words("b d c a b a"));
        let partners = common(&a, &b);
        // Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms, §15.4: the length is 4.
        assert_eq!(partners.iter().flatten().count(), 4);
        assert!(partners.iter().enumerate().all(|(i, p)| p.is_none_or(|j| a[i] == b[j])));
        assert!(partners.iter().flatten().is_sorted());
    }

    #[test]
    fn each_difference_follows_one_copy_and_each_copy_half_of_the_time() {
        let mut random = Chance::new(11);
        let mut first = [0_f64; 4];
        let trials = 2000;
        for _ in 0..trials {
            let mixed = mix(&[ONE, TWO], Grain::Marks, &mut random);
            assert!(mixed.starts_with("We went in at five.") || mixed.starts_with("We entered at five."), "{mixed}");
            assert!(mixed.contains("were near the gate,") || mixed.contains("were close to the gate,"), "{mixed}");
            let from_first =
                [mixed.contains("went in"), mixed.contains("near"), mixed.contains("about"), mixed.contains("Nobody")];
            from_first.iter().zip(&mut first).for_each(|(f, n)| *n += f64::from(u8::from(*f)));
        }
        // Four standard deviations: 4 √(2000 / 4) = 89.
        assert!(first.iter().all(|n| (n - 1000.0).abs() < 89.0), "{first:?}");
    }

    #[test]
    fn sentences_and_blocks_come_whole() {
        let mut random = Chance::new(12);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let mixed = mix(&[ONE, TWO], Grain::Sentences, &mut random);
            let (opening, _) = mixed.split_once("\n\n").unwrap();
            for sentence in sentences(opening) {
                assert!(ONE.contains(sentence) || TWO.contains(sentence), "{sentence}");
            }
            seen.insert(mixed);
        }
        assert_eq!(seen.len(), 16, "four sentences, each from either copy");
        let blocks: std::collections::BTreeSet<String> = (0..100).map(|_| mix(&[ONE, TWO], Grain::Blocks, &mut random)).collect();
        assert_eq!(blocks.into_iter().collect::<Vec<_>>(), {
            let mut both = [TWO.to_owned(), ONE.to_owned()];
            both.sort();
            both
        });
    }

    #[test]
    fn three_copies_leave_nothing_that_none_of_them_has() {
        let copies = ["a x c d", "a y c d e", "a z c"];
        let mut random = Chance::new(13);
        let seen: std::collections::BTreeSet<String> = (0..300).map(|_| mix(&copies, Grain::Marks, &mut random)).collect();
        let expected = ["x", "y", "z"].into_iter().flat_map(|m| ["", " d", " d e"].map(|end| format!("a {m} c{end}")));
        assert_eq!(seen, expected.collect());
    }

    #[test]
    fn one_copy_or_equal_copies_mix_to_themselves() {
        for grain in Grain::ALL {
            assert_eq!(mix(&[ONE], grain, &mut Chance::new(1)), ONE);
            assert_eq!(mix(&[TWO, TWO, TWO], grain, &mut Chance::new(1)), TWO);
        }
        assert_eq!(mix(&[], Grain::Marks, &mut Chance::new(1)), "");
    }
}
