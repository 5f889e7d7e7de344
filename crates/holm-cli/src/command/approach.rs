use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use holm::approach::{ENVELOPES, EVERY, Report, What, is_carried, read as read_batch, write};
use holm::policy::Action;
use holm::role::UseCase;
use holm::vault::{write_durably, write_secret};
use holm_record::id::PersonId;

use crate::app::{App, counted, each_file, read, read_text};
use crate::error::{CommandError, Outcome};

/// Reports of being approached, bribed or threatened, to an officer of another agency, whom alone they are sealed to
#[derive(Debug, Subcommand)]
pub(crate) enum ApproachCommand {
    Officer(Officer),
    Card(Card),
    Write(Write),
    Take(Take),
    Carry(Carry),
    Batch(Batch),
    Read(Read),
    Check(Check),
}

/// Name the officer of another agency to whom approaches are reported
#[derive(Debug, Args)]
pub(crate) struct Officer {
    /// Who, of the roster.
    person: PersonId,
    /// Envelopes of a batch: always as many, however few there are.
    #[arg(long, default_value_t = ENVELOPES, value_name = "N")]
    envelopes: u16,
    /// Days from one batch to the next.
    #[arg(long, default_value_t = EVERY, value_name = "DAYS")]
    every: u16,
}

/// Write the card that everybody is given: to whom reports are sealed, with the proof that the record says so
#[derive(Debug, Args)]
pub(crate) struct Card {
    /// Where to write it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// At your own desk, write a report, or an envelope that says nothing: everybody hands one in every month
#[derive(Debug, Args)]
pub(crate) struct Write {
    /// The card that you were given.
    card: PathBuf,
    /// What happened; without it the envelope says nothing.
    #[arg(long, value_enum, requires = "file")]
    what: Option<Happened>,
    /// A file that says what happened: a command line stays in the machine's memory.
    #[arg(long, value_name = "FILE", requires = "what")]
    file: Option<PathBuf>,
    /// Your id on the roster, if you say who you are.
    #[arg(long = "as", value_name = "PERSON", requires = "what")]
    person: Option<PersonId>,
    /// Your agency: a card of its own officer is refused.
    #[arg(long, value_name = "NAME")]
    agency: Option<String>,
    /// Where to write the envelope; a copy shows later that it was carried.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Happened {
    /// Somebody came near.
    Approached,
    /// Somebody offered something.
    Bribed,
    /// Somebody threatened.
    Threatened,
}

/// Keep envelopes until the next batch goes; nothing of it is recorded
#[derive(Debug, Args)]
pub(crate) struct Take {
    /// The envelopes.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Have the next batch go: always as many envelopes, whatever waits
#[derive(Debug, Args)]
pub(crate) struct Carry {
    /// Where to write the batch.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Write a batch that went once more
#[derive(Debug, Args)]
pub(crate) struct Batch {
    /// Its entry.
    entry: u64,
    /// Where to write it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// As the officer, read what a batch reports
#[derive(Debug, Args)]
pub(crate) struct Read {
    /// The batch.
    batch: PathBuf,
    /// Your key file.
    #[arg(long, value_name = "KEY")]
    identity: PathBuf,
}

/// As a reporter, see whether an envelope is in a batch
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Your copy of the envelope.
    envelope: PathBuf,
    /// The batch.
    batch: PathBuf,
}

impl ApproachCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Officer(officer) => officer.run(app),
            Self::Card(card) => card.run(app),
            Self::Write(write) => write.run(),
            Self::Take(take) => take.run(app),
            Self::Carry(carry) => carry.run(app),
            Self::Batch(batch) => batch.run(app),
            Self::Read(read) => read.run(app),
            Self::Check(check) => check.run(),
        }
    }
}

fn fresh(path: &Path) -> Result<(), CommandError> {
    match path.exists() {
        true => Err(CommandError::new(format!("`{}` exists; nothing was written", path.display()))),
        false => Ok(()),
    }
}

impl Officer {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::KeepRecord)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let entry = workspace.set_approach_officer(&permit, &self.person, (self.envelopes, self.every))?;
        say!(
            "approaches are reported to {}: recorded as entry {entry}; `holm approach card` writes what everybody is given",
            self.person
        );
        Ok(Outcome::Done)
    }
}

impl Card {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        fresh(&self.out)?;
        let mut workspace = app.workspace(UseCase::OwnDesk)?;
        write_durably(&self.out, &workspace.approach_card()?)?;
        say!("give {} to everybody; it is the same for all, and says so", self.out.display());
        Ok(Outcome::Done)
    }
}

impl Write {
    fn run(self) -> Result<Outcome, CommandError> {
        fresh(&self.out)?;
        let what = match self.what {
            Some(Happened::Approached) => What::Approached,
            Some(Happened::Bribed) => What::Bribed,
            Some(Happened::Threatened) => What::Threatened,
            None => What::Nothing,
        };
        let words = self.file.as_deref().map(read_text).transpose()?.unwrap_or_default();
        let report = Report { what, words: words.trim().to_owned(), person: self.person };
        let envelope = write(&read(&self.card)?, &report, self.agency.as_deref())?;
        write_secret(&self.out, &envelope)?;
        say!("hand in {}: nobody but the officer can tell it from one that says nothing", self.out.display());
        Ok(Outcome::Done)
    }
}

impl Take {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let workspace = app.workspace(UseCase::TakeReceipts)?;
        each_file(&self.files, "envelopes", |path| {
            workspace.take_envelope(&read(path)?)?;
            say!("{}: kept for the next batch", path.display());
            Ok(())
        })
    }
}

impl Carry {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        fresh(&self.out)?;
        let mut workspace = app.workspace(UseCase::KeepRecord)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let (entry, left) = workspace.carry_approaches(&permit)?;
        write_durably(&self.out, &workspace.approach_batch(entry)?)?;
        say!("the batch is recorded as entry {entry} and in {}; send it to the officer, and to whoever asks", self.out.display());
        if left > 0 {
            say!(
                "{} wait for the next batch; name a larger one with `holm approach officer`",
                counted(left, "envelope", "envelopes")
            );
        }
        Ok(Outcome::Done)
    }
}

impl Batch {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        fresh(&self.out)?;
        let mut workspace = app.workspace(UseCase::KeepRecord)?;
        write_durably(&self.out, &workspace.approach_batch(self.entry)?)?;
        say!("the batch of entry {} is in {}", self.entry, self.out.display());
        Ok(Outcome::Done)
    }
}

impl Read {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let keys = app.device_keys(&self.identity)?;
        let opened = read_batch(&read(&self.batch)?, &keys)?;
        app.show(&opened, || {
            say!(
                "batch of entry {}: {}, {} of them report something",
                opened.entry,
                counted(opened.envelopes, "envelope", "envelopes"),
                opened.reports.len()
            );
            for report in &opened.reports {
                let who = report.person.as_ref().map_or_else(|| "somebody who does not say who".to_owned(), ToString::to_string);
                say!("{:?}, by {who}: {}", report.what, report.words);
            }
            if opened.unreadable > 0 {
                say!("{} hold nothing that this key opens", counted(opened.unreadable, "envelope", "envelopes"));
            }
        })?;
        Ok(Outcome::Done)
    }
}

impl Check {
    fn run(self) -> Result<Outcome, CommandError> {
        if is_carried(&read(&self.envelope)?, &read(&self.batch)?)? {
            say!("it is in this batch");
            return Ok(Outcome::Done);
        }
        say!("it is not in this batch");
        Ok(Outcome::No)
    }
}
