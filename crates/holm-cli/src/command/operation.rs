use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::exposure::{Exposures, Known, Source};
use holm::instant::zone;
use holm::operation::import::{exposure, parse_operations};
use holm::policy::Action;
use holm::role::UseCase;
use holm::state::State;
use holm::state::happenings::Operation;
use holm_record::event::happening::{self, OperationFacts, Window};
use holm_record::id::{ChannelName, ItemName, OperationName, TargetName};
use jiff::Timestamp;
use serde::Serialize;

use crate::app::{App, counted, file_name, moment, read_text};
use crate::error::{CommandError, Outcome};

/// Operations: who takes part, who was told, what came of them
#[derive(Debug, Subcommand)]
pub(crate) enum OperationCommand {
    Add(Add),
    Close(Close),
    Import(Import),
    List(List),
    Show(Show),
}

/// Record an operation that is planned or past
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Its name.
    operation: OperationName,
    /// Its sort, such as raid or arrest: each sort fails by itself at a rate of its own.
    #[arg(long)]
    sort: String,
    /// When it is, or was, to happen (2026-11-24T05:00-06:00).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Timestamp,
    /// Against whom; may be repeated.
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<TargetName>,
    /// A unit that takes part: its members may know though nobody noted it; may be repeated.
    #[arg(long = "unit", value_name = "UNIT")]
    units: Vec<String>,
    /// A channel by which it is spoken of; may be repeated.
    #[arg(long = "channel", value_name = "CHANNEL")]
    channels: Vec<ChannelName>,
    /// An item that tells of it: whoever holds a copy knows; may be repeated.
    #[arg(long = "item", value_name = "ITEM")]
    items: Vec<ItemName>,
    /// Who was told, as PERSON, PERSON@TIME, either with :WEIGHT behind it; may be repeated.
    #[arg(long = "told", value_name = "PERSON[@TIME][:WEIGHT]")]
    told: Vec<String>,
    /// Who or what is harmed if it is betrayed: named first when damage is assessed; may be repeated.
    #[arg(long = "endangers", value_name = "WHO")]
    endangers: Vec<String>,
    /// What else is to be said.
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
}

/// Record what came of an operation
#[derive(Debug, Args)]
pub(crate) struct Close {
    /// Which.
    operation: OperationName,
    /// What came of it: clean, suspected, confirmed (there was a leak) or unknown.
    #[arg(long)]
    outcome: happening::Outcome,
    #[command(flatten)]
    window: WindowArgs,
    /// What else is to be said.
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
}

/// In which window a leak must have happened.
#[derive(Debug, Args)]
pub(crate) struct WindowArgs {
    /// A leak cannot have happened before.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<Timestamp>,
    /// A leak cannot have happened after.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to: Option<Timestamp>,
}

impl WindowArgs {
    pub(crate) fn window(&self) -> Window {
        Window { from: self.from, to: self.to }
    }
}

/// Take in past operations, all of the file or nothing: CSV or JSON as docs/spec/operations.md has them
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file.
    file: PathBuf,
    /// The zone of times that say none, such as America/Mexico_City.
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
}

/// List the operations
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only those that are not over.
    #[arg(long)]
    live: bool,
}

/// Show an operation and who knew of it
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Which.
    operation: OperationName,
}

impl OperationCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Add(add) => add.run(app),
            Self::Close(close) => close.run(app),
            Self::Import(import) => import.run(app),
            Self::List(list) => list.run(app),
            Self::Show(show) => show.run(app),
        }
    }
}

impl Add {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::RecordHappenings)?;
        let told = self.told.iter().map(|told| exposure(told, None)).collect::<Result<Vec<_>, _>>()?;
        let facts = OperationFacts {
            operation: self.operation.clone(),
            sort: self.sort,
            at: self.at,
            targets: self.targets,
            units: self.units,
            channels: self.channels,
            items: self.items,
            told,
            endangers: self.endangers,
            words: self.words,
            outcome: None,
            window: None,
        };
        let permit = workspace.permit(&Action::Administer, app.now())?;
        workspace.add_operations(&permit, None, vec![facts])?;
        say!("operation {} recorded, entry {}", self.operation, workspace.size() - 1);
        Ok(Outcome::Done)
    }
}

impl Close {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::RecordHappenings)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        workspace.close_operation(&permit, &self.operation, self.outcome, self.window.window(), self.words)?;
        say!("operation {} is closed: {}, entry {}", self.operation, self.outcome, workspace.size() - 1);
        let state = workspace.state();
        let operation = state.happenings.operations.get(&self.operation);
        if operation.is_some_and(|o| Exposures::new(state).of_operation(&self.operation, o).is_empty()) {
            eprintln!(
                "nobody is recorded to have known of it, so it says nothing about anybody; `holm tell` records who was told"
            );
        }
        Ok(Outcome::Done)
    }
}

