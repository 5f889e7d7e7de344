//! A certified bound on the tail of a mixture of likelihood ratios (T5 of `docs/design/codes.md`).
//!
//! Under the mixture's own law the event e ≥ e₀ has weight 1/e ∈ (0, 1/e₀], so e₀/e is a variable in [0, 1] whose mean
//! times 1/e₀ is the innocent tail. From N independent draws its mean is bounded by inverting Hoeffding's inequality in
//! its relative-entropy form (Hoeffding 1963, theorem 1), which fails with probability δ at most.

use crate::key::Stream;
use crate::law::MOST_SYMBOLS;
use crate::ratio::{Ratio, TILT_ONE};

/// Relative room for rounding in sums of logarithms.
const ROUNDING: f64 = 1e-9;

/// Bounds P(e ≥ e₀) for an innocent copy, with probability 1 − `delta`.
///
/// `weights` sum to 1 at most; `ln_e0` is the observed value. `stream` must not depend on the copy's codeword.
pub(crate) fn bound(weights: &[f64], ratios: &[&Ratio], ln_e0: f64, draws: u32, delta: f64, stream: &mut Stream) -> f64 {
    let marks = ratios.first().map_or(0, |r| r.tilt.len());
    let by_mark = Interleaved::new(ratios, marks);
    let mut sum = 0.0;
    let mut words = vec![0_u8; 4 * marks + 8];
    for _ in 0..draws {
        stream.fill(&mut words);
        let component = pick(weights, &words);
        let ln_e = by_mark.draw(component, ratios, words.get(8..).unwrap_or_default(), weights);
        if ln_e >= ln_e0 - ROUNDING {
            sum += (ln_e0 - ln_e).exp().min(1.0);
        }
    }
    let mean = sum / f64::from(draws);
    let upper = entropy_upper(mean, (1.0 / delta).ln() / f64::from(draws));
    ((-ln_e0).exp() * upper * (1.0 + 1e3 * ROUNDING)).min(1.0)
}

fn pick(weights: &[f64], words: &[u8]) -> usize {
    let bytes: [u8; 8] = words.get(..8).and_then(|w| w.try_into().ok()).unwrap_or_default();
    let total: f64 = weights.iter().sum();
    let mut left = u64::from_le_bytes(bytes) as f64 / u64::MAX as f64 * total;
    for (i, weight) in weights.iter().enumerate() {
        if left < *weight {
            return i;
        }
        left -= weight;
    }
    weights.len().saturating_sub(1)
}

/// The ratios of all components side by side, so that one pass over the marks adds to all of them.
struct Interleaved {
    components: usize,
    /// `ln[(mark × 8 + symbol) × components + component]`.
    ln: Vec<f64>,
}

impl Interleaved {
    fn new(ratios: &[&Ratio], marks: usize) -> Self {
        let components = ratios.len();
        let mut ln = vec![0.0; marks * MOST_SYMBOLS * components];
        for (c, ratio) in ratios.iter().enumerate() {
            for (mark, row) in ratio.ln.iter().enumerate() {
                for (x, value) in row.iter().enumerate() {
                    ln[(mark * MOST_SYMBOLS + x) * components + c] = *value;
                }
            }
        }
        Self { components, ln }
    }

    /// Draws a codeword from `component`'s tilted law; returns ln e of it.
    fn draw(&self, component: usize, ratios: &[&Ratio], random: &[u8], weights: &[f64]) -> f64 {
        let mut sums = vec![0.0; self.components];
        let tilt = ratios.get(component).map_or(&[][..], |r| &r.tilt);
        for (mark, (tilt, bytes)) in tilt.iter().zip(random.chunks_exact(4)).enumerate() {
            let mut left = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            let mut symbol = 0;
            while symbol + 1 < MOST_SYMBOLS && left >= tilt[symbol] {
                left -= tilt[symbol];
                symbol += 1;
            }
            let from = (mark * MOST_SYMBOLS + symbol) * self.components;
            let row = &self.ln[from..from + self.components];
            sums.iter_mut().zip(row).for_each(|(s, l)| *s += l);
        }
        ln_mixture(weights, &sums)
    }
}

/// ln Σ w exp(l).
pub(crate) fn ln_mixture(weights: &[f64], lns: &[f64]) -> f64 {
    let top = lns.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + weights.iter().zip(lns).map(|(w, l)| w * (l - top).exp()).sum::<f64>().ln()
}

/// The largest μ with kl(mean ‖ μ) ≤ `budget`, by bisection from above.
fn entropy_upper(mean: f64, budget: f64) -> f64 {
    let kl = |mu: f64| {
        let term = |p: f64, q: f64| if p <= 0.0 { 0.0 } else { p * (p / q).ln() };
        term(mean, mu) + term(1.0 - mean, 1.0 - mu)
    };
    let (mut low, mut high) = (mean, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if kl(middle) > budget { high = middle } else { low = middle }
    }
    high
}

const _: () = assert!(TILT_ONE == 1 << 32, "draws compare 32 random bits with the tilted law");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Context, ItemKey};
    use crate::law::{Bias, ONE};

    #[test]
    fn the_entropy_bound_inverts_the_divergence() {
        let (mean, budget) = (0.05, 0.002);
        let mu = entropy_upper(mean, budget);
        let kl = mean * (mean / mu).ln() + (1.0 - mean) * ((1.0 - mean) / (1.0 - mu)).ln();
        assert!((kl - budget).abs() < 1e-9 && mu > mean);
        assert!((entropy_upper(0.0, 0.01) - (1.0 - (-0.01_f64).exp())).abs() < 1e-9);
    }

    #[test]
    fn the_bound_holds_and_is_near_on_a_case_that_can_be_enumerated() {
        // Two components on twelve marks: all 4,096 codewords give the tail exactly.
        let bias = Bias::new(vec![0x3300, ONE - 0x3300]).unwrap();
        let ratio =
            |sign: f64| Ratio::from_gains(12, |_| &bias, move |mark, x| if (mark % 3 == 0) == (x == 1) { sign } else { 0.3 });
        let (a, b) = (ratio(2.0), ratio(-1.0));
        let weights = [0.6, 0.4];
        let exact = |ln_e0: f64| -> f64 {
            (0..4096_u32)
                .map(|word| {
                    let symbols: Vec<u8> = (0..12).map(|j| (word >> j & 1) as u8).collect();
                    let chance: f64 = symbols.iter().map(|x| bias.probability(*x as usize)).product();
                    if ln_mixture(&weights, &[a.ln_of(&symbols), b.ln_of(&symbols)]) >= ln_e0 { chance } else { 0.0 }
                })
                .sum()
        };
        for (i, ln_e0) in [0.5, 1.5, 3.0].into_iter().enumerate() {
            let mut stream = ItemKey::from_bytes([3; 32]).stream(Context::Certificate, &[i as u8]);
            let bound = bound(&weights, &[&a, &b], ln_e0, 20_000, 1e-6, &mut stream);
            let exact = exact(ln_e0);
            assert!(bound >= exact && bound < exact * 1.25 + 1e-6, "{ln_e0}: {bound} against {exact}");
        }
    }
}
