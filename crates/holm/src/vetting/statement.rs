//! Statements of calls and accounts: read under a legal authority by a program of its own, and in the record before anybody is shown
//! what was found (`docs/spec/statements.md`).
//!
//! In: files, and what the record says of who was told what when. Out: an [`Answer`] and its entry. What somebody thinks of it is a
//! check like any other (`phone-review`, `bank-review`), which people record.

pub mod handed;
pub mod lists;
mod question;

use std::path::PathBuf;

use holm_record::event::Event;
use holm_record::event::vetting::{CheckSort, FindingExplanation, StatementFacts, Verified};
use holm_record::id::{AuthorityName, PersonId};
use holm_statements::answer::{Answer, FORMAT};
use holm_statements::request::{self, File, Holding, Income, Kind, Owner, Request, Scope, Threshold, Windows};
use jiff::Timestamp;
use jiff::civil::Date;
pub use question::{Question, Reading};

use super::authority::AuthorityError;
use super::odd;
use crate::exposure::{Exposures, Source};
use crate::policy::Permit;
use crate::state::State;
use crate::workspace::{Workspace, WorkspaceError};

/// The longest answer that an entry holds, in bytes.
const LONGEST: usize = 4 << 20;

/// Statements that were read, in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementsRead {
    /// The entry.
    pub index: u64,
    /// When.
    pub at: Timestamp,
    /// Who had them read.
    pub by: String,
    /// What was read, and found.
    pub facts: StatementFacts,
    /// What was said to its findings, in the order of entries.
    pub explained: Vec<Explained>,
}

/// What was said to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The entry.
    pub index: u64,
    /// What.
    pub facts: FindingExplanation,
}

impl StatementsRead {
    /// What was found.
    ///
    /// # Errors
    /// [`StatementError::Answer`] if another version of this program wrote it.
    pub fn answer(&self) -> Result<Answer, StatementError> {
        serde_json::from_str(&self.facts.answer).map_err(|e| StatementError::Answer(e.to_string()))
    }

    pub(super) fn explain(&mut self, index: u64, facts: &FindingExplanation) {
        self.explained.push(Explained { index, facts: facts.clone() });
    }

    /// What is said to a finding of a person, and how that was verified, if it was: the newest of both. What verified another
    /// explanation says nothing of the one that took its place.
    #[must_use]
    pub fn said_to(&self, person: &str, test: &str, currency: Option<&str>) -> Option<Said<'_>> {
        let of = |f: &&FindingExplanation| f.person.as_str() == person && f.test == test && f.currency.as_deref() == currency;
        self.explained.iter().map(|explained| &explained.facts).filter(of).fold(None, |said: Option<Said<'_>>, facts| {
            let before = said.map_or("", |said| said.words);
            match facts.explanation.as_deref() {
                Some(words) => Some(Said { words, verified: facts.verified.as_ref() }),
                None => Some(Said { words: before, verified: facts.verified.as_ref() }),
            }
        })
    }
}

/// How a finding is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said<'a> {
    /// In whose words.
    pub words: &'a str,
    /// How it was verified, if it was.
    pub verified: Option<&'a Verified>,
}

