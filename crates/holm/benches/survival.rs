//! What becomes of marks on their way out: every document of the corpus × every damage row × 30 and 1,000 recipients, from
//! a fresh item key to the verdict, in memory.
//!
//! `cargo bench -p holm --bench survival -- [--quick] [--part NAME] [--fresh] [--misread] [--report]`
//!
//! Finished cells are kept in `benches/results/survival.jsonl` and skipped until the pack or a version changes; `--part`
//! takes the name of a row, of a group of rows or of a document; `--fresh` measures again what is kept; `--quick` is a
//! part of three documents that keeps nothing; `--misread` prints marks that were read wrongly instead of counting;
//! `--report` writes the tables into `docs/design/survival.md`. Converters and cleaners are other programs
//! (`scripts/peers.sh` installs the cleaners); a row whose program is missing says so.
//!
//! The exit code is 1 if innocents were named more often than the verdict's α allows.

use std::process::ExitCode;

use holm_simulate::corpus::Document;

#[path = "survival/cell.rs"]
mod cell;
#[path = "survival/item.rs"]
mod item;
#[path = "survival/misread.rs"]
mod misread;
#[path = "survival/peer.rs"]
mod peer;
#[path = "survival/program.rs"]
mod program;
#[path = "survival/report.rs"]
mod report;
#[path = "survival/results.rs"]
mod results;
#[path = "survival/revision.rs"]
mod revision;
#[path = "survival/row.rs"]
mod row;
#[path = "survival/table.rs"]
mod table;
#[path = "survival/trial.rs"]
mod trial;
#[path = "survival/verdict.rs"]
mod verdict;

use cell::Cell;
use item::Items;
use program::Trouble;
use results::Results;
use row::Row;

/// Anything that stops a run.
type Failure = Box<dyn std::error::Error>;

/// The documents of `--quick`: one of each language with authored alternations, one without.
const QUICK: [&str; 3] = ["en-raid-brief", "es-informe-cateo", "es-minuta"];
/// Trials a cell under `--quick`.
const QUICK_TRIALS: u32 = 2;

/// What was asked for.
#[derive(Default)]
struct Options {
    quick: bool,
    part: Option<String>,
    fresh: bool,
    misread: bool,
    report: bool,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--fresh" => options.fresh = true,
                "--misread" => options.misread = true,
                "--report" => options.report = true,
                "--part" => options.part = Some(arguments.next().ok_or("`--part` needs a name")?),
                // Cargo says so to every bench.
                "--bench" => {}
                other => return Err(format!("`{other}` is no option of this bench").into()),
            }
        }
        Ok(options)
    }

    fn wants(&self, row: &Row, document: &Document) -> bool {
        let part = self.part.as_deref();
        let named = part.is_none_or(|p| row.name() == p || row.group() == p || document.name == p);
        // Only mixtures need more marks than one document has.
        let fits = !item::is_joined(document) || matches!(row, Row::Mix(..));
        named && fits && (!self.quick || QUICK.contains(&document.name))
    }

    fn trials(&self, row: &Row, document: &Document) -> u32 {
        match () {
            () if self.quick => QUICK_TRIALS,
            () if item::is_joined(document) => row.trials() / 2,
            () => row.trials(),
        }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("survival: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    let options = Options::parse(std::env::args().skip(1))?;
    if options.report {
        return report::write().map(|()| ExitCode::SUCCESS);
    }
    let mut results = if options.quick { Results::in_memory() } else { results()? };
    let mut items = Items::default();
    for document in item::documents() {
        for row in Row::all().into_iter().filter(|r| options.wants(r, document)) {
            if options.misread {
                misread::print(&mut items, document, &row)?;
                continue;
            }
            measure(&options, &mut items, &mut results, document, &row)?;
        }
    }
    if options.misread {
        return Ok(ExitCode::SUCCESS);
    }
    results.close()?;
    let cells = results.into_cells();
    println!("{}", table::verdicts(&cells, "all"));
    let missing = cells.iter().filter(|c| c.missing.is_some()).count();
    println!("{} cells measured, {missing} not run", cells.len() - missing);
    let bad = table::false_accusations(&cells);
    bad.iter().for_each(|b| eprintln!("survival: {b}"));
    Ok(if bad.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The committed results.
fn results() -> Result<Results<Cell>, Failure> {
    Results::open("survival.jsonl")
}

/// Measures one row on one document for every number of recipients, unless that is done.
fn measure(
    options: &Options,
    items: &mut Items,
    results: &mut Results<Cell>,
    document: &'static Document,
    row: &Row,
) -> Result<(), Failure> {
    let trials = options.trials(row, document);
    let pack = Items::pack(document.language)?;
    let due: Vec<usize> = row
        .copies()
        .iter()
        .copied()
        .filter(|n| options.fresh || !cell::done(results, document, row, *n, &pack, trials))
        .collect();
    if due.is_empty() {
        return Ok(());
    }
    let cells = match items.of(document, row).and_then(|item| trial::cells(item, row, &due, trials)) {
        Ok(cells) => cells,
        Err(Trouble::Missing(tool)) => due.iter().map(|n| Cell::not_run(document, row, *n, &tool)).collect(),
        Err(Trouble::Other(failure)) => return Err(failure),
    };
    for cell in cells {
        eprintln!("{}", cell.line());
        results.add(cell)?;
    }
    Ok(())
}
