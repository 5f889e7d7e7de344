use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::onward::{Asked, OpenedAnswer, Reply, Request, open_answer, paragraphs};
use holm::policy::Action;
use holm::role::UseCase;
use holm::slip::Slip;
use holm::vault::write_durably;
use holm_record::event::Decision;
use jiff::civil::Date;
use serde::Serialize;

use super::open::check_log_key;
use crate::app::{App, each_file, file_name, read, read_text};
use crate::error::{CommandError, Outcome};

/// Passing on: recipients ask, the originator grants, narrows or refuses
#[derive(Debug, Subcommand)]
pub(crate) enum OnwardCommand {
    Ask(Ask),
    Import(Import),
    List(List),
    Answer(Answer),
    Read(Read),
}

/// As a recipient, ask to pass paragraphs of a copy on; without `--paragraph` or `--whole` they are listed
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The copy, as `holm open` wrote it.
    copy: PathBuf,
    /// Its slip; by default beside it.
    #[arg(long, value_name = "FILE")]
    slip: Option<PathBuf>,
    /// Your key file.
    #[arg(long, value_name = "KEY")]
    identity: PathBuf,
    /// Number of a paragraph; may be repeated.
    #[arg(long = "paragraph", value_name = "N", conflicts_with = "whole")]
    paragraphs: Vec<u32>,
    /// Ask for all of it.
    #[arg(long)]
    whole: bool,
    /// Whom it is for.
    #[arg(long, value_name = "WHO", default_value = "")]
    to: String,
    /// What for.
    #[arg(long, value_name = "TEXT", default_value = "")]
    purpose: String,
    /// The day by which you need an answer (2026-12-31).
    #[arg(long, value_name = "DAY")]
    by: Option<Date>,
    /// Where to write the sealed request; by default the copy's name with `.request` added.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Take requests into the record
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The requests.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// List the requests and their answers
#[derive(Debug, Args)]
pub(crate) struct List {}

/// Answer a request: recorded first, then written as a file for whoever asked; without a reply, an answer is written once more
#[derive(Debug, Args)]
pub(crate) struct Answer {
    /// The request's number, as `onward list` shows it.
    request: String,
    #[command(flatten)]
    reply: ReplyArgs,
    /// The folder for the sealed answer.
    #[arg(long, value_name = "DIR", default_value = "holm-out/answers")]
    out: PathBuf,
}

/// What to answer.
#[derive(Debug, Args)]
struct ReplyArgs {
    /// As asked.
    #[arg(long, group = "reply")]
    grant: bool,
    /// Less: with `--paragraph`, `--conditions`, or both.
    #[arg(long, group = "reply")]
    narrow: bool,
    /// No, and why.
    #[arg(long, group = "reply", value_name = "REASON")]
    refuse: Option<String>,
    /// A paragraph that may be passed on; may be repeated.
    #[arg(long = "paragraph", value_name = "N", requires = "narrow")]
    paragraphs: Vec<u32>,
    /// Conditions of a narrowed grant.
    #[arg(long, value_name = "TEXT", requires = "narrow")]
    conditions: Option<String>,
}

/// As a recipient, open an answer and check that it stands in the record
#[derive(Debug, Args)]
pub(crate) struct Read {
    /// The answer.
    file: PathBuf,
    /// Your key file.
    #[arg(long, value_name = "KEY")]
    identity: PathBuf,
    /// The record's verifier key, or a file that holds it; answers of any other record are refused.
    #[arg(long, value_name = "KEY|FILE")]
    log_key: Option<String>,
}

impl OnwardCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Ask(ask) => ask.run(app),
            Self::Import(import) => import.run(app),
            Self::List(List {}) => list(app),
            Self::Answer(answer) => answer.run(app),
            Self::Read(read) => read.run(app),
        }
    }
}

impl Ask {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let name = file_name(&self.copy);
        let known = paragraphs(&read(&self.copy)?, &name)?;
        if self.paragraphs.is_empty() && !self.whole {
            known.iter().for_each(|(number, opening)| say!("{number:>4}  {opening}"));
            say!("ask with `--paragraph N` (repeated) or `--whole`, `--to WHO` and `--purpose TEXT`");
            return Ok(Outcome::Done);
        }
        let beside = |suffix: &str| self.copy.with_file_name(format!("{name}.{suffix}"));
        let slip = Slip::parse(&read_text(&self.slip.clone().unwrap_or_else(|| beside("holm")))?)?;
        let of = |n: &u32| known.iter().find(|(m, _)| m == n).cloned().ok_or(holm::onward::OnwardError::NoParagraph(*n));
        let chosen = self.paragraphs.iter().map(of).collect::<Result<Vec<_>, _>>()?;
        let request = Request::new(&slip, chosen, &self.to, &self.purpose, self.by, app.now())?;
        let sealed = request.seal(&slip, &app.device_keys(&self.identity)?)?;
        let out = self.out.clone().unwrap_or_else(|| beside("request"));
        write_durably(&out, &sealed)?;
        say!("request written to {}, sealed to the originator; send it", out.display());
        Ok(Outcome::Done)
    }
}

