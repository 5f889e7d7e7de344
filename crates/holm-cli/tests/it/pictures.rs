//! Pictures as marks: alone, in Word files, in mails. The leaks are read without any other program.

use std::io::{Cursor, Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::desk::{Desk, Ran};
use crate::scene::{bytes, scene};

/// Cropped to about half its area, made smaller, saved at quality 50.
pub(crate) fn damaged(copy: &[u8]) -> Vec<u8> {
    let copy = image::load_from_memory(copy).unwrap();
    let (w, h) = (copy.width(), copy.height());
    let crop = copy.crop_imm(w / 8, h / 7, w * 3 / 4, h * 3 / 4);
    let small = crop.resize_exact(crop.width() * 4 / 5, crop.height() * 4 / 5, FilterType::Triangle);
    let mut out = Cursor::new(Vec::new());
    small.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut out, 50)).unwrap();
    out.into_inner()
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A Word file that shows `picture` twice, a drawing, and has another picture that it does not show.
fn docx(picture: &[u8]) -> Vec<u8> {
    let blip = |id: &str| format!(r#"<w:p><w:r><w:drawing><a:blip r:embed="{id}"/></w:drawing></w:r></w:p>"#);
    let main = format!(
        r#"<w:document xmlns:w="w" xmlns:a="a" xmlns:r="r"><w:body><w:p><w:r><w:t>The van stood by the gate.</w:t></w:r></w:p>{}{}{}</w:body></w:document>"#,
        blip("rId7"),
        blip("rId7"),
        blip("rId8")
    );
    let relations = r#"<Relationships><Relationship Id="rId7" Type="image" Target="media/image1.png"/><Relationship Id="rId8" Type="image" Target="media/image2.emf"/></Relationships>"#;
    zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", main.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
        ("word/media/image1.png", picture),
        ("word/media/image2.emf", b"\x01\0\0\0 drawing"),
        ("word/media/image3.png", b"not shown"),
    ])
}

fn part(package: &[u8], name: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(package)).unwrap();
    let mut out = Vec::new();
    archive.by_name(name).unwrap().read_to_end(&mut out).unwrap();
    out
}

/// Who is named, and what the first copy's layers say.
pub(crate) fn named(traced: &Ran) -> (Vec<String>, serde_json::Value) {
    let report = traced.json();
    let copies = report["copies"].as_array().unwrap();
    let named: Vec<&serde_json::Value> = copies.iter().filter(|c| c["named"] == true).collect();
    let voices = named.first().map_or(serde_json::Value::Null, |c| c["layers"].clone());
    (named.iter().map(|c| c["person"].as_str().unwrap().to_owned()).collect(), voices)
}

/// A mail with a file attached.
fn mail(name: &str, attached: &[u8]) -> Vec<u8> {
    let encoded: Vec<String> = BASE64.encode(attached).as_bytes().chunks(76).map(|c| String::from_utf8_lossy(c).into()).collect();
    format!(
        "From: a@x.example\r\nSubject: look\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\
         Content-Type: text/plain\r\n\r\nSee this.\r\n--b\r\nContent-Type: image/jpeg; name=\"{name}\"\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        encoded.join("\r\n")
    )
    .into_bytes()
}

/// Runs where no program that recognises words is found.
pub(crate) fn trace_alone(desk: &Desk, file: &str) -> Ran {
    crate::desk::ran(desk.command(&["trace", file, "--json"]).env("PATH", "/nonexistent").output().unwrap())
}

#[test]
fn a_marking_stands_above_and_below_a_picture_and_a_leak_without_it_names_the_copy() {
    let desk = Desk::with(4);
    desk.write("yard.jpg", &bytes(&scene(1, 480, 360), ImageFormat::Jpeg));
    desk.run(&["share", "yard.jpg", "--to", "all", "--plain", "plain", "--marking", "TLP:AMBER"]).ok();
    let copy = std::fs::read(desk.path("plain/p3.jpg")).unwrap();
    let seen = image::load_from_memory(&copy).unwrap();
    let strip = (seen.height() - 360) / 2;
    let dark = |top: u32| seen.crop_imm(0, top, 480, strip).to_luma8().pixels().filter(|p| p.0[0] < 100).count();
    assert!(seen.width() == 480 && strip > 20 && dark(0) > 100 && dark(strip + 360) > 100, "{strip}");
    let cut = seen.crop_imm(0, strip, 480, 360);
    desk.write("cut.jpg", &damaged(&bytes(&cut, ImageFormat::Jpeg)));
    let traced = trace_alone(&desk, "cut.jpg");
    assert_eq!((traced.code, named(&traced).0), (0, vec!["p3".to_owned()]), "{}{}", traced.out, traced.err);
    // Further recipients get the same master with its line.
    desk.run(&["share", "yard.jpg", "--to", "p1", "--name", "yard", "--plain", "again"]).ok();
}

