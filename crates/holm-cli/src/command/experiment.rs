use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use holm::experiment::{
    Announced, Ended, Experiment, FamilyResult, GroupResult, OutcomeNote, Reading, Results, Said, SeedContribution, SeedRequest,
    Sheet, contribute, note_outcome,
};
use holm::plan::Barred;
use holm::plan::experiment::ExperimentNeed;
use holm::policy::Action;
use holm::role::UseCase;
use holm::vault::write_durably;
use holm_record::commitment::{Commitment, Salt};
use holm_record::event::approval::Masked;
use holm_record::id::{ChannelName, ExperimentName, ItemName, PersonId};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::{App, counted, moment, read, read_text};
use crate::error::{CommandError, Outcome};

/// Experiments: people are told one thing or another at random, and what leaks proves whose version it was
///
/// Announced with laws, outcomes and bet before anything is drawn; the seed is of two parties and sealed to whoever tells people; what is
/// seen is entered by somebody who cannot know who was told what; opened at its closing date, for anybody to compute again.
#[derive(Debug, Subcommand)]
pub(crate) enum ExperimentCommand {
    Announce(Announce),
    Ask(Ask),
    Contribute(Contribute),
    Draw(Draw),
    Sheet(Name),
    Tell(Tell),
    Share(ShareAll),
    Note(Note),
    See(See),
    Close(CloseName),
    Abandon(Abandon),
    List(List),
    Show(ShowName),
    Results(ResultsOf),
}

/// Plan an experiment and announce it: from then on laws, outcomes, bet and closing date are fixed
///
/// The need is the file of `holm plan experiment`. For each round a request is written for the second person, who contributes to the seed.
#[derive(Debug, Args)]
pub(crate) struct Announce {
    /// What is to be told, and to whom one or the other: TOML.
    need: PathBuf,
    /// Seed of the sampler: the same record, version and seed give the same plan.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where requests for the second person are written, as EXPERIMENT.seed-request.
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
}

/// Whom a file is for.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Whom {
    /// The second person, who contributes to the seed.
    Second,
    /// Somebody outside who says what was seen.
    Reader,
}

/// Write once more what the second person is asked, or what somebody outside needs to say what was seen
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// Its name.
    experiment: ExperimentName,
    /// For whom.
    #[arg(long = "for", value_enum)]
    whom: Whom,
    /// Where to write it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// As the second person, contribute to an experiment's seed
