//! Scale-invariant features (Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 2004; square-rooted
//! descriptors after Arandjelović and Zisserman, CVPR 2012).

use std::f32::consts::TAU;

use super::plane::Plane;

/// Levels an octave.
const LEVELS: usize = 3;
/// Blur of the first level of an octave, in its own pixels.
const SIGMA: f64 = 1.6;
/// Least contrast of an extremum, in grey levels (0.015/LEVELS of the range).
const CONTRAST: f32 = 1.3;
/// Largest ratio of principal curvatures.
const EDGE: f32 = 10.0;
/// Pictures of fewer pixels are doubled first, so that they have enough features.
const DOUBLED_BELOW: usize = 600_000;

/// A place that can be found again, with what it looks like.
pub(super) struct Feature {
    pub(super) x: f64,
    pub(super) y: f64,
    /// Size in pixels.
    pub(super) size: f64,
    /// Direction in radians.
    pub(super) angle: f64,
    pub(super) contrast: f32,
    /// 4 × 4 histograms of 8 directions, of Euclidean length 512.
    pub(super) descriptor: [i16; 128],
}

struct Octave {
    blurred: Vec<Plane>,
    /// Pixels of the picture for one of this octave.
    step: f64,
    /// Where the first pixel of this octave lies in the picture.
    origin: f64,
}

/// The `most` features of highest contrast.
pub(super) fn features(plane: &Plane, most: usize) -> Vec<Feature> {
    let doubled = plane.width * plane.height < DOUBLED_BELOW;
    let first = if doubled { plane.resized(2.0) } else { plane.clone() };
    let had: f64 = if doubled { 1.0 } else { 0.5 };
    let mut base = first.blur((SIGMA * SIGMA - had * had).sqrt());
    let mut step = if doubled { 0.5 } else { 1.0 };
    let origin = if doubled { -0.25 } else { 0.0 };
    let mut found = Vec::new();
    while base.width.min(base.height) >= 16 {
        let octave = Octave { blurred: levels(base), step, origin };
        octave.extrema(&mut found);
        base = octave.blurred[LEVELS].halved();
        step *= 2.0;
    }
    found.sort_by(|a: &Feature, b| b.contrast.total_cmp(&a.contrast));
    found.truncate(most);
    found
}

fn levels(base: Plane) -> Vec<Plane> {
    let mut out = vec![base];
    for i in 1..LEVELS + 3 {
        let sigma = |i: usize| SIGMA * 2f64.powf(i as f64 / LEVELS as f64);
        let next = out[i - 1].blur((sigma(i).powi(2) - sigma(i - 1).powi(2)).sqrt());
        out.push(next);
    }
    out
}

impl Octave {
    fn extrema(&self, found: &mut Vec<Feature>) {
        let differences: Vec<Plane> = self.blurred.windows(2).map(|pair| difference(&pair[1], &pair[0])).collect();
        let (width, height) = (differences[0].width, differences[0].height);
        for level in 1..=LEVELS {
            let three = [&differences[level - 1], &differences[level], &differences[level + 1]];
            for y in 5..height.saturating_sub(5) {
                for x in 5..width.saturating_sub(5) {
                    if is_extremum(three, x, y) {
                        self.describe(three, level, x, y, found);
                    }
                }
            }
        }
    }

    fn describe(&self, three: [&Plane; 3], level: usize, x: usize, y: usize, found: &mut Vec<Feature>) {
        let Some([dx, dy, ds]) = offset(three, x, y) else { return };
        let (px, py) = (x as f32 + dx, y as f32 + dy);
        let sigma = (SIGMA * 2f64.powf((level as f64 + f64::from(ds)) / LEVELS as f64)) as f32;
        let image = &self.blurred[level];
        for angle in directions(image, px, py, sigma) {
            found.push(Feature {
                x: f64::from(px) * self.step + self.origin,
                y: f64::from(py) * self.step + self.origin,
                size: f64::from(sigma) * self.step,
                angle: f64::from(angle),
                contrast: three[1].get(x, y).abs(),
                descriptor: descriptor(image, px, py, sigma, angle),
            });
        }
    }
}

fn difference(a: &Plane, b: &Plane) -> Plane {
    Plane { width: a.width, height: a.height, data: a.data.iter().zip(&b.data).map(|(a, b)| a - b).collect() }
}

fn is_extremum(three: [&Plane; 3], x: usize, y: usize) -> bool {
    let value = three[1].get(x, y);
    if value.abs() < CONTRAST {
        return false;
    }
    let sign = value.signum();
    let beaten = |p: &Plane, dy: usize| {
        let from = (y + dy - 1) * p.width + x - 1;
        p.data[from..from + 3].iter().any(|v| v * sign > value * sign)
    };
    if (0..3).any(|dy| beaten(three[1], dy)) || (0..3).any(|dy| beaten(three[0], dy) || beaten(three[2], dy)) {
        return false;
    }
    let [dxx, dyy, dxy] = curvature(three[1], x, y);
    let (trace, determinant) = (dxx + dyy, dxx * dyy - dxy * dxy);
    determinant > 0.0 && trace * trace * EDGE < (EDGE + 1.0).powi(2) * determinant
}

fn curvature(p: &Plane, x: usize, y: usize) -> [f32; 3] {
    let centre = p.get(x, y);
    let dxx = p.get(x + 1, y) + p.get(x - 1, y) - 2.0 * centre;
    let dyy = p.get(x, y + 1) + p.get(x, y - 1) - 2.0 * centre;
    let dxy = 0.25 * (p.get(x + 1, y + 1) + p.get(x - 1, y - 1) - p.get(x + 1, y - 1) - p.get(x - 1, y + 1));
    [dxx, dyy, dxy]
}

