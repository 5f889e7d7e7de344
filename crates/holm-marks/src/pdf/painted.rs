//! Images that pages paint, as pictures to be marked: taken out, and put back into a copy (ISO 32000-1, §8.9.5).
//!
//! JPEG stays JPEG. Samples are written as PNG writes them, whose data are what `FlateDecode` with a PNG predictor takes
//! (§7.4.4.4). All other entries of an image stay as they are, its soft mask too.

use std::collections::HashSet;
use std::sync::Arc;

use image::{DynamicImage, GrayImage, RgbImage};
use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};

use super::PdfFile;
use super::allowance::{Allowance, LARGEST_CONTENT};
use super::font::{deref, value};
use super::packing::{Coding, Packing};
use crate::picture::{Picture, PictureError, grey_jpeg, jpeg_frame};

/// An image that can be taken out.
#[derive(Clone)]
pub(crate) struct PaintedImage {
    file: Arc<PdfFile>,
    id: ObjectId,
    pub(crate) width: u32,
    pub(crate) height: u32,
    channels: usize,
    coding: Coding,
}

impl PaintedImage {
    /// An image of the file; `masks` are those that others are masked by.
    ///
    /// # Errors
    /// Why it is left alone, in words.
    pub(crate) fn new(file: &Arc<PdfFile>, id: ObjectId, masks: &HashSet<ObjectId>) -> Result<Self, &'static str> {
        let stream = file.doc.get_object(id).and_then(Object::as_stream).map_err(|_| "the file does not hold it")?;
        let packing = Packing::of(&file.doc, &stream.dict)?;
        if let Some(why) = unlike_others(file, &stream.dict) {
            return Err(why);
        }
        if masks.contains(&id) {
            return Err("another picture is masked by it");
        }
        let channels = channels(file, &stream.dict)?;
        let (Some(width), Some(height)) = (side(file, &stream.dict, b"Width"), side(file, &stream.dict, b"Height")) else {
            return Err("its size is none");
        };
        let size = (width as usize).checked_mul(height as usize).and_then(|n| n.checked_mul(channels));
        if packing.coding == Coding::Samples && size.is_none_or(|s| s > LARGEST_CONTENT) {
            return Err("it has more than 67 million samples");
        }
        if packing.coding == Coding::Jpeg && packing.turns_colours {
            return Err("its JPEG data are said to hold other colours than is usual (ColorTransform)");
        }
        Ok(Self { file: Arc::clone(file), id, width, height, channels, coding: packing.coding })
    }

    /// Its object.
    pub(crate) fn id(&self) -> ObjectId {
        self.id
    }

    fn stream(&self) -> Result<&Stream, PictureError> {
        self.file.doc.get_object(self.id).and_then(Object::as_stream).map_err(|e| PictureError::Damaged(e.to_string()))
    }

    /// The picture.
    ///
    /// # Errors
    /// [`PictureError`] says what is wrong with its data.
    pub(crate) fn picture(&self) -> Result<Picture, PictureError> {
        let damaged = |why: &str| PictureError::Damaged(why.to_owned());
        let stream = self.stream()?;
        let data = Packing::of(&self.file.doc, &stream.dict).ok();
        let data = data.and_then(|p| p.unpack(stream, &mut Allowance::default()));
        let data = data.ok_or_else(|| damaged("its data cannot be unpacked"))?;
        let opacity = self.opacity(&stream.dict);
        if self.coding == Coding::Samples {
            let image = samples(self.width, self.height, self.channels, data);
            let image = image.ok_or_else(|| damaged("its data are shorter than its size"))?;
            return Ok(Picture::of_samples(image, opacity.as_ref()));
        }
        if jpeg_frame(&data) != Some((self.width, self.height, self.channels)) {
            return Err(damaged("its JPEG data have another size or other colours than the PDF says"));
        }
        let picture = Picture::decode_under(&data, opacity.as_ref())?;
        if picture.size() == (self.width, self.height) { Ok(picture) } else { Err(damaged("its size is uncertain")) }
    }

    /// How opaque its soft mask leaves it, if that is grey and of 8 bits; others are not looked at.
    fn opacity(&self, dict: &Dictionary) -> Option<GrayImage> {
        let mask = deref(&self.file.doc, dict, b"SMask")?.as_stream().ok()?;
        let (width, height) = (side(&self.file, &mask.dict, b"Width")?, side(&self.file, &mask.dict, b"Height")?);
        let small = (width as usize).checked_mul(height as usize)? <= LARGEST_CONTENT;
        if !small || unlike_others(&self.file, &mask.dict).is_some() || channels(&self.file, &mask.dict) != Ok(1) {
            return None;
        }
        let packing = Packing::of(&self.file.doc, &mask.dict).ok()?;
        let data = packing.unpack(mask, &mut Allowance::default())?;
        if packing.coding == Coding::Jpeg {
            return grey_jpeg(&data);
        }
        Some(samples(width, height, 1, data)?.into_luma8())
    }

    /// The dictionary that the image has in copies, but for its length.
    ///
    /// # Errors
    /// [`PictureError::Damaged`] if the file lost the image.
    pub(crate) fn entries(&self) -> Result<Dictionary, PictureError> {
        let mut dict = self.stream()?.dict.clone();
        dict.remove(b"DecodeParms");
        dict.remove(b"DL");
        match self.coding {
            Coding::Jpeg => dict.set("Filter", "DCTDecode"),
            Coding::Samples => {
                let (colors, columns) = (self.channels as i64, i64::from(self.width));
                dict.set("Filter", "FlateDecode");
                dict.set("DecodeParms", dictionary! { "Predictor" => 15, "Colors" => colors, "Columns" => columns });
            }
        }
        Ok(dict)
    }

    /// What the stream of a copy holds, of a picture as [`crate::picture::PictureTemplate`] writes it.
    ///
    /// # Errors
    /// [`PictureError::Damaged`] if it is none.
    pub(crate) fn data(&self, written: Vec<u8>) -> Result<Vec<u8>, PictureError> {
        match self.coding {
            Coding::Jpeg => Ok(written),
            Coding::Samples => png_data(&written).ok_or_else(|| PictureError::Damaged("it was not written as PNG".to_owned())),
        }
    }
}

