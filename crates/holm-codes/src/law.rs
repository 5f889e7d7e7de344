//! Bias laws: how likely each alternative of a mark is to be issued.
//!
//! A bias is a vector of integers that sum to 2¹⁶. Which law an item is issued under is part of its manifest and depends
//! on the marks and on the planned number of copies only. Sources and measurements: Tardos (JACM 2008), Nuida et al.
//! (Des. Codes Cryptogr. 52, 2009), and the comparison of laws at small lengths in `docs/design/codes.md`.

use serde::{Deserialize, Serialize};

use crate::key::{Context, ItemKey};

/// Biases are integers over this denominator.
pub const ONE: u32 = 1 << 16;

/// The largest arity of a mark.
pub const MOST_SYMBOLS: usize = 8;

/// The named laws.
///
/// The names say what binary marks get; marks with more alternatives get a bias of their own (`Law::many`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Law {
    /// p = ½: best against one or two, void against a minority attack of three.
    Half,
    /// Two marks of three at ½, the third from J7: for texts that suffice for one leaker or two.
    HalfJ7,
    /// {0.219: 0.375, 0.5: 0.25, 0.781: 0.375}: three to six.
    J7,
}

/// How the marks of one arity are biased: weighted atoms.
struct Atom {
    /// Weight of the atom over 2¹⁶.
    weight: u32,
    /// Biases over 2¹⁶ in symbol order.
    bias: &'static [u32],
}

// The low byte of every atom is zero, so that codewords need eight random bits a mark; 0x3800/2¹⁶ = 0.21875.
const HALF: &[Atom] = &[Atom { weight: ONE, bias: &[0x8000, 0x8000] }];
const J7: &[Atom] = &[
    Atom { weight: 24_576, bias: &[0x3800, 0xc800] },
    Atom { weight: 16_384, bias: &[0x8000, 0x8000] },
    Atom { weight: 24_576, bias: &[0xc800, 0x3800] },
];
const HALF_J7: &[Atom] = &[
    Atom { weight: 8_192, bias: &[0x3800, 0xc800] },
    Atom { weight: 49_152, bias: &[0x8000, 0x8000] },
    Atom { weight: 8_192, bias: &[0xc800, 0x3800] },
];

impl Law {
    fn binary(self) -> &'static [Atom] {
        match self {
            Self::Half => HALF,
            Self::HalfJ7 => HALF_J7,
            Self::J7 => J7,
        }
    }

    /// The bias of a mark with `arity` > 2 alternatives.
    ///
    /// Under [`Law::Half`] uniform. Else uniform on half of the marks and, on the other half, one alternative in turn at
    /// about 0.1 for three or four alternatives (a mixture of the uniform and a Dirichlet-like law keeps a minority attack
    /// informative); uniform from five alternatives on, which already resists it.
    #[must_use]
    fn many(self, arity: usize, draw: u64) -> Vec<u32> {
        let uniform = spread(ONE, arity);
        if self == Self::Half || arity > 4 || draw & 1 == 0 {
            return uniform;
        }
        const RARE: u32 = 0x1a00;
        const COMMON: [u32; 2] = [0x8000, 0x6600];
        let order = permutation(arity, draw >> 1);
        let mut bias = vec![0; arity];
        let rare = RARE;
        let rest = ONE - rare;
        for (rank, at) in order.into_iter().enumerate() {
            bias[at] = match (arity, rank) {
                (_, 0) => rare,
                (3, 1) => COMMON[0],
                (3, _) => rest - COMMON[0],
                (_, 1) => COMMON[1],
                (_, 2) => 0x4000,
                (_, _) => rest - COMMON[1] - 0x4000,
            };
        }
        bias
    }

    /// The law for the largest coalition that marks worth `binary_marks` binary ones can still resolve among `copies`.
    ///
    /// `largest` is the policy's largest coalition. The length is that at which three are found whatever they do, with
    /// probability 0.95 at α = 10⁻³ among 100 (`docs/design/codes.md`); it grows with ln(copies / α).
    #[must_use]
    pub fn default_for(binary_marks: f64, copies: usize, largest: u8) -> Self {
        const AT_100: f64 = 11.51;
        const THREE_UNDER_J7: f64 = 125.0;
        let scale = ((copies.max(2) as f64) * 1000.0).ln() / AT_100;
        match largest {
            0..=2 => Self::Half,
            _ if binary_marks < THREE_UNDER_J7 * scale => Self::HalfJ7,
            _ => Self::J7,
        }
    }
}

/// Splits `total` into `parts` integers that differ by one at most.
fn spread(total: u32, parts: usize) -> Vec<u32> {
    let parts32 = parts as u32;
    (0..parts32).map(|i| total / parts32 + u32::from(i < total % parts32)).collect()
}

/// The permutation of 0..n with number `draw` mod n!.
fn permutation(n: usize, mut draw: u64) -> Vec<usize> {
    let mut left: Vec<usize> = (0..n).collect();
    let mut out = Vec::with_capacity(n);
    while !left.is_empty() {
        let k = left.len() as u64;
        out.push(left.remove((draw % k) as usize));
        draw /= k;
    }
    out
}

