//! How strong a mark may stand where: little on even ground, more in texture (masking by local activity).

use super::plane::Plane;

/// Side of a cell, in pixels.
const CELL: usize = 8;
/// Standard deviation of a mark on even ground, in grey levels.
const EVEN: f32 = 1.2;
/// Activity (standard deviation, in grey levels) at which texture begins to hide a mark.
const TEXTURE: f32 = 6.0;
/// How fast what may stand grows with activity.
const GROWTH: f32 = 0.6;
/// Brightness nearer than this to black or white leaves no room.
const ROOM: f32 = 6.0;
/// Activity from which a cell counts for registration.
const ACTIVE: f32 = 4.0;

/// Strength by cells, interpolated between their centres.
#[derive(Clone)]
pub(super) struct Mask {
    cells: Plane,
    /// Cells with enough activity to find them again.
    pub(super) active: usize,
}

impl Mask {
    /// The mask of a brightness plane with its coverage (1 opaque, 0 transparent).
    pub(super) fn new(luma: &Plane, coverage: Option<&Plane>) -> Self {
        let (width, height) = (luma.width.div_ceil(CELL), luma.height.div_ceil(CELL));
        let mut raw = Plane::new(width, height);
        let mut room = Plane::new(width, height);
        for i in 0..width * height {
            let (mean, spread) = moments(luma, i % width, i / width);
            raw.data[i] = spread;
            let left = mean.min(255.0 - mean) / ROOM;
            room.data[i] = 0.4 + 0.6 * left.min(1.0);
            if let Some(coverage) = coverage {
                room.data[i] *= moments(coverage, i % width, i / width).0;
            }
        }
        let active = raw.data.iter().filter(|s| **s >= ACTIVE).count();
        let around = raw.mean(1);
        let value = |i: usize| {
            // An edge's even side must not be treated as texture: neighbours have their say.
            let activity = (raw.data[i] * around.data[i]).sqrt().min(around.data[i] * 1.5);
            EVEN * (1.0 + activity / TEXTURE).powf(GROWTH) * room.data[i]
        };
        let data = (0..width * height).map(value).collect();
        Self { cells: Plane { width, height, data }, active }
    }

    /// Strength at a pixel, in grey levels of standard deviation.
    pub(super) fn at(&self, x: usize, y: usize) -> f32 {
        let place = |p: usize| (p as f64 + 0.5) / CELL as f64 - 0.5;
        self.cells.linear(place(x), place(y))
    }

    pub(super) fn scale(&mut self, by: f32) {
        self.cells.data.iter_mut().for_each(|v| *v *= by);
    }
}

/// Mean and standard deviation of a cell.
fn moments(plane: &Plane, column: usize, line: usize) -> (f32, f32) {
    let (mut n, mut sum, mut squares) = (0.0f32, 0.0f32, 0.0f32);
    for y in line * CELL..((line + 1) * CELL).min(plane.height) {
        for v in &plane.row(y)[column * CELL..((column + 1) * CELL).min(plane.width)] {
            (n, sum, squares) = (n + 1.0, sum + v, squares + v * v);
        }
    }
    let mean = sum / n.max(1.0);
    (mean, (squares / n.max(1.0) - mean * mean).max(0.0).sqrt())
}
