//! Bookings: from files to the tables that the statistics ask for.

mod booking;
mod ends;

use crate::cleaned;
use crate::engine::{Cluster, Engine, ints, longs};
use crate::failure::Failure;
use crate::import::{Progress, row};
use crate::mapping::Mapping;
use crate::names::Names;
use crate::{owners, windows};
use booking::{Bookings, account};
use holm_statements::accounts::passing::Passing;
use holm_statements::accounts::splitting::{Deposit, Deposits};
use holm_statements::accounts::structuring::Band;
use holm_statements::accounts::worth::{Purse, Spent};
use holm_statements::accounts::{self, Counts, Of, Tables, tests};
use holm_statements::answer::{Answer, Currency, Named, Row};
use holm_statements::disclosure::Disclosures;
use holm_statements::money::Money;
use holm_statements::request::Request;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// The kind of bookings in cash.
const CASH: &str = "cash";

/// Answers a request about accounts.
pub(crate) fn answer(
    request: &Request,
    zone: &TimeZone,
    mappings: &[Mapping],
    cluster: Option<&Cluster>,
) -> Result<Answer, Failure> {
    let engine = Engine::new(cluster)?;
    let (mut names, mut progress, mut bookings) = (Names::default(), Progress::default(), Bookings::default());
    for (file, mapping) in request.files.iter().enumerate().zip(mappings) {
        bookings.read(file, mapping, &mut names, &mut progress)?;
    }
    bookings.lay(&engine)?;
    owners::lay(&engine, request, &mut names, |own| account(own).into_owned())?;
    let cleaned = cleaned::clean(&engine, request, zone, include_str!("sql/bookings_clean.sql"), &names)?;
    let disclosures = Disclosures::new(request, zone, &cleaned.covered);
    let cash = i64::from(names.id(CASH));
    let asked = Asked { request, engine: &engine, zone, cash };
    let (index, currencies) = asked.currencies(&names)?;
    let tables = asked.tables(&disclosures, &cleaned.rows, &mut names, &index, &currencies)?;
    let persons = accounts::persons(request, &disclosures, &tables);
    let tests = tests(&tables.currencies);
    Ok(cleaned.answer(request, progress, currencies, tests, persons))
}

/// The ids of currencies and their places in the answer's list.
type Index = BTreeMap<i64, usize>;

/// What the engine is asked.
struct Asked<'a> {
    request: &'a Request,
    engine: &'a Engine,
    zone: &'a TimeZone,
    cash: i64,
}

