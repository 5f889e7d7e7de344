//! What a leak shows of each mark: likelihoods of the alternatives, nothing else.

use serde::{Deserialize, Serialize};

/// Likelihoods below this share of the best are raised to it, so that no single reading can decide anything.
pub const FLOOR: f64 = 1e-6;

/// For each mark, P(what was seen | the source carried alternative a), up to a factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rows(Vec<Vec<f64>>);

/// Rows that are none.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("row {mark} holds a likelihood that is negative, not a number, or zero throughout")]
pub struct RowError {
    /// The mark's index.
    pub mark: usize,
}

impl Rows {
    /// Takes one row a mark and scales each so that its largest entry is 1.
    ///
    /// # Errors
    /// [`RowError`] names a row with a negative, infinite or undefined entry, or with zeros only.
    pub fn new(rows: Vec<Vec<f64>>) -> Result<Self, RowError> {
        let scaled = rows.into_iter().enumerate().map(|(mark, row)| {
            let top = row.iter().copied().fold(0.0, f64::max);
            if row.iter().any(|l| !l.is_finite() || *l < 0.0) || top <= 0.0 {
                return Err(RowError { mark });
            }
            Ok(row.iter().map(|l| (l / top).max(FLOOR)).collect())
        });
        scaled.collect::<Result<_, _>>().map(Self)
    }

    /// Rows of a leak of which nothing could be read, for marks of these arities.
    #[must_use]
    pub fn erased(arities: &[usize]) -> Self {
        Self(arities.iter().map(|q| vec![1.0; *q]).collect())
    }

    /// Rows of symbols that were read with a chance of `flip` to be wrong; `None` is an erasure.
    #[must_use]
    pub fn read(symbols: &[Option<u8>], arities: &[usize], flip: f64) -> Self {
        let row = |(seen, q): (&Option<u8>, &usize)| match seen {
            None => vec![1.0; *q],
            Some(seen) => {
                let other = (flip / (*q as f64 - 1.0) / (1.0 - flip)).max(FLOOR);
                (0..*q).map(|a| if a == *seen as usize { 1.0 } else { other }).collect()
            }
        };
        Self(symbols.iter().zip(arities).map(row).collect())
    }

    /// One row a mark; each has 1 as its largest entry.
    #[must_use]
    pub fn rows(&self) -> &[Vec<f64>] {
        &self.0
    }

    /// Number of marks.
    #[must_use]
    pub fn marks(&self) -> usize {
        self.0.len()
    }

    /// Marks that were read: whose row is not constant.
    #[must_use]
    pub fn read_marks(&self) -> usize {
        self.0.iter().filter(|row| !is_constant(row)).count()
    }

    /// Whether mark `j` says nothing.
    #[must_use]
    pub fn is_erased(&self, mark: usize) -> bool {
        self.0.get(mark).is_none_or(|row| is_constant(row))
    }
}

fn is_constant(row: &[f64]) -> bool {
    row.iter().all(|l| *l >= 1.0 - 1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_scaled_and_floored() {
        let rows = Rows::new(vec![vec![0.2, 0.1], vec![0.0, 3.0], vec![4.0, 4.0]]).unwrap();
        assert_eq!(rows.rows(), [vec![1.0, 0.5], vec![FLOOR, 1.0], vec![1.0, 1.0]]);
        assert_eq!(rows.read_marks(), 2);
    }

    #[test]
    fn a_row_that_is_no_likelihood_is_named() {
        assert_eq!(Rows::new(vec![vec![1.0, 1.0], vec![0.0, 0.0]]), Err(RowError { mark: 1 }));
        assert_eq!(Rows::new(vec![vec![f64::NAN, 1.0]]), Err(RowError { mark: 0 }));
    }
}
