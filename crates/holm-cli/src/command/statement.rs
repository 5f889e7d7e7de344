use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::UseCase;
use holm::vetting::import::day;
use holm::vetting::statement::lists::{ListError, holdings, income, numbers, own_columns, owners, threshold};
use holm::vetting::statement::{Cluster, Statements, StatementsRead};
use holm_record::event::vetting::{CheckSort, FindingExplanation, StatementFacts, Verified};
use holm_record::id::{AuthorityName, PersonId};
use holm_statements::answer::{Answer, Named, Row, Weight};
use holm_statements::request::{File, Threshold, Windows};
use holm_statements::standing::{Ranked, ranked};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::check::{read, today};
use crate::app::{App, counted, read_text};
use crate::error::{CommandError, Outcome};

/// Statements of calls and accounts: read under a legal authority, tested against chance
#[derive(Debug, Subcommand)]
pub(crate) enum StatementCommand {
    Import(Box<Import>),
    Explain(Explain),
    Review(Review),
}

/// Read statements under a recorded authority, record what is found, and show it
///
/// The authority says of whom and of which days; other rows are counted and not looked at. When each of them was told what, the
/// record says. A finding says that somebody should ask; what they think of the answer is a check: `holm check add`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// CSV or Parquet.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The legal authority (`holm check authority add`).
    #[arg(long)]
    authority: AuthorityName,
    /// `phone-review` or `bank-review`.
    #[arg(long)]
    sort: CheckSort,
    /// How the provider's columns are read: TOML (docs/spec/statements.md); without it they are named as ours are.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Whose numbers or accounts: CSV with `number,person` or `account,person`.
    #[arg(long, value_name = "FILE")]
    owners: PathBuf,
    /// The zone in which hours and weekdays are meant; this machine's, if it is not said.
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Numbers of targets: CSV with `number`.
    #[arg(long, value_name = "FILE")]
    targets: Option<PathBuf>,
    /// Numbers known to be in contact with targets: CSV with `number`.
    #[arg(long, value_name = "FILE")]
    contacts: Option<PathBuf>,
    /// Declared income for the authority's days: CSV with `person,currency,amount` and perhaps `source`.
    #[arg(long, value_name = "FILE")]
    income: Option<PathBuf>,
    /// What people hold beside the accounts: CSV with `person,currency,on,worth,words` and perhaps `explanation,verified`.
    #[arg(long, value_name = "FILE")]
    holdings: Option<PathBuf>,
    /// From which amount on payments are reported, for each currency, such as `EUR=10000`.
    #[arg(long = "threshold", value_name = "CURRENCY=AMOUNT", value_parser = threshold)]
    thresholds: Vec<Threshold>,
    /// Hours after a disclosure in which calls and deposits are counted.
    #[arg(long, value_name = "HOURS")]
    after: Option<u32>,
    /// How many people are screened in the same way; everybody whom an authority of the sort names, if it is not said.
    #[arg(long, value_name = "N")]
    screened: Option<u32>,
    /// Have a cluster (Ballista) do the work: its scheduler, as `df://HOST:PORT`.
    #[arg(long, value_name = "URL", requires = "shared")]
    cluster: Option<String>,
    /// A folder that this machine and the cluster reach under one path; tables lie there until the answer has come.
    #[arg(long, value_name = "DIR", requires = "cluster")]
    shared: Option<PathBuf>,
}

/// Show what statements said, all of it or of one person; the reading is recorded
#[derive(Debug, Args)]
pub(crate) struct Review {
    /// The number of the entry; all, if it is not said.
    entry: Option<u64>,
    /// Of one person.
    #[arg(long)]
    person: Option<PersonId>,
}

/// Record how somebody explains a finding, and how that was verified; it stands beside the finding from then on
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The number of the entry of what was read.
    entry: u64,
    /// Whose finding.
    #[arg(long)]
    person: PersonId,
    /// Which finding, such as `target-calls-after`.
    #[arg(long)]
    test: String,
    /// In which currency, of accounts.
    #[arg(long, value_name = "CURRENCY")]
    currency: Option<String>,
    /// How the person explains it.
    #[arg(long, value_name = "TEXT")]
    explanation: Option<String>,
    /// Who verified it.
    #[arg(long, value_name = "NAME", requires_all = ["verified_how", "verified_on"])]
    verified_by: Option<String>,
    /// How.
    #[arg(long, value_name = "TEXT", requires_all = ["verified_by", "verified_on"])]
    verified_how: Option<String>,
    /// When.
    #[arg(long, value_name = "DAY", value_parser = day, requires_all = ["verified_by", "verified_how"])]
    verified_on: Option<Date>,
}

