//! Past operations from CSV or JSON: every wrong line is named, and then nothing is taken in (`docs/spec/operations.md`, Imports).

use std::collections::BTreeMap;
use std::fmt;

use holm_record::event::happening::{Exposure, OperationFacts, Weight, WeightError, Window, WordError};
use holm_record::id::{IdError, OperationName};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{FactError, Recorded};
use crate::instant::{InstantError, instant};
use crate::state::State;

/// The first line of the CSV.
pub const HEADER: [&str; 12] =
    ["operation", "sort", "at", "targets", "units", "channels", "items", "told", "outcome", "from", "to", "words"];

/// Wrong lines that a message shows; the others are counted.
const SHOWN: usize = 20;

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportFieldError {
    /// The line is no CSV.
    #[error("it is not written as CSV: {0}")]
    Csv(String),
    /// Too few fields or too many.
    #[error("it has {0} fields, not {1}")]
    Count(usize, usize),
    /// A name that is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A time that is none.
    #[error(transparent)]
    Instant(#[from] InstantError),
    /// A weight that is none.
    #[error(transparent)]
    Weight(#[from] WeightError),
    /// A word that is none.
    #[error(transparent)]
    Word(#[from] WordError),
    /// What it says cannot be.
    #[error(transparent)]
    Fact(#[from] FactError),
    /// It was there before.
    #[error("`{0}` stands in line {1} already")]
    Before(OperationName, u64),
}

/// A line that cannot be used.
#[derive(Debug)]
pub struct ImportLine {
    /// Number of the line of a CSV, or of the operation of a JSON list, from 1.
    pub line: u64,
    /// What is wrong.
    pub what: ImportFieldError,
}

impl fmt::Display for ImportLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// A file that cannot be taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportOperationsError {
    /// The header is another.
    #[error("the first line must be `{header}`; it is `{0}`", header = HEADER.join(","))]
    Header(String),
    /// No JSON of this form.
    #[error("it is no list of operations in JSON: {0}")]
    Json(String),
    /// Nothing in it.
    #[error("there are no operations in it")]
    Empty,
    /// Some lines are wrong.
    #[error("nothing was imported: {wrong} of {1} operations cannot be used\n{lines}", wrong = .0.len(), lines = show(.0))]
    Lines(Vec<ImportLine>, usize),
}

/// The first of the lines of a file that cannot be used, and how many more there are.
pub(crate) fn show<L: fmt::Display>(lines: &[L]) -> String {
    let more = lines.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!("  and {more} more"));
    lines.iter().take(SHOWN).map(|line| format!("  {line}")).chain(more).collect::<Vec<_>>().join("\n")
}

/// Reads operations and checks each against what is recorded; a JSON list begins with `[`.
///
/// # Errors
/// [`ImportOperationsError`] names every line that cannot be used.
pub fn parse_operations(
    state: &State,
    text: &str,
    zone: Option<&TimeZone>,
    now: Timestamp,
) -> Result<Vec<OperationFacts>, ImportOperationsError> {
    let text = text.trim_start_matches('\u{feff}');
    let read = if text.trim_start().starts_with('[') { from_json(text)? } else { from_csv(text, zone)? };
    if read.is_empty() {
        return Err(ImportOperationsError::Empty);
    }
    let (count, known) = (read.len(), Recorded::new(state, now));
    let (mut operations, mut wrong) = (Vec::with_capacity(count), Vec::new());
    let mut before: BTreeMap<OperationName, u64> = BTreeMap::new();
    for (line, facts) in read {
        match facts.and_then(|facts| fits(&known, &before, facts)) {
            Ok(facts) => {
                before.insert(facts.operation.clone(), line);
                operations.push(facts);
            }
            Err(what) => wrong.push(ImportLine { line, what }),
        }
    }
    if wrong.is_empty() { Ok(operations) } else { Err(ImportOperationsError::Lines(wrong, count)) }
}

fn fits(
    known: &Recorded<'_>,
    before: &BTreeMap<OperationName, u64>,
    facts: OperationFacts,
) -> Result<OperationFacts, ImportFieldError> {
    if let Some(line) = before.get(&facts.operation) {
        return Err(ImportFieldError::Before(facts.operation, *line));
    }
    known.check(&facts)?;
    Ok(facts)
}

type Read = Vec<(u64, Result<OperationFacts, ImportFieldError>)>;

fn from_json(text: &str) -> Result<Read, ImportOperationsError> {
    let list: Vec<OperationFacts> = serde_json::from_str(text).map_err(|e| ImportOperationsError::Json(e.to_string()))?;
    Ok((1..).zip(list).map(|(line, facts)| (line, Ok(facts))).collect())
}

fn from_csv(text: &str, zone: Option<&TimeZone>) -> Result<Read, ImportOperationsError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| ImportOperationsError::Header(e.to_string()))?;
    if !header.iter().eq(HEADER) {
        return Err(ImportOperationsError::Header(header.iter().collect::<Vec<_>>().join(",")));
    }
    let read = |record: Result<csv::StringRecord, csv::Error>| {
        let position = |p: Option<&csv::Position>| p.map_or(0, csv::Position::line);
        match record {
            Ok(record) => (position(record.position()), line(&record, zone)),
            Err(error) => (position(error.position()), Err(ImportFieldError::Csv(error.to_string()))),
        }
    };
    Ok(reader.records().map(read).collect())
}

