//! What the posterior over people is worth, against what is known by other ways and against simpler methods.
//!
//! `make bench-belief` runs all parts; `cargo bench -p holm-inference --bench belief -- --part NAME` one of `speed`, `grid`,
//! `misspecified`, `scale`. Seeds are fixed. Exit code 1 if a target is missed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr, missing_docs)]

mod baselines;
mod grid;
mod misspecified;
mod scale;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let part = arguments.iter().position(|a| a == "--part").and_then(|at| arguments.get(at + 1)).map(String::as_str);
    let asked = |name: &str| part.is_none_or(|p| p == name);
    let mut met = true;
    if asked("speed") {
        met &= scale::speed();
    }
    if asked("grid") {
        met &= grid::run();
    }
    if asked("misspecified") {
        met &= misspecified::run();
    }
    if asked("scale") {
        met &= scale::scale();
    }
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
