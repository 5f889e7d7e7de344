//! Rows in memory, for trials and for programs that keep nothing.

use std::collections::BTreeMap;

use super::{Store, StoreError, StoredCheckpoint};
use crate::entry::Row;

/// A store that is lost with the program.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    rows: Vec<Row>,
    checkpoints: Vec<StoredCheckpoint>,
    cosigned: BTreeMap<u64, String>,
}

impl Store for MemoryStore {
    fn size(&mut self) -> Result<u64, StoreError> {
        Ok(self.rows.len() as u64)
    }

    fn append(&mut self, expected: u64, rows: &[Row], checkpoint: &StoredCheckpoint) -> Result<(), StoreError> {
        let found = self.rows.len() as u64;
        if found != expected {
            return Err(StoreError::Moved { expected, found });
        }
        self.rows.extend_from_slice(rows);
        self.checkpoints.push(checkpoint.clone());
        Ok(())
    }

    fn read(&mut self, from: u64, to: u64) -> Result<Vec<Row>, StoreError> {
        let clip = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(self.rows.len());
        Ok(self.rows.get(clip(from)..clip(to).max(clip(from))).unwrap_or_default().to_vec())
    }

    fn destroy(&mut self, rows: &[u64]) -> Result<usize, StoreError> {
        let gone = |row: &u64| self.rows.get_mut(usize::try_from(*row).ok()?)?.sealed.take();
        Ok(rows.iter().filter_map(gone).count())
    }

    fn checkpoints(&mut self) -> Result<Vec<StoredCheckpoint>, StoreError> {
        Ok(self.checkpoints.clone())
    }

    fn checkpoint(&mut self, size: u64) -> Result<Option<String>, StoreError> {
        Ok(self.checkpoints.iter().find(|c| c.size == size).map(|c| c.note.clone()))
    }

    fn cosign(&mut self, size: u64, lines: &str) -> Result<(), StoreError> {
        if !self.checkpoints.iter().any(|c| c.size == size) {
            return Err(StoreError::Medium(format!("there is no checkpoint of {size} entries")));
        }
        self.cosigned.insert(size, lines.to_owned());
        Ok(())
    }

    fn cosigned(&mut self) -> Result<Vec<(u64, String)>, StoreError> {
        Ok(self.cosigned.iter().map(|(size, lines)| (*size, lines.clone())).collect())
    }
}
