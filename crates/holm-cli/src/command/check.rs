use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::UseCase;
use holm::vetting::evidence;
use holm::vetting::gate::Exception;
use holm::vetting::import::day;
use holm::vetting::schedule::PROPOSED;
use holm::vetting::worth::{POLYGRAPH_AREA, worth};
use holm::vetting::{ConcernAnswer, Standing, Waiting};
use holm::workspace::Workspace;
use holm_record::event::approval::Masked;
use holm_record::event::vetting::{CheckFacts, CheckResult, CheckSort, Concern, Guideline, Verified};
use holm_record::id::PersonId;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::authority::AuthorityCommand;
use super::draw::DrawCommand;
use crate::app::{App, counted, read_text};
use crate::error::{CommandError, Outcome};

/// Checks on people: what was done, what came of it, and what is due
#[derive(Debug, Subcommand)]
pub(crate) enum CheckCommand {
    Add(Add),
    Answer(Answer),
    Import(Import),
    List(List),
    Due(Due),
    Waive(Waive),
    #[command(subcommand)]
    Draw(DrawCommand),
    #[command(subcommand)]
    Authority(AuthorityCommand),
    Schedule(Schedule),
    Accuracy(Accuracy),
    Worth(Worth),
}

/// Record a check
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// On whom.
    person: PersonId,
    /// What kind: background, re-investigation, polygraph, urinalysis, financial-disclosure, phone-declaration, phone-review, bank-review,
    /// travel-and-contacts, human-rights, interview or training.
    #[arg(long)]
    sort: CheckSort,
    /// The day it was taken, or was to be.
    #[arg(long, value_name = "DAY", value_parser = day)]
    on: Date,
    /// What came of it: passed, failed, inconclusive or not-taken.
    #[arg(long)]
    result: CheckResult,
    /// Who did it.
    #[arg(long, value_name = "NAME")]
    examiner: Option<String>,
    /// Who reviewed it: somebody else.
    #[arg(long, value_name = "NAME")]
    reviewer: Option<String>,
    /// When its quality was controlled.
    #[arg(long, value_name = "DAY", value_parser = day)]
    reviewed_on: Option<Date>,
    /// Who had the sample or file, in order; may be given several times.
    #[arg(long, value_name = "NAME")]
    custody: Vec<String>,
    /// The last day on which it counts, if that is before the schedule's.
    #[arg(long, value_name = "DAY", value_parser = day)]
    valid_until: Option<Date>,
    /// Its legal basis; reviews of calls and accounts need a recorded one (`holm check authority`), which this names.
    #[arg(long, value_name = "TEXT")]
    authority: Option<String>,
    /// A concern of SEAD 4: its letter, A to M, and what; may be given several times. `holm check answer` says what mitigates or
    /// explains it.
    #[arg(long, value_name = "LETTER: WHAT", value_parser = concern)]
    concern: Vec<Concern>,
    /// What else its sort has, such as `panel=5`; may be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = detail)]
    detail: Vec<(String, String)>,
    /// What else is to be said.
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
}

/// Record what is said to a concern: what mitigates it, how it is explained, and how that was verified
#[derive(Debug, Args)]
pub(crate) struct Answer {
    /// The check's entry.
    check: u64,
    /// The concern's guideline: its letter, A to M.
    #[arg(long, value_name = "LETTER")]
    guideline: Guideline,
    /// What mitigates it.
    #[arg(long, value_name = "TEXT")]
    mitigation: Option<String>,
    /// How the person explains it.
    #[arg(long, value_name = "TEXT")]
    explanation: Option<String>,
    /// Who verified the explanation; without it, it is said to be unverified.
    #[arg(long, value_name = "NAME", requires_all = ["verified_how", "verified_on"])]
    verified_by: Option<String>,
    /// How.
    #[arg(long, value_name = "TEXT", requires = "verified_by")]
    verified_how: Option<String>,
    /// When.
    #[arg(long, value_name = "DAY", value_parser = day, requires = "verified_by")]
    verified_on: Option<Date>,
}

/// Take past checks in from a CSV file, all or none
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Its first line: person,sort,on,result,examiner,reviewer,reviewed_on,valid_until,authority,words
    file: PathBuf,
}

