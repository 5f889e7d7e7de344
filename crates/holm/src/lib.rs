//! The use-cases of Holm: share, open, trace, verify. The only crate that authorises, marks, seals and appends.
//!
//! In: documents, rosters, leaks, and a [`policy::Permit`]. Out: sealed copies that are already recorded, and reports.
//!
//! Never: a copy that leaves before its entry is durable; a key that is opened before the extraction is recorded; a belief
//! about a person. The order of steps is carried by types: [`share::Frozen`] → [`share::Keyed`] → [`share::Sealed`] →
//! [`share::Released`], and in [`trace`] sealed evidence → recorded extraction → opened key → verdict.
//!
//! ```
//! use holm::identity::{DeviceKeys, parse_device};
//!
//! let keys = DeviceKeys::generate()?;
//! let device = parse_device(&keys.public_line())?;
//! assert_eq!(device.recipient, keys.recipient());
//! # Ok::<(), holm::identity::IdentityError>(())
//! ```
//!
//! Start reading at `tests/it/leak_is_traced.rs`, the product as one story; then [`share`] and its mirror [`trace`].

pub mod approach;
pub mod approval;
pub mod backup;
pub mod belief;
pub mod checkpoint;
pub mod contribution;
pub mod correction;
pub mod courier;
pub mod custody;
pub mod damage;
pub mod destruction;
pub mod dossier;
pub mod draft;
pub mod epoch;
pub mod exhibit;
pub mod experiment;
pub mod exposure;
mod failpoint;
pub mod head;
pub mod identity;
pub mod incident;
pub mod instant;
mod labelled;
pub mod leak;
pub mod mail;
pub mod manifest;
pub mod marking;
pub mod mask;
pub mod member;
pub mod onward;
pub mod operation;
pub mod own_file;
pub mod pages;
pub mod picture_sight;
pub mod place;
pub mod plan;
pub mod policy;
pub mod prepare;
pub mod proceeding;
pub mod program;
pub mod programme;
pub mod receipt;
pub mod recognise;
pub mod recovery;
pub mod rehearsal;
pub mod render;
pub mod report;
mod rereading;
pub mod review;
pub mod role;
pub mod roster;
pub mod share;
pub mod shown;
pub mod sight;
pub mod slip;
pub mod state;
pub mod telling;
pub mod trace;
pub mod transfer;
pub mod vault;
pub mod verification;
pub mod verify_trace;
pub mod vetting;
pub mod warning;
pub mod witness;
pub mod workspace;
