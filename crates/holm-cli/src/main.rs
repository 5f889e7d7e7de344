//! The command line of Holm.

mod app;
mod cli;
mod command;
mod error;
mod secret;

use std::process::ExitCode;

fn main() -> ExitCode {
    app::main()
}
