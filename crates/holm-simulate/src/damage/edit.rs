//! Words deleted, inserted and exchanged at random.

use holm_codes::attack::Random;
use holm_marks::frame::Language;

use crate::chance::{happens, one_of};
use crate::corpus::foreign;
use crate::text::words;

/// Words of foreign texts, each as often as it occurs there.
struct Vocabulary(Vec<&'static str>);

impl Vocabulary {
    fn new(language: Language) -> Self {
        let all = foreign(language).flat_map(|d| words(d.source).into_iter().filter_map(|w| d.source.get(w)));
        Self(all.filter(|w| w.chars().all(char::is_lowercase)).collect())
    }

    /// A word other than `than`.
    fn draw(&self, than: &str, random: &mut impl Random) -> &'static str {
        loop {
            match one_of(&self.0, random) {
                Some(word) if word.eq_ignore_ascii_case(than) => {}
                word => return word.copied().unwrap_or_default(),
            }
        }
    }
}

/// Deletes each word with probability `rate`, with the space before it.
pub(super) fn delete(text: &str, rate: f64, random: &mut impl Random) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for word in words(text) {
        if happens(rate, random) {
            let gap = text.get(at..word.start).unwrap_or_default();
            out.push_str(gap.strip_suffix(' ').unwrap_or(gap));
            at = word.end;
        }
        out.push_str(text.get(at..word.end).unwrap_or_default());
        at = at.max(word.end);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Inserts a foreign word before each word with probability `rate`.
pub(super) fn insert(text: &str, rate: f64, language: Language, random: &mut impl Random) -> String {
    let vocabulary = Vocabulary::new(language);
    let mut out = String::with_capacity(text.len() * 5 / 4);
    let mut at = 0;
    for word in words(text) {
        out.push_str(text.get(at..word.start).unwrap_or_default());
        if happens(rate, random) {
            out.push_str(vocabulary.draw("", random));
            out.push(' ');
        }
        at = word.start;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Exchanges each word for a foreign one with probability `rate`; a capital stays a capital.
pub(super) fn substitute(text: &str, rate: f64, language: Language, random: &mut impl Random) -> String {
    let vocabulary = Vocabulary::new(language);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for word in words(text) {
        out.push_str(text.get(at..word.start).unwrap_or_default());
        let old = text.get(word.clone()).unwrap_or_default();
        if happens(rate, random) {
            let new = vocabulary.draw(old, random);
            let capital = old.starts_with(char::is_uppercase);
            let mut letters = new.chars();
            let first =
                letters.next().into_iter().flat_map(|c| if capital { c.to_uppercase().collect::<Vec<_>>() } else { vec![c] });
            out.extend(first);
            out.push_str(letters.as_str());
        } else {
            out.push_str(old);
        }
        at = word.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}
