//! How often which checks are asked for, by rank level and unit (`docs/spec/vetting.md`).

use std::collections::BTreeMap;

use holm_record::event::vetting::CheckSort;
use jiff::civil::Date;
use serde::Deserialize;

/// What Holm proposes where a programme has no schedule of its own.
pub const PROPOSED: &str = include_str!("proposed.toml");
/// Rank levels.
const LEVELS: usize = 5;

/// A schedule cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// Not a schedule.
    #[error("this is not a schedule of checks: {0}")]
    Malformed(String),
    /// It asks for nothing.
    #[error("the schedule asks for no check; give at least one `[sorts.NAME]` with `months`")]
    Empty,
    /// No such sort.
    #[error("the schedule asks for `{0}`, which is no sort of check; sorts are {1}")]
    NoSort(String, String),
    /// Stricter below than above.
    #[error(
        "`{row}` is stricter below than above: level {level} is asked after {months} months and level {below} after {sooner}"
    )]
    Upside {
        /// The row.
        row: String,
        /// The level that is asked less often.
        level: usize,
        /// After how many months.
        months: u32,
        /// The level below it.
        below: usize,
        /// After how many months.
        sooner: u32,
    },
    /// Too long.
    #[error("`{0}` asks after more than 600 months; write 0 for never")]
    Long(String),
}

/// How often a sort is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// After how many months, by rank level from the lowest; 0: never.
    pub months: [u32; LEVELS],
    /// Where the interval is from.
    #[serde(default)]
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    gate_from: Option<Date>,
    #[serde(default)]
    sorts: BTreeMap<String, Interval>,
    #[serde(default)]
    units: BTreeMap<String, BTreeMap<String, Interval>>,
}

/// A schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Until this day nobody is held back by it.
    gate_from: Option<Date>,
    sorts: BTreeMap<CheckSort, Interval>,
    units: BTreeMap<String, BTreeMap<CheckSort, Interval>>,
}

fn rows(of: BTreeMap<String, Interval>, whose: &str) -> Result<BTreeMap<CheckSort, Interval>, ScheduleError> {
    let mut rows = BTreeMap::new();
    for (name, interval) in of {
        let known = || CheckSort::ALL.iter().map(|sort| sort.word()).collect::<Vec<_>>().join(", ");
        let sort: CheckSort = name.parse().map_err(|_| ScheduleError::NoSort(name.clone(), known()))?;
        let row = format!("{whose}{name}");
        if interval.months.iter().any(|months| *months > 600) {
            return Err(ScheduleError::Long(row));
        }
        // Never is the longest there is.
        let length = |months: u32| if months == 0 { u32::MAX } else { months };
        for (below, pair) in interval.months.windows(2).enumerate() {
            if let [sooner, months] = *pair
                && length(months) > length(sooner)
            {
                return Err(ScheduleError::Upside { row, level: below + 2, months, below: below + 1, sooner });
            }
        }
        rows.insert(sort, interval);
    }
    Ok(rows)
}

impl Schedule {
    /// Reads a schedule.
    ///
    /// # Errors
    /// [`ScheduleError`] names the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let file: File = toml::from_str(text).map_err(|e| ScheduleError::Malformed(e.to_string().trim_end().to_owned()))?;
        let sorts = rows(file.sorts, "")?;
        let of = |(unit, of): (String, BTreeMap<String, Interval>)| Ok((unit.clone(), rows(of, &format!("{unit}: "))?));
        let units: BTreeMap<_, _> = file.units.into_iter().map(of).collect::<Result<_, ScheduleError>>()?;
        if sorts.is_empty() && units.is_empty() {
            Err(ScheduleError::Empty)
        } else {
            Ok(Self { gate_from: file.gate_from, sorts, units })
        }
    }

    /// Whether on this day nobody is sent anything whose checks are not in force.
    #[must_use]
    pub fn gates(&self, on: Date) -> bool {
        self.gate_from.is_none_or(|from| from <= on)
    }

    /// What is asked of somebody, and after how many months; a unit's row takes the place of the general one.
    pub fn asked<'s>(&'s self, unit: &str, level: u8) -> impl Iterator<Item = (CheckSort, u32)> + 's {
        let own = self.units.get(unit);
        let level = usize::from(level).clamp(1, LEVELS) - 1;
        let interval = move |sort: &CheckSort| own.and_then(|own| own.get(sort)).or_else(|| self.sorts.get(sort));
        let months =
            move |sort: &CheckSort| interval(sort).and_then(|i| i.months.get(level).copied()).filter(|months| *months > 0);
        CheckSort::ALL.iter().filter_map(move |sort| Some((*sort, months(sort)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proposed_schedule_is_stricter_toward_the_top() {
        let schedule = Schedule::parse(PROPOSED).unwrap();
        let asked = |level| schedule.asked("Any", level).collect::<BTreeMap<_, _>>();
        assert!(asked(5).len() >= asked(1).len());
        assert!(asked(1).iter().all(|(sort, months)| asked(5)[sort] <= *months));
        assert!(schedule.sorts.values().all(|interval| !interval.source.is_empty()), "each interval says where it is from");
    }

    #[test]
    fn a_units_row_takes_the_place_of_the_general_one() {
        let text =
            "[sorts.polygraph]\nmonths = [36, 36, 24, 24, 12]\n[units.\"Sea Entry\".polygraph]\nmonths = [12, 12, 12, 12, 6]\n";
        let schedule = Schedule::parse(text).unwrap();
        let polygraph = |unit, level| schedule.asked(unit, level).find(|(sort, _)| *sort == CheckSort::Polygraph).unwrap().1;
        assert_eq!((polygraph("Sea Entry", 1), polygraph("Other", 1), polygraph("Sea Entry", 5)), (12, 36, 6));
    }

    #[test]
    fn what_cannot_be_meant_is_said_so() {
        let refused = |text: &str| Schedule::parse(text).unwrap_err();
        assert_eq!(refused(""), ScheduleError::Empty);
        assert!(
            matches!(refused("[sorts.palmistry]\nmonths = [1, 1, 1, 1, 1]"), ScheduleError::NoSort(name, _) if name == "palmistry")
        );
        let upside = refused("[sorts.polygraph]\nmonths = [12, 12, 24, 24, 24]");
        assert_eq!(upside, ScheduleError::Upside { row: "polygraph".to_owned(), level: 3, months: 24, below: 2, sooner: 12 });
        assert!(matches!(refused("[sorts.polygraph]\nmonths = [12, 12, 12, 12, 0]"), ScheduleError::Upside { level: 5, .. }));
        assert!(matches!(refused("[sorts.polygraph]\nmonths = [12]"), ScheduleError::Malformed(_)));
        assert!(matches!(refused("[sorts.polygraph]\nmonths = [700, 12, 12, 12, 12]"), ScheduleError::Long(_)));
    }
}
