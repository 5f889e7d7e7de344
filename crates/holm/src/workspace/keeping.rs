//! What of a workspace stands beside its record: its description, its secrets, its lock.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use holm_record::cosignature::CosignerKey;
use holm_record::entry::{Entry, Opened};
use holm_record::event::Event;
use holm_record::record::RecordError;
use holm_record::store::AnyStore;
use holm_record::verify::LogIdentity;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{DEFAULT_ALPHA, LARGEST_COALITION, WorkspaceError};
use crate::identity::{DeviceKeys, decrypt_with};
use crate::member::whose;
use crate::place::{Place, has_file, record_file};
use crate::policy::Refusal;
use crate::role::UseCase;
use crate::state::State;
use crate::vault::{VaultError, write_durably};

pub(super) const FORMAT: &str = "holm-workspace/1";

/// What anybody may read of a workspace.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Description {
    pub(super) format: String,
    pub(super) origin: String,
    /// Public age recipients to which the vault is sealed.
    pub(super) vault: Vec<String>,
    /// Verifier key of the record.
    pub(super) log_key: String,
    /// Its second key, ML-DSA-44; records made before there was one have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ml_dsa_key: Option<String>,
    /// Where the record is kept, if not in the folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) store: Option<String>,
}

impl Description {
    /// Whether it has the keys that the record's first entry names, or the newest epoch; `None` if the record begins with another entry.
    pub(super) fn is_of<'e>(&self, mut events: impl Iterator<Item = &'e Event>) -> Option<bool> {
        let Some(Event::WorkspaceCreated { origin, log_key, ml_dsa_key, vault, .. }) = events.next() else { return None };
        let first = (origin, log_key, ml_dsa_key.as_ref());
        let opened = events.filter_map(|event| match event {
            Event::EpochOpened { origin, log_key, ml_dsa_key, .. } => Some((origin, log_key, Some(ml_dsa_key))),
            _ => None,
        });
        let newest = opened.last().unwrap_or(first);
        Some(newest == (&self.origin, &self.log_key, self.ml_dsa_key.as_ref()) && *vault == self.vault)
    }

    /// α and the largest coalition that the record's first entry names, if this is the description of that record.
    ///
    /// # Errors
    /// [`WorkspaceError::Damaged`] if it is another's: nobody signs this file, and whoever could add a key to it would be sealed every master and item key.
    pub(super) fn limits(&self, entries: &[Option<Opened>]) -> Result<(f64, u8), WorkspaceError> {
        let own = self.is_of(entries.iter().flatten().map(|o| &o.entry.event));
        let created = entries.iter().flatten().take(1).find_map(|o| match &o.entry.event {
            Event::WorkspaceCreated { alpha, largest_coalition, .. } => Some((own?, *alpha, *largest_coalition)),
            _ => None,
        });
        let (same, alpha, largest) = created.unwrap_or((entries.is_empty(), DEFAULT_ALPHA, LARGEST_COALITION));
        if same { Ok((alpha, largest)) } else { Err(WorkspaceError::Damaged(OTHER_KEYS.to_owned())) }
    }

    pub(super) fn place(&self) -> Result<Place, WorkspaceError> {
        Ok(self.store.as_deref().map_or(Ok(Place::File), Place::parse)?)
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), WorkspaceError> {
        let text = serde_json::to_vec_pretty(self).map_err(|e| WorkspaceError::Damaged(e.to_string()))?;
        Ok(write_durably(&folder.join("workspace.json"), &text)?)
    }

    pub(super) fn log(&self) -> Result<LogIdentity, WorkspaceError> {
        let log = LogIdentity::parse(&self.log_key);
        let log = match &self.ml_dsa_key {
            Some(key) => log.and_then(|log| log.with_ml_dsa(key)),
            None => log,
        };
        log.map_err(WorkspaceError::Damaged)
    }
}

pub(super) const OTHER_KEYS: &str =
    "`workspace.json` names other keys than the record's first entry; put back the file that `holm init` wrote";

/// What is sealed to the vault's recipients.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(super) struct Secrets {
    pub(super) body_key: [u8; 32],
    pub(super) log_seed: [u8; 32],
    /// Seeds of later epochs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) later: Vec<LaterSeed>,
    /// To whom this is sealed; while one officer works alone, to the recipients of `workspace.json`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sealed_to: Vec<String>,
}

/// The seed of an epoch after the first.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(super) struct LaterSeed {
    pub(super) origin: String,
    pub(super) seed: [u8; 32],
}

impl Secrets {
    /// The seed of the epoch of this origin.
    pub(super) fn seed(&self, origin: &str) -> &[u8; 32] {
        self.later.iter().find(|later| later.origin == origin).map_or(&self.log_seed, |later| &later.seed)
    }
}

/// Whoever holds a workspace's keys and lock without its record: for changing where that is kept.
pub(crate) struct Keeper {
    folder: PathBuf,
    description: Description,
    secrets: Secrets,
    /// age recipient of the key that opened them.
    own: String,
    _lock: Option<File>,
}

