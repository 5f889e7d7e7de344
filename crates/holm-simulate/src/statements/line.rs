//! Telephone lines: numbers, handsets and SIMs of a subscriber over time. None of them can exist.

use std::fmt;

/// A number. Country code 999 is kept in reserve (ITU-T E.164).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(pub(crate) u32);

/// A handset; its IMEI begins with 00, as those of test equipment do (3GPP TS 23.003, 6.2.1, GSMA TS.06).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handset(pub(crate) u32);

/// A SIM; its IMSI has the country code 999, of private networks (ITU-T E.212).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sim(pub(crate) u32);

/// Puts numbers below 10⁸ into another order, so that neighbours do not show who was made together: 61,803,399 has no divisor
/// in common with 10.
fn scattered(n: u32) -> u64 {
    (u64::from(n) * 61_803_399 + 27_182_818) % 100_000_000
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+9991{:08}", scattered(self.0))
    }
}

impl fmt::Display for Handset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = format!("000101{:08}", scattered(self.0));
        write!(f, "{body}{}", luhn(&body))
    }
}

impl fmt::Display for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "9990100{:08}", scattered(self.0))
    }
}

/// The check digit of a row of digits (ISO/IEC 7812-1, annex B).
fn luhn(digits: &str) -> u32 {
    let doubled = |(place, digit): (usize, u32)| if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit };
    let sum: u32 = digits.chars().rev().filter_map(|c| c.to_digit(10)).enumerate().map(doubled).sum();
    (10 - sum % 10) % 10
}

/// What something is from which second on; before the first, it is the first.
#[derive(Clone, Debug)]
pub(crate) struct Course<T>(Vec<(i64, T)>);

impl<T: Copy> Course<T> {
    pub(crate) fn new(first: T) -> Self {
        Self(vec![(i64::MIN, first)])
    }

    pub(crate) fn then(&mut self, from: i64, value: T) {
        self.0.push((from, value));
    }

    pub(crate) fn at(&self, second: i64) -> Option<T> {
        self.0.iter().rev().find(|(from, _)| *from <= second).map(|(_, value)| *value)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = T> {
        self.0.iter().map(|(_, value)| *value)
    }

    pub(crate) fn changes(&self) -> usize {
        self.0.len() - 1
    }
}

/// Whether statements of a line are at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Yes,
    No,
}

/// A subscriber's line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) numbers: Course<Number>,
    pub(crate) handsets: Course<Handset>,
    pub(crate) sims: Course<Sim>,
    pub(crate) held: Held,
}

/// All lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    pub(crate) lines: Vec<Line>,
    numbers: u32,
    handsets: u32,
    sims: u32,
}

impl Lines {
    pub(crate) fn number(&mut self) -> Number {
        self.numbers += 1;
        Number(self.numbers)
    }

    pub(crate) fn handset(&mut self) -> Handset {
        self.handsets += 1;
        Handset(self.handsets)
    }

    pub(crate) fn sim(&mut self) -> Sim {
        self.sims += 1;
        Sim(self.sims)
    }

    /// A new line; its index.
    pub(crate) fn open(&mut self, held: Held) -> usize {
        let line = Line {
            numbers: Course::new(self.number()),
            handsets: Course::new(self.handset()),
            sims: Course::new(self.sim()),
            held,
        };
        self.lines.push(line);
        self.lines.len() - 1
    }

    /// A new line whose SIM is in the handset of another; its index.
    pub(crate) fn open_beside(&mut self, other: usize) -> usize {
        let line = Line {
            numbers: Course::new(self.number()),
            handsets: self.lines[other].handsets.clone(),
            sims: Course::new(self.sim()),
            held: Held::Yes,
        };
        self.lines.push(line);
        self.lines.len() - 1
    }

    pub(crate) fn number_at(&self, line: usize, second: i64) -> Option<Number> {
        self.lines[line].numbers.at(second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_the_published_example() {
        // The example of 3GPP TS 23.003, annex B: 26053179311383 has the check digit 7.
        assert_eq!(luhn("26053179311383"), 7);
    }

    #[test]
    fn numbers_handsets_and_sims_differ_and_have_their_lengths() {
        let all: std::collections::BTreeSet<String> = (0..20_000).map(|n| Number(n).to_string()).collect();
        assert!(all.len() == 20_000 && all.iter().all(|n| n.len() == 13 && n.starts_with("+999")));
        assert!((0..100).all(|n| Handset(n).to_string().len() == 15 && Sim(n).to_string().len() == 15));
    }
}
