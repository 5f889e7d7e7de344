//! A reader of the PDFs under test that shares nothing with their writer: operators and code tables by way of lopdf.

use std::collections::HashMap;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};

/// Text between two word spaces, as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawn {
    pub(crate) text: String,
    pub(crate) page: usize,
    /// Where its first glyph stands, from the page's left and lower edge.
    pub(crate) x: f32,
    pub(crate) y: f32,
}

/// What the content streams draw in their order, artifacts left out.
pub(crate) fn drawn(pdf: &[u8]) -> Vec<Drawn> {
    let document = Document::load_mem(pdf).unwrap();
    let mut all = Vec::new();
    for (page, id) in document.get_pages().into_values().enumerate() {
        all.extend(page_words(&document, page, id));
    }
    all
}

fn page_words(document: &Document, page: usize, id: ObjectId) -> Vec<Drawn> {
    let tables: HashMap<Vec<u8>, HashMap<u16, String>> =
        document.get_page_fonts(id).unwrap().into_iter().map(|(name, font)| (name, texts(document, font))).collect();
    let content = Content::decode(&document.get_page_content(id)).unwrap();
    let mut reader = Reader { page, words: Vec::new(), at: (0.0, 0.0), open: false };
    let (mut table, mut artifact) = (None, false);
    for operation in &content.operations {
        let operands = &operation.operands;
        match operation.operator.as_str() {
            "BMC" | "BDC" => artifact = operands[0].as_name().unwrap() == b"Artifact",
            "Tf" => table = tables.get(operands[0].as_name().unwrap()),
            "Tm" => reader.at = (operands[4].as_float().unwrap(), operands[5].as_float().unwrap()),
            "Tj" | "TJ" if !artifact => reader.show(&operands[0], table.unwrap()),
            _ => {}
        }
    }
    reader.words
}

struct Reader {
    page: usize,
    words: Vec<Drawn>,
    at: (f32, f32),
    /// Whether the next glyph goes on with the last word.
    open: bool,
}

impl Reader {
    fn show(&mut self, shown: &Object, table: &HashMap<u16, String>) {
        let strings = match shown {
            Object::Array(items) => items.iter().filter_map(|item| item.as_str().ok()).collect(),
            other => vec![other.as_str().unwrap()],
        };
        for code in strings.concat().chunks(2) {
            let text = &table[&u16::from_be_bytes([code[0], code[1]])];
            if text == " " {
                self.open = false;
                continue;
            }
            if !self.open {
                self.words.push(Drawn { text: String::new(), page: self.page, x: self.at.0, y: self.at.1 });
            }
            self.open = true;
            self.words.last_mut().unwrap().text.push_str(text);
        }
    }
}

/// The code table of a font (ISO 32000-1, 9.10.3), of which only `bfchar` lines are used.
fn texts(document: &Document, font: &Dictionary) -> HashMap<u16, String> {
    let stream = document.dereference(font.get(b"ToUnicode").unwrap()).unwrap().1.as_stream().unwrap();
    let table = String::from_utf8(stream.decompressed_content().unwrap()).unwrap();
    let pair = |line: &str| {
        let (code, text) = line.strip_prefix('<')?.strip_suffix('>')?.split_once("> <")?;
        let units: Vec<u16> = (0..text.len()).step_by(4).map(|at| u16::from_str_radix(&text[at..at + 4], 16).unwrap()).collect();
        Some((u16::from_str_radix(code, 16).unwrap(), String::from_utf16(&units).unwrap()))
    };
    // The first line of angle brackets is the range of codes and not a pair of code and text.
    table.lines().skip_while(|line| !line.ends_with("beginbfchar")).filter_map(pair).collect()
}
