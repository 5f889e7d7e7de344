//! Cholesky's factor of a covariance matrix.
//!
//! Rows are taken off rows, several at once, and nothing is summed across a row: the processor works on neighbouring numbers with
//! the widest instructions that it has, and each number comes out the same to the last bit however wide these are. A verdict must
//! be found again on another machine.

use pulp::{Arch, Simd, WithSimd};

/// Rows that are taken off at once.
const BLOCK: usize = 8;
/// The least pivot of a matrix that is positive definite.
const LEAST_PIVOT: f64 = 1e-12;

/// Upper triangular factor U of a positive definite matrix UᵀU.
pub(super) struct Cholesky {
    size: usize,
    upper: Vec<f64>,
}

impl Cholesky {
    /// Of a matrix of `size` rows, of which the upper half is read; `None` if it is not positive definite.
    pub(super) fn new(size: usize, mut upper: Vec<f64>) -> Option<Self> {
        Arch::new().dispatch(Factorise(size, &mut upper)).then_some(Self { size, upper })
    }

    /// The logarithm of the root of the matrix's determinant.
    pub(super) fn ln_root(&self) -> f64 {
        self.upper.iter().step_by(self.size + 1).map(|diagonal| diagonal.ln()).sum()
    }

    /// The diagonal of the inverse matrix: squared rows of U⁻¹.
    pub(super) fn inverse_diagonal(&self) -> Vec<f64> {
        Arch::new().dispatch(InverseDiagonal(self))
    }

    /// U⁻ᵀ b.
    pub(super) fn forward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for (k, row) in self.upper.chunks_exact(self.size.max(1)).enumerate() {
            let value = x[k] / row[k];
            x[k] = value;
            x[k + 1..].iter_mut().zip(&row[k + 1..]).for_each(|(x, u)| *x -= value * u);
        }
        x
    }

    /// U⁻¹ b.
    pub(super) fn backward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for (k, row) in self.upper.chunks_exact(self.size.max(1)).enumerate().rev() {
            let known: f64 = row[k + 1..].iter().zip(&x[k + 1..]).map(|(u, x)| u * x).sum();
            x[k] = (x[k] - known) / row[k];
        }
        x
    }
}

/// The upper half of a matrix of so many rows, made into its factor; `false` if it is not positive definite.
struct Factorise<'m>(usize, &'m mut [f64]);

impl WithSimd for Factorise<'_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> bool {
        let Self(size, upper) = self;
        for first in (0..size).step_by(BLOCK) {
            let end = size.min(first + BLOCK);
            for k in first..end {
                let (above, rest) = upper.split_at_mut(k * size);
                let row = &mut rest[k..size];
                for known in above.chunks_exact(size).skip(first) {
                    let weight = known[k];
                    row.iter_mut().zip(&known[k..]).for_each(|(value, known)| *value -= weight * known);
                }
                if row[0] <= LEAST_PIVOT {
                    return false;
                }
                let root = row[0].sqrt();
                row.iter_mut().for_each(|value| *value /= root);
            }
            let (known, below) = upper.split_at_mut(end * size);
            for (row, i) in below.chunks_exact_mut(size).zip(end..) {
                take_off(&mut row[i..], |m| &known[(first + m) * size + i..][..size - i], |m| known[(first + m) * size + i]);
            }
        }
        true
    }
}

/// Squared rows of U⁻¹, a block of rows at a time.
struct InverseDiagonal<'c>(&'c Cholesky);

impl WithSimd for InverseDiagonal<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Vec<f64> {
        let Cholesky { size, upper } = self.0;
        let size = *size;
        let triangles: Vec<Triangle> = (0..size).step_by(BLOCK).map(|first| inverse_triangle(size, upper, first)).collect();
        let mut diagonal = vec![0.0; size];
        let mut rows = vec![0.0; BLOCK * size];
        for (start, own) in triangles.iter().enumerate() {
            rows.fill(0.0);
            for (block, triangle) in triangles.iter().enumerate().skip(start) {
                let (first, end) = (block * BLOCK, size.min((block + 1) * BLOCK));
                for (r, row) in rows.chunks_exact_mut(size).enumerate().take(size - start * BLOCK) {
                    let weights = if block == start { own[r] } else { times(&row[first..end], triangle) };
                    diagonal[start * BLOCK + r] += weights.iter().map(|w| w * w).sum::<f64>();
                    take_off(&mut row[end..], |m| &upper[(first + m) * size + end..][..size - end], |m| weights[m]);
                }
            }
        }
        diagonal
    }
}

