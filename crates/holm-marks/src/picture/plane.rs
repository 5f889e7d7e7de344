//! One plane of brightness, and what is done to it: blurring, box means, halving, cubic sampling.

/// Brightness by rows, in grey levels of 0 to 255 unless a caller says otherwise.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) data: Vec<f32>,
}

impl Plane {
    /// A plane of zeros.
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, height, data: vec![0.0; width * height] }
    }

    /// A plane whose values are given by column and row.
    pub(super) fn from_fn(width: usize, height: usize, value: impl Fn(usize, usize) -> f32) -> Self {
        let data = (0..width * height).map(|i| value(i % width, i / width)).collect();
        Self { width, height, data }
    }

    pub(super) fn row(&self, y: usize) -> &[f32] {
        &self.data[y * self.width..(y + 1) * self.width]
    }

    pub(super) fn get(&self, x: usize, y: usize) -> f32 {
        self.data[y * self.width + x]
    }

    /// The value at a position that may lie outside, where the border is continued.
    pub(super) fn clamped(&self, x: isize, y: isize) -> f32 {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.data[y * self.width + x]
    }

    /// Whether a position lies at least `margin` pixels within the plane.
    pub(super) fn holds(&self, x: f64, y: f64, margin: f64) -> bool {
        x >= margin && y >= margin && x <= self.width as f64 - 1.0 - margin && y <= self.height as f64 - 1.0 - margin
    }

    /// Catmull–Rom interpolation (Keys 1981, a = −½) at a position inside the plane.
    pub(super) fn cubic(&self, x: f64, y: f64) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (across, down) = (cubic_weights((x - left) as f32), cubic_weights((y - top) as f32));
        let (left, top) = (left as isize - 1, top as isize - 1);
        let mut sum = 0.0;
        for (j, wy) in (0isize..).zip(down) {
            let line: f32 = (0isize..).zip(across).map(|(i, wx)| wx * self.clamped(left + i, top + j)).sum();
            sum += wy * line;
        }
        sum
    }

    /// Bilinear interpolation.
    pub(super) fn linear(&self, x: f64, y: f64) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (fx, fy) = ((x - left) as f32, (y - top) as f32);
        let (left, top) = (left as isize, top as isize);
        let upper = self.clamped(left, top) * (1.0 - fx) + self.clamped(left + 1, top) * fx;
        let lower = self.clamped(left, top + 1) * (1.0 - fx) + self.clamped(left + 1, top + 1) * fx;
        upper * (1.0 - fy) + lower * fy
    }

    /// Gaussian blur of standard deviation `sigma` pixels; the plane itself where that is next to nothing.
    pub(super) fn blur(&self, sigma: f64) -> Self {
        if sigma < 0.15 {
            return self.clone();
        }
        let reach = (sigma * 3.5).ceil() as isize;
        let raw: Vec<f64> = (-reach..=reach).map(|d| (-((d * d) as f64) / (2.0 * sigma * sigma)).exp()).collect();
        let total: f64 = raw.iter().sum();
        let taps: Vec<f32> = raw.iter().map(|w| (w / total) as f32).collect();
        self.across(&taps).down(&taps)
    }

    /// The mean over a square of 2·`reach` + 1 pixels, borders continued, by running sums.
    pub(super) fn mean(&self, reach: usize) -> Self {
        let (mut lines, mut out) = (Self::new(self.width, self.height), Self::new(self.width, self.height));
        let (count, reach) = ((2 * reach + 1) as f64, reach as isize);
        for y in 0..self.height as isize {
            let mut sum: f64 = (-reach..=reach).map(|x| f64::from(self.clamped(x, y))).sum();
            for x in 0..self.width as isize {
                lines.data[y as usize * self.width + x as usize] = (sum / count) as f32;
                sum += f64::from(self.clamped(x + reach + 1, y)) - f64::from(self.clamped(x - reach, y));
            }
        }
        let last = self.height as isize - 1;
        let line = |y: isize| lines.row(y.clamp(0, last) as usize);
        let mut sums = vec![0.0f64; self.width];
        (-reach..=reach).for_each(|y| sums.iter_mut().zip(line(y)).for_each(|(s, v)| *s += f64::from(*v)));
        for y in 0..=last {
            let target = &mut out.data[y as usize * self.width..][..self.width];
            target.iter_mut().zip(&sums).for_each(|(t, s)| *t = (s / count) as f32);
            let change = line(y + reach + 1).iter().zip(line(y - reach));
            sums.iter_mut().zip(change).for_each(|(s, (new, old))| *s += f64::from(*new) - f64::from(*old));
        }
        out
    }

    fn across(&self, taps: &[f32]) -> Self {
        let reach = taps.len() / 2;
        let mut out = Self::new(self.width, self.height);
        let mut padded = vec![0.0f32; self.width + 2 * reach];
        for y in 0..self.height {
            let row = self.row(y);
            padded[..reach].fill(row[0]);
            padded[reach..reach + self.width].copy_from_slice(row);
            padded[reach + self.width..].fill(row[self.width - 1]);
            let target = &mut out.data[y * self.width..(y + 1) * self.width];
            for (i, tap) in taps.iter().enumerate() {
                target.iter_mut().zip(&padded[i..]).for_each(|(t, p)| *t += tap * p);
            }
        }
        out
    }

    fn down(&self, taps: &[f32]) -> Self {
        let reach = taps.len() as isize / 2;
        let mut out = Self::new(self.width, self.height);
        for y in 0..self.height {
            let target = &mut out.data[y * self.width..(y + 1) * self.width];
            for (i, tap) in (-reach..).zip(taps) {
                let from = (y as isize + i).clamp(0, self.height as isize - 1) as usize;
                target.iter_mut().zip(self.row(from)).for_each(|(t, p)| *t += tap * p);
            }
        }
        out
    }

    /// Every second pixel of every second row.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        Self::from_fn(width, height, |x, y| self.get(2 * x, 2 * y))
    }

    /// The plane `factor` times as large or small (low-passed first where it shrinks): pixel centre x goes to
    /// (x + ½)·`factor` − ½.
    pub(super) fn resized(&self, factor: f64) -> Self {
        let source = if factor < 1.0 { self.blur(0.5 * (1.0 / (factor * factor) - 1.0).sqrt()) } else { self.clone() };
        let size = |n: usize| ((n as f64 * factor).round() as usize).max(1);
        let at = |i: usize| (i as f64 + 0.5) / factor - 0.5;
        Self::from_fn(size(self.width), size(self.height), |x, y| source.cubic(at(x), at(y)))
    }

    /// What is left after everything wider than `sigma` pixels is taken away.
    pub(super) fn without_shading(&self, sigma: f64) -> Self {
        // A box mean applied twice stands for a wide Gaussian, at a cost that `sigma` hardly changes.
        let reach = (sigma as usize).clamp(1, 64);
        let wide = self.mean(reach);
        Self { width: self.width, height: self.height, data: self.data.iter().zip(&wide.data).map(|(a, b)| a - b).collect() }
    }
}

fn cubic_weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [0.5 * (2.0 * t2 - t - t3), 0.5 * (3.0 * t3 - 5.0 * t2 + 2.0), 0.5 * (4.0 * t2 - 3.0 * t3 + t), 0.5 * (t3 - t2)]
}
