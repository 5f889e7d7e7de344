//! The item key and the streams that are drawn from it.
//!
//! Everything random about an item comes from 32 bytes through BLAKE3's keyed extendable output, one context per use and
//! one stream per copy (DESIGN §6). Nothing here reads a clock or a generator.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Version of the derivations below; part of every manifest.
pub const DERIVATION: u16 = 1;

/// 32 random bytes that determine every bias and every codeword of an item.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct ItemKey([u8; 32]);

impl std::fmt::Debug for ItemKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ItemKey([redacted])")
    }
}

impl ItemKey {
    /// Takes the key itself, as unsealed by custodians.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key's bytes, for sealing.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// K = KDF(`K_o` ‖ `K_w`): the originator's contribution and the second person's, if there is one.
    #[must_use]
    pub fn from_contributions(originator: &[u8; 32], second: Option<&[u8; 32]>) -> Self {
        let mut kdf = blake3::Hasher::new_derive_key("holm 2026-11 item key from two contributions v1");
        kdf.update(originator);
        match second {
            Some(second) => kdf.update(&[1]).update(second),
            None => kdf.update(&[0]),
        };
        Self(*kdf.finalize().as_bytes())
    }

    /// The stream for `context`, for the copy or other subject named by `subject`.
    #[must_use]
    pub fn stream(&self, context: Context, subject: &[u8]) -> Stream {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&DERIVATION.to_le_bytes());
        hasher.update(&[context as u8]);
        hasher.update(subject);
        Stream(hasher.finalize_xof())
    }
}

/// What a stream is drawn for; no two uses share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Context {
    /// The bias of every mark.
    Bias = 1,
    /// One copy's codeword; the subject is the copy id.
    Codeword = 2,
    /// The draws behind a certificate; the subject is evidence, item and copy.
    Certificate = 3,
    /// Salts of commitments to copies.
    Salt = 4,
}

/// An endless string of random bytes that depends on the key, the context and the subject only.
pub struct Stream(blake3::OutputReader);

impl Stream {
    /// The next `out.len()` bytes.
    pub fn fill(&mut self, out: &mut [u8]) {
        self.0.fill(out);
    }

    /// Moves to byte `position` of the stream.
    pub fn seek(&mut self, position: u64) {
        self.0.set_position(position);
    }

    /// The next 8 bytes as a number.
    pub fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_context_and_subject_and_repeat_themselves() {
        let key = ItemKey::from_bytes([7; 32]);
        let first = |context, subject: &[u8]| key.stream(context, subject).next_u64();
        assert_eq!(first(Context::Codeword, b"p1"), first(Context::Codeword, b"p1"));
        assert_ne!(first(Context::Codeword, b"p1"), first(Context::Codeword, b"p2"));
        assert_ne!(first(Context::Codeword, b"p1"), first(Context::Bias, b"p1"));
    }

    #[test]
    fn either_contribution_changes_the_key_and_none_is_not_a_zero_one() {
        let own = [1; 32];
        let keys = [
            ItemKey::from_contributions(&own, None),
            ItemKey::from_contributions(&own, Some(&[0; 32])),
            ItemKey::from_contributions(&own, Some(&[2; 32])),
            ItemKey::from_contributions(&[3; 32], Some(&[2; 32])),
        ];
        for (i, a) in keys.iter().enumerate() {
            assert!(keys.iter().skip(i + 1).all(|b| a != b));
        }
    }

    #[test]
    fn a_key_does_not_print_itself() {
        assert_eq!(format!("{:?}", ItemKey::from_bytes([9; 32])), "ItemKey([redacted])");
    }
}
