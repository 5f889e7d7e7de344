//! Which words of the master a leak's lines show.

use std::collections::HashMap;

use super::{Layout, SeenPage, SeenWord};
use crate::normal::typos;

/// A line of the leak: words of the layout with what was seen of each, in the line's order.
pub type FoundLine<'s> = Vec<(usize, &'s SeenWord)>;

/// Finds lines in a layout by their words.
pub struct Matcher {
    words: Vec<String>,
    /// Two successive words, and where they stand.
    pairs: HashMap<(String, String), Vec<usize>>,
    /// Single words, and where they stand: for lines of which little can be read.
    singles: HashMap<String, Vec<usize>>,
}

/// Places at which a pair of words is looked up at most: what stands everywhere tells nothing.
const MOST_PLACES: usize = 64;
/// A line is found if this many of its words are.
const FEWEST_WORDS: usize = 2;

impl Matcher {
    /// Indexes a layout.
    #[must_use]
    pub fn new(layout: &Layout) -> Self {
        let words: Vec<String> = layout.words.iter().map(|w| plain(&w.text)).collect();
        let mut pairs: HashMap<(String, String), Vec<usize>> = HashMap::new();
        let mut singles: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, word) in words.iter().enumerate() {
            singles.entry(word.clone()).or_default().push(at);
            if let Some(next) = words.get(at + 1) {
                pairs.entry((word.clone(), next.clone())).or_default().push(at);
            }
        }
        Self { words, pairs, singles }
    }

    /// The lines of a page that belong to the layout, with their words; lines of something else are left out.
    #[must_use]
    pub fn page<'s>(&self, page: &'s SeenPage) -> Vec<FoundLine<'s>> {
        self.each_line(page).into_iter().filter(|found| !found.is_empty()).collect()
    }

    /// By line of a page, its words that belong to the layout; none of a line of something else.
    pub(super) fn each_line<'s>(&self, page: &'s SeenPage) -> Vec<FoundLine<'s>> {
        let mut expected = None;
        let of = |line: &'s Vec<SeenWord>| {
            let matched = self.line(line, expected);
            if let Some((word, _)) = matched.last() {
                expected = Some(word + 1);
            }
            if matched.len() >= FEWEST_WORDS { matched } else { Vec::new() }
        };
        page.lines.iter().map(of).collect()
    }

    fn line<'s>(&self, line: &'s [SeenWord], expected: Option<usize>) -> FoundLine<'s> {
        let seen: Vec<String> = line.iter().map(|w| plain(&w.text)).collect();
        let Some(start) = self.start(&seen, expected) else { return Vec::new() };
        let from = start.saturating_sub(SLACK);
        let to = (start + seen.len() + SLACK).min(self.words.len());
        let window = self.words.get(from..to).unwrap_or_default();
        let pairs = align(&seen, window);
        // A line of something else has a word or two in common with any text.
        let enough = pairs.len() >= FEWEST_WORDS.max(seen.len().div_ceil(3));
        if !enough {
            return Vec::new();
        }
        pairs.into_iter().filter_map(|(s, w)| Some((from + w, line.get(s)?))).collect()
    }

    /// Where in the layout a line most likely begins: the place that most of its pairs of words agree on.
    fn start(&self, seen: &[String], expected: Option<usize>) -> Option<usize> {
        let mut votes: HashMap<usize, f64> = HashMap::new();
        let mut vote = |places: Option<&Vec<usize>>, at: usize, weight: f64| {
            let places = places.map(Vec::as_slice).unwrap_or_default();
            for place in places.iter().take(MOST_PLACES).filter_map(|p| p.checked_sub(at)) {
                *votes.entry(place).or_default() += weight / places.len() as f64;
            }
        };
        for (at, pair) in seen.windows(2).enumerate() {
            if let [a, b] = pair {
                vote(self.pairs.get(&(a.clone(), b.clone())), at, 4.0);
            }
        }
        for (at, word) in seen.iter().enumerate().filter(|(_, w)| w.len() > 3) {
            vote(self.singles.get(word), at, 1.0);
        }
        // A word split or joined shifts what follows it by one: neighbours vote together.
        let near = |place: usize| (place.saturating_sub(1)..=place + 1).filter_map(|p| votes.get(&p)).sum::<f64>();
        // Lines follow one another: of places that are alike, the one after the last line's.
        let follows = |place: usize| expected.map_or(0.0, |e| if place.abs_diff(e) <= 3 { 0.5 } else { 0.0 });
        let mut best: Option<(f64, usize)> = None;
        let mut places: Vec<usize> = votes.keys().copied().collect();
        places.sort_unstable();
        for place in places {
            let weight = near(place) + follows(place) + 0.01 * votes.get(&place).copied().unwrap_or(0.0);
            if best.is_none_or(|(w, _)| weight > w) {
                best = Some((weight, place));
            }
        }
        best.map(|(_, place)| place)
    }
}

