//! What becomes of copies that have pages on their way out: documents × what files, printers, scanners, cameras and croppers do
//! to a copy, from a fresh item key to the verdict among 30 and 1,000 recipients, by what the text shows, where words stand,
//! and what pictures show.
//!
//! `cargo bench -p holm --bench layout -- [--quick] [--part NAME] [--null] [--budget MINUTES] [--misread] [--report]`
//!
//! Every ten trials are kept in `benches/results/layout.jsonl`, and what was recognised in each picture in
//! `target/layout-bench/readings`, so that a run that was ended goes on where it was; all cells grow together, so that a run
//! that is ended early has something of each. `--part` takes the name of a row, of a group of rows or of a document; `--budget`
//! ends a run after so many minutes; `--quick` is a part of it that keeps no results; `--null` scores what pictures show
//! against keys that they do not come from; `--misread` prints marks that were read wrongly instead of counting; `--report` writes the tables into `docs/design/layout-survival.md`. A row whose
//! program is missing says so.
//!
//! The exit code is 1 if innocents were named more often than the verdict's α allows.

use std::process::ExitCode;
use std::time::{Duration, Instant};

#[path = "layout/cell.rs"]
mod cell;
#[path = "layout/item.rs"]
mod item;
#[path = "layout/leaked.rs"]
mod leaked;
#[path = "layout/misread.rs"]
mod misread;
#[path = "layout/null.rs"]
mod null;
#[path = "survival/program.rs"]
mod program;
#[path = "layout/reading.rs"]
mod reading;
#[path = "layout/report.rs"]
mod report;
#[path = "survival/results.rs"]
mod results;
#[path = "survival/revision.rs"]
mod revision;
#[path = "layout/row.rs"]
mod row;
#[path = "layout/table.rs"]
mod table;
#[path = "layout/trial.rs"]
mod trial;
#[path = "survival/verdict.rs"]
mod verdict;

use cell::Cell;
use item::Item;
use program::Trouble;
use results::Results;
use row::Row;

/// Anything that stops a run.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Trials after which a cell waits for the others.
const ROUNDS: [u32; 6] = [4, 10, 30, 60, 100, 300];
/// Trials that are kept together.
const BATCH: u32 = 10;
/// Rows and document of `--quick`, and its trials a cell.
const QUICK: [&str; 6] = ["copy", "qpdf", "pdftotext", "render-150", "scan-crop-6", "screenshot-crop-10"];
const QUICK_DOCUMENT: &str = "en-short";
const QUICK_TRIALS: u32 = 2;

/// What was asked for.
#[derive(Default)]
struct Options {
    quick: bool,
    part: Option<String>,
    null: bool,
    misread: bool,
    report: bool,
    until: Option<Instant>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--null" => options.null = true,
                "--misread" => options.misread = true,
                "--report" => options.report = true,
                "--part" => options.part = Some(arguments.next().ok_or("`--part` needs a name")?),
                "--budget" => {
                    let minutes: u64 = arguments.next().ok_or("`--budget` needs a number of minutes")?.parse()?;
                    options.until = Instant::now().checked_add(Duration::from_secs(60 * minutes));
                }
                // Cargo says so to every bench.
                "--bench" => {}
                other => return Err(format!("`{other}` is no option of this bench").into()),
            }
        }
        Ok(options)
    }

    fn wants(&self, item: &Item, row: Row) -> bool {
        let part = self.part.as_deref();
        let named = part.is_none_or(|p| row.name() == p || row.group() == p || item.name == p);
        let quick = QUICK.contains(&row.name()) && item.name == QUICK_DOCUMENT;
        named && row.is_about(item.form, item.size) && (!self.quick || quick)
    }

    fn is_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("layout: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    let options = Options::parse(std::env::args().skip(1))?;
    let items = item::items(|name| options.part.as_deref().is_none_or(|p| !item::is_name(p) || p == name))?;
    if options.report {
        return report::write(&items).map(|()| ExitCode::SUCCESS);
    }
    if options.null {
        return null::run(&items, &options);
    }
    if options.misread {
        for item in &items {
            Row::all().into_iter().filter(|row| options.wants(item, *row)).try_for_each(|row| misread::print(item, row))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut results = if options.quick { Results::in_memory() } else { Results::open(cell::FILE)? };
    measure_all(&options, &items, &mut results)?;
    results.close()?;
    let cells = results.into_cells();
    let bad = table::false_accusations(&cells);
    println!("{}", table::matrix(&cell::shown(cells), &items));
    bad.iter().for_each(|b| eprintln!("layout: {b}"));
    Ok(if bad.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// All cells to the end of the first round, then of the second.
fn measure_all(options: &Options, items: &[Item], results: &mut Results<Cell>) -> Result<(), Failure> {
    for round in ROUNDS {
        for item in items {
            for row in Row::all().into_iter().filter(|r| options.wants(item, *r)) {
                let trials = if options.quick { QUICK_TRIALS } else { row.trials(item.form).min(round) };
                measure(options, item, row, results, trials)?;
            }
        }
    }
    Ok(())
}

/// Brings one cell to so many trials, unless it is there or time is over.
fn measure(options: &Options, item: &Item, row: Row, results: &mut Results<Cell>, trials: u32) -> Result<(), Failure> {
    let reader = item.reader();
    let mut cell = cell::kept(results, item, row).cloned().unwrap_or_else(|| Cell::new(item, row));
    let before = cell.trials;
    while cell.trials < trials && !options.is_over() {
        let batch = cell.trials..trials.min(cell.trials + BATCH);
        match trial::each(batch, |number| trial::run(item, &reader, row, number)) {
            Ok(outcomes) => outcomes.iter().for_each(|o| cell.add(o)),
            Err(Trouble::Missing(tool)) => {
                eprintln!("{}", Cell { missing: Some(tool.clone()), ..cell.clone() }.line());
                return results.add(Cell { missing: Some(tool), ..cell });
            }
            Err(Trouble::Other(failure)) => return Err(format!("{} {}: {failure}", item.name, row.name()).into()),
        }
        results.add(cell.clone())?;
    }
    if cell.trials > before {
        eprintln!("{}", cell.line());
    }
    Ok(())
}
