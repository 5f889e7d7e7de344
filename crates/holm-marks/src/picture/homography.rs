//! Plane projective maps, and least squares.

/// A map of the plane: [x, y, 1] ↦ rows · [x, y, 1], divided by the third. The last entry is 1 or near it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Homography(pub(super) [f64; 9]);

/// A point of the master, the same point of the leak, and the pair's weight.
pub(super) type Pair = ([f64; 2], [f64; 2], f64);

impl Homography {
    /// Turning by `angle`, scaling, and taking `from` to `to`.
    pub(super) fn similarity(scale: f64, angle: f64, from: [f64; 2], to: [f64; 2]) -> Self {
        let (sin, cos) = (scale * angle.sin(), scale * angle.cos());
        let [x, y] = [to[0] - cos * from[0] + sin * from[1], to[1] - sin * from[0] - cos * from[1]];
        Self([cos, -sin, x, sin, cos, y, 0.0, 0.0, 1.0])
    }

    /// Scaling of pixel positions when a plane is resized by `factor` (centres at half pixels).
    pub(super) fn resize(factor: f64) -> Self {
        let shift = 0.5 * factor - 0.5;
        Self([factor, 0.0, shift, 0.0, factor, shift, 0.0, 0.0, 1.0])
    }

    pub(super) fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let h = &self.0;
        let w = h[6] * x + h[7] * y + h[8];
        [(h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w]
    }

    /// This map after `first`.
    pub(super) fn after(&self, first: &Self) -> Self {
        let mut out = [0.0; 9];
        for (i, value) in out.iter_mut().enumerate() {
            *value = (0..3).map(|k| self.0[i / 3 * 3 + k] * first.0[k * 3 + i % 3]).sum();
        }
        Self(out)
    }

    /// How much longer a small step becomes at a point (the root of the area's ratio); nothing if mirrored or degenerate.
    pub(super) fn scale_at(&self, [x, y]: [f64; 2]) -> Option<f64> {
        let (at, right, below) = (self.apply([x, y]), self.apply([x + 1.0, y]), self.apply([x, y + 1.0]));
        let area = (right[0] - at[0]) * (below[1] - at[1]) - (right[1] - at[1]) * (below[0] - at[0]);
        (area.is_finite() && area > 1e-4).then(|| area.sqrt())
    }

    /// The affine map (six parameters) or homography (eight) nearest to the pairs in the sense of weighted least squares;
    /// `about` and `radius` give the units in which the system is well conditioned.
    pub(super) fn fit(pairs: &[Pair], projective: bool, about: [f64; 2], radius: f64) -> Option<Self> {
        let unknowns = if projective { 8 } else { 6 };
        let mut system = System::new(unknowns);
        for ([x, y], [u, v], weight) in pairs {
            let (x, y) = ((x - about[0]) / radius, (y - about[1]) / radius);
            let first = [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y];
            let second = [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y];
            system.add(&first[..unknowns], *u, *weight);
            system.add(&second[..unknowns], *v, *weight);
        }
        let found = system.solve(1e-9)?;
        let mut h = [0.0; 9];
        h[..unknowns].copy_from_slice(&found);
        h[8] = 1.0;
        Some(Self(h).after(&Self::units(about, radius)))
    }

    /// From pixels to the units of [`Homography::fit`].
    pub(super) fn units(about: [f64; 2], radius: f64) -> Self {
        Self([1.0 / radius, 0.0, -about[0] / radius, 0.0, 1.0 / radius, -about[1] / radius, 0.0, 0.0, 1.0])
    }
}

/// Normal equations.
pub(super) struct System {
    size: usize,
    /// Upper triangle by rows, then the right side.
    matrix: Vec<f64>,
    right: Vec<f64>,
}

impl System {
    pub(super) fn new(size: usize) -> Self {
        Self { size, matrix: vec![0.0; size * size], right: vec![0.0; size] }
    }

    /// One equation: coefficients · unknowns = value.
    pub(super) fn add(&mut self, coefficients: &[f64], value: f64, weight: f64) {
        for (i, ci) in coefficients.iter().enumerate() {
            let wc = weight * ci;
            let row = &mut self.matrix[i * self.size + i..(i + 1) * self.size];
            row.iter_mut().zip(&coefficients[i..]).for_each(|(m, c)| *m += wc * c);
            self.right[i] += wc * value;
        }
    }

    /// Adds to the diagonal of the first `count` unknowns: a prior of mean zero.
    pub(super) fn shrink(&mut self, count: usize, by: f64) {
        (0..count.min(self.size)).for_each(|i| self.matrix[i * self.size + i] += by);
    }

    /// The solution by Cholesky's method, with a relative `ridge`; nothing if the system is singular.
    pub(super) fn solve(&self, ridge: f64) -> Option<Vec<f64>> {
        let n = self.size;
        let mut l = vec![0.0f64; n * n];
        for i in 0..n {
            for j in 0..=i {
                let mut sum = self.matrix[j * n + i];
                if i == j {
                    sum = sum * (1.0 + ridge) + 1e-12;
                }
                sum -= (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum::<f64>();
                if i == j {
                    if sum.is_nan() || sum <= 0.0 {
                        return None;
                    }
                    l[i * n + i] = sum.sqrt();
                } else {
                    l[i * n + j] = sum / l[j * n + j];
                }
            }
        }
        let mut x = self.right.clone();
        for i in 0..n {
            x[i] = (x[i] - (0..i).map(|k| l[i * n + k] * x[k]).sum::<f64>()) / l[i * n + i];
        }
        for i in (0..n).rev() {
            x[i] = (x[i] - (i + 1..n).map(|k| l[k * n + i] * x[k]).sum::<f64>()) / l[i * n + i];
        }
        x.iter().all(|v| v.is_finite()).then_some(x)
    }
}
