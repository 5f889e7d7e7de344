//! Keys of logs and witnesses, and what they sign of a checkpoint (C2SP tlog-cosignature v1.1, tlog-checkpoint v1.0.0).
//!
//! Three kinds of signature stand under a checkpoint: plain Ed25519 by its log ([`crate::note`]), timed Ed25519 by a witness, and timed
//! ML-DSA-44 by either, which outlives quantum computers. A verifier key says which it is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use ml_dsa::{ExpandedSigningKey, KeyInit, MlDsa44};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::note::{Checkpoint, NoteError, split};

const KEY_ID: usize = 4;
const TIME: usize = 8;
/// Names stand in a field of one byte's length.
const LONGEST_NAME: usize = 255;

/// How a key signs; the number is the signature type of C2SP signed-note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A log's plain Ed25519 signature of the text.
    Ed25519 = 1,
    /// A witness's timed Ed25519 cosignature.
    TimedEd25519 = 4,
    /// A timed ML-DSA-44 cosignature (FIPS 204, pure, no context) of origin, size and root.
    MlDsa44 = 6,
}

#[derive(Clone, Debug, PartialEq)]
enum Public {
    Ed25519(VerifyingKey),
    MlDsa44(Box<ml_dsa::VerifyingKey<MlDsa44>>),
}

/// A public key of a log or a witness, with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifierKey {
    name: String,
    kind: Kind,
    public: Public,
    bytes: Vec<u8>,
}

impl VerifierKey {
    fn of_bytes(name: &str, kind: u8, bytes: &[u8]) -> Result<Self, NoteError> {
        let (kind, public) = match kind {
            1 => (Kind::Ed25519, ed25519(bytes)?),
            4 => (Kind::TimedEd25519, ed25519(bytes)?),
            6 => (Kind::MlDsa44, ml_dsa_44(bytes)?),
            _ => return Err(NoteError::Malformed("the key is of a kind that is not known here: 1, 4 and 6 are")),
        };
        let spaced = name.chars().any(|c| c == '+' || c.is_whitespace() || c.is_control());
        if name.is_empty() || name.len() > LONGEST_NAME || spaced {
            return Err(NoteError::Malformed("a key's name is 1 to 255 bytes without spaces and plus signs"));
        }
        Ok(Self { name: name.to_owned(), kind, public, bytes: bytes.to_vec() })
    }

    /// Reads `name+id+base64`.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] says which part is wrong.
    pub fn from_vkey(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Malformed("a key is name+id+base64"));
        };
        let bytes = BASE64.decode(key).map_err(|_| NoteError::Malformed("the key is not base64"))?;
        let (kind, bytes) = bytes.split_first().ok_or(NoteError::Malformed("the key is empty"))?;
        let key = Self::of_bytes(name, *kind, bytes)?;
        if crate::commitment::hex(&key.id()) == id {
            Ok(key)
        } else {
            Err(NoteError::Malformed("the key's id does not match it"))
        }
    }

    /// The key as `name+id+base64`.
    #[must_use]
    pub fn to_vkey(&self) -> String {
        let key: Vec<u8> = std::iter::once(self.kind as u8).chain(self.bytes.iter().copied()).collect();
        format!("{}+{}+{}", self.name, crate::commitment::hex(&self.id()), BASE64.encode(key))
    }

    /// The name under which it signs: of a log its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it signs.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether both wrap the same public key, whatever they are called.
    #[must_use]
    pub fn is_same_key(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }

    fn id(&self) -> [u8; KEY_ID] {
        let hash =
            Sha256::new().chain_update(&self.name).chain_update([b'\n', self.kind as u8]).chain_update(&self.bytes).finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// Whether this key signed the checkpoint `note`: the time that the signature states, 0 where it states none; `None` if it did
    /// not sign.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] if it is no checkpoint, [`NoteError::Forged`] if a signature by this key does not hold.
    pub fn signed(&self, note: &str) -> Result<Option<u64>, NoteError> {
        let (text, signatures) = split(note)?;
        let checkpoint = Checkpoint::from_text(text)?;
        let mut earliest = None;
        for (name, blob) in signatures {
            let Some((id, signature)) = blob.split_at_checked(KEY_ID) else {
                return Err(NoteError::Malformed("a signature is too short"));
            };
            if name == self.name && *id == self.id() {
                let time = self.checked(text, &checkpoint, signature).ok_or_else(|| NoteError::Forged(self.name.clone()))?;
                earliest = Some(earliest.map_or(time, |before: u64| before.min(time)));
            }
        }
        Ok(earliest)
    }

    /// The time that a signature without its key id states, if it holds.
    fn checked(&self, text: &str, checkpoint: &Checkpoint, signature: &[u8]) -> Option<u64> {
        if self.kind == Kind::Ed25519 {
            return self.holds(text.as_bytes(), signature).then_some(0);
        }
        let (time, signature) = signature.split_at_checked(TIME)?;
        let time = u64::from_be_bytes(time.try_into().ok()?);
        let message = match self.kind {
            Kind::TimedEd25519 => timed_text(text, time),
            _ => cosigned_message(&self.name, time, checkpoint)?,
        };
        (i64::try_from(time).is_ok() && self.holds(&message, signature)).then_some(time)
    }

    fn holds(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.public {
            Public::Ed25519(key) => Signature::from_slice(signature).is_ok_and(|s| key.verify_strict(message, &s).is_ok()),
            Public::MlDsa44(key) => {
                ml_dsa::Signature::try_from(signature).is_ok_and(|s| key.verify_with_context(message, &[], &s))
            }
        }
    }
}

