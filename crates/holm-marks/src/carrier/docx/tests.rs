use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::*;
use crate::carrier::label::{Labelled, Labels, label};
use crate::carrier::{Format, Master};
use crate::document::BlockKind;
use crate::mark::Layer;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#;
const FOOT: &str = "</w:body></w:document>";

fn package_with(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn docx(body: &str) -> Vec<u8> {
    let document = format!("{HEAD}{body}{FOOT}");
    package_with(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", document.as_bytes()),
        ("word/styles.xml", b"<w:styles/>"),
        ("word/media/image1.png", &[0, 1, 2, 255, 254]),
    ])
}

fn part(bytes: &[u8], name: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = Vec::new();
    archive.by_name(name).unwrap().read_to_end(&mut out).unwrap();
    out
}

fn mark(master: &DocxMaster, word: &str, texts: &[&str]) -> Mark {
    let block = master.blocks().iter().position(|b| b.text.contains(word)).unwrap();
    let at = master.blocks()[block].text.find(word).unwrap();
    let texts: Vec<String> = texts.iter().map(|t| (*t).to_owned()).collect();
    let site = Site { block, range: at..at + word.len(), texts: texts.clone() };
    Mark { layer: Layer::Wording, rule: "test".to_owned(), alternatives: texts, master: Some(0), sites: vec![site] }
}

fn texts(bytes: &[u8]) -> Vec<String> {
    DocxMaster::parse(bytes).unwrap().blocks().iter().map(|b| b.text.clone()).collect()
}

#[test]
fn a_copy_differs_from_the_master_in_the_marked_characters_only() {
    let bytes = docx(
        r#"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Prior to noon</w:t></w:r><w:r><w:t xml:space="preserve"> they left.</w:t></w:r></w:p>"#,
    );
    let master = DocxMaster::parse(&bytes).unwrap();
    let template = master.template(&[mark(&master, "Prior to", &["Prior to", "Before"])], Vec::new()).unwrap();
    let copy = template.render(&[1]).unwrap();
    assert_eq!(texts(&copy), ["Before noon they left."]);
    let before = String::from_utf8(part(&bytes, "word/document.xml")).unwrap();
    let after = String::from_utf8(part(&copy, "word/document.xml")).unwrap();
    assert_eq!(after, before.replace("<w:t>Prior to", "<w:t xml:space=\"preserve\">Before"));
    for name in ["[Content_Types].xml", "word/styles.xml", "word/media/image1.png"] {
        assert_eq!(part(&copy, name), part(&bytes, name), "{name}");
    }
}

#[test]
fn a_word_that_the_editor_split_into_runs_is_still_one_word() {
    let body = r#"<w:p><w:r w:rsidR="1"><w:t>in or</w:t></w:r><w:proofErr w:type="x"/><w:r w:rsidR="2"><w:t>der to</w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t xml:space="preserve"> go</w:t></w:r></w:p>"#;
    let master = DocxMaster::parse(&docx(body)).unwrap();
    let split = mark(&master, "in order to", &["in order to", "to"]);
    assert!(master.can_carry(&split, &split.sites[0]));
    let across_formatting = mark(&master, "to go", &["to go", "for going"]);
    assert!(!master.can_carry(&across_formatting, &across_formatting.sites[0]));
    let copy = master.template(&[split], Vec::new()).unwrap().render(&[1]).unwrap();
    assert_eq!(texts(&copy), ["to go"]);
}

#[test]
fn fields_links_changes_drawings_and_tables_keep_their_text() {
    let body = concat!(
        r#"<w:p><w:r><w:t xml:space="preserve">See </w:t></w:r><w:hyperlink r:id="x"><w:r><w:t>about five</w:t></w:r></w:hyperlink>"#,
        r#"<w:ins w:id="1"><w:r><w:t xml:space="preserve"> about six</w:t></w:r></w:ins><w:del w:id="2"><w:r><w:delText> about seven</w:delText></w:r></w:del>"#,
        r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DATE</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t xml:space="preserve"> about eight</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>"#,
        r#"<w:r><w:drawing><wp:inline><w:t>about nine</w:t></wp:inline></w:drawing><w:t xml:space="preserve"> about ten</w:t></w:r></w:p>"#,
        r#"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>about eleven</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"#,
        r#"<w:p><w:pPr><w:pStyle w:val="Ttulo1"/></w:pPr><w:r><w:t>about twelve</w:t></w:r></w:p>"#,
    );
    let master = DocxMaster::parse(&docx(body)).unwrap();
    let first = &master.blocks()[0];
    assert_eq!(first.text, "See about five about six about eight about ten");
    let protects = |word: &str| {
        let at = first.text.find(word).unwrap();
        first.protects(&(at..at + word.len()))
    };
    assert!(protects("five") && protects("six") && protects("eight") && !protects("ten"));
    let kinds: Vec<BlockKind> = master.blocks().iter().map(|b| b.kind).collect();
    assert_eq!(kinds, [BlockKind::Prose, BlockKind::Table, BlockKind::Heading]);
}

