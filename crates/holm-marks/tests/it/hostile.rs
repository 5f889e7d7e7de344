//! Files that are damaged, odd or made to do harm: a clear error or what can be read, never a panic, and neither memory nor
//! time without end.

use holm_marks::carrier::label::{Labels, label};
use holm_marks::carrier::{CarrierError, Master};
use holm_marks::pdf::{LeakedPage, PageKind, PdfError, leaked_pages};

use crate::page_file::{FIRST, contains, copy, marks, master, pages, pdf, pdf_with, places, shared, stream, unpacked};

const LINE: &str = "BT /F1 12 Tf 72 700 Td (The convoy left the yard at four) Tj ET";

fn read(bytes: &[u8]) -> Result<Vec<LeakedPage>, PdfError> {
    let leaked = leaked_pages(bytes);
    if let Ok(master) = Master::parse(bytes, "x.pdf") {
        copy(&master, &marks(&master), &[]);
    }
    leaked
}

fn text(bytes: &[u8]) -> String {
    leaked_pages(bytes).unwrap().iter().map(|p| p.seen.text()).collect::<Vec<_>>().join("|")
}

/// A file whose only page has this content object.
fn one(content: Vec<u8>) -> Vec<u8> {
    let mut objects = shared(&format!("{FIRST} 0 R"), 1);
    objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", FIRST + 1).into_bytes());
    objects.push(content);
    pdf_with(&objects, "")
}

/// A zlib stream (RFC 1950, 1951) of fixed Huffman codes: `first`, then over and over again what `first` is, `size` bytes in
/// all, or a little more.
pub(crate) fn bomb(first: &[u8], size: usize) -> Vec<u8> {
    let mut bits: Vec<bool> = vec![true, true, false];
    // Literals up to 143 are eight bits from 0x30 on; length 258 is code 285; distances 1 and 2 are codes 0 and 1.
    first.iter().for_each(|b| (0..8).rev().for_each(|i| bits.push((b + 0x30) >> i & 1 == 1)));
    let head = bits.len();
    for _ in 0..16 {
        (0..8).rev().for_each(|i| bits.push(0b1100_0101_u8 >> i & 1 == 1));
        (0..5).rev().for_each(|i| bits.push((first.len() - 1) >> i & 1 == 1));
    }
    let bytes: Vec<u8> = bits.chunks_exact(8).map(|c| c.iter().enumerate().map(|(i, b)| u8::from(*b) << i).sum()).collect();
    // Eight matches are 13 bytes; those in the middle come again and again.
    let from = head.div_ceil(8);
    let mut out = [&[0x78, 0x01][..], &bytes[..from]].concat();
    (0..size / (8 * 258) + 1).for_each(|_| out.extend(&bytes[from..from + 13]));
    out
}

