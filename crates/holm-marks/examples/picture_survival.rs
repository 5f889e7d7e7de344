//! Measures what damaged copies of given pictures still show of their codeword.
//!
//! `cargo run --release -p holm-marks --example picture_survival -- PICTURE...`
//!
//! For each picture and damage: z of the right codeword's score (the log-likelihood that the rows give it) among 1,000 wrong
//! codewords' scores, the best wrong z, the pilot's z, marks read wrongly, and what the rows claim for that number.

use std::io::Cursor;
use std::time::Instant;

use holm_marks::picture::{Patterns, Picture, PictureReading, View};
use image::imageops::FilterType;
use image::{DynamicImage, GenericImage, ImageFormat, Rgb, RgbImage};

/// Wrong codewords that a right one is compared with.
const WRONG: usize = 1000;

type Damage = (&'static str, fn(&DynamicImage) -> DynamicImage);

const DAMAGES: [Damage; 14] = [
    ("none", Clone::clone),
    ("JPEG 30", |i| jpeg(i, 30)),
    ("half, JPEG 60", |i| jpeg(&scaled(i, 0.5), 60)),
    ("crop 25 %", |i| cropped(i, 0.25)),
    ("crop 10 %, JPEG 50", |i| jpeg(&cropped(i, 0.1), 50)),
    ("photograph", photograph),
    ("photograph of crop 25 %", |i| photograph(&cropped(i, 0.25))),
    ("grey", |i| DynamicImage::ImageLuma8(i.to_luma8())),
    ("blur 2", |i| i.blur(2.0)),
    ("turned 7°, JPEG 60", |i| jpeg(&turned(i, 7.0), 60)),
    ("1.7 times, JPEG 50", |i| jpeg(&scaled(i, 1.7), 50)),
    ("on a page, 0.8, JPEG 70", |i| jpeg(&on_a_page(&scaled(i, 0.8)), 70)),
    ("gamma 1.4, JPEG 60", |i| jpeg(&toned(i), 60)),
    ("third, JPEG 70", |i| jpeg(&scaled(i, 1.0 / 3.0), 70)),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        let started = Instant::now();
        let picture = Picture::decode(&bytes)?;
        let decoded = started.elapsed();
        let (width, height) = picture.size();
        let marks = match picture.capacity() {
            Ok(marks) => marks,
            Err(error) => {
                println!("{path}: {width} × {height}, {error}");
                continue;
            }
        };
        println!("{path}: {width} × {height}, {marks} marks ({:.1?} to find out)", started.elapsed() - decoded);
        let started = Instant::now();
        let patterns = Patterns::new([7; 32], marks);
        let template = picture.template(&patterns)?;
        let prepared = started.elapsed();
        let mut random = Random(7);
        let codeword: Vec<u8> = (0..marks).map(|_| random.bit()).collect();
        let copy = template.render(&codeword)?;
        let rendered = started.elapsed();
        let marked = image::load_from_memory(&copy)?;
        println!(
            "  decode {decoded:.0?}, template {:.0?}, copy {:.0?}, {} → {} bytes, PSNR {:.2} dB",
            prepared,
            rendered - prepared,
            bytes.len(),
            copy.len(),
            psnr(&image::load_from_memory(&bytes)?, &marked)
        );
        report("unmarked, JPEG 50", (&picture, &patterns), &jpeg(&image::load_from_memory(&bytes)?, 50), &codeword);
        for (name, damage) in DAMAGES {
            report(name, (&picture, &patterns), &damage(&marked), &codeword);
        }
    }
    Ok(())
}

fn report(name: &str, (picture, patterns): (&Picture, &Patterns), leak: &DynamicImage, codeword: &[u8]) {
    let started = Instant::now();
    let Some(reading) = picture.read(patterns, &View::new(leak)) else {
        println!("  {name:<26} not registered ({:.1?})", started.elapsed());
        return;
    };
    let (right, best) = standing(&reading, codeword);
    let error = |r: &[f64; 2]| r[0].min(r[1]) / (r[0] + r[1]);
    let wrong = reading.rows.iter().zip(codeword).filter(|(r, c)| (r[1] > r[0]) != (**c == 1)).count();
    println!(
        "  {name:<26} z {right:6.2}  best wrong {best:5.2}  pilot {:6.1}  wrong {wrong:3} claimed {:6.1}  of {}  ({} matches, likeness {:.2}, scale {:.2}, shown {:.2}, {:.1?})",
        reading.z,
        reading.rows.iter().map(error).sum::<f64>(),
        codeword.len(),
        reading.matches,
        reading.likeness,
        reading.scale,
        reading.shown,
        started.elapsed()
    );
}

/// z of the right codeword's score and of the best wrong one's.
fn standing(reading: &PictureReading, codeword: &[u8]) -> (f64, f64) {
    let score = |word: &[u8]| -> f64 { reading.rows.iter().zip(word).map(|(r, s)| r[usize::from(*s)].ln()).sum() };
    let mut random = Random(99);
    let wrong: Vec<f64> = (0..WRONG).map(|_| score(&codeword.iter().map(|_| random.bit()).collect::<Vec<u8>>())).collect();
    let mean = wrong.iter().sum::<f64>() / WRONG as f64;
    let spread = (wrong.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / WRONG as f64).sqrt().max(1e-12);
    let best = wrong.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    ((score(codeword) - mean) / spread, (best - mean) / spread)
}

fn psnr(a: &DynamicImage, b: &DynamicImage) -> f64 {
    let (a, b) = (a.to_rgb8(), b.to_rgb8());
    let squares: f64 = a.iter().zip(b.iter()).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
    10.0 * (255.0f64.powi(2) * a.len() as f64 / squares.max(1e-9)).log10()
}

