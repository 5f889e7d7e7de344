//! Marks: places in an item with two or more alternatives.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The kind of a mark, which decides what destroys it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// A fact that the originator varies; survives paraphrase, translation and behaviour.
    Fact,
    /// A phrasing that the originator wrote, or words and grammar varied by a frame.
    Wording,
    /// Spelling, punctuation, number and date style.
    Orthography,
    /// Quotation marks, dashes and the like.
    Typography,
    /// Positions of words on the page.
    Layout,
    /// Faint patterns in pictures.
    Picture,
    /// Characters that cannot be seen.
    Invisible,
}

impl Layer {
    /// All layers, from the one that survives most to the one that survives least.
    pub const ALL: [Self; 7] =
        [Self::Fact, Self::Wording, Self::Orthography, Self::Typography, Self::Picture, Self::Layout, Self::Invisible];

    /// Whether its marks stand in the words themselves, so that a text typed anew still shows them.
    #[must_use]
    pub fn is_text(self) -> bool {
        !matches!(self, Self::Layout | Self::Picture)
    }

    /// The layer's name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fact => "fact",
            Self::Wording => "wording",
            Self::Orthography => "orthography",
            Self::Typography => "typography",
            Self::Layout => "layout",
            Self::Picture => "picture",
            Self::Invisible => "invisible",
        }
    }
}

/// One occurrence of a mark in the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Index of the block in the document; pictures count on after the text's blocks.
    pub block: usize,
    /// Bytes of the block's text that an alternative replaces; in a picture the number of the mark.
    pub range: Range<usize>,
    /// What each alternative writes there, in symbol order; may be empty; in a picture there are none.
    pub texts: Vec<String>,
}

/// A place in an item with `q ≥ 2` alternatives; all sites of a mark carry the same symbol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What destroys it.
    pub layer: Layer,
    /// The frame that found it, or `authored` with the label that the originator gave.
    pub rule: String,
    /// What a reader is shown for each alternative, in symbol order.
    pub alternatives: Vec<String>,
    /// The alternative that the master itself carries, if it carries one.
    pub master: Option<u8>,
    /// Where it stands; at least one site, in document order.
    pub sites: Vec<Site>,
}

impl Mark {
    /// Number of alternatives.
    #[must_use]
    pub fn arity(&self) -> usize {
        self.alternatives.len()
    }
}
