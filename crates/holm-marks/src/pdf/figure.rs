//! Pictures that a leaked PDF holds as pixels: JPEG, and plain grey or RGB samples of 8 bits.
//!
//! They are taken out here and not by another program, so that whoever looks again sees the same.

use image::DynamicImage;
use lopdf::Stream;

use super::PdfFile;
use super::allowance::{Allowance, LARGEST_CONTENT};
use super::packing::{Coding, Packing};
use super::painted::{channels, samples};
use crate::picture::jpeg_frame;

/// One picture of a PDF.
pub(crate) enum PdfPicture {
    /// A JPEG file.
    Jpeg(Vec<u8>),
    /// Samples.
    Samples(DynamicImage),
}

/// The pictures of a file in the order of its objects, `most` of them that are `shortest` pixels or more on each side; none of a
/// file that is not read. Masks of other pictures are left out.
pub(crate) fn pictures(bytes: &[u8], most: usize, shortest: usize) -> Vec<PdfPicture> {
    let Ok(file) = PdfFile::open(bytes) else { return Vec::new() };
    let masks = file.masks();
    let mut allowance = Allowance::default();
    let objects = file.doc.objects.iter().filter(|(id, _)| !masks.contains(id));
    let streams = objects.filter_map(|(_, o)| o.as_stream().ok());
    let images = streams.filter(|s| name(s, b"Subtype") == Some(b"Image"));
    images.filter_map(|s| picture(&file, s, shortest, &mut allowance)).take(most).collect()
}

fn name<'s>(stream: &'s Stream, key: &[u8]) -> Option<&'s [u8]> {
    stream.dict.get(key).ok()?.as_name().ok()
}

fn picture(file: &PdfFile, stream: &Stream, shortest: usize, allowance: &mut Allowance) -> Option<PdfPicture> {
    let packing = Packing::of(&file.doc, &stream.dict).ok()?;
    if packing.coding == Coding::Jpeg {
        let data = packing.unpack(stream, allowance)?;
        let large = jpeg_frame(&data).is_none_or(|(width, height, _)| width.min(height) as usize >= shortest);
        return large.then_some(PdfPicture::Jpeg(data));
    }
    let number = |key: &[u8]| file.doc.dereference(stream.dict.get(key).ok()?).ok()?.1.as_i64().ok();
    let (width, height) = (u32::try_from(number(b"Width")?).ok()?, u32::try_from(number(b"Height")?).ok()?);
    let channels = channels(file, &stream.dict).ok()?;
    let size = (width as usize).checked_mul(height as usize)?.checked_mul(channels)?;
    let small = (width.min(height) as usize) < shortest;
    if small || number(b"BitsPerComponent") != Some(8) || size > LARGEST_CONTENT {
        return None;
    }
    samples(width, height, channels, packing.unpack(stream, allowance)?).map(PdfPicture::Samples)
}
