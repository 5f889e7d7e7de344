//! Carriers and marks: what can be varied in a document, how a copy is written, and what a leak still shows of it.
//!
//! In: the bytes of a document, a frame pack, and for a copy one symbol a mark; or a leak's text. Out: marks with their
//! alternatives, the bytes of a copy, or for each mark the likelihood of every alternative (informed, non-blind extraction:
//! the master is at hand, so nothing has to be decoded blindly).
//!
//! Never: a codeword of anybody (a copy is written from symbols that somebody else drew; a leak is read without any), a
//! file, a clock, a network.
//!
//! ```
//! use holm_marks::carrier::Master;
//! use holm_marks::extract::Reader;
//! use holm_marks::find::find;
//!
//! let master = Master::parse(b"We counted [[two|three|four]] empty drums by the gate.", "note.txt").unwrap();
//! let marks: Vec<_> = find(master.blocks(), None).unwrap().into_iter().map(|found| found.mark).collect();
//! let copy = master.template(&marks).unwrap().render(&[2]).unwrap();
//! assert_eq!(copy, b"We counted four empty drums by the gate.");
//! let leak = Reader::new(master.blocks(), &marks).extract("WE COUNTED FOUR EMPTY DRUMS BY THE GATE");
//! assert_eq!(leak.readings[0].seen, Some(2));
//! ```
//!
//! Start reading at [`find`] (marks), then [`carrier`] (copies), then [`extract`] (leaks); [`picture`] does all three for
//! photographs and figures.

mod align;
pub mod authored;
pub mod carrier;
pub mod document;
pub mod extract;
pub mod find;
pub mod frame;
mod guard;
pub mod invisible;
pub mod language;
mod lattice;
pub mod layout;
pub mod leak;
pub mod mark;
mod normal;
pub mod pattern;
pub mod pdf;
pub mod picture;
pub mod raster;
pub mod token;
mod wiped;
