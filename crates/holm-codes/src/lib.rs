//! Collusion-secure fingerprinting codes (Tardos codes): bias, codeword, evidence, exact null law, joint decoding, attacks.
//!
//! In: an item key, the number of alternatives of each mark, the ids of the copies, and for a leak the likelihood of each
//! alternative at each mark. Out: for every copy a p-value and an e-value that hold whatever the leakers did.
//!
//! Never: a document, a person, a file, a clock, a generator of its own. A codeword never touches the table by which it is
//! tested; everything in this crate is arranged around that sentence (`docs/design/codes.md`).
//!
//! ```
//! use holm_codes::codeword::{Codebook, Issuer};
//! use holm_codes::decode::decode_single;
//! use holm_codes::evidence::Rows;
//! use holm_codes::key::ItemKey;
//! use holm_codes::law::{Law, draw_biases};
//!
//! let key = ItemKey::from_bytes([1; 32]);
//! let issuer = Issuer::new(draw_biases(&key, Law::Half, &[2; 40]));
//! let copies = Codebook::draw(&issuer, &key, &["ana.1", "ben.1", "eva.1"]);
//! let leak: Vec<Option<u8>> = copies.symbols(1).into_iter().map(Some).collect();
//! let scores = decode_single(issuer.biases(), &Rows::read(&leak, &[2; 40], 0.01), |table| table.scan(&copies));
//! assert!(scores[1].p < 1e-9 && scores[0].p > 1e-3 && scores[2].p > 1e-3);
//! ```
//!
//! Start reading at [`codeword`] (what is issued), then [`decode`] (what is tested), then [`tail`] (why it holds).

pub mod attack;
mod certificate;
pub mod codeword;
pub mod decode;
pub mod evidence;
pub mod family;
pub mod key;
pub mod law;
pub mod ledger;
pub mod power;
mod ratio;
pub mod recheck;
pub mod score;
mod search;
pub mod strategy;
pub mod tail;
