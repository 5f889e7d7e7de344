//! Exact laws of variants, and what an outcome pays.

/// Weights of a law are integers over this denominator.
pub const ONE: u32 = 1 << 16;

/// The most variants of an experiment.
pub const MOST_VARIANTS: usize = 16;

/// One of an experiment's variants, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variant(pub u8);

/// A set of variants: those that an outcome shows. None: nothing was shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Variants(u16);

impl Variants {
    /// No variant.
    pub const NONE: Self = Self(0);

    /// These; a variant past the last possible one is in no set.
    #[must_use]
    pub fn of(variants: &[Variant]) -> Self {
        Self(variants.iter().fold(0, |set, v| set | 1_u16.checked_shl(u32::from(v.0)).unwrap_or(0)))
    }

    /// Those whose bit is set, variant 0 the lowest.
    #[must_use]
    pub fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// A bit for each variant, variant 0 the lowest.
    #[must_use]
    pub fn bits(self) -> u16 {
        self.0
    }

    /// Whether `variant` is one of them.
    #[must_use]
    pub fn contains(self, variant: Variant) -> bool {
        self.0.checked_shr(u32::from(variant.0)).is_some_and(|bits| bits & 1 == 1)
    }
}

/// How likely each variant is to be told: 2 to 16 positive integers that sum to 2¹⁶.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Law(Vec<u32>);

/// Weights that are no law, or a bet that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LawError {
    /// Too few weights, too many, a zero, or another sum.
    #[error("a law needs 2 to {MOST_VARIANTS} positive weights that sum to {ONE}; got {0:?}")]
    Weights(Vec<u32>),
    /// A stake of nothing, or of more than all.
    #[error("a bet stakes 1 to {ONE} parts of {ONE}; got {0}")]
    Stake(u32),
}

impl Law {
    /// The law with these weights, by variant.
    ///
    /// # Errors
    /// [`LawError::Weights`] quotes weights that are no law.
    pub fn new(weights: Vec<u32>) -> Result<Self, LawError> {
        let sum = weights.iter().try_fold(0_u32, |sum, w| sum.checked_add(*w));
        let fits = (2..=MOST_VARIANTS).contains(&weights.len()) && weights.iter().all(|w| *w > 0) && sum == Some(ONE);
        if fits { Ok(Self(weights)) } else { Err(LawError::Weights(weights)) }
    }

    /// All variants as likely as 2¹⁶ parts allow: weights differ by one at most, the first being the larger.
    ///
    /// # Errors
    /// [`LawError::Weights`] for a number of variants that no law has.
    pub fn uniform(variants: u8) -> Result<Self, LawError> {
        let count = u32::from(variants).max(1);
        Self::new((0..u32::from(variants)).map(|v| ONE / count + u32::from(v < ONE % count)).collect())
    }

    /// The weights, by variant.
    #[must_use]
    pub fn weights(&self) -> &[u32] {
        &self.0
    }

    /// The weight of a set of variants: how likely it is that one of them is told, over 2¹⁶.
    #[must_use]
    pub fn of(&self, variants: Variants) -> u32 {
        (0_u8..).zip(&self.0).filter(|(v, _)| variants.contains(Variant(*v))).map(|(_, w)| w).sum()
    }

    /// The variant at quantile `u` of 0..2¹⁶.
    #[must_use]
    pub(super) fn quantile(&self, u: u16) -> Variant {
        let mut left = u32::from(u);
        for (variant, weight) in (0_u8..).zip(&self.0) {
            if left < *weight {
                return Variant(variant);
            }
            left -= weight;
        }
        Variant(0) // INVARIANT: weights sum to 2¹⁶ > u.
    }
}

/// How much of what is held is staked on "the leak shows what this group was told": λ of the module's doc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bet(u32);

impl Bet {
    /// Stakes `parts` of 2¹⁶.
    ///
    /// All is best where no variant shows but by a leak of those who are eligible. Since the first outcome's share is ½, all can
    /// never lose more than half of what is held.
    ///
    /// # Errors
    /// [`LawError::Stake`] for none, or more than all.
    pub fn new(parts: u32) -> Result<Self, LawError> {
        if (1..=ONE).contains(&parts) { Ok(Self(parts)) } else { Err(LawError::Stake(parts)) }
    }

