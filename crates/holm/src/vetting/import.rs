//! Past checks from CSV: every wrong line is named, and then nothing is taken in (`docs/spec/vetting.md`).

use std::fmt;

use holm_record::event::happening::WordError;
use holm_record::event::vetting::CheckFacts;
use holm_record::id::{IdError, PersonId};
use jiff::civil::Date;

use super::{CheckError, checked};
use crate::operation::import::show;
use crate::state::State;

/// The first line.
pub const HEADER: [&str; 10] =
    ["person", "sort", "on", "result", "examiner", "reviewer", "reviewed_on", "valid_until", "authority", "words"];

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// The line is no CSV.
    #[error("it is not written as CSV: {0}")]
    Csv(String),
    /// Too few fields or too many.
    #[error("it has {0} fields, not {1}")]
    Count(usize, usize),
    /// A name that is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A word that is none.
    #[error(transparent)]
    Word(#[from] WordError),
    /// A day that is none.
    #[error("`{0}` is no day: write it like 2026-11-24")]
    Day(String),
    /// What it says cannot be.
    #[error(transparent)]
    Check(Box<CheckError>),
}

/// A line that cannot be used.
#[derive(Debug)]
pub struct WrongLine {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong.
    pub what: LineError,
}

impl fmt::Display for WrongLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// A file that cannot be taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The header is another.
    #[error("the first line must be `{header}`; it is `{0}`", header = HEADER.join(","))]
    Header(String),
    /// Nothing in it.
    #[error("there are no checks in it")]
    Empty,
    /// Some lines are wrong.
    #[error("nothing was imported: {wrong} of {1} checks cannot be used\n{lines}", wrong = .0.len(), lines = show(.0))]
    Lines(Vec<WrongLine>, usize),
}

/// A day as it is written.
///
/// # Errors
/// [`LineError::Day`].
pub fn day(text: &str) -> Result<Date, LineError> {
    text.trim().parse().map_err(|_| LineError::Day(text.to_owned()))
}

/// Reads checks, each against the roster and the calendar.
///
/// # Errors
/// [`ImportError`] names every line that cannot be used.
pub fn parse(state: &State, text: &str, today: Date) -> Result<Vec<CheckFacts>, ImportError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let (mut checks, mut wrong, mut count) = (Vec::new(), Vec::new(), 0);
    let mut has_header = false;
    for record in reader.records() {
        let (line, read) = match record {
            Ok(record) => (record.position().map_or(0, csv::Position::line), Ok(record)),
            Err(error) => (error.position().map_or(0, csv::Position::line), Err(LineError::Csv(error.to_string()))),
        };
        if !has_header {
            let fields: Vec<String> = read.iter().flat_map(|r| r.iter()).map(str::to_owned).collect();
            if fields != HEADER {
                return Err(ImportError::Header(fields.join(",").chars().take(200).collect()));
            }
            has_header = true;
            continue;
        }
        count += 1;
        match read
            .and_then(|record| facts(&record))
            .and_then(|facts| checked(state, &facts, today).map_err(|error| LineError::Check(Box::new(error))).map(|()| facts))
        {
            Ok(facts) => checks.push(facts),
            Err(what) => wrong.push(WrongLine { line, what }),
        }
    }
    match (count, wrong.is_empty()) {
        (0, _) => Err(ImportError::Empty),
        (_, true) => Ok(checks),
        (count, false) => Err(ImportError::Lines(wrong, count)),
    }
}

fn facts(record: &csv::StringRecord) -> Result<CheckFacts, LineError> {
    let fields: Vec<&str> = record.iter().collect();
    let [person, sort, on, result, examiner, reviewer, reviewed_on, valid_until, authority, words] = fields[..] else {
        return Err(LineError::Count(fields.len(), HEADER.len()));
    };
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let date = |text: &str| given(text).map(|text| day(&text)).transpose();
    Ok(CheckFacts {
        person: PersonId::new(person)?,
        sort: sort.parse()?,
        on: day(on)?,
        result: result.parse()?,
        examiner: given(examiner),
        reviewer: given(reviewer),
        reviewed_on: date(reviewed_on)?,
        custody: Vec::new(),
        valid_until: date(valid_until)?,
        authority: given(authority),
        concerns: Vec::new(),
        details: std::collections::BTreeMap::new(),
        words: words.to_owned(),
    })
}
