//! The entry: fonts that are parsed once, and what can go wrong.

use crate::document::Document;
use crate::face::{Face, Style};
use crate::flow::Flow;
use crate::page::{Layout, PlacedWord};
use crate::program::Program;

/// Why a document cannot be set.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to set.
    #[error("the document has no words; give a text to set")]
    Empty,
    /// No face has the character.
    #[error(
        "the fonts have no character `{character}` (U+{:04X}), which stands in paragraph {paragraph}; replace it or leave it out",
        u32::from(*character)
    )]
    Character {
        /// The character.
        character: char,
        /// The paragraph that holds it, counted from 1.
        paragraph: usize,
    },
    /// A table is too wide.
    #[error("the table in paragraph {paragraph} has {columns} columns, and a page holds {most}; split the table")]
    Columns {
        /// The table, counted from 1 among the document's paragraphs.
        paragraph: usize,
        /// How many columns it has.
        columns: usize,
        /// How many there may be.
        most: usize,
    },
    /// A shift is no length.
    #[error("word {word} cannot be shifted by {shift} points; give a finite number")]
    Shift {
        /// The word's index.
        word: usize,
        /// The shift asked for.
        shift: f64,
    },
    /// A font has no further codes.
    #[error("the document uses more than 65535 different glyphs; split it")]
    Glyphs,
    /// A built-in font could not be cut down to the glyphs used.
    #[error("a built-in font cannot be cut down to the characters used; please report this as a fault, without the document")]
    Font(#[source] subsetter::Error),
}

/// A document that has been set.
#[derive(Clone, Debug)]
pub struct Typeset {
    /// The file's bytes.
    pub pdf: Vec<u8>,
    /// The words in reading order, where they stand without their shifts.
    pub words: Vec<PlacedWord>,
}

/// The built-in fonts, ready for use. Make one and share it between threads.
pub struct Typesetter {
    faces: [Face; Style::ALL.len()],
}

impl Typesetter {
    /// Parses the built-in fonts.
    pub fn new() -> Self {
        Typesetter { faces: Style::ALL.map(Face::new) }
    }

    /// Sets `document` and draws it with each word moved `shift(index)` points to the right.
    ///
    /// # Errors
    ///
    /// As [`Typesetter::lay_out`] and [`Layout::draw`].
    pub fn typeset(&self, document: &Document, shift: impl Fn(usize) -> f64) -> Result<Typeset, Error> {
        let layout = self.lay_out(document)?;
        Ok(Typeset { pdf: layout.draw(shift)?, words: layout.into_words() })
    }

    /// Breaks `document` into lines and pages, which may then be drawn with many shifts.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`], [`Error::Character`], [`Error::Columns`]; in practice never [`Error::Glyphs`] or [`Error::Font`].
    pub fn lay_out(&self, document: &Document) -> Result<Layout, Error> {
        let mut flow = Flow::new(&self.faces);
        for paragraph in &document.blocks {
            flow.paragraph(paragraph)?;
        }
        if flow.has_no_words() {
            return Err(Error::Empty);
        }
        let (mut layout, inventories) = flow.into_layout(document.language)?;
        for (face, inventory) in self.faces.iter().zip(&inventories) {
            layout.programs.push(Program::new(face, inventory)?);
        }
        Ok(layout)
    }
}

impl Default for Typesetter {
    fn default() -> Self {
        Self::new()
    }
}
