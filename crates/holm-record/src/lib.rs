//! The tamper-evident record: events, transparency log (RFC 6962 tree, C2SP checkpoints and proofs), stores, verification.
//!
//! In: events. Out: durable entries, signed checkpoints, proofs, tiles, and a report of whatever was changed. [`witness`] is the other
//! side: it cosigns what grew from what it cosigned before.
//!
//! Never: a document, a codeword, a policy. This crate keeps what it is told and proves that it kept it; who may say what
//! is decided in `holm`. [`verify`] shares no hash, tree, note or cipher code with the writer.
//!
//! ```
//! use ed25519_dalek::SigningKey;
//! use holm_record::entry::BodyKey;
//! use holm_record::event::Event;
//! use holm_record::record::{Record, RecordKeys};
//! use holm_record::store::memory::MemoryStore;
//!
//! let signing = SigningKey::from_bytes(&[1; 32]);
//! let keys = RecordKeys { origin: "example.org/log".into(), signing, ml_dsa: None, body: BodyKey::new([2; 32]) };
//! let mut record = Record::open(MemoryStore::default(), keys).unwrap();
//! let left = Event::PersonLeft { person: "p17".parse().unwrap(), reason: "transferred".into() };
//! let index = record.append("officer", "2026-11-24T14:05:00Z".parse().unwrap(), vec![left]).unwrap();
//! assert!(record.prove(index).unwrap().to_text().starts_with("c2sp.org/tlog-proof@v1\nindex 0\n"));
//! ```
//!
//! Start reading at [`entry`], then [`record`](mod@record), then [`verify`]. The bytes are fixed in `docs/spec/record.md`.

pub mod commitment;
pub mod cosignature;
pub mod entry;
pub mod event;
pub mod id;
pub mod note;
pub mod proof;
pub mod record;
pub mod store;
pub mod tiles;
pub mod tlog;
pub mod trust;
pub mod verify;
pub mod witness;
