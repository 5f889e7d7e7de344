//! codes
pub mod attack;
mod certificate;
pub mod codeword;
pub mod decode;
pub mod evidence;
pub mod family;
pub mod key;
pub mod law;
mod ratio;
pub mod score;
mod search;
pub mod strategy;
pub mod tail;