impl Asked<'_> {
    fn currencies(&self, names: &Names) -> Result<(Index, Vec<Currency>), Failure> {
        let (mut index, mut list) = (Index::new(), Vec::new());
        for [id, rows] in self.engine.rows(include_str!("sql/currencies.sql"), &[], ["currency", "rows"])? {
            let (Some(id), Some(rows)) = (id, rows) else { continue };
            index.insert(id, list.len());
            let currency = i32::try_from(id).map(|id| names.text(id).to_owned()).unwrap_or_default();
            list.push(Currency { currency, rows: rows.cast_unsigned() });
        }
        Ok((index, list))
    }

    fn tables(
        &self,
        disclosures: &Disclosures,
        rows: &[u64],
        names: &mut Names,
        index: &Index,
        currencies: &[Currency],
    ) -> Result<Tables, Failure> {
        let width = i64::from(self.request.windows.after_hours) * 3600;
        let windows = windows::lay(self.engine, &accounts::after(self.request, disclosures), width)?;
        self.lay_thresholds(names)?;
        Ok(Tables {
            rows: rows.to_vec(),
            currencies: currencies.iter().map(|c| c.currency.clone()).collect(),
            windows: self.counts(windows, width, index)?,
            told: self.named(include_str!("sql/booking_window_rows.sql"), &[("width", width)], index)?,
            purses: self.purses(index)?,
            spent: self.spent(index)?,
            ends: ends::of_accounts(self.engine, index)?,
            bands: self.bands(index)?,
            deposits: self.deposits(index)?,
            passing: self.passing(index)?,
        })
    }

    /// The lowest threshold of each currency: what is above a higher one is reported by it, too.
    fn lay_thresholds(&self, names: &mut Names) -> Result<(), Failure> {
        let mut lowest: BTreeMap<i32, i64> = BTreeMap::new();
        for threshold in &self.request.thresholds {
            let least = lowest.entry(names.id(&threshold.currency)).or_insert(threshold.amount.0);
            *least = (*least).min(threshold.amount.0);
        }
        let band = |amount: i64| amount.saturating_mul(i64::from(self.request.windows.band_percent)) / 100;
        self.engine.lay_columns(
            "thresholds",
            vec![
                ("currency", ints(lowest.keys().map(|&c| Some(c)))),
                ("low", longs(lowest.values().map(|&t| Some(t - band(t))))),
                ("amount", longs(lowest.values().map(|&t| Some(t)))),
                ("high", longs(lowest.values().map(|&t| Some(t + band(t))))),
            ],
        )
    }

    fn counts(&self, windows: usize, width: i64, index: &Index) -> Result<Vec<Counts>, Failure> {
        let none = || vec![0; windows];
        let mut all = vec![Counts { credits: none(), cash: none(), amounts: none() }; index.len()];
        let sql = include_str!("sql/booking_windows.sql");
        let values = [("width", width), ("cash", self.cash)];
        for [number, currency, credits, cash, amounts] in
            self.engine.rows(sql, &values, ["number", "currency", "credits", "cash", "amounts"])?
        {
            let at = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
            let Some(counts) = currency.and_then(|c| index.get(&c)).and_then(|&c| all.get_mut(c)) else { continue };
            for (column, value) in [(&mut counts.credits, credits), (&mut counts.cash, cash), (&mut counts.amounts, amounts)] {
                if let (Some(slot), Some(value)) = (column.get_mut(at), value) {
                    *slot = value.cast_unsigned();
                }
            }
        }
        Ok(all)
    }

    fn named(&self, sql: &'static str, values: &[(&str, i64)], index: &Index) -> Result<BTreeMap<Of, Named<Row>>, Failure> {
        let mut all: BTreeMap<Of, Named<Row>> = BTreeMap::new();
        for [person, currency, place, total] in self.engine.rows(sql, values, ["person", "currency", "place", "total"])? {
            let (Some(of), Some(place), Some(total)) = (of(person, currency, index), place, total) else { continue };
            let named = all.entry(of).or_default();
            named.total = total.cast_unsigned();
            named.first.push(row(self.request, place));
        }
        Ok(all)
    }

    fn purses(&self, index: &Index) -> Result<BTreeMap<Of, Purse>, Failure> {
        let mut largest = self.named(include_str!("sql/largest.sql"), &[], index)?;
        let names = ["person", "currency", "credits", "debits", "change"];
        let mut all = BTreeMap::new();
        for [person, currency, credits, debits, change] in self.engine.rows(include_str!("sql/purses.sql"), &[], names)? {
            let Some(of) = of(person, currency, index) else { continue };
            let money = |sum: Option<i64>| Money(sum.unwrap_or_default());
            let (credits, debits, change) = (money(credits), money(debits), money(change));
            all.insert(of, Purse { credits, debits, change, largest: largest.remove(&of).unwrap_or_default() });
        }
        Ok(all)
    }

    fn spent(&self, index: &Index) -> Result<BTreeMap<Of, Vec<Spent>>, Failure> {
        let mut all: BTreeMap<Of, Vec<Spent>> = BTreeMap::new();
        let rows = self.engine.rows(include_str!("sql/spent.sql"), &[], ["person", "currency", "at", "amount"])?;
        for [person, currency, at, amount] in rows {
            let (Some(of), Some(on), Some(amount)) = (of(person, currency, index), self.day(at), amount) else { continue };
            all.entry(of).or_default().push(Spent { on, amount: Money(amount) });
        }
        Ok(all)
    }

    /// The day of a moment, in seconds since 1970.
    fn day(&self, at: Option<i64>) -> Option<Date> {
        Some(self.zone.to_datetime(Timestamp::from_second(at?).ok()?).date())
    }

    fn deposits(&self, index: &Index) -> Result<BTreeMap<Of, Deposits>, Failure> {
        let mut all: BTreeMap<Of, Deposits> = BTreeMap::new();
        let names = ["person", "currency", "at", "amount", "place", "threshold"];
        for [person, currency, at, amount, place, threshold] in
            self.engine.rows(include_str!("sql/deposits.sql"), &[("cash", self.cash)], names)?
        {
            let Some(of) = of(person, currency, index) else { continue };
            let (Some(on), Some(amount), Some(place), Some(threshold)) = (self.day(at), amount, place, threshold) else {
                continue;
            };
            let deposits = all.entry(of).or_default();
            deposits.threshold = Money(threshold);
            deposits.each.push(Deposit { on, amount: Money(amount), row: row(self.request, place) });
        }
        Ok(all)
    }

    fn bands(&self, index: &Index) -> Result<BTreeMap<Of, Band>, Failure> {
        let mut all: BTreeMap<Of, Band> = BTreeMap::new();
        let names = ["person", "currency", "threshold", "under", "place", "total"];
        for [person, currency, threshold, under, place, total] in
            self.engine.rows(include_str!("sql/bands.sql"), &[("cash", self.cash)], names)?
        {
            let Some(of) = of(person, currency, index) else { continue };
            let (Some(threshold), Some(place), Some(total)) = (threshold, place, total) else { continue };
            let band = all.entry(of).or_default();
            band.threshold = Money(threshold);
            if under == Some(1) {
                band.under = total.cast_unsigned();
                band.rows.total = band.under;
                band.rows.first.push(row(self.request, place));
            } else {
                band.over = total.cast_unsigned();
            }
        }
        Ok(all)
    }

    fn passing(&self, index: &Index) -> Result<BTreeMap<Of, Vec<Passing>>, Failure> {
        let mut all: BTreeMap<Of, Vec<Passing>> = BTreeMap::new();
        let names = ["person", "currency", "at", "amount", "place"];
        for [person, currency, at, amount, place] in self.engine.rows(include_str!("sql/passing.sql"), &[], names)? {
            let (Some(of), Some(at), Some(amount), Some(place)) = (of(person, currency, index), at, amount, place) else {
                continue;
            };
            all.entry(of).or_default().push(Passing { at, amount: Money(amount), row: row(self.request, place) });
        }
        Ok(all)
    }
}

fn of(person: Option<i64>, currency: Option<i64>, index: &Index) -> Option<Of> {
    Some(Of { person: usize::try_from(person?).ok()?, currency: *index.get(&currency?)? })
}
