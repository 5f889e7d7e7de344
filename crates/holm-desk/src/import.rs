//! Past operations from a file: all of it is taken in, or nothing. What pages and the API have in common.

use holm::operation::import::{ImportOperationsError, parse_operations};
use holm_record::event::happening::OperationFacts;
use holm_record::id::OperationName;
use jiff::Timestamp;

use crate::fields::{Fields, Reading};
use crate::form::Part;
use crate::happening;
use crate::language::Language;
use crate::problem::Problem;
use crate::server::Desk;

/// Fields of the form: a file, or its lines as they were typed, and the zone of times that say none.
pub(crate) const FIELDS: [&str; 3] = ["file", "lines", "zone"];

/// What was taken in.
pub(crate) struct Imported {
    pub(crate) recorded: usize,
    pub(crate) over: usize,
    /// Those that are over and of which nobody knew.
    pub(crate) silent: Vec<OperationName>,
}

/// Takes in operations in CSV or JSON.
///
/// # Errors
/// [`Problem::Lines`] names each line that cannot be used; nothing is recorded then. [`Problem::Wrong`].
pub(crate) fn take(desk: &Desk, language: Language, parts: &[Part], fields: &Fields) -> Result<Imported, Problem> {
    let words = &language.words().recording;
    let wrong = |what: String| Problem::Wrong(vec![("file", what)]);
    let file = parts.iter().filter(|part| part.name == "file").find_map(Part::file);
    let (source, bytes) = match file {
        Some((name, bytes)) => (Some(name), bytes),
        None => (None, fields.typed("lines").as_bytes().to_vec()),
    };
    // A record keeps for ever what is read wrongly.
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong(words.not_utf8.to_owned()))?;
    if text.trim().is_empty() {
        return Err(wrong(words.no_file.to_owned()));
    }
    let reading = Reading::new(fields, language);
    let zone = reading.zone().cloned();
    reading.done(Some(()))?;
    let read = parse_operations(&desk.office.view()?.state, text, zone.as_ref(), Timestamp::now());
    let operations = read.map_err(|error| match error {
        ImportOperationsError::Lines(lines, of) => Problem::Lines(lines, of),
        other => wrong(other.to_string()),
    })?;
    let imported = Imported::of(&operations);
    happening::add_operations(desk, source, operations)?;
    Ok(imported)
}

impl Imported {
    fn of(operations: &[OperationFacts]) -> Self {
        let over = || operations.iter().filter(|o| o.outcome.is_some());
        let silent = over().filter(|o| o.told.is_empty() && o.items.is_empty()).map(|o| o.operation.clone());
        Self { recorded: operations.len(), over: over().count(), silent: silent.collect() }
    }
}