/// Statements cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// Not calls or accounts.
    #[error("statements are read for a phone-review or a bank-review, and a {0} is neither")]
    Sort(CheckSort),
    /// No file.
    #[error("name the files of statements")]
    NoFile,
    /// A file cannot be read.
    #[error("`{0}` cannot be read: {1}")]
    File(PathBuf, String),
    /// The program is not there.
    #[error(
        "the program `holm-statements` is not beside this one: build it with `make statements`, or say where it is in HOLM_STATEMENTS"
    )]
    Missing,
    /// The program failed.
    #[error("`holm-statements` read nothing: {0}")]
    Failed(String),
    /// Not an answer.
    #[error("what `holm-statements` answered cannot be read, so nothing was recorded; it must be of the same version: {0}")]
    Answer(String),
    /// What the question stands on.
    #[error(
        "while the statements were read, the record came to say other things of these people or their authority, so nothing was recorded; have them read again"
    )]
    Meanwhile,
    /// Too much for an entry.
    #[error("what was found takes {0} bytes, and an entry holds {1}: name fewer persons, with one authority for each part")]
    Long(usize, usize),
    /// Nothing was read by that entry.
    #[error("entry {0} is not of statements that were read; `holm statement review` lists them")]
    NoReading(u64),
    /// Nobody was found so.
    #[error("entry {0} has no finding `{2}` of `{1}`; `holm statement review {0} --person {1}` shows what it has")]
    NoFinding(u64, PersonId, String),
    /// Nothing is said.
    #[error("give an explanation, or how one was verified")]
    NoAnswer,
    /// Nothing to verify.
    #[error("there is no explanation yet that could have been verified; give it too")]
    NoExplanation,
    /// Not a text.
    #[error("the {0} is empty, too long, or has control characters")]
    Text(&'static str),
    /// It has not happened.
    #[error("it was verified on {0}, which is still to come; check the day")]
    Future(Date),
    /// No authority.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// What is to be read, as whoever reads it has it.
#[derive(Clone, Debug)]
pub struct Statements {
    /// Under which authority: it says of whom and of which days.
    pub authority: AuthorityName,
    /// `phone-review` or `bank-review`.
    pub sort: CheckSort,
    /// The files, each with how its columns are read.
    pub files: Vec<File>,
    /// Where they are, if it is not here: neither the question nor the answer names this folder.
    pub folder: Option<PathBuf>,
    /// Whose numbers or accounts.
    pub owners: Vec<Owner>,
    /// The zone in which hours and weekdays are meant, by its IANA name.
    pub zone: String,
    /// Numbers of targets.
    pub targets: Vec<String>,
    /// Numbers known to be in contact with them.
    pub contacts: Vec<String>,
    /// Declared income.
    pub income: Vec<Income>,
    /// What people hold beside accounts.
    pub holdings: Vec<Holding>,
    /// Above which amount somebody reports.
    pub thresholds: Vec<Threshold>,
    /// Lengths of windows.
    pub windows: Windows,
    /// How many people are screened in the same way; everybody whom a recorded authority of the sort names, if it is not said.
    pub screened: Option<u32>,
    /// The program that reads them, if it is not the one beside this.
    pub program: Option<PathBuf>,
    /// Who does the work; this machine, if nobody is named.
    pub cluster: Option<Cluster>,
}

/// A cluster of the engine's distributed sibling.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its scheduler, as `df://HOST:PORT`.
    pub url: String,
    /// A folder that this machine and all executors reach under one path.
    pub shared: PathBuf,
}

impl State {
    /// Since when persons knew of what, for windows after disclosures: copies, oral briefings, and what operations say.
    fn disclosures_to(&self, persons: &[PersonId]) -> Vec<request::Event> {
        let exposures = Exposures::new(self);
        let mut known = Vec::new();
        for item in self.items.keys() {
            known.extend(exposures.of_item(item).into_iter().map(|k| (k, format!("item {item}"))));
        }
        for (name, operation) in &self.happenings.operations {
            let of = exposures.of_operation(name, operation).into_iter();
            known.extend(of.filter(|k| !matches!(k.source, Source::Copy { .. })).map(|k| (k, format!("operation {name}"))));
        }
        let told = known.into_iter().filter(|(k, _)| persons.contains(&k.person));
        let mut events: Vec<request::Event> =
            told.filter_map(|(k, label)| Some(request::Event { person: k.person.to_string(), at: k.at?, label })).collect();
        events.sort_by(|a, b| (&a.person, a.at, &a.label).cmp(&(&b.person, b.at, &b.label)));
        events.dedup();
        events
    }
}

impl Workspace {
    /// What is asked of the program, within what the authority allows on a day.
    ///
    /// # Errors
    /// [`StatementError`] if there is no authority for it, or no file.
    pub fn statement_request(&self, asked: Statements, today: Date) -> Result<Request, StatementError> {
        let kind = match asked.sort {
            CheckSort::PhoneReview => Kind::Phones,
            CheckSort::BankReview => Kind::Accounts,
            other => return Err(StatementError::Sort(other)),
        };
        let vetting = &self.state().vetting;
        let unknown = || AuthorityError::Unknown(asked.authority.to_string());
        let facts = &vetting.authorities.get(&asked.authority).ok_or_else(unknown)?.facts;
        for person in &facts.persons {
            vetting.allows(asked.authority.as_str(), person, asked.sort, today)?;
        }
        if asked.files.is_empty() {
            return Err(StatementError::NoFile);
        }
        let of_sort = vetting.authorities.values().filter(|a| a.facts.sorts.contains(&asked.sort));
        let all: std::collections::BTreeSet<&PersonId> = of_sort.flat_map(|a| &a.facts.persons).collect();
        let persons = facts.persons.iter().map(ToString::to_string).collect();
        Ok(Request {
            kind,
            files: asked.files,
            zone: asked.zone,
            scope: Scope { first: facts.data_from, last: facts.data_until, persons },
            owners: asked.owners,
            events: self.state().disclosures_to(&facts.persons),
            targets: asked.targets,
            contacts_of_targets: asked.contacts,
            windows: asked.windows,
            income: asked.income,
            holdings: asked.holdings,
            thresholds: asked.thresholds,
            screened: asked.screened.unwrap_or_else(|| u32::try_from(all.len()).unwrap_or(u32::MAX)),
        })
    }

