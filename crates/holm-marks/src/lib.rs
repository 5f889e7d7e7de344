//! Carriers and marks: what can be varied in a document, how a copy is written, and what a leak still shows of it.

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
pub mod leak;
pub mod mark;
mod normal;
pub mod pattern;
pub mod token;
