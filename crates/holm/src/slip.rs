//! The slip that goes with a sealed copy: what it is, under which conditions, and the proof that it stands in the record.
//!
//! The format is `docs/spec/slip.md`. Sealed copy and slip together are the bundle of DESIGN §6; a receipt signs both.

use std::fs;
use std::path::{Path, PathBuf};

use holm_record::commitment::{hex, sha256};
use holm_record::event::Event;
use holm_record::id::{CopyId, ItemName, PersonId};
use holm_record::proof::LogProof;
use serde::{Deserialize, Serialize};

use crate::share::file_name;
use crate::shown::{ShownEntry, ShownError};
use crate::workspace::{Workspace, WorkspaceError};

/// Version of the format.
pub const FORMAT: &str = "holm-slip/1";

/// A slip does not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SlipError {
    /// Not a slip.
    #[error("this is not a slip: {0}")]
    Malformed(String),
    /// Its entry.
    #[error("the slip does not hold: {0}")]
    Entry(#[from] ShownError),
    /// Something does not match.
    #[error("the slip does not hold: {0}")]
    Invalid(String),
    /// Copies of another item lie where these are to be written, under the same names.
    #[error(
        "`{folder}` already holds copies of `{item}`, which would be written over; choose another folder with `--out`; nothing was shared"
    )]
    Taken {
        /// The folder.
        folder: PathBuf,
        /// The other item.
        item: ItemName,
    },
    /// The copy is not in the record.
    #[error("copy `{0}` is not in the record")]
    NoCopy(CopyId),
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// Checks that `folder` holds no copies of an item other than `item`: files are named by person.
///
/// # Errors
/// [`SlipError::Taken`].
pub fn check_folder(folder: &Path, item: &ItemName) -> Result<(), SlipError> {
    // A folder that is not there yet or cannot be read holds nothing to lose; writing to it will say so.
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    let slips = entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "holm"));
    let mut items = slips.filter_map(|p| Slip::parse(&fs::read_to_string(p).ok()?).ok()).map(|s| s.item);
    items.find(|other| other != item).map_or(Ok(()), |item| Err(SlipError::Taken { folder: folder.to_owned(), item }))
}

/// What stands in the record for conditions: their SHA-256, in hexadecimal.
pub(crate) fn conditions_hash(conditions: &str) -> String {
    hex(&sha256(conditions.as_bytes()))
}

/// One copy's slip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// [`FORMAT`].
    pub format: String,
    /// The item.
    pub item: ItemName,
    /// The copy.
    pub copy: CopyId,
    /// To whom.
    pub person: PersonId,
    /// Handling marking.
    pub marking: Option<String>,
    /// The originator's conditions.
    pub conditions: Option<String>,
    /// File name of the sealed copy.
    pub sealed_file: String,
    /// Its SHA-256, in hexadecimal.
    pub sealed_sha256: String,
    /// Where requests for this item's originator are sealed to (`docs/spec/onward.md`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The disclosure's entry.
    #[serde(flatten)]
    pub entry: ShownEntry,
}

impl Slip {
    /// The slip of a copy that is in the record.
    ///
    /// # Errors
    /// [`SlipError`] if it is not.
    pub fn of(workspace: &mut Workspace, item: &ItemName, copy: &CopyId) -> Result<Self, SlipError> {
        let found = workspace
            .state()
            .items
            .get(item)
            .and_then(|i| Some((i.disclosures.iter().find(|d| d.copy == *copy)?.clone(), i.released.clone()?)));
        let (disclosure, released) = found.ok_or_else(|| SlipError::NoCopy(copy.clone()))?;
        let entry = ShownEntry::of(workspace, disclosure.index)?.ok_or_else(|| SlipError::NoCopy(copy.clone()))?;
        Ok(Self {
            format: FORMAT.to_owned(),
            item: item.clone(),
            copy: copy.clone(),
            person: disclosure.person,
            marking: released.marking,
            conditions: released.conditions,
            sealed_file: format!("{}.age", file_name(copy, &released.file)),
            sealed_sha256: disclosure.sealed,
            reply_to: disclosure.reply_to,
            entry,
        })
    }

    /// The slip's file name: that of the copy with `.holm` for `.age`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}.holm", self.sealed_file.strip_suffix(".age").unwrap_or(&self.sealed_file))
    }

    /// The slip as it is written.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads a slip.
    ///
    /// # Errors
    /// [`SlipError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, SlipError> {
        let slip: Self = serde_json::from_str(text).map_err(|e| SlipError::Malformed(e.to_string()))?;
        // A colon names a drive where there are drives.
        let plain_name = !slip.sealed_file.contains(['/', '\\', ':']) && !slip.sealed_file.starts_with('.');
        match (slip.format == FORMAT, plain_name) {
            (true, true) => Ok(slip),
            (false, _) => Err(SlipError::Malformed(format!("its format is `{}`", slip.format))),
            (_, false) => Err(SlipError::Malformed("its file name leads out of its folder".to_owned())),
        }
    }

    /// Checks, without trusting who sent it: the sealed bytes, the entry, the commitment and the proof belong together.
    ///
    /// # Errors
    /// [`SlipError::Invalid`] says what does not.
    pub fn check(&self, sealed: &[u8]) -> Result<LogProof, SlipError> {
        let invalid = |what: &str| SlipError::Invalid(what.to_owned());
        if hex(&sha256(sealed)) != self.sealed_sha256 {
            return Err(invalid("the sealed file is not the one that was recorded"));
        }
        let (event, proof) = self.entry.check()?;
        let Event::Disclosure { item, copy, person, sealed, marking, conditions, reply_to, .. } = &event else {
            return Err(invalid("the entry records something else"));
        };
        if (item, copy, person, sealed) != (&self.item, &self.copy, &self.person, &self.sealed_sha256) {
            return Err(invalid("the entry records something else"));
        }
        if *marking != self.marking || *conditions != self.conditions.as_deref().map(conditions_hash) {
            return Err(invalid("marking or conditions are not those that were recorded"));
        }
        if *reply_to != self.reply_to {
            return Err(invalid("requests would be sealed to somebody else"));
        }
        Ok(proof)
    }
}
