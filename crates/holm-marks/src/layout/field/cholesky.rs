//! Cholesky's factor of a covariance matrix.

/// Σ aᵢ bᵢ in eight sums side by side, which the processor adds at once; a single sum would wait for each addition.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let (a_lanes, b_lanes) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a_lanes.remainder().iter().zip(b_lanes.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0; LANES];
    for (a, b) in a_lanes.zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    rest + sums.iter().sum::<f64>()
}

/// Lower triangular factor of a positive definite matrix.
pub(super) struct Cholesky {
    size: usize,
    lower: Vec<f64>,
}

impl Cholesky {
    /// `None` if the matrix is not positive definite.
    pub(super) fn new(size: usize, entry: impl Fn(usize, usize) -> f64) -> Option<Self> {
        let mut lower = vec![0.0; size * size];
        for i in 0..size {
            for j in 0..=i {
                let (row_i, row_j) = (&lower[i * size..i * size + j], &lower[j * size..j * size + j]);
                let rest = entry(i, j) - dot(row_i, row_j);
                if i == j {
                    if rest <= 1e-12 {
                        return None;
                    }
                    lower[i * size + i] = rest.sqrt();
                } else {
                    lower[i * size + j] = rest / lower[j * size + j];
                }
            }
        }
        Some(Self { size, lower })
    }

    /// The logarithm of the root of the matrix's determinant.
    pub(super) fn ln_root(&self) -> f64 {
        self.lower.iter().step_by(self.size + 1).map(|diagonal| diagonal.ln()).sum()
    }

    /// The diagonal of the inverse matrix: squared columns of L⁻¹.
    pub(super) fn inverse_diagonal(&self) -> Vec<f64> {
        let mut diagonal = vec![0.0; self.size];
        let mut column = vec![0.0; self.size];
        for at in 0..self.size {
            for i in at..self.size {
                let row = &self.lower[i * self.size + at..i * self.size + i];
                let unit = if i == at { 1.0 } else { 0.0 };
                column[i] = (unit - dot(row, &column[at..i])) / self.lower[i * self.size + i];
                diagonal[at] += column[i] * column[i];
            }
        }
        diagonal
    }

    /// L⁻¹ b.
    pub(super) fn forward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = vec![0.0; self.size];
        for i in 0..self.size {
            let row = &self.lower[i * self.size..i * self.size + i];
            x[i] = (b[i] - dot(row, &x[..i])) / self.lower[i * self.size + i];
        }
        x
    }

    /// L⁻ᵀ b.
    pub(super) fn backward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for i in (0..self.size).rev() {
            x[i] /= self.lower[i * self.size + i];
            let value = x[i];
            for j in 0..i {
                x[j] -= self.lower[i * self.size + j] * value;
            }
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_solves_what_it_came_from() {
        let matrix = [[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]];
        let factor = Cholesky::new(3, |i, j| matrix[i][j]).unwrap();
        let x = factor.backward(&factor.forward(&[1.0, -2.0, 0.5]));
        for (row, b) in matrix.iter().zip([1.0, -2.0, 0.5]) {
            let product: f64 = row.iter().zip(&x).map(|(a, x)| a * x).sum();
            assert!((product - b).abs() < 1e-12);
        }
        // The determinant is 44.6.
        assert!((factor.ln_root() - 0.5 * 44.6_f64.ln()).abs() < 1e-12);
        assert!(Cholesky::new(2, |_, _| 1.0).is_none(), "a singular matrix has no factor");
    }
}
