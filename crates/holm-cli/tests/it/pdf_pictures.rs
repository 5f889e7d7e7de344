//! Pictures of a PDF as marks, beside its words. The leaks are read without any other program.

use image::{DynamicImage, ImageFormat};

use crate::desk::Desk;
use crate::pictures::{damaged, named, trace_alone};
use crate::scene::{bytes, scene};

const LINES: [&str; 6] = [
    "The convoy left the yard at four in the morning and came back before noon with two empty drums",
    "Nobody asked who had opened the northern gate or why the lamp above the office was still burning",
    "A second van waited behind the mill until the river path had dried and its driver could turn",
    "Both ledgers were carried upstairs where the clerk compared each page against last winter's list",
    "Rain fell through the broken roof all week so that most of the sacks had to be thrown away",
    "Whoever signs this receipt confirms that seven crates were counted twice in front of witnesses",
];

fn stream(entries: &str, content: &[u8]) -> Vec<u8> {
    [format!("<<{entries}/Length {}>>\nstream\n", content.len()).as_bytes(), content, b"\nendstream"].concat()
}

/// A page of words that shows a JPEG, samples, and an image of indexed colours.
fn pdf(jpeg: &DynamicImage, samples: &DynamicImage) -> Vec<u8> {
    let widths = "500 ".repeat(95);
    let lines: String = LINES.iter().zip(0..).map(|(line, i)| format!("1 0 0 1 40 {} Tm ({line}) Tj ", 800 - 20 * i)).collect();
    let image = |image: &DynamicImage, entries: &str, content: &[u8]| {
        let (width, height) = (image.width(), image.height());
        let size = format!("/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8");
        stream(&format!("{size}{entries}"), content)
    };
    let shown = "q 300 0 0 225 40 400 cm /A Do Q q 300 0 0 225 40 150 cm /B Do Q q 99 0 0 99 400 150 cm /C Do Q";
    let fonts = "/Font<</F 5 0 R>>/XObject<</A 6 0 R/B 7 0 R/C 8 0 R>>";
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>".to_vec(),
        format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<{fonts}>>>>").into_bytes(),
        stream("", format!("BT /F 9 Tf {lines}ET {shown}").as_bytes()),
        format!("<</Type/Font/Subtype/TrueType/BaseFont/A/FirstChar 32/Widths[{widths}]/Encoding/WinAnsiEncoding>>").into_bytes(),
        image(jpeg, "/ColorSpace/DeviceRGB/Filter/DCTDecode", &bytes(jpeg, ImageFormat::Jpeg)),
        image(samples, "/ColorSpace/DeviceGray", samples.to_luma8().as_raw()),
        image(samples, "/ColorSpace[/Indexed/DeviceRGB 255 <00>]", samples.to_luma8().as_raw()),
    ];
    let (mut out, mut table) = (b"%PDF-1.7\n".to_vec(), String::new());
    for (number, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.extend([format!("{} 0 obj\n", number + 1).as_bytes(), object, b"\nendobj\n"].concat());
    }
    let at = out.len();
    out.extend(
        format!("xref\n0 9\n0000000000 65535 f \n{table}trailer\n<</Size 9/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n").bytes(),
    );
    out
}

fn desk(people: usize) -> Desk {
    let desk = Desk::with(people);
    desk.write("yard.pdf", &pdf(&scene(21, 420, 320), &scene(22, 260, 200)));
    desk
}

/// The JPEG file in a copy.
fn first_picture(copy: &[u8]) -> Vec<u8> {
    let start = copy.windows(3).position(|w| w == [0xFF, 0xD8, 0xFF]).unwrap();
    copy[start..].to_vec()
}

/// A copy whose images are none.
fn without_pictures(copy: &[u8]) -> Vec<u8> {
    let mut copy = copy.to_vec();
    while let Some(at) = copy.windows(14).position(|w| w == b"/Subtype/Image") {
        copy[at + 9..at + 14].copy_from_slice(b"Other");
    }
    copy
}

