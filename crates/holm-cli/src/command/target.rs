use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::UseCase;
use holm_record::id::TargetName;

use crate::app::App;
use crate::error::{CommandError, Outcome};

/// Targets: organisations under investigation
#[derive(Debug, Subcommand)]
pub(crate) enum TargetCommand {
    Add(Add),
    List(List),
}

/// Record a target
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Its name.
    target: TargetName,
    /// What else is to be said.
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
}

/// List the targets
#[derive(Debug, Args)]
pub(crate) struct List {}

impl TargetCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace =
            app.workspace(if matches!(self, Self::Add(_)) { UseCase::RecordHappenings } else { UseCase::SeeHappenings })?;
        match self {
            Self::Add(add) => {
                let permit = workspace.permit(&Action::Administer, app.now())?;
                workspace.add_target(&permit, add.target.clone(), add.words)?;
                say!("target {} recorded", add.target);
            }
            Self::List(List {}) => {
                let targets = &workspace.state().happenings.targets;
                app.show(targets, || {
                    targets.iter().for_each(|(name, words)| say!("{name:<20} {words}"));
                    if targets.is_empty() {
                        say!("no targets; `holm target add NAME` records one");
                    }
                })?;
            }
        }
        Ok(Outcome::Done)
    }
}