    /// What the program is asked, to be answered while others use the workspace.
    ///
    /// # Errors
    /// As [`Self::statement_request`].
    pub fn statement_question(&self, asked: Statements, today: Date) -> Result<Question, StatementError> {
        Question::new(self.statement_request(asked.clone(), today)?, asked)
    }

    /// Records what was read, if the record still asks the same: the authority is in force, and says what it said; so does what is known
    /// of who was told what. Returns the entry and the answer, which nobody was shown before.
    ///
    /// # Errors
    /// [`StatementError::Meanwhile`] if the record asks something else by now; the others. Nothing is recorded then.
    pub fn record_statements(&mut self, permit: &Permit, reading: Reading, today: Date) -> Result<(u64, Answer), StatementError> {
        let Reading { question, files, answer } = reading;
        let now = self.statement_question(question.asked().clone(), today)?;
        if now.hash() != question.hash() {
            return Err(StatementError::Meanwhile);
        }
        let Statements { authority, sort, .. } = question.asked().clone();
        let persons = self.state().vetting.authorities.get(&authority).map(|a| a.facts.persons.clone()).unwrap_or_default();
        self.keep_statements(permit, StatementFacts { authority, sort, persons, files, request: now.hash(), answer })
    }

    /// Has statements read, and records what was found before it is shown; the entry and the answer.
    ///
    /// # Errors
    /// [`StatementError`]; nothing is recorded then.
    pub fn read_statements(
        &mut self,
        permit: &Permit,
        asked: Statements,
        today: Date,
        progress: &dyn Fn(&str),
    ) -> Result<(u64, Answer), StatementError> {
        let reading = self.statement_question(asked, today)?.read(progress)?;
        self.record_statements(permit, reading, today)
    }

    /// Records what the program answered; the entry and the answer.
    ///
    /// # Errors
    /// [`StatementError`]; nothing is recorded then.
    pub fn keep_statements(&mut self, permit: &Permit, facts: StatementFacts) -> Result<(u64, Answer), StatementError> {
        let answer: Answer = serde_json::from_str(&facts.answer).map_err(|e| StatementError::Answer(e.to_string()))?;
        if answer.format != FORMAT {
            return Err(StatementError::Answer(answer.format));
        }
        if facts.answer.len() > LONGEST {
            return Err(StatementError::Long(facts.answer.len(), LONGEST));
        }
        Ok((self.append(permit, vec![Event::StatementsRead(facts)])?, answer))
    }
}

impl Workspace {
    /// Records what somebody says to a finding, and how that was verified; returns the entry.
    ///
    /// # Errors
    /// [`StatementError`]; nothing is recorded then.
    pub fn explain_finding(&mut self, permit: &Permit, said: FindingExplanation, today: Date) -> Result<u64, StatementError> {
        let FindingExplanation { reading, person, test, currency, explanation, verified } = &said;
        let read = self.state().vetting.statements.iter().find(|read| read.index == *reading);
        let read = read.ok_or(StatementError::NoReading(*reading))?;
        let answer = read.answer()?;
        let of = answer.persons.iter().filter(|of| of.person == person.as_str()).flat_map(|of| &of.findings);
        if !of.into_iter().any(|found| found.test == *test && found.currency == *currency) {
            let named = currency.as_ref().map_or_else(|| test.clone(), |currency| format!("{test} ({currency})"));
            return Err(StatementError::NoFinding(*reading, person.clone(), named));
        }
        if explanation.is_none() && verified.is_none() {
            return Err(StatementError::NoAnswer);
        }
        if explanation.as_deref().is_some_and(odd) {
            return Err(StatementError::Text("explanation"));
        }
        if let Some(Verified { by, how, on }) = verified {
            let before = read.said_to(person.as_str(), test, currency.as_deref());
            if explanation.is_none() && before.is_none() {
                return Err(StatementError::NoExplanation);
            }
            if odd(by) || odd(how) {
                return Err(StatementError::Text("verification"));
            }
            if *on > today {
                return Err(StatementError::Future(*on));
            }
        }
        Ok(self.append(permit, vec![Event::FindingExplained(said)])?)
    }
}
