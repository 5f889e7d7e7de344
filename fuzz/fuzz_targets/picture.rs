//! A picture of a page, and a picture to be shared.
#![no_main]

use holm_marks::picture::{Patterns, Picture};
use holm_marks::raster::Raster;

/// More pixels only take longer.
const SMALL: usize = 1 << 16;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(pages) = Raster::decode(bytes) {
        for page in pages.iter().take(2).filter(|p| p.width() * p.height() <= SMALL) {
            assert_eq!(page.pixels().len(), page.width() * page.height());
            assert_eq!(page.flattened().turned(1).width(), page.height());
        }
    }
    if let Ok(picture) = Picture::decode(bytes) {
        let (width, height) = picture.size();
        if (width as usize) * (height as usize) <= SMALL {
            let marks = picture.capacity().unwrap_or(0);
            if let Ok(copy) = picture.embed(&Patterns::new([0; 32], marks), &vec![1; marks]) {
                assert_eq!(Picture::decode(&copy).unwrap().size(), (width, height));
            }
        }
    }
});
