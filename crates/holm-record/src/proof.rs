//! Proofs that an entry is in the log, in the format of C2SP tlog-proof: what a recipient keeps.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::tlog::Hash;

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Proofs are as long as the tree is deep.
const MOST_HASHES: usize = 64;

/// A proof that cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("this is not a proof of C2SP tlog-proof v1: {0}")]
pub struct ProofError(&'static str);

/// An inclusion proof with the checkpoint against which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogProof {
    /// Index of the entry.
    pub index: u64,
    /// From the leaf's sibling up to the root's child.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

impl LogProof {
    /// The proof as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let hashes: String = self.hashes.iter().map(|h| BASE64.encode(h) + "\n").collect();
        format!("{HEADER}\nindex {}\n{hashes}\n{}", self.index, self.checkpoint)
    }

    /// Reads a proof; an `extra` line is passed over, as it is not authenticated.
    ///
    /// # Errors
    /// [`ProofError`] says which line is wrong.
    pub fn from_text(text: &str) -> Result<Self, ProofError> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ProofError("it has no blank line before its checkpoint"))?;
        let mut lines = head.lines();
        if lines.next() != Some(HEADER) {
            return Err(ProofError("its first line is another"));
        }
        let index = match lines.next() {
            Some(line) if line.starts_with("extra ") => lines.next(),
            line => line,
        };
        let digits = index.and_then(|l| l.strip_prefix("index ")).ok_or(ProofError("it has no index"))?;
        let canonical = digits == "0" || !digits.starts_with('0') && digits.chars().all(|c| c.is_ascii_digit());
        let index = digits.parse().ok().filter(|_| canonical).ok_or(ProofError("its index is not a number"))?;
        let hash = |line: &str| {
            BASE64.decode(line).ok().and_then(|h| h.try_into().ok()).ok_or(ProofError("a hash is not 32 bytes in base64"))
        };
        let hashes: Vec<Hash> = lines.map(hash).collect::<Result<_, _>>()?;
        if hashes.len() > MOST_HASHES {
            return Err(ProofError("it is longer than any tree is deep"));
        }
        Ok(Self { index, hashes, checkpoint: checkpoint.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_read_back_and_skip_what_is_not_authenticated() {
        let proof =
            LogProof { index: 7, hashes: vec![[1; 32], [2; 32]], checkpoint: "o\n8\nAA==\n\n\u{2014} o AAAA\n".to_owned() };
        assert_eq!(LogProof::from_text(&proof.to_text()), Ok(proof.clone()));
        let with_extra = proof.to_text().replacen("index", "extra AAAA\nindex", 1);
        assert_eq!(LogProof::from_text(&with_extra), Ok(proof));
    }

    #[test]
    fn malformed_proofs_are_refused() {
        for bad in [
            "",
            "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
            "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx",
            "c2sp.org/tlog-proof@v2\nindex 1\n\nx",
        ] {
            assert!(LogProof::from_text(bad).is_err(), "{bad:?}");
        }
    }
}
