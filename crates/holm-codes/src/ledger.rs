//! The always-on ledger over independently keyed items: an e-process (Ville's inequality), T4 of `docs/design/codes.md`.

/// ln of the one e-value that an item gives after several looks, from ln e of each look in order.
///
/// The l-th look has stake 1/(l (l + 1)), reserved from the first; the stakes not used yet, 1/(L + 1), stay at 1. So the
/// value is a martingale under innocence however many looks there are: looks are mixed, never multiplied.
#[must_use]
pub fn item_ln_e(looks: &[f64]) -> f64 {
    let reserved = 1.0 / (looks.len() as f64 + 1.0);
    let stakes = (1..=looks.len()).map(|l| 1.0 / (l as f64 * (l as f64 + 1.0)));
    let top = looks.iter().copied().fold(0.0, f64::max);
    let sum: f64 = looks.iter().zip(stakes).map(|(ln_e, stake)| stake * (ln_e - top).exp()).sum();
    top + (sum + reserved * (-top).exp()).ln()
}

/// Whether a ledger value names one of `persons` at lifetime level `alpha`: E ≥ persons / α.
#[must_use]
pub fn names(ln_e: f64, persons: usize, alpha: f64) -> bool {
    ln_e >= (persons.max(1) as f64 / alpha).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stakes_sum_to_one_with_what_is_reserved() {
        for looks in 0..20 {
            assert!(item_ln_e(&vec![0.0; looks]).abs() < 1e-12);
        }
    }

    #[test]
    fn one_great_look_counts_by_its_stake() {
        let ln_e = item_ln_e(&[f64::NEG_INFINITY, 30.0]);
        assert!((ln_e - (30.0 - 6.0_f64.ln())).abs() < 1e-9, "the second look has stake 1/6");
    }

    #[test]
    fn looking_again_never_multiplies() {
        assert!(item_ln_e(&[10.0, 10.0]) < 10.0);
    }
}
