//! The command line of Holm.

use std::process::ExitCode;

fn main() -> ExitCode {
    holm_cli::main()
}