/// A list that goes with the statements, read as a whole.
fn list<T>(path: &Path, read: impl Fn(&str) -> Result<Vec<T>, ListError>) -> Result<Vec<T>, CommandError> {
    read(&read_text(path)?).map_err(|e| CommandError::new(format!("`{}`: {e}", path.display())))
}

fn maybe<T>(path: Option<&PathBuf>, read: impl Fn(&str) -> Result<Vec<T>, ListError>) -> Result<Vec<T>, CommandError> {
    path.map_or_else(|| Ok(Vec::new()), |path| list(path, read))
}

impl StatementCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Import(import) => import.run(app),
            Self::Explain(explain) => explain.run(app),
            Self::Review(review) => review.run(app),
        }
    }
}

impl Import {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::KeepVetting)?;
        let defaults = Windows::default();
        let mapping = self.mapping.as_ref().map_or_else(|| Ok(own_columns(self.sort)), |path| read_text(path))?;
        let file = |path: PathBuf| File { path: path.display().to_string(), mapping: mapping.clone() };
        let asked = Statements {
            authority: self.authority,
            sort: self.sort,
            owners: list(&self.owners, owners)?,
            zone: self.zone.unwrap_or_else(|| TimeZone::system().iana_name().unwrap_or("UTC").to_owned()),
            targets: maybe(self.targets.as_ref(), numbers)?,
            contacts: maybe(self.contacts.as_ref(), numbers)?,
            income: maybe(self.income.as_ref(), income)?,
            holdings: maybe(self.holdings.as_ref(), holdings)?,
            thresholds: self.thresholds,
            windows: Windows { after_hours: self.after.unwrap_or(defaults.after_hours), ..defaults },
            screened: self.screened,
            cluster: self.cluster.zip(self.shared).map(|(url, shared)| Cluster { url, shared }),
            files: self.files.into_iter().map(file).collect(),
            folder: None,
            program: None,
        };
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let spinner = super::share::progress_bar(0, "reading");
        spinner.set_style(indicatif::ProgressStyle::default_spinner());
        let read = workspace.read_statements(&permit, asked, today(app), &|what| spinner.set_message(what.to_owned()));
        spinner.finish_and_clear();
        let (entry, answer) = read?;
        app.show(&serde_json::json!({"entry": entry, "answer": answer}), || {
            print_read(&answer);
            print_persons(&ranked(&answer), SHOWN, None);
            say!("recorded as entry {entry}; what comes of asking is a check: `holm check add PERSON --sort … --authority …`");
        })?;
        Ok(Outcome::Done)
    }
}

impl Explain {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::KeepVetting)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let verified = self.verified_by.zip(self.verified_how).zip(self.verified_on);
        let said = FindingExplanation {
            reading: self.entry,
            person: self.person,
            test: self.test,
            currency: self.currency,
            explanation: self.explanation,
            verified: verified.map(|((by, how), on)| Verified { by, how, on }),
        };
        let whose = format!("{} of {}", said.test, said.person);
        let entry = workspace.explain_finding(&permit, said, today(app))?;
        app.show(&serde_json::json!({ "entry": entry }), || say!("said to {whose}; recorded as entry {entry}"))?;
        Ok(Outcome::Done)
    }
}

