//! Results: one line of JSON a cell, appended as cells finish; the last line of a cell counts.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Version of the worlds, settings and methods: cells of another version are measured again.
const VERSION: &str = "plan/1";

/// One way to choose in one kind of world.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) part: String,
    pub(crate) row: String,
    pub(crate) method: String,
    pub(crate) version: String,
    pub(crate) worlds: u64,
    /// What was measured, by name.
    pub(crate) figures: BTreeMap<String, f64>,
    pub(crate) seconds: f64,
}

impl Cell {
    /// A figure, if it was measured.
    pub(crate) fn get(&self, name: &str) -> f64 {
        self.figures.get(name).copied().unwrap_or(f64::NAN)
    }
}

type Key = (String, String, String, u64);

/// Cells measured so far.
pub(crate) struct Results {
    cells: BTreeMap<Key, Cell>,
    pub(crate) quick: bool,
    /// Whether nothing is measured.
    report: bool,
    /// None keeps nothing.
    file: Option<PathBuf>,
}

impl Results {
    /// Reads the committed results; a quick run neither reads nor keeps any.
    pub(crate) fn open(quick: bool, report: bool) -> Self {
        let file = (!quick).then(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/results/plan.jsonl")));
        let text = file.as_ref().and_then(|f| fs::read_to_string(f).ok()).unwrap_or_default();
        // A line that was cut short by an interruption is measured again.
        let read = text.lines().filter_map(|line| serde_json::from_str::<Cell>(line).ok()).filter(|c| c.version == VERSION);
        Self { cells: read.map(|c| (key(&c), c)).collect(), quick, report, file }
    }

    /// The cell, measured now if it was not before; none if nothing is to be measured.
    pub(crate) fn of(
        &mut self,
        (part, row, method): (&str, &str, &str),
        worlds: u64,
        measure: impl FnOnce() -> BTreeMap<String, f64>,
    ) -> Option<Cell> {
        let asked = (part.to_owned(), row.to_owned(), method.to_owned(), worlds);
        if self.report || self.cells.contains_key(&asked) {
            return self.cells.get(&asked).cloned();
        }
        let start = std::time::Instant::now();
        let figures = measure();
        let seconds = (start.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        let (part, row, method, worlds) = asked.clone();
        let cell = Cell { part, row, method, version: VERSION.to_owned(), worlds, figures, seconds };
        self.append(&cell);
        self.cells.insert(asked, cell.clone());
        Some(cell)
    }

    fn append(&self, cell: &Cell) {
        let Some(file) = &self.file else { return };
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let mut open = OpenOptions::new().create(true).append(true).open(file).unwrap();
        writeln!(open, "{}", serde_json::to_string(cell).unwrap()).unwrap();
    }

    /// Writes each cell once, in order, with what another run appended beside this one.
    pub(crate) fn close(&self) {
        let Some(file) = self.file.as_ref().filter(|_| !self.report) else { return };
        let lines: Vec<String> = Self::open(false, true).cells.values().map(|c| serde_json::to_string(c).unwrap()).collect();
        if !lines.is_empty() {
            fs::write(file, lines.join("\n") + "\n").unwrap();
        }
    }
}

fn key(cell: &Cell) -> Key {
    (cell.part.clone(), cell.row.clone(), cell.method.clone(), cell.worlds)
}
