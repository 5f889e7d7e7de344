//! Labels written into a document of any bytes; the first byte chooses its format.
//!
//! As in `docx`, a Word document's input is its main part's XML unless it is a package itself.
#![no_main]

use std::io::{Cursor, Write};

use holm_marks::carrier::Master;
use holm_marks::carrier::label::{Labels, label};
use zip::write::SimpleFileOptions;

fn package(part: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("[Content_Types].xml", &b"<Types/>"[..]), ("word/document.xml", part)] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let name = ["x.pdf", "x.docx", "x.md", "x.txt"][usize::from(*first) % 4];
    let file = if name == "x.docx" && !rest.starts_with(b"PK") { package(rest) } else { rest.to_vec() };
    let Ok(before) = Master::parse(&file, name) else { return };
    let labels = Labels { banner: "TLP:AMBER//SIENA:H2", portion: "TLP:A//H2", known: &|inside| inside == "TLP:R" };
    let Ok(labelled) = label(&file, name, &labels) else { return };
    let after = Master::parse(&labelled.bytes, name).expect("what is labelled is a document still");
    // Of a row of stars, how many are text depends on what stands before them.
    let letters = |m: &Master| m.blocks().iter().map(|b| b.text.chars().filter(|c| c.is_alphanumeric()).count()).sum::<usize>();
    assert!(letters(&after) >= letters(&before), "no word of the document is lost");
});
