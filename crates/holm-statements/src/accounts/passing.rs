//! Money that comes in and goes out again.

use crate::answer::{Finding, Named, Row};
use crate::money::Money;
use std::collections::BTreeMap;

/// The test's name.
const TEST: &str = "pass-through";

/// Seconds of a week of seven days of 24 hours.
const WEEK: i64 = 7 * 86_400;

/// An external booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passing {
    /// Seconds since 1970.
    pub at: i64,
    /// Credit positive.
    pub amount: Money,
    /// The row.
    pub row: Row,
}

/// How many credits are followed by a debit of the same size within `days`, beside how many would be if debits were later by any other
/// number of whole weeks (around the end back to the beginning). The rank of the truth among the shifts is the p-value.
pub fn finding(bookings: &[Passing], days: u32) -> Finding {
    let words = |n: usize| format!("{n} credits went out again in the same amount within {days} days");
    let times = bookings.iter().map(|b| b.at);
    let (Some(first), Some(last)) = (times.clone().min(), times.max()) else {
        return Finding::untested(TEST, words(0), "no amount came in and went out");
    };
    let weeks = (last - first) / WEEK + 1;
    let within = i64::from(days) * 86_400;
    let pairs = |shift: i64| matches(bookings, within, |at| first + (at - first + shift * WEEK) % (weeks * WEEK));
    let truth = pairs(0);
    let mut rows = Named::default();
    for row in truth.iter().flat_map(|&(a, b)| [a, b]) {
        rows.push(|| row.clone());
    }
    if weeks < 2 {
        return Finding::untested(TEST, words(truth.len()), "all within one week: no shift to compare with").with_rows(rows);
    }
    let counts: Vec<usize> = (1..weeks).map(|k| pairs(k).len()).collect();
    let reached = counts.iter().filter(|&&n| n >= truth.len()).count() + 1;
    let p = reached as f64 / weeks as f64;
    let expected = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
    let null = "when debits were made is exchangeable with any whole number of weeks later";
    Finding::tested(TEST, words(truth.len()), (p, truth.len() as f64, expected), null).with_rows(rows)
}

/// Bookings of one size; debits with when they are taken to have been made.
#[derive(Default)]
struct Alike<'a> {
    credits: Vec<&'a Passing>,
    debits: Vec<(i64, &'a Passing)>,
}

/// Pairs of a credit and a debit of the same size not more than `within` seconds later, each booking in one pair at most, the earliest
/// first; debits stand where `moved` puts them.
fn matches(bookings: &[Passing], within: i64, moved: impl Fn(i64) -> i64) -> Vec<(&Row, &Row)> {
    let mut sizes: BTreeMap<Money, Alike<'_>> = BTreeMap::new();
    for booking in bookings {
        let alike = sizes.entry(booking.amount.size()).or_default();
        if booking.amount > Money(0) { alike.credits.push(booking) } else { alike.debits.push((moved(booking.at), booking)) }
    }
    let mut pairs = Vec::new();
    for Alike { credits, debits } in sizes.values_mut() {
        credits.sort_by_key(|c| c.at);
        debits.sort_by_key(|(at, _)| *at);
        let mut left = debits.iter().peekable();
        for credit in credits {
            while left.next_if(|(at, _)| *at < credit.at).is_some() {}
            if let Some((_, debit)) = left.next_if(|(at, _)| *at <= credit.at + within) {
                pairs.push((&credit.row, &debit.row));
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Weight;

    fn booking(day: i64, amount: i64) -> Passing {
        Passing { at: day * 86_400, amount: Money(amount), row: Row { file: String::new(), line: day.cast_unsigned() } }
    }

    #[test]
    fn what_always_goes_out_two_days_later_is_as_rare_as_its_weeks_are_many() {
        // Ten credits, some weeks apart, each of a size of its own: no shift but none matches any.
        let mut bookings: Vec<Passing> =
            (0..10).flat_map(|k| [booking(k * 21, 100 + k), booking(k * 21 + 2, -100 - k)]).collect();
        bookings.push(booking(209, 5));
        let Weight::Tested { p, observed, expected, .. } = finding(&bookings, 5).weight else { panic!() };
        assert_eq!((observed, expected), (10.0, 0.0));
        assert!((p - 1.0 / 30.0).abs() < 1e-12);
    }

    #[test]
    fn a_debit_answers_one_credit_only() {
        let bookings = [booking(0, 100), booking(1, 100), booking(2, -100), booking(40, 100)];
        assert_eq!(matches(&bookings, 5 * 86_400, |at| at).len(), 1);
    }

    #[test]
    fn a_debit_before_its_credit_does_not_pass_it_through() {
        assert!(matches(&[booking(3, 100), booking(2, -100)], 5 * 86_400, |at| at).is_empty());
    }
}
