//! A page as a plane of grey values, and the resampling that everything here rests on.
//!
//! Positions are continuous: pixel `i` covers `[i, i + 1)` and its centre is `i + 0.5`, in every plane and every map. A shift
//! of half a pixel between two planes would be of the size of the word shifts that a reader has to measure.
//!
//! Values are encoded luminance as in the file, 0 black and 1 white. Optics blur linear light, which thins strokes; that is
//! left to the constants of ink and tone.

use image::{DynamicImage, GrayImage, Luma};

/// Columns and rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Size {
    /// This size times `across` and `down`, to the nearest pixel and at least one.
    pub(super) fn scaled(self, across: f64, down: f64) -> Self {
        let side = |length: usize, by: f64| ((length as f64 * by).round() as usize).max(1);
        Self { width: side(self.width, across), height: side(self.height, down) }
    }
}

/// How a value between pixel centres is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kernel {
    /// Linear in both directions: for many samples per pixel.
    Bilinear,
    /// Catmull and Rom's cubic: for one sample per pixel at about the same scale.
    Cubic,
}

/// How a plane is sampled through a map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sampling {
    /// Samples per pixel in each direction, spread evenly: a pixel of a sensor integrates.
    pub(super) samples: usize,
    pub(super) kernel: Kernel,
    /// What is seen where the map leaves the plane.
    pub(super) outside: f32,
}

impl Sampling {
    /// As a sensor does it whose pixel covers `step` pixels of the plane.
    pub(super) fn sensor(step: f64, outside: f32) -> Self {
        Self { samples: ((2.0 * step).ceil() as usize).clamp(2, 8), kernel: Kernel::Bilinear, outside }
    }
}

/// Grey values in rows; never empty.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub(super) size: Size,
    pub(super) values: Vec<f32>,
}

impl Plane {
    /// All of one value.
    pub(super) fn of(size: Size, value: f32) -> Self {
        Self { size, values: vec![value; size.width * size.height] }
    }

    /// The luminance of an image; an image without pixels is one white pixel.
    pub(super) fn from_image(image: &DynamicImage) -> Self {
        Self::from_gray(&image.to_luma8())
    }

    /// The values of a grey image; an image without pixels is one white pixel.
    pub(super) fn from_gray(image: &GrayImage) -> Self {
        let size = Size { width: image.width() as usize, height: image.height() as usize };
        if size.width == 0 || size.height == 0 {
            return Self::of(Size { width: 1, height: 1 }, 1.0);
        }
        Self { size, values: image.as_raw().iter().map(|v| f32::from(*v) / 255.0).collect() }
    }

    /// The image of 256 grey levels.
    pub(super) fn to_gray(&self) -> GrayImage {
        GrayImage::from_fn(self.size.width as u32, self.size.height as u32, |x, y| {
            Luma([level(self.values[y as usize * self.size.width + x as usize])])
        })
    }

    /// Each value through `curve`.
    pub(super) fn mapped(mut self, curve: impl Fn(f32) -> f32) -> Self {
        self.values.iter_mut().for_each(|v| *v = curve(*v));
        self
    }

    /// Each value through `curve`, which also sees the pixel's centre.
    pub(super) fn mapped_at(mut self, curve: impl Fn(f32, [f64; 2]) -> f32) -> Self {
        for (y, row) in self.values.chunks_exact_mut(self.size.width).enumerate() {
            row.iter_mut().enumerate().for_each(|(x, v)| *v = curve(*v, [x as f64 + 0.5, y as f64 + 0.5]));
        }
        self
    }

    /// The first `width` columns and `height` rows, at least one of each.
    pub(super) fn cut(self, width: usize, height: usize) -> Self {
        let size = Size { width: self.size.width.min(width.max(1)), height: self.size.height.min(height.max(1)) };
        if size == self.size {
            return self;
        }
        let rows = self.values.chunks_exact(self.size.width).take(size.height);
        Self { size, values: rows.flat_map(|r| &r[..size.width]).copied().collect() }
    }

    /// The same picture with `across` and `down` times as many pixels: means over areas where it shrinks, linear between pixel
    /// centres where it grows.
    pub(super) fn scaled(&self, across: f64, down: f64) -> Self {
        let size = self.size.scaled(across, down);
        self.rows_by(&taps(self.size.width, size.width, across)).columns_by(&taps(self.size.height, size.height, down))
    }

