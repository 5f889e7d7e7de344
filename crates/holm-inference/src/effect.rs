//! Before and after: shares, their difference, medians, and what a comparison of so many could have seen.
//!
//! In: counts and times on either side of a moment. Out: intervals that hold at [`CONFIDENCE`] however few there are. Nothing here says
//! why two sides differ.

use libm::lgamma;

/// The confidence of every interval here.
pub const CONFIDENCE: f64 = 0.95;
/// The chance with which a difference that is there is to be seen: the usual one in planning studies (Cohen 1988, § 2.4).
pub const POWER: f64 = 0.8;
/// With fewer on a side no interval of a difference is given: it would hold less often than it says (0.925 in the worst case of three and
/// three).
pub const FEWEST: u32 = 6;
/// More on one side are not looked for.
pub const MOST: u32 = 4096;
/// Halvings until a limit is within 10⁻¹⁵.
const HALVINGS: u32 = 52;
/// Terms of the continued fraction; it converges in O(√max(a, b)).
const TERMS: u32 = 2000;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    hits: u32,
    of: u32,
}

/// A value and the ends of its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The value itself.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Counted {
    /// `None` if there are more hits than there are, or nothing at all.
    #[must_use]
    pub fn new(hits: u32, of: u32) -> Option<Self> {
        (of > 0 && hits <= of).then_some(Self { hits, of })
    }

    /// Hits among those that there are.
    #[must_use]
    pub fn share(self) -> f64 {
        f64::from(self.hits) / f64::from(self.of)
    }

    /// The share with its exact interval (Clopper and Pearson, Biometrika 26, 1934): it holds with at least [`CONFIDENCE`], whatever
    /// the true share.
    #[must_use]
    pub fn estimate(self) -> Estimate {
        let tail = (1.0 - CONFIDENCE) / 2.0;
        let (k, n) = (f64::from(self.hits), f64::from(self.of));
        let low = if self.hits == 0 { 0.0 } else { solved(|p| beta_below(k, n - k + 1.0, p), tail) };
        let high = if self.hits == self.of { 1.0 } else { solved(|p| beta_below(k + 1.0, n - k, p), 1.0 - tail) };
        Estimate { value: self.share(), low, high }
    }
}

