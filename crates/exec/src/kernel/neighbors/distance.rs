//! Distances between a row and points.

use std::borrow::Cow;
use std::ops::Range;

use cannery_graph::{Matrix, Metric, SquareOrder};

use crate::gemm;

/// Points with what can be known of them beforehand.
#[derive(Debug)]
pub(super) struct Distances {
    metric: Metric,
    /// The points as the metric takes them: for the cosine they are of norm 1, for the correlation centred.
    points: Matrix,
    /// In which order squares are added up.
    squares: Squares,
    /// For the expanded Euclidean ‖y‖², for the correlation ‖y'‖.
    norms: Vec<f64>,
}

impl Distances {
    pub(super) fn new(metric: &Metric, points: &Matrix, squares: Squares) -> Self {
        let (points, norms) = match metric {
            Metric::Cosine { floor } => (each_row(points, |row| normalize(row, *floor)), vec![]),
            Metric::Correlation => {
                let points = each_row(points, centre);
                let norms = rows(&points).map(|row| dot(row, row).sqrt()).collect();
                (points, norms)
            }
            Metric::EuclideanExpanded | Metric::EuclideanExpandedF32 => {
                (points.clone(), rows(points).map(|row| squared_norm(row, squares)).collect())
            }
            _ => (points.clone(), vec![]),
        };
        Self { metric: metric.clone(), points, squares, norms }
    }

    /// Number of points.
    pub(super) fn points(&self) -> usize {
        self.points.rows()
    }

    /// Rows as the metric takes them, with what can be known of them beforehand.
    pub(super) fn prepare<'x>(&self, x: &'x [f64]) -> Rows<'x> {
        let d = self.points.columns();
        let changed = |change: &dyn Fn(&mut [f64])| {
            let mut x = x.to_vec();
            x.chunks_exact_mut(d).for_each(change);
            x
        };
        match &self.metric {
            Metric::Cosine { floor } => Rows::new(changed(&|x| normalize(x, *floor)), vec![]),
            Metric::Correlation => {
                let x = changed(&centre);
                let norms = x.chunks_exact(d).map(|x| dot(x, x).sqrt()).collect();
                Rows::new(x, norms)
            }
            Metric::EuclideanExpanded | Metric::EuclideanExpandedF32 => {
                let norms = x.chunks_exact(d).map(|x| squared_norm(x, self.squares)).collect();
                Rows::new(x, norms)
            }
            _ => Rows::new(x, vec![]),
        }
    }

    /// The reduced distances from each of some rows to each point of a range.
    pub(super) fn reduced(&self, x: &Rows<'_>, points: Range<usize>, out: &mut [f64]) {
        let (d, m) = (self.points.columns(), points.len());
        match &self.metric {
            Metric::Cosine { .. } => {
                self.products(&x.values, points, out);
                out.iter_mut().for_each(|r| *r = (1.0 - *r).clamp(0.0, 2.0));
            }
            Metric::Correlation => {
                let norms = &self.norms[points.clone()];
                self.products(&x.values, points, out);
                for (norm, out) in x.norms.iter().zip(out.chunks_exact_mut(m)) {
                    let pairs = out.iter_mut().zip(norms);
                    pairs.for_each(|(r, y)| *r = 1.0 - (*r / (norm * y)).clamp(-1.0, 1.0));
                }
            }
            Metric::EuclideanExpanded | Metric::EuclideanExpandedF32 => {
                let norms = &self.norms[points.clone()];
                self.products(&x.values, points, out);
                for (norm, out) in x.norms.iter().zip(out.chunks_exact_mut(m)) {
                    expand(*norm, norms, out);
                }
                if matches!(self.metric, Metric::EuclideanExpandedF32) {
                    out.iter_mut().for_each(|r| *r = f64::from(*r as f32));
                }
            }
            metric => {
                let points = &self.points.values()[points.start * d..points.end * d];
                for (x, out) in x.values.chunks_exact(d).zip(out.chunks_exact_mut(m)) {
                    let pairs = out.iter_mut().zip(points.chunks_exact(d));
                    pairs.for_each(|(r, y)| *r = reduced(metric, x, y));
                }
            }
        }
    }

    /// x·y of each row x and each point y: chains of fused multiply-adds from 0.0, a new one every 256 features, which is
    /// what OpenBLAS does where the processor has them.
    fn products(&self, x: &[f64], points: Range<usize>, out: &mut [f64]) {
        let d = self.points.columns();
        let points = &self.points.values()[points.start * d..points.end * d];
        gemm::multiply_transposed(x, points, d, out);
    }
}

