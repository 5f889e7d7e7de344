//! What plans are worth: teams against all teams there are, and experiments until leakers are named, against simpler ways to choose.
//!
//! `cargo bench -p holm-inference --bench plan` runs all parts; `-- --part NAME` one of `team`, `forecast`, `experiment`. Seeds are fixed. Cells are
//! kept in `benches/results/plan.jsonl` as they finish, and only what is missing is measured; `--report` prints the tables from there,
//! `--quick` measures few worlds and keeps nothing. Exit code 1 if a target is missed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr, missing_docs)]

#[path = "../belief/baselines.rs"]
#[allow(dead_code)]
mod baselines;
mod experiment;
#[path = "../belief/instance.rs"]
#[allow(dead_code)]
mod instance;
mod policy;
mod results;
mod team;

use std::process::ExitCode;

use crate::results::Results;

/// A part: its name, and what measures it if it is not to be reported only. It says whether its targets are met.
type Part = (&'static str, fn(&mut Results) -> bool);

const PARTS: [Part; 3] = [("team", team::run), ("forecast", experiment::forecasts), ("experiment", experiment::run)];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let has = |name: &str| arguments.iter().any(|a| a == name);
    let part = arguments.iter().position(|a| a == "--part").and_then(|at| arguments.get(at + 1)).map(String::as_str);
    if part.is_some_and(|p| PARTS.iter().all(|(name, _)| *name != p)) {
        eprintln!("no such part");
        return ExitCode::from(2);
    }
    let mut results = Results::open(has("--quick"), has("--report"));
    let asked = PARTS.iter().filter(|(name, _)| part.is_none_or(|p| p == *name));
    let missed: Vec<&str> = asked.filter(|(_, run)| !run(&mut results)).map(|(name, _)| *name).collect();
    results.close();
    if missed.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("\nmissed: {}", missed.join(", "));
    ExitCode::FAILURE
}
