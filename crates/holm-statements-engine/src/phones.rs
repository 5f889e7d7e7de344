//! Calls and messages: from files to the tables that the statistics ask for.

mod call;

use crate::cleaned::{self, Cleaned};
use crate::engine::{Cluster, Engine, ints, longs, truths};
use crate::failure::Failure;
use crate::import::{Progress, row, telephone};
use crate::mapping::Mapping;
use crate::names::Names;
use crate::{owners, windows};
use call::Calls;
use holm_statements::answer::{Answer, Named};
use holm_statements::disclosure::{Disclosures, scope};
use holm_statements::phones::contact::{Contact, Near, near};
use holm_statements::phones::{self, Counts, Day, Occurrence, Tables, Told};
use holm_statements::request::Request;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

const WINDOWS: &str = include_str!("sql/call_windows.sql");
const WINDOW_ROWS: &str = include_str!("sql/call_window_rows.sql");
const CONTACTS: &str = include_str!("sql/contacts.sql");
const DAYS: &str = include_str!("sql/days.sql");
const OF_NUMBERS: &str = include_str!("sql/stretches_other.sql");
const OF_HANDSETS: &str = include_str!("sql/stretches_imei.sql");
const OF_SIMS: &str = include_str!("sql/stretches_imsi.sql");
const FIRST_USES: &str = include_str!("sql/first_uses.sql");

/// Seconds of a day of 24 hours.
const DAY: i64 = 86_400;

/// Answers a request about calls.
pub(crate) fn answer(
    request: &Request,
    zone: &TimeZone,
    mappings: &[Mapping],
    cluster: Option<&Cluster>,
) -> Result<Answer, Failure> {
    let engine = Engine::new(cluster)?;
    let (mut names, mut progress, mut calls) = (Names::default(), Progress::default(), Calls::default());
    for (file, mapping) in request.files.iter().enumerate().zip(mappings) {
        calls.read(file, mapping, &mut names, &mut progress)?;
    }
    calls.lay(&engine)?;
    // Numbers of the request are written as in the files: with the country's code where a mapping has one.
    let country = mappings.iter().find_map(|m| m.country.as_deref());
    owners::lay(&engine, request, &mut names, |own| telephone(own, country).into_owned())?;
    let cleaned = cleaned::clean(&engine, request, zone, include_str!("sql/calls_clean.sql"), &names)?;
    let disclosures = Disclosures::new(request, zone, &cleaned.covered);
    let mut ids = |numbers: &[String]| -> BTreeSet<i32> { numbers.iter().map(|n| names.id(&telephone(n, country))).collect() };
    let (targets, given) = (ids(&request.targets), ids(&request.contacts_of_targets));
    let tables = Asked { request, engine: &engine }.tables(zone, &disclosures, &cleaned, targets, &given)?;
    let persons = phones::persons(request, &disclosures, &tables, &|id| names.text(id).to_owned());
    Ok(cleaned.answer(request, progress, Vec::new(), phones::TESTS, persons))
}

/// What the engine is asked.
struct Asked<'a> {
    request: &'a Request,
    engine: &'a Engine,
}

