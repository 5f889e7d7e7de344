//! What can be set: a document as paragraphs in reading order, each made of runs of text.

use std::ops::Range;

/// A text to be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The language of the text, which the PDF declares.
    pub language: Language,
    /// The paragraphs in reading order.
    pub blocks: Vec<Paragraph>,
}

/// The language of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, `en`.
    English,
    /// Spanish, `es`.
    Spanish,
}

/// One paragraph and how deep it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// How many quotations it stands in.
    pub quotes: usize,
    /// How many lists it stands in: an item of an outermost list has 1, and so has a further paragraph of that item.
    pub depth: usize,
    /// What it holds.
    pub content: Content,
}

/// What a paragraph holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A heading, kept on one page with what follows.
    Heading(Level, Vec<Run>),
    /// Ordinary text.
    Prose(Vec<Run>),
    /// The first paragraph of a list item.
    Item(Marker, Vec<Run>),
    /// Rows of cells; the first row is the header. A row may be shorter than others.
    Table {
        /// How each column stands; columns beyond these stand left.
        columns: Vec<Alignment>,
        /// The rows from top to bottom.
        rows: Vec<Vec<Cell>>,
    },
    /// Preformatted lines in the monospaced face.
    Verbatim(String),
    /// A horizontal line.
    Rule,
}

/// The level of a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The title.
    One,
    /// A section.
    Two,
    /// A subsection.
    Three,
    /// The lowest level that looks different; Markdown's fifth and sixth are set like it.
    Four,
}

/// What stands before a list item. It is drawn and can be extracted, but is not a word and is never shifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// A bullet.
    Bullet,
    /// A number, drawn with a full stop.
    Number(u64),
}

/// How the text of a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// At the left, also where Markdown says nothing.
    Left,
    /// In the middle.
    Centre,
    /// At the right.
    Right,
}

/// The text of one table cell.
pub type Cell = Vec<Run>;

/// Text of one appearance. A `\n` in it is a line break, any other white space separates words; a no-break space separates
/// words too, but keeps them on one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The text.
    pub text: String,
    /// Whether it is bold.
    pub bold: bool,
    /// Whether it is italic.
    pub italic: bool,
    /// Whether it is monospaced; monospaced text is neither bold nor italic.
    pub mono: bool,
    /// Where it leads; only `http`, `https`, `mailto` and `tel` addresses can be clicked.
    pub link: Option<String>,
    /// Where parts of the text stand in the source that it was read from, in order; none if it was made by hand.
    pub anchors: Vec<Anchor>,
}

/// A part of a run's text that stands in its source character by character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Bytes of the run's text.
    pub text: Range<usize>,
    /// Byte of the source at which they begin.
    pub source: usize,
}

impl Language {
    /// The language's tag in BCP 47.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Spanish => "es",
        }
    }
}

impl Paragraph {
    /// A paragraph that stands in no list and no quotation.
    pub fn new(content: Content) -> Self {
        Paragraph { quotes: 0, depth: 0, content }
    }
}

impl Run {
    /// Upright text without a link.
    pub fn plain(text: impl Into<String>) -> Self {
        Run { text: text.into(), ..Run::default() }
    }

    /// Appends text that stands in its source from byte `source` on, if it does.
    pub(crate) fn push(&mut self, text: &str, source: Option<usize>) {
        let start = self.text.len();
        self.text.push_str(text);
        self.anchors.extend(source.map(|source| Anchor { text: start..self.text.len(), source }));
    }

    /// The byte of the source that stands at `at` of the text, if one does.
    pub(crate) fn source(&self, at: usize) -> Option<usize> {
        let after = self.anchors.partition_point(|anchor| anchor.text.start <= at);
        let anchor = self.anchors.get(after.checked_sub(1)?).filter(|anchor| anchor.text.contains(&at))?;
        Some(anchor.source + at - anchor.text.start)
    }
}
