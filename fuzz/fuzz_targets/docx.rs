//! A Word document: read as a leak, and shared as an item with every second word moved.
//!
//! The input is the main part's XML unless it is a package itself, since no fuzzer invents checksums.
#![no_main]

use std::io::{Cursor, Write};

use holm_marks::carrier::Master;
use holm_marks::document::Block;
use holm_marks::find::find;
use holm_marks::mark::Mark;
use zip::write::SimpleFileOptions;

fn package(part: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("[Content_Types].xml", &b"<Types/>"[..]), ("word/document.xml", part)] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Marks that move every second word.
fn moved(blocks: &[Block]) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let mut at = 0;
        for (i, word) in block.text.split(' ').enumerate() {
            if i % 2 == 1 && !word.is_empty() {
                marks.push(holm_marks::layout::mark((index, at..at + word.len()), 10.0));
            }
            at += word.len() + 1;
        }
    }
    marks
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let file = if bytes.starts_with(b"PK") { bytes.to_vec() } else { package(bytes) };
    let read = holm_marks::leak::read(&file, "x.docx");
    let Ok(master) = Master::parse(&file, "x.docx") else { return };
    assert!(read.is_ok(), "what can be shared can be read");
    let Ok(found) = find(master.blocks(), None) else { return };
    let mut marks: Vec<Mark> = found.into_iter().map(|f| f.mark).collect();
    marks.extend(moved(master.blocks()));
    marks.retain(|m| m.sites.iter().all(|s| master.can_carry(m, s)));
    if let Ok(template) = master.template(&marks) {
        let _left = template.left_over();
        if let Ok(copy) = template.render(&vec![1; marks.len()]) {
            Master::parse(&copy, "x.docx").unwrap();
        }
    }
});
