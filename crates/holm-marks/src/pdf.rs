//! Reading PDF files: the words of each page where they stand, with the bytes that paint them.
//!
//! The container is lopdf's; what a page shows is interpreted here, since marks need to know which bytes of a content stream
//! paint which word.

mod allowance;
mod figure;
mod font;
mod glyph;
mod lexer;
mod packing;
mod painted;
mod unicode;
mod word;

use std::collections::HashSet;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

use allowance::{Allowance, LARGEST_CONTENT};
pub(crate) use figure::{PdfPicture, pictures};
use font::{deref, value};
use glyph::{Matrix, interpret};
pub(crate) use glyph::{Reading, Show, ShowKind, Shown};
pub(crate) use lexer::{Lexer, Quoting, TokenKind};
pub(crate) use painted::PaintedImage;
pub(crate) use word::PageWord;
use word::words;

use crate::layout::{SeenPage, SeenWord};

/// Pages of which a document may consist.
pub const MOST_PAGES: usize = 5_000;

/// Why a PDF is not read.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PdfError {
    /// It cannot be parsed.
    #[error("this PDF is damaged ({0}); ask for it again, or print it to a new PDF")]
    Damaged(String),
    /// It is protected.
    #[error("this PDF is encrypted; ask the sender for one without password or restrictions")]
    Encrypted,
    /// It has more pages than any document.
    #[error("this PDF has more than {MOST_PAGES} pages; take the part that matters")]
    Pages,
    /// It unpacks to more than any document.
    #[error("this PDF unpacks to far more than any document has; print the pages that matter to a new PDF")]
    Large,
    /// A copy of it would not say what it says.
    #[error("this PDF cannot be written anew without losing some of its text; print it to a new PDF and share that")]
    Unwritable,
}

/// A PDF file whose objects are in memory.
#[derive(Clone, Debug)]
pub(crate) struct PdfFile {
    pub(crate) doc: Document,
    pub(crate) pages: Vec<ObjectId>,
}

/// A page: what it shows, in points.
#[derive(Debug)]
pub(crate) struct PdfPage {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) content: Vec<u8>,
    pub(crate) shown: Shown,
    pub(crate) words: Vec<PageWord>,
}