impl PdfFile {
    /// Images by which others are masked.
    pub(crate) fn masks(&self) -> HashSet<ObjectId> {
        let streams = self.doc.objects.values().filter_map(|o| o.as_stream().ok());
        let masks = streams.flat_map(|s| [s.dict.get(b"SMask"), s.dict.get(b"Mask")]);
        masks.flatten().filter_map(|o| self.doc.dereference(o).ok()?.0).collect()
    }
}

fn side(file: &PdfFile, dict: &Dictionary, key: &[u8]) -> Option<u32> {
    u32::try_from(deref(&file.doc, dict, key)?.as_i64().ok()?).ok().filter(|n| *n > 0)
}

/// Pixels of rows without padding; nothing if there are too few bytes.
pub(super) fn samples(width: u32, height: u32, channels: usize, mut data: Vec<u8>) -> Option<DynamicImage> {
    let size = (width as usize).checked_mul(height as usize)?.checked_mul(channels)?;
    if data.len() < size {
        return None;
    }
    data.truncate(size);
    Some(match channels {
        1 => DynamicImage::ImageLuma8(GrayImage::from_raw(width, height, data)?),
        _ => DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, data)?),
    })
}

/// What sets an image apart from those whose samples are brightness as it is shown.
fn unlike_others(file: &PdfFile, dict: &Dictionary) -> Option<&'static str> {
    let found = |key: &[u8]| deref(&file.doc, dict, key);
    if found(b"ImageMask").is_some_and(|o| *o == Object::Boolean(true)) {
        return Some("it is a stencil of one colour (an image mask)");
    }
    if found(b"F").is_some() {
        return Some("it is linked to and not in the file");
    }
    if found(b"BitsPerComponent").is_some_and(|bits| bits.as_i64().ok() != Some(8)) {
        return Some("its samples have another number of bits than 8");
    }
    if found(b"Decode").is_some_and(|decode| !is_default(file, decode)) {
        return Some("its samples are shown turned round or stretched (Decode)");
    }
    if found(b"Mask").is_some_and(|mask| mask.as_array().is_ok()) {
        return Some("some of its colours are transparent");
    }
    if found(b"Alternates").is_some() {
        return Some("other pictures stand in for it (Alternates)");
    }
    let mask = found(b"SMask").and_then(|o| o.as_stream().ok());
    mask.filter(|m| m.dict.has(b"Matte")).map(|_| "its colours are mixed with what lies behind it (Matte)")
}

fn is_default(file: &PdfFile, decode: &Object) -> bool {
    let numbers: Option<Vec<f64>> =
        decode.as_array().ok().map(|all| all.iter().map(|o| value(&file.doc, o).unwrap_or(f64::NAN)).collect());
    numbers.is_some_and(|n| n.chunks(2).all(|pair| pair == [0.0, 1.0]))
}

/// Samples of a pixel, 1 or 3.
///
/// # Errors
/// In words, if the colours are neither grey nor RGB.
pub(super) fn channels(file: &PdfFile, dict: &Dictionary) -> Result<usize, &'static str> {
    const CMYK: &str = "its colours are CMYK";
    const OTHER: &str = "its colours are neither grey nor RGB";
    let space = deref(&file.doc, dict, b"ColorSpace").ok_or(OTHER)?;
    let parts = match space {
        Object::Name(name) => return named(name).ok_or(if name == b"DeviceCMYK" { CMYK } else { OTHER }),
        Object::Array(parts) => parts,
        _ => return Err(OTHER),
    };
    let part = |i: usize| parts.get(i).and_then(|o| file.doc.dereference(o).ok()).map(|(_, o)| o);
    match part(0).and_then(|o| o.as_name().ok()).ok_or(OTHER)? {
        b"CalGray" => Ok(1),
        b"CalRGB" => Ok(3),
        b"Indexed" => Err("its colours are indexed"),
        b"ICCBased" => {
            let profile = part(1).and_then(|o| o.as_stream().ok()).ok_or(OTHER)?;
            match deref(&file.doc, &profile.dict, b"N").and_then(|n| n.as_i64().ok()) {
                Some(1) => Ok(1),
                Some(3) => Ok(3),
                Some(4) => Err(CMYK),
                _ => Err(OTHER),
            }
        }
        name if parts.len() == 1 => named(name).ok_or(if name == b"DeviceCMYK" { CMYK } else { OTHER }),
        _ => Err(OTHER),
    }
}

fn named(space: &[u8]) -> Option<usize> {
    match space {
        b"DeviceGray" => Some(1),
        b"DeviceRGB" => Some(3),
        _ => None,
    }
}

/// The data of a PNG that is not interlaced: rows, each after its filter, as zlib (PNG 3rd ed., §10.1).
fn png_data(png: &[u8]) -> Option<Vec<u8>> {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut data = Vec::new();
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        let (content, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        match kind {
            b"IDAT" => data.extend(content),
            b"IEND" => return Some(data),
            // Depth of 8 and no interlacing, or rows are others than the dictionary says.
            b"IHDR" if content.get(8) != Some(&8) || content.get(12) != Some(&0) => return None,
            _ => {}
        }
        rest = after.get(4..)?;
    }
}
