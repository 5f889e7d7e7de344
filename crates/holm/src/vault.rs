//! Sealed files, named by the SHA-256 of their ciphertext, on disk for good before anything refers to them.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use holm_record::commitment::{hex, sha256};
use holm_record::event::ObjectHash;
use rayon::prelude::*;

use crate::identity::{DeviceKeys, decrypt_with, encrypt_to_lines};

/// A sealed file is missing, damaged or cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// It was lawfully destroyed.
    #[error("the sealed file `{0}` was destroyed; the record says when, why and by whose authority")]
    Destroyed(String),
    /// The disk failed.
    #[error("`{path}` could not be {doing}: {error}")]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        error: io::Error,
    },
    /// A file's bytes are not those it is named by.
    #[error("the sealed file {0} is damaged: its bytes are not those that were recorded")]
    Damaged(ObjectHash),
    /// A sealed file does not open.
    #[error("the sealed file {hash} does not open with this key: {why}")]
    Sealed {
        /// Its name.
        hash: ObjectHash,
        /// Why.
        why: String,
    },
}

impl VaultError {
    pub(crate) fn disk(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Disk { path, doing, error }
    }
}

/// The folder of sealed files and who can open them.
#[derive(Debug)]
pub struct Vault {
    folder: PathBuf,
    /// age recipients of the officer and the recovery key.
    recipients: Vec<String>,
    /// Files that were lawfully destroyed.
    destroyed: std::collections::BTreeSet<ObjectHash>,
}

impl Vault {
    /// Takes the folder, making it if need be.
    ///
    /// # Errors
    /// [`VaultError::Disk`].
    pub fn open(folder: PathBuf, recipients: Vec<String>) -> Result<Self, VaultError> {
        fs::create_dir_all(&folder).map_err(VaultError::disk(&folder, "made"))?;
        Ok(Self { folder, recipients, destroyed: std::collections::BTreeSet::new() })
    }

    fn path(&self, hash: &str) -> PathBuf {
        self.folder.join(hash.get(..2).unwrap_or("xx")).join(hash)
    }

    /// age recipients that can open what the vault seals.
    #[must_use]
    pub fn recipients(&self) -> &[String] {
        &self.recipients
    }

    /// Seals to others from now on.
    pub(crate) fn seal_to(&mut self, recipients: Vec<String>) {
        self.recipients = recipients;
    }

    /// Seals `plain` to the vault's recipients and keeps it.
    ///
    /// # Errors
    /// [`VaultError`]; nothing is kept then.
    pub fn seal(&self, plain: &[u8]) -> Result<ObjectHash, VaultError> {
        let lines = self.recipients.iter().map(String::as_str);
        let sealed =
            encrypt_to_lines(lines, plain).map_err(|why| VaultError::Sealed { hash: "being written".to_owned(), why })?;
        self.keep(&sealed)
    }

    /// Keeps what is sealed already.
    ///
    /// # Errors
    /// [`VaultError::Disk`].
    pub fn keep(&self, sealed: &[u8]) -> Result<ObjectHash, VaultError> {
        let hash = hex(&sha256(sealed));
        let path = self.path(&hash);
        if !path.exists() {
            let folder = path.parent().unwrap_or(&self.folder);
            fs::create_dir_all(folder).map_err(VaultError::disk(folder, "made"))?;
            write_durably(&path, sealed)?;
            sync_folder(&self.folder)?;
        }
        Ok(hash)
    }

    /// Keeps many sealed files at once; each is on disk for good before this returns.
    ///
    /// # Errors
    /// [`VaultError::Disk`]; files that were written stay and are named by no entry.
    pub fn keep_many(&self, sealed: &[Vec<u8>]) -> Result<Vec<ObjectHash>, VaultError> {
        let hashes: Vec<ObjectHash> = sealed.par_iter().map(|bytes| hex(&sha256(bytes))).collect();
        let folders: std::collections::BTreeSet<PathBuf> =
            hashes.iter().filter_map(|h| self.path(h).parent().map(Path::to_owned)).collect();
        for folder in &folders {
            fs::create_dir_all(folder).map_err(VaultError::disk(folder, "made"))?;
        }
        let written = sealed.par_iter().zip(&hashes).map(|(bytes, hash)| write_file(&self.path(hash), bytes, false));
        written.collect::<Result<Vec<()>, _>>()?;
        folders.iter().try_for_each(|f| sync_folder(f))?;
        sync_folder(&self.folder)?;
        Ok(hashes)
    }

    /// The sealed bytes, checked against their name.
    ///
    /// # Errors
    /// [`VaultError`] if the file is missing or damaged.
    pub fn sealed(&self, hash: &str) -> Result<Vec<u8>, VaultError> {
        if self.destroyed.contains(hash) {
            return Err(VaultError::Destroyed(hash.to_owned()));
        }
        let path = self.path(hash);
        let bytes = fs::read(&path).map_err(VaultError::disk(&path, "read"))?;
        if hex(&sha256(&bytes)) == hash { Ok(bytes) } else { Err(VaultError::Damaged(hash.to_owned())) }
    }

