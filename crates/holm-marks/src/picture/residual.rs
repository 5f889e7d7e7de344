//! What a registered leak shows beyond its master: the master's part is fitted, tile by tile, and taken away.
//!
//! Blur, sharpening, shrinking, what is left of misregistration, exposure and tone are linear in the master's neighbourhood:
//! in each tile a kernel of 7 × 7 taps, a slope of brightness, a square term and, for coloured masters, two colour terms are
//! fitted by least squares. The mark went through the same kernel, so what is correlated later is the residual, weighted by its
//! local noise and filtered with the kernel's mirror image (the matched filter).

use super::homography::System;
use super::plane::Plane;
use super::registration::Registered;

/// Taps to either side.
const REACH: usize = 3;
const TAPS: usize = (2 * REACH + 1) * (2 * REACH + 1);
/// Kernel, square, two colours, slope in two directions, offset.
const UNKNOWNS: usize = TAPS + 6;
/// Side of a tile, and what is fitted around it.
const TILE: usize = 64;
const AROUND: usize = 16;
/// Fewest pixels from which a tile's own kernel is fitted.
const FEWEST: usize = 600;
/// Pixels from which the whole picture's kernel and a tile's are fitted, about.
const SAMPLES: (f64, f64) = (30_000.0, 1_500.0);
/// Standard deviation by which a tap of a tile differs from the whole picture's, as a share of noise of one grey level.
const TAP_SPREAD: f64 = 0.02;
/// Noise that is always there (rounding of leak and copy), as a variance.
const FLOOR: f32 = 0.35;
/// Half of the side over which noise is averaged.
const NOISE_REACH: usize = 8;

/// The master as it is compared: brightness and, if coloured, two differences of colour.
pub(super) struct Original<'m> {
    pub(super) luma: &'m Plane,
    pub(super) colour: Option<&'m [Plane; 2]>,
}

/// What is correlated with the marks, on the master's pixels.
pub(super) struct Residual {
    /// The matched filter's output; zero where the leak shows nothing.
    pub(super) matched: Plane,
    /// Inverse variance of the noise, with the kernel's strength; zero where the leak shows nothing.
    pub(super) precision: Plane,
    /// Share of the master that the leak shows.
    pub(super) shown: f64,
}

struct Fitting {
    /// The leak on the master's pixels, NaN outside.
    leak: Plane,
    own: Plane,
    colour: Option<[Plane; 2]>,
}

type Kernel = [f64; UNKNOWNS];

/// Subtracts the fitted master from a registered leak.
pub(super) fn residual(original: &Original<'_>, found: &Registered) -> Option<Residual> {
    let (width, height) = (original.luma.width, original.luma.height);
    let warped = Plane::from_fn(width, height, |x, y| {
        let [u, v] = found.map.apply([x as f64, y as f64]);
        let foreign = found.foreign.get(y * width + x).is_some_and(|f| *f);
        if !foreign && found.leak.holds(u, v, 1.0) { found.leak.cubic(u, v) } else { f32::NAN }
    });
    // What shrinking took away, beyond the kernel's reach.
    let sigma = if found.scale < 0.8 { 0.4 * (1.0 / (found.scale * found.scale) - 1.0).sqrt() } else { 0.0 };
    let colour = original.colour.map(|c| [c[0].blur(sigma.max(1.0)), c[1].blur(sigma.max(1.0))]);
    let fitting = Fitting { leak: warped, own: original.luma.blur(sigma), colour };
    let whole = fitting.kernel([0, 0, width, height], None)?;
    let columns = width.div_ceil(TILE);
    let kernels: Vec<Kernel> = (0..columns * height.div_ceil(TILE))
        .map(|i| fitting.tile(i % columns, i / columns).and_then(|area| fitting.kernel(area, Some(&whole))).unwrap_or(whole))
        .collect();
    let kernel_at = |x: usize, y: usize| &kernels[y / TILE * columns + x / TILE];
    let left = Plane::from_fn(width, height, |x, y| fitting.left(x, y, kernel_at(x, y)));
    Some(weighted(&left, &kernel_at, sigma))
}

impl Fitting {
    /// A tile with what is around it; nothing if the leak shows too little of it.
    fn tile(&self, column: usize, line: usize) -> Option<[usize; 4]> {
        let low = |i: usize| (i * TILE).saturating_sub(AROUND);
        let high = |i: usize, most: usize| ((i + 1) * TILE + AROUND).min(most);
        let area = [low(column), low(line), high(column, self.own.width), high(line, self.own.height)];
        let shown = (area[1]..area[3]).map(|y| self.leak.row(y)[area[0]..area[2]].iter().filter(|v| v.is_finite()).count());
        (shown.sum::<usize>() >= FEWEST).then_some(area)
    }