    /// The stake over 2¹⁶.
    #[must_use]
    pub fn parts(self) -> u32 {
        self.0
    }

    /// e = 1 − λ + λ·1\[told ∈ shown\]/p(shown): what one outcome pays to whoever was told `told` by `law`; 1 if it shows nothing.
    #[must_use]
    pub fn payoff(self, law: &Law, told: Variant, shown: Variants) -> f64 {
        let weight = law.of(shown);
        if weight == 0 {
            return 1.0;
        }
        if shown.contains(told) { self.kept() + f64::from(self.0) / f64::from(weight) } else { self.kept() }
    }

    /// 1 − λ: what is left if the leak shows something else.
    pub(super) fn kept(self) -> f64 {
        f64::from(ONE - self.0) / f64::from(ONE)
    }
}

/// The one e-value of an experiment from those of its outcomes, in the order of entry: Σ e_l/(l(l+1)) + 1/(L+1).
///
/// The l-th outcome's share 1/(l(l+1)) was reserved for it from the first, and what was reserved for outcomes that never came is
/// kept. Only the value over all outcomes is an e-value; the largest over 1, 2, … of them is not.
#[must_use]
pub fn mixed(outcomes: &[f64]) -> f64 {
    let shares = (1..=outcomes.len()).map(|l| 1.0 / (l as f64 * (l as f64 + 1.0)));
    outcomes.iter().zip(shares).map(|(e, share)| e * share).sum::<f64>() + 1.0 / (outcomes.len() as f64 + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_that_are_no_law_are_refused() {
        for weights in [vec![], vec![ONE], vec![ONE, 0], vec![ONE / 2, ONE / 2 - 1], vec![u32::MAX, ONE + 1], vec![ONE / 32; 32]]
        {
            assert_eq!(Law::new(weights.clone()), Err(LawError::Weights(weights)));
        }
        assert_eq!(Law::uniform(3).unwrap().weights(), [21_846, 21_845, 21_845]);
        assert!(Law::uniform(0).is_err() && Law::uniform(1).is_err() && Law::uniform(17).is_err());
        assert!(Bet::new(0).is_err() && Bet::new(ONE + 1).is_err());
    }

    #[test]
    fn quantiles_hit_each_variant_exactly_as_often_as_its_weight() {
        let law = Law::new(vec![1, 13_055, 19_712, 32_768]).unwrap();
        let mut counts = [0_u32; 4];
        (0..=u16::MAX).for_each(|u| counts[usize::from(law.quantile(u).0)] += 1);
        assert_eq!(counts, [1, 13_055, 19_712, 32_768]);
    }

    /// Σ p(v)·e(v) = 1 for every set of variants, every stake.
    #[test]
    fn every_bet_is_fair_whatever_is_shown() {
        let law = Law::new(vec![1, 13_055, 19_712, 32_768]).unwrap();
        for parts in [1, 20_000, ONE] {
            let bet = Bet::new(parts).unwrap();
            for bits in 0..16 {
                let shown = Variants::from_bits(bits);
                let mean: f64 = (0_u8..4)
                    .map(|v| f64::from(law.weights()[usize::from(v)]) / f64::from(ONE) * bet.payoff(&law, Variant(v), shown))
                    .sum();
                assert!((mean - 1.0).abs() < 1e-12, "{parts} of {ONE} on {bits:b}: {mean}");
            }
        }
        assert_eq!(Bet::new(ONE / 2).unwrap().payoff(&law, Variant(3), Variants::of(&[Variant(3)])), 1.5);
        assert_eq!(Bet::new(ONE / 2).unwrap().payoff(&law, Variant(2), Variants::of(&[Variant(3)])), 0.5);
    }

    #[test]
    fn shares_sum_to_one_with_what_is_reserved() {
        for outcomes in 0..20 {
            assert!((mixed(&vec![1.0; outcomes]) - 1.0).abs() < 1e-12);
        }
        assert_eq!(mixed(&[8.0]), 4.5);
        assert_eq!(mixed(&[0.0, 12.0]), 12.0 / 6.0 + 1.0 / 3.0);
        assert!(mixed(&[8.0; 9]) < 8.0, "the same seen again never multiplies");
    }
}
