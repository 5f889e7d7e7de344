//! `holm-statements`: one request as JSON on standard input, one answer as JSON on standard output, progress on standard error
//! (`docs/spec/statements.md`). It is a program of its own because of what it links: a columnar engine that takes minutes to build.
//!
//! It never sees a codeword or the record, opens no connection, and writes no file, unless `--cluster` and `--shared` name a cluster and
//! the folder that it shares.

mod accounts;
mod cleaned;
mod engine;
mod failure;
mod import;
mod mapping;
mod names;
mod options;
mod owners;
mod phones;
mod question;
mod windows;

use std::process::ExitCode;

fn main() -> ExitCode {
    let cluster = options::cluster(std::env::args().skip(1));
    match cluster.and_then(|of| question::answer(std::io::stdin().lock(), std::io::stdout().lock(), of.as_ref())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