    /// The kernel that fits an area best, near `prior` if there is one.
    fn kernel(&self, [left, top, right, bottom]: [usize; 4], prior: Option<&Kernel>) -> Option<Kernel> {
        let mut system = System::new(UNKNOWNS);
        let most = if prior.is_some() { SAMPLES.1 } else { SAMPLES.0 };
        let stride = (((right - left) * (bottom - top)) as f64 / (2.0 * most)).sqrt().max(1.0) as usize;
        let mut count = 0;
        for y in (top..bottom).step_by(stride) {
            // Every second pixel, in a chequered pattern, is enough.
            for x in (left + y / stride % 2 * stride..right).step_by(2 * stride) {
                let seen = self.leak.get(x, y);
                if seen.is_finite() {
                    let row = self.terms(x, y);
                    let known = prior.map_or(0.0, |k| dot(k, &row));
                    system.add(&row, f64::from(seen) / 64.0 - known, 1.0);
                    count += 1;
                }
            }
        }
        if count < FEWEST / 8 {
            return None;
        }
        let noise = (3.0f64 / 64.0).powi(2);
        system.shrink(TAPS + 3, if prior.is_some() { noise / (TAP_SPREAD * TAP_SPREAD) } else { noise });
        let solved = system.solve(1e-9)?;
        let mut kernel: Kernel = prior.copied().unwrap_or([0.0; UNKNOWNS]);
        kernel.iter_mut().zip(&solved).for_each(|(k, s)| *k += s);
        Some(kernel)
    }

    /// What the leak is expected to be linear in, at a pixel; brightness in units of 64 grey levels.
    fn terms(&self, x: usize, y: usize) -> [f64; UNKNOWNS] {
        let mut row = [0.0; UNKNOWNS];
        let side = 2 * REACH + 1;
        let inside = x >= REACH && y >= REACH && x + REACH < self.own.width && y + REACH < self.own.height;
        for (i, taps) in row[..TAPS].chunks_exact_mut(side).enumerate() {
            if inside {
                let line = &self.own.row(y + i - REACH)[x - REACH..=x + REACH];
                taps.iter_mut().zip(line).for_each(|(t, v)| *t = f64::from(v - 128.0) / 64.0);
            } else {
                let at = |j: usize| self.own.clamped((x + j) as isize - REACH as isize, (y + i) as isize - REACH as isize);
                taps.iter_mut().enumerate().for_each(|(j, t)| *t = f64::from(at(j) - 128.0) / 64.0);
            }
        }
        row[TAPS] = 0.25 * row[TAPS / 2] * row[TAPS / 2];
        if let Some([first, second]) = &self.colour {
            row[TAPS + 1] = f64::from(first.get(x, y)) / 64.0;
            row[TAPS + 2] = f64::from(second.get(x, y)) / 64.0;
        }
        row[TAPS + 3] = (x % TILE) as f64 / TILE as f64 - 0.5;
        row[TAPS + 4] = (y % TILE) as f64 / TILE as f64 - 0.5;
        row[TAPS + 5] = 1.0;
        row
    }

    fn left(&self, x: usize, y: usize, kernel: &Kernel) -> f32 {
        let seen = self.leak.get(x, y);
        if seen.is_finite() { seen - 64.0 * dot(kernel, &self.terms(x, y)) as f32 } else { f32::NAN }
    }
}

fn dot(kernel: &Kernel, row: &[f64; UNKNOWNS]) -> f64 {
    kernel.iter().zip(row).map(|(k, r)| k * r).sum()
}

/// Divides by the local noise and applies the kernels' mirror images.
fn weighted<'k>(left: &Plane, kernel_at: &impl Fn(usize, usize) -> &'k Kernel, sigma: f64) -> Residual {
    let of = |value: &dyn Fn(f32) -> f32| Plane {
        width: left.width,
        height: left.height,
        data: left.data.iter().map(|v| if v.is_finite() { value(*v) } else { 0.0 }).collect(),
    };
    // Single wild pixels count for no more than the eye would give them.
    let power = of(&|v| (v * v).min(2500.0)).mean(NOISE_REACH);
    let seen = of(&|_| 1.0);
    let shown = f64::from(seen.data.iter().sum::<f32>()) / seen.data.len() as f64;
    let share = seen.mean(NOISE_REACH);
    let inverse = Plane::from_fn(left.width, left.height, |x, y| {
        let noise = power.get(x, y) / share.get(x, y).max(1e-3) + FLOOR;
        seen.get(x, y) / noise
    });
    let mut divided = of(&|v| v.clamp(-50.0, 50.0));
    divided.data.iter_mut().zip(&inverse.data).for_each(|(v, i)| *v *= i);
    let reach = REACH as isize;
    let matched = Plane::from_fn(left.width, left.height, |x, y| {
        let kernel = kernel_at(x, y);
        let mut sum = 0.0;
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                // The tap at (dx, dy) took the master at x + dx: mirrored, the residual at x − dx belongs to x.
                let tap = kernel[((dy + reach) * (2 * reach + 1) + dx + reach) as usize] as f32;
                let (u, v) = (x as isize - dx, y as isize - dy);
                if u >= 0 && v >= 0 && (u as usize) < left.width && (v as usize) < left.height {
                    sum += tap * divided.get(u as usize, v as usize);
                }
            }
        }
        sum
    });
    Residual { matched: matched.blur(sigma), precision: inverse, shown }
}