#[derive(Debug, Args)]
pub(crate) struct Contribute {
    /// The request that you were given.
    request: PathBuf,
    /// Your id on the roster.
    #[arg(long = "as", value_name = "PERSON")]
    person: PersonId,
    /// Your key file.
    #[arg(long, value_name = "KEY")]
    identity: PathBuf,
    /// Where to write the contribution.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Take the second person's contribution: from then on it is fixed who is told what
#[derive(Debug, Args)]
pub(crate) struct Draw {
    /// Its name.
    experiment: ExperimentName,
    /// The second person's contribution.
    #[arg(long, value_name = "FILE")]
    contribution: PathBuf,
}

/// As the teller, see who is to be told what
#[derive(Debug, Args)]
pub(crate) struct Name {
    /// Its name.
    experiment: ExperimentName,
}

/// As the teller, record that everybody was told what was drawn for them, without saying what
#[derive(Debug, Args)]
pub(crate) struct Tell {
    /// Its name.
    experiment: ExperimentName,
    /// When (2026-11-24T14:05-06:00); by default now.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Timestamp>,
    /// By which channel, as `holm channel add` recorded it.
    #[arg(long)]
    channel: Option<ChannelName>,
    /// Somebody who sees who was told what from now on, such as whoever read the copies; may be given several times.
    #[arg(long = "seen-by", value_name = "ACTOR")]
    seen_by: Vec<String>,
}

/// As the teller, share one document a variant, each with those for whom it was drawn, and record that they were told
///
/// Each is an item of its own, named EXPERIMENT-0, EXPERIMENT-1, … and marked as `holm share` marks. Repeating it goes on where it stopped.
/// Whoever can see who has which copy is not asked what was seen: all members of the workspace are noted.
#[derive(Debug, Args)]
pub(crate) struct ShareAll {
    /// Its name.
    experiment: ExperimentName,
    /// The documents, one a variant, in their order.
    #[arg(required = true, value_name = "DOCUMENT")]
    documents: Vec<PathBuf>,
    /// Where to write sealed copies and slips, each item in a folder of its own; by default `holm-out`.
    #[arg(long, value_name = "DIR", default_value = "holm-out")]
    out: PathBuf,
    /// Share even if a text is too short to name anyone by its marks.
    #[arg(long)]
    accept_weak: bool,
}

/// As somebody outside who does not know who was told what, say which outcome was seen, and sign it
#[derive(Debug, Args)]
pub(crate) struct Note {
    /// What you were given (`holm experiment ask --for reader`).
    reading: PathBuf,
    /// Your id on the roster.
    #[arg(long = "as", value_name = "PERSON")]
    person: PersonId,
    /// Your key file.
    #[arg(long, value_name = "KEY")]
    identity: PathBuf,
    /// The number of the outcome.
    #[arg(long, value_name = "N")]
    outcome: u32,
    /// What it rests on.
    #[arg(long, value_name = "FILE")]
    evidence: PathBuf,
    /// Where to write the signed note.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Enter what was seen, as somebody who cannot know who was told what, or as somebody outside has signed it
///
/// For each variant that it shows, the incident that this is for the operation is recorded with it.
#[derive(Debug, Args)]
pub(crate) struct See {
    /// Its name.
    experiment: ExperimentName,
    /// The number of the outcome.
    #[arg(long, value_name = "N", requires = "evidence", conflicts_with = "note")]
    outcome: Option<u32>,
    /// What it rests on.
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
    /// A note that somebody outside has signed.
    #[arg(long, value_name = "FILE", required_unless_present = "outcome")]
    note: Option<PathBuf>,
    /// What else is to be said.
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
}

/// As the teller, close an experiment after its date and open its seed, so that anybody can compute who was told what
#[derive(Debug, Args)]
pub(crate) struct CloseName {
    /// Its name.
    experiment: ExperimentName,
}

/// Take an experiment back that is not drawn yet, or give one up whose seed is lost
///
/// One that was drawn can be given up only after its closing date, and then counts as the least that it can be worth for everybody in it.
#[derive(Debug, Args)]
pub(crate) struct Abandon {
    /// Its name.
    experiment: ExperimentName,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// All experiments and how they stand
#[derive(Debug, Args)]
pub(crate) struct List;

/// What an experiment's announcement fixed, and what came since
#[derive(Debug, Args)]
pub(crate) struct ShowName {
    /// Its name.
    experiment: ExperimentName,
}

/// What all experiments that are over say together: whom they name, with which chance of a false accusation, and whom to look at
#[derive(Debug, Args)]
pub(crate) struct ResultsOf {
    /// Everybody, not those alone who stand out.
    #[arg(long)]
    all: bool,
}

impl ExperimentCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Announce(announce) => announce.run(app),
            Self::Ask(ask) => ask.run(app),
            Self::Contribute(contribute) => contribute.run(app),
            Self::Draw(draw) => draw.run(app),
            Self::Sheet(Name { experiment }) => {
                let sheet = app.workspace(UseCase::RecordHappenings)?.experiment_sheet(&experiment)?;
                app.show(&sheet, || print_sheet(&sheet))?;
                Ok(Outcome::Done)
            }
            Self::Tell(tell) => tell.run(app),
            Self::Share(share) => share.run(app),
            Self::Note(note) => note.run(app),
            Self::See(see) => see.run(app),
            Self::Close(CloseName { experiment }) => close(app, &experiment),
            Self::Abandon(Abandon { experiment, reason }) => {
                let mut workspace = app.workspace(UseCase::RecordHappenings)?;
                let permit = workspace.permit(&Action::Administer, app.now())?;
                workspace.abandon_experiment(&permit, &experiment, &reason)?;
                say!("recorded: {experiment} is given up");
                Ok(Outcome::Done)
            }
            Self::List(List) => list(app),
            Self::Show(ShowName { experiment }) => show(app, &experiment),
            Self::Results(ResultsOf { all }) => results(app, all),
        }
    }
}

/// Reads a JSON file that another step wrote.
fn file<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T, CommandError> {
    serde_json::from_str(&read_text(path)?).map_err(|e| CommandError::new(format!("`{}` is no {what}: {e}", path.display())))
}

/// Writes one that is not there yet.
fn written(path: &Path, value: &impl Serialize) -> Result<(), CommandError> {
    unwritten(path)?;
    Ok(write_durably(path, serde_json::to_string_pretty(value)?.as_bytes())?)
}

fn unwritten(path: &Path) -> Result<(), CommandError> {
    if path.exists() {
        return Err(CommandError::new(format!("`{}` exists; nothing was overwritten", path.display())));
    }
    Ok(())
}

