//! From p-values to e-values, and the correction for everybody who was screened.

/// The e-value of a p-value by the calibrator ∫₀¹ κ p^(κ−1) dκ = (1 − p + p ln p) / (p ln² p), which needs no choice of κ (Vovk & Wang,
/// *E-values: calibration, combination and applications*, Annals of Statistics 49, 2021, §2). p = 1 gives ½, p = 0 infinity.
pub fn e_value(p: f64) -> f64 {
    // At 1 numerator and denominator vanish, the quotient tends to ½.
    if (1.0 - p) < 1e-5 {
        return 0.5;
    }
    if p <= 0.0 {
        return f64::INFINITY;
    }
    let log = p.ln();
    (1.0 - p + p * log) / (p * log * log)
}

/// The mean of e-values, one for each test that a person could have been given: what was not done counts as 1. A mean of e-values is
/// one whatever hangs together (Vovk & Wang 2021, §3).
pub fn mean_e(found: &[f64], tests: usize) -> f64 {
    let tests = tests.max(found.len()).max(1);
    let missing = (tests - found.len()) as f64;
    (found.iter().sum::<f64>() + missing) / tests as f64
}

/// p-values corrected by Holm's step-down for a family of `family` hypotheses, in the order given; hypotheses without a p-value count
/// as 1. It bounds the probability that anybody innocent is named at all, whatever hangs together: people who call each other do.
/// (Holm 1979. Benjamini–Yekutieli and e-BH bound a share of those named, which does not protect the one who is.)
pub fn corrected(found: &[f64], family: usize) -> Vec<f64> {
    let family = family.max(found.len());
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|&a, &b| found[a].total_cmp(&found[b]));
    let mut out = vec![1.0; found.len()];
    let mut least = 0.0_f64;
    for (rank, &at) in order.iter().enumerate() {
        least = least.max((family - rank) as f64 * found[at]).min(1.0);
        out[at] = least;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calibrator_integrates_to_one() {
        // An e-value has mean 1 under a uniform p: Simpson's rule in ln p, which stretches the pole at 0.
        let (low, n) = (-600.0_f64, 600_000);
        let step = -low / f64::from(n);
        let f = |i: i32| {
            let p = (low + step * f64::from(i)).exp();
            e_value(p) * p
        };
        let inner: f64 = (1..n).map(|i| f(i) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
        let integral = step / 3.0 * (f(0) + inner + f(n));
        // Below e^-600 lie 1/600 of it, in closed form: the antiderivative of (e^x(…))/x² tends to −1/x.
        assert!((integral + 1.0 / 600.0 - 1.0).abs() < 1e-4, "{integral}");
    }

    #[test]
    fn small_p_is_large_e_and_the_ends_are_as_stated() {
        assert_eq!(e_value(1.0), 0.5);
        assert_eq!(e_value(0.0), f64::INFINITY);
        assert!((e_value(0.999) - 0.5).abs() < 1e-3);
        let grid = [1e-12, 1e-6, 1e-3, 0.01, 0.1, 0.5, 0.9, 1.0].map(e_value);
        assert!(grid.windows(2).all(|w| w[0] > w[1]), "{grid:?}");
    }

    #[test]
    fn tests_that_were_not_done_count_as_one() {
        assert_eq!(mean_e(&[], 4), 1.0);
        assert_eq!(mean_e(&[5.0], 4), 2.0);
    }

    #[test]
    fn step_down_follows_holms_paper() {
        let p = [0.01, 0.04, 0.03, 0.005];
        let by_hand = [0.03, 0.06, 0.06, 0.02];
        for (a, b) in corrected(&p, 4).iter().zip(by_hand) {
            assert!((a - b).abs() < 1e-12);
        }
        assert_eq!(corrected(&[0.01], 1000), [1.0]);
        assert!((corrected(&[1e-6], 1000)[0] - 1e-3).abs() < 1e-12);
    }
}
