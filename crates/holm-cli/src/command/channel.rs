use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::UseCase;
use holm::state::happenings::Channel;
use holm_record::event::happening::ChannelSort;
use holm_record::id::ChannelName;
use serde::Serialize;

use crate::app::App;
use crate::error::{CommandError, Outcome};

/// Channels: means by which things get out, whoever is loyal
#[derive(Debug, Subcommand)]
pub(crate) enum ChannelCommand {
    Add(Add),
    List(List),
}

/// Record a channel: a telephone, a radio net, a room, a computer system, a courier
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Its name.
    channel: ChannelName,
    /// What it is: phone, radio-net, room, it-system, courier or other.
    #[arg(long)]
    sort: ChannelSort,
    /// The unit that uses it.
    #[arg(long)]
    unit: Option<String>,
    /// What else is to be said.
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
}

/// List the channels
#[derive(Debug, Args)]
pub(crate) struct List {}

#[derive(Serialize)]
struct Row<'s> {
    channel: &'s ChannelName,
    sort: ChannelSort,
    unit: Option<&'s str>,
    words: &'s str,
}

fn row<'s>((channel, known): (&'s ChannelName, &'s Channel)) -> Row<'s> {
    Row { channel, sort: known.sort, unit: known.unit.as_deref(), words: &known.words }
}

impl ChannelCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace =
            app.workspace(if matches!(self, Self::Add(_)) { UseCase::RecordHappenings } else { UseCase::SeeHappenings })?;
        match self {
            Self::Add(add) => {
                let permit = workspace.permit(&Action::Administer, app.now())?;
                workspace.add_channel(&permit, add.channel.clone(), add.sort, add.unit, add.words)?;
                say!("channel {} recorded", add.channel);
            }
            Self::List(List {}) => {
                let rows: Vec<Row<'_>> = workspace.state().happenings.channels.iter().map(row).collect();
                app.show(&rows, || {
                    rows.iter().for_each(|r| say!("{:<16} {:<10} {:<16} {}", r.channel, r.sort, r.unit.unwrap_or("-"), r.words));
                    if rows.is_empty() {
                        say!("no channels; `holm channel add NAME --sort phone` records one");
                    }
                })?;
            }
        }
        Ok(Outcome::Done)
    }
}