/// Rows as [`Distances`] takes them.
pub(super) struct Rows<'x> {
    values: Cow<'x, [f64]>,
    /// For the expanded Euclidean ‖x‖², for the correlation ‖x'‖.
    norms: Vec<f64>,
}

impl<'x> Rows<'x> {
    fn new(values: impl Into<Cow<'x, [f64]>>, norms: Vec<f64>) -> Self {
        Self { values: values.into(), norms }
    }
}

/// From the products of a row of this squared norm with points of these to its reduced distances.
fn expand(norm: f64, norms: &[f64], out: &mut [f64]) {
    for (r, y) in out.iter_mut().zip(norms) {
        *r = norm + -2.0 * *r + y;
        // so that NaN stays
        if *r < 0.0 {
            *r = 0.0;
        }
    }
}

fn rows(points: &Matrix) -> impl Iterator<Item = &[f64]> {
    points.values().chunks_exact(points.columns())
}

fn each_row(points: &Matrix, change: impl Fn(&mut [f64])) -> Matrix {
    let mut values = points.values().to_vec();
    values.chunks_exact_mut(points.columns()).for_each(change);
    Matrix::new(points.rows(), points.columns(), values).expect("as many values as before")
}

fn normalize(row: &mut [f64], floor: f64) {
    let norm = dot(row, row).sqrt();
    if norm > 0.0 && norm >= floor {
        row.iter_mut().for_each(|x| *x /= norm);
    }
}

fn centre(row: &mut [f64]) {
    let mean = row.iter().sum::<f64>() / row.len() as f64;
    row.iter_mut().for_each(|x| *x -= mean);
}

/// The order in which the squares of a norm are added up; each is rounded by itself. It decides whether the distance of a
/// point to itself is 0 or about 1e-7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Squares {
    /// From the first feature on: `cblas_ddot` of OpenBLAS for fewer than 16 features.
    Forward,
    /// As numpy's `einsum` does.
    Einsum(SquareOrder),
}

/// Σx², in one of the orders of scikit-learn's versions.
fn squared_norm(x: &[f64], order: Squares) -> f64 {
    match order {
        Squares::Forward => dot(x, x),
        Squares::Einsum(SquareOrder::Pairs) => {
            let (eights, rest) = x.split_at(x.len() / 8 * 8);
            let pairs = eights.chunks_exact(8).flat_map(|eight| eight.chunks_exact(2).rev());
            let [even, odd] = pairs.chain(rest.chunks(2)).fold([0.0, 0.0], add_squares);
            even + odd
        }
        Squares::Einsum(SquareOrder::Backward) => {
            let (eights, rest) = x.split_at(x.len() / 8 * 8);
            let [even, odd] = eights.chunks_exact(2).fold([0.0, 0.0], add_squares);
            rest.iter().rev().fold(even + odd, |sum, x| sum + x * x)
        }
    }
}

/// Adds the square of a first and of a second element, if there is one.
fn add_squares([even, odd]: [f64; 2], pair: &[f64]) -> [f64; 2] {
    let square = |at: usize| pair.get(at).map_or(0.0, |x| x * x);
    [even + square(0), odd + square(1)]
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).fold(0.0, |sum, (x, y)| sum + x * y)
}

/// The distance itself.
pub(super) fn distance(metric: &Metric, x: &[f64], y: &[f64]) -> f64 {
    of_reduced(metric, reduced(metric, x, y))
}

