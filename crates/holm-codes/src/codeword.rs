//! Codewords: each copy's symbols at all marks, drawn from the item key and never stored.

use crate::key::{Context, ItemKey, Stream};
use crate::law::Bias;

/// Marks that share one block of the stream.
const LANES: usize = 512;
/// Random bits behind each symbol.
const PLANES: usize = 16;
/// Bytes of one plane of one group of lanes.
const BLOCK: usize = LANES / 8;

/// Draws the codewords of an item.
///
/// The symbol at mark j is the quantile of the mark's bias at a 16-bit number U. Bit b of U, the highest first, is bit
/// j mod 512 (the lowest of byte 0 first) of the 64-byte block 16 ⌊j/512⌋ + b of the copy's own stream. So a comparison may
/// stop as soon as it is decided, and 512 of them run side by side; the numbers are the same as if all bits were read.
#[derive(Clone, Debug)]
pub struct Issuer {
    biases: Vec<Bias>,
    groups: Vec<Group>,
    layout: Layout,
}

/// Thresholds of up to 512 binary marks, bit by bit.
#[derive(Clone, Debug)]
struct Group {
    /// `thresholds[b]` holds bit b (highest first) of each lane's threshold.
    thresholds: Vec<[u64; LANES / 64]>,
    all_binary: bool,
}

/// Where each mark's symbol stands in a packed codeword: whole symbols, never across two bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// (byte, shift, width) by mark.
    places: Vec<(u32, u8, u8)>,
    bytes: usize,
}

impl Layout {
    /// Packs marks of these arities in order.
    #[must_use]
    pub fn new(arities: impl IntoIterator<Item = usize>) -> Self {
        let mut places = Vec::new();
        let (mut byte, mut shift) = (0_u32, 0_u8);
        for arity in arities {
            let width = match arity {
                0..=2 => 1,
                3..=4 => 2,
                _ => 3,
            };
            if shift + width > 8 {
                byte += 1;
                shift = 0;
            }
            places.push((byte, shift, width));
            shift += width;
        }
        let bytes = places.last().map_or(0, |(b, _, _)| *b as usize + 1);
        Self { places, bytes }
    }

    /// Bytes of one packed codeword.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The place of mark `j`: byte, shift and width in bits.
    #[must_use]
    pub fn place(&self, mark: usize) -> Option<(usize, u8, u8)> {
        self.places.get(mark).map(|(b, s, w)| (*b as usize, *s, *w))
    }

    fn pack(&self, symbols: &[u8], out: &mut [u8]) {
        for ((byte, shift, _), symbol) in self.places.iter().zip(symbols) {
            if let Some(slot) = out.get_mut(*byte as usize) {
                *slot |= symbol << shift;
            }
        }
    }

    /// The symbol of mark `j` in a packed codeword.
    #[must_use]
    pub fn symbol(&self, packed: &[u8], mark: usize) -> u8 {
        self.places.get(mark).map_or(0, |(byte, shift, width)| {
            packed.get(*byte as usize).map_or(0, |b| (b >> shift) & ((1_u16 << width) - 1) as u8)
        })
    }
}

impl Issuer {
    /// Prepares to draw under these biases.
    #[must_use]
    pub fn new(biases: Vec<Bias>) -> Self {
        let groups = biases.chunks(LANES).map(Group::new).collect();
        let layout = Layout::new(biases.iter().map(Bias::arity));
        Self { biases, groups, layout }
    }

    /// The biases, in mark order.
    #[must_use]
    pub fn biases(&self) -> &[Bias] {
        &self.biases
    }

    /// How codewords are packed.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The codeword of copy `id`: one symbol a mark.
    #[must_use]
    pub fn codeword(&self, key: &ItemKey, id: &[u8]) -> Vec<u8> {
        let mut packed = vec![0; self.layout.bytes];
        self.draw(key, id, &mut packed);
        (0..self.biases.len()).map(|j| self.layout.symbol(&packed, j)).collect()
    }

