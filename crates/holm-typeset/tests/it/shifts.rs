//! A shift moves its word and nothing else.

use holm_typeset::{Error, Language, Typesetter, parse};

use crate::reading::drawn;
use crate::{CORPUS, SAMPLE, layout};

#[test]
fn words_stand_where_the_layout_says() {
    // No list in it, so that all that is drawn is words.
    let markdown =
        "# Head\n\nSome *words* of a `text` here, and a [link](https://example.org).\n\n| a | b |\n|---|---|\n| c d | e |";
    let layout = layout(markdown, Language::English);
    let found = drawn(&layout.draw(|_| 0.0).unwrap());
    assert_eq!(found.len(), layout.words().len());
    for (found, word) in found.iter().zip(layout.words()) {
        assert_eq!((&found.text, found.page), (&word.text, word.page));
        assert!((f64::from(found.x) - word.left).abs() < 0.001, "{found:?} {word:?}");
        assert!((f64::from(found.y) - (841.89 - word.baseline)).abs() < 0.001, "{found:?} {word:?}");
    }
}

#[test]
fn a_shift_moves_exactly_its_word() {
    let layout = layout(SAMPLE, Language::Spanish);
    let still = drawn(&layout.draw(|_| 0.0).unwrap());
    let markers = |text: &str| ["1.", "2.", "•"].contains(&text);
    let words: Vec<usize> = (0..still.len()).filter(|&at| !markers(&still[at].text)).collect();
    assert_eq!(words.len(), layout.words().len());
    for (word, &at) in words.iter().enumerate() {
        let mut expected = still.clone();
        expected[at].x += if word.is_multiple_of(2) { 0.75 } else { -1.25 };
        let shift = |w: usize| {
            if w != word {
                0.0
            } else if w.is_multiple_of(2) {
                0.75
            } else {
                -1.25
            }
        };
        for (found, expected) in drawn(&layout.draw(shift).unwrap()).iter().zip(&expected) {
            assert_eq!((&found.text, found.page, found.y), (&expected.text, expected.page, expected.y));
            assert!((found.x - expected.x).abs() < 0.0015, "{word}: {found:?} {expected:?}");
        }
    }
}

#[test]
fn shifts_do_not_change_the_words_places() {
    let (markdown, language) = CORPUS[0];
    let document = parse(markdown, language).document;
    let typesetter = Typesetter::new();
    let still = typesetter.typeset(&document, |_| 0.0).unwrap();
    let moved = typesetter.typeset(&document, |word| (word % 5) as f64 * 0.2).unwrap();
    assert_eq!(still.words, moved.words);
    assert_ne!(still.pdf, moved.pdf);
}

#[test]
fn one_typesetter_and_one_layout_serve_many_threads() {
    let (typesetter, document) = (Typesetter::new(), parse(SAMPLE, Language::Spanish).document);
    let layout = typesetter.lay_out(&document).unwrap();
    let here = layout.draw(|_| 0.0).unwrap();
    std::thread::scope(|scope| {
        let drawn = scope.spawn(|| layout.draw(|_| 0.0).unwrap());
        let set = scope.spawn(|| typesetter.typeset(&document, |_| 0.0).unwrap().pdf);
        assert_eq!(drawn.join().unwrap(), here);
        assert_eq!(set.join().unwrap(), here);
    });
}

#[test]
fn equal_shifts_give_equal_bytes() {
    for (markdown, language) in CORPUS {
        let set = || Typesetter::new().typeset(&parse(markdown, language).document, |word| (word % 3) as f64 * 0.1).unwrap().pdf;
        assert_eq!(set(), set());
    }
}

#[test]
fn a_shift_that_is_no_length_is_refused() {
    let layout = layout("one two", Language::English);
    let refused = layout.draw(|word| if word == 1 { f64::NAN } else { 0.0 });
    assert!(matches!(refused, Err(Error::Shift { word: 1, .. })));
    assert_eq!(
        layout.draw(|_| f64::INFINITY).unwrap_err().to_string(),
        "word 0 cannot be shifted by inf points; give a finite number"
    );
}
