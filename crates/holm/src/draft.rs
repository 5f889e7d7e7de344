//! Drafts: a document on its way to being shared, while a person decides on its marks and recipients. Kept on disk, sealed, so
//! that closing the browser or the machine loses nothing; nothing of a draft is in the record.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use holm_marks::carrier::Format;
use holm_record::commitment::{hex, sha256};
use holm_record::id::{ItemName, PersonId};
use serde::{Deserialize, Serialize};

use crate::leak::base64_bytes;
use crate::marking::{Marking, MarkingError, Schemes};
use crate::own_file::OwnFileError;
use crate::pages::Copies;
use crate::prepare::{MarkOptions, PrepareError, Prepared};
use crate::render::RenderError;
use crate::review::{Decision, FORMAT, FactDecision, Review, Verdict};
use crate::vault::{VaultError, remove_durably};
use crate::workspace::Workspace;

/// A draft cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// There is none of this number.
    #[error("there is no such draft; it may have been released or dropped")]
    Missing,
    /// No randomness.
    #[error("the system has no randomness to number a draft with")]
    Randomness,
    /// The document.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// Its marking.
    #[error(transparent)]
    Marking(#[from] MarkingError),
    /// Its pages.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// Its file.
    #[error(transparent)]
    File(#[from] OwnFileError),
    /// The disk.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// A document that is not shared yet, and what was decided on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// Its number: 16 hexadecimal digits.
    pub id: String,
    /// File name of the document.
    pub file: String,
    /// The document.
    #[serde(with = "base64_bytes")]
    pub document: Vec<u8>,
    /// Whether no word is varied but what the originator authored.
    pub legal: bool,
    /// Whether text is set as pages.
    pub pages: bool,
    /// Marks that a person kept or struck, by id.
    pub decisions: BTreeMap<String, bool>,
    /// Persons and units, as `holm share --to` takes them.
    pub to: Vec<String>,
    /// The item's name, as typed.
    pub name: String,
    /// Markings, as typed.
    pub marking: String,
    /// The originator's conditions.
    pub conditions: String,
    /// Who confirmed the facts.
    pub confirmed_by: Vec<PersonId>,
    /// Who draws half of the key; nobody, and it is made here alone.
    #[serde(default)]
    pub second: Option<PersonId>,
}

impl Draft {
    /// What it is now: another value once anything of it changed.
    #[must_use]
    pub fn version(&self) -> String {
        hex(&sha256(&serde_json::to_vec(self).unwrap_or_default())).chars().take(16).collect()
    }

    /// A draft of a document, under a name that is made of the file's.
    ///
    /// # Errors
    /// [`DraftError::Randomness`].
    pub fn new(file: String, document: Vec<u8>) -> Result<Self, DraftError> {
        let mut id = [0; 8];
        getrandom::fill(&mut id).map_err(|_| DraftError::Randomness)?;
        let name = item_name(&file);
        Ok(Self {
            id: hex(&id),
            file,
            document,
            legal: false,
            pages: false,
            decisions: BTreeMap::new(),
            to: Vec::new(),
            name,
            marking: String::new(),
            conditions: String::new(),
            confirmed_by: Vec::new(),
            second: None,
        })
    }

    /// The document with its labels, and its marks as they were decided on. With `moved`, marks that move words are found as well, which takes
    /// LibreOffice for a Word file and may take seconds.
    ///
    /// # Errors
    /// [`DraftError`] says what is wrong with the document.
    pub fn prepare(&self, moved: Moves, schemes: &Schemes) -> Result<Prepared, DraftError> {
        let copies = if self.pages { Copies::Pages } else { Copies::AsMaster };
        let marking = Marking::parse(&self.marking, schemes)?;
        let options = MarkOptions { legal: self.legal, copies, marking, ..MarkOptions::default() };
        let review = self.review();
        let mut prepared = Prepared::new(&self.document, &self.file, &options, Some(&review))?;
        let word = prepared.master.format() == Format::Docx && crate::render::is_available();
        if moved == Moves::Found && (self.pages || word) {
            prepared.move_words(Some(&review))?;
        }
        prepared.confirm_facts(&self.confirmed_by);
        Ok(prepared)
    }

    /// What was decided, as a review file says it.
    #[must_use]
    pub fn review(&self) -> Review {
        let decision = |(id, keep): (&String, &bool)| Decision {
            id: id.clone(),
            decision: if *keep { Verdict::Keep } else { Verdict::Strike },
            text: String::new(),
        };
        let facts: Vec<FactDecision> = Vec::new();
        Review { format: FORMAT.to_owned(), marks: self.decisions.iter().map(decision).collect(), facts, authored: Vec::new() }
    }
}

/// A draft as it is kept: of whoever began it.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(flatten)]
    draft: Draft,
}

/// Whether marks that move words are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moves {
    /// They are.
    Found,
    /// They are not.
    LeftOut,
}

/// A name for an item out of a file's: what a name may hold, in lower case.
fn item_name(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let plain: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let name = plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if ItemName::new(name.clone()).is_ok() { name } else { "item".to_owned() }
}

/// A draft's number is no path.
fn is_draft(id: &str) -> Result<(), DraftError> {
    if id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()) { Ok(()) } else { Err(DraftError::Missing) }
}

