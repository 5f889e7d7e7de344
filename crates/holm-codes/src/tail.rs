//! The exact tail of a score under the law of an innocent copy (T1 of `docs/design/codes.md`).
//!
//! The score is an integer sum over independent marks, so its law is a convolution. It is kept in a window around the
//! running mean; mass that leaves the window is moved up, never down, so that every tail is an upper bound, exact to
//! many digits where the window is wide enough.

use crate::law::Bias;

/// Half-width of the window in standard deviations.
const WINDOW_SIGMAS: f64 = 12.0;
/// Slack on each side of the window, in steps.
const WINDOW_SLACK: f64 = 64.0;
/// Bound on the relative error of sums of non-negative floats here: marks × 2⁻⁵², with room.
const ROUNDING: f64 = 1e-10;

/// The score that one mark adds for each of its symbols, in steps of an integer lattice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkScore {
    /// Steps by symbol.
    pub steps: Vec<i32>,
    /// The mark's bias.
    pub bias: Bias,
}

/// P(S ≥ s) for every s.
#[derive(Clone, Debug)]
pub struct Tail {
    low: i64,
    /// `upper[k]` bounds P(S ≥ low + k).
    upper: Vec<f64>,
}

/// The part of the law that is kept while marks are added.
struct Window {
    low: i64,
    mass: Vec<f64>,
    over: f64,
}

impl Tail {
    /// Convolves the laws of all marks. Time is about marks × window × arity.
    #[must_use]
    pub fn of(marks: &[MarkScore]) -> Self {
        let mut window = Window { low: 0, mass: vec![1.0], over: 0.0 };
        let mut spare = Vec::new();
        let (mut mean, mut variance) = (0.0, 0.0);
        let (mut least, mut most) = (0_i64, 0_i64);
        for mark in marks.iter().filter(|m| m.steps.iter().any(|s| Some(s) != m.steps.first())).chain(shift_only(marks).iter()) {
            let (own_mean, own_variance) = moments(mark);
            mean += own_mean;
            variance += own_variance;
            least += i64::from(mark.steps.iter().copied().min().unwrap_or(0));
            most += i64::from(mark.steps.iter().copied().max().unwrap_or(0));
            let half = (WINDOW_SIGMAS * variance.sqrt() + WINDOW_SLACK).ceil();
            let low = ((mean - half).floor() as i64).max(least);
            let high = ((mean + half).ceil() as i64).min(most);
            window.add(mark, low, high.max(low), &mut spare);
        }
        window.into_tail()
    }

    /// Upper bound on P(S ≥ `score`), equal to it up to rounding inside the window.
    #[must_use]
    pub fn at(&self, score: i64) -> f64 {
        let first = self.upper.first().copied().unwrap_or(1.0);
        let last = self.upper.last().copied().unwrap_or(1.0);
        match usize::try_from(score - self.low) {
            Err(_) => 1.0,
            Ok(0) => first.min(1.0),
            Ok(k) => self.upper.get(k).copied().unwrap_or(last).min(1.0),
        }
    }

    /// The least score whose tail is at most `level`, if any score has one.
    #[must_use]
    pub fn critical(&self, level: f64) -> Option<i64> {
        let k = self.upper.partition_point(|p| *p > level);
        (k + 1 < self.upper.len()).then(|| self.low + k as i64)
    }
}

/// Marks whose symbols all score alike shift the sum; they are merged into one.
fn shift_only(marks: &[MarkScore]) -> Vec<MarkScore> {
    let constant = |m: &&MarkScore| m.steps.iter().all(|s| Some(s) == m.steps.first());
    let shift: i64 = marks.iter().filter(constant).map(|m| i64::from(m.steps.first().copied().unwrap_or(0))).sum();
    let bias = marks.first().map(|m| m.bias.clone());
    match (i32::try_from(shift), bias) {
        (Ok(shift), Some(bias)) if shift != 0 => vec![MarkScore { steps: vec![shift; bias.arity()], bias }],
        _ => Vec::new(),
    }
}

