use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm_marks::leak::read as read_leak;
use holm_simulate::chance::Chance;
use holm_simulate::damage::{Channel, damage};

use crate::app::{App, file_name, read};
use crate::error::{CommandError, Outcome};

/// Simulate what happens to documents
#[derive(Debug, Subcommand)]
pub(crate) enum SimulateCommand {
    Damage(Damage),
}

/// Print a document's text as a damage channel would leave it
#[derive(Debug, Args)]
pub(crate) struct Damage {
    /// The document.
    file: PathBuf,
    /// The channel; `list` prints all of them.
    #[arg(long)]
    channel: String,
    /// Seed of whatever is random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl SimulateCommand {
    pub(crate) fn run(self, _app: &App) -> Result<Outcome, CommandError> {
        let Self::Damage(args) = self;
        if args.channel == "list" {
            Channel::ALL.iter().for_each(|c| say!("{:<14} {}", c.name(), c.about()));
            return Ok(Outcome::Done);
        }
        let channel = Channel::named(&args.channel).ok_or_else(|| {
            CommandError::usage(format!("`{}` is not a damage channel", args.channel)).hint("`--channel list` prints them")
        })?;
        let text = read_leak(&read(&args.file)?, &file_name(&args.file))
            .map_err(|e| CommandError::new(format!("`{}`: {e}", args.file.display())))?;
        say!("{}", damage(&text, channel, &mut Chance::new(args.seed)));
        Ok(Outcome::Done)
    }
}