impl Workspace {
    fn drafts_folder(&self) -> PathBuf {
        self.folder().join("drafts")
    }

    /// Where the drafts of whoever works here are: a folder whose name says to nobody whose it is, so that no draft need be opened to
    /// know, and how many others there are does not show in how long a list takes.
    fn own_drafts(&self) -> PathBuf {
        let key = blake3::derive_key("holm 2026-11 whose drafts v1", self.body_key());
        let tag = blake3::keyed_hash(&key, self.actor().as_bytes()).to_hex();
        self.drafts_folder().join(tag.get(..16).unwrap_or_default())
    }

    /// Folders in which drafts are that whoever works here may see.
    fn draft_folders(&self) -> Result<Vec<PathBuf>, DraftError> {
        let (all, own) = (self.drafts_folder(), self.own_drafts());
        if !self.sees_everything() || !all.exists() {
            return Ok(vec![own]);
        }
        let entries = fs::read_dir(&all).map_err(VaultError::disk(&all, "read"))?;
        Ok(entries.flatten().map(|e| e.path()).filter(|path| path.is_dir()).collect())
    }

    /// The file of a draft that is there.
    fn draft_path(&self, id: &str) -> Result<PathBuf, DraftError> {
        is_draft(id)?;
        let mut places = self.draft_folders()?.into_iter().map(|folder| folder.join(format!("{id}.age")));
        places.find(|path| path.exists()).ok_or(DraftError::Missing)
    }

    /// Keeps a draft, in place of what it was.
    ///
    /// # Errors
    /// [`DraftError`].
    pub fn keep_draft(&self, draft: &Draft) -> Result<(), DraftError> {
        is_draft(&draft.id)?;
        // Whoever changes another's draft does not take it from them.
        let (path, by) = match self.draft_path(&draft.id) {
            Ok(path) => (path.clone(), self.read_own::<Kept>(&path)?.by),
            Err(DraftError::Missing) => (self.own_drafts().join(format!("{}.age", draft.id)), None),
            Err(other) => return Err(other),
        };
        let by = by.unwrap_or_else(|| self.actor().to_owned());
        Ok(self.write_own(&path, &Kept { by: Some(by), draft: draft.clone() })?)
    }

    /// A draft by its number; of whoever sees only what they prepare, their own.
    ///
    /// # Errors
    /// [`DraftError::Missing`] if there is none.
    pub fn draft(&self, id: &str) -> Result<Draft, DraftError> {
        let Kept { by, draft } = self.read_own(&self.draft_path(id)?)?;
        let theirs = self.sees_everything() || by.as_deref() == Some(self.actor());
        if theirs { Ok(draft) } else { Err(DraftError::Missing) }
    }

    /// All drafts: number and file name; files that are none are left out.
    ///
    /// # Errors
    /// [`DraftError::Vault`] if the folder cannot be read.
    pub fn drafts(&self) -> Result<Vec<Draft>, DraftError> {
        let mut ids = Vec::new();
        for folder in self.draft_folders()?.into_iter().filter(|folder| folder.exists()) {
            let entries = fs::read_dir(&folder).map_err(VaultError::disk(&folder, "read"))?;
            ids.extend(entries.flatten().filter_map(|e| Some(e.path().file_stem()?.to_str()?.to_owned())));
        }
        ids.sort();
        Ok(ids.into_iter().filter_map(|id| self.draft(&id).ok()).collect())
    }

    /// Drops a draft.
    ///
    /// # Errors
    /// [`DraftError`].
    pub fn drop_draft(&self, id: &str) -> Result<(), DraftError> {
        if let Err(DraftError::Missing) = self.draft(id) {
            return Err(DraftError::Missing);
        }
        Ok(remove_durably(&self.draft_path(id)?)?)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::workspace::InitOptions;

    #[test]
    fn a_draft_is_kept_sealed_and_only_the_workspace_can_have_written_it() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::init(folder.path(), &InitOptions::default(), Timestamp::now()).unwrap();
        let mut draft = Draft::new("Informe del 3 de mayo.md".to_owned(), b"We saw two empty drums.".to_vec()).unwrap();
        assert_eq!(draft.name, "informe-del-3-de-mayo");
        draft.to = vec!["unit:Entry".to_owned()];
        workspace.keep_draft(&draft).unwrap();
        assert_eq!(workspace.draft(&draft.id).unwrap().to, ["unit:Entry"]);
        let path = workspace.draft_path(&draft.id).unwrap();
        let sealed = fs::read(&path).unwrap();
        assert!(!sealed.windows(12).any(|w| w == b"empty drums."), "nobody reads it from the disk");
        // Under another name it is another's.
        let other = path.with_file_name("0123456789abcdef.age");
        fs::copy(&path, &other).unwrap();
        assert!(matches!(workspace.draft("0123456789abcdef"), Err(DraftError::File(OwnFileError::Damaged(..)))));
        assert_eq!(workspace.drafts().unwrap().len(), 1);
        workspace.drop_draft(&draft.id).unwrap();
        assert!(matches!(workspace.draft(&draft.id), Err(DraftError::Missing)));
        assert!(matches!(workspace.draft("../../officer"), Err(DraftError::Missing)));
    }
}