#[test]
fn a_word_file_whose_run_has_many_properties_and_many_pieces_is_read_in_one_pass() {
    use std::io::Write;
    let body = format!(
        "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:rPr>{}</w:rPr><w:t>{}</w:t></w:r></w:p></w:body></w:document>",
        "<w:lang/>".repeat(40_000),
        "a &amp; ".repeat(60_000)
    );
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("[Content_Types].xml", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(b"<Types/>").unwrap();
    writer.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(body.as_bytes()).unwrap();
    let file = writer.finish().unwrap().into_inner();
    // Properties read anew for each piece would take 24 thousand million steps, and this test for ever.
    let words = holm_marks::leak::spaced_words(&file).unwrap();
    assert_eq!(words.iter().map(Vec::len).sum::<usize>(), 120_000);
}

#[test]
fn a_file_that_breaks_off_is_read_or_refused() {
    let whole = pages(&[LINE, LINE]);
    assert_eq!(text(&whole).matches("convoy").count(), 2);
    for cut in (0..whole.len()).step_by(7) {
        let short = &whole[..cut];
        let (leak, shared) = (read(short), Master::parse(short, "x.pdf"));
        assert!(leak.is_ok() || matches!(leak, Err(PdfError::Damaged(_))), "cut at {cut}: {leak:?}");
        assert!(leak.is_ok() || shared.is_err(), "cut at {cut}: shared and not read");
    }
    for (at, byte) in (0..whole.len()).step_by(3).flat_map(|at| [0, b'9', b'<', b'(', 0xff].map(|b| (at, b))) {
        let mut odd = whole.clone();
        odd[at] = byte;
        read(&odd).ok();
    }
}

#[test]
fn loops_end() {
    let page = "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources 5 0 R>>";
    let shows = String::from_utf8(stream("", "BT /F1 9 Tf (one two) Tj ET /X Do /X Do")).unwrap();
    let catalog = "<</Type/Catalog/Pages 2 0 R>>";
    for (what, objects) in [
        ("a tree that holds itself", vec![catalog, "<</Type/Pages/Kids[2 0 R 3 0 R 2 0 R]/Count 9>>", page, &shows, "<<>>"]),
        ("parents that are each other's", vec![catalog, "<</Type/Pages/Kids[3 0 R]/Parent 3 0 R>>", page, &shows, "6 0 R"]),
        ("contents that are themselves", vec![catalog, "<</Type/Pages/Kids[3 0 R]>>", page, "4 0 R", "<<>>"]),
        ("an array of contents that holds itself", vec![catalog, "<</Type/Pages/Kids[3 0 R]>>", page, "[4 0 R 4 0 R]", "<<>>"]),
        ("resources that are themselves", vec![catalog, "<</Type/Pages/Kids[3 0 R]>>", page, &shows, "5 0 R"]),
        ("a font that is itself", vec![catalog, "<</Type/Pages/Kids[3 0 R]>>", page, &shows, "<</Font<</F1 6 0 R>>>>", "6 0 R"]),
        (
            "a font made of itself",
            vec![
                catalog,
                "<</Type/Pages/Kids[3 0 R]>>",
                page,
                &shows,
                "<</Font<</F1 6 0 R>>>>",
                "<</Type/Font/Subtype/Type0/DescendantFonts[6 0 R]/ToUnicode 6 0 R/W 6 0 R/Encoding 6 0 R>>",
            ],
        ),
        ("a catalog that is its tree", vec!["<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>"]),
    ] {
        let leak = read(&pdf(&objects));
        assert!(leak.as_ref().is_ok_and(|p| p.len() <= 9) || matches!(leak, Err(PdfError::Damaged(_))), "{what}: {leak:?}");
    }
}

#[test]
fn a_form_that_paints_itself_is_painted_a_few_times() {
    let mut objects = shared(&format!("{FIRST} 0 R"), 1);
    let resources = format!("/Resources<</Font<</F1 3 0 R>>/XObject<</X {} 0 R>>>>", FIRST + 2);
    objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R{resources}>>", FIRST + 1).into_bytes());
    objects.push(stream("", format!("{LINE} /X Do")));
    objects.push(stream(&format!("/Subtype/Form{resources}"), format!("{LINE} {}", "/X Do ".repeat(50))));
    let file = pdf_with(&objects, "");
    assert!(text(&file).starts_with("The convoy left"));
    assert!(Master::parse(&file, "x.pdf").unwrap().layout().unwrap().pages[0].problems.iter().any(|p| p.contains("forms")));
}

#[test]
fn streams_that_unpack_without_end_are_refused() {
    for first in [&b" "[..], b"q ", b"[", b"("] {
        let small = one(stream("/Filter/FlateDecode", bomb(first, 1 << 20)));
        assert_eq!(read(&small).unwrap().len(), 1);
    }
    let huge = one(stream("/Filter/FlateDecode", bomb(b" ", 1 << 30)));
    assert!(text(&huge).is_empty());
    // Each page below what one may have; all of them beyond what a document may, also where one filter blows up what the
    // next takes back.
    for filters in ["/FlateDecode", "[/FlateDecode/ASCIIHexDecode]"] {
        let kids: String = (0..20).map(|i| format!("{} 0 R ", FIRST + i)).collect();
        let mut objects = shared(&kids, 20);
        (0..20).for_each(|_| objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", FIRST + 20).into_bytes()));
        objects.push(stream(&format!("/Filter{filters}"), bomb(b" ", 60 << 20)));
        assert_eq!(leaked_pages(&pdf_with(&objects, "")), Err(PdfError::Large), "{filters}");
    }
}

#[test]
fn object_streams_share_what_may_be_unpacked() {
    // One array of zeros, two bytes each, as many as could be.
    let mut objects = shared("", 0);
    let array = [b"7 0 [".as_slice(), &b"0 ".repeat(6 << 20), b"]"].concat();
    let mut packed = lopdf::Stream::new(lopdf::Dictionary::new(), array);
    packed.compress().unwrap();
    objects.push(stream("/Type/Obj#53tm/N 1/First 4/Filter/FlateDecode", packed.content));
    assert_eq!(leaked_pages(&pdf_with(&objects, "")), Err(PdfError::Large));
}

#[test]
fn a_map_of_four_billion_codes_takes_no_time() {
    let mut objects = shared(&format!("{FIRST} 0 R"), 1);
    let content = "BT /F1 9 Tf 72 700 Td <00410042> Tj ET";
    objects[5] = stream("", "1 beginbfrange <00000000> <FFFFFFFF> <0000> endbfrange");
    objects[4] = format!("<</Subtype/CIDFontType2/W[{}]>>", "0 65535 500 ".repeat(20_000)).into_bytes();
    objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R/Resources<</Font<</F1 4 0 R>>>>>>", FIRST + 1).into_bytes());
    objects.push(stream("", content));
    assert_eq!(text(&pdf_with(&objects, "")), "AB");
}

#[test]
fn two_thousand_pages_are_read_and_copied() {
    let contents: Vec<String> = (0..2_000).map(|i| LINE.replace("four", &format!("page{i}"))).collect();
    let file = pages(&contents.iter().map(String::as_str).collect::<Vec<_>>());
    let master = master(&file);
    let marks = marks(&master);
    assert_eq!(marks.len(), 6 * 2_000, "all words but the first of seven");
    assert_eq!(places(&copy(&master, &marks, &vec![1; marks.len()])).len(), 2_000);
}

#[test]
fn more_pages_than_any_document_has_are_refused() {
    let file = pages(&vec![""; 5_001]);
    assert_eq!(leaked_pages(&file), Err(PdfError::Pages));
}

#[test]
fn nesting_and_repetition_do_not_matter() {
    for (opening, closing) in [("q ", "Q "), ("[", "]"), ("(", ")"), ("<<", ">>"), ("/a BMC ", "EMC "), ("BT ", "ET ")] {
        let nested = format!("{}{}\n{LINE}", opening.repeat(100_000), closing.repeat(100_000));
        assert!(text(&pages(&[&nested])).contains("convoy"), "{opening}");
        // As objects of the file: in a page's dictionary.
        let mut objects = shared(&format!("{FIRST} 0 R"), 1);
        objects
            .push(format!("<</Type/Page/Parent 2 0 R/A {}{}>>", opening.repeat(100_000), closing.repeat(100_000)).into_bytes());
        read(&pdf_with(&objects, "")).ok();
    }
    let same = format!("BT /F1 9 Tf 72 700 Td {} ET", "(ab) Tj -9 0 Td ".repeat(60_000));
    assert!(text(&pages(&[&same])).starts_with("ab"));
    let long = format!("BT /F1 9 Tf 9 9 Td ({}) Tj [{}] TJ ET", "a ".repeat(300_000), "(b)-500".repeat(100_000));
    read(&pages(&[&long])).unwrap();
}

#[test]
fn numbers_that_are_none_move_nothing() {
    let odd = ["1e9", "nan", "inf", "--", "-", ".", "+-1", "1.2.3", "99999999999999999999999999999999999999999", "-0", "1-2"];
    for number in odd.into_iter().map(str::to_owned).chain(["9".repeat(400), format!("0.{}1", "0".repeat(60))]) {
        for operator in ["0 0 0 0 Tm", "0 0 cm", "Td", "Tf", "Tc", "Tw", "Tz", "TL", "Ts", "w"] {
            let content = format!("BT /F1 12 Tf 72 700 Td {number} {number} {operator} (one two three four) Tj ET {LINE}");
            let file = pages(&[&content]);
            for (word, left) in places(&file).concat() {
                assert!(left.is_finite(), "`{word}` at {left} by {number} {operator}");
            }
            let Ok(master) = Master::parse(&file, "x.pdf") else { continue };
            let marks = marks(&master);
            let copy = copy(&master, &marks, &vec![1; marks.len()]);
            assert_eq!(Master::parse(&copy, "x.pdf").unwrap().blocks(), master.blocks(), "{number} {operator}");
        }
        let mut objects = shared(&format!("{FIRST} 0 R"), 1);
        objects.push(
            format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R/MediaBox[{number} {number} 9 9]/Rotate {number}>>", FIRST + 1)
                .into_bytes(),
        );
        objects.push(stream("", LINE));
        read(&pdf_with(&objects, "")).ok();
    }
}

#[test]
fn words_that_would_join_their_neighbours_stay() {
    // Thousandths of the font size between words that no space parts; 150 part two words, 1800 two columns.
    for (gap, moved) in [(155, 0), (205, 0), (300, 3), (1700, 3), (1790, 0)] {
        let file = pages(&[&format!("BT /F1 10 Tf 72 700 Td [(ab)-{gap}(cd)-{gap}(ef)-{gap}(gh)] TJ ET")]);
        let master = master(&file);
        let marks = marks(&master);
        assert_eq!(marks.len(), moved, "{gap}");
        for symbols in [[0, 0, 0], [1, 1, 1], [1, 0, 1], [0, 1, 0]] {
            assert_eq!(Master::parse(&copy(&master, &marks, &symbols), "x.pdf").unwrap().blocks(), master.blocks(), "{gap}");
        }
    }
}

#[test]
fn brackets_in_strings_and_operators_set_close_are_kept() {
    for shown in [
        "(see (here (and there)) they say) Tj",
        "((four five) six) Tj",
        "(four (five)) Tj",
        "[(one (two three)-9( four) five)] TJ",
        r"(one \(two (three four\)) five) Tj",
        "(one two)Tj(three four)' (five six) Tj",
        "(one two)Tj 0 0(three four)\"",
    ] {
        let file = pages(&[&format!("BT/F1 12 Tf 14 TL 72 700 Td{shown} ET")]);
        let master = master(&file);
        let marks = marks(&master);
        for symbol in [0, 1] {
            let copy = copy(&master, &marks, &vec![symbol; marks.len()]);
            assert_eq!(Master::parse(&copy, "x.pdf").unwrap().blocks(), master.blocks(), "{shown}");
        }
        let (before, after) = (places(&file), places(&copy(&master, &marks, &vec![1; marks.len()])));
        assert_ne!(before, after, "{shown}");
    }
}

#[test]
fn words_of_operators_that_lack_operands_stay() {
    for shown in
        ["(one two three) \"", "1 (one two three) \"", "(one two three) TJ", "[(one two three) TJ", "7 (one two three) '"]
    {
        let file = pages(&[&format!("BT /F1 12 Tf 14 TL 72 700 Td {shown} ET {}", LINE.replace("700", "600"))]);
        let master = master(&file);
        let marks = marks(&master);
        assert_eq!(marks.len(), 6, "{shown}: those of the other line");
        let copy = copy(&master, &marks, &[1, 0, 1, 0, 1, 0]);
        assert_eq!(Master::parse(&copy, "x.pdf").unwrap().blocks(), master.blocks(), "{shown}");
    }
}

#[test]
fn what_a_font_does_not_say_keeps_its_words_in_place() {
    for font in [
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        "<</Type/Font>>",
        "<<>>",
        "null",
        "[]",
        "<</Subtype/Type0>>",
        "<</Subtype/Type3/FontMatrix[0 0 0 0 0 0]/Widths[1 2]>>",
        "<</Subtype/TrueType/FirstChar -5/Widths[(a)/b null]>>",
    ] {
        let mut objects = shared(&format!("{FIRST} 0 R"), 1);
        objects[2] = font.as_bytes().to_vec();
        objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", FIRST + 1).into_bytes());
        objects.push(stream("", LINE));
        let file = pdf_with(&objects, "");
        read(&file).unwrap();
        if let Ok(master) = Master::parse(&file, "x.pdf") {
            assert!(marks(&master).is_empty(), "{font}");
        }
    }
    let bare = pdf(&[
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>",
        std::str::from_utf8(&stream("", LINE)).unwrap(),
    ]);
    assert!(Master::parse(&bare, "x.pdf").map_or(true, |m| marks(&m).is_empty()));
}

#[test]
fn fonts_written_into_resources_are_told_apart() {
    let font = |width: usize| format!("<</Type/Font/Subtype/TrueType/FirstChar 32/Widths[{}]>>", format!("{width} ").repeat(95));
    let mut objects = shared(&format!("{FIRST} 0 R"), 1);
    let fonts = format!("<</A {}/B {}>>", font(500), font(1000));
    objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R/Resources<</Font{fonts}>>>>", FIRST + 1).into_bytes());
    objects.push(stream("", "BT /A 10 Tf 72 700 Td q /B 10 Tf Q (ab cd) Tj ET"));
    let seen = places(&pdf_with(&objects, "")).concat();
    assert_eq!(seen.iter().map(|(_, left)| *left).collect::<Vec<_>>(), [72.0, 87.0]);
}

#[test]
fn encrypted_files_are_refused_with_what_to_do() {
    use lopdf::{EncryptionState, EncryptionVersion, Object, Permissions, StringFormat};
    for password in ["secret", ""] {
        let mut file = lopdf::Document::load_mem(&pages(&[LINE])).unwrap();
        let id = Object::String(b"0123456789abcdef".to_vec(), StringFormat::Literal);
        file.trailer.set("ID", vec![id.clone(), id]);
        let version = EncryptionVersion::V2 {
            document: &file,
            owner_password: "owner",
            user_password: password,
            key_length: 128,
            permissions: Permissions::default(),
        };
        let state = EncryptionState::try_from(version).unwrap();
        file.encrypt(&state).unwrap();
        let mut bytes = Vec::new();
        file.save_to(&mut bytes).unwrap();
        assert_eq!(leaked_pages(&bytes), Err(PdfError::Encrypted), "password `{password}`");
        assert_eq!(Master::parse(&bytes, "x.pdf").unwrap_err(), CarrierError::Pdf(PdfError::Encrypted));
    }
    let dangling = pdf_with(&shared("", 0), "/Encrypt 99 0 R");
    assert!(matches!(leaked_pages(&dangling), Err(PdfError::Encrypted | PdfError::Damaged(_))));
}

#[test]
fn signed_files_are_refused_as_masters_and_read_as_leaks() {
    let signature = "<</Type/Sig/ByteRange[0 9 9 9]/Contents<00>>>";
    for more in [
        signature.to_owned(),
        "<</ByteRange[0 9 9 9]/Contents<00>>>".to_owned(),
        "<</Type/DocTimeStamp>>".to_owned(),
        format!("<</FT/Sig/T(s)/V {signature}>>"),
        format!("[<</Kids[<</V {signature}>>]>>]"),
    ] {
        let mut objects = shared(&format!("{FIRST} 0 R"), 1);
        objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", FIRST + 1).into_bytes());
        objects.push(stream("", LINE));
        objects.push(more.clone().into_bytes());
        let file = pdf_with(&objects, "");
        assert_eq!(Master::parse(&file, "x.pdf").unwrap_err(), CarrierError::SignedPdf, "{more}");
        assert!(text(&file).contains("convoy"));
    }
}

#[test]
fn a_page_that_comes_twice_is_edited_once() {
    let mut objects = shared(&format!("{FIRST} 0 R {FIRST} 0 R"), 2);
    objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", FIRST + 1).into_bytes());
    objects.push(stream("", LINE));
    let file = pdf_with(&objects, "");
    let (master, before) = (master(&file), places(&file));
    let marks = marks(&master);
    assert_eq!((before.len(), marks.len(), master.layout().unwrap().pages.len()), (2, 6, 2));
    let copy = copy(&master, &marks, &[3, 0, 3, 0, 3, 0]);
    let after = places(&copy);
    assert_eq!((after.len(), &after[0]), (2, &after[1]));
    let moved: Vec<i64> = before[0].iter().zip(&after[0]).map(|(a, b)| ((b.1 - a.1) * 100.0).round() as i64).collect();
    assert_eq!(moved, [0, 24, -24, 24, -24, 24, -24]);
    assert!(!contains(&unpacked(&copy), LINE.as_bytes()));
}

#[test]
fn pages_that_share_a_content_stream_are_edited_apart() {
    let mut objects = shared(&format!("{FIRST} 0 R {} 0 R", FIRST + 1), 2);
    for _ in 0..2 {
        objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", FIRST + 2).into_bytes());
    }
    objects.push(stream("", LINE));
    let file = pdf_with(&objects, "");
    let (master, before) = (master(&file), places(&file));
    let all = marks(&master);
    assert_eq!(all.len(), 12);
    let first = copy(&master, &all[..6], &[1; 6]);
    let after = places(&first);
    assert_ne!(after[0], before[0]);
    assert_eq!(after[1], before[1], "the other page stays as it was");
    let both = copy(&master, &all, &[1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    assert_ne!(places(&both)[0], places(&both)[1]);
    assert!(!contains(&unpacked(&both), LINE.as_bytes()), "no page shows the old stream");
}

#[test]
fn contents_may_be_split_between_any_two_tokens() {
    let parts = ["BT /F1", "12 Tf 72", "700 Td [", "(The convoy) -500 (left the) -500", "(yard at four)]", "TJ ET"];
    let mut objects = shared(&format!("{FIRST} 0 R"), 1);
    let list: String = (0..parts.len()).map(|i| format!("{} 0 R ", FIRST + 1 + i)).collect();
    objects.push(format!("<</Type/Page/Parent 2 0 R/Contents[{list}]>>").into_bytes());
    objects.extend(parts.iter().map(|p| stream("", p)));
    let file = pdf_with(&objects, "");
    assert_eq!(text(&file), "The convoy left the yard at four");
    let master = master(&file);
    let marks = marks(&master);
    let copy = copy(&master, &marks, &vec![1; marks.len()]);
    assert_eq!((marks.len(), text(&copy).as_str()), (6, "The convoy left the yard at four"));
    assert!(!contains(&unpacked(&copy), parts[3].as_bytes()));
}

#[test]
fn a_stream_of_unknown_length_is_not_shared_empty() {
    for length in ["/Length 9.5", "", "/Length 99 0 R", "/Length/A"] {
        let mut objects = shared(&format!("{FIRST} 0 R"), 1);
        objects.push(format!("<</Type/Page/Parent 2 0 R/Contents[{} 0 R {} 0 R]>>", FIRST + 1, FIRST + 2).into_bytes());
        objects.push(stream("", LINE));
        objects.push(format!("<<{length}>>\nstream\n{}\nendstream", LINE.replace("700", "600")).into_bytes());
        let file = pdf_with(&objects, "");
        let shared = Master::parse(&file, "x.pdf");
        assert!(matches!(shared, Err(CarrierError::Pdf(PdfError::Damaged(_)))), "`{length}`");
        assert!(text(&file).contains("convoy"));
    }
}

#[test]
fn an_object_of_number_0_is_none() {
    let whole = pages(&["BT /F1 12 Tf 72 700 Td (what the page says) Tj ET"]);
    let whole = String::from_utf8(whole).unwrap().replace("/Contents 8 0 R", "/Contents[8 0 R 0 0 R]");
    // Without a table, objects are looked for.
    let objects = whole.split("xref\n").next().unwrap();
    let hidden = "0 0 obj\n<</Length 52>>\nstream\nBT /F1 12 Tf 72 500 Td (what no reader shows) Tj ET  \nendstream\nendobj\n";
    let bytes = format!("{objects}{hidden}trailer\n<</Size 11/Root 1 0 R>>\nstartxref\n0\n%%EOF\n").into_bytes();
    let master = master(&bytes);
    let text: Vec<String> = master.blocks().iter().map(|b| b.text.clone()).collect();
    assert_eq!(text, ["what the page says"]);
}

#[test]
fn a_file_that_would_lose_text_in_its_copies_is_not_shared() {
    // lopdf leaves out what calls itself a table of objects when it writes a file: here, the page's font.
    let whole = String::from_utf8(pages(&["BT /F1 12 Tf 72 700 Td (what the page says) Tj ET"])).unwrap();
    let bytes = whole.replacen("<</Type/Font/Subtype/TrueType", "<</Type/XRef/Subtype/TrueType", 1).into_bytes();
    let master = master(&bytes);
    let refused = master.check_copies(&master.template(&[]).unwrap(), 0).unwrap_err().to_string();
    assert!(refused.contains("without losing some of its text"), "{refused}");
    let labels = Labels { banner: "TLP:RED", portion: "TLP:R", known: &|_| false };
    assert_eq!(label(&bytes, "x.pdf", &labels).unwrap_err().to_string(), refused, "nor labelled");
}

#[test]
fn what_a_master_lacks_does_not_come_into_being_in_its_copies() {
    let mut objects = shared(&format!("{FIRST} 0 R"), 1);
    let missing = FIRST + 2;
    let resources = format!("/Resources<</Font<</F1 3 0 R>>/XObject<</X {missing} 0 R/Y {} 0 R>>>>", missing + 1);
    objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R{resources}>>", FIRST + 1).into_bytes());
    objects.push(stream("", format!("{LINE} /X Do /Y Do")));
    let file = pdf_with(&objects, "");
    let master = master(&file);
    let marks = marks(&master);
    assert_eq!(text(&copy(&master, &marks, &vec![1; marks.len()])), text(&file));
}

#[test]
fn a_copy_holds_no_earlier_version_of_its_master() {
    let mut updated = pages(&["BT /F1 12 Tf 72 700 Td (An earlier draft of it) Tj ET"]);
    let at = updated.len();
    let newer = [format!("{} 0 obj\n", FIRST + 1).as_bytes(), &stream("", LINE), b"\nendobj\n"].concat();
    updated.extend(&newer);
    let table = updated.len();
    let previous = String::from_utf8_lossy(&updated).split("startxref\n").nth(1).unwrap().split('\n').next().unwrap().to_owned();
    updated.extend(
        format!(
            "xref\n{} 1\n{at:010} 00000 n \ntrailer\n<</Size 9/Root 1 0 R/Prev {previous}>>\nstartxref\n{table}\n%%EOF\n",
            FIRST + 1
        )
        .bytes(),
    );
    let master = master(&updated);
    assert_eq!(master.blocks()[0].text, "The convoy left the yard at four");
    let marks = marks(&master);
    let copy = unpacked(&copy(&master, &marks, &vec![1; marks.len()]));
    assert!(!contains(&copy, b"earlier") && !contains(&copy, LINE.as_bytes()) && !contains(&copy, b"/Prev"));
}

#[test]
fn a_scan_is_no_master() {
    let mut objects = shared(&format!("{FIRST} 0 R"), 1);
    let resources = format!("/Resources<</XObject<</X {} 0 R>>>>", FIRST + 2);
    objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R{resources}>>", FIRST + 1).into_bytes());
    objects.push(stream("", "q 595 0 0 842 0 0 cm /X Do Q"));
    objects.push(stream("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", "x"));
    let file = pdf_with(&objects, "");
    assert_eq!(Master::parse(&file, "x.pdf").unwrap_err(), CarrierError::Scan);
    assert_eq!(leaked_pages(&file).unwrap()[0].kind, PageKind::Picture);
    assert_eq!(Master::parse(&pages(&[""]), "x.pdf").unwrap_err(), CarrierError::Empty);
}
