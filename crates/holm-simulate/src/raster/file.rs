//! Page images as files.

use std::io::Cursor;

use image::codecs::jpeg::{JpegEncoder, PixelDensity};
use image::{DynamicImage, GrayImage, ImageFormat};

/// The image after a JPEG encoder of this quality, and the file; `dpi` is written where the device knows it.
#[expect(clippy::expect_used, reason = "INVARIANT: sides are between 1 and 65,535 pixels and memory does not refuse writes")]
pub(super) fn jpeg(image: &DynamicImage, quality: u8, dpi: Option<f64>) -> (DynamicImage, Vec<u8>) {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, quality);
    if let Some(dpi) = dpi {
        encoder.set_pixel_density(PixelDensity::dpi(dpi.round() as u16));
    }
    image.write_with_encoder(encoder).expect("a JPEG is written");
    let seen = image::load_from_memory_with_format(&file, ImageFormat::Jpeg).expect("a JPEG just written is read");
    (seen, file)
}

/// The image as a PNG file.
#[expect(clippy::expect_used, reason = "INVARIANT: the image has pixels and memory does not refuse writes")]
pub(super) fn png(image: &DynamicImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, ImageFormat::Png).expect("a PNG is written");
    file.into_inner()
}

/// A black-and-white image as a TIFF file of one bit a pixel, uncompressed (TIFF 6.0, section 3), with its resolution.
pub(super) fn bilevel_tiff(image: &GrayImage, dpi: [f64; 2]) -> Vec<u8> {
    const ENTRIES: u32 = 12;
    const LONG: u16 = 4;
    const RATIONAL: u16 = 5;
    let bits = packed(image);
    // Header, count, entries and the end of the list, then two rationals, then the pixels.
    let rationals = 8 + 2 + ENTRIES * 12 + 4;
    let pixels = rationals + 16;
    let (width, height) = image.dimensions();
    // Tags of table 1 of the specification, in order: black is zero, one strip, inches.
    let entries: [(u16, u16, u32); ENTRIES as usize] = [
        (256, LONG, width),
        (257, LONG, height),
        (258, LONG, 1),
        (259, LONG, 1),
        (262, LONG, 1),
        (273, LONG, pixels),
        (277, LONG, 1),
        (278, LONG, height),
        (279, LONG, bits.len() as u32),
        (282, RATIONAL, rationals),
        (283, RATIONAL, rationals + 8),
        (296, LONG, 2),
    ];
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend((ENTRIES as u16).to_le_bytes());
    for (tag, kind, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend([1_u32.to_le_bytes(), value.to_le_bytes()].concat());
    }
    file.extend(0_u32.to_le_bytes());
    for dpi in dpi {
        file.extend([(dpi.round() as u32).to_le_bytes(), 1_u32.to_le_bytes()].concat());
    }
    file.extend(bits);
    file
}

/// Rows of bits, highest first, each row from a byte of its own; 1 is white.
fn packed(image: &GrayImage) -> Vec<u8> {
    let width = image.width().max(1) as usize;
    let byte = |pixels: &[u8]| pixels.iter().enumerate().fold(0, |b, (i, p)| b | (p >> 7) << (7 - i));
    image.as_raw().chunks_exact(width).flat_map(|row| row.chunks(8).map(byte)).collect()
}
