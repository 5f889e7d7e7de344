//! Worlds with known truth, and the damage channels that leaks pass through on their way out.
//!
//! In: a text (or the copies of several recipients) and a source of chance. Out: the text as somebody who copied, retyped,
//! shortened, mixed or attacked it would leave it. Everything random comes from the argument, so a seed repeats it.
//!
//! Worlds are the same for people: who leaks, what they were told, what came of it, and apart from that what anybody wrote down.
//!
//! This crate never calls the likelihoods that it tests: nothing of extraction, decoding or belief. Of `holm-marks` it uses the
//! finder of marks alone, and only as an attacker would, on the leak (`damage::Channel::Canonical`).
//!
//! ```
//! use holm_simulate::world::{World, setting::Setting};
//!
//! let world = World::draw(&Setting::units(300), 1);
//! assert_eq!(world.recorded.persons.len(), 200);
//! assert_eq!(world.truth.leakers().count(), 5);
//! # #[cfg(feature = "damage")] {
//! use holm_simulate::chance::Chance;
//! use holm_simulate::damage::{Channel, damage};
//!
//! let leak = damage("The gate is \u{201c}closed\u{201d}.", Channel::AsciiFold, &mut Chance::new(1));
//! assert_eq!(leak, "The gate is \"closed\".");
//! # }
//! ```
//!
//! [`programme`] runs two years week by week with a policy that is asked whom to tell, [`history`] tells public cases again, [`sheet`]
//! is what of a world was written down, as files, and [`statements`] are the calls and accounts of its people.
//!
//! Start reading at [`world`], or at `damage::Channel`; `mixture` is for several copies, `raster` for images of pages, `corpus`
//! holds the documents that survival is measured on. All but these and worlds are behind the feature `damage`, which is on unless it is
//! switched off: belief is tested without documents and images.

pub mod chance;
#[cfg(feature = "damage")]
pub mod corpus;
#[cfg(feature = "damage")]
pub mod damage;
pub mod history;
#[cfg(feature = "damage")]
pub mod mixture;
mod names;
pub mod programme;
#[cfg(feature = "damage")]
pub mod raster;
pub mod sheet;
pub mod statements;
#[cfg(feature = "damage")]
mod text;
pub mod world;
