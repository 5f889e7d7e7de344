//! Pictures of pages: grey pixels, decoded with limits, flattened and sampled between pixels.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

/// Pixels that a picture may have: an A3 page at 600 dpi has 70 million.
pub const MOST_PIXELS: u64 = 120_000_000;
/// Pages of a TIFF file that are read.
pub const MOST_PAGES: usize = 500;
/// Pixels that all pages of a TIFF file may have together: 130 pages of A4 at 300 dpi.
pub const MOST_PIXELS_OF_PAGES: u64 = 10 * MOST_PIXELS;

/// A picture that cannot be read.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum RasterError {
    /// Damaged or of a kind that is not read.
    #[error("the picture cannot be read ({0}); save it as PNG and try again")]
    Damaged(String),
    /// More pixels than any scan.
    #[error("the picture has more than {} million pixels; scale it down or cut it", MOST_PIXELS / 1_000_000)]
    Large,
    /// A side longer than decoders count.
    #[error("a side of the picture is longer than {LONGEST} pixels; scale it down or cut it")]
    Long,
    /// Too many of them.
    #[error(
        "the pages of this picture have more than {} million pixels together; give them in several files",
        MOST_PIXELS_OF_PAGES / 1_000_000
    )]
    Pages,
}

/// Longest side in pixels: a JPEG's is given in 16 bits, and what decoders add to it for whole blocks must still fit.
pub(crate) const LONGEST: u32 = 65_500;

/// A grey picture; 0 is black. Pixel (i, j) covers [i, i + 1) × [j, j + 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raster {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// Whether these bytes begin as a picture that can be read.
#[must_use]
pub fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n")
        || bytes.starts_with(&[0xff, 0xd8, 0xff])
        || bytes.starts_with(b"II*\0")
        || bytes.starts_with(b"MM\0*")
}

impl Raster {
    /// Takes rows of grey pixels; `None` if there are fewer than `width × height`.
    #[must_use]
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Option<Self> {
        (width.checked_mul(height)? == pixels.len() && width > 0 && height > 0).then_some(Self { width, height, pixels })
    }

