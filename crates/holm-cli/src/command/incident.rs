use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::UseCase;
use holm::state::State;
use holm_record::event::happening::{self, IncidentFacts, IncidentSort, Window};
use holm_record::id::{IncidentName, ItemName, OperationName};
use jiff::Timestamp;
use serde::Serialize;

use super::operation::WindowArgs;
use crate::app::{App, moment};
use crate::error::{CommandError, Outcome};

/// Incidents: suspected compromises, and in which window the leak must have happened
#[derive(Debug, Subcommand)]
pub(crate) enum IncidentCommand {
    Add(Box<Add>),
    List(List),
    Show(Show),
}

/// Record an incident; a leak that is traced with `holm trace --incident NAME` becomes its evidence
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Its name.
    incident: IncidentName,
    /// What it looked like: target-gone, target-prepared, intercept, copy-recovered, variant-acted-on, informant-report,
    /// person-harmed or other.
    #[arg(long)]
    sort: IncidentSort,
    /// How sure it is that there was a leak: confirmed, suspected or unknown.
    #[arg(long)]
    certainty: happening::Outcome,
    /// When it was noticed; by default now.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    noticed: Option<Timestamp>,
    #[command(flatten)]
    window: WindowArgs,
    /// The operation that was betrayed.
    #[arg(long)]
    operation: Option<OperationName>,
    /// The item that got out.
    #[arg(long)]
    item: Option<ItemName>,
    /// Which of several versions that persons were told they acted on.
    #[arg(long, value_name = "VERSION")]
    variant: Option<String>,
    /// How the source is graded, such as B2.
    #[arg(long)]
    grade: Option<String>,
    /// Other explanations that were considered.
    #[arg(long, value_name = "TEXT")]
    considered: Option<String>,
    /// What else is to be said.
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
}

/// List the incidents, traced leaks among them
#[derive(Debug, Args)]
pub(crate) struct List {}

/// Show an incident, its evidence and who could have known
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Which.
    incident: IncidentName,
}

#[derive(Serialize)]
struct Row<'s> {
    incident: &'s IncidentName,
    entered: Option<Timestamp>,
    facts: Option<&'s IncidentFacts>,
    evidence: usize,
    verdicts: Vec<String>,
}

fn rows(state: &State) -> Vec<Row<'_>> {
    let traced = state.evidence.iter().map(|e| &e.incident);
    let mut names: Vec<&IncidentName> = state.happenings.incidents.keys().chain(traced).collect();
    names.sort();
    names.dedup();
    names.into_iter().map(|name| row(state, name)).collect()
}

fn row<'s>(state: &'s State, name: &'s IncidentName) -> Row<'s> {
    let known = state.happenings.incidents.get(name);
    let looks = state.looks.iter().filter(|look| look.incident == *name);
    let verdict = |look: &holm::state::Look| {
        let verdict = look.verdict.as_ref()?;
        let named = verdict.named.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        Some(format!("{} look {}: {} {named}", look.item, look.look, verdict.verdict).trim_end().to_owned())
    };
    Row {
        incident: name,
        entered: known.map(|incident| incident.entered),
        facts: known.map(|incident| &incident.facts),
        evidence: state.evidence.iter().filter(|e| e.incident == *name).count(),
        verdicts: looks.filter_map(verdict).collect(),
    }
}

impl IncidentCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Add(add) => add.run(app),
            Self::List(List {}) => list(app),
            Self::Show(show) => show.run(app),
        }
    }
}

impl Add {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::RecordHappenings)?;
        let now = app.now();
        let facts = IncidentFacts {
            sort: self.sort,
            noticed: self.noticed.unwrap_or(now),
            window: self.window.window(),
            certainty: self.certainty,
            operation: self.operation,
            item: self.item,
            variant: self.variant,
            grade: self.grade,
            considered: self.considered,
            words: self.words,
        };
        let permit = workspace.permit(&Action::Administer, now)?;
        workspace.record_incident(&permit, self.incident.clone(), facts)?;
        say!("incident {} recorded, entry {}", self.incident, workspace.size() - 1);
        say!("`holm damage {}` says who must be warned and what to postpone", self.incident);
        Ok(Outcome::Done)
    }
}

fn list(app: &App) -> Result<Outcome, CommandError> {
    let workspace = app.workspace(UseCase::SeeHappenings)?;
    let rows = rows(workspace.state());
    app.show(&rows, || {
        for row in &rows {
            match row.facts {
                Some(f) => say!("{:<20} {:<18} {:<10} noticed {:.0}  {}", row.incident, f.sort, f.certainty, f.noticed, of(f)),
                None => say!("{:<20} a leak that was traced; `holm incident add {}` says more of it", row.incident, row.incident),
            }
            row.verdicts.iter().for_each(|verdict| say!("    {verdict}"));
        }
        if rows.is_empty() {
            say!("no incidents; `holm incident add` records one, `holm trace` makes one of a leak");
        }
    })?;
    Ok(Outcome::Done)
}

/// What was betrayed.
fn of(facts: &IncidentFacts) -> String {
    let operation = facts.operation.as_ref().map(|o| format!("operation {o}"));
    let item = facts.item.as_ref().map(|i| format!("item {i}"));
    operation.into_iter().chain(item).collect::<Vec<_>>().join(", ")
}

impl Show {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let workspace = app.workspace(UseCase::SeeHappenings)?;
        let rows = rows(workspace.state());
        let row = rows
            .iter()
            .find(|row| *row.incident == self.incident)
            .ok_or_else(|| CommandError::new(format!("no incident is named `{}`", self.incident)))?;
        app.show(row, || print_incident(row))?;
        Ok(Outcome::Done)
    }
}

fn print_incident(row: &Row<'_>) {
    say!("{}", row.incident);
    if let Some(facts) = row.facts {
        say!("  {} ({}), noticed {:.0}", facts.sort, facts.certainty, facts.noticed);
        let Window { from, to } = facts.window;
        let end = |at: Option<Timestamp>| at.map_or_else(|| "not known".to_owned(), |at| format!("{at:.0}"));
        say!("  the leak must have happened from {} to {}", end(from), end(to));
        say!("  betrayed: {}", of(facts));
        let some = |what: &str, value: Option<&str>| value.iter().filter(|v| !v.is_empty()).for_each(|v| say!("  {what}: {v}"));
        some("version acted on", facts.variant.as_deref());
        some("source graded", facts.grade.as_deref());
        some("considered too", facts.considered.as_deref());
        some("words", Some(&facts.words));
    }
    say!("  sealed evidence: {}", row.evidence);
    row.verdicts.iter().for_each(|verdict| say!("  {verdict}"));
}
