//! Plain text: which line breaks stay.

use holm_typeset::{Language, Typesetter, parse_text, unwrap_lines};

const LETTER: &str = "Commissioner Adeyemi\n14 Harbour Road\nPort Salina\n\n\
The vessel left the roads before first light and the cutter lost sight of it off\n\
the northern shoal, where two launches were waiting; neither showed a light, and\n\
neither answered.\nNothing more was seen.\n";

#[test]
fn breaks_that_filled_a_line_become_spaces_and_an_address_stays_as_it_is() {
    let unwrapped = unwrap_lines(LETTER);
    assert_eq!(unwrapped.len(), LETTER.len());
    let lines: Vec<&str> = unwrapped.lines().collect();
    assert_eq!(lines[..4], ["Commissioner Adeyemi", "14 Harbour Road", "Port Salina", ""]);
    assert!(lines[4].ends_with("neither answered."), "{unwrapped}");
    assert_eq!(lines[5], "Nothing more was seen.");
    assert_eq!(unwrap_lines("Ends\r\nas\r\nit began"), "Ends\r\nas\r\nit began");
    let long = format!("{}\r\n{}", "word ".repeat(14).trim_end(), "onwards");
    assert_eq!(unwrap_lines(&long).len(), long.len());
    assert!(!unwrap_lines(&long).contains('\n'));
}

#[test]
fn every_word_of_plain_text_knows_its_place_in_the_source() {
    let layout = Typesetter::new().lay_out(&parse_text(LETTER, Language::English)).unwrap();
    assert_eq!(layout.words().len(), LETTER.split_whitespace().count());
    for word in layout.words() {
        assert!(LETTER[word.source.unwrap()..].starts_with(&word.text), "{word:?}");
    }
    // Two lines of the address, one paragraph: its breaks are kept.
    let lines: std::collections::BTreeSet<usize> = layout.words()[..7].iter().map(|word| word.line).collect();
    assert_eq!(lines.len(), 3);
}
