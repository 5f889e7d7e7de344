//! A mark of the newest head that this machine signed, kept outside the workspace's folder: whoever puts an older folder back does not
//! put the mark back with it.

use std::fs;
use std::path::{Path, PathBuf};

use holm_record::commitment::{hex, sha256};

/// Why a workspace signs nothing.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stale {
    /// It was put back from a backup.
    #[error(
        "this workspace was put back from a backup and signs nothing until `holm recover` has compared it with what witnesses and recipients hold"
    )]
    Restored,
    /// This machine signed more entries than there are.
    #[error(
        "this machine signed {signed} entries of this record and there are {here}: an older state was put back, and nothing is signed; put the newest one back"
    )]
    Behind {
        /// Entries that were signed.
        signed: u64,
        /// Entries that there are.
        here: u64,
    },
    /// This machine signed another record.
    #[error(
        "this machine signed another record of this name with {0} entries: this one was rewritten or is a second one, and nothing is signed"
    )]
    Rewritten(u64),
}

/// Where the newest checkpoint of one record is noted.
#[derive(Clone, Debug)]
pub(crate) struct HeadMark {
    path: PathBuf,
}

impl HeadMark {
    pub(crate) fn of(folder: &Path, origin: &str) -> Self {
        Self { path: folder.join(hex(&sha256(origin.as_bytes()))) }
    }

    pub(crate) fn read(&self) -> Option<String> {
        fs::read_to_string(&self.path).ok()
    }

    /// Notes a checkpoint. A mark that is lost is older than the record, which raises no alarm, so it is not waited for the disk.
    pub(crate) fn write(&self, note: &str) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let temporary = self.path.with_extension("part");
        fs::write(&temporary, note)?;
        fs::rename(&temporary, &self.path)
    }
}