#[test]
fn a_picture_alone_is_shared_and_its_leaks_name_the_copy() {
    let desk = Desk::with(5);
    desk.write("yard.jpg", &bytes(&scene(1, 480, 360), ImageFormat::Jpeg));
    let shared = desk.run(&["share", "yard.jpg", "--to", "all", "--plain", "plain"]).ok();
    assert!(shared.err.contains("picture: 256 marks"), "{}", shared.err);
    let copies: Vec<Vec<u8>> = (1..=5).map(|i| std::fs::read(desk.path(&format!("plain/p{i}.jpg"))).unwrap()).collect();
    assert!(copies.windows(2).all(|pair| pair[0] != pair[1]));
    desk.write("leak.jpg", &damaged(&copies[3]));
    desk.write("leak.eml", &mail("leak.jpg", &damaged(&copies[1])));
    for (leak, person) in [("leak.jpg", "p4"), ("leak.eml", "p2")] {
        let traced = trace_alone(&desk, leak);
        assert_eq!(traced.code, 0, "{leak}: {}{}", traced.out, traced.err);
        let (persons, voices) = named(&traced);
        assert_eq!((persons, voices["picture"].as_str()), (vec![person.to_owned()], Some("fits")), "{leak}");
    }
    // A verifier reads the pictures again.
    desk.write("report.json", trace_alone(&desk, "leak.jpg").out.as_bytes());
    desk.run(&["item", "open", "yard", "--out", "yard.bundle"]).ok();
    let verified = desk.run(&["verify-trace", "report.json", "--bundle", "yard.bundle"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
}

#[test]
fn another_picture_matches_nothing() {
    let desk = Desk::with(3);
    desk.write("yard.png", &bytes(&scene(2, 400, 320), ImageFormat::Png));
    desk.run(&["share", "yard.png", "--to", "all"]).ok();
    desk.write("other.eml", &mail("small.jpg", &bytes(&scene(3, 190, 500), ImageFormat::Jpeg)));
    let traced = trace_alone(&desk, "other.eml");
    assert_eq!((traced.code, traced.json()["verdict"].as_str()), (3, Some("no-match")), "{}{}", traced.out, traced.err);
    // Whether a larger picture holds the item's words cannot be said without the program that recognises them.
    desk.write("other.jpg", &bytes(&scene(4, 500, 400), ImageFormat::Jpeg));
    let unread = trace_alone(&desk, "other.jpg");
    assert!(unread.code == 1 && unread.err.contains("is not installed"), "{}{}", unread.out, unread.err);
}

#[test]
fn a_word_files_picture_names_the_copy_that_it_was_taken_from() {
    let desk = Desk::with(5);
    let package = docx(&bytes(&scene(5, 420, 340), ImageFormat::Png));
    desk.write("report.docx", &package);
    let args = ["share", "report.docx", "--to", "all", "--plain", "plain", "--no-layout"];
    let shared = desk.run(&args).ok();
    for words in ["word/media/image1.png: 256 marks", "word/media/image2.emf is left as it is: it is a drawing"] {
        assert!(shared.err.contains(words), "{}", shared.err);
    }
    assert!(!shared.err.contains("image3"), "{}", shared.err);
    let copy = std::fs::read(desk.path("plain/p3.docx")).unwrap();
    for name in ["[Content_Types].xml", "word/_rels/document.xml.rels", "word/media/image2.emf", "word/media/image3.png"] {
        assert_eq!(part(&copy, name), part(&package, name), "{name}");
    }
    let picture = part(&copy, "word/media/image1.png");
    assert_eq!(image::guess_format(&picture).unwrap(), ImageFormat::Png);
    assert_ne!(picture, part(&package, "word/media/image1.png"));
    desk.write("leak.jpg", &damaged(&picture));
    desk.write("whole.docx", &copy);
    for leak in ["leak.jpg", "whole.docx"] {
        let traced = trace_alone(&desk, leak);
        assert_eq!(traced.code, 0, "{leak}: {}{}", traced.out, traced.err);
        let (persons, voices) = named(&traced);
        assert_eq!((persons, voices["picture"].as_str()), (vec!["p3".to_owned()], Some("fits")), "{leak}");
    }
}

#[test]
fn a_review_strikes_a_picture_as_a_whole() {
    let desk = Desk::with(2);
    desk.write("report.docx", &docx(&bytes(&scene(6, 420, 340), ImageFormat::Png)));
    desk.run(&["marks", "report.docx", "--no-layout", "--review", "review.toml"]).ok();
    let review = desk.read("review.toml");
    assert_eq!(review.matches("image1.png").count(), 1, "{review}");
    desk.write("review.toml", review.replace("\"keep\"", "\"strike\"").as_bytes());
    let shown = desk.run(&["marks", "report.docx", "--no-layout", "--marks", "review.toml"]).ok();
    assert!(shown.out.contains("the review strikes it") && shown.out.contains("0 marks"), "{}", shown.out);
}

#[test]
fn pictures_that_cannot_be_marked_are_refused_with_the_reason() {
    let desk = Desk::with(2);
    let even = DynamicImage::new_rgb8(400, 300);
    let png = bytes(&scene(7, 300, 240), ImageFormat::Png);
    let mut bomb = png.clone();
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let mut cmyk = vec![0xFF, 0xD8, 0xFF, 0xC0, 0, 20, 8, 0, 64, 0, 64, 4];
    cmyk.extend_from_slice(&[1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0, 0xFF, 0xD9]);
    for (file, content, words) in [
        ("even.png", bytes(&even, ImageFormat::Png), "too few marks"),
        ("small.png", bytes(&scene(8, 60, 60), ImageFormat::Png), "too few marks"),
        ("cut.png", png[..png.len() / 2].to_vec(), "cannot be read or written"),
        ("bomb.png", bomb, "picture"),
        ("cmyk.jpg", cmyk, "CMYK"),
        ("moving.gif", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), "PNG, JPEG or TIFF"),
    ] {
        desk.write(file, &content);
        desk.run(&["share", file, "--to", "all"]).fails_with(&[words]);
    }
    // Sixteen bits a sample are marked and stay.
    desk.write("deep.png", &bytes(&DynamicImage::ImageRgb16(scene(9, 300, 260).to_rgb16()), ImageFormat::Png));
    desk.run(&["share", "deep.png", "--to", "all", "--plain", "deep"]).ok();
    let copy = image::load_from_memory(&std::fs::read(desk.path("deep/p1.png")).unwrap()).unwrap();
    assert_eq!(copy.color(), image::ColorType::Rgb16);
}
