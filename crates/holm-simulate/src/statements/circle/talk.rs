//! Conversations: several calls or texts in a short time, by day rather than by night.

use crate::chance::{Chance, happens};
use crate::statements::call::{Exchange, Kind};
use crate::statements::second;
use crate::statements::study::{CALLS, HOURS, LN_SECONDS, MISSED};
use crate::world::distribution::{exponential, normal};

/// Calls and texts of a conversation, in the mean of a geometric distribution. This and the three below are fitted: statements made
/// with them agree with [`crate::statements::study`].
pub(crate) const CONVERSATION: f64 = 6.0;
/// Median of the seconds between them, and the standard deviation of their ln.
const PAUSE: [f64; 2] = [100.0, 1.6];
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
        let mean = CONVERSATION / self.rate;
        let mut day = self.days[0] + mean * exponential(random);
        while day < self.days[1] {
            self.conversation(second(by_day(day)), random, exchanges);
            day += mean * exponential(random);
        }
    }

    fn conversation(self, mut at: i64, random: &mut Chance, exchanges: &mut Vec<Exchange>) {
        let mut ends = [self.from, self.to];
        if happens(0.5, random) {
            ends.reverse();
        }
        loop {
            let kind = if happens(CALLS, random) { Kind::Call } else { Kind::Sms };
            let seconds = if kind == Kind::Call { seconds_of_call(random) } else { 0 };
            exchanges.push(Exchange { at, from: ends[0], to: ends[1], kind, seconds });
            if happens(1.0 / CONVERSATION, random) {
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
