//! A leaked PDF: its words where they stand.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(pages) = holm_marks::pdf::leaked_pages(bytes) {
        for word in pages.iter().flat_map(|p| &p.seen.lines).flatten() {
            assert!(word.left <= word.right && word.top <= word.bottom, "{word:?}");
            assert!([word.left, word.right, word.top, word.bottom].iter().all(|v| v.is_finite()), "{word:?}");
        }
    }
});