impl Announce {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::SeeBeliefs)?;
        let need = ExperimentNeed::read(&read_text(&self.need)?)?;
        let spinner = super::share::progress_bar(0, "weighing what is recorded");
        let plan = workspace.plan_experiment(&need, self.seed, app.now());
        spinner.finish_and_clear();
        let plan = plan?;
        let file = |name: &ExperimentName| self.out.join(format!("{name}.seed-request"));
        plan.rounds.iter().try_for_each(|round| unwritten(&file(&round.experiment)))?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        workspace.record_reading(&permit, Masked::Beliefs, None)?;
        let announced = workspace.announce_experiment(&permit, &need, &plan)?;
        std::fs::create_dir_all(&self.out)
            .map_err(|e| CommandError::new(format!("`{}` could not be made: {e}", self.out.display())))?;
        for Announced { experiment, request, .. } in &announced {
            written(&file(experiment), request)?;
        }
        app.show(&announced, || {
            for Barred { person, reason } in &plan.barred {
                say!("told nothing: {person}, since {reason}");
            }
            for Announced { experiment, entry, .. } in &announced {
                say!("announced: {experiment}, entry {entry}; laws, outcomes, bet and closing date are fixed");
                say!("give {} to the second person, who runs", file(experiment).display());
                say!("  holm experiment contribute {experiment}.seed-request --as PERSON --identity KEY --out {experiment}.seed");
                say!("then: holm experiment draw {experiment} --contribution {experiment}.seed");
            }
        })?;
        Ok(Outcome::Done)
    }
}

impl Ask {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        unwritten(&self.out)?;
        let mut workspace = app.workspace(UseCase::RecordHappenings)?;
        match self.whom {
            Whom::Second => written(&self.out, &workspace.seed_request(&self.experiment)?)?,
            Whom::Reader => written(&self.out, &workspace.reading(&self.experiment)?)?,
        }
        say!("written to {}", self.out.display());
        Ok(Outcome::Done)
    }
}

impl Contribute {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        unwritten(&self.out)?;
        let request: SeedRequest = file(&self.request, "request to contribute to a seed")?;
        let keys = app.device_keys(&self.identity)?;
        written(&self.out, &contribute(&request, &self.person, &keys)?)?;
        say!("contribution to the seed of {} written to {}; send it back, once", request.experiment, self.out.display());
        Ok(Outcome::Done)
    }
}

impl Draw {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::RecordHappenings)?;
        let answer: SeedContribution = file(&self.contribution, "contribution to a seed")?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let entry = workspace.draw_experiment(&permit, &self.experiment, &answer)?;
        say!("drawn, entry {entry}: whoever tells people sees with `holm experiment sheet {}` who is told what", self.experiment);
        Ok(Outcome::Done)
    }
}

impl Tell {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::RecordHappenings)?;
        let now = app.now();
        let permit = workspace.permit(&Action::Administer, now)?;
        let when = (self.at.unwrap_or(now), self.channel);
        let sheet = workspace.tell_experiment(&permit, &self.experiment, when, self.seen_by)?;
        let told = sheet.told.iter().map(|told| told.people.len()).sum();
        say!("recorded: {} told; what each was told is opened when it closes", counted(told, "person was", "persons were"));
        Ok(Outcome::Done)
    }
}

impl ShareAll {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let workspace = app.workspace(UseCase::Share)?;
        let sheet = workspace.experiment_sheet(&self.experiment)?;
        let members = workspace.state().working().map(|(name, ..)| name.to_string());
        let seen_by: Vec<String> = members.chain([workspace.actor().to_owned()]).collect();
        drop(workspace);
        if self.documents.len() != sheet.told.len() {
            let (given, wanted) = (self.documents.len(), sheet.told.len());
            return Err(CommandError::new(format!(
                "{} for {}: give one each, in their order; nothing was shared",
                counted(given, "document", "documents"),
                counted(wanted, "variant", "variants")
            )));
        }
        for (number, (told, document)) in sheet.told.iter().zip(&self.documents).enumerate() {
            if told.people.is_empty() {
                continue;
            }
            let name = ItemName::new(format!("{}-{number}", self.experiment))?;
            say!("{name} ({}):", told.variant);
            let out = self.out.join(name.as_str());
            let share = super::share::Share::of_variant(document, name, &told.people, (out, self.accept_weak));
            if share.run(app)? == Outcome::No {
                return Ok(Outcome::No);
            }
        }
        Tell { experiment: self.experiment, at: None, channel: None, seen_by }.run(app)
    }
}

impl Note {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        unwritten(&self.out)?;
        let reading: Reading = file(&self.reading, "list of outcomes")?;
        let keys = app.device_keys(&self.identity)?;
        let note = note_outcome(&reading, &self.person, &keys, (self.outcome, &read(&self.evidence)?))?;
        written(&self.out, &note)?;
        let sign = reading.signs.get(self.outcome as usize).map(String::as_str).unwrap_or_default();
        say!("signed: outcome {} of {} ({sign}); written to {}", self.outcome, reading.experiment, self.out.display());
        Ok(Outcome::Done)
    }
}

