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

/// Whether a ledger value stands out at lifetime level `alpha`, for the person who was enrolled as number `rank` (from 1).
///
/// The roster grows, so its size cannot be the divisor: numbers 2ʲ to 2ʲ⁺¹ − 1 share 6/(π² (j + 1)²) of α, which sums to α
/// however many persons come.
#[must_use]
pub fn stands_out(ln_e: f64, rank: usize, alpha: f64) -> bool {
    let block = f64::from(rank.max(1).ilog2());
    let share = 6.0 / (std::f64::consts::PI * (block + 1.0)).powi(2) / block.exp2();
    ln_e >= (1.0 / (alpha * share)).ln()
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
    fn all_persons_together_never_spend_more_than_alpha() {
        // stands_out turns at ln(1/(α share)); the shares of the first million persons are recovered by bisection.
        let share = |rank: usize| {
            let (mut low, mut high) = (0.0, 60.0);
            for _ in 0..60 {
                let middle = f64::midpoint(low, high);
                if stands_out(middle, rank, 0.01) { high = middle } else { low = middle }
            }
            (-high).exp() / 0.01
        };
        let spent: f64 = (0..20_u32).map(|block| f64::from(block).exp2() * share(1 << block)).sum();
        assert!(spent < 1.0 && spent > 0.95, "{spent}");
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