#[test]
fn entities_and_markup_characters_are_read_and_written() {
    let master = DocxMaster::parse(&docx(r"<w:p><w:r><w:t>A &amp; B said &lt;no&gt; twice</w:t></w:r></w:p>")).unwrap();
    assert_eq!(master.blocks()[0].text, "A & B said <no> twice");
    let copy = master.template(&[mark(&master, "twice", &["twice", "R&D < 2"])], Vec::new()).unwrap().render(&[1]).unwrap();
    assert_eq!(texts(&copy), ["A & B said <no> R&D < 2"]);
}

#[test]
fn an_apostrophe_that_is_written_as_an_entity_belongs_to_its_word() {
    let master = DocxMaster::parse(&docx(r"<w:p><w:r><w:t>They don&#39;t know; it isn&apos;t far.</w:t></w:r></w:p>")).unwrap();
    assert_eq!(master.blocks()[0].text, "They don't know; it isn't far.");
    let marks = [mark(&master, "don't", &["don't", "do not"]), mark(&master, "isn't", &["isn't", "is not"])];
    let template = master.template(&marks, Vec::new()).unwrap();
    assert_eq!(texts(&template.render(&[1, 1]).unwrap()), ["They do not know; it is not far."]);
    assert_eq!(texts(&template.render(&[0, 1]).unwrap()), ["They don't know; it is not far."]);
}

#[test]
fn hostile_and_damaged_packages_are_refused_with_the_reason() {
    let refused = |bytes: &[u8]| Master::parse(bytes, "x.docx").unwrap_err();
    let whole = docx("<w:p><w:r><w:t>text</w:t></w:r></w:p>");
    assert_eq!(Master::parse(&whole, "x.docx").unwrap().format(), Format::Docx);
    assert!(matches!(refused(&whole[..whole.len() / 2]), CarrierError::DamagedDocx(_)));
    assert!(matches!(refused(b"PK\x03\x04 and nothing"), CarrierError::DamagedDocx(_)));
    assert!(matches!(refused(&package_with(&[("a.txt", b"x")])), CarrierError::DamagedDocx(w) if w.contains("no Word document")));
    assert!(
        matches!(refused(&package_with(&[("[Content_Types].xml", b"x")])), CarrierError::DamagedDocx(w) if w.contains("main part"))
    );
    assert_eq!(refused(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]), CarrierError::Encrypted);
    let signed = package_with(&[("[Content_Types].xml", b"x"), ("_xmlsignatures/sig1.xml", b"x")]);
    assert_eq!(refused(&signed), CarrierError::Signed);
    let deep = format!("{}<w:t>x</w:t>{}", "<w:p>".repeat(10_000), "</w:p>".repeat(10_000));
    assert!(matches!(refused(&docx(&deep)), CarrierError::DamagedDocx(w) if w.contains("nested")));
    let bomb = package_with(&[("[Content_Types].xml", b"x"), ("word/document.xml", &vec![b' '; 80 << 20])]);
    assert_eq!(refused(&bomb), CarrierError::Bomb);
    let entity =
        b"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><w:document><w:t>&e;</w:t></w:document>";
    let entity = package_with(&[("[Content_Types].xml", b"x"), ("word/document.xml", entity)]);
    assert!(matches!(refused(&entity), CarrierError::DamagedDocx(w) if w.contains("document type")));
    let crooked = package_with(&[("[Content_Types].xml", b"x"), ("word/document.xml", b"<w:document><w:p></w:document>")]);
    assert!(matches!(refused(&crooked), CarrierError::DamagedDocx(_)));
    assert_eq!(refused(&docx("<w:p/>")), CarrierError::Empty);
}

#[test]
fn no_byte_that_goes_wrong_in_a_package_makes_the_reader_panic() {
    let whole = docx(r#"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Prior to noon &amp; later</w:t></w:r></w:p>"#);
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            drop(Master::parse(&bytes, "x.docx"));
        }
    }
}