impl Review {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::SeeVetting)?;
        read(app, &mut workspace, self.person.as_ref())?;
        let all = &workspace.state().vetting.statements;
        let wanted: Vec<&StatementsRead> = all.iter().filter(|read| self.entry.is_none_or(|entry| entry == read.index)).collect();
        if let Some(entry) = self.entry.filter(|_| wanted.is_empty()) {
            return Err(CommandError::new(format!(
                "entry {entry} is not of statements that were read; `holm statement review` lists them"
            )));
        }
        let person = self.person.as_ref().map(PersonId::as_str);
        let mut shown = Vec::new();
        for read in wanted {
            shown.push((read, read.answer()?));
        }
        let value = |(read, answer): &(&StatementsRead, Answer)| {
            let StatementsRead { index, at, facts, .. } = *read;
            let mut answer = answer.clone();
            answer.persons.retain(|of| person.is_none_or(|id| id == of.person));
            let StatementFacts { authority, sort, files, .. } = facts;
            let explained: Vec<_> =
                read.explained.iter().map(|of| &of.facts).filter(|of| person.is_none_or(|id| id == of.person.as_str())).collect();
            serde_json::json!({
                "entry": index, "at": at, "authority": authority, "sort": sort, "files": files, "answer": answer, "explained": explained,
            })
        };
        let value: Vec<_> = shown.iter().map(value).collect();
        app.show(&value, || {
            if shown.is_empty() {
                say!("no statements were read; `holm statement import` reads them");
            }
            for (read, answer) in &shown {
                let names: Vec<&str> = read.facts.files.iter().map(|file| file.name.as_str()).collect();
                say!(
                    "entry {} of {:.0}: {} under {} ({})",
                    read.index,
                    read.at,
                    read.facts.sort,
                    read.facts.authority,
                    names.join(", ")
                );
                let mut all = ranked(answer);
                all.retain(|of| person.is_none_or(|id| id == of.person.person));
                print_persons(&all, SHOWN, Some(read));
            }
        })?;
        Ok(Outcome::Done)
    }
}

fn print_read(answer: &Answer) {
    let read = &answer.read;
    say!("{} analysed", counted(usize::try_from(read.analysed).unwrap_or(usize::MAX), "row", "rows"));
    let bad = |named: &Named<holm_statements::answer::BadRow>| {
        named.first.iter().map(|b| format!("{}: {}", place(&b.row), b.reason)).collect::<Vec<_>>()
    };
    let left_out = [
        (read.bad.total, "could not be read", bad(&read.bad)),
        (read.duplicates.total, "stand there more than once and count once", Vec::new()),
        (read.outside_days, "are of days that the authority does not name", Vec::new()),
        (
            read.outside_persons.first.iter().map(|o| o.rows).sum(),
            "are of numbers or accounts of nobody whom it names",
            read.outside_persons.first.iter().map(|o| format!("{}: {}", o.own, o.rows)).collect(),
        ),
        (read.uncertain_times, "have a time that the clock showed twice or never", Vec::new()),
    ];
    for (many, what, named) in left_out.iter().filter(|(many, ..)| *many > 0) {
        say!("{many} {what}");
        named.iter().for_each(|line| say!("  {line}"));
    }
}

fn place(row: &Row) -> String {
    format!("{} line {}", row.file, row.line)
}

/// How many people are shown if nobody is named.
const SHOWN: usize = 10;

fn print_persons(ranked: &[Ranked<'_>], shown: usize, read: Option<&StatementsRead>) {
    ranked.iter().take(shown).for_each(|person| print_person(person, read));
    if ranked.len() > shown {
        say!("{} more stand out less; `--person` or `--json` shows them", ranked.len() - shown);
    }
}

fn verified(verified: Option<&Verified>) -> String {
    verified.map_or_else(|| "not verified".to_owned(), |of| format!("verified by {of}"))
}

fn print_person(Ranked { person, found }: &Ranked<'_>, read: Option<&StatementsRead>) {
    say!("{:<12} {} rows, {} disclosures", person.person, person.rows, person.disclosures);
    for beside in found {
        let finding = beside.finding;
        say!("  {}: {}", finding.test, finding.words);
        match &finding.weight {
            Weight::Tested { p, corrected, .. } => {
                let (as_small, others) = (beside.as_small, beside.others);
                say!("    p {p:.1e}, corrected for all {corrected:.3}; {as_small} of {others} others have as small a p");
            }
            Weight::None { why } => say!("    {why}"),
        }
        let rows: Vec<String> = finding.rows.first.iter().take(5).map(place).collect();
        let more = finding.rows.total.saturating_sub(rows.len() as u64);
        if !rows.is_empty() {
            say!("    {}{}", rows.join("; "), if more > 0 { format!("; and {more} more") } else { String::new() });
        }
        let said = read.and_then(|read| read.said_to(&person.person, &finding.test, finding.currency.as_deref()));
        if let Some(said) = said {
            say!("    explained: {}; {}", said.words, verified(said.verified));
        } else if let Some(said) = &finding.explanation {
            say!(
                "    explained: {}; {}",
                said.words,
                said.verified.as_deref().map_or("not verified".to_owned(), |how| format!("verified: {how}"))
            );
        }
    }
}
