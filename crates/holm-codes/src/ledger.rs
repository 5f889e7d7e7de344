//! The always-on ledger over independently keyed items: an e-process (Ville's inequality), T4 of `docs/design/codes.md`.

/// Share of an item's stake that is never put on a look, so that an item in which a person's copy is not the source does not undo what
/// others show.
const IN_HAND: f64 = 0.5;

/// ln of the one e-value that an item gives after several looks, from ln e of each look in order.
///
/// The l-th look has stake 1/(l (l + 1)) of the other half, reserved from the first: looks are mixed, never multiplied. Stakes of
/// looks to come count as nothing, so the value never falls with a further look, and the largest that it ever has is its last,
/// whose mean is at most 1 under innocence. (If they counted as 1 until they are used, the mean would hold after any number of looks, and
/// the largest of them would not be bounded: looks at one item say the same of one codeword.)
#[must_use]
pub fn item_ln_e(looks: &[f64]) -> f64 {
    let stakes = (1..=looks.len()).map(|l| (1.0 - IN_HAND) / (l as f64 * (l as f64 + 1.0)));
    let top = looks.iter().copied().fold(0.0, f64::max);
    let sum: f64 = looks.iter().zip(stakes).map(|(ln_e, stake)| stake * (ln_e - top).exp()).sum();
    top + (sum + IN_HAND * (-top).exp()).ln()
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
    fn stakes_sum_to_one_with_what_stays_in_hand() {
        for looks in 0..20 {
            let stakes = IN_HAND + (1.0 - IN_HAND) * f64::from(looks) / f64::from(looks + 1);
            assert!((item_ln_e(&vec![0.0; looks as usize]) - stakes.ln()).abs() < 1e-12);
        }
    }

    #[test]
    fn a_further_look_never_takes_away_so_the_largest_value_is_the_last() {
        let looks = [-30.0, 2.0, f64::NEG_INFINITY, -1.0, 12.0, -50.0];
        let values: Vec<f64> = (0..=looks.len()).map(|n| item_ln_e(&looks[..n])).collect();
        assert!(values.windows(2).all(|two| two[1] >= two[0]), "{values:?}");
    }

    #[test]
    fn somebody_who_shows_one_copy_after_another_never_exceeds_the_bound() {
        // An item with one mark of n alternatives, each as likely; the l-th look shows alternative l, so that e is n once and 0 else. An
        // innocent's largest value over all looks must reach c with probability at most 1/c.
        for n in [2_u32, 3, 15, 200] {
            let largest = |own: u32| {
                let looks: Vec<f64> = (0..n).map(|l| if l == own { f64::from(n).ln() } else { f64::NEG_INFINITY }).collect();
                (1..=looks.len()).map(|seen| item_ln_e(&looks[..seen])).fold(f64::NEG_INFINITY, f64::max).exp()
            };
            let values: Vec<f64> = (0..n).map(largest).collect();
            for c in [1.2, 1.5, 2.0, 3.0, 5.0, 20.0] {
                let reached = values.iter().filter(|v| **v >= c).count() as f64 / f64::from(n);
                assert!(reached <= 1.0 / c + 1e-12, "{n} {c} {reached}");
            }
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
        assert!((ln_e - (30.0 - 12.0_f64.ln())).abs() < 1e-9, "the second look has 1/6 of half the stake");
    }

    #[test]
    fn looking_again_never_multiplies() {
        assert!(item_ln_e(&[10.0, 10.0]) < 10.0);
    }
}