/// Words of a one-paragraph document that no frame may touch.
fn protected(body: &str) -> Vec<String> {
    let master = DocxMaster::parse(&docx(body)).unwrap();
    let block = &master.blocks()[0];
    block.protected.iter().map(|r| block.text[r.clone()].to_owned()).collect()
}

#[test]
fn a_note_stays_with_its_word_and_a_bookmark_keeps_its_own() {
    let noted = protected(
        r#"<w:p><w:r><w:t>the radios and the vehicles</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:t xml:space="preserve"> before noon</w:t></w:r></w:p>"#,
    );
    assert_eq!(noted, ["vehicles before"]);
    let math = protected(
        r#"<w:p><w:r><w:t xml:space="preserve">Math </w:t></w:r><m:oMath><m:r><m:t>x</m:t></m:r></m:oMath><w:r><w:t xml:space="preserve"> did not work</w:t></w:r></w:p>"#,
    );
    assert_eq!(math, ["Math  did"]);
    let marked = docx(
        r#"<w:p><w:r><w:t xml:space="preserve">the </w:t></w:r><w:bookmarkStart w:id="1" w:name="r"/><w:r><w:t>radios</w:t></w:r><w:bookmarkEnd w:id="1"/><w:r><w:t xml:space="preserve"> and masts</w:t></w:r></w:p>"#,
    );
    let master = DocxMaster::parse(&marked).unwrap();
    assert!(
        master.template(&[mark(&master, "radios and masts", &["radios and masts", "masts and radios"])], Vec::new()).is_err()
    );
}

#[test]
fn other_peoples_words_are_known_by_their_styles_of_today() {
    let quote = |style: &str| {
        let body = format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>they did not go</w:t></w:r></w:p>"#);
        DocxMaster::parse(&docx(&body)).unwrap().blocks()[0].kind
    };
    assert_eq!(quote("Quotations"), BlockKind::Quotation);
    let changed = docx(
        r#"<w:p><w:pPr><w:pStyle w:val="Quote"/><w:pPrChange w:id="1" w:author="a"><w:pPr><w:pStyle w:val="BodyText"/></w:pPr></w:pPrChange></w:pPr><w:r><w:t>they did not go</w:t></w:r></w:p>"#,
    );
    assert_eq!(DocxMaster::parse(&changed).unwrap().blocks()[0].kind, BlockKind::Quotation);
    for property in [r#"<w:rStyle w:val="VerbatimChar"/>"#, r#"<w:rStyle w:val="QuoteChar"/>"#, "<w:strike/>", "<w:webHidden/>"] {
        let body = format!(r"<w:p><w:r><w:rPr>{property}</w:rPr><w:t>they did not go</w:t></w:r></w:p>");
        assert_eq!(protected(&body), ["they did not go"], "{property}");
    }
}

#[test]
fn formatting_is_neither_crossed_nor_taken_from_the_run_that_follows() {
    let bytes = docx(
        r#"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>they did</w:t></w:r><w:r/><w:r><w:t xml:space="preserve"> not see</w:t></w:r></w:p>"#,
    );
    let master = DocxMaster::parse(&bytes).unwrap();
    assert!(
        master.template(&[mark(&master, "did not", &["did not", "didn't"])], Vec::new()).is_err(),
        "an empty run hides nothing"
    );
    let bytes = docx(
        r#"<w:p><w:r><w:t>In March</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve"> a car came</w:t></w:r></w:p>"#,
    );
    let master = DocxMaster::parse(&bytes).unwrap();
    let site = Site { block: 0, range: 8..8, texts: vec![String::new(), ",".to_owned()] };
    let texts = site.texts.clone();
    let comma = Mark { layer: Layer::Orthography, rule: "t".to_owned(), alternatives: texts, master: Some(0), sites: vec![site] };
    let copy = master.template(&[comma], Vec::new()).unwrap().render(&[1]).unwrap();
    let document = String::from_utf8(part(&copy, "word/document.xml")).unwrap();
    assert!(document.contains("In March,</w:t>"), "{document}");
}