/// List the checks; that they were read is recorded
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Of one person.
    #[arg(long)]
    person: Option<PersonId>,
}

/// What is failed, missing, overdue or due by the schedule, and how units and levels stand; that it was read is recorded
#[derive(Debug, Args)]
pub(crate) struct Due {
    /// As of a day; today, unless it is given.
    #[arg(long, value_name = "DAY", value_parser = day)]
    at: Option<Date>,
    /// Of one unit.
    #[arg(long)]
    unit: Option<String>,
}

/// Not ask somebody for a check for a while
#[derive(Debug, Args)]
pub(crate) struct Waive {
    /// Whom.
    person: PersonId,
    /// Which check.
    #[arg(long)]
    sort: CheckSort,
    /// Until the end of this day, at most a year from now.
    #[arg(long, value_name = "DAY", value_parser = day)]
    until: Date,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Lay down how often which checks are asked for, by rank level and unit
#[derive(Debug, Args)]
pub(crate) struct Schedule {
    /// The schedule (docs/spec/vetting.md).
    #[arg(required_unless_present = "print")]
    file: Option<PathBuf>,
    /// Print the one in force, or the one that Holm proposes.
    #[arg(long, conflicts_with = "file")]
    print: bool,
}

/// Lay down what checks are worth as evidence of leaking: how often they err, and how much they can be worth at most
#[derive(Debug, Args)]
pub(crate) struct Accuracy {
    /// The figures, with their sources (docs/spec/vetting.md).
    #[arg(required_unless_present = "print")]
    file: Option<PathBuf>,
    /// Print those in force, or those that Holm proposes.
    #[arg(long, conflicts_with = "file")]
    print: bool,
}

/// What screening many people for few who leak comes to: whom it catches, and who fails with them
///
/// The figures of NRC 2003 for a polygraph, unless others are given. No workspace is needed.
#[derive(Debug, Args)]
pub(crate) struct Worth {
    /// How many are screened.
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    people: u64,
    /// How many of them leak.
    #[arg(long, default_value_t = 10, value_name = "N")]
    leakers: u64,
    /// The area under the check's curve: 0.5 says nothing, 1 everything.
    #[arg(long, default_value_t = POLYGRAPH_AREA, value_name = "A")]
    area: f64,
}

fn concern(text: &str) -> Result<Concern, String> {
    let (letter, what) =
        text.split_once(':').ok_or_else(|| format!("`{text}` names no guideline: write it like `F: unexplained cash`"))?;
    let guideline: Guideline = letter.trim().parse().map_err(|e: holm_record::event::happening::WordError| e.to_string())?;
    Ok(Concern { guideline, what: what.trim().to_owned(), mitigation: None, explanation: None, verified: None })
}

fn detail(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is no detail: write it like `panel=5`"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

pub(crate) fn today(app: &App) -> Date {
    app.now().to_zoned_datetime(TimeZone::system()).date()
}

impl CheckCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Add(add) => add.run(app)?,
            Self::Answer(answer) => answer.run(app)?,
            Self::Import(import) => import.run(app)?,
            Self::List(list) => list.run(app)?,
            Self::Due(due) => due.run(app)?,
            Self::Waive(waive) => waive.run(app)?,
            Self::Draw(draw) => return draw.run(app),
            Self::Authority(authority) => return authority.run(app),
            Self::Schedule(schedule) => schedule.run(app)?,
            Self::Accuracy(accuracy) => accuracy.run(app)?,
            Self::Worth(worth) => worth.run(app)?,
        }
        Ok(Outcome::Done)
    }
}

impl Add {
    fn run(self, app: &App) -> Result<(), CommandError> {
        let mut workspace = app.workspace(UseCase::KeepVetting)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let facts = CheckFacts {
            person: self.person,
            sort: self.sort,
            on: self.on,
            result: self.result,
            examiner: self.examiner,
            reviewer: self.reviewer,
            reviewed_on: self.reviewed_on,
            custody: self.custody,
            valid_until: self.valid_until,
            authority: self.authority,
            concerns: self.concern,
            details: self.detail.into_iter().collect::<BTreeMap<_, _>>(),
            words: self.words,
        };
        let said = format!("{} of {} on {}: {}", facts.sort, facts.person, facts.on, facts.result);
        let entry = workspace.add_check(&permit, facts, today(app))?;
        app.show(&serde_json::json!({ "entry": entry }), || say!("{said}; recorded as entry {entry}"))
    }
}

