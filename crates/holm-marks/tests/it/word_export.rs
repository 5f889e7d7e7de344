//! PDF as word processors write it. The fixtures are written by hand after what Microsoft Word's export (and, in the last two,
//! other producers) are known to write; no output of theirs is kept here.

use crate::page_file::{contains, copy, marks, master, pages, places, unpacked};
use holm_marks::layout::LARGEST_SHIFT;

/// Nine words, by pattern, that begin at x = 72 pt and are set in 12 pt, each glyph 6 pt wide.
const SENTENCE: &str = "The convoy left the yard at four and stopped";

/// One `TJ` in a marked-content sequence, kerned within words.
fn kerned() -> String {
    "/P <</MCID 0>> BDC q\n0.000008871 0 595.32 841.92 re\nW* n\nBT\n/F1 12 Tf\n1 0 0 1 72 708.1 Tm\n0 g\n0 G\n\
     [(T)-3(he )3(convoy left )-4(t)4(he yard at four and stopped)] TJ\nET\nQ\n EMC"
        .to_owned()
}

/// The sentence in pieces of these lengths, each in a text object of its own.
fn pieces(lengths: impl Iterator<Item = usize>) -> String {
    let mut at = 0;
    let mut content = String::new();
    for length in lengths {
        let Some(piece) = SENTENCE.get(at..(at + length).min(SENTENCE.len())).filter(|p| !p.is_empty()) else { break };
        let x = 72 + 6 * at;
        content.push_str(&format!("q\nBT\n/F1 12 Tf\n1 0 0 1 {x} 708.1 Tm\n0 g\n0 G\n({piece}) Tj\nET\nQ\n"));
        at += length;
    }
    content
}

/// Words and the spaces between them, each in a text object of its own.
fn spaces_apart() -> String {
    pieces(SENTENCE.split_inclusive(' ').flat_map(|w| [w.trim_end().len(), w.len() - w.trim_end().len()]).filter(|n| *n > 0))
}

fn hexadecimal(array: bool) -> String {
    let codes: Vec<String> = SENTENCE.bytes().map(|b| format!("{b:04X}")).collect();
    let shown = if array { format!("[<{}>] TJ", codes.join(">0<")) } else { format!("<{}> Tj", codes.concat()) };
    format!("/P <</MCID 0>> BDC q BT /F2 12 Tf 1 0 0 1 72 708.1 Tm 0 g 0 G {shown} ET Q EMC")
}

fn patterns() -> Vec<(&'static str, String)> {
    vec![
        ("kerned", kerned()),
        ("words over several text objects", pieces(std::iter::repeat(7))),
        ("letter by letter", pieces(std::iter::repeat(1))),
        ("spaces apart", spaces_apart()),
        ("hexadecimal", hexadecimal(false)),
        ("hexadecimal, glyph by glyph", hexadecimal(true)),
        ("next line", format!("BT /F1 12 Tf 14 TL 1 0 0 1 72 722.1 Tm ({SENTENCE}) ' ET")),
        ("next line, close set", format!("BT/F1 12 Tf 14 TL 1 0 0 1 72 722.1 Tm()Tj({SENTENCE})' ET")),
        ("spaced next line, close set", format!("BT/F1 12 Tf 14 TL 1 0 0 1 72 722.1 Tm()Tj 0 0({SENTENCE})\" ET")),
        ("spaced next line", format!("BT /F1 12 Tf 14 TL 1 0 0 1 72 722.1 Tm 0 0 ({SENTENCE}) \" ET")),
        ("scaled", format!("q .1 0 0 .1 0 0 cm BT /F1 120 Tf 720 7081 Td ({SENTENCE}) Tj ET Q")),
    ]
}

/// Positions are written to a hundredth of a thousandth of the font size, for each piece of a word.
const EXACT: f64 = 0.01;

#[test]
fn each_word_is_found_once_and_in_place() {
    for (name, content) in patterns() {
        let file = pages(&[&content]);
        assert_eq!(master(&file).blocks().iter().map(|b| b.text.as_str()).collect::<Vec<_>>(), [SENTENCE], "{name}");
        let mut at = 72.0;
        for (word, left) in &places(&file)[0] {
            assert!((left - at).abs() < 0.06, "{name}: `{word}` at {left} and not {at}");
            at += 6.0 * (word.len() + 1) as f64;
        }
    }
}

#[test]
fn each_word_is_moved_alone_and_the_text_stays() {
    for (name, content) in patterns() {
        let file = pages(&[&content]);
        let master = master(&file);
        let marks = marks(&master);
        assert_eq!(marks.len(), 8, "{name}: all of nine words but the first");
        let before = &places(&file)[0];
        for moved in 0..marks.len() {
            let only = &marks[moved..=moved];
            for (symbol, points) in [(0, -LARGEST_SHIFT), (3, LARGEST_SHIFT)] {
                let after = &places(&copy(&master, only, &[symbol]))[0];
                for (index, ((word, from), (same, to))) in before.iter().zip(after).enumerate() {
                    let expected = if index == moved + 1 { points } else { 0.0 };
                    assert_eq!(word, same, "{name}");
                    assert!((to - from - expected).abs() < EXACT, "{name}: `{word}` moved by {}", to - from);
                }
            }
        }
        let all = copy(&master, &marks, &[0, 3, 3, 0, 1, 2, 3, 0]);
        assert_eq!(holm_marks::carrier::Master::parse(&all, "x.pdf").unwrap().blocks(), master.blocks(), "{name}");
        assert!(!contains(&unpacked(&all), content.trim_end().as_bytes()), "{name}: the copy holds the master's content");
    }
}
