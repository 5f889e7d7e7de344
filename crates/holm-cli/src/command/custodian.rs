use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::UseCase;
use holm_record::id::CustodianName;

use crate::app::{App, read_text};
use crate::error::{CommandError, Outcome};

/// Custodians of item keys: with any named, two must act together to open a key
#[derive(Debug, Subcommand)]
pub(crate) enum CustodianCommand {
    Add(Add),
    List(List),
}

/// Name a custodian
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The custodian's name.
    name: CustodianName,
    /// File with the line that `holm keygen` printed (FILE.pub).
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

/// List the custodians
#[derive(Debug, Args)]
pub(crate) struct List {}

impl CustodianCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(if matches!(self, Self::Add(_)) { UseCase::KeepRecord } else { UseCase::SeeRoster })?;
        match self {
            Self::Add(add) => {
                let permit = workspace.permit(&Action::Administer, app.now())?;
                workspace.add_custodian(&permit, &add.name, read_text(&add.key)?.trim())?;
                say!(
                    "custodian {} named; keys of items released from now on need two of {}",
                    add.name,
                    workspace.state().custodians.len() + 1
                );
            }
            Self::List(List {}) => app.show(&workspace.state().custodians, || {
                say!("officer (this workspace)");
                workspace.state().custodians.iter().for_each(|(name, recipient)| say!("{name}  {recipient}"));
            })?,
        }
        Ok(Outcome::Done)
    }
}
