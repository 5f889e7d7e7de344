//! Worlds with known truth, and the damage channels that leaks pass through on their way out.
//!
//! In: a text (or the copies of several recipients) and a source of chance. Out: the text as somebody who copied, retyped,
//! shortened, mixed or attacked it would leave it. Everything random comes from the argument, so a seed repeats it.
//!
//! This crate never calls the likelihoods that it tests: nothing of extraction or decoding. Of `holm-marks` it uses the
//! finder of marks alone, and only as an attacker would, on the leak ([`damage::Channel::Canonical`]).
//!
//! ```
//! use holm_simulate::chance::Chance;
//! use holm_simulate::damage::{Channel, damage};
//!
//! let leak = damage("The gate is \u{201c}closed\u{201d}.", Channel::AsciiFold, &mut Chance::new(1));
//! assert_eq!(leak, "The gate is \"closed\".");
//! ```
//!
//! Start reading at [`damage::Channel`]; [`mixture`] is for several copies, [`raster`] for images of pages, [`corpus`]
//! holds the documents that survival is measured on.

pub mod chance;
pub mod corpus;
pub mod damage;
pub mod mixture;
pub mod raster;
mod text;
