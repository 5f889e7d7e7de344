//! Pictures that a leaked PDF holds as pixels: JPEG, and plain grey or RGB samples of 8 bits.
//!
//! They are taken out here and not by another program, so that whoever looks again sees the same.

use image::{DynamicImage, GrayImage, RgbImage};
use lopdf::{Object, Stream};

use super::PdfFile;
use super::allowance::{Allowance, LARGEST_CONTENT};

/// One picture of a PDF.
pub(crate) enum PdfPicture {
    /// A JPEG file.
    Jpeg(Vec<u8>),
    /// Samples.
    Samples(DynamicImage),
}

/// The pictures of a file in the order of its objects, `most` of them; none of a file that is not read.
pub(crate) fn pictures(bytes: &[u8], most: usize) -> Vec<PdfPicture> {
    let Ok(file) = PdfFile::open(bytes) else { return Vec::new() };
    let mut allowance = Allowance::default();
    let streams = file.doc.objects.values().filter_map(|o| o.as_stream().ok());
    let images = streams.filter(|s| name(s, b"Subtype") == Some(b"Image"));
    images.filter_map(|s| picture(&file, s, &mut allowance)).take(most).collect()
}

fn name<'s>(stream: &'s Stream, key: &[u8]) -> Option<&'s [u8]> {
    stream.dict.get(key).ok()?.as_name().ok()
}

fn picture(file: &PdfFile, stream: &Stream, allowance: &mut Allowance) -> Option<PdfPicture> {
    let filters = stream.filters().unwrap_or_default();
    if filters == [&b"DCTDecode"[..]] {
        return Some(PdfPicture::Jpeg(stream.content.clone()));
    }
    if filters.iter().any(|f| *f != b"FlateDecode" && *f != b"LZWDecode") {
        return None;
    }
    let number = |key: &[u8]| file.doc.dereference(stream.dict.get(key).ok()?).ok()?.1.as_i64().ok();
    let (width, height) = (u32::try_from(number(b"Width")?).ok()?, u32::try_from(number(b"Height")?).ok()?);
    let channels = channels(file, stream.dict.get(b"ColorSpace").ok()?)?;
    let size = (width as usize).checked_mul(height as usize)?.checked_mul(channels)?;
    if number(b"BitsPerComponent") != Some(8) || size == 0 || size > LARGEST_CONTENT {
        return None;
    }
    let mut samples = allowance.unpack(stream, LARGEST_CONTENT)?;
    samples.truncate(size);
    Some(PdfPicture::Samples(match channels {
        1 => DynamicImage::ImageLuma8(GrayImage::from_raw(width, height, samples)?),
        _ => DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, samples)?),
    }))
}

/// Samples of a pixel, 1 or 3, if the colours are grey or RGB.
fn channels(file: &PdfFile, space: &Object) -> Option<usize> {
    let (_, space) = file.doc.dereference(space).ok()?;
    match space {
        Object::Name(name) if name == b"DeviceGray" => Some(1),
        Object::Name(name) if name == b"DeviceRGB" => Some(3),
        Object::Array(parts) => match parts.first()?.as_name().ok()? {
            b"CalGray" => Some(1),
            b"CalRGB" => Some(3),
            b"ICCBased" => {
                let (_, profile) = file.doc.dereference(parts.get(1)?).ok()?;
                match profile.as_stream().ok()?.dict.get(b"N").ok()?.as_i64().ok()? {
                    1 => Some(1),
                    3 => Some(3),
                    _ => None,
                }
            }
            _ => None,
        },
        _ => None,
    }
}
