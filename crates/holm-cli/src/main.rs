//! The command line of Holm.

#[macro_use]
mod say;
mod app;
mod cli;
mod command;
mod error;
mod secret;

use std::process::ExitCode;

fn main() -> ExitCode {
    app::main()
}
