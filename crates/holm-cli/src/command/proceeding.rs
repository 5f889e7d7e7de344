use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::proceeding::Proceeding;
use holm::role::UseCase;
use holm::vetting::import::day;
use holm_record::event::proceeding::{Ending, Step};
use holm_record::id::{IncidentName, PersonId};
use jiff::civil::Date;

use super::check::today;
use crate::app::App;
use crate::error::{CommandError, Outcome};

/// Proceedings against people: notice, reply, review by others, appeal, and how they end
#[derive(Debug, Subcommand)]
pub(crate) enum ProceedingCommand {
    Open(Open),
    Step(StepOf),
    Close(Close),
    List(List),
}

/// Open a proceeding against a person about an incident
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// Against whom.
    person: PersonId,
    /// About which incident.
    #[arg(long)]
    incident: IncidentName,
    /// On which grounds: the person reads them in the notice.
    #[arg(long, value_name = "TEXT")]
    grounds: String,
}

/// Record what came next: notice, reply, review, appeal or decision
#[derive(Debug, Args)]
pub(crate) struct StepOf {
    /// The proceeding.
    number: u64,
    /// What came.
    step: Step,
    /// On which day; today, unless it is given.
    #[arg(long, value_name = "DAY", value_parser = day)]
    on: Option<Date>,
    /// By whom; may be given several times. A review is by another person, a decision by three.
    #[arg(long, value_name = "NAME")]
    by: Vec<String>,
    /// What was said.
    #[arg(long, value_name = "TEXT")]
    words: String,
}

/// End a proceeding: exonerated, upheld or dropped
#[derive(Debug, Args)]
pub(crate) struct Close {
    /// The proceeding.
    number: u64,
    /// How it ends. Whoever is exonerated is no cause of the incident any more, in any belief.
    #[arg(long)]
    outcome: Ending,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    words: String,
}

/// List the proceedings and how they stand
#[derive(Debug, Args)]
pub(crate) struct List {}

impl ProceedingCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Open(open) => open.run(app)?,
            Self::Step(step) => step.run(app)?,
            Self::Close(close) => close.run(app)?,
            Self::List(List {}) => list(app)?,
        }
        Ok(Outcome::Done)
    }
}

impl Open {
    fn run(self, app: &App) -> Result<(), CommandError> {
        let mut workspace = app.workspace(UseCase::KeepProceedings)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let number = workspace.open_proceeding(&permit, &self.person, &self.incident, &self.grounds)?;
        app.show(&serde_json::json!({ "proceeding": number }), || {
            say!("proceeding {number} against {} about {}: recorded; next is the notice", self.person, self.incident);
        })
    }
}

impl StepOf {
    fn run(self, app: &App) -> Result<(), CommandError> {
        let mut workspace = app.workspace(UseCase::KeepProceedings)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let (now, on) = (today(app), self.on.unwrap_or_else(|| today(app)));
        let entry = workspace.step_proceeding(&permit, self.number, (self.step, on), self.by, (&self.words, now))?;
        let state = workspace.state();
        let proceeding = state.proceedings.iter().find(|proceeding| proceeding.number == self.number);
        app.show(&serde_json::json!({ "entry": entry }), || {
            say!("{} of proceeding {}: recorded as entry {entry}", self.step, self.number);
            proceeding.into_iter().for_each(print_next);
        })
    }
}

impl Close {
    fn run(self, app: &App) -> Result<(), CommandError> {
        let mut workspace = app.workspace(UseCase::KeepProceedings)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let entry = workspace.close_proceeding(&permit, self.number, self.outcome, (&self.words, today(app)))?;
        app.show(&serde_json::json!({ "entry": entry }), || {
            say!("proceeding {} ended, {}: recorded as entry {entry}", self.number, self.outcome);
        })
    }
}

fn print_next(proceeding: &Proceeding) {
    let next: Vec<&str> = proceeding.next().iter().map(|step| step.word()).collect();
    let until = proceeding.may_answer_until().map(|until| format!("; the person may answer until {until}")).unwrap_or_default();
    match (&proceeding.ending, next.as_slice()) {
        (Some(ended), _) => say!("        ended on {}, {}: {}", ended.on, ended.how, ended.words),
        (None, []) => say!("        to be closed"),
        (None, next) => say!("        next is {}{until}", next.join(" or ")),
    }
}

fn list(app: &App) -> Result<(), CommandError> {
    let workspace = app.workspace(UseCase::SeeProceedings)?;
    let proceedings = &workspace.state().proceedings;
    app.show(proceedings, || {
        if proceedings.is_empty() {
            say!("no proceeding is recorded");
        }
        for proceeding in proceedings {
            let Proceeding { number, at, person, incident, grounds, .. } = proceeding;
            say!("{number:>6}  {at:.0}  {person} about {incident}: {grounds}");
            for taken in &proceeding.steps {
                let by = if taken.by.is_empty() { String::new() } else { format!(" by {}", taken.by.join(", ")) };
                say!("        {} on {}{by}: {}", taken.step, taken.on, taken.words);
            }
            print_next(proceeding);
        }
    })
}
