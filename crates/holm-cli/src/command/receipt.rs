use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::policy::Action;

use crate::app::{App, read_text};
use crate::error::{CommandError, Outcome};

/// Receipts that recipients signed
#[derive(Debug, Subcommand)]
pub(crate) enum ReceiptCommand {
    Import(Import),
}

/// Take receipts into the record
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The receipts.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

impl ReceiptCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let Self::Import(import) = self;
        let mut workspace = app.workspace()?;
        let mut refused = 0;
        for path in &import.files {
            let permit = workspace.permit(&Action::Administer, app.now())?;
            let taken = read_text(path).and_then(|note| Ok(workspace.import_receipt(&permit, &note)?));
            match taken {
                Ok((copy, true)) => say!("receipt for copy {copy} recorded"),
                Ok((copy, false)) => {
                    say!("receipt for copy {copy} recorded, unverified: its person has enrolled no signing key")
                }
                Err(error) => {
                    refused += 1;
                    eprint!("{}: ", path.display());
                    error.report();
                }
            }
        }
        match refused {
            0 => Ok(Outcome::Done),
            n => Err(CommandError::new(format!("{n} of {} receipts were not recorded", import.files.len()))),
        }
    }
}
