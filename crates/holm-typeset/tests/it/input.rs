//! Whatever comes in, an answer comes out.

use holm_typeset::{Content, Document, Error, Language, Paragraph, Run, Typesetter, parse};

use crate::{layout, texts};

fn refused(markdown: &str) -> Error {
    Typesetter::new().lay_out(&parse(markdown, Language::English).document).unwrap_err()
}

#[test]
fn a_document_without_words_is_refused() {
    for nothing in ["", "\n\n", "---", "-\n-\n", "<div></div>", "| |\n|-|\n| |", "```\n\n```"] {
        assert!(matches!(refused(nothing), Error::Empty), "{nothing:?}");
    }
}

#[test]
fn a_character_without_a_glyph_is_named_with_its_paragraph() {
    assert!(matches!(refused("fine\n\nnot 字 fine"), Error::Character { character: '字', paragraph: 2 }));
    assert_eq!(
        refused("a 字").to_string(),
        "the fonts have no character `字` (U+5B57), which stands in paragraph 1; replace it or leave it out"
    );
    assert!(matches!(refused("a\u{1F600}"), Error::Character { character: '\u{1F600}', .. }));
}

#[test]
fn a_table_wider_than_a_page_is_refused() {
    let row = |cell: &str| format!("|{}\n", format!("{cell}|").repeat(100));
    let table = row("a") + &row("-") + &row("b");
    assert!(matches!(refused(&table), Error::Columns { paragraph: 1, columns: 100, most: 16 }));
}

#[test]
fn ten_thousand_lists_in_each_other_are_set() {
    let deep = "- ".repeat(10_000) + "bottom";
    assert_eq!(texts(&layout(&deep, Language::English)), ["bottom"]);
    let blocks =
        (0..10_000).map(|depth| Paragraph { quotes: depth, depth, content: Content::Prose(vec![Run::plain("x")]) }).collect();
    let document = Document { language: Language::English, blocks };
    assert_eq!(Typesetter::new().typeset(&document, |_| 0.0).unwrap().words.len(), 10_000);
}

#[test]
fn a_megabyte_of_text_is_set() {
    let text = "Some words that go on and on. ".repeat(35_000);
    assert_eq!(layout(&text, Language::English).words().len(), 7 * 35_000);
}

#[test]
fn a_megabyte_without_a_space_is_one_word() {
    let text = "abcdefghij".repeat(100_000);
    let layout = layout(&text, Language::English);
    assert_eq!(texts(&layout), [text]);
    assert!(layout.pages() > 100);
}

#[test]
fn characters_that_nobody_sees_do_no_harm() {
    // Zero-width space and joiner, soft hyphen, byte order mark, direction marks; a combining mark without its letter.
    let text = "a\u{200B}b \u{200B} c\u{AD}d \u{FEFF}\u{200D}e \u{202E}f g\u{301}\u{302}\u{303} \u{301}";
    let layout = layout(text, Language::English);
    assert_eq!(texts(&layout), text.split_whitespace().collect::<Vec<_>>());
    layout.draw(|word| word as f64).unwrap();
}

#[test]
fn hebrew_in_an_english_text_is_set() {
    let layout = layout("the word שלום means peace", Language::English);
    layout.draw(|_| 0.0).unwrap();
    assert_eq!(layout.words().len(), 5);
}

#[test]
fn markdown_cut_anywhere_is_set() {
    let cuts = crate::SAMPLE.char_indices().map(|(at, _)| at).skip(3);
    let typesetter = Typesetter::new();
    for at in cuts {
        typesetter.typeset(&parse(&crate::SAMPLE[..at], Language::Spanish).document, |_| 0.0).unwrap();
    }
}
