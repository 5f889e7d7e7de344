//! Carriers and marks: what can be varied in a document, how a copy is written, and what a leak still shows of it.
#![doc = ""]

pub mod authored;
pub mod document;
pub mod find;
pub mod frame;
mod guard;
pub mod mark;
pub mod pattern;
pub mod token;
