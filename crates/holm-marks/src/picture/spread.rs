//! Which cosine of which block carries which mark, and with which sign.
//!
//! The picture is cut into blocks of 32 × 32 pixels. In each block the cosines (DCT-II) whose wavelengths lie between about 5
//! and 43 pixels are dealt, one each, to the marks and to a pilot. So every mark is spread over the whole picture and over all
//! wavelengths, the patterns of two marks have no cosine in common (before the mask they are orthogonal, in every crop along
//! blocks too), and writing or reading costs the same for two marks or two hundred. Which cosine carries which mark, and with
//! which sign, follows from a secret seed: who has the program and a copy sees that something stands in these waves, not what.

use super::MOST_MARKS;

/// Side of a block, in pixels.
pub(super) const BLOCK: usize = 32;
/// Frequencies a block has in each direction, in half waves a block.
pub(super) const WAVES: usize = 13;
/// Least and largest frequency, in half waves a block: wavelengths 64/1.5 ≈ 43 to 64/12.5 ≈ 5 pixels.
const RANGE: (f64, f64) = (1.5, 12.5);
/// Bands of about equal width in which what survives is measured.
pub(super) const BANDS: usize = 8;
/// One cosine in so many (plus one) is the pilot's.
const PILOT_SHARE: usize = 8;

/// A cosine of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cosine {
    pub(super) across: usize,
    pub(super) down: usize,
    pub(super) band: usize,
    /// Amplitude relative to others.
    pub(super) height: f32,
}

/// The cosines that carry marks, in order.
pub(super) fn cosines() -> Vec<Cosine> {
    let mut out = Vec::new();
    for down in 0..WAVES {
        for across in 0..WAVES {
            let radius = ((across * across + down * down) as f64).sqrt();
            if (RANGE.0..RANGE.1).contains(&radius) {
                let band = ((radius - RANGE.0) / (RANGE.1 - RANGE.0) * BANDS as f64) as usize;
                // Low waves survive blur and shrinking, and there are few of them.
                let height = (radius / 4.0).powf(-0.5) as f32;
                out.push(Cosine { across, down, band: band.min(BANDS - 1), height });
            }
        }
    }
    out
}

/// The orthonormal DCT-II basis: `basis[k][x]`.
pub(super) fn basis() -> [[f32; BLOCK]; WAVES] {
    let n = BLOCK as f64;
    std::array::from_fn(|k| {
        let scale = if k == 0 { (1.0 / n).sqrt() } else { (2.0 / n).sqrt() };
        std::array::from_fn(|x| (scale * (std::f64::consts::PI * (x as f64 + 0.5) * k as f64 / n).cos()) as f32)
    })
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
pub(super) struct SplitMix(pub(super) u64);

impl SplitMix {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// What decides which pattern stands for which mark: a secret, and how many marks there are.
#[derive(Clone)]
pub struct Patterns {
    seed: [u8; 32],
    marks: usize,
}

impl Patterns {
    /// The patterns of `marks` marks, at most 256, that follow from a secret of 32 bytes, uniformly distributed and used for
    /// one picture only.
    #[must_use]
    pub fn new(seed: [u8; 32], marks: usize) -> Self {
        Self { seed, marks: marks.min(MOST_MARKS) }
    }

    /// Number of marks.
    #[must_use]
    pub fn marks(&self) -> usize {
        self.marks
    }
}

impl std::fmt::Debug for Patterns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Patterns({} marks, [redacted])", self.marks)
    }
}

/// Numbers of BLAKE3's extendable output, keyed by the seed.
struct Stream {
    output: blake3::OutputReader,
    buffer: [u8; 1024],
    at: usize,
}

impl Stream {
    fn new(seed: &[u8; 32], width: usize, height: usize) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(seed);
        hasher.update(&(width as u64).to_le_bytes()).update(&(height as u64).to_le_bytes());
        Self { output: hasher.finalize_xof(), buffer: [0; 1024], at: 1024 }
    }

    fn next(&mut self) -> u64 {
        if self.at >= self.buffer.len() {
            self.output.fill(&mut self.buffer);
            self.at = 0;
        }
        let bytes = self.buffer.get(self.at..self.at + 8).unwrap_or_default();
        self.at += 8;
        bytes.iter().rev().fold(0, |sum, b| sum << 8 | u64::from(*b))
    }
}

/// What one cosine of one block carries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Slot {
    /// The mark, or nothing for the pilot, which stands in every copy.
    pub(super) mark: Option<u16>,
    pub(super) sign: f32,
}

/// Deals slots, block after block in reading order.
pub(super) struct Deal {
    deck: Vec<Option<u16>>,
    next: usize,
    random: Stream,
}

impl Deal {
    /// The deal for one or more marks in a picture of this size.
    pub(super) fn new(patterns: &Patterns, width: usize, height: usize) -> Self {
        let marks = patterns.marks;
        let pilots = marks.div_ceil(PILOT_SHARE);
        let deck: Vec<Option<u16>> = (0..marks as u16).map(Some).chain(std::iter::repeat_n(None, pilots)).collect();
        Self { next: deck.len(), deck, random: Stream::new(&patterns.seed, width, height) }
    }

    /// The next slot.
    pub(super) fn slot(&mut self) -> Slot {
        if self.next >= self.deck.len() {
            self.shuffle();
        }
        let mark = self.deck.get(self.next).copied().flatten();
        self.next += 1;
        Slot { mark, sign: if self.random.next() >> 63 == 0 { 1.0 } else { -1.0 } }
    }

    fn shuffle(&mut self) {
        for i in (1..self.deck.len()).rev() {
            // 2^-50 of bias at most, which nothing here could notice.
            self.deck.swap(i, (self.random.next() % (i as u64 + 1)) as usize);
        }
        self.next = 0;
    }
}

/// Where the blocks of a picture lie: centred, whole blocks only.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl Grid {
    pub(super) fn new(width: usize, height: usize) -> Self {
        let (columns, rows) = (width / BLOCK, height / BLOCK);
        Self { left: (width % BLOCK) / 2, top: (height % BLOCK) / 2, columns, rows }
    }

    /// Upper left corners in reading order.
    pub(super) fn corners(self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.rows * self.columns).map(move |i| (self.left + i % self.columns * BLOCK, self.top + i / self.columns * BLOCK))
    }
}
