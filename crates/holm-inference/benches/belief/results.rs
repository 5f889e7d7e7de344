//! Results: one line of JSON a cell, appended as cells finish; the last line of a cell counts.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Version of the worlds, settings and methods: cells of another version are measured again.
pub(crate) const VERSION: &str = "belief/2 worlds/1";

/// One method in one kind of world.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) part: String,
    pub(crate) row: String,
    pub(crate) method: String,
    pub(crate) version: String,
    pub(crate) worlds: u64,
    /// Means over worlds.
    pub(crate) auc: f64,
    pub(crate) precision: f64,
    /// Of methods that give probabilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) brier: Option<f64>,
    /// Sums over worlds of sets at a nominal share of innocents, of methods that give probabilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sets: Option<Sets>,
    /// Worlds in which chains did not agree, so that nothing was said.
    pub(crate) refused: u64,
    pub(crate) seconds: f64,
}

/// Who was referred for review.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sets {
    pub(crate) accused: u64,
    pub(crate) innocent: u64,
    pub(crate) leakers: u64,
    /// Worlds in which anybody was referred.
    pub(crate) naming: u64,
    /// Worlds in which an innocent was.
    pub(crate) wronging: u64,
    /// Of the latter, those in which an alarm was raised; and all worlds in which one was.
    pub(crate) warned: u64,
    pub(crate) alarms: u64,
    /// Worlds in which an innocent is acted on: no alarm is raised, and not all of it is one keeper's word.
    #[serde(default)]
    pub(crate) silent: u64,
    /// Leakers who are acted on.
    #[serde(default)]
    pub(crate) acted_on: u64,
}

impl Sets {
    pub(crate) fn false_share(&self) -> f64 {
        if self.accused > 0 { self.innocent as f64 / self.accused as f64 } else { 0.0 }
    }

    pub(crate) fn recall(&self) -> f64 {
        (self.accused - self.innocent) as f64 / self.leakers.max(1) as f64
    }

    /// Where hardly anybody is referred, one innocent is a large share: the count is tested, at the level of 1 %.
    pub(crate) fn holds(&self, share: f64) -> bool {
        self.false_share() <= share || poisson_above(self.innocent, share * self.accused as f64) > 0.01
    }
}

/// P(so many or more) of a Poisson distribution.
fn poisson_above(count: u64, mean: f64) -> f64 {
    let mut term = (-mean).exp();
    let mut below = 0.0;
    for k in 0..count {
        below += term;
        term *= mean / (k + 1) as f64;
    }
    1.0 - below
}

type Key = (String, String, String, u64);

/// Cells measured so far.
pub(crate) struct Results {
    cells: BTreeMap<Key, Cell>,
    /// None keeps nothing.
    file: Option<PathBuf>,
}

impl Results {
    /// Reads the committed results; a quick run neither reads nor keeps any.
    pub(crate) fn open(quick: bool) -> Self {
        let file = (!quick).then(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/results/belief.jsonl")));
        let text = file.as_ref().and_then(|f| fs::read_to_string(f).ok()).unwrap_or_default();
        // A line that was cut short by an interruption is measured again.
        let read = text.lines().filter_map(|line| serde_json::from_str::<Cell>(line).ok()).filter(|c| c.version == VERSION);
        Self { cells: read.map(|c| (key(&c), c)).collect(), file }
    }

    /// The cell, measured now if it was not before.
    pub(crate) fn of(&mut self, part: &str, row: &str, method: &str, worlds: u64, measure: impl FnOnce() -> Cell) -> Cell {
        let asked = (part.to_owned(), row.to_owned(), method.to_owned(), worlds);
        if let Some(cell) = self.cells.get(&asked) {
            return cell.clone();
        }
        let start = std::time::Instant::now();
        let mut cell = measure();
        (cell.part, cell.row, cell.method, cell.worlds) = asked.clone();
        cell.version = VERSION.to_owned();
        cell.seconds = (start.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        self.append(&cell);
        self.cells.insert(asked, cell.clone());
        cell
    }

    fn append(&self, cell: &Cell) {
        let Some(file) = &self.file else { return };
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let mut open = OpenOptions::new().create(true).append(true).open(file).unwrap();
        writeln!(open, "{}", serde_json::to_string(cell).unwrap()).unwrap();
    }

    /// Writes each cell once, in order, with what another run appended beside this one.
    pub(crate) fn close(&self) {
        let Some(file) = &self.file else { return };
        let lines: Vec<String> = Self::open(false).cells.values().map(|c| serde_json::to_string(c).unwrap()).collect();
        if !lines.is_empty() {
            fs::write(file, lines.join("\n") + "\n").unwrap();
        }
    }

    /// Cells of a part, in order.
    pub(crate) fn part<'r>(&'r self, part: &'r str) -> impl Iterator<Item = &'r Cell> {
        self.cells.values().filter(move |c| c.part == part)
    }
}

fn key(cell: &Cell) -> Key {
    (cell.part.clone(), cell.row.clone(), cell.method.clone(), cell.worlds)
}
