//! What a set of marks can prove, told before release: the power of the single decoder against one leaker.
//!
//! Power is estimated by drawing biases, a leaker and a leak, and testing the leaker exactly as a trace would; coalitions are
//! spoken of by the lengths measured in `docs/design/codes.md`.

use rayon::prelude::*;

use crate::attack::{Channel, Random};
use crate::codeword::Issuer;
use crate::decode::decode_single;
use crate::evidence::Rows;
use crate::key::{Context, ItemKey};
use crate::law::{Law, draw_biases};

/// Trials behind one probability; its standard error at 0.95 is 0.015.
const TRIALS: u32 = 200;

/// Probability that a single leaker's copy is named when these marks are read through `channel`.
///
/// `arities` are those of the marks that can be read; `copies` is the family; `alpha` what the first look may spend.
#[must_use]
pub fn naming_probability(arities: &[usize], law: Law, copies: usize, alpha: f64, channel: Channel) -> f64 {
    if arities.is_empty() || copies == 0 {
        return 0.0;
    }
    let level = alpha / copies as f64;
    if is_hopeless(arities, level) {
        return 0.0;
    }
    let arities = &sample(arities, level);
    let named = (0..TRIALS).into_par_iter().filter(|trial| one_leaker_is_named(arities, law, level, channel, *trial)).count();
    named as f64 / f64::from(TRIALS)
}

/// Marks evenly picked, worth six bits for each that a proof needs: more change nothing but the time that this takes.
fn sample(arities: &[usize], level: f64) -> Vec<usize> {
    const WORTH: f64 = 6.0;
    let bits: f64 = arities.iter().map(|q| (*q as f64).log2()).fold(0.0, |sum, bits| sum + bits);
    let enough = (1.0 / level).log2() * WORTH;
    if bits <= enough {
        return arities.to_vec();
    }
    let most = (arities.len() as f64 * enough / bits).ceil() as usize;
    (0..most).filter_map(|i| arities.get(i * arities.len() / most).copied()).collect()
}

/// Whether these marks can never reach `level`: no bias is below a tenth, so no mark tells more than ln 10.
fn is_hopeless(arities: &[usize], level: f64) -> bool {
    arities.len() as f64 * 10.0_f64.ln() < (1.0 / level).ln()
}

fn one_leaker_is_named(arities: &[usize], law: Law, level: f64, channel: Channel, trial: u32) -> bool {
    let key = ItemKey::from_bytes(*blake3::hash(&[b"holm power ", &trial.to_le_bytes()[..]].concat()).as_bytes());
    let issuer = Issuer::new(draw_biases(&key, law, arities));
    let leaker = issuer.codeword(&key, b"leaker");
    let mut random = key.stream(Context::Salt, b"channel");
    let seen = channel.apply(&leaker, arities, &mut random);
    let evidence = Rows::read(&seen, arities, channel.flipped.max(0.01));
    let scores = decode_single(issuer.biases(), &evidence, |table| vec![i32::try_from(table.score(&leaker)).unwrap_or(i32::MIN)]);
    scores.first().is_some_and(|s| s.p <= level)
}

/// The fewest of these marks, picked at random, that name a single leaker's copy with probability 0.99 when read rightly.
///
/// `None` if even all of them do not.
#[must_use]
pub fn marks_needed(arities: &[usize], law: Law, copies: usize, alpha: f64) -> Option<usize> {
    let mut random = ItemKey::from_bytes([0; 32]).stream(Context::Salt, b"power subset");
    let level = alpha / copies.max(1) as f64;
    let mut order: Vec<usize> = sample(arities, level);
    (1..order.len()).rev().for_each(|i| order.swap(i, random.below(i + 1)));
    // Two failures in 200 are allowed; the third settles it.
    let enough = |count: usize| {
        let marks = order.get(..count).unwrap_or_default();
        let failures = (0..TRIALS).filter(|trial| !one_leaker_is_named(marks, law, level, Channel::CLEAN, *trial));
        !is_hopeless(marks, level) && failures.take(3).count() < 3
    };
    if !enough(order.len()) {
        return None;
    }
    let (mut low, mut high) = (0, order.len());
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if enough(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// The largest coalition of which marks worth `binary_marks` binary ones find a member, whatever it does.
///
/// From the measured lengths at n = 100, α = 10⁻³ and probability 0.95, which grow with ln(copies / α).
#[must_use]
pub fn largest_coalition(binary_marks: f64, copies: usize, alpha: f64, read_errors: bool) -> u8 {
    const LENGTHS: [(u8, f64, f64); 4] = [(1, 24.0, 50.0), (2, 75.0, 160.0), (3, 145.0, 300.0), (5, 345.0, 700.0)];
    let scale = (copies.max(2) as f64 / alpha).ln() / (100.0_f64 / 1e-3).ln();
    let need = |clean: f64, noisy: f64| scale * if read_errors { noisy } else { clean };
    LENGTHS.iter().filter(|(_, clean, noisy)| binary_marks >= need(*clean, *noisy)).map(|(size, ..)| *size).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_grows_with_marks_and_shrinks_with_copies() {
        let p = |marks, copies| naming_probability(&vec![2; marks], Law::Half, copies, 1e-3, Channel::CLEAN);
        // Closed form under ½: m marks read rightly give p = 2^−m, so 17 suffice for 100 copies and 16 do not.
        assert_eq!(p(16, 100), 0.0);
        assert_eq!(p(17, 100), 1.0);
        assert_eq!(p(17, 1000), 0.0);
        assert_eq!(marks_needed(&[2; 60], Law::Half, 100, 1e-3), Some(17));
        assert_eq!(marks_needed(&[2; 10], Law::Half, 100, 1e-3), None);
    }

    #[test]
    fn marks_with_more_alternatives_count_for_more() {
        assert_eq!(marks_needed(&[4; 30], Law::Half, 100, 1e-3), Some(9), "log₂(10⁵) / 2 = 8.3");
    }
}
