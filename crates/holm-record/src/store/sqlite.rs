//! Rows in one SQLite file: write-ahead log, full synchronisation, one writer.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{Store, StoreError, StoredCheckpoint};
use crate::entry::Row;

/// How long a second reader waits for a writer.
const BUSY: Duration = Duration::from_secs(5);

/// A store in one file.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Medium(error.to_string())
    }
}

/// Opens or makes a file every commit of which is on the disk before it counts.
pub(crate) fn open_durable(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // What is destroyed is overwritten with zeros.
    connection.pragma_update(None, "secure_delete", true)?;
    Ok(connection)
}

impl SqliteStore {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// [`StoreError::Medium`] if the file cannot be opened or is no such store.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = open_durable(path)?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS entry (seq INTEGER PRIMARY KEY, leaf TEXT NOT NULL, sealed BLOB) STRICT;
             CREATE TABLE IF NOT EXISTS checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
             CREATE TABLE IF NOT EXISTS cosignature (size INTEGER PRIMARY KEY REFERENCES checkpoint, lines TEXT NOT NULL) STRICT;
             CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL) STRICT;
             INSERT OR IGNORE INTO head (one, size) VALUES (1, 0);",
        )?;
        Ok(Self { connection })
    }
}

impl Store for SqliteStore {
    fn size(&mut self) -> Result<u64, StoreError> {
        let size: i64 = self.connection.query_row("SELECT size FROM head WHERE one = 1", [], |row| row.get(0))?;
        u64::try_from(size).map_err(|_| StoreError::Medium("the head has a negative size".to_owned()))
    }

    fn append(&mut self, expected: u64, rows: &[Row], checkpoint: &StoredCheckpoint) -> Result<(), StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let size = expected + rows.len() as u64;
        let moved = transaction
            .execute("UPDATE head SET size = ?1 WHERE one = 1 AND size = ?2", params![size as i64, expected as i64])?;
        if moved != 1 {
            let found: Option<i64> =
                transaction.query_row("SELECT size FROM head WHERE one = 1", [], |row| row.get(0)).optional()?;
            return Err(StoreError::Moved { expected, found: found.and_then(|f| u64::try_from(f).ok()).unwrap_or(0) });
        }
        {
            let mut insert = transaction.prepare_cached("INSERT INTO entry (seq, leaf, sealed) VALUES (?1, ?2, ?3)")?;
            for (seq, row) in (expected..).zip(rows) {
                insert.execute(params![seq as i64, row.leaf, row.sealed])?;
            }
        }
        transaction
            .execute("INSERT INTO checkpoint (size, note) VALUES (?1, ?2)", params![checkpoint.size as i64, checkpoint.note])?;
        transaction.commit()?;
        Ok(())
    }

    fn read(&mut self, from: u64, to: u64) -> Result<Vec<Row>, StoreError> {
        let mut select =
            self.connection.prepare_cached("SELECT leaf, sealed FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq")?;
        let bounds = params![i64::try_from(from).unwrap_or(i64::MAX), i64::try_from(to).unwrap_or(i64::MAX)];
        let rows = select.query_map(bounds, |row| Ok(Row { leaf: row.get(0)?, sealed: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn destroy(&mut self, rows: &[u64]) -> Result<usize, StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut removed = 0;
        {
            let mut gone = transaction.prepare_cached("UPDATE entry SET sealed = NULL WHERE seq = ?1 AND sealed IS NOT NULL")?;
            for row in rows {
                removed += gone.execute([i64::try_from(*row).unwrap_or(i64::MAX)])?;
            }
        }
        transaction.commit()?;
        if removed > 0 {
            // The bytes are in the log of writes still.
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        Ok(removed)
    }

    fn checkpoints(&mut self) -> Result<Vec<StoredCheckpoint>, StoreError> {
        let mut select = self.connection.prepare_cached("SELECT size, note FROM checkpoint ORDER BY size")?;
        let rows =
            select.query_map([], |row| Ok(StoredCheckpoint { size: row.get::<_, i64>(0)?.unsigned_abs(), note: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn checkpoint(&mut self, size: u64) -> Result<Option<String>, StoreError> {
        let mut select = self.connection.prepare_cached("SELECT note FROM checkpoint WHERE size = ?1")?;
        Ok(select.query_row([i64::try_from(size).unwrap_or(i64::MAX)], |row| row.get(0)).optional()?)
    }

    fn cosign(&mut self, size: u64, lines: &str) -> Result<(), StoreError> {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        self.connection.execute("INSERT OR REPLACE INTO cosignature (size, lines) VALUES (?1, ?2)", params![size, lines])?;
        Ok(())
    }

    fn cosigned(&mut self) -> Result<Vec<(u64, String)>, StoreError> {
        let mut select = self.connection.prepare_cached("SELECT size, lines FROM cosignature ORDER BY size")?;
        let rows = select.query_map([], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