    /// Opens a sealed file with the officer's keys.
    ///
    /// # Errors
    /// [`VaultError`] if the file is missing, damaged or sealed to others.
    pub fn unseal(&self, hash: &str, keys: &DeviceKeys) -> Result<Vec<u8>, VaultError> {
        decrypt_with(&keys.identities(), &self.sealed(hash)?).map_err(|why| VaultError::Sealed { hash: hash.to_owned(), why })
    }

    /// Removes a sealed file for good; one that is gone is gone.
    pub(crate) fn destroy(&mut self, hash: &str) -> Result<(), VaultError> {
        self.destroyed.insert(hash.to_owned());
        let path = self.path(hash);
        if path.exists() { remove_durably(&path) } else { Ok(()) }
    }

    /// Names of all files that are kept.
    ///
    /// # Errors
    /// [`VaultError::Disk`].
    pub fn names(&self) -> Result<Vec<ObjectHash>, VaultError> {
        let list = |path: &Path| -> Result<Vec<PathBuf>, VaultError> {
            let entries = fs::read_dir(path).map_err(VaultError::disk(path, "read"))?;
            entries.map(|e| e.map(|e| e.path()).map_err(VaultError::disk(path, "read"))).collect()
        };
        let mut names = Vec::new();
        for folder in list(&self.folder)?.into_iter().filter(|p| p.is_dir()) {
            let files = list(&folder)?.into_iter().filter_map(|p| p.file_name().map(|n| n.to_string_lossy().into_owned()));
            names.extend(files.filter(|n| !n.ends_with(TEMPORARY)));
        }
        names.sort();
        Ok(names)
    }
}

/// Ending of files that are being written.
const TEMPORARY: &str = ".part";
const TEMPORARY_PREFIX: &str = "holm-";

/// Writes a file so that it is either whole under its name, for good, or not there.
///
/// # Errors
/// [`VaultError::Disk`].
pub fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    write_private(path, bytes, false)
}

/// As [`write_durably`], readable by the owner only.
///
/// # Errors
/// [`VaultError::Disk`].
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    write_private(path, bytes, true)
}

/// Removes what a killed program left half-written in a folder that this program writes to.
///
/// # Errors
/// [`VaultError::Disk`].
pub fn sweep(folder: &Path) -> Result<(), VaultError> {
    let ours = |name: &str| name.starts_with(TEMPORARY_PREFIX) && name.ends_with(TEMPORARY);
    for entry in fs::read_dir(folder).map_err(VaultError::disk(folder, "read"))?.flatten() {
        if entry.file_name().to_str().is_some_and(ours) {
            fs::remove_file(entry.path()).map_err(VaultError::disk(folder, "cleaned"))?;
        }
    }
    Ok(())
}

/// Removes a file for good.
///
/// # Errors
/// [`VaultError::Disk`].
pub fn remove_durably(path: &Path) -> Result<(), VaultError> {
    fs::remove_file(path).map_err(VaultError::disk(path, "removed"))?;
    path.parent().map_or(Ok(()), sync_folder)
}

fn write_private(path: &Path, bytes: &[u8], secret: bool) -> Result<(), VaultError> {
    write_file(path, bytes, secret)?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => sync_folder(folder),
        _ => Ok(()),
    }
}

/// Writes and synchronises the file; its folder is not yet synchronised.
///
/// It is written under a new name that nobody can have prepared, and moved to its own when it is whole.
fn write_file(path: &Path, bytes: &[u8], secret: bool) -> Result<(), VaultError> {
    let failed = || VaultError::disk(path, "written");
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut part = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).suffix(TEMPORARY).tempfile_in(folder).map_err(failed())?;
    // A new file is its owner's alone; what is sent on may be read by others.
    if !secret {
        open_to_others(part.as_file()).map_err(failed())?;
    }
    part.write_all(bytes).and_then(|()| part.as_file().sync_all()).map_err(failed())?;
    part.persist(path).map_err(|e| failed()(e.error))?;
    Ok(())
}

#[cfg(unix)]
fn open_to_others(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

/// Elsewhere who may read a file follows from its folder.
#[cfg(not(unix))]
fn open_to_others(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), VaultError> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(VaultError::disk(folder, "synchronised"))
}

/// Elsewhere a folder cannot be opened as a file; the file system's journal keeps its entries in order.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<(), VaultError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_files_open_with_their_key_and_show_damage() {
        let dir = tempfile::tempdir().unwrap();
        let keys = DeviceKeys::generate().unwrap();
        let vault = Vault::open(dir.path().join("objects"), vec![keys.recipient()]).unwrap();
        let hash = vault.seal(b"a master").unwrap();
        assert_eq!(vault.unseal(&hash, &keys).unwrap(), b"a master");
        assert!(matches!(vault.unseal(&hash, &DeviceKeys::generate().unwrap()), Err(VaultError::Sealed { .. })));
        assert_eq!(vault.names().unwrap(), std::slice::from_ref(&hash));
        let path = vault.path(&hash);
        let mut bytes = fs::read(&path).unwrap();
        bytes[40] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert!(matches!(vault.sealed(&hash), Err(VaultError::Damaged(_))));
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        assert!(write_durably(&dir.path().join("no/such/folder"), b"x").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
