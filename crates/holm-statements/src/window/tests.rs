use super::*;
use jiff::civil::date;
use jiff::tz::TimeZone;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

fn zone() -> TimeZone {
    TimeZone::get("Europe/Madrid").unwrap()
}

fn at(month: i8, day: i8, hour: i8) -> ZonedDateTime {
    date(2026, month, day).at(hour, 0, 0, 0).to_zoned_datetime(zone()).unwrap()
}

fn hours(starts: ZonedDateTime, hours: i64) -> Stretch {
    Stretch { ends: starts.checked_add(hours.hours()).unwrap(), starts }
}

fn span() -> Stretch {
    Stretch { starts: at(1, 1, 0), ends: at(7, 1, 0) }
}

#[test]
fn controls_are_the_same_hours_of_the_same_weekday_over_the_change_of_the_clock() {
    let all = matched(vec![hours(at(3, 20, 9), 48)], &span());
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].controls.len(), 25);
    for control in &all[0].controls {
        assert_eq!(control.starts.time(), all[0].truth.starts.time());
        assert_eq!(control.starts.weekday(), all[0].truth.starts.weekday());
        assert!(control.starts >= span().starts && control.ends <= span().ends);
    }
}

#[test]
fn disclosures_whose_windows_overlap_are_one() {
    let all = matched(vec![hours(at(3, 3, 12), 48), hours(at(3, 2, 9), 48), hours(at(3, 20, 9), 48)], &span());
    assert_eq!(all.len(), 2);
    assert_eq!((all[0].disclosures, all[0].truth.starts.clone()), (2, at(3, 2, 9)));
    assert_eq!(all[0].truth.ends, at(3, 5, 12));
}

#[test]
fn disclosures_outside_the_days_compared_are_left_out() {
    assert!(matched(vec![hours(at(6, 30, 9), 48)], &span()).is_empty());
}

/// 200 persons with up to 40 disclosures, seed 5.
#[test]
fn no_two_windows_of_a_person_overlap() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    for _ in 0..200 {
        let told = rng.random_range(1..40);
        let windows = (0..told)
            .map(|_| {
                let starts = span().starts.checked_add(rng.random_range(0..170 * 24_i64).hours()).unwrap();
                hours(starts, rng.random_range(6..72))
            })
            .collect();
        let plan = Plan { persons: vec![matched(windows, &span())] };
        let mut all: Vec<_> = plan.windows().into_iter().map(|w| w.stretch).collect();
        all.sort_by(|a, b| a.starts.cmp(&b.starts));
        assert!(all.windows(2).all(|w| w[0].ends <= w[1].starts));
    }
}

#[test]
fn counts_find_their_windows_by_number() {
    let person = matched(vec![hours(at(3, 2, 9), 48), hours(at(3, 20, 9), 48)], &span());
    let plan = Plan { persons: vec![person.clone(), person.clone()] };
    let windows = plan.windows();
    let counts: Vec<u64> =
        windows.iter().map(|w| w.stretch.starts.timestamp().as_second().cast_unsigned() + w.person as u64).collect();
    for who in 0..2 {
        let asked = strata(&person, |s| s.starts.timestamp().as_second().cast_unsigned() + who as u64);
        assert_eq!(plan.strata(who, &counts), asked);
    }
}
