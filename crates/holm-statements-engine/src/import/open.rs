//! Rows of CSV and Parquet, one after the other.

use super::Columns;
use crate::failure::Failure;
use crate::mapping::Mapping;
use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::io::{BufRead, BufReader};

/// Calls `take` for each row with where our columns are, the row's number, and the row or why it is none. Numbers are lines of CSV
/// and rows of Parquet, from 1.
pub(crate) fn each_row(
    path: &str,
    mapping: &Mapping,
    take: impl FnMut(&Columns<'_>, u64, Result<&StringRecord, String>),
) -> Result<(), Failure> {
    let file = File::open(path).map_err(|e| unreadable(path, e))?;
    if path.to_ascii_lowercase().ends_with(".parquet") {
        each_of_parquet(path, file, mapping, take)
    } else {
        each_of_csv(path, file, mapping, take)
    }
}

fn unreadable(path: &str, reason: impl ToString) -> Failure {
    Failure::File { path: path.into(), reason: reason.to_string() }
}

fn each_of_csv(
    path: &str,
    file: File,
    mapping: &Mapping,
    mut take: impl FnMut(&Columns<'_>, u64, Result<&StringRecord, String>),
) -> Result<(), Failure> {
    let mut file = BufReader::with_capacity(1 << 20, file);
    for _ in 0..mapping.skip {
        file.read_until(b'\n', &mut Vec::new()).map_err(|e| unreadable(path, e))?;
    }
    let mut reader = ReaderBuilder::new().delimiter(mapping.delimiter).trim(Trim::All).from_reader(file);
    let mut headers = reader.headers().map_err(|e| unreadable(path, e))?.clone();
    if let Some(first) = headers.get(0).and_then(|h| h.strip_prefix('\u{feff}')).map(str::to_owned) {
        headers = std::iter::once(first.as_str()).chain(headers.iter().skip(1)).collect();
    }
    let columns = Columns::find(path, mapping, &headers)?;
    let mut record = StringRecord::new();
    loop {
        let began = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => take(&columns, mapping.skip + record.position().map_or(began, csv::Position::line), Ok(&record)),
            Err(e) => {
                let line = e.position().map_or(began, csv::Position::line);
                let reason = why(&e, reader.position().line().saturating_sub(line)).map_err(|e| unreadable(path, e))?;
                take(&columns, mapping.skip + line, Err(reason));
            }
        }
    }
}

/// Why a record is none, and an error where the file itself cannot be read on.
fn why(error: &csv::Error, lines: u64) -> Result<String, String> {
    match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } if lines > 1 => {
            Ok(format!("{len} columns instead of {expected_len}, over {lines} lines: a quotation mark is not closed"))
        }
        ErrorKind::UnequalLengths { expected_len, len, .. } => Ok(format!("{len} columns instead of {expected_len}")),
        ErrorKind::Utf8 { .. } => Ok("not UTF-8".to_owned()),
        _ => Err(error.to_string()),
    }
}

fn each_of_parquet(
    path: &str,
    file: File,
    mapping: &Mapping,
    mut take: impl FnMut(&Columns<'_>, u64, Result<&StringRecord, String>),
) -> Result<(), Failure> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| unreadable(path, e))?;
    let headers: StringRecord = builder.schema().fields().iter().map(|f| f.name().as_str()).collect();
    let columns = Columns::find(path, mapping, &headers)?;
    let mut number = 0;
    for batch in builder.build().map_err(|e| unreadable(path, e))? {
        let texts = texts(&batch?)?;
        for at in 0..texts.num_rows() {
            number += 1;
            let record: StringRecord = texts.columns().iter().map(|c| cell(c.as_ref(), at)).collect();
            take(&columns, number, Ok(&record));
        }
    }
    Ok(())
}

/// The same batch with every column as text.
fn texts(batch: &RecordBatch) -> Result<RecordBatch, Failure> {
    let columns = batch.columns().iter().zip(batch.schema_ref().fields());
    let columns = columns.map(|(c, f)| Ok((f.name().clone(), cast(c, &DataType::Utf8)?))).collect::<Result<Vec<_>, Failure>>()?;
    Ok(RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))?)
}

fn cell(column: &dyn Array, at: usize) -> &str {
    let texts = column.as_string::<i32>();
    if texts.is_null(at) { "" } else { texts.value(at).trim() }
}
