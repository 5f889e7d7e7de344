//! Writing copies: the master plus the patterns of its marks.

use std::sync::Arc;

use image::DynamicImage;

use super::format::{Decoded, PictureFormat};
use super::mask::Mask;
use super::spread::{BLOCK, Cosine, Deal, Grid, Patterns, SplitMix, WAVES, basis, cosines};
use super::{Picture, PictureError};

/// Mean squared difference that a copy may have from its master, in grey levels: 40.3 dB under 255².
const DIFFERENCE: f64 = 6.07;
/// What rounding with dither adds.
const ROUNDING: f64 = 1.0 / 6.0;
/// How far marks may be strengthened beyond the mask where a picture's texture leaves room below [`DIFFERENCE`].
const STRONGEST: f64 = 1.25;
/// JPEG qualities tried: the first whose own loss leaves most of [`DIFFERENCE`] to the marks.
const QUALITIES: [u8; 5] = [92, 94, 96, 98, 100];
/// Share of [`DIFFERENCE`] that JPEG may take.
const JPEG_SHARE: f64 = 0.35;

/// All that copies of one picture have in common.
pub struct PictureTemplate {
    decoded: Arc<Decoded>,
    mask: Mask,
    patterns: Patterns,
    quality: u8,
    cosines: Vec<Cosine>,
    basis: [[f32; BLOCK]; WAVES],
}

impl PictureTemplate {
    pub(super) fn new(picture: &Picture, patterns: &Patterns) -> Result<Self, PictureError> {
        let (quality, lost) = quality(picture)?;
        let (cosines, basis) = (cosines(), basis());
        let (decoded, mask) = (Arc::clone(&picture.decoded), picture.mask.clone());
        let mut out = Self { decoded, mask, patterns: patterns.clone(), quality, cosines, basis };
        if out.marks() == 0 {
            return Ok(out);
        }
        // What patterns add is nearly the same for all codewords; it is measured on one of pseudo-random signs.
        let mut random = SplitMix(1);
        let symbols: Vec<u8> = (0..out.marks()).map(|_| (random.next() >> 63) as u8).collect();
        let mut sum = 0.0;
        out.patterns(&symbols, |_, _, line| sum += line.iter().map(|v| f64::from(v * v)).sum::<f64>());
        let mean = sum / (picture.luma.width * picture.luma.height) as f64;
        let room = (DIFFERENCE - ROUNDING - lost).max(0.0);
        out.mask.scale((room / mean.max(1e-9)).sqrt().min(STRONGEST) as f32);
        Ok(out)
    }

    /// Number of symbols that a copy takes.
    #[must_use]
    pub fn marks(&self) -> usize {
        self.patterns.marks()
    }

    /// The bytes of the copy whose marks are these symbols, 0 or 1, in the master's format, at 40 dB or more from it. A JPEG
    /// is written at a quality of 92 or more.
    ///
    /// # Errors
    ///
    /// If there are more or fewer symbols than marks, a symbol is neither 0 nor 1, or the picture cannot be written.
    pub fn render(&self, symbols: &[u8]) -> Result<Vec<u8>, PictureError> {
        if symbols.len() != self.marks() {
            return Err(PictureError::Symbols { given: symbols.len(), marks: self.marks() });
        }
        if let Some(wrong) = symbols.iter().find(|s| **s > 1) {
            return Err(PictureError::Symbol(*wrong));
        }
        if self.marks() == 0 {
            return self.decoded.encode(&self.decoded.image, self.quality);
        }
        let mut image = self.decoded.image.clone();
        let mut samples = Samples::of(&mut image)?;
        self.patterns(symbols, |x, y, line| samples.add(x, y, line));
        self.decoded.encode(&image, self.quality)
    }

