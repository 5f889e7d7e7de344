//! What a phone's scanner app makes of a photograph: four corners found, the page between them made a rectangle, the light
//! made even.

use super::camera::{PHOTO_DPI, Region};
use super::photograph::Photograph;
use super::plane::{Kernel, Plane, Sampling, Size};
use crate::chance::{Chance, between};

/// How far off a found corner is, in pixels.
const CORNER_ERROR: [f64; 2] = [1.0, 3.0];
/// Side of the squares in which paper is looked for, in inches: wider than a letter, narrower than a shadow's edge.
const SQUARE: f64 = 0.2;
/// The part of a square's pixels that are darker than its paper: no line of text inks as much.
const PAPER_RANK: f64 = 0.8;
/// Parts of the paper's luminance that become black and white.
const BLACK: f32 = 0.15;
const WHITE: f32 = 0.95;

/// The page of `sheet` inches as the app saves it, at [`PHOTO_DPI`]; `seen` is the photograph as it was stored.
pub(super) fn rectified(seen: &Plane, photograph: &Photograph, sheet: Region, chance: &mut Chance) -> Plane {
    let found = sheet.corners().map(|corner| off(photograph.camera.sees(corner), chance));
    flattened(between_corners(seen, found, sheet))
}

fn off(corner: [f64; 2], chance: &mut Chance) -> [f64; 2] {
    let error = between(CORNER_ERROR, chance);
    let (sine, cosine) = between([0.0, std::f64::consts::TAU], chance).sin_cos();
    [corner[0] + error * cosine, corner[1] + error * sine]
}

/// What lies between four corners, as a rectangle of the sheet's size.
pub(super) fn between_corners(seen: &Plane, corners: [[f64; 2]; 4], sheet: Region) -> Plane {
    let [width, height] = [sheet.width, sheet.height].map(|inches| ((inches * PHOTO_DPI).round() as usize).max(1));
    let quad = Quad::new(corners);
    let sampling = Sampling { samples: 1, kernel: Kernel::Cubic, outside: 0.0 };
    seen.warped(Size { width, height }, sampling, |[x, y]| {
        quad.at([x / (sheet.width * PHOTO_DPI), y / (sheet.height * PHOTO_DPI)])
    })
}

/// The projective map of the unit square onto four corners (Heckbert, "Fundamentals of texture mapping and image warping",
/// 1989, section 2.2.3).
pub(super) struct Quad {
    across: [f64; 3],
    down: [f64; 3],
    depth: [f64; 2],
}

impl Quad {
    /// The corners of (0, 0), (1, 0), (1, 1) and (0, 1).
    pub(super) fn new([a, b, c, d]: [[f64; 2]; 4]) -> Self {
        let sum = [0, 1].map(|i| a[i] - b[i] + c[i] - d[i]);
        let [one, two] = [[b[0] - c[0], b[1] - c[1]], [d[0] - c[0], d[1] - c[1]]];
        let area = one[0] * two[1] - two[0] * one[1];
        let depth = [(sum[0] * two[1] - two[0] * sum[1]) / area, (one[0] * sum[1] - sum[0] * one[1]) / area];
        // Corners on one line span nothing: an affine map is as good as any.
        let depth = if depth.iter().all(|d| d.is_finite()) { depth } else { [0.0; 2] };
        let row = |i: usize| [b[i] - a[i] + depth[0] * b[i], d[i] - a[i] + depth[1] * d[i], a[i]];
        Self { across: row(0), down: row(1), depth }
    }

    pub(super) fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let depth = self.depth[0] * x + self.depth[1] * y + 1.0;
        [self.across, self.down].map(|row| (row[0] * x + row[1] * y + row[2]) / depth)
    }
}

/// The page as if its paper were everywhere equally bright.
fn flattened(page: Plane) -> Plane {
    let paper = paper(&page);
    let side = SQUARE * PHOTO_DPI;
    let sampling = Sampling { samples: 1, kernel: Kernel::Bilinear, outside: 1.0 };
    let edge = [paper.size.width as f64 - 1e-6, paper.size.height as f64 - 1e-6];
    let light = paper.warped(page.size, sampling, |[x, y]| [(x / side).min(edge[0]), (y / side).min(edge[1])]);
    let mut out = page;
    for (value, light) in out.values.iter_mut().zip(&light.values) {
        *value = ((*value / light.max(0.05) - BLACK) / (WHITE - BLACK)).clamp(0.0, 1.0);
    }
    out
}

/// The luminance of the paper in each square.
fn paper(page: &Plane) -> Plane {
    let side = (SQUARE * PHOTO_DPI) as usize;
    let Size { width, height } = page.size;
    let size = Size { width: width.div_ceil(side), height: height.div_ceil(side) };
    let mut out = Plane::of(size, 1.0);
    for (at, value) in out.values.iter_mut().enumerate() {
        let [left, top] = [at % size.width * side, at / size.width * side];
        let rows = page.values.chunks_exact(width).skip(top).take(side);
        let mut square: Vec<f32> = rows.flat_map(|r| &r[left..(left + side).min(width)]).copied().collect();
        let rank = ((square.len() - 1) as f64 * PAPER_RANK) as usize;
        *value = *square.select_nth_unstable_by(rank, f32::total_cmp).1;
    }
    out.blurred(1.0)
}
