//! Channels that take sentences out, move them, or put foreign text around them.

use holm_codes::attack::Random;
use holm_marks::frame::Language;

use crate::chance::{one_of, shuffle};
use crate::corpus::foreign;
use crate::text::{count, paragraphs, sentences};

/// Foreign words for every word of a buried text.
const TIMES: usize = 10;

/// Successive sentences from a random place that hold at least `share` of the words.
pub(super) fn excerpt(text: &str, share: f64, random: &mut impl Random) -> String {
    let all: Vec<(usize, &str)> =
        paragraphs(text).into_iter().enumerate().flat_map(|(p, t)| sentences(t).into_iter().map(move |s| (p, s))).collect();
    let words: Vec<usize> = all.iter().map(|(_, s)| count(s)).collect();
    let wanted = (words.iter().sum::<usize>() as f64 * share).ceil() as usize;
    let after = |from: usize| words.iter().skip(from).sum::<usize>();
    let last = (0..all.len()).rev().find(|from| after(*from) >= wanted).unwrap_or(0);
    let start = random.below(last + 1);
    let mut out = String::new();
    let mut taken = 0;
    let mut paragraph = None;
    for ((p, sentence), words) in all.into_iter().zip(words).skip(start) {
        if taken >= wanted {
            break;
        }
        out.push_str(paragraph.map_or("", |last| if last == p { " " } else { "\n\n" }));
        out.push_str(sentence);
        paragraph = Some(p);
        taken += words;
    }
    out
}

/// One paragraph of 60 to 100 words; if there is none, one of those nearest to that.
pub(super) fn paragraph(text: &str, random: &mut impl Random) -> String {
    let all = paragraphs(text);
    let off = |p: &&str| 60_usize.saturating_sub(count(p)).max(count(p).saturating_sub(100));
    let least = all.iter().map(off).min().unwrap_or(0);
    let nearest: Vec<&str> = all.into_iter().filter(|p| off(p) == least).collect();
    one_of(&nearest, random).map_or_else(String::new, |p| (*p).to_owned())
}

/// All sentences in a random order; what ends without a point (headings, lines of a list) stays on a line of its own.
pub(super) fn shuffled(text: &str, random: &mut impl Random) -> String {
    let mut all: Vec<&str> = paragraphs(text).into_iter().flat_map(sentences).collect();
    shuffle(&mut all, random);
    let ended = |s: &str| s.ends_with(['.', '?', '!', '\u{2026}', '"', '\u{201d}', '\u{bb}', ')']);
    let joined = all.iter().map(|s| format!("{s}{}", if ended(s) { " " } else { "\n" }));
    joined.collect::<String>().trim_end().to_owned()
}

/// The paragraphs of `text`, in order, at random places among those of foreign texts.
pub(super) fn bury(text: &str, language: Language, random: &mut impl Random) -> String {
    let own = paragraphs(text);
    let mut stock: Vec<&str> =
        foreign(language).flat_map(|d| paragraphs(d.source)).map(|p| p.trim_start_matches(['#', ' '])).collect();
    let mut around: Vec<&str> = Vec::new();
    let (mut words, wanted) = (0, TIMES * count(text));
    while words < wanted {
        shuffle(&mut stock, random);
        for paragraph in &stock {
            words += count(paragraph);
            around.push(paragraph);
            if words >= wanted {
                break;
            }
        }
    }
    let mut places: Vec<usize> = own.iter().map(|_| random.below(around.len() + 1)).collect();
    places.sort_unstable();
    for (before, (place, paragraph)) in places.into_iter().zip(own).enumerate() {
        around.insert(place + before, paragraph);
    }
    around.join("\n\n")
}
