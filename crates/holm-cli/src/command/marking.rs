use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::marking::{Level, PassOn, Schemes};
use holm::policy::Action;
use holm::role::UseCase;
use serde::Serialize;

use crate::app::{App, read_text};
use crate::error::{CommandError, Outcome};

/// Markings: how items may be handled, and schemes of your own
#[derive(Debug, Subcommand)]
pub(crate) enum MarkingCommand {
    Import(Import),
    List(List),
}

/// Bring in a scheme of markings, in place of an earlier one of its name
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The scheme, in TOML (`docs/spec/marking.md`).
    file: PathBuf,
}

/// List the markings that this workspace knows, and what holders may do
#[derive(Debug, Args)]
pub(crate) struct List {}

/// A marking as it is listed.
#[derive(Serialize)]
struct Row {
    marking: String,
    portion: String,
    pass_on: &'static str,
    two_persons: bool,
    conditions: String,
}

impl MarkingCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Import(import) => {
                let mut workspace = app.workspace(UseCase::KeepRecord)?;
                let permit = workspace.permit(&Action::Administer, app.now())?;
                let name = workspace.import_scheme(&permit, &read_text(&import.file)?)?;
                say!("scheme {name} is in the record; share with `--marking {name}:LEVEL`");
            }
            Self::List(List {}) => {
                let rows = rows(&app.workspace(UseCase::OwnDesk)?.schemes());
                app.show(&rows, || {
                    for row in &rows {
                        let two = if row.two_persons { ", two persons release it" } else { "" };
                        say!("{:<20} ({}) {}{two}", row.marking, row.portion, row.pass_on);
                    }
                })?;
            }
        }
        Ok(Outcome::Done)
    }
}

fn rows(schemes: &Schemes) -> Vec<Row> {
    let row = |level: &Level| Row {
        marking: level.name.clone(),
        portion: level.portion.clone(),
        pass_on: pass_on(level.pass_on),
        two_persons: level.two_persons,
        conditions: level.conditions(None).to_owned(),
    };
    schemes.iter().flat_map(|s| &s.levels).map(row).collect()
}

fn pass_on(rule: PassOn) -> &'static str {
    match rule {
        PassOn::Never => "never passed on",
        PassOn::Consent => "passed on with the originator's consent",
        PassOn::Agency => "passed on within the holder's agency",
        PassOn::Partners => "passed on to whoever is on the roster",
        PassOn::Anyone => "passed on freely",
    }
}
