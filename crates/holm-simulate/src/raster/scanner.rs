//! A desk scanner with a sheet feeder, and the fax machine, which is one.

use image::GrayImage;

use super::ink::printed;
use super::noise::{grained, noisy};
use super::plane::{Plane, Sampling, Size, level};
use crate::chance::{Chance, between, happens};

/// Pixels per inch of the commonest preset, "text and pictures".
pub(super) const SCAN_DPI: f64 = 200.0;
/// Pixels per inch across and down of ITU-T T.4 "fine": 8 a millimetre across, 7.7 lines a millimetre down.
pub(super) const FAX_DPI: [f64; 2] = [204.0, 196.0];
/// Turn of a fed sheet in degrees: guides leave a few millimetres over a page's length.
const SCAN_TURN: [f64; 2] = [-0.6, 0.6];
const FAX_TURN: [f64; 2] = [-0.3, 0.3];
/// Length of a scanned inch in inches: fuser shrinkage of the sheet and roller tolerance.
const STRETCH: [f64; 2] = [0.996, 1.004];
/// Where the sheet lies, in inches from where it should (1 mm).
const OFFSET: [f64; 2] = [-0.04, 0.04];
/// Uneven feed: how far, in inches (0.04 mm and 0.01 mm), and over what length of the page it comes and goes (a roller's turn).
const WOBBLE_DOWN: [f64; 2] = [0.0, 0.0016];
const WOBBLE_ACROSS: [f64; 2] = [0.0, 0.0004];
const ROLLER: [f64; 2] = [0.8, 2.5];
/// Blur by optics and motion, as a Gaussian's deviation in pixels of the scan.
const BLUR: [f64; 2] = [0.45, 0.75];
/// Standard deviations of paper grain and of the sensor's noise, as parts of white.
const GRAIN: f64 = 0.008;
const SENSOR: [f64; 2] = [0.006, 0.014];
/// Loss of light from one side of the glass to the other.
const FALL: [f64; 2] = [0.0, 0.04];
/// White of the lid behind the sheet.
const LID: f32 = 0.97;
/// Grey above which a fax sends white, and the share of pixels that the line or dust turns over.
const FAX_THRESHOLD: [f64; 2] = [0.48, 0.64];
const FAX_SPECKS: [f64; 2] = [0.0003, 0.0015];

/// `page`, of `dpi`, printed and scanned at [`SCAN_DPI`]; not yet encoded.
pub(super) fn scanned(page: &Plane, dpi: f64, chance: &mut Chance) -> Plane {
    let paper = printed(page, dpi, chance);
    let seen = fed(&paper, dpi, [SCAN_DPI; 2], SCAN_TURN, chance);
    let lit = lit(seen.blurred(between(BLUR, chance)), chance);
    let grained = grained(lit, SCAN_DPI, GRAIN, chance);
    let sensor = between(SENSOR, chance);
    noisy(grained, sensor, chance)
}

/// `page`, of `dpi`, printed and faxed: black and white at [`FAX_DPI`].
pub(super) fn faxed(page: &Plane, dpi: f64, chance: &mut Chance) -> GrayImage {
    let paper = printed(page, dpi, chance);
    let seen = fed(&paper, dpi, FAX_DPI, FAX_TURN, chance);
    let sensor = between(SENSOR, chance);
    let seen = noisy(seen.blurred(between(BLUR, chance)), sensor, chance);
    let threshold = level(between(FAX_THRESHOLD, chance) as f32);
    let specks = between(FAX_SPECKS, chance);
    let mut image = seen.to_gray();
    for pixel in image.iter_mut() {
        let white = (*pixel > threshold) != happens(specks, chance);
        *pixel = if white { u8::MAX } else { 0 };
    }
    image
}

/// What the sensor sees of a sheet of `dpi` that is pulled past it.
fn fed(paper: &Plane, dpi: f64, to: [f64; 2], turn: [f64; 2], chance: &mut Chance) -> Plane {
    let size = paper.size.scaled(to[0] / dpi, to[1] / dpi);
    let feed = Feed::drawn(size, to, turn, chance);
    paper.warped(size, Sampling::sensor(dpi / to[0].min(to[1]), LID), |pixel| feed.on_paper(pixel).map(|inch| inch * dpi))
}

/// Where on the sheet each pixel lies.
pub(super) struct Feed {
    /// Pixels per inch across and down.
    dpi: [f64; 2],
    /// Middle of the page, in inches.
    middle: [f64; 2],
    offset: [f64; 2],
    cosine: f64,
    sine: f64,
    wobble: [f64; 2],
    /// Radians per inch down the page, and the phase at its top.
    roller: [f64; 2],
}

impl Feed {
    pub(super) fn drawn(size: Size, dpi: [f64; 2], turn: [f64; 2], chance: &mut Chance) -> Self {
        let (sine, cosine) = between(turn, chance).to_radians().sin_cos();
        let stretch = between(STRETCH, chance);
        let turns = std::f64::consts::TAU;
        Self {
            dpi,
            middle: [size.width as f64 / dpi[0] / 2.0, size.height as f64 / dpi[1] / 2.0],
            offset: [between(OFFSET, chance), between(OFFSET, chance)],
            cosine: cosine / stretch,
            sine: sine / stretch,
            wobble: [between(WOBBLE_ACROSS, chance), between(WOBBLE_DOWN, chance)],
            roller: [turns / between(ROLLER, chance), between([0.0, turns], chance)],
        }
    }

    /// The place on the sheet, in inches, that the pixel at a position shows.
    pub(super) fn on_paper(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [x, y] = [x / self.dpi[0] - self.middle[0], y / self.dpi[1] - self.middle[1]];
        let turn = self.roller[0] * y + self.roller[1];
        [
            self.cosine * x + self.sine * y + self.middle[0] + self.offset[0] + self.wobble[0] * turn.cos(),
            self.cosine * y - self.sine * x + self.middle[1] + self.offset[1] + self.wobble[1] * turn.sin(),
        ]
    }
}

/// Light that falls off along a random direction.
fn lit(plane: Plane, chance: &mut Chance) -> Plane {
    let Size { width, height } = plane.size;
    let (sine, cosine) = between([0.0, std::f64::consts::TAU], chance).sin_cos();
    let fall = between(FALL, chance);
    plane.mapped_at(|value, [x, y]| {
        let along = 0.5 + (x / width as f64 - 0.5) * cosine + (y / height as f64 - 0.5) * sine;
        value * (1.0 - fall * along) as f32
    })
}
