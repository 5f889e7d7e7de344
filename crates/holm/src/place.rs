//! Where a record is kept: a file in the workspace's folder, or a database. Bodies are encrypted before they come to either.

use std::fs;
use std::path::{Path, PathBuf};

use holm_record::store::sqlite::SqliteStore;
use holm_record::store::{AnyStore, Store, StoreError};

/// The file in the workspace's folder.
pub(crate) const FILE: &str = "record.db";
/// Files that SQLite keeps beside it.
pub(crate) const BESIDE: [&str; 3] = ["record.db", "record.db-wal", "record.db-shm"];

/// A place for a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `record.db` in the workspace's folder.
    File,
    /// A PostgreSQL database: `postgresql://user@host/database`. A password comes from `$PGPASSWORD`.
    Database(String),
}

/// An address that names no place.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlaceError {
    /// Not an address of a database.
    #[error("`{0}` is no place for a record: it is `sqlite`, or `postgresql://USER@HOST/DATABASE`")]
    Unknown(String),
    /// It holds a password, which would stand in `workspace.json`.
    #[error("leave the password out of the address, as `workspace.json` keeps it; give it as $PGPASSWORD")]
    Password,
    /// Not compiled in.
    #[error("this build of holm keeps records in files only; build it with the feature `postgres`")]
    NotBuilt,
}

impl Place {
    /// Reads `sqlite` or the address of a database.
    ///
    /// # Errors
    /// [`PlaceError`].
    pub fn parse(text: &str) -> Result<Self, PlaceError> {
        if text == "sqlite" {
            return Ok(Self::File);
        }
        let rest = ["postgresql://", "postgres://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        let rest = rest.ok_or_else(|| PlaceError::Unknown(text.chars().take(100).collect()))?;
        let user = rest.split(['/', '?']).next().and_then(|host| host.rsplit_once('@')).map_or("", |(user, _)| user);
        if user.contains(':') || rest.contains("password=") {
            return Err(PlaceError::Password);
        }
        if cfg!(feature = "postgres") { Ok(Self::Database(text.to_owned())) } else { Err(PlaceError::NotBuilt) }
    }

    /// As [`Self::parse`] reads it.
    #[must_use]
    pub fn address(&self) -> &str {
        match self {
            Self::File => "sqlite",
            Self::Database(url) => url,
        }
    }

    /// Opens the record `origin` of the workspace in `folder`, or makes it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn open(&self, folder: &Path, origin: &str) -> Result<AnyStore, StoreError> {
        match self {
            Self::File => Ok(Box::new(SqliteStore::open(&record_file(folder, origin))?)),
            #[cfg(feature = "postgres")]
            Self::Database(url) => {
                let password = std::env::var("PGPASSWORD").ok();
                Ok(Box::new(holm_record::store::postgres::PostgresStore::open(url, password.as_deref(), origin)?))
            }
            #[cfg(not(feature = "postgres"))]
            Self::Database(_) => Err(StoreError::Medium(format!("{}: {origin}", PlaceError::NotBuilt))),
        }
    }
}

impl Place {
    /// Makes a place for a later epoch, or opens the one that an earlier try made.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn begin(&self, folder: &Path, origin: &str) -> Result<AnyStore, StoreError> {
        match self {
            Self::File => Ok(Box::new(SqliteStore::open(&later_file(folder, origin))?)),
            Self::Database(_) => self.open(folder, origin),
        }
    }
}

fn later_file(folder: &Path, origin: &str) -> PathBuf {
    folder.join(format!("record-{}.db", origin.rsplit('/').next().unwrap_or_default()))
}

/// The file of the record `origin`: that of a later epoch bears its name, and the first is [`FILE`].
pub(crate) fn record_file(folder: &Path, origin: &str) -> PathBuf {
    let later = later_file(folder, origin);
    if later.exists() { later } else { folder.join(FILE) }
}

/// Whether the folder has a file with a record of more than the entry that begins one.
pub(crate) fn has_file(folder: &Path) -> Result<bool, StoreError> {
    let path = folder.join(FILE);
    Ok(path.exists() && SqliteStore::open(&path).and_then(|mut store| store.size())? > 1)
}

/// Puts files that are not the record any more out of the way, so that nobody goes on with them.
pub(crate) fn put_aside(folder: &Path) -> std::io::Result<()> {
    put_aside_but(folder, None)
}

/// The same, but for the file of the epoch `origin`.
pub(crate) fn put_aside_but(folder: &Path, origin: Option<&str>) -> std::io::Result<()> {
    let kept = origin.and_then(|origin| later_file(folder, origin).file_name().map(|n| n.to_string_lossy().into_owned()));
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_record = BESIDE.contains(&name.as_str()) || name.starts_with("record-") && name.contains(".db");
        let is_kept = kept.as_ref().is_some_and(|kept| name.starts_with(kept.as_str()));
        if is_record && !is_kept && !name.ends_with(".moved") {
            fs::rename(folder.join(&name), folder.join(format!("{name}.moved")))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_passwords_are_not_kept() {
        assert_eq!(Place::parse("sqlite"), Ok(Place::File));
        for bad in ["", "mysql://x", "record.db", "https://x/y"] {
            assert!(matches!(Place::parse(bad), Err(PlaceError::Unknown(_))), "{bad}");
        }
        for bad in ["postgresql://u:p@h/d", "postgres://h/d?password=p", "postgresql://u:p@h?x=1"] {
            assert_eq!(Place::parse(bad), Err(PlaceError::Password), "{bad}");
        }
        let good = Place::parse("postgresql://u@h:5432/d");
        assert!(matches!(&good, Ok(Place::Database(_)) | Err(PlaceError::NotBuilt)), "{good:?}");
    }
}