#[test]
fn a_copy_and_a_picture_taken_from_it_name_who_had_it() {
    let desk = desk(5);
    let shared = desk.run(&["share", "yard.pdf", "--to", "all", "--plain", "plain"]).ok();
    for words in
        ["page 1, picture 1: 256 marks", "page 1, picture 2: ", "page 1, picture 3 is left as it is: its colours are indexed"]
    {
        assert!(shared.err.contains(words), "{words}: {}", shared.err);
    }
    let copies: Vec<Vec<u8>> = (1..=5).map(|i| std::fs::read(desk.path(&format!("plain/p{i}.pdf"))).unwrap()).collect();
    desk.write("leak.jpg", &damaged(&first_picture(&copies[2])));
    let traced = trace_alone(&desk, "leak.jpg");
    assert_eq!(traced.code, 0, "{}{}", traced.out, traced.err);
    let (persons, voices) = named(&traced);
    assert_eq!((persons, voices["picture"].as_str()), (vec!["p3".to_owned()], Some("fits")));
    let whole = trace_alone(&desk, "plain/p4.pdf");
    let (persons, voices) = named(&whole);
    assert_eq!(persons, ["p4"]);
    assert_eq!((voices["picture"].as_str(), voices["layout"].as_str()), (Some("fits"), Some("fits")), "{voices}");
    let layers = &whole.json()["marks"]["by_layer"];
    for layer in ["picture", "layout"] {
        let of = |what: &str| layers[layer][what].as_u64().unwrap();
        assert!(of("total") > 0 && 50 * of("read") >= 49 * of("total"), "{layers}");
    }
    // A verifier writes all copies again and reads pictures and places again.
    desk.write("report.json", whole.out.as_bytes());
    desk.run(&["item", "open", "yard", "--out", "yard.bundle"]).ok();
    let verified = desk.run(&["verify-trace", "report.json", "--bundle", "yard.bundle"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
}

#[test]
fn a_page_of_one_copy_with_the_picture_of_another_is_said_to_contradict_itself() {
    let desk = desk(4);
    desk.run(&["share", "yard.pdf", "--to", "all", "--plain", "plain"]).ok();
    let copy = std::fs::read(desk.path("plain/p2.pdf")).unwrap();
    desk.write("picture.jpg", &damaged(&first_picture(&copy)));
    desk.write("words.pdf", &without_pictures(&std::fs::read(desk.path("plain/p1.pdf")).unwrap()));
    let arguments = ["trace", "words.pdf", "picture.jpg", "--json"];
    let traced = crate::desk::ran(desk.command(&arguments).env("PATH", "/nonexistent").output().unwrap());
    let copies = traced.json()["copies"].as_array().unwrap().clone();
    let named: Vec<_> = copies.iter().filter(|c| c["named"] == true).collect();
    assert!(!named.is_empty(), "{}{}", traced.out, traced.err);
    for copy in named {
        let (own, other) = if copy["person"] == "p1" { ("layout", "picture") } else { ("picture", "layout") };
        assert_eq!((copy["layers"][own].as_str(), copy["layers"][other].as_str()), (Some("fits"), Some("contradicts")), "{copy}");
    }
}

#[test]
fn a_review_strikes_one_picture_of_a_pdf() {
    let desk = desk(2);
    desk.run(&["marks", "yard.pdf", "--review", "review.toml"]).ok();
    let review = desk.read("review.toml");
    assert_eq!(review.matches("page 1, picture 2").count(), 1, "{review}");
    let struck: String = review
        .split_inclusive("[[mark]]")
        .map(|mark| if mark.contains("page 1, picture 1") { mark.replace("\"keep\"", "\"strike\"") } else { mark.to_owned() })
        .collect();
    desk.write("review.toml", struck.as_bytes());
    desk.run(&["share", "yard.pdf", "--to", "all", "--plain", "plain", "--marks", "review.toml"]).ok();
    let (master, copy) = (std::fs::read(desk.path("yard.pdf")).unwrap(), std::fs::read(desk.path("plain/p1.pdf")).unwrap());
    let image = |file: &[u8]| image::load_from_memory(&first_picture(file)).unwrap();
    assert_eq!(image(&copy), image(&master));
    let shown = desk.run(&["marks", "yard.pdf", "--marks", "review.toml"]).ok();
    assert!(shown.out.contains("page 1, picture 1 is left as it is: the review strikes it"), "{}", shown.out);
    assert!(shown.out.contains("page 1, picture 2: "), "{}", shown.out);
}

#[test]
fn legal_texts_and_words_that_stay_still_have_their_pictures_marked_as_in_word_files() {
    let desk = desk(1);
    for option in ["--legal", "--no-layout"] {
        let shown = desk.run(&["marks", "yard.pdf", option]).ok();
        assert!(shown.out.contains("page 1, picture 1: 256 marks"), "{option}: {}", shown.out);
        assert_eq!(shown.out.contains("words are moved"), option == "--legal", "{}", shown.out);
    }
}
