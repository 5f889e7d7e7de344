//! From a residual to a likelihood row a mark.
//!
//! A cosine's correlation U of mark symbol x ∈ {−1, 1} is taken for normal with mean x·g·a·I and variance v·I, where a is the
//! cosine's amplitude, I the information that the leak has about its block, and g and v belong to the band: g is measured on
//! the pilot, which stands in every copy, v on all cosines together. No codeword takes part. A leak of an unmarked master
//! measures g near 0 and so says nothing.

use serde::{Deserialize, Serialize};

use super::mask::Mask;
use super::plane::Plane;
use super::residual::Residual;
use super::spread::{BANDS, BLOCK, Cosine, Deal, Grid, Patterns, Slot, WAVES, basis, cosines};

/// Share of marks for which the model of a reading does not hold. With it no row claims more than about ln 1,000.
const BLOTTED: f64 = 0.01;
/// Blocks of which the leak shows less information than this are left out, in cosines of unit noise.
const LEAST: f32 = 1e-4;

/// A pilot of this z, squared, makes rows count half.
const DOUBT: f64 = 4.0;

/// What a leak shows of a picture's marks.
#[derive(Clone, Debug)]
pub struct PictureReading {
    /// For each mark the likelihood of symbol 0 and of symbol 1, up to a factor; the larger is 1. `[1.0, 1.0]`: nothing is
    /// known.
    pub rows: Vec<[f64; 2]>,
    /// Standard deviations by which the pilot, which stands in every copy, rises above the noise: whether this is a marked copy
    /// at all, and how clearly.
    pub z: f64,
    /// Features by which the leak was registered.
    pub matches: usize,
    /// Correlation of master and leak after registration, −1 to 1.
    pub likeness: f64,
    /// The master's pixels for one of the leak's is the inverse of this; at most about 1.
    pub scale: f64,
    /// Share of the master that the leak shows, 0 to 1.
    pub shown: f64,
}

impl PictureReading {
    /// Whether the master was surely found: the pilot, which nobody can write without the secret, is heard (one unrelated
    /// picture in 10⁹ by chance), or many places agree and look alike, as in a leak of an unmarked master.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.z >= HEARD || self.matches >= MANY && self.likeness >= LIKE
    }
}

/// The pilot's z from which it is heard.
const HEARD: f64 = 6.0;
/// Places that agree, and likeness, from which a picture is the master without any pilot.
const MANY: usize = 24;
const LIKE: f64 = 0.7;

/// What a leak's pictures show of an item's, recorded with what its text shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PictureSight {
    /// [`super::VERSION`].
    pub reader: String,
    /// The item's pictures that were seen.
    pub seen: Vec<PictureSighting>,
}

/// A picture of the item, seen in one of the leak's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PictureSighting {
    /// Number of the item's picture.
    pub picture: u32,
    /// Number of the leak's picture, over all files.
    pub view: u32,
    /// As in [`PictureReading::z`].
    pub z: f64,
    /// As in [`PictureReading::matches`].
    pub matches: u32,
    /// As in [`PictureReading::likeness`].
    pub likeness: f64,
    /// As in [`PictureReading::shown`].
    pub shown: f64,
}

/// One cosine of one block as it reads. Kept small: a large picture has millions.
struct Heard {
    /// Nothing for the pilot.
    mark: Option<u16>,
    cosine: u8,
    /// Amplitude times sign times what is correlated.
    value: f32,
    information: f32,
}

/// Rows and the pilot's z.
pub(super) fn rows(patterns: &Patterns, mask: &Mask, residual: &Residual) -> (Vec<[f64; 2]>, f64) {
    let cosines = cosines();
    let heard = heard(patterns, mask, residual, &cosines);
    let (bands, z) = bands(&heard, &cosines);
    let mut sums = vec![(0.0, 0.0); patterns.marks()];
    for h in &heard {
        let Cosine { band, height, .. } = cosines[usize::from(h.cosine)];
        if let Some((sum, expected)) = h.mark.and_then(|m| sums.get_mut(usize::from(m))) {
            *sum += bands[band].weight * f64::from(h.value);
            *expected += bands[band].weight * bands[band].gain * f64::from(height * height * h.information);
        }
    }
    (sums.into_iter().map(|(sum, expected)| row(sum, expected)).collect(), z)
}

