//! Item keys in the hands of custodians: any two of them together, or the officer alone where nobody else was named.
//!
//! For two of n the key is sealed once for each pair, to the second of the pair and then to the first, with ordinary age
//! files: no secret sharing of our own, and two custodians can open a part by running `age -d` twice.

use age::Identity;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::identity::{DeviceKeys, decrypt_with, encrypt_to_lines};

const FORMAT: &str = "holm-custody/1";

/// A key cannot be sealed to custodians or opened by them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CustodyError {
    /// Not enough custodians' keys.
    #[error("this item's key needs {needed} of its custodians ({custodians}); give their key files with `--custodian-key FILE`")]
    TooFew {
        /// How many must act together.
        needed: u8,
        /// Who they are.
        custodians: String,
    },
    /// The sealed key is damaged.
    #[error("the sealed key is damaged: {0}")]
    Damaged(String),
    /// Sealing failed.
    #[error("the key could not be sealed to its custodians: {0}")]
    Seal(String),
}

/// A custodian: a name and age recipients that stand for one another (an officer's key and its recovery key).
#[derive(Clone, Debug)]
pub struct Custodian {
    /// Who.
    pub name: String,
    /// Any of these opens the custodian's part.
    pub recipients: Vec<String>,
}

/// A sealed item key as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct SealedKey {
    format: String,
    threshold: u8,
    parts: Vec<String>,
}

/// How many custodians must act together.
#[must_use]
pub fn threshold(custodians: &[Custodian]) -> u8 {
    if custodians.len() > 1 { 2 } else { 1 }
}

/// Seals what makes a key to its custodians.
///
/// # Errors
/// [`CustodyError::Seal`] if a recipient is none.
pub fn seal(secret: &[u8], custodians: &[Custodian]) -> Result<Vec<u8>, CustodyError> {
    let to = |custodian: &Custodian, plain: &[u8]| {
        encrypt_to_lines(custodian.recipients.iter().map(String::as_str), plain).map_err(CustodyError::Seal)
    };
    let mut parts = Vec::new();
    match custodians {
        [] => return Err(CustodyError::Seal("there is no custodian".to_owned())),
        [only] => parts.push(BASE64.encode(to(only, secret)?)),
        many => {
            for (i, first) in many.iter().enumerate() {
                for second in many.iter().skip(i + 1) {
                    parts.push(BASE64.encode(to(first, &to(second, secret)?)?));
                }
            }
        }
    }
    let sealed = SealedKey { format: FORMAT.to_owned(), threshold: threshold(custodians), parts };
    serde_json::to_vec(&sealed).map_err(|e| CustodyError::Seal(e.to_string()))
}

/// Opens a sealed key with the keys that are present.
///
/// # Errors
/// [`CustodyError::TooFew`] if they do not suffice; `custodians` is told to the reader.
pub fn open(sealed: &[u8], keys: &[&DeviceKeys], custodians: &[String]) -> Result<Zeroizing<Vec<u8>>, CustodyError> {
    let sealed: SealedKey = serde_json::from_slice(sealed).map_err(|e| CustodyError::Damaged(e.to_string()))?;
    if sealed.format != FORMAT {
        return Err(CustodyError::Damaged(format!("its format is `{}`", sealed.format)));
    }
    let identities: Vec<&dyn Identity> = keys.iter().flat_map(|k| k.identities()).collect();
    for part in &sealed.parts {
        let outer = BASE64.decode(part).map_err(|e| CustodyError::Damaged(e.to_string()))?;
        let mut plain = Zeroizing::new(outer);
        let mut layers = 0;
        while layers < sealed.threshold {
            let Ok(inner) = decrypt_with(&identities, &plain) else { break };
            plain = Zeroizing::new(inner);
            layers += 1;
        }
        if layers == sealed.threshold {
            return Ok(plain);
        }
    }
    Err(CustodyError::TooFew { needed: sealed.threshold, custodians: custodians.join(", ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn custodian(keys: &DeviceKeys) -> Custodian {
        Custodian { name: "c".to_owned(), recipients: vec![keys.recipient()] }
    }

    #[test]
    fn any_two_open_and_one_does_not() {
        let keys: Vec<DeviceKeys> = (0..4).map(|_| DeviceKeys::generate().unwrap()).collect();
        let custodians: Vec<Custodian> = keys.iter().take(3).map(custodian).collect();
        let sealed = seal(b"a secret", &custodians).unwrap();
        for i in 0..3 {
            assert!(matches!(open(&sealed, &[&keys[i], &keys[3]], &[]), Err(CustodyError::TooFew { needed: 2, .. })));
            for j in (0..3).filter(|j| *j != i) {
                assert_eq!(open(&sealed, &[&keys[i], &keys[j]], &[]).unwrap().as_slice(), b"a secret");
            }
        }
    }

    #[test]
    fn a_lone_custodian_opens_alone() {
        let keys = DeviceKeys::generate().unwrap();
        let sealed = seal(b"a secret", &[custodian(&keys)]).unwrap();
        assert_eq!(open(&sealed, &[&keys], &[]).unwrap().as_slice(), b"a secret");
    }
}
