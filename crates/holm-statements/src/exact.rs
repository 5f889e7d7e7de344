//! Exact tails: of windows among their controls, of draws without replacement, of coins that are all alike or all different.

/// The widest sum whose distribution is kept: 10 million values of 8 bytes.
pub const WIDEST: usize = 10_000_000;

/// A disclosure's window and the windows it is compared with; numbers are counts, or ranks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// What the window after the disclosure counted.
    pub truth: u64,
    /// What each control window counted.
    pub controls: Vec<u64>,
}

/// A test that was done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tail {
    /// The probability, under the null, of a statistic at least as large as the observed.
    pub p: f64,
    /// That of a larger one: p less the ties. A draw between the two is uniform under the null, which is how uniformity is tested.
    pub beyond: f64,
    /// The statistic.
    pub observed: u64,
    /// Its mean under the null.
    pub expected: f64,
    /// Strata with at least one control; others say nothing and are not in the sum.
    pub strata: usize,
}

/// Why there is no p-value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoTest {
    /// No disclosure has a window with a control.
    #[error("no disclosure has a control window inside the scope")]
    NoControls,
    /// The sum may take too many values ([`WIDEST`]).
    #[error("the counts are too large for an exact distribution")]
    TooWide,
}

/// P(T ≥ observed), T the sum over strata of one value each, drawn uniformly from the stratum's true and control values.
///
/// It is the randomisation p-value of the hypothesis that the true window is exchangeable with its controls (Fisher 1935; Lehmann &
/// Romano, *Testing Statistical Hypotheses*, §15.2), computed by convolution and not by sampling.
///
/// # Errors
/// [`NoTest`] without controls, or where the sum has more than [`WIDEST`] values.
pub fn upper_tail(strata: &[Stratum]) -> Result<Tail, NoTest> {
    let with: Vec<&Stratum> = strata.iter().filter(|s| !s.controls.is_empty()).collect();
    if with.is_empty() {
        return Err(NoTest::NoControls);
    }
    let (mut observed, mut expected, mut floor) = (0, 0.0, 0);
    let mut sums = vec![1.0];
    for stratum in &with {
        let values: Vec<u64> = std::iter::once(stratum.truth).chain(stratum.controls.iter().copied()).collect();
        let low = values.iter().copied().min().unwrap_or_default();
        observed += stratum.truth;
        floor += low;
        expected += values.iter().map(|&v| v as f64).sum::<f64>() / values.len() as f64;
        sums = convolved(&sums, &values, low)?;
    }
    let reached = usize::try_from(observed - floor).map_err(|_| NoTest::TooWide)?;
    // Smallest terms first, so that a far tail keeps its digits.
    let beyond = sums.iter().skip(reached + 1).rev().fold(0.0, |sum, term| sum + term);
    // Nothing lies below the floor, whatever rounding says.
    let p = if reached == 0 { 1.0 } else { (beyond + sums.get(reached).copied().unwrap_or_default()).min(1.0) };
    Ok(Tail { p, beyond, observed, expected, strata: with.len() })
}

/// The distribution of a sum plus one more value, uniform on `values`, of which `low` is the least.
fn convolved(sums: &[f64], values: &[u64], low: u64) -> Result<Vec<f64>, NoTest> {
    let reach = values.iter().copied().max().unwrap_or_default() - low;
    let width = usize::try_from(reach).map_err(|_| NoTest::TooWide)?.saturating_add(sums.len());
    if width > WIDEST {
        return Err(NoTest::TooWide);
    }
    let mut next = vec![0.0; width];
    let weight = 1.0 / values.len() as f64;
    for shift in values.iter().map(|&v| (v - low) as usize) {
        for (slot, sum) in next.iter_mut().skip(shift).zip(sums) {
            *slot += weight * sum;
        }
    }
    Ok(next)
}

/// The same windows with each value replaced by its rank within the stratum, doubled, ties sharing their mean: for amounts, of which
/// one alone would else decide (van Elteren 1960).
pub fn ranked(strata: &[Stratum]) -> Vec<Stratum> {
    let rank = |values: &[u64], of: u64| {
        let (below, same) = values.iter().fold((0, 0), |(b, s), &v| (b + u64::from(v < of), s + u64::from(v == of)));
        2 * below + same + 1
    };
    let ranks = |s: &Stratum| {
        let values: Vec<u64> = std::iter::once(s.truth).chain(s.controls.iter().copied()).collect();
        Stratum { truth: rank(&values, s.truth), controls: s.controls.iter().map(|&v| rank(&values, v)).collect() }
    };
    strata.iter().map(ranks).collect()
}

/// P(X ≥ `hits`), X the number of marked among `drawn` that are drawn without replacement from `all`, of which `marked` are.
/// `hits` beyond what is possible gives 0.
pub fn hypergeometric_tail(all: u64, marked: u64, drawn: u64, hits: u64) -> f64 {
    let (marked, drawn) = (marked.min(all), drawn.min(all));
    let least = (marked + drawn).saturating_sub(all).max(hits);
    let most = marked.min(drawn);
    if hits == 0 {
        return 1.0;
    }
    let log = |x: u64| log_choose(marked, x) + log_choose(all - marked, drawn - x) - log_choose(all, drawn);
    let tail: f64 = (least..=most).rev().map(|x| log(x).exp()).sum();
    tail.min(1.0)
}

/// P(X ≥ `hits`), X binomial of `trials` with probability `chance`.
pub fn binomial_tail(trials: u64, chance: f64, hits: u64) -> f64 {
    if hits == 0 {
        return 1.0;
    }
    let log = |x: u64| log_choose(trials, x) + x as f64 * chance.ln() + (trials - x) as f64 * (-chance).ln_1p();
    (hits..=trials).rev().map(|x| log(x).exp()).sum::<f64>().min(1.0)
}

/// P(X ≥ `hits`), X the number of heads of coins that each have a chance of their own (Poisson binomial).
pub fn coins_tail(chances: &[f64], hits: usize) -> f64 {
    let mut heads = vec![1.0];
    for &chance in chances {
        heads.push(0.0);
        for k in (0..heads.len()).rev() {
            let before = if k == 0 { 0.0 } else { heads[k - 1] };
            heads[k] = heads[k] * (1.0 - chance) + before * chance;
        }
    }
    heads.iter().skip(hits).rev().sum::<f64>().min(1.0)
}

/// ln C(n, k), by the log-gamma function.
fn log_choose(n: u64, k: u64) -> f64 {
    let factorial = |m: u64| libm::lgamma(m as f64 + 1.0);
    factorial(n) - factorial(k) - factorial(n - k)
}

#[cfg(test)]
mod tests;
