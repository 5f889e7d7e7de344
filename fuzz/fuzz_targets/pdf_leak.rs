//! A leaked PDF: its words where they stand, and its pictures.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for view in holm_marks::leak::views(bytes, "x.pdf") {
        assert!(view.size().0 > 0 && view.size().1 > 0);
    }
    if let Ok(pages) = holm_marks::pdf::leaked_pages(bytes) {
        for word in pages.iter().flat_map(|p| &p.seen.lines).flatten() {
            assert!(word.left <= word.right && word.top <= word.bottom, "{word:?}");
            assert!([word.left, word.right, word.top, word.bottom].iter().all(|v| v.is_finite()), "{word:?}");
        }
    }
});
