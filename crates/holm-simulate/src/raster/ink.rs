//! What a printer makes of a clean page.

use super::plane::Plane;
use crate::chance::{Chance, between};

/// How far toner or ink runs beyond the edge of a stroke, in micrometres: office printing gains 10 to 20 % in a 50 % tone at
/// 106 lines per inch, which is an edge moved by about this much.
const SPREAD: [f64; 2] = [8.0, 28.0];
const MICROMETRES_PER_INCH: f64 = 25_400.0;
/// Luminance of solid toner and of office paper as a scanner's automatic exposure shows them.
const SOLID: [f64; 2] = [0.06, 0.16];
const PAPER: [f64; 2] = [0.93, 0.985];
/// Exponent of the tone curve between the two: drivers and sensors differ by about this much.
const TONE: [f64; 2] = [0.85, 1.2];

/// `page`, of `dpi`, on paper.
pub(super) fn printed(page: &Plane, dpi: f64, chance: &mut Chance) -> Plane {
    let grown = page.least();
    // A fraction of a pixel's growth is that fraction of the way to growth by a pixel.
    let share = (between(SPREAD, chance) * dpi / MICROMETRES_PER_INCH).min(1.0) as f32;
    let [solid, paper, tone] = [SOLID, PAPER, TONE].map(|range| between(range, chance) as f32);
    let mut out = page.clone();
    for (value, least) in out.values.iter_mut().zip(&grown.values) {
        let spread = *value + share * (least - *value);
        *value = solid + (paper - solid) * spread.powf(tone);
    }
    out
}