fn line(record: &csv::StringRecord, zone: Option<&TimeZone>) -> Result<OperationFacts, ImportFieldError> {
    let fields: Vec<&str> = record.iter().collect();
    let [operation, sort, at, targets, units, channels, items, told, outcome, from, to, words] = fields.as_slice() else {
        return Err(ImportFieldError::Count(fields.len(), HEADER.len()));
    };
    let moment = |text: &str| (!text.is_empty()).then(|| instant(text, zone)).transpose();
    let (from, to) = (moment(from)?, moment(to)?);
    Ok(OperationFacts {
        operation: operation.parse()?,
        sort: (*sort).to_owned(),
        at: instant(at, zone)?,
        targets: list(targets)?,
        units: parts(units).map(str::to_owned).collect(),
        channels: list(channels)?,
        items: list(items)?,
        told: parts(told).map(|told| exposure(told, zone)).collect::<Result<_, _>>()?,
        endangers: Vec::new(),
        words: (*words).to_owned(),
        outcome: (!outcome.is_empty()).then(|| outcome.parse()).transpose()?,
        window: (from.is_some() || to.is_some()).then_some(Window { from, to }),
    })
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty())
}

fn list<T: std::str::FromStr<Err = IdError>>(text: &str) -> Result<Vec<T>, IdError> {
    parts(text).map(str::parse).collect()
}

