//! A record as files that hold all of it, sealed as it is, and the way back into a store: its head is the same afterwards.

use std::fs;
use std::path::Path;

use age::secrecy::SecretString;
use holm_record::entry::{Entry, Row};
use holm_record::record::stored;
use holm_record::store::{AnyStore, Store, StoreError, StoredCheckpoint};
use holm_record::verify::{Finding, verify};
use serde::{Deserialize, Serialize};

use crate::place::{Place, put_aside};
use crate::role::UseCase;
use crate::vault::{VaultError, write_durably};
use crate::workspace::{Keeper, Workspace, WorkspaceError};

/// The file that holds all of it.
pub(crate) const WHOLE: &str = "record.json";
const FORMAT: &str = "holm-record/1";

/// A record cannot be taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// Not such a file.
    #[error("`{WHOLE}` is not a record as `holm record export --whole` writes it: {0}")]
    Malformed(String),
    /// It does not hold.
    #[error("what was exported does not hold at {at}: {what}; nothing was taken in")]
    Broken {
        /// Entry or size.
        at: u64,
        /// What does not hold.
        what: String,
    },
    /// The place has other entries.
    #[error("{place} holds {found} entries of this record that are not those of the export; nothing was taken in")]
    Other {
        /// Where.
        place: String,
        /// How many.
        found: u64,
    },
    /// The workspace's record is longer.
    #[error("the workspace's record has {here} entries and the export {there}: an older state is not taken in")]
    Older {
        /// Entries here.
        here: u64,
        /// Entries of the export.
        there: u64,
    },
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// Disk trouble.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Store trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Serialize, Deserialize)]
struct Whole {
    format: String,
    entries: Vec<Sealed>,
    checkpoints: Vec<Signed>,
}

/// An entry: its leaf, and its sealed body in base64, absent once it was destroyed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    leaf: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
}

/// A checkpoint, and what witnesses signed of it.
#[derive(Serialize, Deserialize)]
struct Signed {
    size: u64,
    note: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    cosignatures: String,
}

/// What a store holds.
#[derive(PartialEq)]
struct Held {
    rows: Vec<Row>,
    checkpoints: Vec<StoredCheckpoint>,
    cosigned: Vec<(u64, String)>,
}

impl Held {
    fn of(store: &mut AnyStore) -> Result<Self, StoreError> {
        let (rows, checkpoints) = stored(store)?;
        Ok(Self { rows, checkpoints, cosigned: store.cosigned()? })
    }

    fn read(text: &[u8]) -> Result<Self, TransferError> {
        use base64::Engine;
        use base64::engine::general_purpose::STANDARD as BASE64;

        let malformed = |what: String| TransferError::Malformed(what);
        let whole: Whole = serde_json::from_slice(text).map_err(|e| malformed(e.to_string()))?;
        if whole.format != FORMAT {
            return Err(malformed(format!("its format is `{}`", whole.format)));
        }
        let row = |entry: Sealed| {
            let sealed = entry.sealed.map(|s| BASE64.decode(s)).transpose().map_err(|e| malformed(e.to_string()))?;
            Ok(Row { leaf: entry.leaf, sealed })
        };
        let cosigned = whole.checkpoints.iter().filter(|c| !c.cosignatures.is_empty());
        Ok(Self {
            cosigned: cosigned.map(|c| (c.size, c.cosignatures.clone())).collect(),
            rows: whole.entries.into_iter().map(row).collect::<Result<_, TransferError>>()?,
            checkpoints: whole.checkpoints.into_iter().map(|c| StoredCheckpoint { size: c.size, note: c.note }).collect(),
        })
    }

    fn write(self) -> Result<Vec<u8>, TransferError> {
        use base64::Engine;
        use base64::engine::general_purpose::STANDARD as BASE64;

        let lines = |size: u64| self.cosigned.iter().find(|(s, _)| *s == size).map_or_else(String::new, |(_, l)| l.clone());
        let checkpoints = self.checkpoints.iter();
        let whole = Whole {
            format: FORMAT.to_owned(),
            checkpoints: checkpoints
                .map(|c| Signed { size: c.size, note: c.note.clone(), cosignatures: lines(c.size) })
                .collect(),
            entries: self.rows.into_iter().map(|r| Sealed { leaf: r.leaf, sealed: r.sealed.map(|s| BASE64.encode(s)) }).collect(),
        };
        serde_json::to_vec(&whole).map_err(|e| TransferError::Malformed(e.to_string()))
    }

    /// Whether these are the first of `other`'s entries and checkpoints.
    fn begins(&self, other: &Self) -> bool {
        other.rows.starts_with(&self.rows) && other.checkpoints.starts_with(&self.checkpoints)
    }
}

