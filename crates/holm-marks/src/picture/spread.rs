//! Which cosine of which block carries which mark, and with which sign.
//!
//! The picture is cut into blocks of 32 × 32 pixels. In each block the cosines (DCT-II) whose wavelengths lie between about 5
//! and 43 pixels are dealt, one each, to the marks and to a pilot. So every mark is spread over the whole picture and over all
//! wavelengths, the patterns of two marks have no cosine in common (before the mask they are orthogonal, in every crop along
//! blocks too), and writing or reading costs the same for two marks or two hundred. All this is public and follows from the
//! picture's size: what is secret is the codeword.

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
    random: SplitMix,
}

impl Deal {
    /// The deal for `marks` marks (one or more) in a picture of this size.
    pub(super) fn new(marks: usize, width: usize, height: usize) -> Self {
        let pilots = marks.div_ceil(PILOT_SHARE);
        let deck: Vec<Option<u16>> = (0..marks as u16).map(Some).chain(std::iter::repeat_n(None, pilots)).collect();
        let seed = 0x686F_6C6D_2070_6978 ^ ((width as u64) << 32) ^ height as u64;
        Self { next: deck.len(), deck, random: SplitMix(seed) }
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