fn moments(mark: &MarkScore) -> (f64, f64) {
    let weighted = |f: &dyn Fn(f64) -> f64| -> f64 {
        mark.steps.iter().enumerate().map(|(a, s)| mark.bias.probability(a) * f(f64::from(*s))).sum()
    };
    let mean = weighted(&|s| s);
    (mean, weighted(&|s| (s - mean) * (s - mean)))
}

impl Window {
    /// Adds a mark; `spare` is a buffer that is used for the next mass and returns with the old one.
    fn add(&mut self, mark: &MarkScore, low: i64, high: i64, spare: &mut Vec<f64>) {
        let width = usize::try_from(high - low).unwrap_or(0) + 1;
        spare.resize(width, 0.0);
        let term = |symbol: usize| {
            let step = mark.steps.get(symbol).copied().unwrap_or(0);
            (self.low + i64::from(step) - low, mark.bias.probability(symbol))
        };
        self.over += if mark.steps.len() == 2 {
            shifted_twice(&self.mass, [term(0), term(1)], spare)
        } else {
            (0..mark.steps.len()).map(|x| shifted(&self.mass, term(x), spare, x == 0)).sum()
        };
        self.low = low;
        std::mem::swap(&mut self.mass, spare);
    }

    fn into_tail(self) -> Tail {
        let mut upper = self.mass;
        let mut sum = self.over;
        for p in upper.iter_mut().rev() {
            sum += *p;
            *p = sum * (1.0 + ROUNDING);
        }
        // Scores above the window keep the mass that was moved out of it.
        upper.push(self.over * (1.0 + ROUNDING));
        Tail { low: self.low, upper }
    }
}

/// Puts `mass`, weighed and moved by `shift`, into `to` (adds it unless `first`); returns what fell off the upper end.
///
/// What falls off the lower end is moved up to the lowest place.
fn shifted(mass: &[f64], (shift, probability): (i64, f64), to: &mut [f64], first: bool) -> f64 {
    let (start, inside) = landing(mass, shift, to.len());
    let end = start + inside.len();
    if first {
        to.iter_mut().take(start).for_each(|t| *t = 0.0);
        to.iter_mut().skip(end).for_each(|t| *t = 0.0);
        to.iter_mut().skip(start).zip(inside).for_each(|(t, f)| *t = probability * f);
    } else {
        to.iter_mut().skip(start).zip(inside).for_each(|(t, f)| *t += probability * f);
    }
    outside(mass, (shift, probability), to)
}

/// [`shifted`] for the two symbols of a binary mark in one pass: most marks are, and memory is what the pass waits for.
fn shifted_twice(mass: &[f64], terms: [(i64, f64); 2], to: &mut [f64]) -> f64 {
    let [(zero, p), (one, q)] = terms;
    let ((start_0, inside_0), (start_1, inside_1)) = (landing(mass, zero, to.len()), landing(mass, one, to.len()));
    let from = start_0.max(start_1);
    let until = (start_0 + inside_0.len()).min(start_1 + inside_1.len()).max(from);
    let at = |start: usize, inside: &[f64], k: usize| k.checked_sub(start).and_then(|i| inside.get(i)).copied().unwrap_or(0.0);
    let edge = |k: usize| p * at(start_0, inside_0, k) + q * at(start_1, inside_1, k);
    to.iter_mut().enumerate().take(from).for_each(|(k, t)| *t = edge(k));
    to.iter_mut().enumerate().skip(until).for_each(|(k, t)| *t = edge(k));
    let (both_0, both_1) = (inside_0.get(from - start_0..), inside_1.get(from - start_1..));
    if let (Some(both_0), Some(both_1), Some(place)) = (both_0, both_1, to.get_mut(from..until)) {
        place.iter_mut().zip(both_0).zip(both_1).for_each(|((t, a), b)| *t = p * a + q * b);
    }
    outside(mass, terms[0], to) + outside(mass, terms[1], to)
}

