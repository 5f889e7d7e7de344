//! What ends with one epoch of a record and goes on in the next (`docs/spec/backup.md`).

use serde::{Deserialize, Serialize};

use super::ObjectHash;
use crate::id::PersonId;

/// What an epoch ended with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldEpoch {
    /// Its origin.
    pub origin: String,
    /// Its verifier key.
    pub log_key: String,
    /// Its second key, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ml_dsa_key: Option<String>,
    /// Entries that are here.
    pub entries: u64,
    /// Root of the tree over them, in base64.
    pub root: String,
    /// The checkpoint that it signed of them.
    pub checkpoint: String,
    /// Sizes and hashes of all checkpoints that it signed, sealed: receipts name them.
    pub signed: ObjectHash,
}

/// A checkpoint of entries that are not here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostHead {
    /// Who holds it.
    pub holder: String,
    /// Its size.
    pub entries: u64,
    /// The signed note.
    pub checkpoint: String,
}

/// A signature for a new epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochSignature {
    /// Whose.
    pub person: PersonId,
    /// The signed note.
    pub note: String,
}
