//! One call or message, and all of them as columns.

use crate::engine::{Engine, ints, longs};
use crate::failure::Failure;
use crate::import::{Clock, Columns, Progress, Shown, read_file, telephone};
use crate::mapping::{Direction, Mapping};
use crate::names::Names;
use csv::StringRecord;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use holm_statements::request::File;
use std::sync::Arc;

/// Rows of one batch.
const BATCH: usize = 65_536;

/// The engine's table of rows: the columns' names, and whether they hold 64 bits.
const COLUMNS: [(&str, DataType); 9] = [
    ("at", DataType::Int64),
    ("own", DataType::Int32),
    ("other", DataType::Int32),
    ("direction", DataType::Int32),
    ("kind", DataType::Int32),
    ("seconds", DataType::Int32),
    ("imei", DataType::Int32),
    ("imsi", DataType::Int32),
    ("place", DataType::Int64),
];

/// A row, texts as ids.
#[derive(Debug, Clone, Copy)]
struct Call {
    at: i64,
    own: i32,
    other: Option<i32>,
    direction: Option<i32>,
    kind: Option<i32>,
    seconds: Option<i32>,
    imei: Option<i32>,
    imsi: Option<i32>,
    place: i64,
}

/// All rows.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    batches: Vec<RecordBatch>,
    open: Vec<Call>,
}

impl Calls {
    /// Adds those of a file.
    pub(crate) fn read(
        &mut self,
        file: (usize, &File),
        mapping: &Mapping,
        names: &mut Names,
        progress: &mut Progress,
    ) -> Result<(), Failure> {
        let clock = Clock::new(mapping);
        let mut uncertain = 0;
        read_file(file, mapping, progress, |columns, record, place| {
            let (at, shown) = clock.read(&columns.need(record, "at")?)?;
            let call = call(columns, record, mapping, names, (at, place))?;
            uncertain += u64::from(shown == Shown::OtherThanOnce);
            self.push(call).map_err(|e| e.to_string())
        })?;
        progress.uncertain_times += uncertain;
        Ok(())
    }

    fn push(&mut self, call: Call) -> Result<(), Failure> {
        self.open.push(call);
        if self.open.len() == BATCH { self.close() } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), Failure> {
        let calls = std::mem::take(&mut self.open);
        let columns = vec![
            longs(calls.iter().map(|c| Some(c.at))),
            ints(calls.iter().map(|c| Some(c.own))),
            ints(calls.iter().map(|c| c.other)),
            ints(calls.iter().map(|c| c.direction)),
            ints(calls.iter().map(|c| c.kind)),
            ints(calls.iter().map(|c| c.seconds)),
            ints(calls.iter().map(|c| c.imei)),
            ints(calls.iter().map(|c| c.imsi)),
            longs(calls.iter().map(|c| Some(c.place))),
        ];
        self.batches.push(RecordBatch::try_new(schema(), columns)?);
        Ok(())
    }

    /// Lays them down as the table rows.
    pub(crate) fn lay(mut self, engine: &Engine) -> Result<(), Failure> {
        self.close()?;
        engine.lay("rows", schema(), self.batches)
    }
}

fn schema() -> Arc<Schema> {
    Arc::new(Schema::new(COLUMNS.map(|(name, kind)| Field::new(name, kind, true)).to_vec()))
}

fn call(
    columns: &Columns<'_>,
    record: &StringRecord,
    mapping: &Mapping,
    names: &mut Names,
    (at, place): (i64, i64),
) -> Result<Call, String> {
    let country = mapping.country.as_deref();
    let seconds = columns.get(record, "seconds").map(|text| match text.parse::<i32>() {
        Ok(seconds) if seconds >= 0 => Ok(seconds),
        _ => Err(format!("`{text}` is no number of seconds")),
    });
    let direction = columns.direction(record)?.map(|d| i32::from(d == Direction::Out));
    let kind = columns.kind(record)?.map(|k| names.id(&k));
    let own = names.id(&telephone(&columns.need(record, "own")?, country));
    let mut id = |our| columns.get(record, our).map(|text| names.id(&text));
    let (imei, imsi) = (id("imei"), id("imsi"));
    let other = columns.get(record, "other").map(|text| names.id(&telephone(&text, country)));
    Ok(Call { at, own, other, direction, kind, seconds: seconds.transpose()?, imei, imsi, place })
}
