//! Results: one line of JSON a cell, appended as cells finish; the last line of a cell counts.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Failure;

/// A cell: what is kept of one experiment.
pub(crate) trait Kept: Serialize + DeserializeOwned {
    /// What tells it from other cells.
    type Key: Ord;

    fn key(&self) -> Self::Key;
}

/// All cells measured so far.
pub(crate) struct Results<C: Kept> {
    cells: BTreeMap<C::Key, C>,
    file: Option<PathBuf>,
}

impl<C: Kept> Results<C> {
    /// Keeps nothing.
    pub(crate) fn in_memory() -> Self {
        Self { cells: BTreeMap::new(), file: None }
    }

    /// Reads the committed results, `benches/results/NAME`, and appends to them.
    pub(crate) fn open(name: &str) -> Result<Self, Failure> {
        Self::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/results").join(name))
    }

    fn read(file: PathBuf) -> Result<Self, Failure> {
        let text = if file.exists() { fs::read_to_string(&file)? } else { String::new() };
        // A line that was cut short by an interruption is measured again.
        let read = text.lines().filter_map(|line| serde_json::from_str::<C>(line).ok());
        Ok(Self { cells: read.map(|cell| (cell.key(), cell)).collect(), file: Some(file) })
    }

    pub(crate) fn get(&self, key: &C::Key) -> Option<&C> {
        self.cells.get(key)
    }

    pub(crate) fn add(&mut self, cell: C) -> Result<(), Failure> {
        if let Some(file) = &self.file {
            fs::create_dir_all(file.parent().unwrap_or(file))?;
            let mut open = OpenOptions::new().create(true).append(true).open(file)?;
            writeln!(open, "{}", serde_json::to_string(&cell)?)?;
        }
        self.cells.insert(cell.key(), cell);
        Ok(())
    }

    /// Writes each cell once, in order, in place of what was appended, by this run or by another that ran beside it.
    pub(crate) fn close(&self) -> Result<(), Failure> {
        let Some(file) = &self.file else { return Ok(()) };
        let lines: Vec<String> = Self::read(file.clone())?.cells.values().map(serde_json::to_string).collect::<Result<_, _>>()?;
        let beside = file.with_extension("jsonl.new");
        fs::write(&beside, lines.join("\n") + "\n")?;
        Ok(fs::rename(beside, file)?)
    }

    pub(crate) fn into_cells(self) -> Vec<C> {
        self.cells.into_values().collect()
    }
}