    /// Decodes PNG, JPEG or TIFF; every page of a TIFF, turned as its camera says.
    ///
    /// # Errors
    /// [`RasterError`].
    pub fn decode(bytes: &[u8]) -> Result<Vec<Self>, RasterError> {
        if is_tiff(bytes) {
            return tiff_pages(bytes);
        }
        let damaged = |e: image::ImageError| match e {
            image::ImageError::Limits(_) => RasterError::Large,
            other => RasterError::Damaged(other.to_string()),
        };
        let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
        let mut reader = reader.map_err(|e| RasterError::Damaged(e.to_string()))?;
        reader.limits(limits());
        let mut decoder = reader.into_decoder().map_err(damaged)?;
        let (width, height) = decoder.dimensions();
        if width.max(height) > LONGEST {
            return Err(RasterError::Long);
        }
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(RasterError::Large);
        }
        let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
        image.apply_orientation(turned);
        Ok(vec![Self::of(&image)?])
    }

    /// Width and height of each page, as far as the file's header says: nothing is decoded.
    ///
    /// # Errors
    /// [`RasterError`].
    pub fn sizes(bytes: &[u8]) -> Result<Vec<(u32, u32)>, RasterError> {
        let damaged = |e: String| RasterError::Damaged(e);
        if is_tiff(bytes) {
            let mut sizes = Vec::new();
            each_tiff_page(bytes, |decoder| {
                sizes.push(decoder.dimensions().map_err(|e| damaged(e.to_string()))?);
                Ok(())
            })?;
            return Ok(sizes);
        }
        let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|e| damaged(e.to_string()))?;
        Ok(vec![reader.into_dimensions().map_err(|e| damaged(e.to_string()))?])
    }

    /// One page alone, from 0; `None` if there are fewer.
    ///
    /// # Errors
    /// [`RasterError`].
    pub fn decode_page(bytes: &[u8], page: usize) -> Result<Option<Self>, RasterError> {
        if !is_tiff(bytes) {
            return if page == 0 { Ok(Self::decode(bytes)?.pop()) } else { Ok(None) };
        }
        let (mut number, mut found) = (0, None);
        each_tiff_page(bytes, |decoder| {
            if number == page {
                found = Some(tiff_page(decoder)?);
            }
            number += 1;
            Ok(())
        })?;
        Ok(found)
    }

    /// Reads a binary grey map of 8 bits (Netpbm's PGM, `P5`); `None` if it is none.
    #[must_use]
    pub fn from_pgm(bytes: &[u8]) -> Option<Self> {
        let mut numbers = [0_usize; 3];
        let mut at = bytes.strip_prefix(b"P5").map(|_| 2)?;
        for number in &mut numbers {
            while bytes.get(at)?.is_ascii_whitespace() {
                at += 1;
            }
            let start = at;
            while bytes.get(at)?.is_ascii_digit() {
                at += 1;
            }
            *number = std::str::from_utf8(bytes.get(start..at)?).ok()?.parse().ok()?;
        }
        let [width, height, most] = numbers;
        let pixels = bytes.get(at + 1..at + 1 + width.checked_mul(height)?)?;
        if most == 255 { Self::new(width, height, pixels.to_vec()) } else { None }
    }

    fn of(image: &DynamicImage) -> Result<Self, RasterError> {
        let grey = if image.color().has_alpha() { over_white(image) } else { image.to_luma8().into_raw() };
        let (width, height) = (image.width() as usize, image.height() as usize);
        Self::new(width, height, grey).ok_or_else(|| RasterError::Damaged("it has no pixels".to_owned()))
    }

    /// Pixels across.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels down.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// Rows of grey pixels.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The pixels of a row; none below the picture.
    #[must_use]
    pub fn row(&self, y: usize) -> &[u8] {
        y.checked_mul(self.width).and_then(|from| self.pixels.get(from..from + self.width)).unwrap_or_default()
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        let (x, y) = (x.min(self.width - 1), y.min(self.height - 1));
        self.pixels.get(y * self.width + x).copied().map_or(255.0, f32::from)
    }

    /// The value at a point between pixels, bilinear; the edge goes on outside.
    #[must_use]
    pub fn sample(&self, x: f64, y: f64) -> f32 {
        let (x, y) = ((x - 0.5).clamp(0.0, self.width as f64), (y - 0.5).clamp(0.0, self.height as f64));
        // Through i32, which processors convert to and from at once.
        let (i, j) = (x as i32, y as i32);
        let (fx, fy) = ((x - f64::from(i)) as f32, (y - f64::from(j)) as f32);
        let (i, j) = (i as usize, j as usize);
        let from = j * self.width + i;
        if i + 1 < self.width
            && let Some([a, b]) = self.pixels.get(from..from + 2)
            && let Some([c, d]) = self.pixels.get(from + self.width..from + self.width + 2)
        {
            let [a, b, c, d] = [*a, *b, *c, *d].map(f32::from);
            let (top, bottom) = (a * (1.0 - fx) + b * fx, c * (1.0 - fx) + d * fx);
            return top * (1.0 - fy) + bottom * fy;
        }
        let top = self.at(i, j) * (1.0 - fx) + self.at(i + 1, j) * fx;
        let bottom = self.at(i, j + 1) * (1.0 - fx) + self.at(i + 1, j + 1) * fx;
        top * (1.0 - fy) + bottom * fy
    }

    /// The picture at another size, row by row as [`Self::sample`] would give it: `scale` is pixels of this picture to one of
    /// the new one.
    pub(crate) fn resampled(&self, width: usize, height: usize, scale: f64) -> impl Iterator<Item = Vec<f32>> + '_ {
        let between = move |at: usize, end: usize| {
            let x = ((at as f64 + 0.5) * scale - 0.5).clamp(0.0, end as f64);
            let low = x as usize;
            (low.min(end - 1), (low + 1).min(end - 1), (x - low as f64) as f32)
        };
        let columns: Vec<(usize, usize, f32)> = (0..width).map(|x| between(x, self.width)).collect();
        (0..height).map(move |y| {
            let (upper, lower, fy) = between(y, self.height);
            let (upper, lower) = (self.row(upper), self.row(lower));
            let mixed = |row: &[u8], (i, j, f): (usize, usize, f32)| f32::from(row[i]) * (1.0 - f) + f32::from(row[j]) * f;
            columns.iter().map(|c| mixed(upper, *c) * (1.0 - fy) + mixed(lower, *c) * fy).collect()
        })
    }

    /// Encodes as PNG, quickly.
    ///
    /// # Errors
    /// [`RasterError::Damaged`] if the encoder fails.
    pub fn to_png(&self) -> Result<Vec<u8>, RasterError> {
        use image::ImageEncoder;
        use image::codecs::png::{CompressionType, FilterType, PngEncoder};
        let mut out = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut out, CompressionType::Fast, FilterType::Sub);
        let size = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        encoder
            .write_image(&self.pixels, size(self.width), size(self.height), image::ExtendedColorType::L8)
            .map_err(|e| RasterError::Damaged(e.to_string()))?;
        Ok(out)
    }

    /// Encodes as JPEG to be looked at, made smaller if a side is longer than this many pixels.
    ///
    /// # Errors
    /// [`RasterError::Damaged`] if the encoder fails.
    pub fn to_jpeg(&self, longest: u32) -> Result<Vec<u8>, RasterError> {
        const QUALITY: u8 = 80;
        let damaged = |what: &str| RasterError::Damaged(what.to_owned());
        let size = |n: usize| u32::try_from(n).map_err(|_| damaged("it is too large"));
        let image = image::GrayImage::from_raw(size(self.width)?, size(self.height)?, self.pixels.clone());
        let image = image.ok_or_else(|| damaged("it has too few pixels"))?;
        let scale = (f64::from(longest.min(LONGEST)) / f64::from(image.width().max(image.height()))).min(1.0);
        let [width, height] = [image.width(), image.height()].map(|n| ((f64::from(n) * scale).round() as u32).max(1));
        let image = if scale < 1.0 { image::imageops::thumbnail(&image, width, height) } else { image };
        let mut out = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, QUALITY);
        image.write_with_encoder(encoder).map_err(|e| RasterError::Damaged(e.to_string()))?;
        Ok(out)
    }

    /// The picture turned by quarters to the right.
    #[must_use]
    pub fn turned(&self, quarters: usize) -> Self {
        let (w, h) = (self.width, self.height);
        let from = |x: usize, y: usize| match quarters % 4 {
            1 => (y, h - 1 - x),
            2 => (w - 1 - x, h - 1 - y),
            3 => (w - 1 - y, x),
            _ => (x, y),
        };
        let (width, height) = if quarters % 2 == 1 { (h, w) } else { (w, h) };
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..height {
            for x in 0..width {
                let (i, j) = from(x, y);
                pixels.push(self.pixels[j * w + i]);
            }
        }
        Self { width, height, pixels }
    }

    /// The picture enlarged by a whole factor, bilinear.
    #[must_use]
    pub fn enlarged(&self, factor: usize) -> Self {
        let (width, height) = (self.width * factor, self.height * factor);
        let f = factor as f64;
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                pixels.push(self.sample((x as f64 + 0.5) / f, (y as f64 + 0.5) / f).round() as u8);
            }
        }
        Self { width, height, pixels }
    }

    /// Paper made white: each pixel against the brightness of the paper around it, so that shadows and uneven light go.
    #[must_use]
    pub fn flattened(&self) -> Self {
        let tile = (self.width.min(self.height) / 40).clamp(16, 96);
        let (across, down) = (self.width.div_ceil(tile), self.height.div_ceil(tile));
        let mut paper = vec![0.0_f32; across * down];
        for ty in 0..down {
            for tx in 0..across {
                paper[ty * across + tx] = self.paper(tx * tile, ty * tile, tile);
            }
        }
        // A tile full of ink takes the brightest of its neighbours.
        let lifted: Vec<f32> = (0..across * down)
            .map(|at| {
                let (tx, ty) = (at % across, at / across);
                let around = |v: usize, end: usize| v.saturating_sub(1)..=(v + 1).min(end - 1);
                let near = around(ty, down).flat_map(|y| around(tx, across).map(move |x| (x, y)));
                near.map(|(x, y)| paper[y * across + x]).fold(1.0, f32::max)
            })
            .collect();
        let grid =
            Raster { width: across, height: down, pixels: lifted.iter().map(|v| v.round().clamp(1.0, 255.0) as u8).collect() };
        let mut pixels = Vec::with_capacity(self.pixels.len());
        let rows = self.pixels.chunks_exact(self.width);
        for (row, light) in rows.zip(grid.resampled(self.width, self.height, 1.0 / tile as f64)) {
            let even = |(value, light): (&u8, f32)| (f32::from(*value) / light.max(8.0) * 250.0).clamp(0.0, 255.0) as u8;
            pixels.extend(row.iter().zip(light).map(even));
        }
        Self { width: self.width, height: self.height, pixels }
    }

    /// The value that nine in ten pixels of a tile stay below.
    fn paper(&self, x0: usize, y0: usize, tile: usize) -> f32 {
        let mut counts = [0_u32; 256];
        let mut all = 0;
        for y in y0..(y0 + tile).min(self.height) {
            for value in self.pixels.get(y * self.width + x0..y * self.width + (x0 + tile).min(self.width)).unwrap_or_default() {
                counts[usize::from(*value)] += 1;
                all += 1;
            }
        }
        let mut above = 0;
        for (value, count) in counts.iter().enumerate().rev() {
            above += count;
            if above * 10 >= all {
                return value as f32;
            }
        }
        0.0
    }

    /// The picture as seen through `map`, which gives for a point of the new picture the point of this one; white outside.
    #[must_use]
    pub fn warped(&self, width: usize, height: usize, map: impl Fn(f64, f64) -> (f64, f64)) -> Self {
        let mut pixels = Vec::with_capacity(width * height);
        let inside = |x: f64, y: f64| x >= 0.0 && y >= 0.0 && x <= self.width as f64 && y <= self.height as f64;
        for y in 0..height {
            for x in 0..width {
                let (u, v) = map(x as f64 + 0.5, y as f64 + 0.5);
                pixels.push(if inside(u, v) { self.sample(u, v).round() as u8 } else { 255 });
            }
        }
        Self { width, height, pixels }
    }

    /// Blurred by a Gaussian of this standard deviation in pixels.
    #[must_use]
    pub fn blurred(&self, deviation: f64) -> Self {
        if deviation <= 0.0 {
            return self.clone();
        }
        let reach = (3.0 * deviation).ceil() as usize;
        let square = |tap: usize| (tap as f64 - reach as f64).powi(2) / (deviation * deviation);
        let kernel: Vec<f32> = (0..=2 * reach).map(|tap| (-0.5 * square(tap)).exp() as f32).collect();
        let total: f32 = kernel.iter().sum();
        // Whole rows at a time, each tap added to all pixels at once.
        let mut across = vec![0.0_f32; self.pixels.len()];
        for (row, sums) in self.pixels.chunks_exact(self.width).zip(across.chunks_exact_mut(self.width)) {
            let (first, last) = (f32::from(row[0]), f32::from(row[self.width - 1]));
            let inner = row.iter().map(|v| f32::from(*v));
            let padded: Vec<f32> =
                std::iter::repeat_n(first, reach).chain(inner).chain(std::iter::repeat_n(last, reach)).collect();
            for (tap, k) in kernel.iter().enumerate() {
                sums.iter_mut().zip(&padded[tap..]).for_each(|(sum, v)| *sum += k * v);
            }
            sums.iter_mut().for_each(|sum| *sum /= total);
        }
        let mut pixels = Vec::with_capacity(self.pixels.len());
        let mut sums = vec![0.0_f32; self.width];
        for y in 0..self.height {
            sums.fill(0.0);
            for (tap, k) in kernel.iter().enumerate() {
                let from = (y + tap).saturating_sub(reach).min(self.height - 1) * self.width;
                sums.iter_mut().zip(&across[from..from + self.width]).for_each(|(sum, v)| *sum += k * v);
            }
            pixels.extend(sums.iter().map(|sum| (sum / total).round().clamp(0.0, 255.0) as u8));
        }
        Self { width: self.width, height: self.height, pixels }
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(100_000);
    limits.max_image_height = Some(100_000);
    limits.max_alloc = Some(MOST_PIXELS * 8);
    limits
}