fn ed25519(bytes: &[u8]) -> Result<Public, NoteError> {
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| NoteError::Malformed("the key is not 32 bytes long"))?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| NoteError::Malformed("the key is not a point of the curve"))?;
    Ok(Public::Ed25519(key))
}

fn ml_dsa_44(bytes: &[u8]) -> Result<Public, NoteError> {
    let bytes = bytes.try_into().map_err(|_| NoteError::Malformed("the key is not 1312 bytes long"))?;
    Ok(Public::MlDsa44(Box::new(ml_dsa::VerifyingKey::decode(bytes))))
}

/// What a timed Ed25519 cosignature signs.
fn timed_text(text: &str, time: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

/// What an ML-DSA-44 cosignature signs: `cosigned_message` of tlog-cosignature, for a whole tree. `None` if a name is too long for it.
fn cosigned_message(cosigner: &str, time: u64, checkpoint: &Checkpoint) -> Option<Vec<u8>> {
    let length = |name: &str| u8::try_from(name.len()).ok().filter(|n| *n > 0);
    let mut message = b"subtree/v1\n\0".to_vec();
    message.push(length(cosigner)?);
    message.extend(cosigner.as_bytes());
    message.extend(time.to_be_bytes());
    message.push(length(&checkpoint.origin)?);
    message.extend(checkpoint.origin.as_bytes());
    message.extend(0_u64.to_be_bytes());
    message.extend(checkpoint.size.to_be_bytes());
    message.extend(checkpoint.root);
    Some(message)
}

enum Secret {
    Ed25519(Box<SigningKey>),
    MlDsa44(Box<ExpandedSigningKey<MlDsa44>>),
}

/// A secret key of a log or a witness.
pub struct CosignerKey {
    verifier: VerifierKey,
    secret: Secret,
}

impl CosignerKey {
    /// A witness's timed Ed25519 key of a 32-byte seed. Its signatures do not say its name: use a seed for one name only.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] if `name` is none.
    pub fn timed_ed25519(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let key = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::of_bytes(name, Kind::TimedEd25519 as u8, key.verifying_key().as_bytes())?;
        Ok(Self { verifier, secret: Secret::Ed25519(Box::new(key)) })
    }

    /// The ML-DSA-44 key that belongs to an Ed25519 seed: its own seed is SHA-256(`holm ml-dsa-44 seed v1` ‖ "\n" ‖ seed).
    ///
    /// Whoever breaks the Ed25519 key learns its scalar, which is a hash of the seed, and not the seed.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] if `name` is none.
    pub fn ml_dsa_44(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let own: Zeroizing<[u8; 32]> =
            Zeroizing::new(Sha256::new().chain_update("holm ml-dsa-44 seed v1\n").chain_update(seed).finalize().into());
        let key = ml_dsa::SigningKey::<MlDsa44>::new(&(*own).into());
        let expanded = key.expanded_key();
        let public = expanded.verifying_key().encode();
        let verifier = VerifierKey::of_bytes(name, Kind::MlDsa44 as u8, public.as_slice())?;
        Ok(Self { verifier, secret: Secret::MlDsa44(Box::new(expanded.clone())) })
    }

    /// The public key.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The signature line, with its newline, by which this key says that it saw `checkpoint` at `time`, in seconds since 1970.
    ///
    /// `text` is what stands above the signatures, lines that Holm does not know included.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] if the origin is longer than a signed message can hold.
    pub fn line(&self, text: &str, time: u64) -> Result<String, NoteError> {
        const TOO_LONG: NoteError = NoteError::Malformed("the origin has more than 255 bytes");
        let checkpoint = Checkpoint::from_text(text)?;
        let signature = match &self.secret {
            Secret::Ed25519(key) => key.sign(&timed_text(text, time)).to_bytes().to_vec(),
            Secret::MlDsa44(key) => {
                let message = cosigned_message(&self.verifier.name, time, &checkpoint).ok_or(TOO_LONG)?;
                // Fails for contexts of more than 255 bytes only.
                key.sign_deterministic(&message, &[]).map_err(|_| TOO_LONG)?.encode().as_slice().to_vec()
            }
        };
        let blob: Vec<u8> = self.verifier.id().into_iter().chain(time.to_be_bytes()).chain(signature).collect();
        Ok(format!("\u{2014} {} {}\n", self.verifier.name, BASE64.encode(blob)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::sign;

    /// The checkpoint of the specification's example, without its signatures.
    const TEXT: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    fn log() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn witnesses() -> [CosignerKey; 2] {
        [
            CosignerKey::timed_ed25519("witness.example/w1", &[8; 32]).unwrap(),
            CosignerKey::ml_dsa_44("witness.example/w1", &[9; 32]).unwrap(),
        ]
    }

    fn cosigned() -> String {
        let lines: String = witnesses().iter().map(|w| w.line(TEXT, 1_679_315_147).unwrap()).collect();
        sign(TEXT, "example.com/behind-the-sofa", &log()) + &lines
    }

    #[test]
    fn each_key_finds_its_own_signature_and_its_time() {
        let note = cosigned();
        let log = VerifierKey::of_bytes("example.com/behind-the-sofa", 1, log().verifying_key().as_bytes()).unwrap();
        assert_eq!(log.signed(&note), Ok(Some(0)));
        for witness in &witnesses() {
            assert_eq!(witness.verifier().signed(&note), Ok(Some(1_679_315_147)));
            assert_eq!(VerifierKey::from_vkey(&witness.verifier().to_vkey()).unwrap(), *witness.verifier());
        }
        let stranger = CosignerKey::ml_dsa_44("witness.example/w2", &[9; 32]).unwrap();
        assert_eq!(stranger.verifier().signed(&note), Ok(None));
        assert!(stranger.verifier().is_same_key(witnesses()[1].verifier()));
    }

    #[test]
    fn a_changed_checkpoint_time_or_signature_is_forged() {
        let note = cosigned();
        let other = note.replace("20852163", "20852164");
        for witness in &witnesses() {
            assert_eq!(witness.verifier().signed(&other), Err(NoteError::Forged("witness.example/w1".to_owned())));
            let line = witness.line(TEXT, 1_679_315_147).unwrap();
            let blob = BASE64.decode(line.trim_end().rsplit(' ').next().unwrap()).unwrap();
            for at in (KEY_ID..blob.len()).step_by(17) {
                let mut changed = blob.clone();
                changed[at] ^= 4;
                let forged = format!("{TEXT}\n\u{2014} witness.example/w1 {}\n", BASE64.encode(changed));
                assert!(witness.verifier().signed(&forged).is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        let good = witnesses()[1].verifier().to_vkey();
        for bad in [
            "",
            "a+b",
            "a+00000000+",
            "a+00000000+AAAA",
            &good.replace("w1", "w 1"),
            &good.replacen('+', "+0", 1),
            &good[..good.len() - 8],
        ] {
            assert!(VerifierKey::from_vkey(bad).is_err(), "{bad:.40}");
        }
    }
}
