//! Labels on the pages of a PDF: the banner above and below the text, portion marks in the margin beside the line with which a
//! paragraph begins. What the pages show already is not touched.

use std::collections::HashMap;
use std::fmt::Write;

use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};

use super::PdfMaster;
use crate::carrier::CarrierError;
use crate::carrier::label::{Labelled, Labels, own_portion, portions};
use crate::layout::LayoutWord;
use crate::pdf::{Lexer, PdfError, PdfFile, TokenKind};

/// Width of every letter of Courier in its size (one of the fonts that a file need not hold: ISO 32000-1, §9.6.2.2).
const LETTER: f64 = 0.6;
/// Points.
const BANNER_SIZE: f64 = 9.0;
const EDGE: f64 = 18.0;
const GAP: f64 = 5.0;
/// Portion marks are as large as the margin allows.
const SIZES: [f64; 4] = [7.0, 6.0, 5.0, 4.0];
/// A name that no file uses for a font of its own.
const FONT: &str = "HolmLabel";

/// Something to be written on a page, points from its left and bottom edge.
struct Writing {
    left: f64,
    bottom: f64,
    size: f64,
    text: String,
}

/// Writes labels on each page.
///
/// # Errors
/// [`CarrierError`] if the file cannot be marked.
pub(crate) fn label_pdf(bytes: &[u8], labels: &Labels<'_>) -> Result<Labelled, CarrierError> {
    let master = PdfMaster::parse(bytes)?;
    let pages = &master.layout.pages;
    let mut writings: Vec<Vec<Writing>> =
        pages.iter().map(|p| banners(p.width, p.height, labels.banner).into_iter().collect()).collect();
    let text = format!("({})", labels.portion);
    let (mut marked, mut unmarked) = (0, 0);
    for (block, portion) in portions(&master.blocks, labels) {
        if own_portion(portion, labels.known).is_some() {
            marked += 1;
            continue;
        }
        let first = master.layout.words.iter().find(|w| w.place.as_ref().is_some_and(|(b, _)| *b == block));
        let beside =
            first.and_then(|word| Some((word.page, beside(word, &master.layout.words, &text, pages.get(word.page)?.height)?)));
        match beside.and_then(|(page, writing)| Some((writings.get_mut(page)?, writing))) {
            Some((page, writing)) => {
                marked += 1;
                page.push(writing);
            }
            None => unmarked += 1,
        }
    }
    let bytes = write(&master, &writings)?;
    // As of a copy: something may be lost when an odd file is written anew.
    let after = PdfMaster::parse(&bytes).map(|after| words(&after)).unwrap_or_default();
    if words(&master).into_iter().any(|(word, count)| after.get(&word).copied().unwrap_or(0) < count) {
        return Err(PdfError::Unwritable.into());
    }
    Ok(Labelled { bytes, marked, unmarked })
}

/// Words of a document's text, and how often each stands there.
fn words(master: &PdfMaster) -> HashMap<String, usize> {
    let mut words = HashMap::new();
    for word in master.blocks.iter().flat_map(|b| b.text.split_whitespace()) {
        *words.entry(word.to_owned()).or_default() += 1;
    }
    words
}

fn banners(width: f64, height: f64, text: &str) -> [Writing; 2] {
    let size = BANNER_SIZE.min((width - 2.0 * EDGE) / (LETTER * letters(text).max(1.0))).max(1.0);
    let left = (width - LETTER * size * letters(text)) / 2.0;
    [height - EDGE, EDGE - size].map(|bottom| Writing { left, bottom, size, text: text.to_owned() })
}

fn letters(text: &str) -> f64 {
    text.chars().count() as f64
}

/// In the margin left of a word that begins a paragraph, as large as there is room for; nothing if there is none.
fn beside(word: &LayoutWord, words: &[LayoutWord], text: &str, height: f64) -> Option<Writing> {
    let bottom = height - word.baseline;
    let level = |w: &&LayoutWord| w.page == word.page && (w.baseline - word.baseline).abs() < word.size && w.right <= word.left;
    let taken = words.iter().filter(level).map(|w| w.right).fold(0.0, f64::max);
    let width = |size: f64| LETTER * size * letters(text);
    let size = SIZES.into_iter().find(|size| word.left - GAP - width(*size) >= taken.max(GAP))?;
    Some(Writing { left: word.left - GAP - width(size), bottom, size, text: text.to_owned() })
}

