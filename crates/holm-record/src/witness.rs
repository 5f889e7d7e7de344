//! A witness: it remembers the newest checkpoint of each log that it trusts and cosigns only what grew from it (C2SP tlog-witness).
//!
//! Whoever runs a log cannot show two histories to two people who ask for the same witness. What it cosigned is on the disk before
//! anybody gets the cosignature.

pub mod memory;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::cosignature::{CosignerKey, VerifierKey};
use crate::note::{Checkpoint, NoteError, split};
use crate::store::StoreError;
use crate::tlog::Hash;
use crate::verify::verify_consistency;
use memory::Memory;

/// No proof needs more, as sizes have 64 bits.
const MOST_HASHES: usize = 63;

/// What a log asks a witness: to cosign a checkpoint that grew from an older one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Size of the checkpoint that the witness cosigned last, 0 if none.
    pub old: u64,
    /// Consistency proof from there, RFC 6962 §2.1.2.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub note: String,
}

impl Request {
    /// As the body of `add-checkpoint`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let proof: String = self.proof.iter().map(|h| BASE64.encode(h) + "\n").collect();
        format!("old {}\n{proof}\n{}", self.old, self.note)
    }

    /// Reads the body of `add-checkpoint`.
    ///
    /// # Errors
    /// Says which line is wrong.
    pub fn from_text(text: &str) -> Result<Self, &'static str> {
        let (head, note) = text.split_once("\n\n").ok_or("it has no blank line before its checkpoint")?;
        let mut lines = head.split('\n');
        let digits = lines.next().and_then(|l| l.strip_prefix("old ")).ok_or("its first line is not `old` and a size")?;
        let old: u64 = digits.parse().map_err(|_| "its old size is not a number")?;
        if old.to_string() != digits {
            return Err("its old size is not written as a plain decimal");
        }
        let hash = |line: &str| {
            BASE64.decode(line).ok().and_then(|h| h.try_into().ok()).ok_or("a line of its proof is not a hash in base64")
        };
        let proof: Vec<Hash> = lines.map(hash).collect::<Result<_, _>>()?;
        if proof.len() > MOST_HASHES {
            return Err("its proof has more than 63 hashes");
        }
        Ok(Self { old, proof, note: note.to_owned() })
    }
}

/// Why a witness does not cosign.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Not a request, or one that contradicts itself.
    #[error("this is no request to a witness: {0}")]
    Malformed(String),
    /// A log that it does not know.
    #[error("this witness does not know the log `{0}`; its operator must trust the log's key first")]
    UnknownLog(String),
    /// Not signed by the log's trusted key.
    #[error("the checkpoint is not signed by a key that this witness trusts for it: {0}")]
    Unsigned(NoteError),
    /// Its newest cosigned checkpoint has another size.
    #[error("the newest checkpoint that this witness cosigned has {size} entries")]
    Moved {
        /// That size.
        size: u64,
    },
    /// A second history of the same size: the log signed both. Kept as evidence.
    #[error("the log signed two different records of {size} entries; this witness keeps both")]
    Forked {
        /// That size.
        size: u64,
    },
    /// The proof does not hold.
    #[error("the checkpoint does not follow from the one that was cosigned before: {0}")]
    Inconsistent(String),
    /// What it remembers could not be read or written; nothing was cosigned.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refusal {
    /// The status of HTTP that C2SP tlog-witness gives it.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::UnknownLog(_) => 404,
            Self::Unsigned(_) => 403,
            Self::Moved { .. } | Self::Forked { .. } => 409,
            Self::Inconsistent(_) => 422,
            Self::Store(_) => 500,
        }
    }
}

/// A witness with its keys, the logs that it trusts, and what it remembers.
pub struct Witness<M> {
    keys: Vec<CosignerKey>,
    logs: Vec<VerifierKey>,
    memory: M,
}

