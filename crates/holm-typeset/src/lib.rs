//! Typesetting: Markdown or plain text → paragraphs → lines on A4 pages → a PDF whose words may each stand displaced.
//!
//! In: a [`Document`] (made by [`parse`], [`parse_text`] or by hand) and a shift in points for each word. Out: the bytes of a PDF and, for
//! each word, where it stands without its shift. Ragged right, one constant word space, no hyphenation: what moves a word is
//! its shift and nothing else. Words are broken only where a single one is wider than its column.
//!
//! Never: a codeword, a person, a file, a clock or a random number. The same document and shifts give the same bytes.
//!
//! ```
//! use holm_typeset::{Language, Typesetter, parse};
//!
//! let typesetter = Typesetter::new();
//! let parsed = parse("# Note\n\nThe boat leaves *at six*.", Language::English);
//! let layout = typesetter.lay_out(&parsed.document)?;
//! assert_eq!(layout.words()[2].text, "boat");
//! let nudged = layout.draw(|word| if word == 2 { 0.4 } else { 0.0 })?;
//! assert!(nudged.starts_with(b"%PDF-1.7"));
//! # Ok::<(), holm_typeset::Error>(())
//! ```
//!
//! Start reading at [`Typesetter`], then `flow.rs` (paragraphs become rows), `page.rs` (rows become pages) and `draw.rs`.

mod document;
mod markdown;
mod plain;

mod typesetter;

mod face;
mod lines;
mod shaper;
mod words;

mod flow;
mod outline;
mod page;
mod table;
mod verbatim;

mod draw;
mod file;
mod program;

pub use document::{Alignment, Anchor, Cell, Content, Document, Language, Level, Marker, Paragraph, Run};
pub use markdown::{LeftOut, Parsed, parse};
pub use page::{Layout, PlacedWord};
pub use plain::{parse_text, unwrap_lines};
/// Version of the typesetter: where words stand and what bytes say so. Another version sets other pages.
pub const TYPESETTER: &str = "holm-typeset/1";

/// Width and height of every page in points: A4.
pub const PAGE: (f64, f64) = (page::WIDTH, page::HEIGHT);

pub use typesetter::{Error, Typeset, Typesetter};
