//! Salted commitments: what stands in the tree in place of anything that might lawfully have to be destroyed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// 32 random bytes that hide what is committed to; destroying them makes the commitment say nothing.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Salt(pub [u8; 32]);

/// SHA-256 over a domain, a salt and a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Commitment(pub [u8; 32]);

/// A text that is no salt or commitment.
#[derive(Debug, thiserror::Error)]
#[error("expected 32 bytes in base64")]
pub struct NotBase64;

impl Salt {
    /// A fresh salt from the operating system.
    ///
    /// # Errors
    /// If the system has no randomness to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl Commitment {
    /// SHA-256(`domain` ‖ "\n" ‖ salt ‖ message); domains never contain a newline.
    #[must_use]
    pub fn to(domain: &str, salt: &Salt, message: &[u8]) -> Self {
        let hash = Sha256::new().chain_update(domain).chain_update([b'\n']).chain_update(salt.0).chain_update(message).finalize();
        Self(hash.into())
    }
}

macro_rules! base64_form {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&BASE64.encode(self.0))
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotBase64;
            fn try_from(text: String) -> Result<Self, NotBase64> {
                let bytes = BASE64.decode(text).map_err(|_| NotBase64)?;
                bytes.try_into().map(Self).map_err(|_| NotBase64)
            }
        }
    };
}

base64_form!(Salt);
base64_form!(Commitment);

impl std::fmt::Debug for Commitment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Commitment({self})")
    }
}

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt([redacted])")
    }
}

/// SHA-256 of a file that is safe to name by its hash: ciphertext.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
