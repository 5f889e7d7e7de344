//! What leakers do to codewords: the attacks of tests and benches, in one place.
//!
//! An attack turns the colluders' symbols into what a perfect reader of the leak would see. Randomness comes from the
//! caller's generator. The decoders' models are not used here.

/// A source of random numbers: the next 64 bits.
pub trait Random {
    /// The next 64 random bits.
    fn next(&mut self) -> u64;

    /// A number in [0, 1).
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `n`, which is positive.
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n.max(1) as u128) >> 64) as usize
    }
}

impl Random for crate::key::Stream {
    fn next(&mut self) -> u64 {
        self.next_u64()
    }
}

/// How a coalition chooses the symbol of each mark.
#[derive(Clone, Debug, PartialEq)]
pub enum Attack {
    /// A random colluder at every mark.
    Interleave,
    /// The most frequent symbol, ties at random.
    Majority,
    /// The least frequent symbol among those present, ties at random.
    Minority,
    /// Any symbol that is present, each alike.
    Coin,
    /// The last symbol present.
    AllOne,
    /// The first symbol present.
    AllZero,
    /// Binary: P(1) by the number of colluders who hold 1, least favourable to joint decoders at the designed length.
    WorstCase,
    /// Runs of `0` marks come from one colluder each, as when sentences are pasted together.
    Blocks(usize),
    /// A random colluder at every mark, the first with this share and the others alike.
    Unequal(f64),
    /// A symbol that nobody holds where there is one, else a random colluder's: breaks the marking assumption.
    Foreign,
}

/// θ₁ … θ_{c−1} that minimise the joint information of a coalition of c at its optimal bias (codes.md §4.1 of the design).
fn worst_case_theta(size: usize) -> &'static [f64] {
    match size {
        2 => &[0.5],
        3 => &[0.382, 0.618],
        4 => &[0.270, 0.5, 0.730],
        5 => &[0.230, 0.358, 0.642, 0.771],
        _ => &[],
    }
}

impl Attack {
    /// All attacks on a coalition, for benches: name and attack.
    #[must_use]
    pub fn catalogue() -> Vec<(&'static str, Self)> {
        vec![
            ("interleave", Self::Interleave),
            ("majority", Self::Majority),
            ("minority", Self::Minority),
            ("coin", Self::Coin),
            ("all-1", Self::AllOne),
            ("all-0", Self::AllZero),
            ("worst-case", Self::WorstCase),
            ("blocks", Self::Blocks(4)),
            ("unequal", Self::Unequal(0.7)),
            ("foreign", Self::Foreign),
        ]
    }

    /// The leak's symbols. `colluders` holds at least one codeword; all have `arities.len()` symbols.
    pub fn apply(&self, colluders: &[Vec<u8>], arities: &[usize], random: &mut impl Random) -> Vec<u8> {
        let mut block_source = 0;
        let mut pirate = Vec::with_capacity(arities.len());
        for (mark, arity) in arities.iter().enumerate() {
            let held: Vec<u8> = colluders.iter().map(|w| w[mark]).collect();
            if let Self::Blocks(run) = self
                && mark.is_multiple_of((*run).max(1))
            {
                block_source = random.below(held.len());
            }
            pirate.push(self.choose(&held, *arity, block_source, random));
        }
        pirate
    }

