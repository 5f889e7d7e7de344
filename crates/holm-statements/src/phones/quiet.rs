//! Silence and bursts around disclosures.

use super::Day;
use crate::answer::Finding;
use crate::window::{Plan, Stretch, strata};

/// The longest run of days without a call, and the busiest day, around a person's disclosures beside other weeks; `mine` are their days.
pub(super) fn findings(person: usize, plan: &Plan, mine: &[Day]) -> Vec<Finding> {
    let matched = plan.persons.get(person).map_or(&[][..], Vec::as_slice);
    let silent = strata(matched, |s| longest_silence(mine, s));
    let busy = strata(matched, |s| mine.iter().filter(|d| within(d, s)).map(|d| d.calls).max().unwrap_or_default());
    vec![
        Finding::of_windows("silence-around", "days of the longest silence, added up", &silent),
        Finding::of_windows("bursts-around", "calls and messages of the busiest day, added up", &busy),
    ]
}

fn within(day: &Day, stretch: &Stretch) -> bool {
    stretch.starts.timestamp().as_second() <= day.at && day.at < stretch.ends.timestamp().as_second()
}

/// In days; a day that the clock makes shorter or longer is one.
fn longest_silence(days: &[Day], stretch: &Stretch) -> u64 {
    let zone = stretch.starts.time_zone();
    let date = |at: i64| jiff::Timestamp::from_second(at).map(|t| t.to_zoned_datetime(zone.clone()).date());
    let mut used: Vec<_> = days.iter().filter(|d| within(d, stretch)).filter_map(|d| date(d.at).ok()).collect();
    used.sort_unstable();
    let (mut longest, mut run) = (0, 0);
    let mut day = stretch.starts.date();
    while day < stretch.ends.date() {
        run = if used.binary_search(&day).is_ok() { 0 } else { run + 1 };
        longest = longest.max(run);
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    longest
}