/// `PERSON`, `PERSON@TIME`, either with `:WEIGHT` behind it. Times have colons too, so a weight is what follows the last one and
/// is not two digits alone or the end of a time.
///
/// # Errors
/// As the parts have.
pub fn exposure(text: &str, zone: Option<&TimeZone>) -> Result<Exposure, ImportFieldError> {
    let (person, rest) = match text.split_once('@') {
        Some((person, rest)) => (person, Some(rest)),
        None => (text, None),
    };
    let Some(time) = rest else {
        let (person, weight) = person.split_once(':').map_or((person, None), |(p, w)| (p, Some(w)));
        return Ok(Exposure { person: person.trim().parse()?, at: None, weight: weight.map_or(Ok(Weight::WHOLE), str::parse)? });
    };
    let person = person.trim().parse()?;
    // The whole is a time, or it is one with a weight behind it.
    match (instant(time, zone), time.rsplit_once(':')) {
        (Ok(at), _) => Ok(Exposure { person, at: Some(at), weight: Weight::WHOLE }),
        (Err(_), Some((time, weight))) if instant(time, zone).is_ok() => {
            Ok(Exposure { person, at: Some(instant(time, zone)?), weight: weight.parse()? })
        }
        (Err(error), _) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::tests::{at, workspace};

    const NOW: &str = "2026-06-01T00:00Z";

    fn csv(lines: &[&str]) -> String {
        format!("{}\n{}\n", HEADER.join(","), lines.join("\n"))
    }

    #[test]
    fn exposures_are_read_with_times_and_weights() {
        let read = |text: &str| exposure(text, None).map(|e| (e.person.to_string(), e.at, e.weight.get()));
        assert_eq!(read("p1").unwrap(), ("p1".to_owned(), None, 1.0));
        assert_eq!(read("p1:0.2").unwrap(), ("p1".to_owned(), None, 0.2));
        let when = at("2024-02-28T09:00-06:00");
        assert_eq!(read("p1@2024-02-28T09:00-06:00").unwrap(), ("p1".to_owned(), Some(when), 1.0));
        assert_eq!(read("p1@2024-02-28T09:00-06:00:0.5").unwrap(), ("p1".to_owned(), Some(when), 0.5));
        assert_eq!(read("p1@2024-02-28T09:00[America/Mexico_City]:0.5").unwrap().2, 0.5);
        assert!(read("p1@2024-02-28T09:00").is_err());
        assert!(read("p1:2").is_err());
        assert!(read("p 1").is_err());
    }

    #[test]
    fn every_wrong_line_is_named_and_nothing_is_taken_in() {
        let (_folder, workspace) = workspace();
        let text = csv(&[
            "a,raid,2024-03-02T05:00Z,,Unit 1,,,p1@2024-02-28T09:00Z;p2:0.2,confirmed,,2024-03-02T05:00Z,empty",
            "b,raid,2024-03-02T05:00,,,,,p1,clean,,,",
            "c,raid,2024-03-02T05:00Z,,,,,p1;px,clean,,,",
            "a,raid,2024-03-02T05:00Z,,,,,p1,clean,,,",
            "d,raid,2024-03-02T05:00Z,,,,,p1,wet,,,",
            "e,raid,2024-03-02T05:00Z",
        ]);
        let error = parse_operations(workspace.state(), &text, None, at(NOW)).unwrap_err();
        let ImportOperationsError::Lines(wrong, 6) = &error else { panic!("{error}") };
        let lines: Vec<u64> = wrong.iter().map(|w| w.line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7]);
        let said = error.to_string();
        for what in
            ["does not say of which zone", "`px` is not on the roster", "stands in line 2 already", "no outcome", "3 fields"]
        {
            assert!(said.contains(what), "{what}: {said}");
        }
    }

    #[test]
    fn a_csv_and_the_same_in_json_say_the_same() {
        let (_folder, workspace) = workspace();
        let text =
            csv(&["a,raid,2024-03-02T05:00Z,,Unit 1,,,p1@2024-02-28T09:00Z;p2:0.2,confirmed,,2024-03-02T05:00Z,\"empty, cold\""]);
        let zone = crate::instant::zone("America/Mexico_City").unwrap();
        let read = parse_operations(workspace.state(), &text, Some(&zone), at(NOW)).unwrap();
        assert_eq!(read[0].at, at("2024-03-02T05:00Z"), "a stated zone does not move times that say theirs");
        let json = serde_json::to_string(&read).unwrap();
        assert_eq!(parse_operations(workspace.state(), &json, None, at(NOW)).unwrap(), read);
        assert!(matches!(parse_operations(workspace.state(), "[]", None, at(NOW)), Err(ImportOperationsError::Empty)));
        assert!(matches!(parse_operations(workspace.state(), "a,b\n", None, at(NOW)), Err(ImportOperationsError::Header(_))));
        let stranger = json.replace("\"sort\"", "\"kind\"");
        assert!(matches!(parse_operations(workspace.state(), &stranger, None, at(NOW)), Err(ImportOperationsError::Json(_))));
    }

    #[test]
    fn three_bad_lines_of_very_many_are_found() {
        let (_folder, workspace) = workspace();
        let mut lines: Vec<String> = (0..20_000)
            .map(|i| format!("o{i},raid,2024-03-02T05:00Z,,,,,p{};p{}:0.2,clean,,,", i % 12 + 1, (i + 1) % 12 + 1))
            .collect();
        for bad in [7, 12_345, 19_999] {
            lines[bad] = lines[bad].replace(";p", ";q");
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let error = parse_operations(workspace.state(), &csv(&lines), None, at(NOW)).unwrap_err();
        let ImportOperationsError::Lines(wrong, 20_000) = &error else { panic!("{error}") };
        assert_eq!(wrong.iter().map(|w| w.line).collect::<Vec<_>>(), [9, 12_347, 20_001]);
    }
}