    /// The sum of all patterns, line by line of each block.
    fn patterns(&self, symbols: &[u8], mut take: impl FnMut(usize, usize, &[f32; BLOCK])) {
        let (width, height) = (self.decoded.image.width() as usize, self.decoded.image.height() as usize);
        let mut deal = Deal::new(&self.patterns, width, height);
        // The cosines' mean square over a block is brought to 1: the mask says the strength.
        let energy: f32 = self.cosines.iter().map(|c| c.height * c.height).sum();
        let unit = BLOCK as f32 / energy.sqrt();
        for (left, top) in Grid::new(width, height).corners() {
            let mut waves = [[0.0f32; WAVES]; WAVES];
            for cosine in &self.cosines {
                let slot = deal.slot();
                let symbol = slot.mark.and_then(|m| symbols.get(usize::from(m))).copied().unwrap_or(1);
                let side = if symbol == 1 { slot.sign } else { -slot.sign };
                waves[cosine.down][cosine.across] = side * cosine.height * unit;
            }
            for y in 0..BLOCK {
                let across: [f32; WAVES] = std::array::from_fn(|k| (0..WAVES).map(|j| self.basis[j][y] * waves[j][k]).sum());
                let mut line = [0.0f32; BLOCK];
                for (k, a) in across.iter().enumerate() {
                    line.iter_mut().zip(&self.basis[k]).for_each(|(l, b)| *l += a * b);
                }
                line.iter_mut().enumerate().for_each(|(x, l)| *l *= self.mask.at(left + x, top + y));
                take(left, top + y, &line);
            }
        }
    }
}

/// The quality at which a JPEG is written, and its own mean squared loss.
fn quality(picture: &Picture) -> Result<(u8, f64), PictureError> {
    if picture.decoded.format != PictureFormat::Jpeg {
        return Ok((100, 0.0));
    }
    let before = picture.decoded.image.to_rgb8();
    let mut last = (100, 0.0);
    for quality in QUALITIES {
        let bytes = picture.decoded.encode(&picture.decoded.image, quality)?;
        let after = super::format::decode(&bytes)?.image.to_rgb8();
        let squares = before.iter().zip(after.iter()).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2));
        last = (quality, squares.sum::<f64>() / before.len().max(1) as f64);
        // Marked blocks do not lie on the master's own quantiser any more: count with the loss of an unrelated picture.
        if last.1 < JPEG_SHARE * DIFFERENCE {
            break;
        }
    }
    Ok(last)
}

/// The samples of a picture by rows.
enum Samples<'i> {
    Eight(&'i mut [u8], Layout),
    Sixteen(&'i mut [u16], Layout),
}

#[derive(Clone, Copy)]
struct Layout {
    width: usize,
    channels: usize,
    /// Channels that carry brightness: all but opacity.
    bright: usize,
}

impl<'i> Samples<'i> {
    fn of(image: &'i mut DynamicImage) -> Result<Self, PictureError> {
        let layout = |channels: usize, bright: usize, width: u32| Layout { width: width as usize, channels, bright };
        let width = image.width();
        Ok(match image {
            DynamicImage::ImageLuma8(i) => Self::Eight(i, layout(1, 1, width)),
            DynamicImage::ImageLumaA8(i) => Self::Eight(i, layout(2, 1, width)),
            DynamicImage::ImageRgb8(i) => Self::Eight(i, layout(3, 3, width)),
            DynamicImage::ImageRgba8(i) => Self::Eight(i, layout(4, 3, width)),
            DynamicImage::ImageLuma16(i) => Self::Sixteen(i, layout(1, 1, width)),
            DynamicImage::ImageLumaA16(i) => Self::Sixteen(i, layout(2, 1, width)),
            DynamicImage::ImageRgb16(i) => Self::Sixteen(i, layout(3, 3, width)),
            DynamicImage::ImageRgba16(i) => Self::Sixteen(i, layout(4, 3, width)),
            _ => return Err(PictureError::Colours),
        })
    }

    /// Adds a line of a pattern, in grey levels. Rounded with a public dither, so that what is fainter than half a grey level
    /// is not lost.
    fn add(&mut self, x: usize, y: usize, line: &[f32; BLOCK]) {
        let (Self::Eight(_, layout) | Self::Sixteen(_, layout)) = *self;
        for (i, v) in line.iter().enumerate() {
            let pixel = y * layout.width + x + i;
            let dither = (SplitMix(pixel as u64).next() >> 40) as f32 / (1u64 << 24) as f32;
            let at = pixel * layout.channels;
            for sample in at..at + layout.bright {
                match self {
                    Self::Eight(s, _) => s[sample] = (f32::from(s[sample]) + v + dither).floor().clamp(0.0, 255.0) as u8,
                    Self::Sixteen(s, _) => {
                        s[sample] = (f32::from(s[sample]) + v * 257.0 + dither).floor().clamp(0.0, 65535.0) as u16;
                    }
                }
            }
        }
    }
}
