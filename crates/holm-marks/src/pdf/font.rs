//! Fonts of a PDF (ISO 32000-1, §9.6 to §9.10): for each code its width and the characters that it stands for.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Encoding, Object};

use super::allowance::Allowance;
use super::unicode::UnicodeMap;

/// Decoded `ToUnicode` maps may be this large: 64 bytes for each code of two bytes.
const LARGEST_MAP: usize = 4 << 20;
/// Widths of a composite font that are taken: two for each code of two bytes.
const MOST_WIDTHS: usize = 1 << 17;
/// What reading a font costs, in bytes of content that are interpreted in the same time.
const FONT_COST: usize = 1 << 14;

/// What a show operator needs to know of a font.
pub(crate) struct PdfFont {
    /// Bytes of a code: one for simple fonts, two for composite ones.
    pub(crate) code_bytes: usize,
    /// Why its glyphs have no known place, if they have none.
    pub(crate) problem: Option<&'static str>,
    /// By code, the width in text space (thousandths of the font size, or what a Type 3 font's matrix says).
    widths: HashMap<u32, f64>,
    default_width: f64,
    /// By code, its characters.
    text: HashMap<u32, String>,
    /// What says the characters of codes that were not asked for yet.
    map: Option<UnicodeMap>,
}

/// What one code shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CodeShape<'f> {
    /// Its characters; `None` if the font does not say.
    pub(crate) text: Option<&'f str>,
    /// Width in text space units, for a font size of 1.
    pub(crate) width: f64,
}

impl PdfFont {
    pub(crate) fn read(doc: &Document, font: &Dictionary, allowance: &mut Allowance) -> Self {
        if !allowance.read(FONT_COST) {
            return Self::missing();
        }
        let subtype = font.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
        let map = deref(doc, font, b"ToUnicode").and_then(|o| o.as_stream().ok());
        let map = map.and_then(|stream| allowance.unpack(stream, LARGEST_MAP)).map(|bytes| UnicodeMap::read(&bytes));
        if subtype == b"Type0" { Self::composite(doc, font, map) } else { Self::simple(doc, font, subtype == b"Type3", map) }
    }

    /// A font that is not there.
    pub(crate) fn missing() -> Self {
        Self {
            code_bytes: 1,
            problem: Some("a font is missing"),
            widths: HashMap::new(),
            default_width: 0.5,
            text: HashMap::new(),
            map: None,
        }
    }

    pub(crate) fn shape(&mut self, code: u32) -> CodeShape<'_> {
        if let Some(map) = self.map.as_ref().filter(|_| !self.text.contains_key(&code)) {
            self.text.extend(map.text(code).map(|text| (code, text)));
        }
        CodeShape {
            text: self.text.get(&code).map(String::as_str),
            width: self.widths.get(&code).copied().unwrap_or(self.default_width),
        }
    }

    fn simple(doc: &Document, font: &Dictionary, type3: bool, map: Option<UnicodeMap>) -> Self {
        let unit = if type3 { type3_unit(doc, font) } else { 0.001 };
        let first = number(doc, font, b"FirstChar").unwrap_or(0.0).clamp(0.0, 255.0) as u32;
        let array = deref(doc, font, b"Widths").and_then(|o| o.as_array().ok());
        let mut widths = HashMap::new();
        for (code, width) in (first..256).zip(array.into_iter().flatten()) {
            widths.insert(code, value(doc, width).unwrap_or(0.0) * unit);
        }
        let descriptor = deref(doc, font, b"FontDescriptor").and_then(|o| o.as_dict().ok());
        let missing = descriptor.and_then(|d| number(doc, d, b"MissingWidth")).unwrap_or(0.0) * unit;
        let name = font.get(b"BaseFont").and_then(Object::as_name).unwrap_or_default();
        let mut problem = None;
        let mut default_width = missing;
        if array.is_none() {
            if name.starts_with(b"Courier") {
                // Every glyph of the standard Courier fonts is 600 wide.
                default_width = 0.6;
            } else {
                problem = Some("a font of the standard fourteen comes without its widths");
                default_width = 0.5;
            }
        }
        Self { code_bytes: 1, problem, widths, default_width, text: simple_text(doc, font, map), map: None }
    }

    fn composite(doc: &Document, font: &Dictionary, map: Option<UnicodeMap>) -> Self {
        let encoding = deref(doc, font, b"Encoding").and_then(|o| o.as_name().ok()).unwrap_or_default();
        let problem = match encoding {
            b"Identity-H" => None,
            b"Identity-V" => Some("its text runs downwards"),
            _ => Some("a font has an encoding that is not read"),
        };
        let descendants = deref(doc, font, b"DescendantFonts").and_then(|o| o.as_array().ok());
        let cid = descendants.and_then(|a| a.first()).and_then(|o| resolve(doc, o)).and_then(|o| o.as_dict().ok());
        let default_width = cid.and_then(|c| number(doc, c, b"DW")).unwrap_or(1000.0) / 1000.0;
        let list = cid.and_then(|c| deref(doc, c, b"W")).and_then(|o| o.as_array().ok());
        let widths = list.map(|l| cid_widths(doc, l)).unwrap_or_default();
        Self { code_bytes: 2, problem, widths, default_width, text: HashMap::new(), map }
    }
}

