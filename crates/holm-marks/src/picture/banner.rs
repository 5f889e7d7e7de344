//! A line above and below a picture, on strips that are added to it: what it shows stays whole.

use image::metadata::Orientation;
use image::{DynamicImage, GenericImage, GrayImage, ImageBuffer, Pixel, Primitive, imageops};
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

use super::format::{Decoded, PIXELS, decode};
use super::{PictureError, SIDES};

/// Letters of a line as wide as this share of the picture, if it is long; else a letter is so many times lower than the picture
/// is wide, within limits in pixels.
const WIDEST: f64 = 0.9;
const LETTERS_A_WIDTH: f64 = 36.0;
const HEIGHTS: (f64, f64) = (14.0, 160.0);
/// Height of a strip, in heights of its letters.
const STRIP: f64 = 1.75;
/// Quality of a JPEG that is written anew.
const QUALITY: u8 = 95;
const FONT: RasterHeight = RasterHeight::Size32;
const WEIGHT: FontWeight = FontWeight::Bold;
const PAPER: u8 = 255;

/// The picture in its own format with the line above and below, upright as its camera says.
///
/// # Errors
///
/// As [`super::Picture::decode`]; [`PictureError::Letter`] if a letter cannot be drawn; [`PictureError::TooLarge`] if it would become too high.
pub(crate) fn with_banner(bytes: &[u8], line: &str) -> Result<Vec<u8>, PictureError> {
    let decoded = decode(bytes)?;
    let turned = decoded.exif.as_deref().and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms);
    let mut image = decoded.image.clone();
    image.apply_orientation(turned);
    let strip = strip(line, image.width())?;
    let height = image.height() + 2 * strip.height();
    if height > SIDES.1 || u64::from(height) * u64::from(image.width()) > PIXELS {
        return Err(PictureError::TooLarge);
    }
    let mut framed = framed(&image, &strip)?;
    framed.apply_orientation(inverse(turned));
    written(&decoded, &framed)
}

fn written(decoded: &Decoded, image: &DynamicImage) -> Result<Vec<u8>, PictureError> {
    decoded.encode(image, QUALITY)
}

/// What undoes a turn: mirrors undo themselves.
fn inverse(turned: Orientation) -> Orientation {
    match turned {
        Orientation::Rotate90 => Orientation::Rotate270,
        Orientation::Rotate270 => Orientation::Rotate90,
        other => other,
    }
}

/// Black letters on white, as wide as the picture.
fn strip(line: &str, width: u32) -> Result<GrayImage, PictureError> {
    let advance = get_raster_width(WEIGHT, FONT) as u32;
    let letters: Vec<char> = line.chars().collect();
    let count = u32::try_from(letters.len()).unwrap_or(u32::MAX).max(1);
    let full = f64::from(FONT.val() as u32);
    let wide = f64::from(advance) * f64::from(count);
    let height = (f64::from(width) / LETTERS_A_WIDTH).clamp(HEIGHTS.0, HEIGHTS.1);
    let scale = (height / full).min(WIDEST * f64::from(width) / wide);
    let mut drawn = GrayImage::from_pixel(advance * count, FONT.val() as u32, image::Luma([PAPER]));
    for (place, letter) in (0..count).zip(letters) {
        let raster = get_raster(letter, WEIGHT, FONT).ok_or(PictureError::Letter(letter))?;
        for (y, row) in (0..).zip(raster.rows()) {
            for (x, ink) in (0..).zip(row) {
                drawn.put_pixel(place * advance + x, y, image::Luma([PAPER - ink]));
            }
        }
    }
    let sized = |length: f64| ((length * scale).round() as u32).max(1);
    let line = imageops::resize(&drawn, sized(wide).min(width), sized(full), imageops::FilterType::CatmullRom);
    let mut strip = GrayImage::from_pixel(width, ((STRIP * full * scale).ceil() as u32).max(line.height()), image::Luma([PAPER]));
    let (left, top) = ((width - line.width()) / 2, (strip.height() - line.height()) / 2);
    imageops::replace(&mut strip, &line, left.into(), top.into());
    Ok(strip)
}

fn framed(image: &DynamicImage, strip: &GrayImage) -> Result<DynamicImage, PictureError> {
    Ok(match image {
        DynamicImage::ImageLuma8(i) => DynamicImage::ImageLuma8(between(i, strip)?),
        DynamicImage::ImageLumaA8(i) => DynamicImage::ImageLumaA8(between(i, strip)?),
        DynamicImage::ImageRgb8(i) => DynamicImage::ImageRgb8(between(i, strip)?),
        DynamicImage::ImageRgba8(i) => DynamicImage::ImageRgba8(between(i, strip)?),
        DynamicImage::ImageLuma16(i) => DynamicImage::ImageLuma16(between(i, strip)?),
        DynamicImage::ImageLumaA16(i) => DynamicImage::ImageLumaA16(between(i, strip)?),
        DynamicImage::ImageRgb16(i) => DynamicImage::ImageRgb16(between(i, strip)?),
        DynamicImage::ImageRgba16(i) => DynamicImage::ImageRgba16(between(i, strip)?),
        _ => return Err(PictureError::Colours),
    })
}

