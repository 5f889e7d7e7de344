//! What all carriers have in common: blocks of text, and ranges in them that no mark may touch.

use std::ops::Range;

/// What a block is, which decides whether frames may fire in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// Running text.
    Prose,
    /// A title or a heading.
    Heading,
    /// A quotation of somebody else's words.
    Quotation,
    /// A cell of a table.
    Table,
    /// Program text, headers of a message, front matter.
    Verbatim,
}

/// A paragraph or another run of text that is read as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its text as a reader sees it.
    pub text: String,
    /// Byte ranges of `text` that must stay as they are (links, fields, code), sorted.
    pub protected: Vec<Range<usize>>,
}

impl Block {
    /// A block of running text without protected ranges.
    #[must_use]
    pub fn prose(text: impl Into<String>) -> Self {
        Self { kind: BlockKind::Prose, text: text.into(), protected: Vec::new() }
    }

    /// Whether any protected range overlaps `range` (or contains it, when it is empty).
    #[must_use]
    pub fn protects(&self, range: &Range<usize>) -> bool {
        self.protected.iter().any(|p| p.start < range.end.max(range.start + 1) && range.start < p.end)
    }
}