impl Asked<'_> {
    fn tables(
        &self,
        zone: &TimeZone,
        disclosures: &Disclosures,
        cleaned: &Cleaned,
        targets: BTreeSet<i32>,
        given: &BTreeSet<i32>,
    ) -> Result<Tables, Failure> {
        let contacts = self.contacts()?;
        let near = near(&contacts, &targets, given);
        self.lay_flags(&targets, &near)?;
        let width = i64::from(self.request.windows.after_hours) * 3600;
        let windows = windows::lay(self.engine, &phones::after(self.request, disclosures), width)?;
        Ok(Tables {
            rows: cleaned.rows.clone(),
            windows: self.counts(windows, width)?,
            told: self.told(width)?,
            days: self.days(zone)?,
            new_numbers: self.first_uses(OF_NUMBERS, zone)?,
            new_handsets: self.first_uses(OF_HANDSETS, zone)?,
            new_sims: self.first_uses(OF_SIMS, zone)?,
            contacts,
            targets,
            near,
        })
    }

    fn contacts(&self) -> Result<Vec<Contact>, Failure> {
        let rows = self.engine.rows(CONTACTS, &[], ["person", "own", "other", "calls", "first", "last", "place"])?;
        let contact = |[person, own, other, calls, first, last, place]: [Option<i64>; 7]| {
            Some(Contact {
                person: usize::try_from(person?).ok()?,
                own: i32::try_from(own?).ok()?,
                other: i32::try_from(other?).ok()?,
                calls: calls?.cast_unsigned(),
                first: first?,
                last: last?,
                row: row(self.request, place?),
            })
        };
        Ok(rows.into_iter().filter_map(contact).collect())
    }

    fn lay_flags(&self, targets: &BTreeSet<i32>, near: &[Near]) -> Result<(), Failure> {
        let owned = |n: &Near| n.owner.and_then(|o| i32::try_from(o).ok());
        let all: Vec<(i32, bool, Option<i32>)> =
            targets.iter().map(|&t| (t, true, None)).chain(near.iter().map(|n| (n.number, false, owned(n)))).collect();
        self.engine.lay_columns(
            "flags",
            vec![
                ("number", ints(all.iter().map(|f| Some(f.0)))),
                ("target", truths(all.iter().map(|f| f.1))),
                ("near", truths(all.iter().map(|f| !f.1))),
                ("owner", ints(all.iter().map(|f| f.2))),
            ],
        )
    }

    fn counts(&self, windows: usize, width: i64) -> Result<Counts, Failure> {
        let mut counts = Counts { all: vec![0; windows], targets: vec![0; windows], near: vec![0; windows] };
        for [number, calls, targets, near] in
            self.engine.rows(WINDOWS, &[("width", width)], ["number", "calls", "targets", "near"])?
        {
            let at = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
            for (column, value) in [(&mut counts.all, calls), (&mut counts.targets, targets), (&mut counts.near, near)] {
                if let (Some(slot), Some(value)) = (column.get_mut(at), value) {
                    *slot = value.cast_unsigned();
                }
            }
        }
        Ok(counts)
    }

    fn told(&self, width: i64) -> Result<Vec<Told>, Failure> {
        let mut all = vec![Told::default(); self.request.scope.persons.len()];
        let rows = self.engine.rows(WINDOW_ROWS, &[("width", width)], ["person", "which", "place", "total"])?;
        for [person, which, place, total] in rows {
            let told = person.and_then(|p| usize::try_from(p).ok()).and_then(|p| all.get_mut(p));
            let (Some(told), Some(place), Some(total)) = (told, place, total) else { continue };
            let named = match which {
                Some(0) => &mut told.all,
                Some(1) => &mut told.targets,
                _ => &mut told.near,
            };
            named.first.push(row(self.request, place));
            *named = Named { total: total.cast_unsigned(), first: std::mem::take(&mut named.first) };
        }
        Ok(all)
    }

    fn days(&self, zone: &TimeZone) -> Result<Vec<Day>, Failure> {
        let scope = scope(self.request, zone).ok_or(Failure::Scope)?;
        let mut days = Vec::new();
        let mut day = scope.starts.clone();
        while day < scope.ends {
            let next = day.date().tomorrow().and_then(|d| d.to_zoned_datetime(zone.clone())).map_err(|_| Failure::Scope)?;
            let (starts, ends) = (day.timestamp().as_second(), next.timestamp().as_second());
            days.extend((starts / DAY..=(ends - 1) / DAY).map(|bucket| (bucket, starts, ends)));
            day = next;
        }
        self.engine.lay_columns(
            "days",
            vec![
                ("bucket", longs(days.iter().map(|d| Some(d.0)))),
                ("day", longs(days.iter().map(|d| Some(d.1)))),
                ("starts", longs(days.iter().map(|d| Some(d.1)))),
                ("ends", longs(days.iter().map(|d| Some(d.2)))),
            ],
        )?;
        let rows = self.engine.rows(DAYS, &[("width", DAY)], ["person", "day", "calls"])?;
        let day = |[person, at, calls]: [Option<i64>; 3]| {
            Some(Day { person: usize::try_from(person?).ok()?, at: at?, calls: calls?.cast_unsigned() })
        };
        Ok(rows.into_iter().filter_map(day).collect())
    }

    fn first_uses(&self, stretches: &'static str, zone: &TimeZone) -> Result<Vec<Occurrence>, Failure> {
        let starts = scope(self.request, zone).ok_or(Failure::Scope)?.starts.timestamp().as_second();
        // Of no days, every use is new that comes more than a second after another.
        let novelty = (i64::from(self.request.windows.novelty_days) * DAY).max(1);
        self.engine.keep("stretches", stretches, &[("novelty", novelty), ("starts", starts)])?;
        let rows = self.engine.rows(FIRST_USES, &[("novelty", novelty)], ["person", "at", "place"])?;
        self.engine.drop("stretches")?;
        let occurrence = |[person, at, place]: [Option<i64>; 3]| {
            Some(Occurrence { person: usize::try_from(person?).ok()?, at: at?, row: row(self.request, place?) })
        };
        Ok(rows.into_iter().filter_map(occurrence).collect())
    }
}
