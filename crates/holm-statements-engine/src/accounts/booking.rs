//! One booking, and all of them as columns.

use crate::engine::{Engine, ints, longs};
use crate::failure::Failure;
use crate::import::{Clock, Columns, Progress, Shown, amount, read_file};
use crate::mapping::{Direction, Mapping};
use crate::names::Names;
use csv::StringRecord;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use holm_statements::money::Money;
use holm_statements::request::File;
use std::borrow::Cow;
use std::sync::Arc;

/// Rows of one batch.
const BATCH: usize = 65_536;

/// The engine's table of rows. Amounts are thousandths.
const COLUMNS: [(&str, DataType); 10] = [
    ("at", DataType::Int64),
    ("own", DataType::Int32),
    ("amount", DataType::Int64),
    ("currency", DataType::Int32),
    ("counterparty", DataType::Int32),
    ("kind", DataType::Int32),
    ("words", DataType::Int32),
    ("balance", DataType::Int64),
    ("file", DataType::Int32),
    ("place", DataType::Int64),
];

/// A row, texts as ids.
#[derive(Debug, Clone, Copy)]
struct Booking {
    at: i64,
    own: i32,
    amount: Money,
    currency: i32,
    counterparty: Option<i32>,
    kind: Option<i32>,
    words: Option<i32>,
    balance: Option<Money>,
    file: i32,
    place: i64,
}

/// An account by which the same is always the same: without blanks, in capitals.
pub(crate) fn account(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| c.is_whitespace() || c.is_lowercase()) {
        Cow::Owned(text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// All rows.
#[derive(Debug, Default)]
pub(crate) struct Bookings {
    batches: Vec<RecordBatch>,
    open: Vec<Booking>,
}

impl Bookings {
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
        let index = i32::try_from(file.0).unwrap_or(i32::MAX);
        read_file(file, mapping, progress, |columns, record, place| {
            let (at, shown) = clock.read(&columns.need(record, "at")?)?;
            let booking = booking(columns, record, mapping, names, (at, index, place))?;
            uncertain += u64::from(shown == Shown::OtherThanOnce);
            self.push(booking).map_err(|e| e.to_string())
        })?;
        progress.uncertain_times += uncertain;
        Ok(())
    }

    fn push(&mut self, booking: Booking) -> Result<(), Failure> {
        self.open.push(booking);
        if self.open.len() == BATCH { self.close() } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), Failure> {
        let rows = std::mem::take(&mut self.open);
        let columns = vec![
            longs(rows.iter().map(|b| Some(b.at))),
            ints(rows.iter().map(|b| Some(b.own))),
            longs(rows.iter().map(|b| Some(b.amount.0))),
            ints(rows.iter().map(|b| Some(b.currency))),
            ints(rows.iter().map(|b| b.counterparty)),
            ints(rows.iter().map(|b| b.kind)),
            ints(rows.iter().map(|b| b.words)),
            longs(rows.iter().map(|b| b.balance.map(|m| m.0))),
            ints(rows.iter().map(|b| Some(b.file))),
            longs(rows.iter().map(|b| Some(b.place))),
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

fn booking(
    columns: &Columns<'_>,
    record: &StringRecord,
    mapping: &Mapping,
    names: &mut Names,
    (at, file, place): (i64, i32, i64),
) -> Result<Booking, String> {
    let balance = columns.get(record, "balance").map(|text| amount(&text, mapping)).transpose()?;
    let amount = signed(columns, record, mapping)?;
    let currency = columns.need(record, "currency")?.to_uppercase();
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(format!("`{currency}` is no currency of ISO 4217"));
    }
    let kind = columns.kind(record)?.map(|k| names.id(&k));
    let own = names.id(&account(&columns.need(record, "account")?));
    let counterparty = columns.get(record, "counterparty").map(|text| names.id(&account(&text)));
    let words = columns.get(record, "words").map(|text| names.id(&text));
    Ok(Booking { at, own, amount, currency: names.id(&currency), counterparty, kind, words, balance, file, place })
}

/// The amount, credit positive: as it stands, by a direction, or of two columns.
fn signed(columns: &Columns<'_>, record: &StringRecord, mapping: &Mapping) -> Result<Money, String> {
    let size = |our: &str| columns.get(record, our).map(|text| amount(&text, mapping)).transpose();
    if let Some(stated) = size("amount")? {
        return match columns.direction(record)? {
            None => Ok(stated),
            Some(_) if stated < Money(0) => Err(format!("{stated} is negative, and a direction stands beside it")),
            Some(Direction::In) => Ok(stated),
            Some(Direction::Out) => Ok(Money(0) - stated),
        };
    }
    match (size("credit")?.filter(|m| m.0 != 0), size("debit")?.filter(|m| m.0 != 0)) {
        (Some(credit), None) if credit > Money(0) => Ok(credit),
        // Debits are written with a minus or without.
        (None, Some(debit)) => Ok(Money(0) - debit.size()),
        (Some(credit), None) => Err(format!("{credit} is a negative credit")),
        (Some(_), Some(_)) => Err("both a credit and a debit".to_owned()),
        (None, None) => Err("no amount".to_owned()),
    }
}
