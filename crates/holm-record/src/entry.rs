//! Entries: what is said, the leaf that stands for it in the tree, and the form in which a store keeps it.
//!
//! The bytes are fixed in `docs/spec/record.md`.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::commitment::{Commitment, Salt, hex, sha256};
use crate::event::Event;
use crate::tlog::{Hash, leaf_hash};

/// Domain of commitments to entry bodies.
pub const BODY_DOMAIN: &str = "holm entry body v1";
/// First line of every leaf.
pub const LEAF_HEADER: &str = "holm-leaf/v1";
const NONCE: usize = 24;

/// One entry of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Version of the body's schema.
    pub v: u16,
    /// When it was entered.
    pub at: Timestamp,
    /// Who entered it.
    pub actor: String,
    /// What it says.
    pub event: Event,
    /// Signature of whoever entered it, Ed25519 in base64, over [`signed_text`]; entries of a workspace of one officer have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// What an entry's actor signs: its body's bytes before there was a signature, at its place (`docs/spec/roles.md`).
#[must_use]
pub fn signed_text(origin: &str, index: u64, unsigned: &[u8]) -> String {
    format!("holm-entry/1\n{origin}\n{index}\n{}\n", hex(&sha256(unsigned)))
}

impl Opened {
    /// The body's bytes before it was signed; `None` if it is not, or otherwise than at its end.
    #[must_use]
    pub fn unsigned(&self) -> Option<Vec<u8>> {
        let end = format!(",\"signature\":\"{}\"}}", self.entry.signature.as_ref()?);
        let begin = self.body.strip_suffix(end.as_bytes())?;
        Some([begin, b"}"].concat())
    }
}

/// The key under which bodies are encrypted before any store sees them.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct BodyKey([u8; 32]);

impl BodyKey {
    /// Takes the key as unsealed from the workspace's secrets.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for BodyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BodyKey([redacted])")
    }
}

/// An entry as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The leaf: header, time and commitment.
    pub leaf: String,
    /// Nonce and ciphertext of salt and body; `None` once it was lawfully destroyed.
    pub sealed: Option<Vec<u8>>,
}

/// A body that does not open.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryError {
    /// Wrong key or altered bytes.
    #[error("its body does not decrypt: the store was altered, or the key is another workspace's")]
    Decrypt,
    /// The body is not what the leaf committed to.
    #[error("its body is not the one that the leaf commits to")]
    Commitment,
    /// The leaf is not one.
    #[error("its leaf is malformed")]
    Leaf,
    /// The body is of a schema that this version does not know.
    #[error("its body cannot be read: {0}")]
    Body(String),
    /// The body could not be encrypted or salted.
    #[error("the entry could not be sealed: {0}")]
    Seal(&'static str),
}

/// An entry opened, with what is needed to prove it to others.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// What it says.
    pub entry: Entry,
    /// The bytes that were committed to.
    pub body: Vec<u8>,
    /// The salt of the commitment.
    pub salt: Salt,
}

impl Row {
    /// Seals `entry`: salts, commits, encrypts.
    ///
    /// # Errors
    /// [`EntryError::Seal`] if the system has no randomness.
    pub fn seal(entry: &Entry, key: &BodyKey) -> Result<Self, EntryError> {
        let body = serde_json::to_vec(entry).map_err(|e| EntryError::Body(e.to_string()))?;
        let salt = Salt::random().map_err(|_| EntryError::Seal("the system has no randomness"))?;
        let commitment = Commitment::to(BODY_DOMAIN, &salt, &body);
        let leaf = format!("{LEAF_HEADER}\n{}\n{commitment}\n", entry.at);
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| EntryError::Seal("the system has no randomness"))?;
        let plain = [&salt.0[..], &body].concat();
        let cipher = XChaCha20Poly1305::new(&key.0.into());
        let payload = Payload { msg: &plain, aad: leaf.as_bytes() };
        let ciphertext = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| EntryError::Seal("encryption failed"))?;
        Ok(Self { leaf, sealed: Some([&nonce[..], &ciphertext].concat()) })
    }

    /// Hash of the leaf in the tree.
    #[must_use]
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash(self.leaf.as_bytes())
    }

    /// Opens the body; `None` if it was destroyed.
    ///
    /// # Errors
    /// [`EntryError`] says what does not hold.
    pub fn open(&self, key: &BodyKey) -> Result<Option<Opened>, EntryError> {
        let Some(sealed) = &self.sealed else { return Ok(None) };
        let (nonce, ciphertext) = sealed.split_at_checked(NONCE).ok_or(EntryError::Decrypt)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| EntryError::Decrypt)?;
        let payload = Payload { msg: ciphertext, aad: self.leaf.as_bytes() };
        let plain =
            XChaCha20Poly1305::new(&key.0.into()).decrypt(&XNonce::from(nonce), payload).map_err(|_| EntryError::Decrypt)?;
        let (salt, body) = plain.split_at_checked(32).ok_or(EntryError::Decrypt)?;
        let salt = Salt(salt.try_into().map_err(|_| EntryError::Decrypt)?);
        let committed = self.leaf.lines().nth(2).ok_or(EntryError::Leaf)?;
        if Commitment::to(BODY_DOMAIN, &salt, body).to_string() != committed {
            return Err(EntryError::Commitment);
        }
        let entry: Entry = serde_json::from_slice(body).map_err(|e| EntryError::Body(e.to_string()))?;
        Ok(Some(Opened { entry, body: body.to_vec(), salt }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let event = Event::PersonLeft { person: "p17".parse().unwrap(), reason: "transferred".to_owned() };
        Entry { v: 1, at: "2026-11-24T14:05:00Z".parse().unwrap(), actor: "officer".to_owned(), event, signature: None }
    }

    #[test]
    fn an_entry_opens_with_its_key_only() {
        let row = Row::seal(&entry(), &BodyKey::new([1; 32])).unwrap();
        assert_eq!(row.open(&BodyKey::new([1; 32])).unwrap().unwrap().entry, entry());
        assert_eq!(row.open(&BodyKey::new([2; 32])), Err(EntryError::Decrypt));
    }

    #[test]
    fn the_leaf_shows_time_and_commitment_and_nothing_else() {
        let row = Row::seal(&entry(), &BodyKey::new([1; 32])).unwrap();
        let lines: Vec<&str> = row.leaf.lines().collect();
        assert_eq!(lines[..2], ["holm-leaf/v1", "2026-11-24T14:05:00Z"]);
        assert_eq!((lines.len(), lines[2].len()), (3, 44));
        assert!(!row.sealed.unwrap().windows(3).any(|w| w == b"p17"));
    }

    #[test]
    fn two_equal_entries_have_different_commitments() {
        let key = BodyKey::new([1; 32]);
        assert_ne!(Row::seal(&entry(), &key).unwrap().leaf, Row::seal(&entry(), &key).unwrap().leaf);
    }

    #[test]
    fn a_body_moved_to_another_leaf_does_not_open() {
        let key = BodyKey::new([1; 32]);
        let (a, b) = (Row::seal(&entry(), &key).unwrap(), Row::seal(&entry(), &key).unwrap());
        assert_eq!(Row { leaf: a.leaf, sealed: b.sealed }.open(&key), Err(EntryError::Decrypt));
    }
}