impl Keeper {
    /// Of a workspace that is put back into `folder` from the backup `from`, which is only read.
    pub(crate) fn of_backup(
        from: &Path,
        folder: &Path,
        passphrase: Option<&SecretString>,
        key_file: Option<&Path>,
    ) -> Result<Self, WorkspaceError> {
        let (keys, secrets) = unlock(from, passphrase, key_file)?;
        Ok(Self { folder: folder.to_owned(), description: describe(from)?, secrets, own: keys.recipient(), _lock: None })
    }

    pub(crate) fn of(folder: &Path, passphrase: Option<&SecretString>, key_file: Option<&Path>) -> Result<Self, WorkspaceError> {
        let description = describe(folder)?;
        let lock = take_lock(folder)?;
        let (keys, secrets) = unlock(folder, passphrase, key_file)?;
        Ok(Self { folder: folder.to_owned(), description, secrets, own: keys.recipient(), _lock: Some(lock) })
    }

    pub(crate) fn log(&self) -> Result<LogIdentity, WorkspaceError> {
        self.description.log()
    }

    /// Checks that whoever opened this may do something, by what its record says.
    pub(crate) fn may(&self, opened: &[(u64, Entry)], case: UseCase) -> Result<(), WorkspaceError> {
        may_by(opened, &self.description, &self.own, case)
    }

    pub(crate) fn body_key(&self) -> &[u8; 32] {
        &self.secrets.body_key
    }

    pub(crate) fn place(&self) -> Result<Place, WorkspaceError> {
        self.description.place()
    }

    /// Opens the record at a place, or makes an empty one there.
    pub(crate) fn open(&self, place: &Place) -> Result<AnyStore, WorkspaceError> {
        Ok(place.open(&self.folder, &self.description.origin).map_err(RecordError::from)?)
    }

    /// The record where it is now; `None` if its file is gone.
    pub(crate) fn current(&self) -> Result<Option<AnyStore>, WorkspaceError> {
        let place = self.place()?;
        if place == Place::File && !record_file(&self.folder, &self.description.origin).exists() {
            return Ok(None);
        }
        self.open(&place).map(Some)
    }

    /// Has the workspace keep its record there from now on.
    pub(crate) fn keep_in(&mut self, place: &Place) -> Result<(), WorkspaceError> {
        self.description.store = (*place != Place::File).then(|| place.address().to_owned());
        self.description.write(&self.folder)
    }
}

/// Checks that the holder of a key may do something, by what a record says that is not projected yet.
pub(super) fn may_by(opened: &[(u64, Entry)], description: &Description, own: &str, case: UseCase) -> Result<(), WorkspaceError> {
    let mut state = State::default();
    opened.iter().for_each(|(index, entry)| state.apply(*index, entry.at, &entry.actor, &entry.event));
    let actor = whose(&state, &description.vault, own).ok_or(Refusal::NoMember)?;
    Ok(state.may(&actor, case).map(drop)?)
}

/// The key that signs checkpoints beside the Ed25519 key.
pub(crate) fn second_key(origin: &str, seed: &[u8; 32]) -> Result<CosignerKey, WorkspaceError> {
    CosignerKey::ml_dsa_44(origin, seed).map_err(|e| WorkspaceError::Damaged(e.to_string()))
}

/// The officer's keys and what is sealed to them.
pub(super) fn unlock(
    folder: &Path,
    passphrase: Option<&SecretString>,
    key_file: Option<&Path>,
) -> Result<(DeviceKeys, Secrets), WorkspaceError> {
    let key_path = key_file.map_or_else(|| folder.join("officer.key"), Path::to_owned);
    let keys = DeviceKeys::from_file(&fs::read(&key_path).map_err(VaultError::disk(&key_path, "read"))?, passphrase)?;
    let path = folder.join("secrets.age");
    let sealed = fs::read(&path).map_err(VaultError::disk(&path, "read"))?;
    let secrets = secrets_of(&sealed, &keys)?;
    Ok((keys, secrets))
}

pub(super) fn secrets_of(sealed: &[u8], keys: &DeviceKeys) -> Result<Secrets, WorkspaceError> {
    let plain = Zeroizing::new(decrypt_with(&keys.identities(), sealed).map_err(|_| Refusal::NoMember)?);
    serde_json::from_slice(&plain).map_err(|e| WorkspaceError::Damaged(e.to_string()))
}

pub(super) fn describe(folder: &Path) -> Result<Description, WorkspaceError> {
    let path = folder.join("workspace.json");
    if !path.exists() {
        let here = has_file(folder).map_err(RecordError::from)?;
        return Err(if here { WorkspaceError::Undescribed } else { WorkspaceError::Missing }(folder.to_owned()));
    }
    let text = fs::read(&path).map_err(VaultError::disk(&path, "read"))?;
    let description: Description = serde_json::from_slice(&text).map_err(|e| WorkspaceError::Damaged(e.to_string()))?;
    if description.format == FORMAT {
        Ok(description)
    } else {
        Err(WorkspaceError::Damaged(format!("its format is `{}`", description.format)))
    }
}

pub(super) fn take_lock(folder: &Path) -> Result<File, WorkspaceError> {
    let path = folder.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(VaultError::disk(&path, "opened"))?;
    file.try_lock().map_err(|_| WorkspaceError::Busy(folder.to_owned()))?;
    Ok(file)
}
