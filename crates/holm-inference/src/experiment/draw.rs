//! From a recorded protocol and a seed to who is told what.
//!
//! Each group's variant is the quantile of its law at the first 16 bits of a stream of its own, the keyed BLAKE3 extendable output
//! of the seed (as the codewords of `holm-codes`), which also depends on all of the protocol. So a protocol that is exchanged
//! after the draw makes other draws than those that were told. The order of entries is what keeps planner and seed apart: whoever
//! knows the seed before the protocol is fixed can try closing dates until the draws suit him (a test does).

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::encoding;
use super::law::Variant;
use super::protocol::{Group, Protocol};

/// Version of the derivation below.
pub const DERIVATION: u16 = 1;

/// 32 random bytes that determine what everybody is told, from two parties where there are two.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Seed([u8; 32]);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed([redacted])")
    }
}

/// What a stream is drawn for.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Context {
    /// The protocol, so that all other streams depend on it.
    Protocol = 1,
    /// One group's variant.
    Variant = 2,
    /// What names the seed to the ledger.
    Tag = 3,
}

impl Seed {
    /// Takes the seed itself.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn hash(&self, context: Context, parts: &[&[u8]]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&DERIVATION.to_le_bytes()).update(&[context as u8]);
        parts.iter().for_each(|part| {
            hasher.update(part);
        });
        hasher.finalize()
    }

    /// By which the same seed is known again; says nothing about what was drawn.
    pub(super) fn tag(&self) -> [u8; 32] {
        *self.hash(Context::Tag, &[]).as_bytes()
    }

    /// What each group is told, in the protocol's order. Besides the ledger this is for whoever tells people: everybody who sees it must
    /// stand among those of whom the ledger was told that they know.
    #[must_use]
    pub fn draw(&self, protocol: &Protocol) -> Vec<Variant> {
        let fixed = self.hash(Context::Protocol, &[&protocol.encode()]);
        let groups = protocol.plan().groups.iter();
        let number = |group: &Group| {
            let stream = self.hash(Context::Variant, &[fixed.as_bytes(), &encoding::encode_group(group)]);
            let [low, high, ..] = *stream.as_bytes();
            u16::from_le_bytes([low, high])
        };
        groups.map(|(group, law)| law.quantile(number(group))).collect()
    }
}

#[cfg(test)]
mod tests;