impl PdfFile {
    pub(crate) fn open(bytes: &[u8]) -> Result<Self, PdfError> {
        let options = LoadOptions { max_decompressed_size: Some(object_stream_limit(bytes)), ..LoadOptions::default() };
        let mut doc = Document::load_mem_with_options(bytes, options).map_err(|e| match e {
            lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) | lopdf::Error::UnsupportedSecurityHandler(_) => {
                PdfError::Encrypted
            }
            lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }) => PdfError::Large,
            other => PdfError::Damaged(other.to_string()),
        })?;
        if doc.is_encrypted() || doc.was_encrypted() || doc.trailer.has(b"Encrypt") {
            return Err(PdfError::Encrypted);
        }
        // Number 0 is always free (ISO 32000-1, §7.5.4): no other program shows such an object, and no copy would have it.
        doc.objects.retain(|(number, _), _| *number != 0);
        let pages: Vec<ObjectId> = doc.page_iter().take(MOST_PAGES + 1).collect();
        if pages.len() > MOST_PAGES {
            return Err(PdfError::Pages);
        }
        if pages.is_empty() {
            return Err(PdfError::Damaged("it has no pages".to_owned()));
        }
        Ok(Self { doc, pages })
    }

    /// Interprets a page; one that cannot be read shows nothing.
    ///
    /// # Errors
    /// [`PdfError::Large`] once the whole document has shown more than any does.
    pub(crate) fn page(&self, id: ObjectId, reading: &mut Reading) -> Result<PdfPage, PdfError> {
        let content = self.content(id, &mut reading.allowance);
        let empty = Dictionary::new();
        let resources = self.inherited(id, b"Resources").and_then(|o| o.as_dict().ok()).unwrap_or(&empty);
        let (width, height, base) = self.view(id);
        let mut shown = interpret(&self.doc, reading, content.as_deref().unwrap_or_default(), resources, base);
        if content.is_none() {
            shown.problems.push("its content cannot be unpacked");
        }
        let words = words(&shown.glyphs);
        reading.allowance.show(words.len());
        if reading.allowance.is_spent() {
            return Err(PdfError::Large);
        }
        Ok(PdfPage { width, height, content: content.unwrap_or_default(), shown, words })
    }

    /// What a page's content streams say, one after the other (ISO 32000-1, §7.8.2); `None` if one of them is damaged or they
    /// are larger than any page's.
    fn content(&self, id: ObjectId, allowance: &mut Allowance) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        for stream in self.doc.get_page_contents(id) {
            // A stream that is not there is an empty one.
            let Ok(stream) = self.doc.get_object(stream).and_then(Object::as_stream) else { continue };
            content.extend(allowance.unpack(stream, LARGEST_CONTENT.saturating_sub(content.len()))?);
            content.push(b'\n');
        }
        Some(content)
    }

    /// Size of the visible page in points, and the map from user space to it (ISO 32000-1, §7.7.3.3 and §14.11.2).
    pub(crate) fn view(&self, id: ObjectId) -> (f64, f64, Matrix) {
        const A4: [f64; 4] = [0.0, 0.0, 595.28, 841.89];
        let media = self.rectangle(id, b"MediaBox").unwrap_or(A4);
        let crop = self.rectangle(id, b"CropBox").unwrap_or(media);
        let (x0, y0) = (crop[0].max(media[0]), crop[1].max(media[1]));
        let (x1, y1) = (crop[2].min(media[2]).max(x0 + 1.0), crop[3].min(media[3]).max(y0 + 1.0));
        let (width, height) = (x1 - x0, y1 - y0);
        let turned = self.inherited(id, b"Rotate").and_then(|o| value(&self.doc, o)).unwrap_or(0.0);
        let m = |a, b, c, d, e, f| Matrix { a, b, c, d, e, f };
        match (turned as i64).rem_euclid(360) {
            90 => (height, width, m(0.0, -1.0, 1.0, 0.0, -y0, x1)),
            180 => (width, height, m(-1.0, 0.0, 0.0, -1.0, x1, y1)),
            270 => (height, width, m(0.0, 1.0, -1.0, 0.0, y1, -x0)),
            _ => (width, height, m(1.0, 0.0, 0.0, 1.0, -x0, -y0)),
        }
    }

    fn rectangle(&self, id: ObjectId, key: &[u8]) -> Option<[f64; 4]> {
        let numbers: Vec<f64> = self.inherited(id, key)?.as_array().ok()?.iter().filter_map(|o| value(&self.doc, o)).collect();
        match numbers.as_slice() {
            [a, b, c, d] => Some([a.min(*c), b.min(*d), a.max(*c), b.max(*d)]),
            _ => None,
        }
    }

    /// A page attribute, its own or that of the tree above it.
    pub(crate) fn inherited(&self, page: ObjectId, key: &[u8]) -> Option<&Object> {
        let mut seen = HashSet::new();
        let mut at = page;
        while seen.insert(at) {
            let dict = self.doc.get_dictionary(at).ok()?;
            if let Some(found) = deref(&self.doc, dict, key) {
                return Some(found);
            }
            at = dict.get(b"Parent").and_then(Object::as_reference).ok()?;
        }
        None
    }

    /// Whether there are streams that lopdf found no end of: it holds them empty, so that a copy would lack what others see.
    pub(crate) fn lacks_streams(&self) -> bool {
        let length = |s: &lopdf::Stream| s.dict.get(b"Length").and_then(Object::as_i64).ok();
        let read = |s: &lopdf::Stream| length(s).is_some_and(|l| usize::try_from(l) == Ok(s.content.len()));
        self.doc.objects.values().filter_map(|o| o.as_stream().ok()).any(|s| !read(s))
    }

    /// Whether somebody signed it, or reserved a right to.
    pub(crate) fn is_signed(&self) -> bool {
        const SIGNATURES_EXIST: i64 = 1;
        let Ok(catalog) = self.doc.catalog() else { return false };
        let form = deref(&self.doc, catalog, b"AcroForm").and_then(|o| o.as_dict().ok());
        let flags = form.and_then(|f| deref(&self.doc, f, b"SigFlags")).and_then(|o| o.as_i64().ok()).unwrap_or(0);
        flags & SIGNATURES_EXIST != 0 || catalog.has(b"Perms") || self.doc.objects.values().any(holds_signature)
    }
}

