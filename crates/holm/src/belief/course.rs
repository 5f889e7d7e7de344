//! How many leak over time, by unit and by level of rank: where to look first, and whether the programme gets better.

use std::collections::BTreeMap;

use holm_inference::infiltration::infiltration;
use holm_inference::posterior::{Posterior, Sampling};
use holm_inference::priors::Priors;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::translation::Translation;

/// Periods that a report has at most, if months, quarters or years give as few.
const MOST_PERIODS: usize = 12;

/// A number of active leakers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Count {
    /// Its mean.
    pub mean: f64,
    /// 5 %, 50 % and 95 % of it.
    pub range: [u32; 3],
}

/// Active leakers by period.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Course {
    /// The first day of each period, and the day after the last; months, quarters or years.
    pub boundaries: Vec<Date>,
    /// By period.
    pub all: Vec<Count>,
    /// By unit, then period.
    pub units: BTreeMap<String, Vec<Count>>,
    /// By level of rank, then period.
    pub levels: BTreeMap<u8, Vec<Count>>,
}

/// The course of what is believed, by the shortest of months, quarters and years that gives few periods.
pub(super) fn course(of: &Translation, priors: &Priors, sampling: &Sampling, found: &Posterior) -> Course {
    let times = of.trials.iter().map(|trial| trial.at);
    let Some((first, last)) = times.clone().min().zip(times.filter(|at| *at < Timestamp::MAX).max()) else {
        return Course::default();
    };
    let boundaries = boundaries(first, last);
    let seconds: Vec<f64> = boundaries.iter().filter_map(|day| midnight(*day)).map(|at| at.as_second() as f64).collect();
    let found = infiltration(&of.case, priors, sampling, &found.ends, &seconds);
    let counts = |counts: Vec<holm_inference::infiltration::Count>| -> Vec<Count> {
        counts.into_iter().map(|count| Count { mean: count.mean, range: count.range }).collect()
    };
    Course {
        boundaries,
        all: counts(found.all),
        units: of.units.iter().cloned().zip(found.units.into_iter().map(counts)).collect(),
        levels: (1..).zip(found.levels.into_iter().map(counts)).collect(),
    }
}

fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned_datetime(TimeZone::UTC).ok().map(|at| at.timestamp())
}

/// First days of periods from the one with `first` up to the one after `last`.
pub(crate) fn boundaries(first: Timestamp, last: Timestamp) -> Vec<Date> {
    let day = |at: Timestamp| at.to_zoned_datetime(TimeZone::UTC).date();
    let (first, last) = (day(first), day(last));
    let of = |months: i8| -> Vec<Date> {
        let month = (first.month() - 1) / months * months + 1;
        let begin = Date::new(first.year(), month, 1).unwrap_or(first);
        let mut days = vec![begin];
        while let Some(next) =
            days.last().filter(|day| **day <= last).and_then(|day| day.checked_add(i32::from(months).months()).ok())
        {
            days.push(next);
        }
        days
    };
    let few = [1, 3].into_iter().map(of).find(|days| days.len() <= MOST_PERIODS + 1);
    few.unwrap_or_else(|| of(12))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: &str, last: &str) -> Vec<String> {
        boundaries(first.parse().unwrap(), last.parse().unwrap()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn periods_are_months_quarters_or_years_and_have_the_first_and_the_last_day() {
        let months = days("2025-02-14T00:00:00Z", "2025-04-01T00:00:00Z");
        assert_eq!(months, ["2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01"]);
        let quarters = days("2024-02-14T00:00:00Z", "2025-12-31T23:00:00Z");
        assert_eq!((quarters.len(), quarters[0].as_str(), quarters[8].as_str()), (9, "2024-01-01", "2026-01-01"));
        let years = days("1979-06-01T00:00:00Z", "2001-02-01T00:00:00Z");
        assert_eq!((years.len(), years[0].as_str(), years[23].as_str()), (24, "1979-01-01", "2002-01-01"));
    }
}