/// Words of the layout around a line that are compared with it.
const SLACK: usize = 4;

/// The letters and digits of a word, in lower case, without what OCR confuses with them.
fn plain(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let folded = text.nfkd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    if folded.is_empty() { text.to_owned() } else { folded }
}

/// Likeness of two words: 1 if they are the same, 0 if they have little in common.
fn likeness(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    let length = a.chars().count().max(b.chars().count());
    let allowed = length / 3;
    if allowed == 0 {
        return 0.0;
    }
    let distance = typos(a, b, allowed);
    if distance > allowed { 0.0 } else { 1.0 - distance as f64 / length as f64 }
}

/// The pairs of words that fit best, in order: global alignment with free ends. Words that are passed over cost a little, so
/// that of two places that fit alike the nearer is taken.
fn align(seen: &[String], window: &[String]) -> Vec<(usize, usize)> {
    const PASSED: f64 = 0.05;
    let width = window.len() + 1;
    let mut best = vec![0.0_f64; (seen.len() + 1) * width];
    for (i, s) in seen.iter().enumerate() {
        for (j, w) in window.iter().enumerate() {
            let like = likeness(s, w);
            let diagonal = if like > 0.0 { best[i * width + j] + like } else { f64::NEG_INFINITY };
            // Nothing is passed over before the first pair or after the last.
            let passed = |from: f64, free: bool| if free { from } else { from - PASSED };
            let above = passed(best[i * width + j + 1], j + 1 == window.len());
            let left = passed(best[(i + 1) * width + j], i + 1 == seen.len());
            best[(i + 1) * width + j + 1] = diagonal.max(above).max(left).max(0.0);
        }
    }
    trace_back(&best, seen, window)
}

fn trace_back(best: &[f64], seen: &[String], window: &[String]) -> Vec<(usize, usize)> {
    let width = window.len() + 1;
    let (mut i, mut j) = (seen.len(), window.len());
    let mut pairs = Vec::new();
    while i > 0 && j > 0 && best[i * width + j] > 0.0 {
        let here = best[i * width + j];
        let like = likeness(&seen[i - 1], &window[j - 1]);
        if like > 0.0 && here == best[(i - 1) * width + j - 1] + like {
            i -= 1;
            j -= 1;
            pairs.push((i, j));
        } else if best[(i - 1) * width + j] >= best[i * width + j - 1] {
            i -= 1;
        } else {
            j -= 1;
        }
    }
    pairs.reverse();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::LayoutWord;

    fn layout(text: &str) -> Layout {
        let word = |(i, t): (usize, &str)| LayoutWord {
            text: t.to_owned(),
            page: 0,
            line: i / 8,
            left: 40.0 * i as f64,
            right: 40.0 * i as f64 + 30.0,
            baseline: 0.0,
            size: 11.0,
            movable: true,
            place: None,
        };
        Layout { pages: Vec::new(), words: text.split(' ').enumerate().map(word).collect() }
    }

    fn seen(lines: &[&str]) -> SeenPage {
        let word = |t: &str| SeenWord { text: t.to_owned(), left: 0.0, right: 0.0, top: 0.0, bottom: 0.0 };
        SeenPage { lines: lines.iter().map(|l| l.split(' ').map(word).collect()).collect() }
    }

    const TEXT: &str = "the convoy leaves the depot at dawn and the second convoy leaves the harbour at noon with two cars";

    fn found(lines: &[&str]) -> Vec<Vec<usize>> {
        let page = seen(lines);
        Matcher::new(&layout(TEXT)).page(&page).iter().map(|l| l.iter().map(|(w, _)| *w).collect()).collect()
    }

    #[test]
    fn a_misread_and_a_split_word_do_not_lose_the_line() {
        assert_eq!(found(&["the sccond convoy lea ves the harbour at"]), [vec![8, 9, 10, 12, 13, 14]]);
    }

    #[test]
    fn lines_of_something_else_are_left_out() {
        assert_eq!(found(&["nobody ever saw a cow in this garden before", "harbour at noon with"]), [vec![13, 14, 15, 16]]);
    }

    #[test]
    fn of_places_that_are_alike_the_next_is_taken() {
        assert_eq!(found(&["at dawn and the second", "convoy leaves the"]), [vec![5, 6, 7, 8, 9], vec![10, 11, 12]]);
    }
}