impl Import {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::Answer)?;
        each_file(&self.files, "requests", |path| {
            let permit = workspace.permit(&Action::Administer, app.now())?;
            let number = workspace.import_request(&permit, &read(path)?)?;
            say!("request {number} recorded:");
            show(workspace.state().request(&number)?);
            Ok(())
        })
    }
}

fn show(asked: &Asked) {
    let Request { item, copy, person, to, purpose, by, paragraphs, .. } = &asked.request;
    let by = by.map(|day| format!(" (by {day})")).unwrap_or_default();
    say!("{}  {person} asks to pass on {item} ({copy}) to {to}: {purpose}{by}", asked.number());
    if paragraphs.is_empty() {
        say!("          all of it");
    }
    paragraphs.iter().for_each(|(number, opening)| say!("    {number:>4}  {opening}"));
    if let Some(answer) = &asked.answer {
        say!("          {}", in_words(answer.decision, &answer.paragraphs, answer.words.as_deref()));
    }
}

fn in_words(decision: Decision, paragraphs: &[u32], words: Option<&str>) -> String {
    let numbers = paragraphs.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let what = match decision {
        Decision::Refused => "refused".to_owned(),
        _ if paragraphs.is_empty() => "granted for all of it".to_owned(),
        Decision::Granted => format!("granted for paragraphs {numbers}"),
        Decision::Narrowed => format!("narrowed to paragraphs {numbers}"),
    };
    words.map_or_else(|| what.clone(), |words| format!("{what}: {words}"))
}

/// A request as it is listed.
#[derive(Serialize)]
struct Row {
    number: String,
    #[serde(flatten)]
    request: Request,
    decision: Option<Decision>,
    granted: Option<Vec<u32>>,
    words: Option<String>,
}

fn list(app: &App) -> Result<Outcome, CommandError> {
    let workspace = app.workspace(UseCase::Answer)?;
    let requests = workspace.state().requests();
    let row = |asked: &&Asked| {
        let answer = asked.answer.as_ref();
        Row {
            number: asked.number().to_owned(),
            request: asked.request.clone(),
            decision: answer.map(|a| a.decision),
            granted: answer.map(|a| a.paragraphs.clone()),
            words: answer.and_then(|a| a.words.clone()),
        }
    };
    let rows: Vec<Row> = requests.iter().map(row).collect();
    app.show(&rows, || {
        requests.iter().for_each(|asked| show(asked));
        if requests.is_empty() {
            say!("nobody asked to pass anything on");
        }
    })?;
    Ok(Outcome::Done)
}

impl Answer {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let ReplyArgs { grant, narrow, refuse, paragraphs, conditions } = self.reply;
        let reply = match refuse {
            Some(reason) => Some(Reply::Refuse { reason }),
            None if grant => Some(Reply::Grant),
            None => narrow.then_some(Reply::Narrow { paragraphs, conditions }),
        };
        let mut workspace = app.workspace(UseCase::Answer)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        std::fs::create_dir_all(&self.out)
            .map_err(|e| CommandError::new(format!("`{}` could not be made: {e}", self.out.display())))?;
        let sealed = match reply {
            Some(reply) => workspace.answer_request(&permit, &self.request, &reply)?,
            None => workspace.sealed_answer(&self.request)?,
        };
        let asked = workspace.state().request(&self.request)?;
        let path = self.out.join(asked.answer_file());
        write_durably(&path, &sealed)?;
        show(asked);
        say!("answer written to {}, sealed to {}; send it", path.display(), asked.request.person);
        Ok(Outcome::Done)
    }
}

impl Read {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let answer = open_answer(&read(&self.file)?, &app.device_keys(&self.identity)?)?;
        check_log_key(self.log_key.as_deref(), &answer.log_key)?;
        let OpenedAnswer { item, copy, to, decision, paragraphs, words, log_key, .. } = &answer;
        say!("your request to pass on {item} ({copy}) to {to}: {}", in_words(*decision, paragraphs, words.as_deref()));
        say!("the answer is in the record {log_key}");
        Ok(if *decision == Decision::Refused { Outcome::No } else { Outcome::Done })
    }
}
