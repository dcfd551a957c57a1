//! The nearest of some centers, and how far all of them are.

use cannery_graph::{Builder, DType, Distance, Edge, Linear, Matrix, Op, PairDistance};

use crate::error::Error;
use crate::numpy::Weights;

/// Centers, one a row.
#[derive(Debug)]
pub(super) struct Centers(pub(super) Weights);

impl Centers {
    /// The number of the nearest one, of equally near ones the first: the largest 2·x·c − c·c.
    pub(super) fn nearest(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let x = if self.0.dtype == DType::F64 { builder.cast(x, DType::F64)? } else { x };
        let round = |x: f64| if self.0.dtype == DType::F32 { f64::from(x as f32) } else { x };
        let rows = (0..self.0.rows()).map(|row| self.0.matrix.row(row));
        let intercepts = rows.map(|row| round(-row.iter().map(|c| c * c).sum::<f64>())).collect();
        let doubled = self.0.matrix.values().iter().map(|c| 2.0 * c).collect::<Vec<_>>();
        let weights = Matrix::new(self.0.rows(), self.0.columns(), doubled);
        let weights = weights.ok_or_else(|| Error::malformed("cluster_centers_", "not a matrix"))?;
        let scores = builder.add(Op::Linear(Linear { weights, intercepts: Some(intercepts) }), &[x])?;
        Ok(builder.add(Op::ArgMax, &[scores])?)
    }

    /// The Euclidean distance to each. float64 unless data and centers are float32.
    pub(super) fn distances(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let x = if self.0.dtype == DType::F64 { builder.cast(x, DType::F64)? } else { x };
        let distance = Distance::Euclidean;
        Ok(builder.add(Op::PairDistance(PairDistance { distance, points: self.0.matrix.clone() }), &[x])?)
    }
}
