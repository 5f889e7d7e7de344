//! What a witness remembers.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::store::StoreError;
use crate::store::sqlite::open_durable;

/// Where a witness keeps the newest checkpoint of each log.
///
/// Contract: `advance` writes only if the newest size is `old`, in one step with finding that out; when it returns `Ok` what it wrote
/// survives the loss of power.
pub trait Memory {
    /// Size and note of the newest checkpoint of a log.
    ///
    /// # Errors
    /// [`StoreError::Medium`].
    fn latest(&mut self, origin: &str) -> Result<Option<(u64, String)>, StoreError>;

    /// Puts `note`, of `size` entries, in the place of the newest, of `old` entries; 0 is none.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if the newest has another size.
    fn advance(&mut self, origin: &str, old: u64, size: u64, note: &str) -> Result<(), StoreError>;

    /// Keeps two checkpoints of one size that a log signed.
    ///
    /// # Errors
    /// [`StoreError::Medium`].
    fn keep_fork(&mut self, origin: &str, known: &str, other: &str) -> Result<(), StoreError>;

    /// What [`Self::keep_fork`] kept.
    ///
    /// # Errors
    /// [`StoreError::Medium`].
    fn forks(&mut self) -> Result<Vec<(String, String)>, StoreError>;
}

/// Forgets everything when it ends: for tests and simulations.
#[derive(Clone, Debug, Default)]
pub struct Forgetful {
    newest: BTreeMap<String, (u64, String)>,
    forks: Vec<(String, String)>,
}

impl Memory for Forgetful {
    fn latest(&mut self, origin: &str) -> Result<Option<(u64, String)>, StoreError> {
        Ok(self.newest.get(origin).cloned())
    }

    fn advance(&mut self, origin: &str, old: u64, size: u64, note: &str) -> Result<(), StoreError> {
        let found = self.newest.get(origin).map_or(0, |(size, _)| *size);
        if found != old {
            return Err(StoreError::Moved { expected: old, found });
        }
        self.newest.insert(origin.to_owned(), (size, note.to_owned()));
        Ok(())
    }

    fn keep_fork(&mut self, _origin: &str, known: &str, other: &str) -> Result<(), StoreError> {
        self.forks.push((known.to_owned(), other.to_owned()));
        Ok(())
    }

    fn forks(&mut self) -> Result<Vec<(String, String)>, StoreError> {
        Ok(self.forks.clone())
    }
}

/// A file of SQLite, every change of which is on the disk before it counts.
pub struct SqliteMemory {
    connection: Connection,
}

impl SqliteMemory {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// [`StoreError::Medium`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = open_durable(path)?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS newest (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, note TEXT NOT NULL) STRICT;
             CREATE TABLE IF NOT EXISTS fork (origin TEXT NOT NULL, known TEXT NOT NULL, other TEXT NOT NULL,
               PRIMARY KEY (origin, known, other)) STRICT;",
        )?;
        Ok(Self { connection })
    }
}

impl Memory for SqliteMemory {
    fn latest(&mut self, origin: &str) -> Result<Option<(u64, String)>, StoreError> {
        let mut select = self.connection.prepare_cached("SELECT size, note FROM newest WHERE origin = ?1")?;
        Ok(select.query_row([origin], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))).optional()?)
    }

    fn advance(&mut self, origin: &str, old: u64, size: u64, note: &str) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let newest = transaction.query_row("SELECT size FROM newest WHERE origin = ?1", [origin], |row| row.get::<_, i64>(0));
        let found = newest.optional()?.map_or(0, i64::unsigned_abs);
        if found != old {
            return Err(StoreError::Moved { expected: old, found });
        }
        let size = i64::try_from(size).map_err(|_| StoreError::Medium("a log of more than 2⁶³ entries".to_owned()))?;
        transaction
            .execute("INSERT OR REPLACE INTO newest (origin, size, note) VALUES (?1, ?2, ?3)", params![origin, size, note])?;
        transaction.commit()?;
        Ok(())
    }

    fn keep_fork(&mut self, origin: &str, known: &str, other: &str) -> Result<(), StoreError> {
        // A log that forks once is proven to; more of it must not fill the disk.
        self.connection.execute(
            "INSERT OR IGNORE INTO fork (origin, known, other)
             SELECT ?1, ?2, ?3 WHERE (SELECT count(*) FROM fork WHERE origin = ?1) < 100",
            [origin, known, other],
        )?;
        Ok(())
    }

    fn forks(&mut self) -> Result<Vec<(String, String)>, StoreError> {
        let mut select = self.connection.prepare_cached("SELECT known, other FROM fork ORDER BY rowid")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
