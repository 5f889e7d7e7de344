use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::UseCase;

use crate::app::{App, each_file, read_text};
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
        let mut workspace = app.workspace(UseCase::TakeReceipts)?;
        each_file(&import.files, "receipts", |path| {
            let permit = workspace.permit(&Action::Administer, app.now())?;
            match workspace.import_receipt(&permit, &read_text(path)?)? {
                (copy, true) => say!("receipt for copy {copy} recorded"),
                (copy, false) => {
                    say!("receipt for copy {copy} recorded, unverified: its person has enrolled no signing key")
                }
            }
            Ok(())
        })
    }
}