/// A picture with transparent parts as it looks on paper.
fn over_white(image: &DynamicImage) -> Vec<u8> {
    let pixels = image.to_luma_alpha8().into_raw();
    let blend = |p: &[u8]| match p {
        [value, alpha] => {
            let (value, alpha) = (u32::from(*value), u32::from(*alpha));
            ((value * alpha + 255 * (255 - alpha)) / 255) as u8
        }
        _ => 255,
    };
    pixels.chunks(2).map(blend).collect()
}

fn is_tiff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*")
}

fn tiff_damaged(error: tiff::TiffError) -> RasterError {
    match error {
        tiff::TiffError::LimitsExceeded => RasterError::Large,
        other => RasterError::Damaged(other.to_string()),
    }
}

/// The page that a decoder stands at.
fn tiff_page(decoder: &mut TiffDecoder<'_>) -> Result<Raster, RasterError> {
    let (width, height) = decoder.dimensions().map_err(tiff_damaged)?;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(RasterError::Large);
    }
    let colours = decoder.colortype().map_err(tiff_damaged)?;
    let image = decoder.read_image().map_err(tiff_damaged)?;
    tiff_grey(width as usize, height as usize, colours, image)
}

fn tiff_pages(bytes: &[u8]) -> Result<Vec<Raster>, RasterError> {
    // All sizes first: many directories may share one strip, so that a small file has many large pages.
    let mut all = 0;
    each_tiff_page(bytes, |decoder| {
        let (width, height) = decoder.dimensions().map_err(tiff_damaged)?;
        let pixels = u64::from(width) * u64::from(height);
        all += pixels;
        match all {
            _ if pixels > MOST_PIXELS => Err(RasterError::Large),
            all if all > MOST_PIXELS_OF_PAGES => Err(RasterError::Pages),
            _ => Ok(()),
        }
    })?;
    let mut pages = Vec::new();
    each_tiff_page(bytes, |decoder| {
        pages.push(tiff_page(decoder)?);
        Ok(())
    })?;
    Ok(pages)
}