impl Import {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let zone = self.zone.as_deref().map(zone).transpose()?;
        let text = read_text(&self.file)?;
        let mut workspace = app.workspace(UseCase::RecordHappenings)?;
        let now = app.now();
        let operations = parse_operations(workspace.state(), &text, zone.as_ref(), now)?;
        let (count, over) = (operations.len(), operations.iter().filter(|o| o.outcome.is_some()).count());
        let empty: Vec<&str> = operations
            .iter()
            .filter(|o| o.outcome.is_some() && o.told.is_empty() && o.items.is_empty())
            .map(|o| o.operation.as_str())
            .collect();
        let (unsaid, first) = (empty.len(), empty.iter().take(10).copied().collect::<Vec<_>>().join(", "));
        let permit = workspace.permit(&Action::Administer, now)?;
        workspace.add_operations(&permit, Some(file_name(&self.file)), operations)?;
        say!("{} recorded, {over} of them over", counted(count, "operation", "operations"));
        if unsaid > 0 {
            eprintln!(
                "{unsaid} are over and nobody is recorded to have known of them, so they say nothing about anybody: {first}"
            );
        }
        Ok(Outcome::Done)
    }
}

#[derive(Serialize)]
struct Row<'s> {
    #[serde(flatten)]
    facts: &'s OperationFacts,
    entered: Timestamp,
    #[serde(rename = "closed")]
    outcome: Option<happening::Outcome>,
    incidents: Vec<&'s str>,
}

fn row<'s>(state: &'s State, name: &'s OperationName, operation: &'s Operation) -> Row<'s> {
    Row {
        facts: &operation.facts,
        entered: operation.entered,
        outcome: operation.closed.as_ref().map(|closing| closing.outcome),
        incidents: state.happenings.incidents_of(name).map(|(incident, _)| incident.as_str()).collect(),
    }
}

impl List {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let workspace = app.workspace(UseCase::SeeHappenings)?;
        let state = workspace.state();
        let wanted = |(_, operation): &(&OperationName, &Operation)| !self.live || operation.closed.is_none();
        let mut rows: Vec<Row<'_>> =
            state.happenings.operations.iter().filter(wanted).map(|(name, operation)| row(state, name, operation)).collect();
        rows.sort_by_key(|row| row.facts.at);
        app.show(&rows, || {
            for row in &rows {
                let end = row.outcome.map_or("to come", happening::Outcome::word);
                let incidents = row.incidents.join(", ");
                say!("{:<24} {:<12} {:.0}  {end:<10} {incidents}", row.facts.operation, row.facts.sort, row.facts.at);
            }
            if rows.is_empty() {
                say!("no operations; `holm operation add` records one, `holm operation import` many");
            }
        })?;
        Ok(Outcome::Done)
    }
}

#[derive(Serialize)]
struct Shown<'s> {
    #[serde(flatten)]
    row: Row<'s>,
    known: Vec<Known>,
}

impl Show {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let workspace = app.workspace(UseCase::SeeHappenings)?;
        let state = workspace.state();
        let (name, operation) = state
            .happenings
            .operations
            .get_key_value(&self.operation)
            .ok_or_else(|| holm::operation::OperationError::Unknown(self.operation.clone()))?;
        let known = Exposures::new(state).of_operation(name, operation);
        let shown = Shown { row: row(state, name, operation), known };
        app.show(&shown, || print_operation(&shown, operation))?;
        Ok(Outcome::Done)
    }
}

fn print_operation(shown: &Shown<'_>, operation: &Operation) {
    let facts = shown.row.facts;
    say!("{} ({}), {:.0}", facts.operation, facts.sort, facts.at);
    let list = |what: &str, values: Vec<&str>| {
        if !values.is_empty() {
            say!("  {what}: {}", values.join(", "));
        }
    };
    list("against", facts.targets.iter().map(TargetName::as_str).collect());
    list("units", facts.units.iter().map(String::as_str).collect());
    list("channels", facts.channels.iter().map(ChannelName::as_str).collect());
    list("items", facts.items.iter().map(ItemName::as_str).collect());
    list("endangers", facts.endangers.iter().map(String::as_str).collect());
    list("incidents", shown.row.incidents.clone());
    match &operation.closed {
        Some(closing) => say!("  over: {} (entry {})", closing.outcome, closing.index),
        None => say!("  not over"),
    }
    say!("{} to have known of it:", counted(shown.known.len(), "record of a person", "records of persons"));
    for known in &shown.known {
        let at = known.at.map_or_else(|| "before it".to_owned(), |at| format!("{at:.0}"));
        let how = match &known.source {
            Source::Copy { item, copy } => format!("copy {copy} of {item}"),
            Source::Told { entry, channel, variant } => {
                let channel = channel.as_ref().map(|c| format!(" by {c}")).unwrap_or_default();
                let variant = variant.as_ref().map(|v| format!(" (version {v})")).unwrap_or_default();
                format!("told{channel}{variant}, entry {entry}")
            }
            Source::Stated { entry } => format!("entry {entry}"),
        };
        say!(
            "  {:<12} {at:<22} weight {}  {how}{}",
            known.person,
            known.weight.get(),
            if known.late { "  entered late" } else { "" }
        );
    }
}
