//! Labels on the pages of a PDF: the text stays what it was, and marks are found as before.

use holm_marks::carrier::label::{Labelled, Labels, label};

use crate::page_file::{FIRST, contains, marks, master, pages, pdf_with, shared, stream, unpacked};

const LINES: &str = "BT /F1 12 Tf 1 0 0 1 90 700 Tm (The bearer of this paper) Tj 0 -15 Td (is let through by night.) Tj \
                     0 -45 Td (\\(TLP:R\\) Nobody else is.) Tj ET";

fn labelled(bytes: &[u8], banner: &str, portion: &str) -> Labelled {
    label(bytes, "x.pdf", &Labels { banner, portion, known: &|inside| inside == "TLP:R" }).unwrap()
}

/// What stands on each page, line by line, from the top.
fn lines(bytes: &[u8]) -> Vec<Vec<String>> {
    let pages = holm_marks::pdf::leaked_pages(bytes).unwrap();
    let line = |words: Vec<holm_marks::layout::SeenWord>| words.into_iter().map(|w| w.text).collect::<Vec<_>>().join(" ");
    pages.into_iter().map(|p| p.seen.lines.into_iter().map(line).collect()).collect()
}

#[test]
fn each_page_says_how_it_is_to_be_handled_and_its_text_stays_in_place() {
    let bytes = pages(&[LINES, LINES]);
    let Labelled { bytes: out, marked, unmarked } = labelled(&bytes, "TLP:AMBER//SIENA:H2", "TLP:A//H2");
    assert_eq!((marked, unmarked), (4, 0), "two paragraphs on each of two pages");
    for page in lines(&out) {
        assert_eq!(page.iter().filter(|l| *l == "TLP:AMBER//SIENA:H2").count(), 2, "{page:?}");
        assert!(page.iter().any(|l| l == "(TLP:A//H2)"), "{page:?}");
        assert!(page.iter().any(|l| l == "(TLP:R) Nobody else is."), "an own portion mark is left alone: {page:?}");
    }
    let (before, after) = (marks(&master(&bytes)), marks(&master(&out)));
    assert_eq!(before.len(), after.len());
    assert!(unpacked(&out).windows(3).any(|w| w == b"BMC"));
}

#[test]
fn what_a_page_leaves_open_does_not_move_its_labels() {
    let open = format!("2 0 0 2 40 50 cm q 0.5 0 0 0.5 0 0 cm {LINES}");
    let out = labelled(&pages(&[&open]), "TLP:RED", "TLP:R").bytes;
    let words = holm_marks::pdf::leaked_pages(&out).unwrap().remove(0).seen.lines;
    let tops: Vec<(f64, f64)> = words.iter().filter(|l| l[0].text == "TLP:RED").map(|l| (l[0].left, l[0].bottom)).collect();
    assert_eq!(tops.len(), 2);
    // Seven letters of 5.4 points in the middle of 595; 18 points from the upper edge, and as far from the lower with 9 below.
    for (left, baseline) in tops {
        assert!((left - 278.6).abs() < 0.1, "{left}");
        assert!((baseline - 18.0).abs() < 0.1 || (baseline - 833.0).abs() < 0.1, "{baseline}");
    }
}

#[test]
fn a_rotated_page_is_labelled_upright_and_one_shown_twice_is_labelled_once() {
    let mut objects = shared("7 0 R 7 0 R ", 2);
    objects.push(format!("<</Type/Page/Parent 2 0 R/Rotate 90/Contents {} 0 R>>", FIRST + 1).into_bytes());
    objects.push(stream("", LINES));
    let bytes = pdf_with(&objects, "");
    let out = labelled(&bytes, "TLP:GREEN", "TLP:G").bytes;
    let seen = holm_marks::pdf::leaked_pages(&out).unwrap();
    assert_eq!(seen.len(), 2);
    for page in seen {
        let banners: Vec<_> = page.seen.lines.iter().flatten().filter(|w| w.text == "TLP:GREEN").collect();
        assert_eq!(banners.len(), 2, "{:?}", page.seen.lines);
        // 842 wide when it stands as it is read.
        assert!(banners.iter().all(|w| ((w.left + w.right) / 2.0 - 421.0).abs() < 0.5));
    }
}

#[test]
fn letters_outside_ascii_are_written_in_the_fonts_encoding() {
    let out = labelled(&pages(&[LINES]), "NIÑO:ÚTIL", "N").bytes;
    assert!(contains(&unpacked(&out), b"(NI\\321O\\072\\332TIL) Tj"));
    assert!(lines(&out)[0].iter().any(|l| l == "NIÑO:ÚTIL"));
}