    /// Blurred by a Gaussian of `deviation` pixels; the border is continued.
    pub(super) fn blurred(&self, deviation: f64) -> Self {
        let kernel = gaussian(deviation);
        let along = |length: usize| -> Vec<Taps> { (0..length).map(|at| centred(at, length, &kernel)).collect() };
        self.rows_by(&along(self.size.width)).columns_by(&along(self.size.height))
    }

    /// The least value in each square of three by three pixels: ink grown by one pixel.
    pub(super) fn least(&self) -> Self {
        let Size { width, height } = self.size;
        let mut wide = self.clone();
        for (out, row) in wide.values.chunks_exact_mut(width).zip(self.values.chunks_exact(width)) {
            (0..width).for_each(|x| out[x] = row[x].min(row[x.saturating_sub(1)]).min(row[(x + 1).min(width - 1)]));
        }
        let mut out = wide.clone();
        for (y, row) in out.values.chunks_exact_mut(width).enumerate() {
            for near in [y.saturating_sub(1), (y + 1).min(height - 1)] {
                let other = &wide.values[near * width..(near + 1) * width];
                row.iter_mut().zip(other).for_each(|(v, o)| *v = v.min(*o));
            }
        }
        out
    }

    /// A plane of `size` whose pixel at `p` shows what this one has at `from(p)`. Inside a pixel the map is taken as linear
    /// between its corners.
    pub(super) fn warped(&self, size: Size, sampling: Sampling, from: impl Fn([f64; 2]) -> [f64; 2]) -> Self {
        let n = sampling.samples.max(1);
        let offsets: Vec<f64> = (0..n).map(|i| (i as f64 + 0.5) / n as f64).collect();
        let share = 1.0 / (n * n) as f32;
        let corners = |y: usize| -> Vec<[f64; 2]> { (0..=size.width).map(|x| from([x as f64, y as f64])).collect() };
        let mut out = Self::of(size, 0.0);
        let mut above = corners(0);
        for (y, row) in out.values.chunks_exact_mut(size.width).enumerate() {
            let below = corners(y + 1);
            for ((value, top), bottom) in row.iter_mut().zip(above.windows(2)).zip(below.windows(2)) {
                for dy in &offsets {
                    let [left, right] = [towards(top[0], bottom[0], *dy), towards(top[1], bottom[1], *dy)];
                    for dx in &offsets {
                        *value += share * self.sample(towards(left, right, *dx), sampling);
                    }
                }
            }
            above = below;
        }
        out
    }

    #[inline]
    fn sample(&self, [x, y]: [f64; 2], sampling: Sampling) -> f32 {
        let Size { width, height } = self.size;
        if !(x >= 0.0 && y >= 0.0 && x < width as f64 && y < height as f64) {
            return sampling.outside;
        }
        let ((x0, fx), (y0, fy)) = (split(x), split(y));
        match sampling.kernel {
            Kernel::Bilinear => {
                let (above, below) = (self.pair(x0, y0), self.pair(x0, y0 + 1));
                mix(mix(above.0, above.1, fx), mix(below.0, below.1, fx), fy)
            }
            Kernel::Cubic => {
                let across = catmull_rom(fx);
                let row = |j: i64| (0..4).map(|i| across[i] * self.near(x0 + i as i64 - 1, y0 + j)).sum::<f32>();
                catmull_rom(fy).into_iter().zip(-1..).map(|(w, j)| w * row(j)).sum()
            }
        }
    }

    /// The values of a pixel and of its right neighbour.
    #[inline]
    fn pair(&self, x: i64, y: i64) -> (f32, f32) {
        let Size { width, height } = self.size;
        // Nearly every sample of a page is taken away from its border.
        if x >= 0 && y >= 0 && x + 1 < width as i64 && y < height as i64 {
            let at = y as usize * width + x as usize;
            if let [one, other] = self.values[at..at + 2] {
                return (one, other);
            }
        }
        (self.near(x, y), self.near(x + 1, y))
    }

    /// The value of a pixel, or of the nearest at the border.
    fn near(&self, x: i64, y: i64) -> f32 {
        let x = x.clamp(0, self.size.width as i64 - 1) as usize;
        let y = y.clamp(0, self.size.height as i64 - 1) as usize;
        self.values[y * self.size.width + x]
    }

    fn rows_by(&self, taps: &[Taps]) -> Self {
        let size = Size { width: taps.len(), height: self.size.height };
        let mut out = Self::of(size, 0.0);
        for (out, row) in out.values.chunks_exact_mut(size.width).zip(self.values.chunks_exact(self.size.width)) {
            for (value, taps) in out.iter_mut().zip(taps) {
                *value = row[taps.first..].iter().zip(&taps.weights).map(|(v, w)| v * w).sum();
            }
        }
        out
    }