/// Where between the pixels and levels the extremum lies (one Newton step); nothing if far from here.
fn offset(three: [&Plane; 3], x: usize, y: usize) -> Option<[f32; 3]> {
    let [dxx, dyy, dxy] = curvature(three[1], x, y);
    let gx = 0.5 * (three[1].get(x + 1, y) - three[1].get(x - 1, y));
    let gy = 0.5 * (three[1].get(x, y + 1) - three[1].get(x, y - 1));
    let gs = 0.5 * (three[2].get(x, y) - three[0].get(x, y));
    let dss = three[2].get(x, y) + three[0].get(x, y) - 2.0 * three[1].get(x, y);
    let determinant = dxx * dyy - dxy * dxy;
    let dx = -(dyy * gx - dxy * gy) / determinant;
    let dy = -(dxx * gy - dxy * gx) / determinant;
    let ds = if dss.abs() > 1e-6 { (-gs / dss).clamp(-0.6, 0.6) } else { 0.0 };
    (dx.abs() < 1.0 && dy.abs() < 1.0).then_some([dx, dy, ds])
}

/// Gradient's length and direction, by central differences.
fn gradient(image: &Plane, x: isize, y: isize) -> (f32, f32) {
    let dx = image.clamped(x + 1, y) - image.clamped(x - 1, y);
    let dy = image.clamped(x, y + 1) - image.clamped(x, y - 1);
    ((dx * dx + dy * dy).sqrt(), dy.atan2(dx))
}

/// The main directions of the gradients around a place.
fn directions(image: &Plane, px: f32, py: f32, sigma: f32) -> Vec<f32> {
    const BINS: usize = 36;
    let mut bins = [0.0f32; BINS];
    let wide = 1.5 * sigma;
    let reach = (3.0 * wide).round() as isize;
    let (cx, cy) = (px.round() as isize, py.round() as isize);
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            let (length, angle) = gradient(image, cx + dx, cy + dy);
            let weight = (-((dx * dx + dy * dy) as f32) / (2.0 * wide * wide)).exp();
            let bin = (angle.rem_euclid(TAU) / TAU * BINS as f32).round() as usize % BINS;
            bins[bin] += weight * length;
        }
    }
    for _ in 0..2 {
        let before = bins;
        for i in 0..BINS {
            bins[i] = 0.25 * before[(i + BINS - 1) % BINS] + 0.5 * before[i] + 0.25 * before[(i + 1) % BINS];
        }
    }
    let highest = bins.iter().copied().fold(0.0, f32::max);
    let peak = |i: usize| {
        let (left, here, right) = (bins[(i + BINS - 1) % BINS], bins[i], bins[(i + 1) % BINS]);
        let top = here > left && here >= right && here >= 0.8 * highest;
        top.then(|| (i as f32 + 0.5 * (left - right) / (left - 2.0 * here + right)) / BINS as f32 * TAU)
    };
    (0..BINS).filter_map(peak).take(3).collect()
}

fn descriptor(image: &Plane, px: f32, py: f32, sigma: f32, angle: f32) -> [i16; 128] {
    let mut bins = [0.0f32; 128];
    let cell = 3.0 * sigma;
    let reach = (cell * 2.5 * std::f32::consts::SQRT_2).round() as isize;
    let (sin, cos) = angle.sin_cos();
    let (cx, cy) = (px.round() as isize, py.round() as isize);
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            let (fx, fy) = ((cx + dx) as f32 - px, (cy + dy) as f32 - py);
            let (u, v) = ((cos * fx + sin * fy) / cell, (cos * fy - sin * fx) / cell);
            if u.abs() < 2.5 && v.abs() < 2.5 {
                let (length, direction) = gradient(image, cx + dx, cy + dy);
                let turn = (direction - angle).rem_euclid(TAU) / TAU * 8.0;
                spread(&mut bins, [u + 1.5, v + 1.5, turn], length * (-(u * u + v * v) / 8.0).exp());
            }
        }
    }
    rooted(bins)
}

/// Adds a weight to the up to eight bins around a position (trilinear).
fn spread(bins: &mut [f32; 128], [u, v, turn]: [f32; 3], weight: f32) {
    let (u0, v0, t0) = (u.floor(), v.floor(), turn.floor());
    for (column, wu) in [(u0, 1.0 - (u - u0)), (u0 + 1.0, u - u0)] {
        for (row, wv) in [(v0, 1.0 - (v - v0)), (v0 + 1.0, v - v0)] {
            if (0.0..4.0).contains(&column) && (0.0..4.0).contains(&row) {
                let at = (row as usize * 4 + column as usize) * 8;
                bins[at + t0 as usize % 8] += weight * wu * wv * (1.0 - (turn - t0));
                bins[at + (t0 as usize + 1) % 8] += weight * wu * wv * (turn - t0);
            }
        }
    }
}

fn rooted(mut bins: [f32; 128]) -> [i16; 128] {
    let length = bins.iter().map(|b| b * b).sum::<f32>().sqrt().max(1e-9);
    bins.iter_mut().for_each(|b| *b = (*b / length).min(0.2));
    let sum = bins.iter().sum::<f32>().max(1e-9);
    bins.map(|b| ((b / sum).sqrt() * 512.0).round() as i16)
}

/// Squared distance of two descriptors. Their numbers are 512 at most, so that differences fit, and processors square and add
/// eight of such at once.
pub(super) fn distance(a: &[i16; 128], b: &[i16; 128]) -> i32 {
    let square = |(a, b): (&i16, &i16)| {
        let difference = i32::from(a.wrapping_sub(*b));
        difference * difference
    };
    a.iter().zip(b).map(square).sum()
}
