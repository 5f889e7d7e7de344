//! Signed notes and checkpoints in the formats of C2SP (signed-note v1.0.0, tlog-checkpoint v1.0.0).

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::tlog::Hash;

/// Signature type of plain Ed25519 notes.
const ED25519: u8 = 1;
/// Notes with more signatures than this are refused; the specification asks for 16 at least.
const MOST_SIGNATURES: usize = 64;

/// A note that cannot be read or trusted.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteError {
    /// Not a signed note.
    #[error("this is not a signed note: {0}")]
    Malformed(&'static str),
    /// No signature of the expected key.
    #[error("the note bears no signature of `{0}`")]
    Unsigned(String),
    /// A signature of the expected key that does not hold.
    #[error("the signature of `{0}` does not match the text: the note was altered")]
    Forged(String),
}

/// A public key with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    key: VerifyingKey,
}

impl NoteKey {
    /// A key that signs under `name`, which has no space and no plus sign.
    #[must_use]
    pub fn new(name: impl Into<String>, key: VerifyingKey) -> Self {
        Self { name: name.into(), key }
    }

    /// The name under which the key signs.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> [u8; 4] {
        let hash =
            Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519]).chain_update(self.key.as_bytes()).finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// The key in the form that verifiers take: `name+id+base64`.
    #[must_use]
    pub fn to_vkey(&self) -> String {
        let id: String = self.id().iter().map(|b| format!("{b:02x}")).collect();
        let key: Vec<u8> = std::iter::once(ED25519).chain(*self.key.as_bytes()).collect();
        format!("{}+{id}+{}", self.name, BASE64.encode(key))
    }

    /// Reads a key as [`NoteKey::to_vkey`] writes it.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] says which part is wrong.
    pub fn from_vkey(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Malformed("a key is name+id+base64"));
        };
        let bytes = BASE64.decode(key).map_err(|_| NoteError::Malformed("the key is not base64"))?;
        let (kind, key) = bytes.split_first().ok_or(NoteError::Malformed("the key is empty"))?;
        let key: [u8; 32] = key.try_into().map_err(|_| NoteError::Malformed("the key is not 32 bytes long"))?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| NoteError::Malformed("the key is not a point of the curve"))?;
        let key = Self::new(name, key);
        let expected: String = key.id().iter().map(|b| format!("{b:02x}")).collect();
        if *kind != ED25519 || id != expected {
            return Err(NoteError::Malformed("the key's id does not match it"));
        }
        Ok(key)
    }

    /// Checks that this key signed `note` and returns the signed text.
    ///
    /// # Errors
    /// [`NoteError`] if the note is malformed, unsigned by this key, or altered.
    pub fn open<'n>(&self, note: &'n str) -> Result<&'n str, NoteError> {
        let (text, signatures) = split(note)?;
        let mut seen = false;
        for (name, blob) in signatures {
            let Some((id, signature)) = blob.split_at_checked(4) else {
                return Err(NoteError::Malformed("a signature is too short"));
            };
            if name != self.name || *id != self.id() {
                continue;
            }
            let forged = || NoteError::Forged(self.name.clone());
            let signature = Signature::from_slice(signature).map_err(|_| forged())?;
            self.key.verify_strict(text.as_bytes(), &signature).map_err(|_| forged())?;
            seen = true;
        }
        if seen { Ok(text) } else { Err(NoteError::Unsigned(self.name.clone())) }
    }
}

/// Signs `text`, which ends with a newline.
#[must_use]
pub fn sign(text: &str, name: &str, key: &SigningKey) -> String {
    let id = NoteKey::new(name, key.verifying_key()).id();
    let blob: Vec<u8> = id.into_iter().chain(key.sign(text.as_bytes()).to_bytes()).collect();
    format!("{text}\n\u{2014} {name} {}\n", BASE64.encode(blob))
}

pub(crate) type Signatures<'n> = Vec<(&'n str, Vec<u8>)>;

