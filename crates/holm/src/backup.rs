//! A workspace's backup: a folder with everything that it needs to be put back, all of it as sealed as it is kept. What is put back
//! signs nothing until it was compared with what outsiders hold (`recovery`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use holm_record::commitment::{hex, sha256};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::member::VAULT_KEYS;
use crate::place::Place;
use crate::transfer::TransferError;
use crate::vault::{Vault, VaultError, remove_durably, write_durably, write_secret};
use crate::workspace::{OBJECTS, PENDING, RESTORED, Workspace, WorkspaceError};

const FORMAT: &str = "holm-backup/1";
/// Written last: a folder without it is no backup.
const MANIFEST: &str = "backup.json";
const DESCRIPTION: &str = "workspace.json";
/// Beside the description.
const SECRETS: [&str; 2] = ["secrets.age", "officer.key"];
/// There once several work in it.
const MAYBE: [&str; 1] = [VAULT_KEYS];

/// A backup cannot be made or put back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// It would lie within the workspace, and be lost with it.
    #[error("`{0}` lies within the workspace; choose a folder on another disk")]
    Within(PathBuf),
    /// There is a workspace already.
    #[error("`{0}` already holds a workspace; put the backup back into another folder")]
    Exists(PathBuf),
    /// Not a backup.
    #[error("`{0}` is not a whole backup: {1}")]
    NotWhole(PathBuf, String),
    /// A file is not the one that was backed up.
    #[error("`{0}` is not the file that was backed up; nothing was put back")]
    Changed(String),
    /// The record.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The disk.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    format: String,
    at: Timestamp,
    entries: u64,
    /// SHA-256 of each file but sealed objects, which are named by theirs.
    files: BTreeMap<String, String>,
    objects: Vec<String>,
}

/// What a backup came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backed {
    /// Entries.
    pub entries: u64,
    /// Sealed files.
    pub objects: usize,
    /// Those of them that were not there yet.
    pub fresh: usize,
}

impl Workspace {
    /// Backs the workspace up into `to`, where an older backup of it is brought up to date.
    ///
    /// # Errors
    /// [`BackupError`]; then what `to` says of itself is as before.
    pub fn back_up(&mut self, to: &Path, now: Timestamp) -> Result<Backed, BackupError> {
        fs::create_dir_all(to).map_err(VaultError::disk(to, "made"))?;
        let real = |path: &Path| fs::canonicalize(path).map_err(VaultError::disk(path, "found"));
        if real(to)?.starts_with(real(self.folder())?) {
            return Err(BackupError::Within(to.to_owned()));
        }
        let place = to.join(OBJECTS);
        fs::create_dir_all(&place).map_err(VaultError::disk(&place, "made"))?;
        let objects = self.vault().names()?;
        let mut fresh = 0;
        for name in &objects {
            let copy = place.join(name);
            if !copy.exists() {
                write_durably(&copy, &self.vault().sealed(name)?)?;
                fresh += 1;
            }
        }
        // What was destroyed is not kept by a backup that is brought up to date, either.
        let gone = self.state().approvals.destroyed_objects.iter().map(|name| place.join(name)).filter(|path| path.exists());
        gone.collect::<Vec<_>>().iter().try_for_each(|path| remove_durably(path))?;
        let entries = self.export_whole(to)?;
        let mut files = BTreeMap::new();
        let mut names: Vec<String> = [DESCRIPTION].iter().chain(&SECRETS).map(|n| (*n).to_owned()).collect();
        names.extend(MAYBE.iter().filter(|name| self.folder().join(name).exists()).map(|n| (*n).to_owned()));
        names.extend(listed(&self.folder().join(PENDING))?.into_iter().map(|name| format!("{PENDING}/{name}")));
        for name in names {
            let bytes = read(&self.folder().join(&name))?;
            let copy = to.join(&name);
            let parent = copy.parent().unwrap_or(to);
            fs::create_dir_all(parent).map_err(VaultError::disk(parent, "made"))?;
            write_secret(&copy, &bytes)?;
            files.insert(name, hex(&sha256(&bytes)));
        }
        let whole = crate::transfer::WHOLE;
        files.insert(whole.to_owned(), hex(&sha256(&read(&to.join(whole))?)));
        let count = objects.len();
        let manifest = Manifest { format: FORMAT.to_owned(), at: now, entries, files, objects };
        let text = serde_json::to_vec_pretty(&manifest).map_err(|e| WorkspaceError::Damaged(e.to_string()))?;
        write_durably(&to.join(MANIFEST), &text)?;
        Ok(Backed { entries, objects: count, fresh })
    }
}

/// Puts a backup back into `folder`, its record into `place`; returns when it was made and its number of entries.
///
/// # Errors
/// [`BackupError`]; then `folder` holds no workspace.
pub fn restore(
    from: &Path,
    folder: &Path,
    passphrase: Option<&SecretString>,
    key_file: Option<&Path>,
    place: &Place,
) -> Result<(Timestamp, u64), BackupError> {
    // What an earlier try left is marked as such.
    let begun = folder.join(RESTORED).exists();
    if folder.join(DESCRIPTION).exists() || !begun && crate::place::has_file(folder).unwrap_or(true) {
        return Err(BackupError::Exists(folder.to_owned()));
    }
    let not_whole = |what: String| BackupError::NotWhole(from.to_owned(), what);
    let text = fs::read(from.join(MANIFEST)).map_err(|e| not_whole(format!("`{MANIFEST}`: {e}")))?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|e| not_whole(e.to_string()))?;
    if manifest.format != FORMAT {
        return Err(not_whole(format!("its format is `{}`", manifest.format)));
    }
    let safe = |name: &str| !name.contains("..") && !name.starts_with('/') && !name.contains('\\') && !name.contains(':');
    let named = manifest.files.keys().chain(&manifest.objects);
    if let Some(bad) = named.clone().find(|name| !safe(name)) {
        return Err(not_whole(format!("it names `{bad}`")));
    }
    for (name, hash) in &manifest.files {
        if hex(&sha256(&read(&from.join(name))?)) != *hash {
            return Err(BackupError::Changed(name.clone()));
        }
    }
    for name in &manifest.objects {
        if hex(&sha256(&read(&from.join(OBJECTS).join(name))?)) != *name {
            return Err(BackupError::Changed(name.clone()));
        }
    }
    let place_of = |name: &str| folder.join(name);
    for folder in [folder.to_owned(), place_of(PENDING)] {
        fs::create_dir_all(&folder).map_err(VaultError::disk(&folder, "made"))?;
    }
    let vault = Vault::open(place_of(OBJECTS), Vec::new())?;
    for name in &manifest.objects {
        vault.keep(&read(&from.join(OBJECTS).join(name))?)?;
    }
    for name in manifest.files.keys().filter(|n| *n != DESCRIPTION && *n != crate::transfer::WHOLE) {
        write_secret(&place_of(name), &read(&from.join(name))?)?;
    }
    // Before there is a workspace that could sign.
    write_durably(&place_of(RESTORED), manifest.at.to_string().as_bytes())?;
    let entries = crate::transfer::put_back(from, folder, passphrase, key_file, place)?;
    Ok((manifest.at, entries))
}

fn read(path: &Path) -> Result<Vec<u8>, VaultError> {
    fs::read(path).map_err(VaultError::disk(path, "read"))
}

/// Names of the files of a folder, in order; none if there is no such folder.
fn listed(folder: &Path) -> Result<Vec<String>, VaultError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(VaultError::disk(folder, "read"))?;
    let mut names: Vec<String> = entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
    names.retain(|name| !name.ends_with(".part"));
    names.sort();
    Ok(names)
}
