//! Pictures of a leak with the words boxed that were read in them.

use std::collections::BTreeMap;

use holm::exhibit::ShownPicture;
use holm_marks::layout::SeenWord;

use super::trace::MarkSpan;
use crate::language::{Language, count};
use crate::words::fill;

/// A mark where the picture shows it.
pub(crate) struct Boxed {
    /// What is drawn: a box, or a line below a word that stands aside; crossed if no named copy has it.
    pub(crate) d: String,
    pub(crate) class: &'static str,
    pub(crate) mark: usize,
    pub(crate) note: String,
}

/// A picture of the leak.
pub(crate) struct Scanned {
    pub(crate) number: usize,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// What it is and how much was read in it.
    pub(crate) said: String,
    /// Boxes around words that are the item's.
    pub(crate) own: String,
    /// Boxes around the others.
    pub(crate) foreign: String,
    pub(crate) marks: Vec<Boxed>,
}

/// Pictures of a leak that are shown; their boxes are many.
const SHOWN: usize = 20;

/// That there are more, if there are.
pub(crate) fn further(pictures: &[ShownPicture], language: Language) -> Option<String> {
    let more = pictures.len().saturating_sub(SHOWN);
    (more > 0).then(|| language.words().trace.further_pictures.of(more))
}

/// What is drawn on each picture, by what the item's text says of its marks.
pub(crate) fn scanned(pictures: &[ShownPicture], blocks: &[Vec<MarkSpan>], language: Language) -> Vec<Scanned> {
    let spans: BTreeMap<usize, &MarkSpan> =
        blocks.iter().flatten().filter(|s| !s.class.is_empty()).map(|s| (s.mark, s)).collect();
    pictures
        .iter()
        .take(SHOWN)
        .enumerate()
        .map(|(number, picture)| one(picture, (number, pictures.len()), &spans, language))
        .collect()
}

fn one(picture: &ShownPicture, (number, of): (usize, usize), spans: &BTreeMap<usize, &MarkSpan>, language: Language) -> Scanned {
    let words = &language.words().trace;
    let (mut own, mut foreign, mut marks) = (String::new(), String::new(), Vec::new());
    // A word of an alternative that was not clearly read is the item's, whichever it is.
    let clear = |mark: &usize| spans.get(mark).filter(|span| span.kind != "erased");
    for word in &picture.words {
        match word.mark.as_ref().and_then(clear) {
            Some(span) => marks.push(boxed(span, around(&word.seen), &word.seen, ["read", "against"])),
            None if word.own => own.push_str(&around(&word.seen)),
            None => foreign.push_str(&around(&word.seen)),
        }
    }
    for (mark, word) in &picture.moved {
        marks.extend(clear(mark).map(|span| boxed(span, below(word), word, ["moved", "moved against"])));
    }
    let mine = picture.words.iter().filter(|w| w.own).count();
    let said = match picture.words.len() {
        0 => fill(words.picture_unread, &[&(number + 1), &of]),
        all => fill(words.picture_read, &[&(number + 1), &of, &words.words_read.of(all), &count(mine)]),
    };
    Scanned { number, width: picture.width, height: picture.height, said, own, foreign, marks }
}

fn boxed(span: &MarkSpan, mut d: String, word: &SeenWord, [read, against]: [&'static str; 2]) -> Boxed {
    let class = if span.kind == "against" { against } else { read };
    if span.kind == "against" {
        d.push_str(&cross(word));
    }
    Boxed { d, class, mark: span.mark, note: span.note.clone() }
}

/// A box around a word, apart from its letters.
fn around(word: &SeenWord) -> String {
    let apart = 0.12 * (word.bottom - word.top);
    let (width, height) = (word.right - word.left + 2.0 * apart, word.bottom - word.top + 2.0 * apart);
    let (left, top) = (word.left - apart, word.top - apart);
    format!("M{left:.1} {top:.1}h{width:.1}v{height:.1}h-{width:.1}z")
}

/// A line below a word.
fn below(word: &SeenWord) -> String {
    format!("M{:.1} {:.1}H{:.1}", word.left, word.bottom, word.right)
}

/// A cross over a word's upper right corner: its letters stay readable.
fn cross(word: &SeenWord) -> String {
    let (x, y, arm) = (word.right, word.top, 0.35 * (word.bottom - word.top));
    let (left, right, top, bottom) = (x - arm, x + arm, y - arm, y + arm);
    format!("M{left:.1} {top:.1}L{right:.1} {bottom:.1}M{left:.1} {bottom:.1}L{right:.1} {top:.1}")
}

#[cfg(test)]
mod tests {
    use holm::exhibit::ShownWord;

    use super::*;

    fn span(mark: usize, kind: &'static str) -> MarkSpan {
        MarkSpan { text: String::new(), class: "wording", kind, mark, note: format!("note {mark}") }
    }

    fn at(left: f64) -> SeenWord {
        SeenWord { text: "two".to_owned(), left, right: left + 30.0, top: 10.0, bottom: 20.0 }
    }

    #[test]
    fn words_are_boxed_by_whose_they_are_and_marks_by_what_they_say() {
        let word = |left: f64, own: bool, mark: Option<usize>| ShownWord { seen: at(left), own, mark };
        let words = vec![
            word(0.0, false, None),
            word(40.0, true, None),
            word(80.0, true, Some(1)),
            word(120.0, true, Some(2)),
            word(160.0, true, Some(3)),
        ];
        let moved = vec![(4, at(200.0)), (3, at(240.0)), (5, at(280.0))];
        let picture = ShownPicture { width: 400, height: 100, words, moved };
        let blocks = [vec![span(1, "read"), span(2, "against"), span(3, "erased"), span(4, "against"), span(5, "read")]];
        let found = scanned(&[picture], &blocks, Language::English);
        let [page] = found.as_slice() else { panic!("{}", found.len()) };
        assert_eq!(page.foreign, "M-1.2 8.8h32.4v12.4h-32.4z");
        assert_eq!(page.own.matches('M').count(), 2, "a plain word, and one whose alternative was not clear: {}", page.own);
        let marks: Vec<(usize, &str, usize)> = page.marks.iter().map(|m| (m.mark, m.class, m.d.matches('M').count())).collect();
        assert_eq!(marks, [(1, "read", 1), (2, "against", 3), (4, "moved against", 3), (5, "moved", 1)]);
        assert!(page.said.contains('5') && page.said.contains('4'), "{}", page.said);
    }
}