type TiffDecoder<'b> = tiff::decoder::Decoder<Cursor<&'b [u8]>>;

/// Visits the pages of a TIFF file, up to [`MOST_PAGES`].
fn each_tiff_page<'b>(
    bytes: &'b [u8],
    mut visit: impl FnMut(&mut TiffDecoder<'b>) -> Result<(), RasterError>,
) -> Result<(), RasterError> {
    let damaged = |e: tiff::TiffError| RasterError::Damaged(e.to_string());
    let mut limits = tiff::decoder::Limits::default();
    limits.decoding_buffer_size = usize::try_from(MOST_PIXELS * 4).unwrap_or(usize::MAX);
    let mut decoder = tiff::decoder::Decoder::new(Cursor::new(bytes)).map_err(damaged)?.with_limits(limits);
    for _ in 0..MOST_PAGES {
        visit(&mut decoder)?;
        if !decoder.more_images() {
            break;
        }
        decoder.next_image().map_err(damaged)?;
    }
    Ok(())
}

fn tiff_grey(
    width: usize,
    height: usize,
    colours: tiff::ColorType,
    image: tiff::decoder::DecodingResult,
) -> Result<Raster, RasterError> {
    use tiff::decoder::DecodingResult::{U8, U16};
    let unread = || RasterError::Damaged(format!("its pixels are of a kind that is not read: {colours:?}"));
    let bytes: Vec<u8> = match image {
        U8(values) => values,
        U16(values) => values.into_iter().map(|v| (v >> 8) as u8).collect(),
        _ => return Err(unread()),
    };
    let luma = |r: u8, g: u8, b: u8| ((u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000) as u8;
    let grey = match colours {
        tiff::ColorType::Gray(1) if bytes.len() < width * height => unpack_bits(&bytes, width, height),
        tiff::ColorType::Gray(8 | 16) => bytes,
        tiff::ColorType::GrayA(8 | 16) => bytes.chunks(2).filter_map(|p| p.first().copied()).collect(),
        tiff::ColorType::RGB(8 | 16) => bytes.chunks(3).map(|p| if let [r, g, b] = p { luma(*r, *g, *b) } else { 255 }).collect(),
        tiff::ColorType::RGBA(8 | 16) => {
            bytes.chunks(4).map(|p| if let [r, g, b, _] = p { luma(*r, *g, *b) } else { 255 }).collect()
        }
        tiff::ColorType::CMYK(8 | 16) => bytes
            .chunks(4)
            .map(|p| {
                let [c, m, y, k] = p else { return 255 };
                let ink = |v: u8| ((255 - u32::from(v)) * (255 - u32::from(*k)) / 255) as u8;
                luma(ink(*c), ink(*m), ink(*y))
            })
            .collect(),
        _ => return Err(unread()),
    };
    Raster::new(width, height, grey).ok_or_else(unread)
}

/// Rows of bits, each row from a byte of its own, as grey pixels.
fn unpack_bits(bytes: &[u8], width: usize, height: usize) -> Vec<u8> {
    let row = width.div_ceil(8);
    let bit = |x: usize, y: usize| bytes.get(y * row + x / 8).is_some_and(|b| b >> (7 - x % 8) & 1 == 1);
    (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| if bit(x, y) { 255 } else { 0 }).collect()
}