impl Workspace {
    /// Writes all of the record into `folder`, sealed as it is: only this workspace's keys open it.
    ///
    /// # Errors
    /// [`TransferError`].
    pub fn export_whole(&mut self, folder: &Path) -> Result<u64, TransferError> {
        let held = Held::of(self.record_mut().store_mut())?;
        let entries = held.rows.len() as u64;
        fs::create_dir_all(folder).map_err(VaultError::disk(folder, "made"))?;
        write_durably(&folder.join(WHOLE), &held.write()?)?;
        Ok(entries)
    }

    /// Takes the record that was exported to `from` into `to`, and has the workspace in `folder` keep it there from now on; returns the
    /// number of its entries. What is in `to` already must be its beginning, as after an import that was cut short.
    ///
    /// # Errors
    /// [`TransferError`]; then the workspace's record is where it was, as it was.
    pub fn import_record(
        folder: &Path,
        passphrase: Option<&SecretString>,
        key_file: Option<&Path>,
        from: &Path,
        to: &Place,
    ) -> Result<u64, TransferError> {
        let mut keeper = Keeper::of(folder, passphrase, key_file)?;
        let (held, opened) = checked(from, &keeper)?;
        keeper.may(&opened, UseCase::KeepRecord)?;
        let current = keeper.place()?;
        if let Some(mut store) = keeper.current()? {
            let here = Held::of(&mut store)?;
            let (ours, theirs) = (here.rows.len() as u64, held.rows.len() as u64);
            if ours > theirs {
                return Err(TransferError::Older { here: ours, there: theirs });
            }
            if !here.begins(&held) {
                return Err(TransferError::Other { place: current.address().to_owned(), found: ours });
            }
        }
        keep(&mut keeper, &held, to)?;
        if current == Place::File && *to != Place::File {
            put_aside(folder).map_err(VaultError::disk(folder, "put aside"))?;
        }
        Ok(held.rows.len() as u64)
    }
}

/// Puts the record of a backup into `to`, and the description of its workspace into `folder`, last; returns the number of entries.
pub(crate) fn put_back(
    from: &Path,
    folder: &Path,
    passphrase: Option<&SecretString>,
    key_file: Option<&Path>,
    to: &Place,
) -> Result<u64, TransferError> {
    let mut keeper = Keeper::of_backup(from, folder, passphrase, key_file)?;
    // Whoever has a key to it may put it back: it signs nothing until a custodian recovers it.
    let (held, _) = checked(from, &keeper)?;
    keep(&mut keeper, &held, to)?;
    Ok(held.rows.len() as u64)
}

/// The record that was exported to a folder, if it holds, and its entries.
fn checked(from: &Path, keeper: &Keeper) -> Result<(Held, Vec<(u64, Entry)>), TransferError> {
    let path = from.join(WHOLE);
    let held = Held::read(&fs::read(&path).map_err(VaultError::disk(&path, "read"))?)?;
    let report = verify(&held.rows, &held.checkpoints, &keeper.log()?, Some(keeper.body_key()));
    match report.findings.into_iter().next() {
        Some(Finding { at, what }) => Err(TransferError::Broken { at, what }),
        None => Ok((held, report.opened)),
    }
}

/// Writes a record to a place, reads it back, and has the workspace keep it there.
fn keep(keeper: &mut Keeper, held: &Held, to: &Place) -> Result<(), TransferError> {
    let mut store = keeper.open(to)?;
    let there = Held::of(&mut store)?;
    if !there.begins(held) {
        return Err(TransferError::Other { place: to.address().to_owned(), found: there.rows.len() as u64 });
    }
    fill(&mut store, &there, held)?;
    if Held::of(&mut store)? != *held {
        return Err(TransferError::Other { place: to.address().to_owned(), found: store.size()? });
    }
    Ok(keeper.keep_in(to)?)
}

/// Appends what is missing, in the appends in which it was made.
fn fill(store: &mut AnyStore, there: &Held, held: &Held) -> Result<(), TransferError> {
    let mut from = there.rows.len();
    for checkpoint in held.checkpoints.iter().skip(there.checkpoints.len()) {
        let to = usize::try_from(checkpoint.size).unwrap_or(usize::MAX);
        let rows =
            held.rows.get(from..to).ok_or_else(|| TransferError::Malformed("its checkpoints are out of order".to_owned()))?;
        store.append(from as u64, rows, checkpoint)?;
        from = to;
    }
    for (size, lines) in &held.cosigned {
        store.cosign(*size, lines)?;
    }
    Ok(())
}
