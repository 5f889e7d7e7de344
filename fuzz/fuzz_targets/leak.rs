//! Leaked text in any wrapping; the first byte chooses the file's name.
#![no_main]

use holm_marks::leak::{attachments, detect, read};

const NAMES: [&str; 8] = ["x.txt", "x.md", "x.html", "x.eml", "x.docx", "x.pdf", "x.png", "x"];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let _read = (detect(rest, name), read(rest, name), attachments(rest));
});