/// What one object stream may unpack to. An object takes some sixty times the two bytes that it may be written in, so that all
/// streams share what is allowed; each may be as large as those of ordinary producers, which hold 200 objects.
fn object_stream_limit(bytes: &[u8]) -> usize {
    const LARGEST: usize = 8 << 20;
    const ALL: usize = 64 << 20;
    const ORDINARY: usize = 128 << 10;
    /// `/ObjStm` with every letter escaped (ISO 32000-1, §7.3.5).
    const LONGEST_NAME: usize = 1 + 3 * 6;
    let named = |at: usize| {
        let name = bytes.get(at..bytes.len().min(at + LONGEST_NAME)).and_then(|name| Lexer::new(name).next());
        name.is_some_and(|token| token.kind == TokenKind::Name(b"ObjStm".to_vec()))
    };
    let starts = bytes.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| at);
    let streams = starts.filter(|at| named(*at)).count();
    (ALL / streams.max(1)).clamp(ORDINARY, LARGEST)
}

/// Whether a signature or a signed field is in `object`, whose depth lopdf bounds (ISO 32000-1, §12.8.1 and §12.7.4.5).
fn holds_signature(object: &Object) -> bool {
    let dict = match object {
        Object::Array(items) => return items.iter().any(holds_signature),
        Object::Dictionary(dict) => dict,
        Object::Stream(stream) => &stream.dict,
        _ => return false,
    };
    let names = |key: &[u8], name: &[u8]| dict.get(key).and_then(Object::as_name).is_ok_and(|n| n == name);
    let signature = dict.has(b"ByteRange") && dict.has(b"Contents") || names(b"Type", b"DocTimeStamp");
    signature || names(b"FT", b"Sig") && dict.has(b"V") || dict.iter().any(|(_, value)| holds_signature(value))
}

/// A page of a leaked PDF.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeakedPage {
    /// Its words, line by line, in points.
    pub seen: SeenPage,
    /// What these are.
    pub kind: PageKind,
}

/// How a page of a leaked PDF shows its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageKind {
    /// As letters.
    #[default]
    Letters,
    /// As glyphs at exact places, of which the file does not tell the letters.
    Glyphs,
    /// In a picture.
    Picture,
}

/// The words of a leaked PDF where they stand. Text that is laid invisibly over a scan does not count: its places are those
/// that some other program guessed.
///
/// # Errors
/// [`PdfError`].
pub fn leaked_pages(bytes: &[u8]) -> Result<Vec<LeakedPage>, PdfError> {
    /// A page with fewer words that shows a picture is that picture.
    const FEW: usize = 8;
    let file = PdfFile::open(bytes)?;
    let mut reading = Reading::default();
    let mut pages = Vec::with_capacity(file.pages.len());
    for id in &file.pages {
        let page = file.page(*id, &mut reading)?;
        let visible = page.words.iter().filter(|w| w.visible).count();
        let unread = page.words.iter().filter(|w| w.visible && w.text.chars().any(is_unread)).count();
        let kind = if visible < FEW && page.shown.images {
            PageKind::Picture
        } else if unread > visible / 4 {
            PageKind::Glyphs
        } else {
            PageKind::Letters
        };
        pages.push(LeakedPage { seen: seen(&page), kind });
    }
    Ok(pages)
}

/// Whether a character stands for a glyph whose letter the file does not tell: some programs that print to PDF number glyphs
/// in the private use area or, as Ghostscript does, from the first dingbat.
fn is_unread(c: char) -> bool {
    matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{2701}'..='\u{27bf}')
}

fn seen(page: &PdfPage) -> SeenPage {
    let mut lines: Vec<Vec<SeenWord>> = Vec::new();
    let mut last = None;
    for word in page.words.iter().filter(|w| w.visible) {
        if last != Some(word.line) {
            lines.push(Vec::new());
        }
        last = Some(word.line);
        let bottom = page.height - word.baseline;
        let seen = SeenWord { text: word.text.clone(), left: word.left, right: word.right, top: bottom - word.size, bottom };
        lines.last_mut().into_iter().for_each(|l| l.push(seen.clone()));
    }
    SeenPage { lines }
}
