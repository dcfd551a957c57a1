//! Distances between a row and points.

use cannery_graph::{Matrix, Metric};

/// Points that are computed side by side; each sum runs by itself over the features in order.
const LANES: usize = 8;

/// Points with what can be known of them beforehand.
#[derive(Debug)]
pub(super) struct Distances {
    metric: Metric,
    /// The points as the metric takes them: for the cosine they are of norm 1, for the correlation centred.
    points: Matrix,
    /// For the expanded Euclidean ‖y‖², for the correlation ‖y'‖.
    norms: Vec<f64>,
    /// For metrics by products: tiles of [`LANES`] points, feature 0 of all, feature 1 of all, …
    tiles: Vec<[f64; LANES]>,
}

impl Distances {
    pub(super) fn new(metric: &Metric, points: &Matrix) -> Self {
        let (points, norms) = match metric {
            Metric::Cosine { floor } => (each_row(points, |row| normalize(row, *floor)), vec![]),
            Metric::Correlation => {
                let points = each_row(points, centre);
                let norms = rows(&points).map(|row| dot(row, row).sqrt()).collect();
                (points, norms)
            }
            Metric::EuclideanExpanded | Metric::EuclideanExpandedF32 => {
                (points.clone(), rows(points).map(|row| dot(row, row)).collect())
            }
            _ => (points.clone(), vec![]),
        };
        let tiles = if is_by_products(metric) { tiles(&points) } else { vec![] };
        Self { metric: metric.clone(), points, norms, tiles }
    }

    /// Memory for one distance a point.
    pub(super) fn buffer(&self) -> Vec<f64> {
        vec![0.0; self.points.rows()]
    }

    /// The reduced distance from a row to each point.
    pub(super) fn reduced(&self, x: &[f64], out: &mut [f64]) {
        match &self.metric {
            Metric::EuclideanExpanded => self.expanded(x, out),
            Metric::EuclideanExpandedF32 => {
                self.expanded(x, out);
                out.iter_mut().for_each(|r| *r = f64::from(*r as f32));
            }
            Metric::Cosine { floor } => {
                let mut x = x.to_vec();
                normalize(&mut x, *floor);
                self.products(&x, out);
                out.iter_mut().for_each(|r| *r = (1.0 - *r).clamp(0.0, 2.0));
            }
            Metric::Correlation => {
                let mut x = x.to_vec();
                centre(&mut x);
                let norm = dot(&x, &x).sqrt();
                self.products(&x, out);
                let pairs = out.iter_mut().zip(&self.norms);
                pairs.for_each(|(r, y)| *r = 1.0 - (*r / (norm * y)).clamp(-1.0, 1.0));
            }
            metric => out.iter_mut().zip(rows(&self.points)).for_each(|(r, y)| *r = reduced(metric, x, y)),
        }
    }

    fn expanded(&self, x: &[f64], out: &mut [f64]) {
        let norm = dot(x, x);
        self.products(x, out);
        for (r, y) in out.iter_mut().zip(&self.norms) {
            *r = norm + -2.0 * *r + y;
            // so that NaN stays
            if *r < 0.0 {
                *r = 0.0;
            }
        }
    }

    /// x·y of each point y.
    fn products(&self, x: &[f64], out: &mut [f64]) {
        for (tile, out) in self.tiles.chunks_exact(x.len()).zip(out.chunks_mut(LANES)) {
            let mut sums = [0.0; LANES];
            for (&x, ys) in x.iter().zip(tile) {
                sums.iter_mut().zip(ys).for_each(|(sum, y)| *sum += x * y);
            }
            out.copy_from_slice(&sums[..out.len()]);
        }
    }
}

fn is_by_products(metric: &Metric) -> bool {
    matches!(
        metric,
        Metric::EuclideanExpanded
            | Metric::EuclideanExpandedF32
            | Metric::Cosine { .. }
            | Metric::Correlation
    )
}

fn tiles(points: &Matrix) -> Vec<[f64; LANES]> {
    let features = points.columns();
    let mut tiles = vec![[0.0; LANES]; points.rows().div_ceil(LANES) * features];
    for (index, row) in rows(points).enumerate() {
        for (feature, &y) in row.iter().enumerate() {
            tiles[index / LANES * features + feature][index % LANES] = y;
        }
    }
    tiles
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