impl<M: Memory> Witness<M> {
    /// A witness that signs with `keys` what the logs of the keys `logs` show it; a log's name is its origin.
    #[must_use]
    pub fn new(keys: Vec<CosignerKey>, logs: Vec<VerifierKey>, memory: M) -> Self {
        Self { keys, logs, memory }
    }

    /// Cosigns the checkpoint of `request` (the text of [`Request`]) at `now`, seconds since 1970, and returns the signature lines.
    ///
    /// # Errors
    /// [`Refusal`]; then nothing was cosigned and nothing but evidence of a fork remembered.
    pub fn add_checkpoint(&mut self, request: &str, now: u64) -> Result<String, Refusal> {
        let malformed = |what: &str| Refusal::Malformed(what.to_owned());
        let request = Request::from_text(request).map_err(malformed)?;
        let (text, _) = split(&request.note).map_err(|e| malformed(&e.to_string()))?;
        let checkpoint = Checkpoint::from_text(text).map_err(|e| malformed(&e.to_string()))?;
        self.signed_by_its_log(&request.note, &checkpoint.origin)?;
        if request.old > checkpoint.size {
            return Err(malformed("its old size is larger than its checkpoint"));
        }
        let latest = self.latest(&checkpoint.origin)?;
        let (size, root) = latest.as_ref().map_or((0, None), |(c, _)| (c.size, Some(c.root)));
        if request.old != size {
            return Err(Refusal::Moved { size });
        }
        if checkpoint.size == size && root.is_some_and(|r| r != checkpoint.root) {
            let known = latest.map(|(_, note)| note).unwrap_or_default();
            self.memory.keep_fork(&checkpoint.origin, &known, &request.note)?;
            return Err(Refusal::Forked { size });
        }
        let before = (size, root.unwrap_or(checkpoint.root));
        verify_consistency(before, (checkpoint.size, checkpoint.root), &request.proof).map_err(Refusal::Inconsistent)?;
        let lines = self.keys.iter().map(|key| key.line(text, now)).collect::<Result<String, _>>();
        let lines = lines.map_err(|e| malformed(&e.to_string()))?;
        match self.memory.advance(&checkpoint.origin, size, checkpoint.size, &request.note) {
            Ok(()) => Ok(lines),
            Err(StoreError::Moved { found, .. }) => Err(Refusal::Moved { size: found }),
            Err(error) => Err(error.into()),
        }
    }

    /// The newest checkpoint of a log that was cosigned, as the log signed it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn newest(&mut self, origin: &str) -> Result<Option<String>, StoreError> {
        Ok(self.memory.latest(origin)?.map(|(_, note)| note))
    }

    /// The logs that it trusts.
    #[must_use]
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// Pairs of checkpoints that one log signed and that exclude each other.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forks(&mut self) -> Result<Vec<(String, String)>, StoreError> {
        self.memory.forks()
    }

    /// Signatures of keys that are not known are passed over; one of a known key that does not hold is not.
    fn signed_by_its_log(&self, note: &str, origin: &str) -> Result<(), Refusal> {
        let mut known = self.logs.iter().filter(|l| l.name() == origin).peekable();
        if known.peek().is_none() {
            return Err(Refusal::UnknownLog(origin.to_owned()));
        }
        let mut signed = false;
        for key in known {
            signed |= key.signed(note).map_err(Refusal::Unsigned)?.is_some();
        }
        if signed { Ok(()) } else { Err(Refusal::Unsigned(NoteError::Unsigned(origin.to_owned()))) }
    }

    fn latest(&mut self, origin: &str) -> Result<Option<(Checkpoint, String)>, StoreError> {
        let Some((size, note)) = self.memory.latest(origin)? else { return Ok(None) };
        let read = split(&note).and_then(|(text, _)| Checkpoint::from_text(text)).ok().filter(|c| c.size == size);
        let checkpoint = read.ok_or_else(|| StoreError::Medium(format!("what was cosigned of `{origin}` is damaged")))?;
        Ok(Some((checkpoint, note)))
    }
}