impl See {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::RecordHappenings)?;
        let note: Option<OutcomeNote> = self.note.as_deref().map(|path| file(path, "signed note of an outcome")).transpose()?;
        let evidence = self.evidence.as_deref().map(read).transpose()?.unwrap_or_default();
        let said = match (&note, self.outcome) {
            (Some(note), _) => Said::Outside(note),
            (None, outcome) => Said::Here { outcome: outcome.unwrap_or_default(), evidence: &evidence },
        };
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let incidents = workspace.see_experiment(&permit, &self.experiment, said, self.words)?;
        say!("recorded: what was seen of {}", self.experiment);
        for incident in incidents {
            say!("and the incident {incident}: its operation was betrayed, by somebody who knew of that version");
        }
        Ok(Outcome::Done)
    }
}

fn close(app: &App, experiment: &ExperimentName) -> Result<Outcome, CommandError> {
    let mut workspace = app.workspace(UseCase::RecordHappenings)?;
    let permit = workspace.permit(&Action::Administer, app.now())?;
    let sheet = workspace.close_experiment(&permit, experiment)?;
    app.show(&sheet, || {
        say!("closed and opened: who was told what stands in the record; `holm experiment results` says what follows");
        print_sheet(&sheet);
        let operation = workspace.state().happenings.operations.get(&sheet.operation);
        if operation.is_some_and(|operation| operation.closed.is_none()) {
            say!("what came of the operation is not recorded yet: holm operation close {} --outcome …", sheet.operation);
        }
    })?;
    Ok(Outcome::Done)
}

fn print_sheet(sheet: &Sheet) {
    say!("{}, of the operation {}:", sheet.experiment, sheet.operation);
    for told in &sheet.told {
        let people: Vec<&str> = told.people.iter().map(PersonId::as_str).collect();
        say!("  {}: {}", told.variant, if people.is_empty() { "nobody".to_owned() } else { people.join(", ") });
    }
}

/// An experiment in short.
#[derive(Serialize)]
struct Row {
    experiment: ExperimentName,
    operation: String,
    entry: u64,
    closes: Timestamp,
    groups: usize,
    variants: usize,
    standing: String,
    seen: Vec<u32>,
}

impl Row {
    fn of(one: &Experiment, now: Timestamp) -> Self {
        let standing = match (&one.ended, &one.drawn) {
            (Some(Ended::Closed(_)), _) => "over, opened".to_owned(),
            (Some(Ended::Forfeited(reason)), _) => format!("over, its seed lost: {reason}"),
            (Some(Ended::Withdrawn(reason)), _) => format!("taken back: {reason}"),
            (None, None) => format!("waits for {} to contribute to its seed", one.facts.second),
            (None, Some(_)) if one.closes() < now => format!("past its date: {} closes it", one.facts.teller),
            (None, Some(_)) if one.told.is_empty() => format!("drawn; {} tells people", one.facts.teller),
            (None, Some(_)) => "runs".to_owned(),
        };
        Self {
            experiment: one.facts.experiment.clone(),
            operation: one.facts.operation.to_string(),
            entry: one.number,
            closes: one.closes(),
            groups: one.protocol.plan().groups.len(),
            variants: one.facts.variants.len(),
            standing,
            seen: one.seen.iter().map(|(_, seen)| seen.outcome).collect(),
        }
    }
}

fn list(app: &App) -> Result<Outcome, CommandError> {
    let workspace = app.workspace(UseCase::SeeHappenings)?;
    let rows: Vec<Row> = workspace.state().experiments.all().iter().map(|one| Row::of(one, app.now())).collect();
    app.show(&rows, || {
        if rows.is_empty() {
            say!("no experiment was announced yet; `holm plan experiment NEED.toml` plans one");
        }
        for row in &rows {
            say!("{:<20} {:<20} closes {:.0}  {}", row.experiment, row.operation, row.closes, row.standing);
        }
    })?;
    Ok(Outcome::Done)
}

/// An experiment in full.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    row: Row,
    facts: holm_record::event::experiment::ExperimentFacts,
    laws: Vec<(Vec<PersonId>, Vec<u32>)>,
    /// The second person's commitment.
    contribution: Option<Commitment>,
    opened: Option<Opened>,
    told: Option<Vec<(Vec<PersonId>, u8)>>,
}

