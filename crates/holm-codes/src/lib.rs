//! codes
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
