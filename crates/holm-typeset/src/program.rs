//! A face cut down to the glyphs that a document uses, ready to be written into a PDF (ISO 32000-1, 9.7.4).

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;

use crate::face::Face;
use crate::file::Numbers;
use crate::shaper::Inventory;
use crate::typesetter::Error;

/// zlib's level. For 13 pages: level 2 175 kB, 3 158 kB, 6 149 kB, and 6 takes 1.6 times as long as 3 for the whole file.
pub(crate) const COMPRESSION: u8 = 3;

const SYSTEM: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// A font program and the tables that a PDF needs beside it.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    name: String,
    /// The three streams, compressed.
    outlines: Vec<u8>,
    outlines_length: i32,
    texts: Vec<u8>,
    glyphs: Vec<u8>,
    /// The widths of codes 0, 1, …, in thousandths of an em.
    widths: Vec<f32>,
    flags: u32,
    bounds: Rect,
    italic_angle: f32,
    ascent: f32,
    descent: f32,
    cap_height: f32,
    stem: f32,
}

impl Program {
    /// The program for what `inventory` lists; none if it is empty.
    pub(crate) fn new(face: &Face, inventory: &Inventory) -> Result<Option<Self>, Error> {
        if inventory.glyphs.is_empty() {
            return Ok(None);
        }
        let mut remapper = GlyphRemapper::new();
        // Code 0 is glyph 0 in both.
        let mut glyphs = vec![0, 0];
        let mut widths = vec![(face.advance(0) * 1000.0) as f32];
        let mut texts = UnicodeCmap::<u16>::new(Name(b"Holm"), SYSTEM);
        for (code, (glyph, text)) in (1..).zip(&inventory.glyphs) {
            glyphs.extend(remapper.remap(*glyph).to_be_bytes());
            widths.push((face.advance(*glyph) * 1000.0) as f32);
            if !text.is_empty() {
                texts.pair_with_multiple(code, text.chars());
            }
        }
        let outlines = subsetter::subset(face.data, 0, &remapper).map_err(Error::Font)?;
        let metrics = face.metrics();
        let scale = |units: i16| (f64::from(units) * 1000.0 / face.em()) as f32;
        let bounds = metrics.global_bounding_box();
        let mut flags = FontFlags::SYMBOLIC;
        flags.set(FontFlags::FIXED_PITCH, metrics.is_monospaced());
        flags.set(FontFlags::SERIF, !metrics.is_monospaced());
        flags.set(FontFlags::ITALIC, metrics.is_italic());
        Ok(Some(Program {
            name: format!("{}+{}", tag(&remapper), face.name),
            outlines_length: i32::try_from(outlines.len()).unwrap_or(i32::MAX),
            outlines: compress_to_vec_zlib(&outlines, COMPRESSION),
            texts: compress_to_vec_zlib(texts.finish().as_slice(), COMPRESSION),
            glyphs: compress_to_vec_zlib(&glyphs, COMPRESSION),
            widths,
            flags: flags.bits(),
            bounds: Rect::new(scale(bounds.x_min), scale(bounds.y_min), scale(bounds.x_max), scale(bounds.y_max)),
            italic_angle: metrics.italic_angle(),
            ascent: scale(metrics.ascender()),
            descent: scale(metrics.descender()),
            cap_height: metrics.capital_height().map_or(0.0, scale),
            // Not recorded in TrueType; the usual stand-ins for regular and bold faces.
            stem: if metrics.is_bold() { 140.0 } else { 80.0 },
        }))
    }

    /// Writes the font's objects; returns the one that pages name.
    pub(crate) fn write(&self, pdf: &mut Pdf, numbers: &mut Numbers) -> Ref {
        let [font, cid_font, descriptor, outlines, texts, glyphs] = std::array::from_fn(|_| numbers.next());
        let name = Name(self.name.as_bytes());
        pdf.type0_font(font).base_font(name).encoding_predefined(Name(b"Identity-H")).descendant_font(cid_font).to_unicode(texts);
        let mut cid = pdf.cid_font(cid_font);
        cid.subtype(CidFontType::Type2).base_font(name).system_info(SYSTEM).font_descriptor(descriptor);
        cid.default_width(0.0).cid_to_gid_map_stream(glyphs);
        cid.widths().consecutive(0, self.widths.iter().copied());
        cid.finish();
        let mut written = pdf.font_descriptor(descriptor);
        written
            .name(name)
            .flags(FontFlags::from_bits_truncate(self.flags))
            .bbox(self.bounds)
            .italic_angle(self.italic_angle)
            .ascent(self.ascent);
        written.descent(self.descent).cap_height(self.cap_height).stem_v(self.stem).font_file2(outlines);
        written.finish();
        pdf.stream(outlines, &self.outlines).filter(Filter::FlateDecode).pair(Name(b"Length1"), self.outlines_length);
        pdf.stream(texts, &self.texts).filter(Filter::FlateDecode);
        pdf.stream(glyphs, &self.glyphs).filter(Filter::FlateDecode);
        font
    }
}

/// Six letters that differ between cuts of one face (ISO 32000-1, 9.6.4), by FNV-1a over the glyphs.
fn tag(remapper: &GlyphRemapper) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in remapper.remapped_gids().flat_map(u16::to_be_bytes) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let letter = |place: u32| char::from(b'A' + (hash / 26_u64.pow(place) % 26) as u8);
    (0..6).map(letter).collect()
}