    /// Draws the codeword of copy `id` into `packed`, which has [`Layout::bytes`] zero bytes.
    pub fn draw(&self, key: &ItemKey, id: &[u8], packed: &mut [u8]) {
        let mut stream = key.stream(Context::Codeword, id);
        for (g, group) in self.groups.iter().enumerate() {
            stream.seek((g * PLANES * BLOCK) as u64);
            if group.all_binary && self.layout.bytes == self.biases.len().div_ceil(8) {
                let from = g * BLOCK;
                let to = (from + BLOCK).min(packed.len());
                if let Some(out) = packed.get_mut(from..to) {
                    group.draw_binary(&mut stream, out, self.biases.len() - g * LANES);
                }
            } else {
                let first = g * LANES;
                let here = self.biases.get(first..).unwrap_or_default();
                let symbols = draw_any(&mut stream, here.get(..LANES.min(here.len())).unwrap_or_default());
                let places =
                    Layout { places: self.layout.places.iter().skip(first).take(symbols.len()).copied().collect(), bytes: 0 };
                places.pack(&symbols, packed);
            }
        }
    }
}

impl Group {
    fn new(biases: &[Bias]) -> Self {
        let all_binary = biases.iter().all(|b| b.arity() == 2);
        let threshold = |lane: usize| biases.get(lane).map_or(0, |b| b.parts().first().copied().unwrap_or(0));
        let plane = |b: usize| {
            let mut words = [0_u64; LANES / 64];
            for lane in 0..biases.len() {
                words[lane / 64] |= u64::from(threshold(lane) >> (PLANES - 1 - b) & 1) << (lane % 64);
            }
            words
        };
        // Past the last plane with a set bit, no number can still fall below its threshold.
        let used = (0..PLANES).rev().find(|b| plane(*b).iter().any(|w| *w != 0)).map_or(0, |b| b + 1);
        Self { thresholds: (0..used).map(plane).collect(), all_binary }
    }

    /// Bit-sliced: symbol 0 where U is below the threshold, else 1.
    fn draw_binary(&self, stream: &mut Stream, out: &mut [u8], marks: usize) {
        let mut below = [0_u64; LANES / 64];
        let mut open = [u64::MAX; LANES / 64];
        let mut block = [0_u8; BLOCK];
        for threshold in &self.thresholds {
            stream.fill(&mut block);
            let mut any = 0;
            for (w, chunk) in block.chunks_exact(8).enumerate() {
                let bits = u64::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7]]);
                below[w] |= open[w] & !bits & threshold[w];
                open[w] &= !(bits ^ threshold[w]);
                any |= open[w];
            }
            if any == 0 {
                break;
            }
        }
        for (i, byte) in out.iter_mut().enumerate() {
            let past = (marks.saturating_sub(8 * i)).min(8);
            let keep = ((1_u16 << past) - 1) as u8;
            *byte = !(below[i / 8].to_le_bytes()[i % 8]) & keep;
        }
    }
}

/// The same by the definition: all 16 bits of each number, then the quantile.
fn draw_any(stream: &mut Stream, biases: &[Bias]) -> Vec<u8> {
    let mut planes = [0_u8; PLANES * BLOCK];
    stream.fill(&mut planes);
    let number = |lane: usize| {
        (0..PLANES).fold(0_u16, |u, b| {
            let bit = planes.get(b * BLOCK + lane / 8).map_or(0, |byte| byte >> (lane % 8) & 1);
            u << 1 | u16::from(bit)
        })
    };
    biases.iter().enumerate().map(|(lane, bias)| bias.quantile(number(lane))).collect()
}

/// The packed codewords of many copies, one after the other.
#[derive(Clone, Debug)]
pub struct Codebook {
    pub(crate) packed: Vec<u8>,
    pub(crate) layout: Layout,
    copies: usize,
}

impl Codebook {
    /// Draws the codewords of `ids`, in their order.
    #[must_use]
    pub fn draw<I: AsRef<[u8]> + Sync>(issuer: &Issuer, key: &ItemKey, ids: &[I]) -> Self {
        use rayon::prelude::*;
        let bytes = issuer.layout.bytes;
        let mut packed = vec![0; bytes * ids.len()];
        if bytes > 0 {
            packed.par_chunks_mut(bytes).zip(ids).for_each(|(out, id)| issuer.draw(key, id.as_ref(), out));
        }
        Self { packed, layout: issuer.layout.clone(), copies: ids.len() }
    }