fn jpeg(image: &DynamicImage, quality: u8) -> DynamicImage {
    let mut bytes = Cursor::new(Vec::new());
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
    match DynamicImage::ImageRgb8(image.to_rgb8()).write_with_encoder(encoder) {
        Ok(()) => image::load_from_memory_with_format(bytes.get_ref(), ImageFormat::Jpeg).unwrap_or_default(),
        Err(_) => DynamicImage::default(),
    }
}

fn scaled(image: &DynamicImage, by: f64) -> DynamicImage {
    let size = |n: u32| (f64::from(n) * by).round() as u32;
    image.resize_exact(size(image.width()), size(image.height()), FilterType::Triangle)
}

/// A crop of this share of the area, off the middle.
fn cropped(image: &DynamicImage, area: f64) -> DynamicImage {
    let part = |n: u32| (f64::from(n) * area.sqrt()) as u32;
    let (width, height) = (part(image.width()), part(image.height()));
    image.crop_imm((image.width() - width) / 2 + 13, (image.height() - height) / 3 + 5, width, height)
}

fn turned(image: &DynamicImage, degrees: f64) -> DynamicImage {
    let (w, h) = (f64::from(image.width()), f64::from(image.height()));
    let (sin, cos) = degrees.to_radians().sin_cos();
    warped(image, (w * 1.1) as u32, (h * 1.1) as u32, |x, y| {
        let (dx, dy) = (x - w * 0.55, y - h * 0.55);
        [cos * dx + sin * dy + w / 2.0, cos * dy - sin * dx + h / 2.0]
    })
}

/// Seen at an angle by a camera: perspective, shading, defocus, noise, JPEG 35.
fn photograph(image: &DynamicImage) -> DynamicImage {
    let (w, h) = (f64::from(image.width()), f64::from(image.height()));
    let seen = warped(image, (w * 1.25) as u32, (h * 1.25) as u32, |x, y| {
        let (u, v) = (x - 0.125 * w, y - 0.125 * h);
        let depth = 1.0 + 0.10 * (u / w - 0.5) + 0.06 * (v / h - 0.5);
        let (cx, cy) = (u - w / 2.0, v - h / 2.0);
        [w / 2.0 + (1.02 * cx + 0.04 * cy) / depth, h / 2.0 + (1.01 * cy - 0.05 * cx) / depth]
    });
    let mut soft = seen.blur(1.0).to_rgb8();
    let mut random = Random(3);
    for (x, y, pixel) in soft.enumerate_pixels_mut() {
        let light = 0.85 + 0.2 * f64::from(x) / (1.25 * w) - 0.1 * f64::from(y) / (1.25 * h);
        pixel.0 = pixel.0.map(|v| (f64::from(v) * light + 6.0 + 3.0 * random.normal()).clamp(0.0, 255.0) as u8);
    }
    jpeg(&DynamicImage::ImageRgb8(soft), 35)
}

/// A screenshot: the picture on a larger page with lines of text-like strokes.
fn on_a_page(image: &DynamicImage) -> DynamicImage {
    let (w, h) = (image.width(), image.height());
    let mut page = RgbImage::from_pixel(w * 2, h * 2, Rgb([250; 3]));
    let mut random = Random(5);
    for line in 0..h * 2 / 18 {
        for x in 10..w * 2 - 10 {
            if random.bit() == 1 && random.bit() == 1 {
                (0..10)
                    .filter(|d| (d * 7 + x) % 5 < 3)
                    .for_each(|d| page.put_pixel(x, (line * 18 + d).min(h * 2 - 1), Rgb([30; 3])));
            }
        }
    }
    match page.copy_from(&image.to_rgb8(), w / 3, h / 2) {
        Ok(()) => DynamicImage::ImageRgb8(page),
        Err(_) => DynamicImage::default(),
    }
}

fn toned(image: &DynamicImage) -> DynamicImage {
    let mut out = image.to_rgb8();
    out.iter_mut().for_each(|v| *v = (255.0 * (f64::from(*v) / 255.0).powf(1.4)) as u8);
    DynamicImage::ImageRgb8(out)
}

/// The picture seen through a map from the output's pixels to its own; grey outside.
fn warped(image: &DynamicImage, width: u32, height: u32, map: impl Fn(f64, f64) -> [f64; 2]) -> DynamicImage {
    let source = image.to_rgb8();
    let at = |x: f64, y: f64, c: usize| f64::from(source.get_pixel(x as u32, y as u32).0[c]);
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        let [u, v] = map(f64::from(x), f64::from(y));
        if u < 0.0 || v < 0.0 || u >= f64::from(source.width() - 1) || v >= f64::from(source.height() - 1) {
            return Rgb([110, 105, 98]);
        }
        let (fx, fy) = (u.fract(), v.fract());
        Rgb([0, 1, 2].map(|c| {
            let upper = at(u, v, c) * (1.0 - fx) + at(u + 1.0, v, c) * fx;
            let lower = at(u, v + 1.0, c) * (1.0 - fx) + at(u + 1.0, v + 1.0, c) * fx;
            (upper * (1.0 - fy) + lower * fy).round() as u8
        }))
    }))
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn bit(&mut self) -> u8 {
        (self.next() >> 63) as u8
    }

    /// Standard normal, as a sum of twelve uniforms.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| (self.next() >> 11) as f64 / (1u64 << 53) as f64).sum::<f64>() - 6.0
    }
}
