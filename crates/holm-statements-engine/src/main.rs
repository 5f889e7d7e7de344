//! `holm-statements`: one request as JSON on standard input, one answer as JSON on standard output, progress on standard error
//! (`docs/spec/statements.md`). It is a program of its own because of what it links: a columnar engine that takes minutes to build.
//!
//! It never sees a codeword or the record, opens no connection, and writes no file.

mod accounts;
mod cleaned;
mod engine;
mod failure;
mod import;
mod mapping;
mod names;
mod owners;
mod phones;
mod question;
mod windows;

use std::process::ExitCode;

fn main() -> ExitCode {
    match question::answer(std::io::stdin().lock(), std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