#[test]
fn a_second_space_attribute_is_never_written() {
    let master = DocxMaster::parse(&docx(r#"<w:p><w:r><w:t xml:space="default">they did not see</w:t></w:r></w:p>"#)).unwrap();
    assert!(master.template(&[mark(&master, "did not", &["did not", "didn't"])], Vec::new()).is_err());
}

#[test]
fn an_alternation_outside_the_running_text_is_found() {
    let main = format!("{HEAD}<w:p><w:r><w:t>They left.</w:t></w:r></w:p>{FOOT}");
    let header = r#"<w:hdr xmlns:w="x"><w:p><w:r><w:t>saw [[two|three]]</w:t></w:r></w:p></w:hdr>"#;
    let bytes = package_with(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", main.as_bytes()),
        ("word/header1.xml", header.as_bytes()),
    ]);
    let left = |bytes: &[u8], marks: &dyn Fn(&DocxMaster) -> Vec<Mark>| {
        let master = DocxMaster::parse(bytes).unwrap();
        master.template(&marks(&master), Vec::new()).unwrap().left_over()
    };
    assert_eq!(left(&bytes, &|_| Vec::new()).as_deref(), Some("two|three"));
    let boxed = docx(
        r"<w:p><w:r><w:t>They left.</w:t></w:r><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>[[a|b]]</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>",
    );
    assert_eq!(left(&boxed, &|_| Vec::new()).as_deref(), Some("a|b"));
    let used = docx(r"<w:p><w:r><w:t>They saw [[two|three]] men.</w:t></w:r></w:p>");
    assert_eq!(left(&used, &|m| vec![mark(m, "[[two|three]]", &["two", "three"])]), None);
}

#[test]
fn a_leak_gives_its_boxes_and_what_was_struck() {
    let long = "the convoy will leave the yard at four and cross the bridge before the town wakes";
    let boxed = docx(&format!(
        r"<w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>{long} &amp; more</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
    ));
    assert!(leak_text(&boxed).unwrap().contains(&format!("{long} & more")));
    let struck = docx(&format!(
        r#"<w:p><w:r><w:t>Nothing here.</w:t></w:r><w:del w:id="1" w:author="a"><w:r><w:delText>{long}</w:delText></w:r></w:del></w:p>"#
    ));
    let text = leak_text(&struck).unwrap();
    assert!(text.contains("Nothing here.") && text.contains(long), "{text}");
}

#[test]
fn signatures_of_other_signers_are_seen() {
    for name in ["_XMLSIGNATURES/sig1.xml", "package/services/digital-signature/origin.psdsor"] {
        let bytes = package_with(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b""), (name, b"x")]);
        assert!(matches!(DocxMaster::parse(&bytes), Err(CarrierError::Signed)), "{name}");
    }
}

#[test]
fn text_where_no_run_can_be_ended_is_read_and_left_alone() {
    for (body, text) in [
        ("<w:r><w:t>one two <w:t>three four</w:t> five</w:t></w:r>", "one two three four"),
        ("<w:r><w:t>one two<w:b/> three four</w:t></w:r>", "one two three four"),
        ("<w:t>one two three four</w:t>", "one two three four"),
        ("<w:r><w:x><w:t>one two three four</w:t></w:x></w:r>", "one two three four"),
    ] {
        let bytes = docx(&format!("<w:p>{body}</w:p>"));
        let master = Master::parse(&bytes, "x.docx").unwrap();
        assert_eq!(master.blocks()[0].text, text);
        for word in ["two", "three"] {
            let at = text.find(word).unwrap();
            let moved = crate::layout::mark((0, at..at + word.len()), 10.0);
            assert!(!master.can_carry(&moved, &moved.sites[0]), "`{word}` in {body}");
        }
    }
}

