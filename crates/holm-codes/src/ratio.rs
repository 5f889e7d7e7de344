//! Likelihood ratios against innocence: the e-values of single components.
//!
//! A component fixes a model and a set A of known partners. For each mark it tilts the bias π to the law τ that a copy of
//! a further colluder would have, given what was seen; its ratio is τ/π. Since τ is a distribution, the product of ratios
//! over an innocent codeword has mean exactly 1 (T2 of `docs/design/codes.md`).

use crate::law::{Bias, MOST_SYMBOLS, ONE};
use crate::strategy::{Classes, LnLikelihood};

/// Tilted laws are integers over this denominator, so that a certificate can sample them exactly.
pub(crate) const TILT_ONE: u64 = 1 << 32;

/// The tilted law and the ratio at every mark.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ratio {
    /// By mark, P(symbol) under the tilted law over 2³².
    pub(crate) tilt: Vec<[u32; MOST_SYMBOLS]>,
    /// By mark, ln(τ/π) of each symbol.
    pub(crate) ln: Vec<[f64; MOST_SYMBOLS]>,
}

impl Ratio {
    /// The component in which the known partners are in `states`, one state a mark.
    pub(crate) fn new(classes: &Classes, likelihood: &LnLikelihood, states: &[u16]) -> Self {
        let gain = |mark: usize, x: usize| likelihood.at(mark, classes.states(mark).next(states[mark], x as u8));
        Self::from_gains(states.len(), |mark| classes.bias(mark), gain)
    }

    /// Tilts each bias by exp(`gain`), whatever the gain is.
    pub(crate) fn from_gains<'b>(marks: usize, bias: impl Fn(usize) -> &'b Bias, gain: impl Fn(usize, usize) -> f64) -> Self {
        let mut ratio = Self { tilt: Vec::with_capacity(marks), ln: Vec::with_capacity(marks) };
        for mark in 0..marks {
            let bias = bias(mark);
            let gains: Vec<f64> = (0..bias.arity()).map(|x| gain(mark, x)).collect();
            let tilt = tilted(bias, &gains);
            let mut ln = [0.0; MOST_SYMBOLS];
            for (x, part) in bias.parts().iter().enumerate() {
                let innocent = u64::from(*part) * (TILT_ONE / u64::from(ONE));
                ln[x] = if u64::from(tilt[x]) == innocent { 0.0 } else { (f64::from(tilt[x]) / innocent as f64).ln() };
            }
            ratio.tilt.push(tilt);
            ratio.ln.push(ln);
        }
        ratio
    }

    /// Natural logarithm of the component's e-value for a codeword.
    pub(crate) fn ln_of(&self, symbols: &[u8]) -> f64 {
        self.ln.iter().zip(symbols).map(|(row, x)| row[*x as usize % MOST_SYMBOLS]).sum()
    }
}

/// π exp(gain), normalised, in integers that sum to 2³² exactly; no symbol that π allows is ruled out.
fn tilted(bias: &Bias, gains: &[f64]) -> [u32; MOST_SYMBOLS] {
    let mut tilt = [0_u32; MOST_SYMBOLS];
    let innocent = |part: u32| u64::from(part) * (TILT_ONE / u64::from(ONE));
    let top = gains.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let same = gains.iter().all(|g| (g - top).abs() < 1e-12);
    let weights: Vec<f64> = bias.parts().iter().zip(gains).map(|(p, g)| f64::from(*p) * (g - top).exp()).collect();
    let total: f64 = weights.iter().sum();
    let mut left = TILT_ONE;
    for (x, (weight, part)) in weights.iter().zip(bias.parts()).enumerate() {
        let exact = if same { innocent(*part) } else { (weight / total * TILT_ONE as f64) as u64 };
        let spare = (bias.arity() - 1 - x) as u64;
        let value = exact.clamp(1, left - spare).min(u64::from(u32::MAX));
        tilt[x] = value as u32;
        left -= value;
    }
    // What rounding left over goes to the likeliest symbol.
    let best = (0..bias.arity()).max_by_key(|x| tilt[*x]).unwrap_or(0);
    tilt[best] = (u64::from(tilt[best]) + left).min(u64::from(u32::MAX)) as u32;
    tilt
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_ratio_has_mean_one_under_innocence(cut in 1_u32..ONE, gains in proptest::array::uniform2(-30.0_f64..30.0)) {
            let bias = Bias::new(vec![cut, ONE - cut]).unwrap();
            let ratio = Ratio::from_gains(1, |_| &bias, |_, x| gains[x]);
            let mean: f64 = (0..2).map(|x| bias.probability(x) * ratio.ln[0][x].exp()).sum();
            prop_assert!(mean <= 1.0 + 1e-12 && mean > 1.0 - 1e-9, "{}", mean);
        }
    }

    #[test]
    fn an_erased_mark_has_ratio_exactly_one() {
        let bias = Bias::new(vec![21_846, 21_845, 21_845]).unwrap();
        let ratio = Ratio::from_gains(1, |_| &bias, |_, _| -3.7);
        assert_eq!(ratio.ln[0], [0.0; MOST_SYMBOLS]);
    }
}