impl Answer {
    fn run(self, app: &App) -> Result<(), CommandError> {
        let mut workspace = app.workspace(UseCase::KeepVetting)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let verified = self.verified_by.zip(self.verified_how).zip(self.verified_on);
        let answer = ConcernAnswer {
            guideline: self.guideline,
            mitigation: self.mitigation,
            explanation: self.explanation,
            verified: verified.map(|((by, how), on)| Verified { by, how, on }),
        };
        let entry = workspace.answer_concern(&permit, self.check, answer, today(app))?;
        app.show(&serde_json::json!({ "entry": entry }), || {
            say!("said to concern {} of entry {}; recorded as entry {entry}", self.guideline, self.check);
        })
    }
}

impl Import {
    fn run(self, app: &App) -> Result<(), CommandError> {
        let mut workspace = app.workspace(UseCase::KeepVetting)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let (fresh, known) = workspace.import_checks(&permit, &read_text(&self.file)?, today(app))?;
        app.show(&serde_json::json!({"recorded": fresh, "known": known}), || {
            say!("{} recorded, {known} were recorded already", counted(fresh, "check", "checks"));
        })
    }
}

/// Has it recorded that the register was read, before it is shown.
pub(super) fn read(app: &App, workspace: &mut Workspace, person: Option<&PersonId>) -> Result<(), CommandError> {
    let permit = workspace.permit(&Action::Administer, app.now())?;
    Ok(workspace.record_reading(&permit, Masked::Vetting, person.cloned())?)
}

#[derive(Serialize)]
struct Row<'s> {
    entry: u64,
    #[serde(flatten)]
    facts: &'s CheckFacts,
}

impl List {
    fn run(self, app: &App) -> Result<(), CommandError> {
        let mut workspace = app.workspace(UseCase::SeeVetting)?;
        if let Some(person) = self.person.as_ref().filter(|person| !workspace.state().persons.contains_key(*person)) {
            return Err(CommandError::new(format!("`{person}` is not on the roster")));
        }
        read(app, &mut workspace, self.person.as_ref())?;
        let all = workspace.state().vetting.checks.iter();
        let wanted = all.filter(|check| self.person.as_ref().is_none_or(|person| check.facts.person == *person));
        let mut rows: Vec<Row<'_>> = wanted.map(|check| Row { entry: check.index, facts: &check.facts }).collect();
        rows.sort_by(|a, b| (&a.facts.person, a.facts.on, a.entry).cmp(&(&b.facts.person, b.facts.on, b.entry)));
        app.show(&rows, || {
            if rows.is_empty() {
                say!("no check is recorded; `holm check add` records one, `holm check import` a file of them");
            }
            for Row { entry, facts } in &rows {
                say!("{entry:>6}  {}  {:<12} {:<22} {}", facts.on, facts.person, facts.sort, facts.result);
                facts.concerns.iter().for_each(print_concern);
            }
        })
    }
}

fn print_concern(concern: &Concern) {
    say!("        {}: {}", concern.guideline, concern.what);
    if let Some(mitigation) = &concern.mitigation {
        say!("           mitigated: {mitigation}");
    }
    match (&concern.explanation, &concern.verified) {
        (Some(explanation), Some(Verified { by, how, on })) => {
            say!("           explained: {explanation}; verified by {by} on {on}: {how}");
        }
        (Some(explanation), None) => say!("           explained: {explanation}; not verified"),
        (None, _) => {}
    }
}

#[derive(Serialize)]
struct DueRow<'s> {
    person: &'s PersonId,
    unit: &'s str,
    level: u8,
    sort: CheckSort,
    #[serde(flatten)]
    standing: Standing,
}

