//! From files of strangers to rows of ours: every row is read, or named with the reason why not.

mod clock;
mod number;
mod open;

pub(crate) use clock::{Clock, Shown};
pub(crate) use number::{amount, telephone};
pub(crate) use open::each_row;

use crate::failure::Failure;
use crate::mapping::{Direction, Mapping, listed};
use csv::StringRecord;
use holm_statements::answer::{BadRow, FileRead, Named, Row};
use holm_statements::request::{File, Request};
use std::borrow::Cow;

/// A row's file and line in one number: the file's index in the request, then 40 bits of line.
pub(crate) fn place(file: usize, line: u64) -> i64 {
    let line = line.min((1 << LINE_BITS) - 1);
    i64::try_from(file as u64).unwrap_or(i64::MAX >> LINE_BITS) << LINE_BITS | line.cast_signed()
}

const LINE_BITS: u32 = 40;

/// The row of a [`place`].
pub(crate) fn row(request: &Request, place: i64) -> Row {
    let file = usize::try_from(place >> LINE_BITS).ok().and_then(|at| request.files.get(at));
    Row { file: file.map(|f| f.path.clone()).unwrap_or_default(), line: (place & ((1 << LINE_BITS) - 1)).cast_unsigned() }
}

/// What reading has come to so far.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub(crate) files: Vec<FileRead>,
    pub(crate) bad: Named<BadRow>,
    pub(crate) uncertain_times: u64,
}

/// Where our columns are in a file's rows.
#[derive(Debug)]
pub(crate) struct Columns<'a> {
    mapping: &'a Mapping,
    /// Our column, and indices of the file's that make it up.
    found: Vec<(&'static str, Vec<usize>)>,
}

impl<'a> Columns<'a> {
    /// Finds the mapping's columns among those of the file.
    pub(crate) fn find(path: &str, mapping: &'a Mapping, existing: &StringRecord) -> Result<Columns<'a>, Failure> {
        let mut missing: Vec<&str> = Vec::new();
        let mut found = Vec::new();
        for (our, names) in &mapping.columns {
            let places: Vec<usize> = names.iter().filter_map(|n| existing.iter().position(|e| e.trim() == n)).collect();
            missing.extend(names.iter().map(String::as_str).filter(|n| !existing.iter().any(|e| e.trim() == *n)));
            found.push((*our, places));
        }
        if missing.is_empty() {
            return Ok(Columns { mapping, found });
        }
        let (missing, existing) = (listed(missing.into_iter()), listed(existing.iter()));
        Err(Failure::Columns { path: path.to_owned(), missing, existing })
    }

    /// What a row says in one of our columns; nothing where it is empty.
    pub(crate) fn get<'r>(&'r self, record: &'r StringRecord, our: &str) -> Option<Cow<'r, str>> {
        let text = match self.found.iter().find(|(o, _)| *o == our) {
            Some((_, places)) => joined(record, places),
            None => Cow::Borrowed(self.mapping.constants.get(our)?.as_str()),
        };
        (!text.is_empty()).then_some(text)
    }

    /// The same where it must not be empty.
    pub(crate) fn need<'r>(&'r self, record: &'r StringRecord, our: &str) -> Result<Cow<'r, str>, String> {
        self.get(record, our).ok_or_else(|| format!("`{our}` is empty"))
    }

    /// In or out, where the file says it.
    pub(crate) fn direction(&self, record: &StringRecord) -> Result<Option<Direction>, String> {
        let Some(text) = self.get(record, "direction") else { return Ok(None) };
        let known = self.mapping.direction.get(text.as_ref());
        known.copied().map(Some).ok_or_else(|| format!("`{text}` is no direction of the mapping"))
    }

    /// Ours for the provider's kind.
    pub(crate) fn kind<'r>(&'r self, record: &'r StringRecord) -> Result<Option<Cow<'r, str>>, String> {
        match self.get(record, "kind") {
            Some(text) if !self.mapping.kind.is_empty() => match self.mapping.kind.get(text.as_ref()) {
                Some(our) => Ok(Some(Cow::Borrowed(our.as_str()))),
                None => Err(format!("`{text}` is no kind of the mapping")),
            },
            other => Ok(other),
        }
    }
}

fn joined<'r>(record: &'r StringRecord, places: &[usize]) -> Cow<'r, str> {
    let cell = |at: &usize| record.get(*at).unwrap_or_default();
    match places {
        [one] => Cow::Borrowed(cell(one)),
        several => Cow::Owned(several.iter().map(cell).filter(|c| !c.is_empty()).collect::<Vec<_>>().join(" ")),
    }
}

/// Reads all rows of a file; `take` has a row's columns, its record and its place, and says why it cannot be used.
pub(crate) fn read_file(
    (index, file): (usize, &File),
    mapping: &Mapping,
    progress: &mut Progress,
    mut take: impl FnMut(&Columns<'_>, &StringRecord, i64) -> Result<(), String>,
) -> Result<(), Failure> {
    let mut read = FileRead { path: file.path.clone(), rows: 0, bad: 0 };
    let mut first = None;
    each_row(&file.path, mapping, |columns, line, record| {
        let taken = record.and_then(|r| take(columns, r, place(index, line)));
        match taken {
            Ok(()) => read.rows += 1,
            Err(reason) => {
                read.bad += 1;
                first.get_or_insert_with(|| reason.clone());
                progress.bad.push(|| BadRow { row: Row { file: file.path.clone(), line }, reason });
            }
        }
    })?;
    eprintln!("{}: {} rows read, {} bad", read.path, read.rows, read.bad);
    match first {
        Some(reason) if read.rows == 0 => Err(Failure::NoRow { path: read.path, rows: read.bad, reason }),
        _ => {
            progress.files.push(read);
            Ok(())
        }
    }
}