#[test]
fn how_far_words_were_moved_is_read_back_from_the_copy_whatever_the_masters_own_spaces_are() {
    use crate::layout::spaced::{sight_spaced, words};
    let run = |properties: &str, text: &str| format!("<w:r>{properties}<w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    let wide = "<w:rPr><w:b/><w:spacing w:val=\"16\"/></w:rPr>";
    let body = [
        run("", "On the night of the fourth the team "),
        run(wide, "watched the yard &amp; the gate from nine until three"),
        run("", " and nobody came near."),
    ];
    let bytes = docx(&format!("<w:p><w:r><w:t>A heading</w:t></w:r></w:p><w:p>{}</w:p>", body.concat()));
    let master = DocxMaster::parse(&bytes).unwrap();
    let text = &master.blocks()[1].text;
    let places = words(text);
    let moved = places.iter().skip(1).step_by(2).map(|p| crate::layout::mark_with((1, p.clone()), &[-0.2, 0.2]));
    let marks: Vec<Mark> = moved.filter(|m| master.can_carry(m, &m.sites[0])).collect();
    assert!(marks.len() > 8, "{}", marks.len());
    let symbols: Vec<u8> = (0..marks.len()).map(|m| u8::from(m % 3 == 0)).collect();
    let copy = master.template(&marks, Vec::new()).unwrap().render(&symbols).unwrap();
    let [own, leak] = [&bytes, &copy].map(|file| leak_words(file).unwrap());
    let sightings = sight_spaced(master.blocks(), &marks, &own, &leak, 0);
    assert_eq!(sightings.len(), marks.len());
    for seen in &sightings {
        let expected = if symbols[seen.mark.unwrap() as usize] == 1 { 0.2 } else { -0.2 };
        assert!((seen.moved - expected).abs() < 1e-9, "{seen:?}");
    }
    assert!(sight_spaced(master.blocks(), &marks, &own, &own, 0).is_empty(), "the master itself shows nothing");
}

/// The document that Word's file says after labels for TLP:AMBER were written into it, where `TLP:R` is a portion mark too.
fn labelled(bytes: &[u8]) -> Labelled {
    let known = |inside: &str| inside == "TLP:R" || inside == "TLP:A";
    let labels = Labels { banner: "TLP:AMBER", portion: "TLP:A", known: &known };
    label(bytes, "a.docx", &labels).unwrap()
}

#[test]
fn labels_are_words_of_the_document_and_stand_above_and_below_every_page() {
    let bytes = docx(
        r#"<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>Raid &amp; search</w:t></w:r></w:p><w:p><w:r><w:t>(TLP:R) His name.</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>One</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Two</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p><w:pPr><w:sectPr><w:pgSz w:w="1"/></w:sectPr></w:pPr><w:r><w:t>End.</w:t></w:r></w:p><w:sectPr><w:pgSz w:w="2"/></w:sectPr>"#,
    );
    let once = labelled(&bytes);
    let wanted = ["(TLP:A) Raid & search", "(TLP:R) His name.", "(TLP:A) One", "Two", "(TLP:A) End."];
    assert_eq!(texts(&once.bytes), wanted);
    assert_eq!((once.marked, once.unmarked), (4, 0));
    let main = String::from_utf8(part(&once.bytes, "word/document.xml")).unwrap();
    assert!(main.ends_with(r#"</w:p><w:sectPr><w:pgSz w:w="2"/></w:sectPr></w:body></w:document>"#), "{main}");
    let first = main.split("<w:sectPr>").nth(1).unwrap();
    assert_eq!(first.matches("<w:headerReference ").count(), 3, "of every kind of page, and later sections take them over");
    assert!(
        first.starts_with("<w:headerReference") && first.contains(r#"w:type="even" r:id="holmfooter"/><w:pgSz w:w="1"/>"#),
        "{first}"
    );
    assert_eq!(part(&once.bytes, "word/styles.xml"), part(&bytes, "word/styles.xml"));
    for (name, root) in [("word/holm-header.xml", "w:hdr"), ("word/holm-footer.xml", "w:ftr")] {
        let made = String::from_utf8(part(&once.bytes, name)).unwrap();
        assert!(made.contains(&format!("<{root} ")) && made.matches(">TLP:AMBER<").count() == 1, "{made}");
    }
    let relations = String::from_utf8(part(&once.bytes, "word/_rels/document.xml.rels")).unwrap();
    assert!(relations.contains(r#"Id="holmheader""#) && relations.contains(r#"Target="holm-footer.xml"/></Relationships>"#));
    let types = String::from_utf8(part(&once.bytes, "[Content_Types].xml")).unwrap();
    assert!(types.starts_with("<Types><Override PartName=\"/word/holm-header.xml\"") && types.ends_with("</Types>"), "{types}");
    assert_eq!(labelled(&once.bytes).bytes, once.bytes, "what is labelled already stays");
}

#[test]
fn headers_that_are_there_get_the_line_and_keep_what_they_say() {
    let space = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main""#;
    let body = r#"<w:p><w:r><w:t>One.</w:t></w:r></w:p><w:sectPr><w:sectPrChange><w:sectPr/></w:sectPrChange><w:headerReference w:type="default" r:id="rId1"/><w:headerReference r:id='rId3' w:type='first'/><w:titlePg/></w:sectPr>"#;
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = format!(
        r#"<Relationships><Relationship Id="rId1" Type="{kind}/header" Target="header1.xml"/><Relationship Target='/word/header2.xml' Type='{kind}/header' Id='rId3'/><Relationship Id="holmfooter" Type="{kind}/styles" Target="styles.xml"/></Relationships>"#
    );
    let header = format!("<w:hdr {space}><w:p><w:r><w:t>Bureau</w:t></w:r></w:p></w:hdr>");
    let bytes = package_with(&[
        ("[Content_Types].xml", br#"<Types><Default Extension="xml" ContentType="application/xml"/></Types>"#),
        ("word/document.xml", format!("{HEAD}{body}{FOOT}").as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
        ("word/header1.xml", header.as_bytes()),
        ("word/header2.xml", format!("<w:hdr {space}/>").as_bytes()),
    ]);
    let once = labelled(&bytes);
    let text = |name: &str| String::from_utf8(part(&once.bytes, name)).unwrap();
    assert!(
        text("word/header1.xml").contains("TLP:AMBER</w:t></w:r></w:p><w:p><w:r><w:t>Bureau"),
        "{}",
        text("word/header1.xml")
    );
    assert!(text("word/header2.xml").ends_with("TLP:AMBER</w:t></w:r></w:p></w:hdr>"));
    let main = text("word/document.xml");
    assert_eq!((main.matches("<w:headerReference ").count(), main.matches("<w:footerReference ").count()), (3, 3), "{main}");
    assert!(
        main.contains(r#"w:type="even" r:id="holmheader"/>"#) && main.contains(r#"w:type="first" r:id="holmfooter2"/>"#),
        "{main}"
    );
    assert!(main.contains("<w:sectPrChange><w:sectPr/></w:sectPrChange>"), "what was replaced is no section");
    assert_eq!(labelled(&once.bytes).bytes, once.bytes, "what is labelled already stays");
    let again = Labels { banner: "TLP:RED", portion: "TLP:R", known: &|_| false };
    let both = label(&once.bytes, "a.docx", &again).unwrap().bytes;
    let header = String::from_utf8(part(&both, "word/holm-header.xml")).unwrap();
    assert!(
        header.contains("TLP:RED</w:t></w:r></w:p><w:p>") && header.contains("TLP:AMBER"),
        "another marking stands above: {header}"
    );
}

#[test]
fn a_line_that_was_struck_from_a_header_is_not_there_and_relations_may_be_broken_into_lines() {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = format!(
        "<Relationships><Relationship\n\tId=\"rId1\"\n\tType=\"{kind}/header\"\n\tTarget=\"header1.xml\"/></Relationships>"
    );
    let header = "<w:hdr><w:p><w:del><w:r><w:delText>TLP:AMBER</w:delText></w:r></w:del></w:p></w:hdr>";
    let section = r#"<w:sectPr><w:headerReference w:type="default" r:id="rId1"/></w:sectPr>"#;
    let bytes = package_with(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", format!("{HEAD}<w:p><w:r><w:t>One.</w:t></w:r></w:p>{section}{FOOT}").as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
        ("word/header1.xml", header.as_bytes()),
    ]);
    let header = String::from_utf8(part(&labelled(&bytes).bytes, "word/header1.xml")).unwrap();
    assert!(header.contains(">TLP:AMBER</w:t>") && header.contains("<w:delText>TLP:AMBER</w:delText>"), "{header}");
}

#[test]
fn packages_whose_headers_cannot_be_had_are_refused() {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/header";
    let relations = format!(r#"<Relationships><Relationship Id="rId1" Type="{kind}" Target="gone.xml"/></Relationships>"#);
    let with = |parts: &[(&str, &[u8])]| {
        let document = format!("{HEAD}<w:p><w:r><w:t>One.</w:t></w:r></w:p>{FOOT}");
        let own: [(&str, &[u8]); 2] = [("[Content_Types].xml", b"<Types/>"), ("word/document.xml", document.as_bytes())];
        let labels = Labels { banner: "TLP:AMBER", portion: "TLP:A", known: &|_| false };
        label(&package_with(&[&own[..], parts].concat()), "a.docx", &labels)
    };
    let rels = ("word/_rels/document.xml.rels", relations.as_bytes());
    for parts in [&[rels][..], &[rels, ("word/gone.xml", b"no header")], &[rels, ("word/gone.xml", b"<w:hdr \xff></w:hdr>")]] {
        let said = with(parts).unwrap_err().to_string();
        assert!(said.contains("its header `word/gone.xml` cannot be read"), "{said}");
    }
    assert!(with(&[("word/_rels/document.xml.rels", b"nothing")]).is_err());
    let none = with(&[]).unwrap().bytes;
    assert!(String::from_utf8(part(&none, "word/document.xml")).unwrap().ends_with("</w:sectPr></w:body></w:document>"));
}