    fn choose(&self, held: &[u8], arity: usize, block_source: usize, random: &mut impl Random) -> u8 {
        let mut counts = [0_usize; crate::law::MOST_SYMBOLS];
        held.iter().for_each(|x| counts[*x as usize] += 1);
        let present: Vec<u8> = (0..arity as u8).filter(|a| counts[*a as usize] > 0).collect();
        let with_count = |n: usize| present.iter().copied().filter(|a| counts[*a as usize] == n).collect::<Vec<u8>>();
        let one_of = |list: &[u8], random: &mut dyn FnMut(usize) -> usize| list[random(list.len())];
        let mut below = |n: usize| random.below(n);
        match self {
            Self::Interleave => one_of(held, &mut below),
            Self::Majority => one_of(&with_count(counts.iter().copied().max().unwrap_or(0)), &mut below),
            Self::Minority => one_of(&with_count(present.iter().map(|a| counts[*a as usize]).min().unwrap_or(0)), &mut below),
            Self::Coin => one_of(&present, &mut below),
            Self::AllOne => present.last().copied().unwrap_or(0),
            Self::AllZero => present.first().copied().unwrap_or(0),
            Self::Blocks(_) => held[block_source],
            Self::Unequal(share) => {
                let first = random.unit() < *share || held.len() == 1;
                if first { held[0] } else { held[1 + random.below(held.len() - 1)] }
            }
            Self::WorstCase => match (present.len(), worst_case_theta(held.len()).get(counts[1].wrapping_sub(1))) {
                (2, Some(one)) if arity == 2 => u8::from(random.unit() < *one),
                _ => one_of(held, &mut below),
            },
            Self::Foreign => {
                let absent: Vec<u8> = (0..arity as u8).filter(|a| counts[*a as usize] == 0).collect();
                if absent.is_empty() { one_of(held, &mut below) } else { one_of(&absent, &mut below) }
            }
        }
    }
}

/// What happens to the symbols between the leak and its reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Channel {
    /// Share of marks that cannot be read.
    pub erased: f64,
    /// Share of the read marks that show a symbol other than the leak's.
    pub flipped: f64,
}

impl Channel {
    /// Every mark is read rightly.
    pub const CLEAN: Self = Self { erased: 0.0, flipped: 0.0 };
    /// 20 % erasures and 5 % flips: the field's usual noisy channel.
    pub const NOISY: Self = Self { erased: 0.2, flipped: 0.05 };

    /// What the reader sees of `pirate`; `None` is an erasure.
    pub fn apply(&self, pirate: &[u8], arities: &[usize], random: &mut impl Random) -> Vec<Option<u8>> {
        let see = |(symbol, arity): (&u8, &usize)| {
            if random.unit() < self.erased {
                return None;
            }
            let flip = random.unit() < self.flipped;
            let other = (usize::from(*symbol) + 1 + random.below(arity - 1)) % arity;
            Some(if flip { other as u8 } else { *symbol })
        };
        pirate.iter().zip(arities).map(see).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Context, ItemKey};

    fn random() -> crate::key::Stream {
        ItemKey::from_bytes([4; 32]).stream(Context::Salt, b"attack tests")
    }

    #[test]
    fn attacks_keep_the_marking_assumption_unless_they_say_otherwise() {
        let mut random = random();
        let arities = [2, 2, 3, 4, 8];
        let words: Vec<Vec<u8>> = (0..3).map(|_| arities.iter().map(|q| random.below(*q) as u8).collect()).collect();
        for (name, attack) in Attack::catalogue() {
            for _ in 0..200 {
                let pirate = attack.apply(&words, &arities, &mut random);
                let held = pirate.iter().enumerate().all(|(j, y)| words.iter().any(|w| w[j] == *y));
                assert_eq!(held, name != "foreign", "{name}: {pirate:?} from {words:?}");
            }
        }
    }

    #[test]
    fn majority_and_minority_follow_the_counts() {
        let words = vec![vec![1, 0], vec![1, 0], vec![0, 1]];
        assert_eq!(Attack::Majority.apply(&words, &[2, 2], &mut random()), [1, 0]);
        assert_eq!(Attack::Minority.apply(&words, &[2, 2], &mut random()), [0, 1]);
        assert_eq!(Attack::AllOne.apply(&words, &[2, 2], &mut random()), [1, 1]);
    }

    #[test]
    fn the_channel_erases_and_flips_as_often_as_it_says() {
        let seen = Channel::NOISY.apply(&vec![0; 50_000], &vec![2; 50_000], &mut random());
        let erased = seen.iter().filter(|s| s.is_none()).count() as f64 / 50_000.0;
        let flipped = seen.iter().filter(|s| **s == Some(1)).count() as f64 / 40_000.0;
        // Both within four standard deviations: 4 √(0.2·0.8/50,000) = 0.0072 and 4 √(0.05·0.95/40,000) = 0.0044.
        assert!((erased - 0.2).abs() < 0.0072 && (flipped - 0.05).abs() < 0.0044, "{erased} {flipped}");
    }
}
