//! Conversations: several calls or texts in a short time, by day rather than by night.

use crate::chance::{Chance, happens};
use crate::statements::call::{Exchange, Kind};
use crate::statements::second;
use crate::statements::study::{CALLS, HOURS, LN_SECONDS, MISSED};
use crate::world::distribution::{exponential, normal};

/// Calls and texts of a conversation of people who talk a lot, in the mean of a geometric distribution; those who exchange
/// `HALF` a day have half as many beyond the first. These and the constants below are fitted: statements made with them agree with
/// [`crate::statements::study`].
const CONVERSATION: f64 = 5.5;
const HALF: f64 = 0.15;
/// Median of the seconds between them, and the standard deviation of their ln.
const PAUSE: [f64; 2] = [110.0, 1.7];
/// Probability that the next goes the other way.
const ANSWERED: f64 = 0.6;

/// Two lines that talk to each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tie {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Calls and texts a day.
    pub(crate) rate: f64,
    /// Days from which, and until which.
    pub(crate) days: [f64; 2],
}

impl Tie {
    /// Everything that they say to each other.
    pub(crate) fn converse(self, random: &mut Chance, exchanges: &mut Vec<Exchange>) {
        let length = 1.0 + (CONVERSATION - 1.0) * self.rate / (self.rate + HALF);
        let mean = length / self.rate;
        let mut day = self.days[0] + mean * exponential(random);
        while day < self.days[1] {
            self.conversation(second(by_day(day)), length, random, exchanges);
            day += mean * exponential(random);
        }
    }

    fn conversation(self, mut at: i64, length: f64, random: &mut Chance, exchanges: &mut Vec<Exchange>) {
        let mut ends = [self.from, self.to];
        if happens(0.5, random) {
            ends.reverse();
        }
        loop {
            let kind = if happens(CALLS, random) { Kind::Call } else { Kind::Sms };
            let seconds = if kind == Kind::Call { seconds_of_call(random) } else { 0 };
            exchanges.push(Exchange { at, from: ends[0], to: ends[1], kind, seconds });
            if happens(1.0 / length, random) {
                return;
            }
            at += i64::from(seconds) + 1 + (PAUSE[0] * (PAUSE[1] * normal(random)).exp()).min(86_400.0) as i64;
            if happens(ANSWERED, random) {
                ends.reverse();
            }
        }
    }
}

/// A moment whose hour is drawn by how much is said in each, from one whose hour is uniform.
fn by_day(day: f64) -> f64 {
    let all: f64 = HOURS.iter().sum();
    let mut left = day.fract() * all;
    for (hour, share) in HOURS.iter().enumerate() {
        if left < *share {
            return day.floor() + (hour as f64 + left / share) / 24.0;
        }
        left -= share;
    }
    day
}

/// How long a call lasts; 0 if nobody answers.
pub(crate) fn seconds_of_call(random: &mut Chance) -> u32 {
    let length = (LN_SECONDS[0] + LN_SECONDS[1] * normal(random)).exp().clamp(1.0, 7_200.0);
    if happens(MISSED, random) { 0 } else { length as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_drawn_by_how_much_is_said_in_each() {
        // 24,000 uniform moments; chi-square with 23 degrees of freedom exceeds 57.1 once in 10,000.
        let random = &mut Chance::new(5);
        let mut counts = [0.0; 24];
        for _ in 0..24_000 {
            let day = holm_codes::attack::Random::unit(random) + 3.0;
            let at = by_day(day);
            assert_eq!(at.floor(), 3.0);
            counts[(at.fract() * 24.0) as usize] += 1.0;
        }
        let all: f64 = HOURS.iter().sum();
        let expected = HOURS.map(|share| 24_000.0 * share / all);
        let chi2: f64 = counts.iter().zip(expected).map(|(is, should)| (is - should).powi(2) / should).sum();
        assert!(chi2 < 57.1, "{chi2}");
    }
}
