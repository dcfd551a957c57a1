//! Linear algebra on constants, where a state has not kept what scikit-learn computes anew.

use cannery_graph::Matrix;

/// Rows of the largest matrix that is inverted: the time grows with their cube.
pub(crate) const MAX_ROWS: usize = 1024;

/// A square matrix.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Square {
    pub(crate) n: usize,
    pub(crate) values: Vec<f64>,
}

impl Square {
    /// `None` when it is not square, or larger than is computed with.
    pub(crate) fn of(matrix: &Matrix) -> Option<Self> {
        let n = matrix.rows();
        (n == matrix.columns() && n <= MAX_ROWS).then(|| Self { n, values: matrix.values().to_vec() })
    }

    /// Made of a function of row and column; `None` when it is too large.
    pub(crate) fn from_fn(n: usize, of: impl Fn(usize, usize) -> f64) -> Option<Self> {
        (n <= MAX_ROWS).then(|| Self { n, values: (0..n * n).map(|at| of(at / n, at % n)).collect() })
    }

    pub(crate) fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.n + column]
    }

    /// The inverse and the logarithm of the determinant, −inf where that is not above 0. `None` when there is no inverse.
    pub(crate) fn inverse(&self) -> Option<(Self, f64)> {
        let n = self.n;
        let mut a = self.values.clone();
        let mut inverse = Self::from_fn(n, |row, column| if row == column { 1.0 } else { 0.0 })?.values;
        let (mut log_det, mut is_positive) = (0.0, true);
        for column in 0..n {
            let pivot =
                (column..n).max_by(|&i, &j| a[i * n + column].abs().total_cmp(&a[j * n + column].abs()))?;
            if pivot != column {
                swap_rows(&mut a, n, pivot, column);
                swap_rows(&mut inverse, n, pivot, column);
                is_positive = !is_positive;
            }
            let divisor = a[column * n + column];
            if divisor == 0.0 || !divisor.is_finite() {
                return None;
            }
            log_det += divisor.abs().ln();
            is_positive ^= divisor < 0.0;
            a[column * n..][..n].iter_mut().for_each(|x| *x /= divisor);
            inverse[column * n..][..n].iter_mut().for_each(|x| *x /= divisor);
            for row in (0..n).filter(|&row| row != column) {
                let factor = a[row * n + column];
                if factor != 0.0 {
                    add_row(&mut a, n, column, row, -factor);
                    add_row(&mut inverse, n, column, row, -factor);
                }
            }
        }
        Some((Self { n, values: inverse }, if is_positive { log_det } else { f64::NEG_INFINITY }))
    }
}

fn swap_rows(a: &mut [f64], n: usize, i: usize, j: usize) {
    for column in 0..n {
        a.swap(i * n + column, j * n + column);
    }
}

/// Adds a multiple of a row to another one.
fn add_row(a: &mut [f64], n: usize, from: usize, to: usize, factor: f64) {
    let (low, high) = a.split_at_mut(from.max(to) * n);
    let (from, to) = match from < to {
        true => (&low[from * n..][..n], &mut high[..n]),
        false => (&high[..n], &mut low[to * n..][..n]),
    };
    to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_and_its_determinant() {
        let square = Square { n: 3, values: vec![0.0, 2.0, 0.0, 1.0, 0.0, 3.0, 0.0, 1.0, -4.0] };
        let (inverse, log_det) = square.inverse().expect("regular");
        assert!((log_det - 8_f64.ln()).abs() < 1e-15, "{log_det}");
        for row in 0..3 {
            for column in 0..3 {
                let sum: f64 = (0..3).map(|k| square.at(row, k) * inverse.at(k, column)).sum();
                assert!((sum - f64::from(u8::from(row == column))).abs() < 1e-15, "{row} {column}: {sum}");
            }
        }
        assert_eq!(Square { n: 2, values: vec![1.0, 2.0, 2.0, 4.0] }.inverse(), None);
    }
}
