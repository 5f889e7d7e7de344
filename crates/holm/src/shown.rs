//! An entry of the record, shown to somebody outside with all that is needed to check that it stands there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use holm_record::commitment::Salt;
use holm_record::entry::Entry;
use holm_record::event::Event;
use holm_record::proof::{LogProof, ProofError};
use holm_record::verify::{LogIdentity, verify_inclusion};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::workspace::{Workspace, WorkspaceError};

/// What is shown does not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShownError {
    /// The proof is malformed.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// Something does not match.
    #[error("{0}")]
    Invalid(String),
}

/// An entry, its salt and its proof (`docs/spec/slip.md`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownEntry {
    /// Verifier key of the record.
    pub log_key: String,
    /// The entry's leaf.
    pub leaf: String,
    /// The entry's body, in base64.
    pub body: String,
    /// The salt of its commitment.
    pub salt: Salt,
    /// C2SP tlog-proof of the leaf.
    pub proof: String,
}

impl ShownEntry {
    /// An entry of a workspace's record; nothing if its body was destroyed or no checkpoint covers it.
    pub(crate) fn of(workspace: &mut Workspace, index: u64) -> Result<Option<Self>, WorkspaceError> {
        let (leaf, opened, proof) = workspace.shown_entry(index)?;
        let log_key = workspace.log_key().to_owned();
        Ok(opened.zip(proof).map(|(opened, proof)| Self {
            log_key,
            leaf,
            body: BASE64.encode(opened.body),
            salt: opened.salt,
            proof: proof.to_text(),
        }))
    }

    /// Checks, without trusting who sent it, that body, leaf and proof belong together; returns what the entry records.
    ///
    /// # Errors
    /// [`ShownError`] says what does not hold.
    pub fn check(&self) -> Result<(Event, LogProof), ShownError> {
        let invalid = |what: &str| ShownError::Invalid(what.to_owned());
        let body = BASE64.decode(&self.body).map_err(|_| invalid("the entry is not base64"))?;
        let committed = Sha256::digest([b"holm entry body v1\n", &self.salt.0[..], &body].concat());
        if self.leaf.lines().nth(2) != Some(BASE64.encode(committed).as_str()) {
            return Err(invalid("the entry is not the one that the leaf commits to"));
        }
        let entry: Entry =
            serde_json::from_slice(&body).map_err(|e| ShownError::Invalid(format!("the entry cannot be read: {e}")))?;
        let log = LogIdentity::parse(&self.log_key).map_err(ShownError::Invalid)?;
        let proof = LogProof::from_text(&self.proof)?;
        verify_inclusion(&proof, &self.leaf, &log).map_err(ShownError::Invalid)?;
        Ok((entry.event, proof))
    }
}