/// Both contributions to the seed, and their salts.
#[derive(Serialize)]
struct Opened {
    desk: Salt,
    desk_salt: Salt,
    second: Salt,
    second_salt: Salt,
}

fn show(app: &App, experiment: &ExperimentName) -> Result<Outcome, CommandError> {
    let workspace = app.workspace(UseCase::SeeHappenings)?;
    let one = workspace.state().experiments.get(experiment);
    let one = one.ok_or_else(|| holm::experiment::ExperimentError::Unknown(experiment.clone()))?;
    let told = match &one.ended {
        Some(Ended::Closed(told)) => Some(told.clone()),
        _ => None,
    };
    let opened = |[(desk, desk_salt), (second, second_salt)]: [(Salt, Salt); 2]| Opened { desk, desk_salt, second, second_salt };
    let shown = Shown {
        row: Row::of(&one, app.now()),
        laws: one.laws(),
        contribution: one.drawn.as_ref().map(|(_, contribution, _)| *contribution),
        opened: one.opened.map(opened),
        facts: one.facts.clone(),
        told,
    };
    app.show(&shown, || print_shown(&shown))?;
    Ok(Outcome::Done)
}

fn print_shown(shown: &Shown) {
    let Shown { row, facts, laws, told, .. } = shown;
    say!("{}: {}; entry {}, of the operation {}", row.experiment, row.standing, row.entry, row.operation);
    say!("closes {:.0}; {} tells people, {} contributes to the seed", row.closes, facts.teller, facts.second);
    for (number, says) in facts.variants.iter().enumerate() {
        say!("  variant {number}: {says}");
    }
    say!("outcomes, by number:");
    for (number, sign) in facts.signs.iter().enumerate().take(40) {
        let times = row.seen.iter().filter(|seen| **seen as usize == number).count();
        say!(
            "  {number}: {sign}{}",
            if times > 0 { format!(" (seen {})", counted(times, "time", "times")) } else { String::new() }
        );
    }
    say!("who is told each variant how often, of 65,536:");
    for (people, law) in laws {
        let people: Vec<&str> = people.iter().map(PersonId::as_str).collect();
        let was = told.iter().flatten().find(|(of, _)| of.iter().map(PersonId::as_str).eq(people.iter().copied()));
        let was = was.map(|(_, variant)| format!("; was told {variant}")).unwrap_or_default();
        say!("  {}: {}{was}", people.join(" and "), law.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
    }
}

fn results(app: &App, all: bool) -> Result<Outcome, CommandError> {
    let mut workspace = app.workspace(UseCase::SeeBeliefs)?;
    if workspace.mask(&Masked::Beliefs, app.now()).is_on() {
        return Err(holm::plan::PlanError::Masked.into());
    }
    let results = workspace.state().experiments.results(app.now())?;
    let permit = workspace.permit(&Action::Administer, app.now())?;
    workspace.record_reading(&permit, Masked::Beliefs, None)?;
    app.show(&results, || print_results(&results, all))?;
    Ok(Outcome::Done)
}

fn print_results(results: &Results, all: bool) {
    say!(
        "{} over, {} running, {} taken back before anything was drawn",
        counted(results.over, "experiment", "experiments"),
        results.running,
        results.withdrawn
    );
    let named: Vec<&GroupResult> = results.named().collect();
    let alpha: f64 = results.families.iter().map(|family| family.alpha).sum();
    if named.is_empty() {
        say!("nobody is named: no value is large enough");
    }
    for group in &named {
        say!("named: {}. What they were told is what leaked; that does not say that they meant it to", people(group));
    }
    say!("that anybody innocent is ever named has a probability of at most {alpha}, whatever is wrong with any belief");
    for family in &results.families {
        print_family(family, all);
    }
}

fn people(group: &GroupResult) -> String {
    let people: Vec<&str> = group.people.iter().map(PersonId::as_str).collect();
    if people.len() == 1 { people.concat() } else { format!("somebody of {}", people.join(", ")) }
}

fn print_family(family: &FamilyResult, all: bool) {
    let FamilyResult { entry, alpha, needed, groups } = family;
    say!("{} of entry {entry}, α {alpha}: the first is named at ln e {needed:.2}", counted(groups.len(), "group", "groups"));
    for group in groups.iter().filter(|group| all || group.named || group.review || group.ln_e > 0.0) {
        let verdict = match (group.named, group.review) {
            (true, _) => "named",
            (false, true) => "to look at",
            (false, false) => "",
        };
        say!(
            "  ln e {:>6.2} (most {:.2}) of {}: {}  {verdict}",
            group.ln_e,
            group.most,
            counted(group.experiments, "experiment", "experiments"),
            people(group)
        );
    }
}