type Pixels<P> = ImageBuffer<P, Vec<<P as Pixel>::Subpixel>>;

/// The picture between two strips.
fn between<P: Pixel>(image: &Pixels<P>, strip: &GrayImage) -> Result<Pixels<P>, PictureError> {
    let mut framed = ImageBuffer::new(image.width(), image.height() + 2 * strip.height());
    framed.copy_from(image, 0, strip.height()).map_err(|e| PictureError::Damaged(e.to_string()))?;
    let most = P::Subpixel::DEFAULT_MAX_VALUE;
    let opaque = if P::HAS_ALPHA { usize::from(P::CHANNEL_COUNT) - 1 } else { usize::MAX };
    for (x, y, grey) in strip.enumerate_pixels() {
        let share = f64::from(grey.0[0]) / f64::from(PAPER);
        for top in [0, image.height() + strip.height()] {
            for (channel, value) in framed.get_pixel_mut(x, top + y).channels_mut().iter_mut().enumerate() {
                *value = if channel == opaque { most } else { scaled(most, share) };
            }
        }
    }
    Ok(framed)
}

fn scaled<S: Primitive>(most: S, share: f64) -> S {
    most.to_f64().and_then(|m| S::from(m * share)).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use image::{Luma, Rgba};

    use super::*;
    use crate::picture::PictureFormat;

    fn file(image: &DynamicImage, format: PictureFormat, exif: Option<Vec<u8>>) -> Vec<u8> {
        Decoded { format, image: image.clone(), profile: None, exif }.encode(image, 100).unwrap()
    }

    fn dark(image: &DynamicImage, top: u32, height: u32) -> usize {
        let grey = image.to_luma8();
        grey.enumerate_pixels().filter(|(_, y, p)| (top..top + height).contains(y) && p.0[0] < 100).count()
    }

    #[test]
    fn what_a_picture_shows_stays_as_it_is_between_two_lines() {
        let grey = DynamicImage::ImageLuma16(ImageBuffer::from_fn(720, 300, |x, y| Luma([(x * 77 + y * 191) as u16 | 0x8000])));
        let colour = ImageBuffer::from_fn(90, 64, |x, y| Rgba([200, (x * 2) as u8 | 128, (y * 3) as u8 | 128, (x + y) as u8]));
        for (image, format) in [
            (grey.clone(), PictureFormat::Png),
            (grey, PictureFormat::Tiff),
            (DynamicImage::ImageRgba8(colour), PictureFormat::Png),
        ] {
            let out = decode(&with_banner(&file(&image, format, None), "TLP:AMBER//SIENA:H2").unwrap()).unwrap();
            assert_eq!((out.format, out.image.color()), (format, image.color()));
            let strip = (out.image.height() - image.height()) / 2;
            assert_eq!(out.image.crop_imm(0, strip, image.width(), image.height()), image, "every sample is there");
            for top in [0, strip + image.height()] {
                assert!(dark(&out.image, top, strip) > 100, "there is a line at {top}");
                assert!(dark(&out.image, top, 1) == 0 && dark(&out.image, top + strip - 1, 1) == 0, "with room around it");
            }
        }
    }

    #[test]
    fn the_lines_stand_above_and_below_what_a_turned_camera_saw() {
        // Exif of one entry: the orientation.
        let exif = |value: u8| [&b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"[..], &[value, 0, 0, 0, 0, 0, 0, 0]].concat();
        let image = DynamicImage::ImageLuma8(ImageBuffer::from_fn(160, 100, |x, y| Luma([(x + y) as u8 | 128])));
        for value in 1..=8 {
            let bytes = file(&image, PictureFormat::Jpeg, Some(exif(value)));
            let out = with_banner(&bytes, "TLP:RED").unwrap();
            let seen = super::super::format::decode_leak(&out).unwrap();
            let before = super::super::format::decode_leak(&bytes).unwrap();
            assert_eq!(seen.width(), before.width(), "{value}");
            let strip = (seen.height() - before.height()) / 2;
            assert!(strip > 20 && dark(&seen, 0, strip) > 40 && dark(&seen, seen.height() - strip, strip) > 40, "{value}");
            assert_eq!(dark(&seen, strip + 8, before.height() - 16), 0, "{value}");
        }
    }

    #[test]
    fn lines_that_do_not_fit_become_smaller_and_letters_that_are_none_are_said() {
        let small = DynamicImage::ImageLuma8(ImageBuffer::from_pixel(64, 64, Luma([200])));
        let bytes = file(&small, PictureFormat::Png, None);
        let out = decode(&with_banner(&bytes, &"LONG:NAME//".repeat(8)).unwrap()).unwrap();
        assert_eq!(out.image.width(), 64);
        assert_eq!(with_banner(&bytes, "X:猫").unwrap_err(), PictureError::Letter('猫'));
        assert!(with_banner(&bytes, "COORDINACIÓN:Ñ").is_ok());
        let high = file(&DynamicImage::ImageLuma8(ImageBuffer::new(64, 32_760)), PictureFormat::Png, None);
        assert_eq!(with_banner(&high, "TLP:RED").unwrap_err(), PictureError::TooLarge);
    }
}