/// Splits a note into its text and its signatures.
pub(crate) fn split(note: &str) -> Result<(&str, Signatures<'_>), NoteError> {
    if note.chars().any(|c| c < ' ' && c != '\n') {
        return Err(NoteError::Malformed("it has control characters"));
    }
    let at = note.rfind("\n\n").ok_or(NoteError::Malformed("it has no blank line before the signatures"))?;
    let (text, rest) = (note.get(..=at).unwrap_or_default(), note.get(at + 2..).unwrap_or_default());
    let rest = rest.strip_suffix('\n').ok_or(NoteError::Malformed("it does not end with a newline"))?;
    let mut signatures = Vec::new();
    for line in rest.split('\n') {
        let (name, blob) = line
            .strip_prefix("\u{2014} ")
            .and_then(|l| l.split_once(' '))
            .ok_or(NoteError::Malformed("a signature line is not a dash, a name and base64"))?;
        signatures.push((name, BASE64.decode(blob).map_err(|_| NoteError::Malformed("a signature is not base64"))?));
        if signatures.len() > MOST_SIGNATURES {
            return Err(NoteError::Malformed("it has too many signatures"));
        }
    }
    Ok((text, signatures))
}

/// What a log says of itself at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Identity of the log.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root hash.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(self.root))
    }

    /// Reads the text that was signed; lines after the third are extensions and are passed over.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] says which line is wrong.
    pub fn from_text(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.lines();
        let origin = lines.next().filter(|l| !l.is_empty()).ok_or(NoteError::Malformed("a checkpoint begins with its origin"))?;
        let size = lines.next().unwrap_or_default();
        if size.len() > 1 && size.starts_with('0') || !size.chars().all(|c| c.is_ascii_digit()) {
            return Err(NoteError::Malformed("a checkpoint's size is a decimal number without leading zeros"));
        }
        let size = size.parse().map_err(|_| NoteError::Malformed("a checkpoint's second line is its size"))?;
        let root = lines.next().and_then(|l| BASE64.decode(l).ok()).and_then(|r| r.try_into().ok());
        let root = root.ok_or(NoteError::Malformed("a checkpoint's third line is its root hash"))?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the signed-note specification and its key.
    const EXAMPLE: &str = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n\u{2014} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[11; 32])
    }

    #[test]
    fn the_specifications_example_splits_at_its_last_blank_line() {
        let (text, signatures) = split(EXAMPLE).unwrap();
        assert!(text.ends_with("ed è subito sera.\n"));
        assert_eq!(signatures.len(), 1);
        assert_eq!(signatures[0].0, "quasimodo.example/salvatore");
        assert_eq!(signatures[0].1.len(), 68);
    }

    #[test]
    fn a_note_opens_with_its_key_and_with_no_other() {
        let note = sign("text\n", "holm.example/log", &key());
        let own = NoteKey::new("holm.example/log", key().verifying_key());
        let other = NoteKey::new("holm.example/log", SigningKey::from_bytes(&[12; 32]).verifying_key());
        assert_eq!(own.open(&note), Ok("text\n"));
        assert_eq!(other.open(&note), Err(NoteError::Unsigned("holm.example/log".to_owned())));
        assert_eq!(own.open(&note.replace("text", "next")), Err(NoteError::Forged("holm.example/log".to_owned())));
    }

    #[test]
    fn verifier_keys_read_back() {
        let own = NoteKey::new("holm.example/log", key().verifying_key());
        assert_eq!(NoteKey::from_vkey(&own.to_vkey()), Ok(own.clone()));
        assert!(NoteKey::from_vkey(&own.to_vkey().replace("log", "lag")).is_err());
    }

    #[test]
    fn checkpoints_are_strict_about_their_size() {
        let good = Checkpoint { origin: "o".to_owned(), size: 10, root: [3; 32] };
        assert_eq!(Checkpoint::from_text(&good.to_text()), Ok(good.clone()));
        assert!(Checkpoint::from_text(&good.to_text().replace("\n10\n", "\n010\n")).is_err());
        assert!(Checkpoint::from_text(&good.to_text().replace("\n10\n", "\n+10\n")).is_err());
    }
}