    /// Packs codewords that are given symbol by symbol.
    #[must_use]
    pub fn from_symbols(arities: &[usize], codewords: &[Vec<u8>]) -> Self {
        let layout = Layout::new(arities.iter().copied());
        let mut packed = vec![0; layout.bytes * codewords.len()];
        if layout.bytes > 0 {
            packed.chunks_mut(layout.bytes).zip(codewords).for_each(|(out, symbols)| layout.pack(symbols, out));
        }
        Self { packed, layout, copies: codewords.len() }
    }

    /// Number of copies.
    #[must_use]
    pub fn copies(&self) -> usize {
        self.copies
    }

    /// Number of marks.
    #[must_use]
    pub fn marks(&self) -> usize {
        self.layout.places.len()
    }

    /// One copy's packed codeword; empty for a copy that is not there.
    #[must_use]
    pub fn row(&self, copy: usize) -> &[u8] {
        let bytes = self.layout.bytes;
        self.packed.get(copy * bytes..(copy + 1) * bytes).unwrap_or_default()
    }

    /// One copy's symbols.
    #[must_use]
    pub fn symbols(&self, copy: usize) -> Vec<u8> {
        let row = self.row(copy);
        (0..self.marks()).map(|j| self.layout.symbol(row, j)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::{Law, draw_biases};
    use proptest::prelude::*;

    fn slow(issuer: &Issuer, key: &ItemKey, id: &[u8]) -> Vec<u8> {
        let mut stream = key.stream(Context::Codeword, id);
        issuer.biases.chunks(LANES).flat_map(|group| draw_any(&mut stream, group)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn bit_sliced_codewords_equal_the_definition(seed: [u8; 32], marks in 1_usize..1200, third in any::<bool>(), law in 0..3) {
            let law = [Law::Half, Law::HalfJ7, Law::J7][law as usize];
            let arities: Vec<usize> = (0..marks).map(|j| if third && j % 5 == 0 { 3 } else { 2 }).collect();
            let key = ItemKey::from_bytes(seed);
            let issuer = Issuer::new(draw_biases(&key, law, &arities));
            prop_assert_eq!(issuer.codeword(&key, b"p17"), slow(&issuer, &key, b"p17"));
        }

        #[test]
        fn packing_keeps_every_symbol(symbols in proptest::collection::vec(0_u8..8, 1..200)) {
            let arities: Vec<usize> = symbols.iter().map(|s| (*s as usize + 1).max(2)).collect();
            let book = Codebook::from_symbols(&arities, std::slice::from_ref(&symbols));
            prop_assert_eq!(book.symbols(0), symbols);
        }
    }

    #[test]
    fn symbols_come_as_often_as_their_bias_says() {
        // 20,000 copies of one mark of four alternatives; chi-square with 3 degrees of freedom: 16.3 once in 1,000.
        let bias = Bias::new(vec![0x1a00, 0x6600, 0x4000, 0x4000]).unwrap();
        let issuer = Issuer::new(vec![bias.clone()]);
        let key = ItemKey::from_bytes([5; 32]);
        let mut counts = [0_f64; 4];
        (0..20_000_u32).for_each(|id| counts[issuer.codeword(&key, &id.to_le_bytes())[0] as usize] += 1.0);
        let chi2: f64 =
            (0..4).map(|a| (counts[a] - 20_000.0 * bias.probability(a)).powi(2) / (20_000.0 * bias.probability(a))).sum();
        assert!(chi2 < 16.3, "chi-square {chi2}");
    }

    #[test]
    fn a_codeword_does_not_depend_on_the_other_copies() {
        let key = ItemKey::from_bytes([8; 32]);
        let issuer = Issuer::new(draw_biases(&key, Law::J7, &[2; 40]));
        let some = Codebook::draw(&issuer, &key, &["p1", "p2"]);
        let more = Codebook::draw(&issuer, &key, &["p9", "p2", "p1"]);
        assert_eq!(some.row(0), more.row(2));
        assert_eq!(some.row(1), more.row(1));
    }
}