fn write(master: &PdfMaster, writings: &[Vec<Writing>]) -> Result<Vec<u8>, CarrierError> {
    let file: &PdfFile = &master.file;
    let mut doc = file.doc.clone();
    let damaged = |e: lopdf::Error| CarrierError::from(PdfError::Damaged(e.to_string()));
    let font =
        dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier-Bold", "Encoding" => "WinAnsiEncoding" };
    let font = doc.add_object(font);
    let opening = doc.add_object(Stream::new(Dictionary::new(), b"q\n".to_vec()));
    let mut done = std::collections::HashSet::new();
    for ((id, page), writings) in file.pages.iter().zip(&master.pages).zip(writings) {
        // A page that is shown twice is one page.
        if !done.insert(*id) {
            continue;
        }
        let closing = Stream::new(Dictionary::new(), overlay(writings, file, *id, &page.content));
        let closing = doc.add_object(closing);
        let resources = with_font(file, *id, font);
        let entry = doc.get_dictionary_mut(*id).map_err(damaged)?;
        let own = match entry.get(b"Contents") {
            Ok(Object::Array(streams)) => streams.clone(),
            Ok(Object::Reference(stream)) => contents(&file.doc, *stream),
            _ => Vec::new(),
        };
        let streams = std::iter::once(Object::Reference(opening)).chain(own).chain([Object::Reference(closing)]);
        entry.set("Contents", Object::Array(streams.collect()));
        entry.set("Resources", Object::Dictionary(resources));
    }
    let mut copy = Vec::new();
    doc.save_to(&mut copy).map_err(|e| PdfError::Damaged(e.to_string()))?;
    Ok(copy)
}

/// What a page's `Contents` refers to: a stream, or an array of streams.
fn contents(doc: &lopdf::Document, id: ObjectId) -> Vec<Object> {
    match doc.get_object(id) {
        Ok(Object::Array(streams)) => streams.clone(),
        _ => vec![Object::Reference(id)],
    }
}

/// A page's resources, its own or those of the tree above it, with the font of labels.
fn with_font(file: &PdfFile, id: ObjectId, font: ObjectId) -> Dictionary {
    let mut resources = file.inherited(id, b"Resources").and_then(|o| o.as_dict().ok()).cloned().unwrap_or_default();
    let fonts = resources.get(b"Font").ok().and_then(|o| file.doc.dereference(o).ok());
    let mut fonts = fonts.and_then(|(_, o)| o.as_dict().ok()).cloned().unwrap_or_default();
    fonts.set(FONT, Object::Reference(font));
    resources.set("Font", Object::Dictionary(fonts));
    resources
}

/// A letter of a string in WinAnsi encoding, which agrees with Latin-1 in all letters (ISO 32000-1, §7.3.4.2 and annex D).
fn octal(letter: char) -> String {
    match u8::try_from(u32::from(letter)) {
        Ok(byte) if byte.is_ascii_alphanumeric() || byte == b' ' => letter.to_string(),
        Ok(byte) => format!("\\{byte:03o}"),
        Err(_) => "?".to_owned(),
    }
}

/// Ends what the page's own content left open, then writes, for programs that read aloud as no part of the text.
fn overlay(writings: &[Writing], file: &PdfFile, id: ObjectId, content: &[u8]) -> Vec<u8> {
    let mut depth = 1_usize;
    let mut lexer = Lexer::new(content);
    while let Some(token) = lexer.next() {
        match (token.kind, content.get(token.range)) {
            (TokenKind::Word, Some(b"q")) => depth += 1,
            (TokenKind::Word, Some(b"Q")) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let (_, _, base) = file.view(id);
    let back = base.inverse();
    let mut text = "\n".to_owned() + &"Q ".repeat(depth);
    let cm = [back.a, back.b, back.c, back.d, back.e, back.f].map(|n| format!("{n:.4}")).join(" ");
    // Writing to a string cannot fail.
    let _written = write!(text, "\n/Artifact BMC q {cm} cm 0 g BT\n");
    for Writing { left, bottom, size, text: shown } in writings {
        let shown: String = shown.chars().map(octal).collect();
        let _written = writeln!(text, "/{FONT} {size:.2} Tf 1 0 0 1 {left:.2} {bottom:.2} Tm ({shown}) Tj");
    }
    text.push_str("ET Q EMC\n");
    text.into_bytes()
}
