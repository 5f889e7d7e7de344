//! Words as lines: greedy, ragged right, one constant word space.

use crate::words::{Fragment, Gap, Word, cut};

/// Word space in ems: the width of Liberation Serif's own.
pub(crate) const WORD_SPACE: f64 = 0.25;

/// A word, or a part of one that is too wide for a line, at its place in a line.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The word's index among the words given.
    pub(crate) word: usize,
    /// From the line's left end, in points.
    pub(crate) left: f64,
    /// In points.
    pub(crate) width: f64,
    pub(crate) fragments: Vec<Fragment>,
    /// Whether the word goes on in the next line.
    pub(crate) cut: bool,
}

/// A line of words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub(crate) parts: Vec<Part>,
    /// In points.
    pub(crate) width: f64,
}

/// Breaks `words` into lines no wider than `measure` points.
pub(crate) fn lines(words: Vec<Word>, measure: f64, size: f64) -> Vec<Line> {
    let mut breaker = Breaker { lines: Vec::new(), measure, space: WORD_SPACE * size };
    // Words that no line may end between are placed together.
    let mut bound: Vec<(usize, Word)> = Vec::new();
    for (index, word) in words.into_iter().enumerate() {
        if word.gap != Gap::Glue {
            breaker.place(std::mem::take(&mut bound));
        }
        bound.push((index, word));
    }
    breaker.place(bound);
    breaker.lines
}

struct Breaker {
    lines: Vec<Line>,
    measure: f64,
    space: f64,
}

impl Breaker {
    fn place(&mut self, bound: Vec<(usize, Word)>) {
        let spaces = self.space * bound.len().saturating_sub(1) as f64;
        let width = bound.iter().map(|(_, word)| word.width()).sum::<f64>() + spaces;
        // Words that do not fit into one line anyway are bound no longer.
        let together = width <= self.measure;
        for (nth, (index, word)) in bound.into_iter().enumerate() {
            let needed = if !together {
                word.width()
            } else if nth == 0 {
                width
            } else {
                f64::NEG_INFINITY
            };
            let ends =
                word.gap == Gap::Line || self.lines.last().is_none_or(|line| line.width + self.space + needed > self.measure);
            if ends {
                self.lines.push(Line::default());
            }
            if word.width() > self.measure {
                self.place_cut(index, &word);
            } else {
                self.push(index, word.fragments, false);
            }
        }
    }

    fn place_cut(&mut self, index: usize, word: &Word) {
        let parts = cut(word, self.measure);
        let last = parts.len() - 1;
        for (nth, fragments) in parts.into_iter().enumerate() {
            if nth > 0 {
                self.lines.push(Line::default());
            }
            self.push(index, fragments, nth < last);
        }
    }

    fn push(&mut self, word: usize, fragments: Vec<Fragment>, cut: bool) {
        let Some(line) = self.lines.last_mut() else { return };
        let left = if line.parts.is_empty() { 0.0 } else { line.width + self.space };
        let width: f64 = fragments.iter().map(Fragment::width).sum();
        line.width = left + width;
        line.parts.push(Part { word, left, width, fragments, cut });
    }
}
