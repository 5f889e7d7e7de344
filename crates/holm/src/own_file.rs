//! Files that a workspace keeps for itself before anything of them is in the record: sealed to the officer, and marked so that
//! nobody else can plant one.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::identity::{decrypt_with, encrypt_to_lines};
use crate::vault::{VaultError, write_secret};
use crate::workspace::Workspace;

/// Such a file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OwnFileError {
    /// It is not what this workspace wrote.
    #[error("`{0}` is damaged: {1}")]
    Damaged(PathBuf, String),
    /// The disk.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Workspace {
    /// Writes a value durably, in place of what was there.
    ///
    /// # Errors
    /// [`OwnFileError`].
    pub(crate) fn write_own(&self, path: &Path, value: &impl Serialize) -> Result<(), OwnFileError> {
        let damaged = |e: String| OwnFileError::Damaged(path.to_owned(), e);
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder).map_err(VaultError::disk(folder, "made"))?;
        let content = serde_json::to_vec(value).map_err(|e| damaged(e.to_string()))?;
        let plain = [&self.own_mark(path, &content)[..], &content].concat();
        let sealed = encrypt_to_lines([self.keys().recipient().as_str()], &plain).map_err(damaged)?;
        Ok(write_secret(path, &sealed)?)
    }

    /// Reads what [`Self::write_own`] wrote.
    ///
    /// # Errors
    /// [`OwnFileError::Damaged`] if anybody else did.
    pub(crate) fn read_own<T: DeserializeOwned>(&self, path: &Path) -> Result<T, OwnFileError> {
        let damaged = |why: &str| OwnFileError::Damaged(path.to_owned(), why.to_owned());
        let sealed = fs::read(path).map_err(VaultError::disk(path, "read"))?;
        let plain = decrypt_with(&self.keys().identities(), &sealed).map_err(|e| damaged(&e))?;
        let (mark, content) = plain.split_at_checked(blake3::OUT_LEN).ok_or_else(|| damaged("it is cut short"))?;
        // Anybody can seal to the officer; only this workspace can have written this. (`blake3::Hash` compares in constant time.)
        if blake3::Hash::from_slice(mark).ok() != Some(blake3::Hash::from(self.own_mark(path, content))) {
            return Err(damaged("this workspace did not write it; whoever did may know the key that it would make"));
        }
        serde_json::from_slice(content).map_err(|e| damaged(&e.to_string()))
    }

    /// Shows that the workspace itself wrote a file: BLAKE3 keyed by the body key, over the file's name and content.
    fn own_mark(&self, path: &Path, content: &[u8]) -> [u8; blake3::OUT_LEN] {
        let key = blake3::derive_key("holm 2026-11 pending release v1", self.body_key());
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        *blake3::Hasher::new_keyed(&key).update(name.as_bytes()).update(&[0]).update(content).finalize().as_bytes()
    }
}
