//! Integer scores of many copies at once: one byte of packed codeword, one look-up.

use rayon::prelude::*;

use crate::codeword::{Codebook, Layout};
use crate::law::{Bias, MOST_SYMBOLS};
use crate::tail::MarkScore;

/// Steps of the score lattice in one unit of natural logarithm.
pub const STEPS_PER_NAT: f64 = 256.0;
/// No mark scores beyond this many nats either way.
const MOST_NATS: f64 = 40.0;

/// The steps that each symbol of each mark adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreTable {
    pub(crate) steps: Vec<[i32; MOST_SYMBOLS]>,
}

impl ScoreTable {
    /// Quantises natural-log scores to the nearest step.
    #[must_use]
    pub fn from_nats(marks: usize, nats: impl Fn(usize, usize) -> f64, arity: impl Fn(usize) -> usize) -> Self {
        let steps = (0..marks).map(|mark| {
            let mut row = [0; MOST_SYMBOLS];
            row.iter_mut().enumerate().take(arity(mark)).for_each(|(a, s)| *s = to_steps(nats(mark, a)));
            row
        });
        Self { steps: steps.collect() }
    }

    /// The score of one codeword, in steps.
    #[must_use]
    pub fn score(&self, symbols: &[u8]) -> i64 {
        self.steps.iter().zip(symbols).map(|(row, x)| i64::from(row[*x as usize % MOST_SYMBOLS])).sum()
    }

    /// The table with its biases, for the exact tail.
    #[must_use]
    pub fn with_biases(&self, biases: &[Bias]) -> Vec<MarkScore> {
        let mark = |(row, bias): (&[i32; MOST_SYMBOLS], &Bias)| MarkScore {
            steps: row.iter().take(bias.arity()).copied().collect(),
            bias: bias.clone(),
        };
        self.steps.iter().zip(biases).map(mark).collect()
    }

    /// Scores every copy of `book`, in steps.
    #[must_use]
    pub fn scan(&self, book: &Codebook) -> Vec<i32> {
        let lookups = Lookups::new(self, &book.layout);
        let mut out = vec![0_i32; book.copies()];
        let bytes = book.layout.bytes();
        if bytes > 0 {
            lookups.add(&book.packed, bytes, &mut out);
        }
        out
    }

    /// As [`ScoreTable::scan`], on all cores.
    #[must_use]
    pub fn scan_parallel(&self, book: &Codebook) -> Vec<i32> {
        const COPIES: usize = 4096;
        let lookups = Lookups::new(self, &book.layout);
        let mut out = vec![0_i32; book.copies()];
        let bytes = book.layout.bytes();
        if bytes > 0 {
            out.par_chunks_mut(COPIES)
                .zip(book.packed.par_chunks(COPIES * bytes))
                .for_each(|(part, packed)| lookups.add(packed, bytes, part));
        }
        out
    }

    /// Scores copies whose codewords are drawn on the way, in flat memory: `draw(i, packed)` writes copy i's codeword.
    #[must_use]
    pub fn scan_drawn(&self, layout: &Layout, copies: usize, draw: impl Fn(usize, &mut [u8]) + Sync) -> Vec<i32> {
        const COPIES: usize = 256;
        let lookups = Lookups::new(self, layout);
        let bytes = layout.bytes();
        let mut out = vec![0_i32; copies];
        out.par_chunks_mut(COPIES).enumerate().for_each_init(
            || vec![0_u8; COPIES * bytes],
            |packed, (chunk, part)| {
                packed.fill(0);
                packed.chunks_mut(bytes.max(1)).take(part.len()).enumerate().for_each(|(i, row)| draw(chunk * COPIES + i, row));
                lookups.add(packed.get(..part.len() * bytes).unwrap_or_default(), bytes, part);
            },
        );
        out
    }
}

fn to_steps(nats: f64) -> i32 {
    // Not a number cannot come from a likelihood; as a score it must help nobody's accuser.
    if nats.is_nan() {
        return -(MOST_NATS * STEPS_PER_NAT) as i32;
    }
    (nats.clamp(-MOST_NATS, MOST_NATS) * STEPS_PER_NAT).round() as i32
}

/// For each byte of a packed codeword, the sum of its marks' steps for each value of the byte.
struct Lookups(Vec<[i32; 256]>);

impl Lookups {
    fn new(table: &ScoreTable, layout: &Layout) -> Self {
        let mut bytes = vec![[0_i32; 256]; layout.bytes()];
        for (mark, row) in table.steps.iter().enumerate() {
            let Some((byte, shift, width)) = layout.place(mark) else { continue };
            let Some(sums) = bytes.get_mut(byte) else { continue };
            // Higher bits are still empty: each filled value spreads to those with this mark's symbol added.
            let filled = 1_usize << shift;
            for symbol in (0..1_usize << width).rev() {
                let add = row[symbol % MOST_SYMBOLS];
                for low in 0..filled {
                    sums[(symbol << shift) | low] = sums[low] + add;
                }
            }
        }
        Self(bytes)
    }

    /// Adds to `out`; tiles of bytes keep their look-ups in the first-level cache.
    fn add(&self, packed: &[u8], bytes: usize, out: &mut [i32]) {
        const TILE: usize = 16;
        for (tile, sums) in self.0.chunks(TILE).enumerate() {
            for (score, row) in out.iter_mut().zip(packed.chunks_exact(bytes)) {
                let here = row.iter().skip(tile * TILE).zip(sums);
                *score += here.map(|(byte, sums)| sums[*byte as usize]).sum::<i32>();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn scanning_equals_adding_up(seed in any::<u64>(), arities in proptest::collection::vec(2_usize..=8, 1..150), copies in 1_usize..40) {
            let mut state = seed | 1;
            let mut random = move || { state ^= state << 13; state ^= state >> 7; state ^= state << 17; state };
            let words: Vec<Vec<u8>> = (0..copies).map(|_| arities.iter().map(|q| (random() % *q as u64) as u8).collect()).collect();
            let scores: Vec<Vec<f64>> = arities.iter().map(|q| (0..*q).map(|_| (random() % 1000) as f64 / 100.0 - 5.0).collect()).collect();
            let table = ScoreTable::from_nats(arities.len(), |j, a| scores[j][a], |j| arities[j]);
            let book = Codebook::from_symbols(&arities, &words);
            let slow: Vec<i32> = words.iter().map(|w| table.score(w) as i32).collect();
            prop_assert_eq!(&table.scan(&book), &slow);
            prop_assert_eq!(&table.scan_parallel(&book), &slow);
            let drawn = table.scan_drawn(&book.layout, copies, |i, out| out.copy_from_slice(book.row(i)));
            prop_assert_eq!(&drawn, &slow);
        }
    }
}
