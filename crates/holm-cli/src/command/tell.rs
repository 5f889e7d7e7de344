use clap::Args;
use holm::policy::Action;
use holm::role::UseCase;
use holm::workspace::Workspace;
use holm_record::event::Telling;
use holm_record::event::happening::Weight;
use holm_record::id::{ChannelName, ItemName, OperationName, PersonId};
use jiff::Timestamp;

use crate::app::{App, counted, moment};
use crate::error::{CommandError, Outcome};

/// Record that persons were told something by word of mouth
#[derive(Debug, Args)]
pub(crate) struct Tell {
    /// The item that they were told.
    #[arg(long, group = "what")]
    item: Option<ItemName>,
    /// The operation that they were told of.
    #[arg(long, group = "what")]
    operation: Option<OperationName>,
    /// A person, `unit:UNIT` or `all`; may be given several times.
    #[arg(long, required = true, value_name = "PERSON|unit:UNIT|all")]
    to: Vec<String>,
    /// When (2026-11-24T14:05-06:00); by default now.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Timestamp>,
    /// By which channel, as `holm channel add` recorded it.
    #[arg(long)]
    channel: Option<ChannelName>,
    /// How much of it they were told: 1 is all, 0.2 might be "be ready on Tuesday".
    #[arg(long, default_value = "1")]
    weight: Weight,
    /// Which of several versions they were told.
    #[arg(long, value_name = "VERSION")]
    variant: Option<String>,
    /// What else is to be said.
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
}

impl Tell {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::RecordHappenings)?;
        let now = app.now();
        let persons = resolved(&workspace, &self.to)?;
        let permit = workspace.permit(&Action::Administer, now)?;
        let count = persons.len();
        let telling = Telling {
            item: self.item,
            operation: self.operation,
            persons,
            at: self.at.unwrap_or(now),
            channel: self.channel,
            weight: self.weight,
            variant: self.variant,
            breach: None,
            words: self.words,
        };
        let breach = workspace.tell(&permit, telling)?;
        say!("recorded: {} told, entry {}", counted(count, "person was", "persons were"), workspace.size() - 1);
        if let Some(breach) = breach {
            eprintln!("this broke a rule, and the record says so: {breach}");
        }
        Ok(Outcome::Done)
    }
}

/// Whom several `--to` mean together.
pub(crate) fn resolved(workspace: &Workspace, to: &[String]) -> Result<Vec<PersonId>, CommandError> {
    let mut persons: Vec<PersonId> = Vec::new();
    for one in to {
        let found = workspace
            .state()
            .resolve(one)
            .ok_or_else(|| CommandError::new(format!("`{one}` is no person, and no unit that anybody is in")))?;
        persons.extend(found);
    }
    persons.sort();
    persons.dedup();
    Ok(persons)
}
