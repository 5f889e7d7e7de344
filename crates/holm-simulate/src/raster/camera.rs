//! Where a pinhole camera sees a sheet that lies on a table and is not quite flat.

use std::f64::consts::{PI, TAU};

use super::plane::Size;
use crate::chance::{Chance, between, happens};

/// Pixels per inch at the point aimed at: a page that fills a frame of about 4 megapixels, as messengers leave it.
pub(super) const PHOTO_DPI: f64 = 200.0;
/// Tilt of the phone off the vertical, in degrees: whoever photographs from a chair tilts it this much to keep its shadow off.
const PITCH: [f64; 2] = [10.0, 20.0];
const YAW: [f64; 2] = [-8.0, 8.0];
const ROLL: [f64; 2] = [-3.5, 3.5];
/// Distance of the lens in longest sides of what is photographed: a phone's main camera sees 1.2 of it from there.
const DISTANCE: [f64; 2] = [1.25, 1.6];
/// Height of the sheet's waves, as a part of its longest side: 0.5 to 1.7 mm on a letter or A4 page that was carried in a bag.
const BULGE: [f64; 2] = [0.002, 0.006];
/// Length of a wave in longest sides.
const WAVE: [f64; 2] = [1.2, 2.0];
/// Margin around what is photographed, as a part of its longest side.
const MARGIN: [f64; 2] = [0.02, 0.07];
/// Refinements of the height at which a ray meets the sheet: each leaves about a hundredth of the error before.
const REFINEMENTS: usize = 3;

/// A rectangle on the sheet, in inches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Region {
    /// Upper left, upper right, lower right, lower left.
    pub(super) fn corners(self) -> [[f64; 2]; 4] {
        let (right, bottom) = (self.left + self.width, self.top + self.height);
        [[self.left, self.top], [right, self.top], [right, bottom], [self.left, bottom]]
    }

    fn middle(self) -> [f64; 2] {
        [self.left + self.width / 2.0, self.top + self.height / 2.0]
    }
}

/// The waves of a sheet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet {
    /// Inches above the table at the crest.
    bulge: f64,
    /// Radians per inch across and down, and the phase.
    wave: [f64; 3],
}

impl Sheet {
    #[cfg(test)]
    pub(super) const FLAT: Self = Self { bulge: 0.0, wave: [0.0; 3] };

    /// Waves of a sheet whose longest side has this many inches.
    pub(super) fn drawn(longest: f64, chance: &mut Chance) -> Self {
        let (sine, cosine) = between([0.0, PI], chance).sin_cos();
        let pace = TAU / (longest * between(WAVE, chance));
        Self { bulge: longest * between(BULGE, chance), wave: [pace * cosine, pace * sine, between([0.0, TAU], chance)] }
    }

    fn height(&self, [x, y]: [f64; 2]) -> f64 {
        0.5 * self.bulge * (1.0 + (self.wave[0] * x + self.wave[1] * y + self.wave[2]).sin())
    }
}

/// A camera over a sheet: inches on the sheet to pixels of the photograph and back.
#[derive(Clone, Debug)]
pub(super) struct Camera {
    sheet: Sheet,
    /// The point of the sheet that lies on the optical axis.
    aim: [f64; 2],
    /// Rows: the camera's axes right, down and away, in the sheet's coordinates right, down and into the table.
    axes: [[f64; 3]; 3],
    /// Inches from the lens to the point aimed at.
    distance: f64,
    /// Position of the optical axis in the photograph, in pixels.
    axis: [f64; 2],
    /// Pixels of the photograph.
    pub(super) size: Size,
}

impl Camera {
    /// A camera held so that `region` of the sheet is in the frame.
    pub(super) fn over(region: Region, sheet: Sheet, chance: &mut Chance) -> Self {
        let longest = region.width.max(region.height);
        let pitch = between(PITCH, chance) * if happens(0.5, chance) { 1.0 } else { -1.0 };
        let [yaw, roll, distance] = [YAW, ROLL, DISTANCE].map(|range| between(range, chance));
        let size = Size { width: 1, height: 1 };
        let axes = turned(roll, pitch, yaw);
        let mut camera = Self { sheet, aim: region.middle(), axes, distance: longest * distance, axis: [0.0; 2], size };
        let seen = region.corners().map(|corner| camera.sees(corner));
        let least = |i: usize| seen.iter().map(|p| p[i]).fold(f64::INFINITY, f64::min);
        let most = |i: usize| seen.iter().map(|p| p[i]).fold(f64::NEG_INFINITY, f64::max);
        let [left, right, above, below] = [(); 4].map(|()| longest * PHOTO_DPI * between(MARGIN, chance));
        camera.axis = [left - least(0), above - least(1)];
        let side = |length: f64| (length.round() as usize).max(1);
        camera.size = Size { width: side(left + most(0) - least(0) + right), height: side(above + most(1) - least(1) + below) };
        camera
    }

    /// The position in the photograph of a place on the sheet.
    pub(super) fn sees(&self, place: [f64; 2]) -> [f64; 2] {
        let point = [place[0] - self.aim[0], place[1] - self.aim[1], -self.sheet.height(place)];
        let [x, y, z] = self.axes.map(|axis| dot(axis, point));
        let scale = PHOTO_DPI * self.distance / (self.distance + z);
        [self.axis[0] + scale * x, self.axis[1] + scale * y]
    }

    /// The place on the sheet, or beside it in its plane, that a position in the photograph shows.
    pub(super) fn shows(&self, [u, v]: [f64; 2]) -> [f64; 2] {
        let focal = PHOTO_DPI * self.distance;
        let ray = [(u - self.axis[0]) / focal, (v - self.axis[1]) / focal, 1.0];
        let ray = [0, 1, 2].map(|i| (0..3).map(|k| self.axes[k][i] * ray[k]).sum::<f64>());
        let lens = self.axes[2].map(|a| -a * self.distance);
        let meets = |height: f64| {
            let along = (-height - lens[2]) / ray[2];
            [self.aim[0] + lens[0] + along * ray[0], self.aim[1] + lens[1] + along * ray[1]]
        };
        (0..REFINEMENTS).fold(meets(0.0), |place, _| meets(self.sheet.height(place)))
    }
}

/// The axes of a camera that looks straight down and is then turned by yaw, pitch and roll, in degrees.
fn turned(roll: f64, pitch: f64, yaw: f64) -> [[f64; 3]; 3] {
    let ((sr, cr), (sp, cp), (sy, cy)) = (roll.to_radians().sin_cos(), pitch.to_radians().sin_cos(), yaw.to_radians().sin_cos());
    let around_away = [[cr, -sr, 0.0], [sr, cr, 0.0], [0.0, 0.0, 1.0]];
    let around_right = [[1.0, 0.0, 0.0], [0.0, cp, -sp], [0.0, sp, cp]];
    let around_down = [[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]];
    product(around_away, product(around_right, around_down))
}

fn product(a: [[f64; 3]; 3], b: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    a.map(|row| [0, 1, 2].map(|j| (0..3).map(|k| row[k] * b[k][j]).sum()))
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