/// The `W` array: `c [w1 w2 …]` or `first last w`.
fn cid_widths(doc: &Document, list: &[Object]) -> HashMap<u32, f64> {
    let mut widths = HashMap::new();
    let mut taken = 0;
    let mut rest = list.iter().map(|o| resolve(doc, o).unwrap_or(o));
    while let (Some(first), Some(second)) = (rest.next(), rest.next()) {
        let Some(first) = value(doc, first).filter(|c| (0.0..=65535.0).contains(c)) else { break };
        if let Ok(array) = second.as_array() {
            for (code, width) in (first as u32..=65535).zip(array) {
                widths.insert(code, value(doc, width).unwrap_or(0.0) / 1000.0);
            }
            taken += array.len();
        } else {
            let (Some(last), Some(width)) = (value(doc, second), rest.next().and_then(|o| value(doc, o))) else { break };
            let codes = first as u32..=(last.clamp(first, 65535.0) as u32);
            taken += codes.clone().count();
            widths.extend(codes.map(|code| (code, width / 1000.0)));
        }
        if taken > MOST_WIDTHS {
            break;
        }
    }
    widths
}

/// Characters by code: `ToUnicode` first, then the encoding's names.
fn simple_text(doc: &Document, font: &Dictionary, map: Option<UnicodeMap>) -> HashMap<u32, String> {
    let mut text = base_encoding(doc, font);
    for (code, name) in differences(doc, font) {
        match glyph_text(doc, &name) {
            Some(glyph) => text.insert(code, glyph),
            None => text.remove(&code),
        };
    }
    text.extend(map.into_iter().flat_map(|map| (0..256).filter_map(move |code| Some((code, map.text(code)?)))));
    text
}

/// Characters by code as the named encoding has them; without a name, the standard one.
fn base_encoding(doc: &Document, font: &Dictionary) -> HashMap<u32, String> {
    let base = match deref(doc, font, b"Encoding") {
        Some(Object::Name(name)) => Some(name.clone()),
        Some(Object::Dictionary(dict)) => dict.get(b"BaseEncoding").and_then(Object::as_name).ok().map(<[u8]>::to_vec),
        _ => None,
    };
    let mut only = Dictionary::new();
    only.set("Type", "Font");
    only.set("Encoding", Object::Name(base.unwrap_or_else(|| b"StandardEncoding".to_vec())));
    match only.get_font_encoding_with_limit(doc, LARGEST_MAP) {
        Ok(encoding @ Encoding::OneByteEncoding(_)) => {
            let text =
                |code: u8| encoding.bytes_to_string(&[code]).ok().filter(|t| !t.is_empty() && !t.contains(['\u{fffd}', '\0']));
            (0..=255).filter_map(|code| Some((u32::from(code), text(code)?))).collect()
        }
        _ => HashMap::new(),
    }
}

fn differences(doc: &Document, font: &Dictionary) -> HashMap<u32, Vec<u8>> {
    let encoding = deref(doc, font, b"Encoding").and_then(|o| o.as_dict().ok());
    let array = encoding.and_then(|d| deref(doc, d, b"Differences")).and_then(|o| o.as_array().ok());
    let mut code = 0;
    let mut named = HashMap::new();
    for object in array.into_iter().flatten().take(4096) {
        match object {
            Object::Integer(start) => code = u32::try_from(*start).unwrap_or(0),
            Object::Name(name) if code < 256 => {
                named.insert(code, name.clone());
                code += 1;
            }
            _ => {}
        }
    }
    named
}

/// The characters of a glyph's name: the Adobe glyph list as lopdf has it, else `uniXXXX` and `uXXXX`.
fn glyph_text(doc: &Document, name: &[u8]) -> Option<String> {
    // The code 1 means nothing in the standard encoding, so that what it decodes to is the name's.
    const CODE: u8 = 1;
    let mut encoding = Dictionary::new();
    encoding.set("Differences", vec![Object::Integer(i64::from(CODE)), Object::Name(name.to_vec())]);
    let mut font = Dictionary::new();
    font.set("Type", "Font");
    font.set("Encoding", encoding);
    let listed = font.get_font_encoding_with_limit(doc, LARGEST_MAP).ok().and_then(|e| e.bytes_to_string(&[CODE]).ok());
    if let Some(text) = listed.filter(|t| !t.is_empty() && !t.contains(['\u{fffd}', '\0', '\u{1}'])) {
        return Some(text);
    }
    let name = std::str::from_utf8(name).ok()?.split('.').next()?;
    let digits = name.strip_prefix("uni").or_else(|| name.strip_prefix('u'))?;
    let digits = digits.get(..digits.len().min(6)).filter(|d| d.len() >= 4)?;
    char::from_u32(u32::from_str_radix(digits, 16).ok()?).map(String::from)
}

fn type3_unit(doc: &Document, font: &Dictionary) -> f64 {
    let matrix = deref(doc, font, b"FontMatrix").and_then(|o| o.as_array().ok());
    matrix.and_then(|m| m.first()).and_then(|o| value(doc, o)).unwrap_or(0.001).abs()
}

pub(crate) fn resolve<'d>(doc: &'d Document, object: &'d Object) -> Option<&'d Object> {
    doc.dereference(object).ok().map(|(_, o)| o)
}

pub(crate) fn deref<'d>(doc: &'d Document, dict: &'d Dictionary, key: &[u8]) -> Option<&'d Object> {
    dict.get(key).ok().and_then(|o| resolve(doc, o))
}

pub(crate) fn value(doc: &Document, object: &Object) -> Option<f64> {
    resolve(doc, object).and_then(|o| o.as_float().ok()).map(f64::from).filter(|v| v.is_finite())
}

pub(crate) fn number(doc: &Document, dict: &Dictionary, key: &[u8]) -> Option<f64> {
    dict.get(key).ok().and_then(|o| value(doc, o))
}
