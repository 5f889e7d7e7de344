//! Public cases and their twins, told again and again with another draw of what is left to chance: how often whoever leaks is found,
//! how often an innocent is referred for review, and whether probabilities are what they say.
//!
//! `cargo bench -p holm --bench histories -- [--draws N] [--part CASE] [--report]`
//!
//! Every draw is kept in `benches/results/histories.jsonl`, some at a time, and only what is missing is measured; `--report` prints
//! the tables from there alone. A case in which nothing is left to chance is told once.
//!
//! The exit code is 1 if in any twin an innocent who was accused is referred more often than the sets' share of innocents allows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr, missing_docs)]

use std::process::ExitCode;

use holm_simulate::history::{FIRST_DRAW, HISTORIES, History};
use rayon::prelude::*;

#[path = "survival/results.rs"]
#[allow(dead_code)]
mod results;
#[path = "histories/table.rs"]
mod table;
#[path = "../tests/it/taken_in.rs"]
mod taken_in;
#[path = "histories/told.rs"]
mod told;
#[path = "survival/verdict.rs"]
#[allow(dead_code)]
mod verdict;

use results::Results;
use told::Told;

/// Anything that stops a run.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Draws of each case and twin, where no other number is asked for.
const DRAWS: u64 = 60;
/// Draws that are kept together.
const BATCH: usize = 10;

/// What was asked for.
struct Options {
    draws: u64,
    part: Option<String>,
    report: bool,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self { draws: DRAWS, part: None, report: false };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--report" => options.report = true,
                "--draws" => options.draws = arguments.next().ok_or("`--draws` needs a number")?.parse()?,
                "--part" => options.part = Some(arguments.next().ok_or("`--part` needs the name of a case")?),
                // Cargo says so to every bench.
                "--bench" => {}
                other => return Err(format!("`{other}` is no option of this bench").into()),
            }
        }
        Ok(options)
    }

    fn cases(&self) -> impl Iterator<Item = &'static History> {
        HISTORIES.iter().filter(|history| self.part.as_deref().is_none_or(|part| part == history.name))
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("histories: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    let options = Options::parse(std::env::args().skip(1))?;
    let mut results: Results<Told> = Results::open(told::FILE)?;
    if !options.report {
        for history in options.cases() {
            [false, true].into_iter().try_for_each(|twin| measure(history, twin, options.draws, &mut results))?;
        }
        results.close()?;
    }
    let current = |told: &Told| told.version == told::version() && options.cases().any(|history| history.name == told.case);
    let all: Vec<Told> = results.into_cells().into_iter().filter(current).collect();
    println!("{}\n{}\n{}", table::found(&all), table::innocents(&all), table::reliability(&all));
    let bad = table::accused_too_often(&all);
    bad.iter().for_each(|b| eprintln!("histories: {b}"));
    Ok(if bad.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Measures what is missing of the draws of a case or of its twin.
fn measure(history: &'static History, twin: bool, draws: u64, results: &mut Results<Told>) -> Result<(), Failure> {
    let by_chance = history.sheet(twin, FIRST_DRAW) != history.sheet(twin, FIRST_DRAW + 1);
    let draws = if by_chance { draws } else { 1 };
    let missing: Vec<u64> = (FIRST_DRAW..FIRST_DRAW + draws)
        .filter(|draw| results.get(&told::key(history, twin, *draw)).is_none_or(|told| told.version != told::version()))
        .collect();
    for batch in missing.chunks(BATCH) {
        let told: Vec<Told> = batch.par_iter().map(|draw| Told::of(history, twin, *draw)).collect();
        told.into_iter().try_for_each(|told| results.add(told))?;
    }
    Ok(())
}
