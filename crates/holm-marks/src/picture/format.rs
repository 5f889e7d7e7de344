//! Pictures as bytes: what is taken, what is refused, and what is written.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{PngDecoder, PngEncoder};
use image::codecs::tiff::{TiffDecoder, TiffEncoder};
use image::{DynamicImage, ExtendedColorType, GrayImage, ImageDecoder, ImageEncoder, Limits};

use super::PictureError;
use crate::raster::LONGEST;

/// Most pixels of a picture.
pub(super) const PIXELS: u64 = 64 * 1024 * 1024;
/// Most bytes that a decoder may allocate.
const MEMORY: u64 = 1024 * 1024 * 1024;
/// A header may announce at most so many bytes of picture for one byte of file (deflate's own limit is 1,032).
const EXPANSION: u64 = 1100;
/// What any header may announce.
const ANNOUNCED: u64 = 1024 * 1024;

/// The formats that pictures come in and go out as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// Portable Network Graphics.
    Png,
    /// JPEG (JFIF or Exif).
    Jpeg,
    /// TIFF, one page.
    Tiff,
}

/// What a file held.
pub(super) struct Decoded {
    pub(super) format: PictureFormat,
    pub(super) image: DynamicImage,
    pub(super) profile: Option<Vec<u8>>,
    pub(super) exif: Option<Vec<u8>>,
}

/// Which format the bytes begin as.
fn format(bytes: &[u8]) -> Option<PictureFormat> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some(PictureFormat::Png),
        [0xFF, 0xD8, 0xFF, ..] => Some(PictureFormat::Jpeg),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Some(PictureFormat::Tiff),
        _ => None,
    }
}

pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, PictureError> {
    let format = format(bytes).ok_or(PictureError::Format)?;
    match format {
        PictureFormat::Png => {
            let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits()).map_err(damaged)?;
            if decoder.is_apng().map_err(damaged)? {
                return Err(PictureError::SeveralPictures);
            }
            pixels(decoder, format, bytes)
        }
        PictureFormat::Jpeg => {
            if jpeg_frame(bytes).is_some_and(|(.., components)| components == 4) {
                return Err(PictureError::Colours);
            }
            pixels(JpegDecoder::new(Cursor::new(bytes)).map_err(damaged)?, format, bytes)
        }
        PictureFormat::Tiff => {
            if tiff_has_more(bytes).unwrap_or(false) {
                return Err(PictureError::SeveralPictures);
            }
            pixels(TiffDecoder::new(Cursor::new(bytes)).map_err(damaged)?, format, bytes)
        }
    }
}

/// The pixels of a grey JPEG file.
pub(crate) fn grey_jpeg(bytes: &[u8]) -> Option<GrayImage> {
    jpeg_frame(bytes).filter(|(.., components)| *components == 1)?;
    match decode(bytes).ok()?.image {
        DynamicImage::ImageLuma8(image) => Some(image),
        _ => None,
    }
}

/// A leak's pixels, whatever its colours, turned as its camera says.
pub(super) fn decode_leak(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    format(bytes).ok_or(PictureError::Format)?;
    let reader = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|e| PictureError::Damaged(e.to_string()))?;
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > LONGEST || u64::from(width) * u64::from(height) > PIXELS {
        return Err(PictureError::TooLarge);
    }
    if decoder.total_bytes() > ANNOUNCED + EXPANSION * bytes.len() as u64 {
        return Err(PictureError::Bomb);
    }
    let turned = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    image.apply_orientation(turned);
    Ok(image)
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MEMORY);
    limits
}

fn damaged(error: image::ImageError) -> PictureError {
    match error {
        image::ImageError::Limits(_) => PictureError::TooLarge,
        other => PictureError::Damaged(other.to_string()),
    }
}

fn pixels(mut decoder: impl ImageDecoder, format: PictureFormat, bytes: &[u8]) -> Result<Decoded, PictureError> {
    let (width, height) = decoder.dimensions();
    if width.max(height) > LONGEST || u64::from(width) * u64::from(height) > PIXELS {
        return Err(PictureError::TooLarge);
    }
    if decoder.total_bytes() > ANNOUNCED + EXPANSION * bytes.len() as u64 {
        return Err(PictureError::Bomb);
    }
    if matches!(
        decoder.original_color_type(),
        ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16 | ExtendedColorType::Rgb32F | ExtendedColorType::Rgba32F
    ) {
        return Err(PictureError::Colours);
    }
    decoder.set_limits(limits()).map_err(damaged)?;
    // Metadata that cannot be read is left out of the copy: the picture itself is what is shared.
    let (profile, exif) = (decoder.icc_profile().ok().flatten(), decoder.exif_metadata().ok().flatten());
    let image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    if matches!(image, DynamicImage::ImageRgb32F(_) | DynamicImage::ImageRgba32F(_)) {
        return Err(PictureError::Colours);
    }
    Ok(Decoded { format, image, profile, exif })
}

/// Width, height and components in the first frame header of a JPEG file (ITU-T T.81, B.2.2).
pub(crate) fn jpeg_frame(bytes: &[u8]) -> Option<(u32, u32, usize)> {
    let number = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return None;
    }
    let mut at = 2;
    loop {
        let [0xFF, marker] = *bytes.get(at..at + 2)? else { return None };
        match marker {
            0xFF => at += 1,
            0x01 | 0xD0..=0xD9 => at += 2,
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Some((number(at + 7)?.into(), number(at + 5)?.into(), usize::from(*bytes.get(at + 9)?)));
            }
            _ => at += 2 + usize::from(number(at + 2)?),
        }
    }
}

/// Whether a TIFF file has a second directory (TIFF 6.0, section 2).
fn tiff_has_more(bytes: &[u8]) -> Option<bool> {
    let big = bytes.first() == Some(&b'M');
    let number = |at: usize, size: usize| -> Option<u64> {
        let part = bytes.get(at..at.checked_add(size)?)?.iter();
        let digit = |sum: u64, b: &u8| sum << 8 | u64::from(*b);
        Some(if big { part.fold(0, digit) } else { part.rev().fold(0, digit) })
    };
    let first = number(4, 4)? as usize;
    let entries = number(first, 2)? as usize;
    Some(number(first.checked_add(2 + 12 * entries)?, 4)? != 0)
}

impl Decoded {
    /// The bytes of `image` in this file's format, with its colour profile and Exif data.
    pub(super) fn encode(&self, image: &DynamicImage, quality: u8) -> Result<Vec<u8>, PictureError> {
        let mut out = Cursor::new(Vec::new());
        match self.format {
            PictureFormat::Png => self.write(PngEncoder::new(&mut out), image)?,
            PictureFormat::Jpeg => self.write(JpegEncoder::new_with_quality(&mut out, quality), image)?,
            PictureFormat::Tiff => self.write(TiffEncoder::new(&mut out), image)?,
        }
        Ok(out.into_inner())
    }

    fn write(&self, mut encoder: impl ImageEncoder, image: &DynamicImage) -> Result<(), PictureError> {
        let unsupported = |e: image::error::UnsupportedError| PictureError::Damaged(e.to_string());
        // TIFF is written without either: its encoder knows neither.
        if self.format != PictureFormat::Tiff {
            self.profile.clone().map_or(Ok(()), |p| encoder.set_icc_profile(p)).map_err(unsupported)?;
            self.exif.clone().map_or(Ok(()), |e| encoder.set_exif_metadata(e)).map_err(unsupported)?;
        }
        image.write_with_encoder(encoder).map_err(|e| PictureError::Damaged(e.to_string()))
    }
}
