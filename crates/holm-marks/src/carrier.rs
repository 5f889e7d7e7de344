//! Carriers: file formats in which an item can be shared. A copy is the master with some bytes exchanged.

mod source;

use crate::document::Block;
use crate::mark::{Mark, Site};
use source::SourceMaster;

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Plain text, UTF-8.
    Text,
    /// Markdown (`CommonMark` with tables), UTF-8.
    Markdown,
}

/// Why a document cannot be shared as an item.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CarrierError {
    /// The format is none of those that can be marked.
    #[error("this is not a document that can be marked: {0}")]
    Unknown(String),
    /// Not UTF-8.
    #[error("the text is not UTF-8 (byte {at} is not); save it as UTF-8 and try again")]
    Encoding {
        /// Offset of the first byte that is not.
        at: usize,
    },
    /// The document is empty.
    #[error("the document has no text")]
    Empty,
}

/// A document ready to be marked.
#[derive(Clone, Debug)]
pub struct Master {
    format: Format,
    body: SourceMaster,
}

impl Master {
    /// Reads a document; `name` is its file name, whose ending decides between formats that look alike.
    ///
    /// # Errors
    /// [`CarrierError`] says why the document cannot be marked and what to do.
    pub fn parse(bytes: &[u8], name: &str) -> Result<Self, CarrierError> {
        let format = detect(bytes, name)?;
        let text = std::str::from_utf8(bytes).map_err(|e| CarrierError::Encoding { at: e.valid_up_to() })?;
        let body = match format {
            Format::Text => SourceMaster::text(text),
            Format::Markdown => SourceMaster::markdown(text),
        };
        if body.blocks.iter().all(|b| b.text.trim().is_empty()) {
            return Err(CarrierError::Empty);
        }
        Ok(Self { format, body })
    }

    /// The format, which every copy shares.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The text, block by block.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.body.blocks
    }

    /// Whether the carrier can exchange this site without touching anything else.
    #[must_use]
    pub fn can_carry(&self, site: &Site) -> bool {
        self.body.source_range(site).is_some()
    }

    /// Prepares to write copies with these marks.
    ///
    /// # Errors
    /// [`CarrierError::Unknown`] if a site is not one that the document can carry.
    pub fn template(&self, marks: &[Mark]) -> Result<Template, CarrierError> {
        self.body.template(marks)
    }
}

/// A master with its marks, ready to write one copy after the other.
#[derive(Clone, Debug)]
pub struct Template {
    source: Vec<u8>,
    /// Sorted by place; ranges do not overlap.
    edits: Vec<Edit>,
}

#[derive(Clone, Debug)]
struct Edit {
    range: std::ops::Range<usize>,
    mark: usize,
    texts: Vec<Vec<u8>>,
}

impl Template {
    /// The copy that carries `symbols`, one a mark.
    #[must_use]
    pub fn render(&self, symbols: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.source.len() + 64);
        let mut at = 0;
        for edit in &self.edits {
            out.extend_from_slice(self.source.get(at..edit.range.start).unwrap_or_default());
            let symbol = symbols.get(edit.mark).copied().unwrap_or(0);
            out.extend_from_slice(edit.texts.get(usize::from(symbol)).map_or(&[][..], Vec::as_slice));
            at = edit.range.end;
        }
        out.extend_from_slice(self.source.get(at..).unwrap_or_default());
        out
    }
}

fn detect(bytes: &[u8], name: &str) -> Result<Format, CarrierError> {
    let ending = name.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
    if bytes.contains(&0) || bytes.starts_with(b"%PDF") || bytes.starts_with(b"PK\x03\x04") {
        return Err(CarrierError::Unknown(format!("`{name}` is a binary file of an unknown kind; use text, Markdown or DOCX")));
    }
    match ending.as_str() {
        "md" | "markdown" => Ok(Format::Markdown),
        "txt" | "text" | "" => Ok(Format::Text),
        other => Err(CarrierError::Unknown(format!("`.{other}` is not text, Markdown or DOCX; rename the file if it is"))),
    }
}