/// Where a rising function on [0, 1] reaches a value.
fn solved(rising: impl Fn(f64) -> f64, value: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if rising(middle) < value { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// P(X ≤ x) of the beta law with `a`, `b` > 0: the regularised incomplete beta function, by its continued fraction (DLMF 8.17.22).
fn beta_below(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast on this side of the mean only.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_below(b, a, 1.0 - x);
    }
    let ln_front = lgamma(a + b) - lgamma(a) - lgamma(b) + a * x.ln() + b * (-x).ln_1p();
    (ln_front.exp() / a / fraction(a, b, x)).clamp(0.0, 1.0)
}

/// 1 + d₁/(1 + d₂/(1 + …)) of the incomplete beta function, by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let apart = |v: f64| if v.abs() < TINY { TINY } else { v };
    let (mut value, mut above, mut below) = (1.0, 1.0, 0.0);
    for n in 1..=TERMS {
        let m = f64::from(n / 2);
        let d = if n % 2 == 0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        below = 1.0 / apart(1.0 + d * below);
        above = apart(1.0 + d / above);
        let step = above * below;
        value *= step;
        if (step - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

/// The second share less the first, its interval recovered from those of both (Zou and Donner, Statistics in Medicine 27, 2008; Newcombe's
/// tenth method, ibid. 17, 1998, where theirs are Wilson's).
#[must_use]
pub fn difference(before: Estimate, after: Estimate) -> Estimate {
    let value = after.value - before.value;
    Estimate {
        value,
        low: value - (after.value - after.low).hypot(before.high - before.value),
        high: value + (after.high - after.value).hypot(before.value - before.low),
    }
}

/// The change of a share; `None` with fewer than [`FEWEST`] on a side.
#[must_use]
pub fn change(before: Counted, after: Counted) -> Option<Estimate> {
    (before.of.min(after.of) >= FEWEST).then(|| difference(before.estimate(), after.estimate()))
}

/// The median of a few values, with the narrowest interval between two of them that holds at [`CONFIDENCE`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Median {
    /// The middle one, or the mean of the two in the middle.
    pub value: f64,
    /// Two order statistics and how surely the median lies between them (David and Nagaraja, Order Statistics, § 7.1); `None` of fewer
    /// than six values, of which no two are far enough apart.
    pub range: Option<(f64, f64, f64)>,
}

/// The median; `None` of nothing.
#[must_use]
pub fn median(values: &[f64]) -> Option<Median> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    let (lower, upper) = (sorted.get(n.checked_sub(1)? / 2)?, sorted.get(n / 2)?);
    // P(fewer than j of n lie below the median), for j from 1.
    let (mut below, mut widest) = (0.0, None);
    for (j, pair) in sorted.iter().zip(sorted.iter().rev()).take(n / 2).enumerate() {
        below += binomial(j as u32, n as u32, 0.5);
        let held = 1.0 - 2.0 * below;
        if held < CONFIDENCE {
            break;
        }
        widest = Some((*pair.0, *pair.1, held));
    }
    Some(Median { value: (lower + upper) / 2.0, range: widest })
}

fn ln_choose(n: u32, k: u32) -> f64 {
    let ln_factorial = |n: u32| lgamma(f64::from(n) + 1.0);
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// P(k of n) where each is one with chance `p`, 0 < p < 1.
fn binomial(k: u32, n: u32, p: f64) -> f64 {
    (ln_choose(n, k) + f64::from(k) * p.ln() + f64::from(n - k) * (-p).ln_1p()).exp()
}

/// What it would take to see a share fall to a part of what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// About so many afterwards, with as many before as there are.
    After(u32),
    /// With those before there is no such number; with about so many on each side it would be seen.
    Each(u32),
    /// Not with [`MOST`] on each side.
    More,
}

/// How many it takes to see, with chance [`POWER`], that a share fell to `part` of what it was before, if it was what it is counted as: the
/// interval of [`change`] lies below 0. `None` if nothing was hit: there is nothing to fall.
#[must_use]
pub fn needed(before: Counted, part: f64) -> Option<Needed> {
    let share = before.share();
    if before.hits == 0 || !(0.0..1.0).contains(&part) {
        return None;
    }
    let chances = (share.min(1.0 - 1e-9), share * part);
    let after = least(|n| power(before.of, n, chances));
    let each = || least(|n| power(n, n, chances)).map_or(Needed::More, Needed::Each);
    Some(after.map_or_else(each, Needed::After))
}

/// The least number, up to a few, with which a power that rises but for its teeth reaches [`POWER`].
fn least(power: impl Fn(u32) -> f64) -> Option<u32> {
    let mut high = FEWEST;
    while power(high) < POWER {
        high *= 2;
        if high > MOST {
            return None;
        }
    }
    let mut low = if high == FEWEST { FEWEST - 1 } else { high / 2 };
    while high - low > 1 {
        let middle = u32::midpoint(low, high);
        if power(middle) < POWER { low = middle } else { high = middle }
    }
    Some(high)
}

/// The chance that the interval of a difference lies below 0, of so many on either side with these chances: exact, over all counts that
/// have any weight.
#[must_use]
pub fn power(before: u32, after: u32, (first, second): (f64, f64)) -> f64 {
    let estimates = |n: u32| move |k: u32| Counted { hits: k, of: n }.estimate();
    let (of_before, of_after) = (estimates(before), estimates(after));
    if before.min(after) < FEWEST {
        return 0.0;
    }
    let (mut total, mut within, mut reached) = (0.0, 0.0, 0_u32);
    // The more hits before, the more hits after still lie below: one pass over both.
    for k in 0..=before {
        let weight = binomial(k, before, first);
        if weight < 1e-12 {
            continue;
        }
        let estimate = of_before(k);
        while reached <= after && difference(estimate, of_after(reached)).high < 0.0 {
            within += if second > 0.0 { binomial(reached, after, second) } else { f64::from(u8::from(reached == 0)) };
            reached += 1;
        }
        total += weight * within;
    }
    total
}

#[cfg(test)]
mod tests;