/// Where `mass` moved by `shift` begins in a window of `width`, and the part of it that lies there.
fn landing(mass: &[f64], shift: i64, width: usize) -> (usize, &[f64]) {
    let skip = usize::try_from(-shift).unwrap_or(0).min(mass.len());
    let start = usize::try_from(shift).unwrap_or(0).min(width);
    let end = mass.len().min(skip + width - start);
    (start, mass.get(skip..end).unwrap_or_default())
}

/// Moves what falls off the lower end up to the lowest place; returns what falls off the upper end.
fn outside(mass: &[f64], (shift, probability): (i64, f64), to: &mut [f64]) -> f64 {
    let skip = usize::try_from(-shift).unwrap_or(0).min(mass.len());
    let inside = landing(mass, shift, to.len()).1.len();
    let sum = |part: Option<&[f64]>| part.unwrap_or_default().iter().sum::<f64>();
    if let Some(bottom) = to.first_mut() {
        *bottom += probability * sum(mass.get(..skip));
    }
    probability * sum(mass.get(skip + inside..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::ONE;
    use proptest::prelude::*;

    fn brute(marks: &[MarkScore]) -> Vec<(i64, f64)> {
        marks.iter().fold(vec![(0, 1.0)], |sums, mark| {
            let each = |(sum, p): &(i64, f64)| {
                let (sum, p) = (*sum, *p);
                mark.steps
                    .iter()
                    .enumerate()
                    .map(move |(a, s)| (sum + i64::from(*s), p * mark.bias.probability(a)))
                    .collect::<Vec<_>>()
            };
            sums.iter().flat_map(each).collect()
        })
    }

    fn mark() -> impl Strategy<Value = MarkScore> {
        let binary = (1_u32..ONE, -40_i32..40, -40_i32..40)
            .prop_map(|(p, a, b)| MarkScore { steps: vec![a, b], bias: Bias::new(vec![p, ONE - p]).unwrap() });
        let ternary = (1_u32..ONE / 2, 1_u32..ONE / 2, proptest::array::uniform3(-40_i32..40))
            .prop_map(|(p, q, s)| MarkScore { steps: s.to_vec(), bias: Bias::new(vec![p, q, ONE - p - q]).unwrap() });
        prop_oneof![binary, ternary]
    }

    proptest! {
        #[test]
        fn the_tail_equals_enumeration(marks in proptest::collection::vec(mark(), 1..9)) {
            let tail = Tail::of(&marks);
            let all = brute(&marks);
            for (score, _) in &all {
                let exact: f64 = all.iter().filter(|(s, _)| s >= score).map(|(_, p)| p).sum();
                let bound = tail.at(*score);
                prop_assert!(bound >= exact * (1.0 - 1e-12) && bound <= exact * (1.0 + 1e-8), "{} {}", bound, exact);
            }
        }
    }

    #[test]
    fn far_binomial_tails_keep_their_digits() {
        // 1,000 fair marks, one step for symbol 1: P(S ≥ 600) from the binomial sum in logarithms.
        let marks = vec![MarkScore { steps: vec![0, 1], bias: Bias::new(vec![ONE / 2, ONE / 2]).unwrap() }; 1000];
        let ln_factorial = |n: u32| (1..=n).map(|i| f64::from(i).ln()).sum::<f64>();
        let ln_choose = |k| ln_factorial(1000) - ln_factorial(k) - ln_factorial(1000 - k) - 1000.0 * 2.0_f64.ln();
        let exact: f64 = (600..=1000).map(|k| ln_choose(k).exp()).sum();
        let bound = Tail::of(&marks).at(600);
        assert!((bound / exact - 1.0).abs() < 1e-6, "{bound} {exact}");
    }

    #[test]
    fn the_critical_score_is_the_least_that_passes() {
        let marks = vec![MarkScore { steps: vec![0, 1], bias: Bias::new(vec![ONE / 2, ONE / 2]).unwrap() }; 10];
        let tail = Tail::of(&marks);
        let critical = tail.critical(0.06).unwrap();
        assert_eq!(critical, 8);
        assert!(tail.at(8) <= 0.06 && tail.at(7) > 0.06);
        assert_eq!(tail.critical(1e-9), None);
    }
}