/// The reduced distance of one pair. Metrics by products are not for pairs: [`Distances`] computes them, and no
/// tree takes them.
pub(super) fn reduced(metric: &Metric, x: &[f64], y: &[f64]) -> f64 {
    let differences = || x.iter().zip(y).map(|(x, y)| x - y);
    let sum = |term: &dyn Fn(f64, f64) -> f64, constants: &[f64]| {
        differences().zip(constants).fold(0.0, |sum, (d, &c)| sum + term(d, c))
    };
    match metric {
        Metric::Euclidean => differences().fold(0.0, |sum, d| sum + d * d),
        Metric::Manhattan => differences().fold(0.0, |sum, d| sum + d.abs()),
        Metric::Chebyshev => differences().fold(0.0, |max, d| d.abs().max(max)),
        Metric::Minkowski { p, weights: None } => differences().fold(0.0, |sum, d| sum + d.abs().powf(*p)),
        Metric::Minkowski { p, weights: Some(w) } => sum(&|d, w| w * d.abs().powf(*p), w),
        Metric::MinkowskiInside { p, weights } => sum(&|d, w| (w * d.abs()).powf(*p), weights),
        Metric::SEuclidean(variances) => sum(&|d, v| d * d / v, variances),
        Metric::Mahalanobis(inverse) => rows(inverse).zip(differences()).fold(0.0, |sum, (row, d)| {
            sum + row.iter().zip(differences()).fold(0.0, |sum, (a, d)| sum + a * d) * d
        }),
        Metric::Hamming => {
            let unequal = x.iter().zip(y).filter(|(x, y)| x != y).count();
            unequal as f64 / x.len() as f64
        }
        Metric::Canberra => x.iter().zip(y).fold(0.0, |sum, (x, y)| {
            let divisor = x.abs() + y.abs();
            if divisor > 0.0 { sum + (x - y).abs() / divisor } else { sum }
        }),
        Metric::BrayCurtis => {
            let divisor = x.iter().zip(y).fold(0.0, |sum, (x, y)| sum + (x.abs() + y.abs()));
            if divisor > 0.0 { differences().fold(0.0, |sum, d| sum + d.abs()) / divisor } else { 0.0 }
        }
        Metric::BrayCurtisSigned => {
            let divisor = x.iter().zip(y).fold(0.0, |sum, (x, y)| sum + (x + y).abs());
            differences().fold(0.0, |sum, d| sum + d.abs()) / divisor
        }
        Metric::Haversine => haversine(x, y),
        Metric::EuclideanExpanded
        | Metric::EuclideanExpandedF32
        | Metric::Cosine { .. }
        | Metric::Correlation => f64::NAN,
    }
}

fn haversine(x: &[f64], y: &[f64]) -> f64 {
    let ([x0, x1], [y0, y1]) = (x, y) else { return f64::NAN };
    let (a, b) = ((0.5 * (x0 - y0)).sin(), (0.5 * (x1 - y1)).sin());
    a * a + x0.cos() * y0.cos() * b * b
}

/// From the reduced distance to the distance.
pub(super) fn of_reduced(metric: &Metric, r: f64) -> f64 {
    match metric {
        Metric::Euclidean | Metric::EuclideanExpanded | Metric::SEuclidean(_) | Metric::Mahalanobis(_) => {
            r.sqrt()
        }
        Metric::EuclideanExpandedF32 => f64::from((r as f32).sqrt()),
        Metric::Minkowski { p, .. } | Metric::MinkowskiInside { p, .. } => r.powf(1.0 / p),
        Metric::Haversine => 2.0 * r.sqrt().asin(),
        Metric::Manhattan
        | Metric::Chebyshev
        | Metric::Hamming
        | Metric::Canberra
        | Metric::BrayCurtis
        | Metric::BrayCurtisSigned
        | Metric::Cosine { .. }
        | Metric::Correlation => r,
    }
}

/// From the distance to the reduced distance.
pub(super) fn to_reduced(metric: &Metric, distance: f64) -> f64 {
    match metric {
        Metric::Euclidean
        | Metric::EuclideanExpanded
        | Metric::EuclideanExpandedF32
        | Metric::SEuclidean(_)
        | Metric::Mahalanobis(_) => distance * distance,
        Metric::Minkowski { p, .. } | Metric::MinkowskiInside { p, .. } => distance.powf(*p),
        Metric::Haversine => {
            let sine = (0.5 * distance).sin();
            sine * sine
        }
        Metric::Manhattan
        | Metric::Chebyshev
        | Metric::Hamming
        | Metric::Canberra
        | Metric::BrayCurtis
        | Metric::BrayCurtisSigned
        | Metric::Cosine { .. }
        | Metric::Correlation => distance,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of 13 whose sums depend on the order, with what `sklearn.utils.extmath.row_norms(squared=True)` gives for them
    /// in 0.24.2 (numpy 1.20.3) and in 1.9.1 (numpy 2.5.5).
    #[test]
    fn norms_are_added_up_as_numpy_does() {
        let cases = [
            (1, 8.540029218407595, 8.540029218407597),
            (4, 8.516428049671294, 8.516428049671292),
            (6, 8.501643535427318, 8.50164353542732),
        ];
        for (seed, backward, pairs) in cases {
            let row: Vec<f64> = (0..13).map(|i| f64::from((7919 * i + seed) % 1000) / 370.0 - 1.3).collect();
            assert_eq!(squared_norm(&row, Squares::Einsum(SquareOrder::Backward)), backward, "{seed}");
            assert_eq!(squared_norm(&row, Squares::Einsum(SquareOrder::Pairs)), pairs, "{seed}");
        }
    }
}
