//! What the posterior over people is worth, against what is known by other ways and against simpler methods.
//!
//! `make bench-belief` runs all parts; `cargo bench -p holm-inference --bench belief -- --part NAME` one of `grid`,
//! `misspecified`, `none-of-the-above`, `framing`, `vetting`, `oracle`, `calibration`, `speed`, `scale`. Seeds are fixed. Cells of the first
//! five are kept in `benches/results/belief.jsonl` as they finish, and only what is missing is measured; `--report` prints the
//! tables from there, `--quick` takes 6 worlds instead of 60, `--export FILE` writes the instance that other people's samplers
//! are given. Exit code 1 if a target is missed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod alarm;
mod baselines;
mod calibration;
mod convex;
/// Worlds drawn from the priors, as the tests use them.
#[path = "../../tests/it/world.rs"]
#[allow(dead_code)]
mod drawn;
mod enumeration;
mod exported;
mod framing;
mod grid;
mod instance;
mod misspecified;
mod outsider;
mod propagation;
mod results;
mod scale;
mod score;
mod vetting;

use std::path::Path;
use std::process::ExitCode;

use crate::results::Results;

/// How much is measured.
pub(crate) struct Extent {
    pub(crate) quick: bool,
    /// Worlds of each kind.
    pub(crate) worlds: u64,
}

/// A part whose cells are kept: its name, how it is measured, and how it is printed. Each says whether its targets are met.
type Kept = (&'static str, fn(&mut Results, &Extent) -> bool, fn(&Results, &Extent) -> bool);

const KEPT: [Kept; 5] = [
    ("grid", grid::run, grid::report),
    ("misspecified", misspecified::run, misspecified::report),
    ("none-of-the-above", outsider::run, outsider::report),
    ("framing", framing::run, framing::report),
    ("vetting", vetting::run, vetting::report),
];

/// A part that is measured anew.
type Fresh = (&'static str, fn(&Extent) -> bool);

const FRESH: [Fresh; 4] = [
    ("oracle", enumeration::run),
    ("calibration", calibration::run),
    ("speed", |_| scale::speed()),
    ("scale", |_| scale::scale()),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let has = |name: &str| arguments.iter().any(|a| a == name);
    let after = |name: &str| arguments.iter().position(|a| a == name).and_then(|at| arguments.get(at + 1)).map(String::as_str);
    if let Some(file) = after("--export") {
        exported::write(Path::new(file));
        return ExitCode::SUCCESS;
    }
    let part = after("--part");
    if part.is_some_and(|p| KEPT.iter().all(|(name, ..)| *name != p) && FRESH.iter().all(|(name, _)| *name != p)) {
        eprintln!("no such part");
        return ExitCode::from(2);
    }
    let quick = has("--quick");
    let extent = Extent { quick, worlds: if quick { 6 } else { 60 } };
    let asked = |name: &str| part.is_none_or(|p| p == name);
    let mut results = Results::open(quick);
    let mut missed: Vec<&str> = Vec::new();
    for (name, measure, report) in KEPT {
        let met = !asked(name) || if has("--report") { report(&results, &extent) } else { measure(&mut results, &extent) };
        missed.extend((!met).then_some(name));
    }
    for (name, measure) in FRESH {
        let met = !asked(name) || has("--report") || measure(&extent);
        missed.extend((!met).then_some(name));
    }
    results.close();
    if missed.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("\nmissed: {}", missed.join(", "));
    ExitCode::FAILURE
}
