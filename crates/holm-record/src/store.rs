//! Where rows are kept.

pub mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod sqlite;

use crate::entry::Row;

/// A checkpoint as it was signed, with the size that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// Number of entries.
    pub size: u64,
    /// The signed note.
    pub note: String,
}

/// A store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Somebody else appended in the meantime: nothing was written.
    #[error("the record has {found} entries where {expected} were expected: another program wrote to it")]
    Moved {
        /// Size that the writer had seen.
        expected: u64,
        /// Size now.
        found: u64,
    },
    /// The medium failed; whether the rows were kept is not known until the head is read again.
    #[error("the record could not be read or written: {0}")]
    Medium(String),
}

/// Keeps rows in order and never changes one.
///
/// Contract, which every implementation proves in the shared suite (`tests/it/store.rs`):
/// - `append` writes all rows and the checkpoint, or nothing; when it returns `Ok` they survive the loss of power.
/// - `append` fails with [`StoreError::Moved`] and writes nothing unless the size is `expected`.
/// - after any other error of `append` the rows may or may not be kept, but never some of them.
/// - `read` returns rows `from..to` in order, clipped to the size.
/// - `destroy` removes the sealed bodies of rows for good and leaves their leaves; rows without one stay as they are. It returns how many it removed.
/// - `cosign` puts lines in place of those that are kept for the checkpoint of `size`, durably, and fails if there is no such checkpoint.
pub trait Store {
    /// Number of rows.
    ///
    /// # Errors
    /// [`StoreError::Medium`].
    fn size(&mut self) -> Result<u64, StoreError>;

    /// Appends `rows` and their checkpoint if the size is `expected`.
    ///
    /// # Errors
    /// See the contract.
    fn append(&mut self, expected: u64, rows: &[Row], checkpoint: &StoredCheckpoint) -> Result<(), StoreError>;

    /// Rows `from..to`.
    ///
    /// # Errors
    /// [`StoreError::Medium`].
    fn read(&mut self, from: u64, to: u64) -> Result<Vec<Row>, StoreError>;

    /// Removes the sealed bodies of rows.
    ///
    /// # Errors
    /// [`StoreError::Medium`].
    fn destroy(&mut self, rows: &[u64]) -> Result<usize, StoreError>;

    /// All checkpoints, by size.
    ///
    /// # Errors
    /// [`StoreError::Medium`].
    fn checkpoints(&mut self) -> Result<Vec<StoredCheckpoint>, StoreError>;

    /// The note of the checkpoint of `size`, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Medium`].
    fn checkpoint(&mut self, size: u64) -> Result<Option<String>, StoreError>;

    /// Keeps what witnesses signed of the checkpoint of `size`: signature lines.
    ///
    /// # Errors
    /// [`StoreError::Medium`].
    fn cosign(&mut self, size: u64, lines: &str) -> Result<(), StoreError>;

    /// Sizes and what [`Self::cosign`] kept for them, by size.
    ///
    /// # Errors
    /// [`StoreError::Medium`].
    fn cosigned(&mut self) -> Result<Vec<(u64, String)>, StoreError>;
}

/// A store of any kind.
pub type AnyStore = Box<dyn Store + Send>;

impl Store for AnyStore {
    fn size(&mut self) -> Result<u64, StoreError> {
        (**self).size()
    }

    fn append(&mut self, expected: u64, rows: &[Row], checkpoint: &StoredCheckpoint) -> Result<(), StoreError> {
        (**self).append(expected, rows, checkpoint)
    }

    fn read(&mut self, from: u64, to: u64) -> Result<Vec<Row>, StoreError> {
        (**self).read(from, to)
    }

    fn destroy(&mut self, rows: &[u64]) -> Result<usize, StoreError> {
        (**self).destroy(rows)
    }

    fn checkpoints(&mut self) -> Result<Vec<StoredCheckpoint>, StoreError> {
        (**self).checkpoints()
    }

    fn checkpoint(&mut self, size: u64) -> Result<Option<String>, StoreError> {
        (**self).checkpoint(size)
    }

    fn cosign(&mut self, size: u64, lines: &str) -> Result<(), StoreError> {
        (**self).cosign(size, lines)
    }

    fn cosigned(&mut self) -> Result<Vec<(u64, String)>, StoreError> {
        (**self).cosigned()
    }
}
