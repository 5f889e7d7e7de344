use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::UseCase;
use holm::warning::{Sent, Warning};
use holm_record::id::{ItemName, PersonId};
use jiff::Timestamp;
use serde::Serialize;

use crate::app::{App, counted, read_text};
use crate::error::{CommandError, Outcome};

/// Warnings of danger to life: sent at once, past everything that holds other items back, and reviewed by another person
#[derive(Debug, Subcommand)]
pub(crate) enum WarningCommand {
    Send(Send),
    List(List),
    Review(Review),
}

/// Warn people whose lives are in danger, at once; the same once more writes the same files again
#[derive(Debug, Args)]
pub(crate) struct Send {
    /// A person, `unit:UNIT` or `all`; may be given several times.
    #[arg(long, required = true, value_name = "PERSON|unit:UNIT|all")]
    to: Vec<String>,
    /// What the danger is, and what to do: word for word as it is to be read.
    #[arg(long, value_name = "TEXT", group = "warning")]
    text: Option<String>,
    /// A file that says it.
    #[arg(long, value_name = "FILE", group = "warning")]
    file: Option<PathBuf>,
    /// Why this cannot wait: whoever reviews it reads that.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Where to write sealed copies and slips; by default `holm-out/ITEM`.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// List the warnings, and what others said of them
#[derive(Debug, Args)]
pub(crate) struct List {}

/// As another person, say whether a warning was justified, signed with your own key
#[derive(Debug, Args)]
pub(crate) struct Review {
    /// The item that warned.
    item: ItemName,
    /// Your id on the roster.
    #[arg(long = "as", value_name = "PERSON")]
    person: PersonId,
    /// Your key file.
    #[arg(long, value_name = "KEY")]
    identity: PathBuf,
    /// It was not justified.
    #[arg(long, requires = "words")]
    unjustified: bool,
    /// What else is to be said, in one line.
    #[arg(long, value_name = "TEXT")]
    words: Option<String>,
}

impl WarningCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Send(send) => send.run(app),
            Self::List(List {}) => list(app),
            Self::Review(review) => review.run(app),
        }
    }
}

impl Send {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let text = match (&self.text, &self.file) {
            (Some(text), _) => text.clone(),
            (None, Some(file)) => read_text(file)?,
            (None, None) => return Err(CommandError::new("say what the danger is, with `--text` or `--file`")),
        };
        let mut workspace = app.workspace(UseCase::Share)?;
        let to = super::tell::resolved(&workspace, &self.to)?;
        let out = |item: &ItemName| self.out.clone().unwrap_or_else(|| PathBuf::from("holm-out").join(item.as_str()));
        let sent = workspace.warn((&to, &text, &self.reason), Some(&out), app.now())?;
        let out = out(&sent.item);
        app.show(&sent, || print_sent(&sent))?;
        eprintln!("sealed copies and mails are in {}: send them now", out.display());
        Ok(Outcome::Done)
    }
}

fn names(persons: &[PersonId]) -> String {
    persons.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", ")
}

fn print_sent(sent: &Sent) {
    say!("{} warns {}: {}", sent.item, counted(sent.to.len(), "person", "persons"), names(&sent.to));
    let rest = |persons: &[PersonId], what: &str| {
        if !persons.is_empty() {
            say!("{what}: {}", names(persons));
        }
    };
    rest(&sent.unreached, "have no key, warn them by word of mouth now");
    rest(&sent.unvetted, "sent although their vetting is not in force (recorded)");
    rest(&sent.left, "sent although they have left (recorded)");
    say!("another person reviews it by {:.0}: `holm warning review {} --as PERSON --identity KEY`", sent.review_by, sent.item);
}

#[derive(Serialize)]
struct Row<'w> {
    entry: u64,
    item: &'w ItemName,
    at: Timestamp,
    by: &'w str,
    to: &'w [PersonId],
    unvetted: &'w [PersonId],
    left: &'w [PersonId],
    reason: &'w str,
    review_by: Timestamp,
    late: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<ReviewRow<'w>>,
}

#[derive(Serialize)]
struct ReviewRow<'w> {
    entry: u64,
    at: Timestamp,
    person: &'w PersonId,
    justified: bool,
    words: Option<&'w str>,
}

fn row(warning: &Warning, now: Timestamp) -> Row<'_> {
    let Warning { index, at, by, item, to, unvetted, left, reason, review } = warning;
    let review = review.as_ref();
    Row {
        entry: *index,
        item,
        at: *at,
        by,
        to,
        unvetted,
        left,
        reason,
        review_by: warning.review_by(),
        late: warning.is_late(now),
        review: review.map(|r| ReviewRow {
            entry: r.index,
            at: r.at,
            person: &r.person,
            justified: r.justified,
            words: r.words(),
        }),
    }
}

fn list(app: &App) -> Result<Outcome, CommandError> {
    let workspace = app.workspace(UseCase::SeeItems)?;
    let rows: Vec<Row<'_>> = workspace.state().warnings.iter().map(|warning| row(warning, app.now())).collect();
    app.show(&rows, || {
        if rows.is_empty() {
            say!("nobody was warned; `holm warning send` warns people whose lives are in danger");
        }
        for row in &rows {
            say!("{}  {:.0}  by {} to {}: {}", row.item, row.at, row.by, names(row.to), row.reason);
            let late = if row.late { ", late" } else { "" };
            match &row.review {
                Some(r) => {
                    let found = if r.justified { "justified" } else { "not justified" };
                    let words = r.words.map(|words| format!(": {words}")).unwrap_or_default();
                    say!("    reviewed by {} on {:.0}{late}: {found}{words}", r.person, r.at);
                }
                None => say!("    to be reviewed by another person by {:.0}{late}", row.review_by),
            }
        }
    })?;
    Ok(Outcome::Done)
}

impl Review {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::AskApproval)?;
        let keys = app.device_keys(&self.identity)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let said = (!self.unjustified, self.words.as_deref().unwrap_or_default());
        let entry = workspace.review_warning(&permit, &self.item, (&self.person, &keys), said)?;
        app.show(&serde_json::json!({ "entry": entry }), || {
            let found = if self.unjustified { "not justified" } else { "justified" };
            say!("{} says that {} was {found}: signed and recorded as entry {entry}", self.person, self.item);
        })?;
        Ok(Outcome::Done)
    }
}
