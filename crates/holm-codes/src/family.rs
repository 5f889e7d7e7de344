//! From one p a copy to a set of named copies: Holm's step-down over all copies issued, and what each look may spend.
//!
//! Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6 (1979); the weighted form is
//! his section 4.

/// α of look t = 1, 2, …: α / (t (t + 1)), which sums to α over all looks.
#[must_use]
pub fn look_alpha(alpha: f64, look: u32) -> f64 {
    let t = f64::from(look.max(1));
    alpha / (t * (t + 1.0))
}

/// Adjusted p-values by the weighted step-down: a copy is named at level α iff its adjusted p is at most α.
///
/// `weights` are positive, one a copy, fixed before the leak; their scale does not matter.
#[must_use]
pub fn adjusted(p: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    let key = |i: usize| p[i] / weights.get(i).copied().unwrap_or(1.0);
    order.sort_by(|a, b| key(*a).total_cmp(&key(*b)));
    let mut left: f64 = order.iter().map(|i| weights.get(*i).copied().unwrap_or(1.0)).sum();
    let mut adjusted = vec![1.0; p.len()];
    let mut running = 0.0_f64;
    for i in order {
        running = running.max((key(i) * left).min(1.0));
        adjusted[i] = running;
        left -= weights.get(i).copied().unwrap_or(1.0);
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_never_spend_more_than_alpha() {
        let spent: f64 = (1..100_000).map(|t| look_alpha(0.01, t)).sum();
        assert!(spent < 0.01 && spent > 0.00999);
    }

    #[test]
    fn equal_weights_give_the_classical_step_down() {
        let adjusted = adjusted(&[0.01, 0.04, 0.03, 0.005], &[1.0; 4]);
        let expected = [0.03, 0.06, 0.06, 0.02];
        assert!(adjusted.iter().zip(expected).all(|(a, e)| (a - e).abs() < 1e-12), "{adjusted:?}");
    }

    #[test]
    fn weights_move_the_threshold_and_keep_the_total() {
        let weighted = adjusted(&[0.02, 0.02], &[3.0, 1.0]);
        assert!((weighted[0] - 0.02 * 4.0 / 3.0).abs() < 1e-12);
        assert!(
            (weighted[1] - 0.02 * 4.0 / 3.0).abs() < 1e-12,
            "the second steps down to level 0.02 × 1 but not below the first"
        );
    }
}
