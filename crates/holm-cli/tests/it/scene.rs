//! Made pictures that can be marked and found again.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u32) -> u32 {
        (self.next() % u64::from(n)) as u32
    }
}

/// Noise of several sizes with boxes on it.
pub(crate) fn scene(seed: u64, width: u32, height: u32) -> DynamicImage {
    let mut random = Random(seed);
    let mut level = vec![120.0f32; (width * height) as usize];
    for (step, strength) in [(48u32, 60.0f32), (16, 35.0), (5, 20.0), (2, 8.0)] {
        let across = width / step + 2;
        let grid: Vec<f32> = (0..across * (height / step + 2)).map(|_| random.below(1000) as f32 / 1000.0 - 0.5).collect();
        for y in 0..height {
            for x in 0..width {
                level[(y * width + x) as usize] += strength * grid[(y / step * across + x / step) as usize];
            }
        }
    }
    for _ in 0..60 {
        let (left, top) = (random.below(width), random.below(height));
        let (w, h, by) = (8 + random.below(50), 8 + random.below(40), random.below(120) as f32 - 60.0);
        for y in top..(top + h).min(height) {
            for x in left..(left + w).min(width) {
                level[(y * width + x) as usize] += by;
            }
        }
    }
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        let v = level[(y * width + x) as usize];
        Rgb([v + 10.0, v, v - 12.0].map(|c| c.clamp(0.0, 255.0) as u8))
    }))
}

pub(crate) fn bytes(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}
