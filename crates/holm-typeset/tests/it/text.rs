//! The words set are the words given.

use holm_typeset::{Language, LeftOut, parse};

use crate::reading::drawn;
use crate::{CORPUS, SAMPLE, layout, texts};

/// Markdown without its signs, for documents that have headings, numbered paragraphs, bullets and emphasis only.
fn source_words(markdown: &str) -> Vec<String> {
    let bare = |line: &str| {
        let line = line.trim_start().trim_start_matches(['#', '>']).trim_start();
        let line = line.strip_prefix("- ").unwrap_or(line);
        let numbered = line.split_once(". ").filter(|(number, _)| number.parse::<u32>().is_ok());
        numbered.map_or(line, |(_, text)| text).replace('*', "")
    };
    markdown.lines().map(bare).collect::<Vec<_>>().join("\n").split_whitespace().map(str::to_owned).collect()
}

#[test]
fn words_are_the_sources_in_order() {
    for (markdown, language) in CORPUS {
        assert_eq!(texts(&layout(markdown, language)), source_words(markdown));
    }
}

#[test]
fn every_kind_of_paragraph_gives_its_words() {
    let expected = "Título: ¿qué? ¡Eso! Texto con negrita, cursiva, ambas, código en línea y un enlace de «prueba». Rayas – y —, \
                    “comillas”, 5 €, señal → lejos; fi fl ffi. Primero Segundo anidado Una cita. Nombre Importe Uno 1,50 € Muñoz \
                    7 fn main() { } sangrado";
    assert_eq!(texts(&layout(SAMPLE, Language::Spanish)), expected.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn the_file_holds_the_same_words_in_the_same_order_separated_by_spaces() {
    for (markdown, language) in CORPUS.into_iter().chain([(SAMPLE, Language::Spanish)]) {
        let layout = layout(markdown, language);
        let mut found: Vec<String> = drawn(&layout.draw(|_| 0.0).unwrap()).into_iter().map(|word| word.text).collect();
        // List markers are drawn and are no words.
        let marker = |text: &str| text == "•" || text.strip_suffix('.').is_some_and(|number| number.parse::<u32>().is_ok());
        let mut words = texts(&layout);
        found.retain(|text| !marker(text));
        words.retain(|text| !marker(text));
        assert_eq!(found, words);
    }
}

#[test]
fn a_word_in_several_styles_is_one_word() {
    assert_eq!(texts(&layout("un**believ**able *yes*!", Language::English)), ["unbelievable", "yes!"]);
}

#[test]
fn characters_that_share_a_glyph_are_told_apart() {
    // U+2126 ohm sign and U+03A9 omega, U+00B5 micro and U+03BC mu, decomposed and composed é.
    let text = "\u{2126} \u{3A9} \u{B5} \u{3BC} e\u{301} \u{E9} q\u{303}";
    let pdf = layout(text, Language::English).draw(|_| 0.0).unwrap();
    assert_eq!(drawn(&pdf).into_iter().map(|word| word.text).collect::<Vec<_>>(), text.split(' ').collect::<Vec<_>>());
}

#[test]
fn what_is_left_out_is_counted() {
    let parsed = parse("a<b>c</b> d<br>e ![f](g.png)\n\n<div>\nh\n</div>", Language::English);
    assert_eq!(parsed.left_out, LeftOut { html: 5, images: 1 });
    let set = holm_typeset::Typesetter::new().lay_out(&parsed.document).unwrap();
    assert_eq!(texts(&set), ["ac", "d", "e", "f"]);
}