#[derive(Default, Serialize)]
struct Counts {
    failed: usize,
    missing: usize,
    overdue: usize,
    due: usize,
    waived: usize,
    in_force: usize,
}

impl Counts {
    fn add(&mut self, standing: Standing) {
        *match standing {
            Standing::Failed { .. } => &mut self.failed,
            Standing::Missing => &mut self.missing,
            Standing::Overdue { .. } => &mut self.overdue,
            Standing::Due { .. } => &mut self.due,
            Standing::Waived { .. } => &mut self.waived,
            Standing::InForce { .. } => &mut self.in_force,
        } += 1;
    }
}

#[derive(Serialize)]
struct DueReport<'s> {
    at: Date,
    waiting: Vec<DueRow<'s>>,
    units: BTreeMap<&'s str, Counts>,
    levels: BTreeMap<u8, Counts>,
    /// Who is sent nothing, and for which checks.
    held_back: BTreeMap<PersonId, Vec<CheckSort>>,
    exceptions: Vec<ExceptionRow<'s>>,
}

/// An exception that runs.
#[derive(Serialize)]
struct ExceptionRow<'s> {
    entry: u64,
    person: &'s PersonId,
    sorts: &'s [CheckSort],
    until: Date,
    reason: &'s str,
}

impl<'s> ExceptionRow<'s> {
    fn of(e: &'s Exception) -> Self {
        Self { entry: e.index, person: &e.person, sorts: &e.sorts, until: e.until, reason: &e.reason }
    }
}

impl Due {
    fn run(self, app: &App) -> Result<(), CommandError> {
        let mut workspace = app.workspace(UseCase::SeeVetting)?;
        if workspace.state().vetting.schedule.is_none() && workspace.state().vetting.draws.is_empty() {
            return Err(CommandError::new("no schedule says what is due").hint(
                "`holm check schedule --print > schedule.toml` writes the one that Holm proposes; edit it and lay it down with `holm check schedule schedule.toml`",
            ));
        }
        read(app, &mut workspace, None)?;
        let at = self.at.unwrap_or_else(|| today(app));
        let of_unit = |row: &Waiting<'_>| self.unit.as_ref().is_none_or(|unit| row.person.facts.unit == *unit);
        let all: Vec<Waiting<'_>> = workspace.state().vetting_on(at).into_iter().filter(of_unit).collect();
        let state = workspace.state();
        let here: Vec<&PersonId> = all.iter().map(|row| row.id).collect();
        let running = state.vetting.exceptions.iter().filter(|e| e.until >= at && here.contains(&&e.person));
        let mut report = DueReport {
            at,
            waiting: Vec::new(),
            units: BTreeMap::new(),
            levels: BTreeMap::new(),
            held_back: state.held_back(here.iter().copied(), at),
            exceptions: running.map(ExceptionRow::of).collect(),
        };
        for row in &all {
            let facts = &row.person.facts;
            report.units.entry(&facts.unit).or_default().add(row.standing);
            report.levels.entry(facts.level).or_default().add(row.standing);
            if row.standing.waits() {
                let (unit, level) = (facts.unit.as_str(), facts.level);
                report.waiting.push(DueRow { person: row.id, unit, level, sort: row.sort, standing: row.standing });
            }
        }
        // The highest first: they can betray most.
        report.waiting.sort_by(|a, b| {
            (a.standing, std::cmp::Reverse(a.level), a.person).cmp(&(b.standing, std::cmp::Reverse(b.level), b.person))
        });
        app.show(&report, || print_due(&report))
    }
}