    fn columns_by(&self, taps: &[Taps]) -> Self {
        let size = Size { width: self.size.width, height: taps.len() };
        let mut out = Self::of(size, 0.0);
        for (out, taps) in out.values.chunks_exact_mut(size.width).zip(taps) {
            for (row, weight) in self.values.chunks_exact(size.width).skip(taps.first).zip(&taps.weights) {
                out.iter_mut().zip(row).for_each(|(v, r)| *v += weight * r);
            }
        }
        out
    }
}

/// A value as one of 256 levels.
pub(super) fn level(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// The place that lies the part `at` of the way from `a` to `b`.
#[inline]
fn towards(a: [f64; 2], b: [f64; 2], at: f64) -> [f64; 2] {
    [a[0] + (b[0] - a[0]) * at, a[1] + (b[1] - a[1]) * at]
}

#[inline]
fn mix(a: f32, b: f32, at: f32) -> f32 {
    a + (b - a) * at
}

/// The pixel whose centre is at or before `position`, and how far beyond it is.
#[inline]
fn split(position: f64) -> (i64, f32) {
    let from_centre = position - 0.5;
    // Truncated and put right: to round down is a call where the processor's oldest instructions must do.
    let whole = from_centre as i64;
    let before = whole - i64::from(whole as f64 > from_centre);
    (before, (from_centre - before as f64) as f32)
}

/// Weights of the four neighbours (Catmull and Rom, "A class of local interpolating splines", 1974).
fn catmull_rom(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [0.5 * (-t3 + 2.0 * t2 - t), 0.5 * (3.0 * t3 - 5.0 * t2 + 2.0), 0.5 * (-3.0 * t3 + 4.0 * t2 + t), 0.5 * (t3 - t2)]
}

/// The weights with which pixels from `first` on make one pixel.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

/// What makes each of `to` pixels from `from` when there are `by` as many.
fn taps(from: usize, to: usize, by: f64) -> Vec<Taps> {
    (0..to).map(|at| if by < 1.0 { area(at, from, by) } else { linear(at, from, by) }).collect()
}

/// The share of each pixel in the stretch that pixel `at` covers.
fn area(at: usize, from: usize, by: f64) -> Taps {
    let start = (at as f64 / by).min(from as f64 - 1.0);
    let end = ((at + 1) as f64 / by).min(from as f64);
    let first = start as usize;
    let last = (end.ceil() as usize).clamp(first + 1, from);
    let share = |i: usize| (((i + 1) as f64).min(end) - (i as f64).max(start)) / (end - start);
    Taps { first, weights: (first..last).map(|i| share(i) as f32).collect() }
}

fn linear(at: usize, from: usize, by: f64) -> Taps {
    let position = ((at as f64 + 0.5) / by - 0.5).clamp(0.0, from as f64 - 1.0);
    let first = position as usize;
    let beyond = (position - first as f64) as f32;
    let weights = if first + 1 < from { vec![1.0 - beyond, beyond] } else { vec![1.0] };
    Taps { first, weights }
}

/// Half of a Gaussian's weights, from its centre to three deviations, such that the whole sums to 1.
fn gaussian(deviation: f64) -> Vec<f32> {
    let reach = (3.0 * deviation.max(0.0)).ceil();
    let weight = |i: f64| if i == 0.0 { 1.0 } else { (-0.5 * (i / deviation).powi(2)).exp() };
    let half: Vec<f64> = (0..=reach as usize).map(|i| weight(i as f64)).collect();
    let whole = 2.0 * half.iter().sum::<f64>() - 1.0;
    half.into_iter().map(|w| (w / whole) as f32).collect()
}

/// A symmetric kernel around pixel `at`, what falls off the border given to the pixel there.
fn centred(at: usize, length: usize, half: &[f32]) -> Taps {
    let reach = half.len() - 1;
    let first = at.saturating_sub(reach);
    let last = (at + reach).min(length - 1);
    let mut weights = vec![0.0; last - first + 1];
    for offset in -(reach as i64)..=reach as i64 {
        let pixel = (at as i64 + offset).clamp(first as i64, last as i64) as usize;
        weights[pixel - first] += half[offset.unsigned_abs() as usize];
    }
    Taps { first, weights }
}