/// The inverse of one block of U on its diagonal, row by row.
type Triangle = [[f64; BLOCK]; BLOCK];

#[inline(always)]
fn inverse_triangle(size: usize, upper: &[f64], first: usize) -> Triangle {
    let mut inverse = [[0.0; BLOCK]; BLOCK];
    let end = size.min(first + BLOCK);
    for (at, row) in inverse.iter_mut().enumerate().take(end - first) {
        row[at] = 1.0;
        for k in at..end - first {
            let known = &upper[(first + k) * size + first..][..end - first];
            row[k] /= known[k];
            let value = 0.0 - row[k];
            row[k + 1..].iter_mut().zip(&known[k + 1..]).for_each(|(sum, known)| *sum += value * known);
        }
    }
    inverse
}

/// row · triangle.
#[inline(always)]
fn times(row: &[f64], triangle: &Triangle) -> [f64; BLOCK] {
    let mut out = [0.0; BLOCK];
    for (value, triangle) in row.iter().zip(triangle) {
        for (out, t) in out.iter_mut().zip(triangle) {
            *out += value * t;
        }
    }
    out
}

/// Takes [`BLOCK`] rows off another, each so many times: written out, so that all of them are taken off in one pass.
#[inline(always)]
fn take_off<'r>(from: &mut [f64], row: impl Fn(usize) -> &'r [f64], times: impl Fn(usize) -> f64) {
    if from.is_empty() {
        return;
    }
    let [a, b, c, d, e, f, g, h] = [row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)];
    let w: [f64; BLOCK] = [times(0), times(1), times(2), times(3), times(4), times(5), times(6), times(7)];
    let n = from.len();
    let (a, b, c, d, e, f, g, h) = (&a[..n], &b[..n], &c[..n], &d[..n], &e[..n], &f[..n], &g[..n], &h[..n]);
    for i in 0..n {
        from[i] = from[i]
            - w[0] * a[i]
            - w[1] * b[i]
            - w[2] * c[i]
            - w[3] * d[i]
            - w[4] * e[i]
            - w[5] * f[i]
            - w[6] * g[i]
            - w[7] * h[i];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_solves_what_it_came_from() {
        let matrix = [[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]];
        let factor = Cholesky::new(3, matrix.concat()).unwrap();
        let x = factor.backward(&factor.forward(&[1.0, -2.0, 0.5]));
        for (row, b) in matrix.iter().zip([1.0, -2.0, 0.5]) {
            let product: f64 = row.iter().zip(&x).map(|(a, x)| a * x).sum();
            assert!((product - b).abs() < 1e-12);
        }
        // The determinant is 44.6.
        assert!((factor.ln_root() - 0.5 * 44.6_f64.ln()).abs() < 1e-12);
        assert!(Cholesky::new(2, vec![1.0; 4]).is_none(), "a singular matrix has no factor");
    }
    /// The inverse's diagonal one column at a time: A x = eᵢ.
    #[test]
    fn the_inverse_is_that_of_the_solution_whatever_the_size() {
        for size in [1, 7, 8, 9, 16, 37, 61] {
            let entry = |i: usize, j: usize| {
                (-0.02 * (i as f64 - j as f64).powi(2)).exp() + if i == j { 0.1 + 0.01 * i as f64 } else { 0.0 }
            };
            let matrix: Vec<f64> = (0..size * size).map(|at| entry(at / size, at % size)).collect();
            let factor = Cholesky::new(size, matrix).unwrap();
            let diagonal = factor.inverse_diagonal();
            for (at, told) in diagonal.iter().enumerate() {
                let unit: Vec<f64> = (0..size).map(|i| if i == at { 1.0 } else { 0.0 }).collect();
                let column = factor.backward(&factor.forward(&unit));
                let back: Vec<f64> = (0..size).map(|i| (0..size).map(|j| entry(i, j) * column[j]).sum()).collect();
                assert!(back.iter().zip(&unit).all(|(b, u)| (b - u).abs() < 1e-10), "{size} {at}");
                assert!((told - column[at]).abs() < 1e-10 * column[at], "{size} {at}: {told} {}", column[at]);
            }
        }
    }
}