fn print_due(report: &DueReport<'_>) {
    if report.waiting.is_empty() {
        say!("nothing is due on {}", report.at);
    }
    for row in &report.waiting {
        let day = match row.standing {
            Standing::Failed { on } => format!("on {on}"),
            Standing::Overdue { since } => format!("since {since}"),
            Standing::Due { until } | Standing::Waived { until } | Standing::InForce { until } => format!("until {until}"),
            Standing::Missing => String::new(),
        };
        say!("{:<8} {:<22} {:<12} level {}  {:<20} {day}", row.standing.word(), row.sort, row.person, row.level, row.unit);
    }
    say!("");
    let line = |name: String, c: &Counts| {
        say!(
            "{name:<24} {} in force, {} due, {} overdue, {} missing, {} failed, {} waived",
            c.in_force,
            c.due,
            c.overdue,
            c.missing,
            c.failed,
            c.waived
        );
    };
    report.units.iter().for_each(|(unit, counts)| line((*unit).to_owned(), counts));
    report.levels.iter().rev().for_each(|(level, counts)| line(format!("level {level}"), counts));
    if !report.held_back.is_empty() {
        let persons: Vec<&str> = report.held_back.keys().map(PersonId::as_str).collect();
        say!("");
        say!("{} sent nothing until this is settled: {}", counted_are(persons.len()), persons.join(", "));
    }
    for e in &report.exceptions {
        let sorts = e.sorts.iter().map(|sort| sort.word()).collect::<Vec<_>>().join(", ");
        say!("entry {}: {} is sent things until {} although {sorts} not in force: {}", e.entry, e.person, e.until, e.reason);
    }
}

fn counted_are(persons: usize) -> String {
    format!("{} {}", counted(persons, "person", "persons"), if persons == 1 { "is" } else { "are" })
}

impl Waive {
    fn run(self, app: &App) -> Result<(), CommandError> {
        let mut workspace = app.workspace(UseCase::KeepVetting)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let entry = workspace.waive(&permit, (&self.person, self.sort, self.until), &self.reason, today(app))?;
        app.show(&serde_json::json!({ "entry": entry }), || {
            say!("{} is not asked for {} until {}: recorded as entry {entry}", self.person, self.sort, self.until);
        })
    }
}

impl Schedule {
    fn run(self, app: &App) -> Result<(), CommandError> {
        let Some(file) = self.file else {
            let workspace = app.workspace(UseCase::SeeVetting)?;
            let text = workspace.state().vetting.schedule.as_ref().map_or(PROPOSED, |(_, text)| text.as_str());
            say!("{}", text.trim_end());
            return Ok(());
        };
        let mut workspace = app.workspace(UseCase::KeepVetting)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let entry = workspace.set_schedule(&permit, &read_text(&file)?)?;
        let state = workspace.state();
        let present = state.persons.iter().filter(|(_, person)| !person.left).map(|(id, _)| id);
        let held = state.held_back(present, today(app)).len();
        app.show(&serde_json::json!({ "entry": entry, "held_back": held }), || {
            say!("the schedule is laid down by entry {entry}; `holm check due` says what it asks");
            if held > 0 {
                say!("{} sent nothing from now on: their checks are failed, missing or overdue", counted_are(held));
                say!("(`gate_from = \"DAY\"` in the schedule lets it count for that from a later day)");
            }
        })
    }
}

impl Accuracy {
    fn run(self, app: &App) -> Result<(), CommandError> {
        let Some(file) = self.file else {
            let workspace = app.workspace(UseCase::SeeVetting)?;
            let text = workspace.state().vetting.accuracy.as_deref().unwrap_or(evidence::PROPOSED);
            say!("{}", text.trim_end());
            return Ok(());
        };
        let mut workspace = app.workspace(UseCase::KeepVetting)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let entry = workspace.set_accuracies(&permit, &read_text(&file)?)?;
        app.show(&serde_json::json!({ "entry": entry }), || {
            say!("what checks are worth is laid down by entry {entry}; `holm suspects` counts with it from now on");
        })
    }
}

impl Worth {
    fn run(self, app: &App) -> Result<(), CommandError> {
        let rows = worth(self.area, self.people, self.leakers)?;
        app.show(&rows, || {
            say!("{} people, of whom {} leak; a check with an area of {} under its curve", self.people, self.leakers, self.area);
            for row in &rows {
                say!(
                    "set to catch {:.0} of {}: {:.0} innocents fail with them, so that 1 in {:.0} who fail leaks, and {:.0} who leak pass",
                    row.caught,
                    self.leakers,
                    row.innocents,
                    1.0 / row.precision,
                    row.missed
                );
                say!("    who fails is {:.1} times as likely to leak as before (in odds), who passes {:.2} times", row.failed, row.passed);
            }
        })
    }
}
