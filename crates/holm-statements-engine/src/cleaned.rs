//! Rows of the scope, each once, and an account of everything else.

use crate::engine::{Engine, Values};
use crate::failure::Failure;
use crate::import::{Progress, row};
use crate::names::Names;
use holm_statements::answer::{Answer, Correction, Currency, Duplicate, FORMAT, Named, Outside, Person, Read};
use holm_statements::disclosure::{Covered, scope};
use holm_statements::request::Request;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// What cleaning came to. The rows themselves are the engine's table clean.
pub(crate) struct Cleaned {
    /// Of what time each person of the scope has rows.
    pub(crate) covered: Vec<Option<Covered>>,
    /// How many rows each person has.
    pub(crate) rows: Vec<u64>,
    duplicates: Named<Duplicate>,
    outside_days: u64,
    outside_persons: Named<Outside>,
}

/// Makes the table clean of rows by `sql`, and takes rows away.
pub(crate) fn clean(engine: &Engine, request: &Request, zone: &TimeZone, sql: &str, names: &Names) -> Result<Cleaned, Failure> {
    let scope = scope(request, zone).ok_or(Failure::Scope)?;
    let ends = [("starts", scope.starts.timestamp().as_second()), ("ends", scope.ends.timestamp().as_second())];
    let (outside_days, outside_persons) = outside(engine, &ends, names)?;
    engine.keep("clean", sql, &ends)?;
    engine.drop("rows")?;
    let persons = request.scope.persons.len();
    let (mut covered, mut rows) = (vec![None; persons], vec![0; persons]);
    for [person, first, last, count] in engine.rows(include_str!("sql/covered.sql"), &[], ["person", "first", "last", "rows"])? {
        let at = person.and_then(|p| usize::try_from(p).ok()).filter(|&p| p < persons);
        let instant = |at: Option<i64>| at.and_then(|s| Timestamp::from_second(s).ok());
        if let (Some(at), Some(first), Some(last), Some(count)) = (at, instant(first), instant(last), count) {
            covered[at] = Some(Covered { first, last });
            rows[at] = count.cast_unsigned();
        }
    }
    Ok(Cleaned { covered, rows, duplicates: duplicates(engine, request)?, outside_days, outside_persons })
}

fn outside(engine: &Engine, ends: Values<'_>, names: &Names) -> Result<(u64, Named<Outside>), Failure> {
    let (mut days, mut others) = (0, Named::default());
    let mut total = 0;
    for [own, person, rows] in engine.rows(include_str!("sql/outside.sql"), ends, ["own", "person", "rows"])? {
        let rows = rows.unwrap_or_default().cast_unsigned();
        if person.is_some() {
            days += rows;
        } else {
            total += rows;
            let own = own.and_then(|id| i32::try_from(id).ok()).map(|id| names.text(id).to_owned());
            others.push(|| Outside { own: own.unwrap_or_default(), rows });
        }
    }
    Ok((days, Named { total, ..others }))
}

fn duplicates(engine: &Engine, request: &Request) -> Result<Named<Duplicate>, Failure> {
    let mut named = Named::default();
    for [place, again, more, total] in
        engine.rows(include_str!("sql/duplicates.sql"), &[], ["place", "again", "more", "total"])?
    {
        let (Some(place), Some(again), Some(more), Some(total)) = (place, again, more, total) else { continue };
        let (row, again) = (row(request, place), row(request, again));
        named.first.push(Duplicate { row, again, times: more.cast_unsigned() });
        named.total = total.cast_unsigned();
    }
    Ok(named)
}

impl Cleaned {
    /// The answer to a request.
    pub(crate) fn answer(
        self,
        request: &Request,
        progress: Progress,
        currencies: Vec<Currency>,
        tests: u32,
        persons: Vec<Person>,
    ) -> Answer {
        let inside: BTreeSet<&str> = request.scope.persons.iter().map(String::as_str).collect();
        let read = Read {
            files: progress.files,
            analysed: self.rows.iter().sum(),
            bad: progress.bad,
            duplicates: self.duplicates,
            outside_days: self.outside_days,
            outside_persons: self.outside_persons,
            outside_events: request.events.iter().filter(|e| !inside.contains(e.person.as_str())).count() as u64,
            uncertain_times: progress.uncertain_times,
            currencies,
        };
        let correction = Correction { method: "holm-step-down".to_owned(), screened: request.screened, tests };
        Answer { format: FORMAT.to_owned(), kind: request.kind, read, correction, persons }
    }
}
