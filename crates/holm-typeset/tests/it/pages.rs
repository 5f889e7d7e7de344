//! Lines end before the margin, words stand a word space apart, headings stay with their text.

use holm_typeset::{Language, Layout};

use crate::{CORPUS, SAMPLE, layout};

/// A4 less margins of 28 mm, in points.
const LEFT: f64 = 79.37;
const RIGHT: f64 = 595.28 - 79.37;

fn all_within_margins(layout: &Layout) {
    for word in layout.words() {
        assert!(word.left >= LEFT - 1e-6 && word.right <= RIGHT + 0.02, "{word:?}");
        assert!(word.baseline > 76.0 && word.baseline < 841.89 - 84.0, "{word:?}");
    }
}

#[test]
fn no_word_reaches_into_a_margin() {
    for (markdown, language) in CORPUS.into_iter().chain([(SAMPLE, Language::Spanish)]) {
        all_within_margins(&layout(markdown, language));
    }
}

#[test]
fn a_word_wider_than_its_column_is_cut() {
    let long = "W".repeat(3000);
    let markdown = format!("a {long} b\n\n> - - - {long}\n\n| a | {long} |\n|---|---|\n| b | c |\n\n    {long}\n");
    let layout = layout(&markdown, Language::English);
    all_within_margins(&layout);
    assert_eq!(layout.words().iter().filter(|word| word.text == long).count(), 4);
}

#[test]
fn words_of_a_line_stand_one_word_space_apart() {
    for (markdown, language) in CORPUS {
        for pair in layout(markdown, language).words().windows(2) {
            let [a, b] = pair else { continue };
            if (a.page, a.line) == (b.page, b.line) {
                assert!((b.left - a.right - 0.25 * a.size).abs() < 1e-9, "{a:?} {b:?}");
            }
        }
    }
}

#[test]
fn a_line_could_not_have_held_the_next_lines_first_word() {
    let (markdown, language) = CORPUS[0];
    let layout = layout(markdown, language);
    for pair in layout.words().windows(2) {
        let [a, b] = pair else { continue };
        let same_paragraph = (b.page, b.line) == (a.page, a.line + 1) && (b.baseline - a.baseline - 14.85).abs() < 1e-6;
        if same_paragraph {
            assert!(a.right + 0.25 * a.size + (b.right - b.left) > RIGHT, "{a:?} {b:?}");
        }
    }
}

#[test]
fn a_no_break_space_keeps_words_on_one_line() {
    let filler = "word ".repeat(200);
    for padding in 0..60 {
        let text = format!("{} {}10\u{A0}000\u{202F}km {filler}", &filler[..50], "x".repeat(padding));
        let layout = layout(&text, Language::English);
        let at = layout.words().iter().position(|word| word.text == "000").unwrap();
        assert_eq!(layout.words()[at].line, layout.words()[at - 1].line);
        assert_eq!(layout.words()[at].line, layout.words()[at + 1].line);
    }
}

#[test]
fn a_heading_stands_on_the_page_of_what_follows() {
    for lines in 0..60 {
        let markdown = format!("{}\n\n## Heading\n\n{}", "line  \n".repeat(lines) + "line", "text ".repeat(100));
        let layout = layout(&markdown, Language::English);
        let at = layout.words().iter().position(|word| word.text == "Heading").unwrap();
        assert_eq!(layout.words()[at].page, layout.words()[at + 1].page);
        // Nor does one line of text stand alone below it.
        let second = layout.words().iter().skip(at + 1).find(|word| word.baseline > layout.words()[at + 1].baseline).unwrap();
        assert_eq!(second.page, layout.words()[at].page);
    }
}
