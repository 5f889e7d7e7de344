//! A small seeded generator: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
//! 2014, figure 17). For simulation only; nothing secret is drawn from it.

use holm_codes::attack::Random;

/// The generator; equal seeds give equal numbers.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Starts at `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Starts at a seed made of `parts`, so that each cell of an experiment has numbers of its own (FNV-1a, 64 bits).
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0100_0000_01b3;
        let bytes = parts.iter().flat_map(|p| p.bytes().chain([0xff]));
        Self(bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)))
    }

    /// A number below `n`, each alike; 0 if there is none.
    pub fn number_below(&mut self, n: usize) -> usize {
        self.below(n)
    }
}

impl Random for Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Whether something that happens with probability `rate` happens now.
pub(crate) fn happens(rate: f64, random: &mut impl Random) -> bool {
    random.unit() < rate
}

/// A number between `low` and `high`, each alike.
pub(crate) fn between([low, high]: [f64; 2], random: &mut impl Random) -> f64 {
    low + (high - low) * random.unit()
}

/// One of `list`, each alike; `None` if it is empty.
pub(crate) fn one_of<'l, T>(list: &'l [T], random: &mut impl Random) -> Option<&'l T> {
    list.get(random.below(list.len()))
}

/// Puts `list` into a random order (Fisher and Yates).
pub(crate) fn shuffle<T>(list: &mut [T], random: &mut impl Random) {
    (1..list.len()).rev().for_each(|i| list.swap(i, random.below(i + 1)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_published_generator() {
        // The values that the generator's public reference implementations give for this seed.
        let mut chance = Chance::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| chance.next()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn seeds_of_different_parts_differ() {
        assert_ne!(Chance::of(&["a", "bc"]).0, Chance::of(&["ab", "c"]).0);
        assert_eq!(Chance::of(&["a"]).0, Chance::of(&["a"]).0);
    }

    #[test]
    fn every_order_comes_as_often_as_any_other() {
        // 6,000 shuffles of three: chi-square over 6 orders, 5 degrees of freedom, 20.5 is exceeded once in 1,000.
        let mut random = Chance::new(3);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..6000 {
            let mut list = [0, 1, 2];
            shuffle(&mut list, &mut random);
            *counts.entry(list).or_insert(0.0) += 1.0;
        }
        let chi2: f64 = counts.values().map(|c: &f64| (c - 1000.0).powi(2) / 1000.0).sum();
        assert!(counts.len() == 6 && chi2 < 20.5, "{counts:?}");
    }
}
