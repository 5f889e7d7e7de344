//! Distributions that worlds are drawn from.

use std::f64::consts::TAU;

use holm_codes::attack::Random;

/// Exponential with mean 1.
pub(crate) fn exponential(random: &mut impl Random) -> f64 {
    -(1.0 - random.unit()).ln()
}

/// Standard normal (Box and Muller, Ann. Math. Statist. 29, 1958).
pub(crate) fn normal(random: &mut impl Random) -> f64 {
    let radius = (2.0 * exponential(random)).sqrt();
    radius * (TAU * random.unit()).cos()
}

/// Gamma with scale 1 (Marsaglia and Tsang, ACM Trans. Math. Softw. 26, 2000), of any positive shape.
pub(crate) fn gamma(shape: f64, random: &mut impl Random) -> f64 {
    if shape < 1.0 {
        return gamma(shape + 1.0, random) * (1.0 - random.unit()).powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(random);
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && (1.0 - random.unit()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

/// Beta(a, b).
pub(crate) fn beta(a: f64, b: f64, random: &mut impl Random) -> f64 {
    let x = gamma(a, random);
    let y = gamma(b, random);
    x / (x + y)
}

/// Indices of `count` of those with a positive weight, as drawn one after the other without return, each in proportion to its
/// weight (Efraimidis and Spirakis, Inf. Process. Lett. 97, 2006).
pub(crate) fn weighted(weights: &[f64], count: usize, random: &mut impl Random) -> Vec<usize> {
    let key = |(index, weight): (usize, &f64)| (*weight > 0.0).then(|| (exponential(random) / weight, index));
    let mut keys: Vec<(f64, usize)> = weights.iter().enumerate().filter_map(key).collect();
    keys.sort_by(|a, b| a.0.total_cmp(&b.0));
    keys.into_iter().take(count).map(|(_, index)| index).collect()
}