/// The likelihoods of a mark whose weighted sum is normal with mean ±`expected` and variance `expected`, unless the mark was
/// blotted out or averaged with its opposite, which happens to a share of marks and then says nothing of the symbol.
fn row(sum: f64, expected: f64) -> [f64; 2] {
    if expected <= 0.0 {
        return [1.0, 1.0];
    }
    let height = expected.sqrt();
    let most = height + 3.0;
    let seen = (sum / height).clamp(-most, most);
    let normal = |mean: f64| (-0.5 * (seen - mean).powi(2)).exp() / std::f64::consts::TAU.sqrt();
    let blotted = BLOTTED * (0.5 * normal(0.0) + 0.25 / most);
    let [none, one] = [-height, height].map(|mean| (1.0 - BLOTTED) * normal(mean) + blotted);
    let larger = none.max(one);
    [none / larger, one / larger]
}

fn heard(patterns: &Patterns, mask: &Mask, residual: &Residual, cosines: &[Cosine]) -> Vec<Heard> {
    let (width, height) = (residual.matched.width, residual.matched.height);
    let basis = basis();
    let mut deal = Deal::new(patterns, width, height);
    let mut out = Vec::new();
    for (left, top) in Grid::new(width, height).corners() {
        let (values, information) = block(mask, residual, left, top, &basis);
        for (index, cosine) in (0u8..).zip(cosines) {
            let Slot { mark, sign } = deal.slot();
            if information > LEAST {
                let value = sign * cosine.height * values[cosine.down][cosine.across];
                out.push(Heard { mark, cosine: index, value, information });
            }
        }
    }
    out
}

/// The cosines of a block of the masked residual, and the information in it.
fn block(
    mask: &Mask,
    residual: &Residual,
    left: usize,
    top: usize,
    basis: &[[f32; BLOCK]; WAVES],
) -> ([[f32; WAVES]; WAVES], f32) {
    let mut out = [[0.0f32; WAVES]; WAVES];
    let mut information = 0.0;
    for y in 0..BLOCK {
        let strength: [f32; BLOCK] = std::array::from_fn(|x| mask.at(left + x, top + y));
        let line = |plane: &Plane| -> [f32; BLOCK] { std::array::from_fn(|x| plane.get(left + x, top + y)) };
        let (seen, precision) = (line(&residual.matched), line(&residual.precision));
        information += strength.iter().zip(&precision).map(|(s, p)| s * s * p).sum::<f32>();
        let masked: [f32; BLOCK] = std::array::from_fn(|x| strength[x] * seen[x]);
        let across: [f32; WAVES] = std::array::from_fn(|k| basis[k].iter().zip(&masked).map(|(b, m)| b * m).sum());
        for (k, row) in out.iter_mut().enumerate() {
            row.iter_mut().zip(&across).for_each(|(o, a)| *o += basis[k][y] * a);
        }
    }
    (out, information / (BLOCK * BLOCK) as f32)
}

/// What is known of a band.
#[derive(Clone, Copy, Default)]
struct Band {
    /// g.
    gain: f64,
    /// g / v.
    weight: f64,
}

/// The bands as the pilot shows them, and the pilot's z.
fn bands(heard: &[Heard], cosines: &[Cosine]) -> ([Band; BANDS], f64) {
    let (mut signal, mut expected) = ([0.0; BANDS], [0.0; BANDS]);
    let (mut power, mut energy, mut count) = ([0.0; BANDS], [0.0; BANDS], [0.0; BANDS]);
    for h in heard {
        let Cosine { band, height, .. } = cosines[usize::from(h.cosine)];
        let (square, value, information) = (f64::from(height * height), f64::from(h.value), f64::from(h.information));
        power[band] += value * value / (square * information);
        energy[band] += square * information;
        count[band] += 1.0;
        if h.mark.is_none() {
            signal[band] += value;
            expected[band] += square * information;
        }
    }
    let mut out = [Band::default(); BANDS];
    let (mut score, mut spread) = (0.0, 1e-12);
    for band in 0..BANDS {
        if expected[band] <= 0.0 {
            continue;
        }
        let total = power[band] / count[band];
        let gain = signal[band] / expected[band];
        let error = total / expected[band];
        // Shrunk towards nothing by how uncertain it is.
        let sure = gain.max(0.0) * (gain * gain / (gain * gain + 2.0 * error));
        // What the marks themselves add to the power is no noise.
        let noise = (total - sure * sure * energy[band] / count[band]).max(0.25 * total);
        out[band] = Band { gain: sure, weight: sure / noise };
        // Bands weigh in the pilot's z as a copy's typical spectrum would have them: equally.
        score += signal[band] / total.sqrt();
        spread += expected[band];
    }
    let z = score / spread.sqrt();
    // Where the pilot as a whole is not heard, what single bands seem to show is chance.
    let heard = z.max(0.0).powi(2) / (z * z + DOUBT);
    out.iter_mut().for_each(|b| b.weight *= heard);
    (out, z)
}