/// One mark's bias: the probability of each alternative, over 2¹⁶.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bias(Vec<u32>);

/// A bias vector that is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a bias needs 2 to {MOST_SYMBOLS} positive parts that sum to {ONE}; got {0:?}")]
pub struct BiasError(Vec<u32>);

impl Bias {
    /// Takes a vector of positive integers that sum to 2¹⁶.
    ///
    /// # Errors
    /// [`BiasError`] quotes a vector of another kind.
    pub fn new(parts: Vec<u32>) -> Result<Self, BiasError> {
        let fits = (2..=MOST_SYMBOLS).contains(&parts.len()) && parts.iter().all(|p| *p > 0) && parts.iter().sum::<u32>() == ONE;
        if fits { Ok(Self(parts)) } else { Err(BiasError(parts)) }
    }

    /// The parts over 2¹⁶, in symbol order.
    #[must_use]
    pub fn parts(&self) -> &[u32] {
        &self.0
    }

    /// Number of alternatives.
    #[must_use]
    pub fn arity(&self) -> usize {
        self.0.len()
    }

    /// Probability of `symbol`; 0 for one that the mark does not have.
    #[must_use]
    pub fn probability(&self, symbol: usize) -> f64 {
        self.0.get(symbol).map_or(0.0, |p| f64::from(*p) / f64::from(ONE))
    }

    /// The symbol at quantile `u` of 0..2¹⁶.
    #[must_use]
    pub fn quantile(&self, u: u16) -> u8 {
        let mut left = u32::from(u);
        for (symbol, part) in self.0.iter().enumerate() {
            if left < *part {
                return symbol as u8;
            }
            left -= part;
        }
        (self.0.len() - 1) as u8
    }
}

/// The biases of an item's marks.
///
/// Mark j reads bytes 16 j to 16 j + 15 of the bias stream, so that its bias depends on its own place and arity only.
#[must_use]
pub fn draw_biases(key: &ItemKey, law: Law, arities: &[usize]) -> Vec<Bias> {
    let mut stream = key.stream(Context::Bias, b"");
    arities
        .iter()
        .map(|arity| {
            let choice = stream.next_u64();
            let second = stream.next_u64();
            if *arity != 2 {
                return Bias(law.many((*arity).clamp(2, MOST_SYMBOLS), second));
            }
            let mut left = (choice % u64::from(ONE)) as u32;
            let atoms = law.binary();
            let atom = atoms.iter().find(|atom| {
                let here = left < atom.weight;
                left = left.wrapping_sub(atom.weight);
                here
            });
            Bias(atom.or(atoms.last()).map_or_else(|| spread(ONE, 2), |a| a.bias.to_vec()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_law_is_a_distribution() {
        for law in [Law::Half, Law::HalfJ7, Law::J7] {
            assert_eq!(law.binary().iter().map(|a| a.weight).sum::<u32>(), ONE);
            for atom in law.binary() {
                Bias::new(atom.bias.to_vec()).unwrap();
            }
            for arity in 3..=MOST_SYMBOLS {
                for draw in 0..100 {
                    Bias::new(law.many(arity, draw)).unwrap();
                }
            }
        }
    }

    #[test]
    fn atoms_come_as_often_as_the_law_says() {
        // Chi-square over the three atoms of J7, 30,000 marks, two degrees of freedom: 13.8 is exceeded once in 1,000.
        let biases = draw_biases(&ItemKey::from_bytes([1; 32]), Law::J7, &vec![2; 30_000]);
        let mut chi2 = 0.0;
        for atom in J7 {
            let seen = biases.iter().filter(|b| b.parts() == atom.bias).count() as f64;
            let expected = 30_000.0 * f64::from(atom.weight) / f64::from(ONE);
            chi2 += (seen - expected).powi(2) / expected;
        }
        assert!(chi2 < 13.8, "chi-square {chi2}");
    }

    #[test]
    fn quantiles_cover_each_symbol_exactly_by_its_bias() {
        let bias = Bias::new(vec![13_056, 19_712, 32_768]).unwrap();
        let mut counts = [0_u32; 3];
        (0..=u16::MAX).for_each(|u| counts[bias.quantile(u) as usize] += 1);
        assert_eq!(counts, [13_056, 19_712, 32_768]);
    }

    #[test]
    fn a_bias_that_is_no_distribution_is_refused() {
        assert!(Bias::new(vec![ONE]).is_err() && Bias::new(vec![1, 2]).is_err() && Bias::new(vec![0, ONE]).is_err());
    }

    #[test]
    fn the_default_law_follows_what_the_marks_can_resolve() {
        assert_eq!(Law::default_for(500.0, 100, 2), Law::Half);
        assert_eq!(Law::default_for(30.0, 100, 4), Law::HalfJ7);
        assert_eq!(Law::default_for(145.0, 100, 4), Law::J7);
        assert_eq!(Law::default_for(145.0, 1000, 4), Law::HalfJ7, "ten times the copies need a fifth more marks");
    }
}
