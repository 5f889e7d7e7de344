//! A witness's own folder: its key, the logs that it trusts, what it cosigned. It needs no workspace.

use std::fs;
use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use holm_record::commitment::{hex, sha256};
use holm_record::cosignature::{CosignerKey, VerifierKey};
use holm_record::note::NoteError;
use holm_record::store::StoreError;
use holm_record::trust::{PolicyError, TrustPolicy};
use holm_record::witness::memory::SqliteMemory;
use holm_record::witness::{Refusal, Witness};
use jiff::Timestamp;

use crate::identity::{DeviceKeys, IdentityError};
use crate::vault::{VaultError, write_durably, write_secret};

const KEY: &str = "witness.key";
const NAME: &str = "name";
const LOGS: &str = "policy";
const MEMORY: &str = "witness.db";

/// A witness cannot be made, opened or asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// There is one already.
    #[error("`{0}` already holds a witness; nothing was changed")]
    Exists(PathBuf),
    /// There is none.
    #[error("`{0}` holds no witness; make one with `holm witness init`")]
    Missing(PathBuf),
    /// A name that cannot be one, or a key.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Its list of logs cannot be read.
    #[error("`{LOGS}` of the witness: {0}")]
    Logs(#[from] PolicyError),
    /// A log that it trusts already, by another key.
    #[error("the witness trusts `{0}` by another key; who runs that log must say which one holds, then change `{LOGS}` by hand")]
    OtherKey(String),
    /// Its key file holds no signing key.
    #[error("`{KEY}` holds no Ed25519 key")]
    NoKey,
    /// Key trouble.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Disk trouble.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// What it remembers cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A witness in its folder.
pub struct WitnessDesk {
    witness: Witness<SqliteMemory>,
    keys: Vec<VerifierKey>,
}

/// Whether the key of the witness in `folder` needs a passphrase.
#[must_use]
pub fn key_file(folder: &Path) -> PathBuf {
    folder.join(KEY)
}

impl WitnessDesk {
    /// Makes a witness that signs as `name`, a short address such as `holm.police.example/witness`.
    ///
    /// # Errors
    /// [`WitnessError`]; then nothing is there that would hinder a second try.
    pub fn init(folder: &Path, name: &str, passphrase: Option<&SecretString>) -> Result<Self, WitnessError> {
        if folder.join(NAME).exists() {
            return Err(WitnessError::Exists(folder.to_owned()));
        }
        let keys = DeviceKeys::generate()?;
        cosigners(name, &keys)?;
        fs::create_dir_all(folder).map_err(VaultError::disk(folder, "made"))?;
        write_secret(&folder.join(KEY), &keys.to_file(passphrase)?)?;
        write_durably(&folder.join(LOGS), b"# The logs that this witness cosigns, one line `log KEY` each.\nquorum none\n")?;
        // Written last: a folder without it is no witness.
        write_durably(&folder.join(NAME), format!("{name}\n").as_bytes())?;
        Self::open(folder, passphrase)
    }

    /// Opens the witness in `folder`.
    ///
    /// # Errors
    /// [`WitnessError`] says what is missing or wrong.
    pub fn open(folder: &Path, passphrase: Option<&SecretString>) -> Result<Self, WitnessError> {
        let Ok(name) = fs::read_to_string(folder.join(NAME)) else { return Err(WitnessError::Missing(folder.to_owned())) };
        let path = folder.join(KEY);
        let keys = DeviceKeys::from_file(&fs::read(&path).map_err(VaultError::disk(&path, "read"))?, passphrase)?;
        let cosigners = cosigners(name.trim(), &keys)?;
        let public = cosigners.iter().map(|k| k.verifier().clone()).collect();
        let memory = SqliteMemory::open(&folder.join(MEMORY))?;
        Ok(Self { witness: Witness::new(cosigners, trusted(folder)?.logs().to_vec(), memory), keys: public })
    }

    /// Its public keys, timed Ed25519 first, then ML-DSA-44.
    #[must_use]
    pub fn keys(&self) -> &[VerifierKey] {
        &self.keys
    }

    /// The logs that it trusts.
    #[must_use]
    pub fn logs(&self) -> &[VerifierKey] {
        self.witness.logs()
    }

    /// Cosigns what `request` asks for, the body of C2SP `add-checkpoint`.
    ///
    /// # Errors
    /// [`Refusal`], with the status that the protocol gives it.
    pub fn add_checkpoint(&mut self, request: &str, now: Timestamp) -> Result<String, Refusal> {
        self.witness.add_checkpoint(request, u64::try_from(now.as_second()).unwrap_or(0))
    }

    /// The newest checkpoint that it cosigned of the log whose origin has this SHA-256, in hexadecimal.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn newest_of(&mut self, hash: &str) -> Result<Option<String>, StoreError> {
        let origin =
            self.logs().iter().map(VerifierKey::name).find(|name| hex(&sha256(name.as_bytes())) == hash).map(str::to_owned);
        origin.map_or(Ok(None), |origin| self.witness.newest(&origin))
    }

    /// The newest checkpoint that it cosigned of a log.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn newest(&mut self, origin: &str) -> Result<Option<String>, StoreError> {
        self.witness.newest(origin)
    }

    /// Pairs of checkpoints that one log signed and that exclude each other: proof that whoever holds its key forked it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forks(&mut self) -> Result<Vec<(String, String)>, StoreError> {
        self.witness.forks()
    }
}

/// Has the witness in `folder` trust the log of this verifier key; whether it was new.
///
/// # Errors
/// [`WitnessError`]; then its list is as it was.
pub fn trust_log(folder: &Path, vkey: &str) -> Result<bool, WitnessError> {
    let key = VerifierKey::from_vkey(vkey)?;
    let logs = trusted(folder)?;
    if logs.logs().contains(&key) {
        return Ok(false);
    }
    if logs.logs().iter().any(|l| l.name() == key.name() && l.kind() == key.kind()) {
        return Err(WitnessError::OtherKey(key.name().to_owned()));
    }
    let path = folder.join(LOGS);
    let text = fs::read_to_string(&path).map_err(VaultError::disk(&path, "read"))?;
    let text = format!("log {}\n{text}", key.to_vkey());
    TrustPolicy::parse(&text)?;
    write_durably(&path, text.as_bytes())?;
    Ok(true)
}

fn trusted(folder: &Path) -> Result<TrustPolicy, WitnessError> {
    if !folder.join(NAME).exists() {
        return Err(WitnessError::Missing(folder.to_owned()));
    }
    let path = folder.join(LOGS);
    Ok(TrustPolicy::parse(&fs::read_to_string(&path).map_err(VaultError::disk(&path, "read"))?)?)
}

fn cosigners(name: &str, keys: &DeviceKeys) -> Result<Vec<CosignerKey>, WitnessError> {
    let seed = keys.signer().ok_or(WitnessError::NoKey)?.to_bytes();
    Ok(vec![CosignerKey::timed_ed25519(name, &seed)?, CosignerKey::ml_dsa_44(name, &seed)?])
}
