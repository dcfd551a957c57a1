//! How likely rows are under a Gaussian model.

use std::f64::consts::TAU;

use cannery_graph::{Arith, Builder, Constant, Edge, Linear, Matrix, Op, Reduce, Reduction};

use crate::error::Error;
use crate::linalg::Square;

/// −½ Σ x∘(x·P) − ½ (d·log 2π − log det P), of centered rows.
pub(super) fn log_likelihood(
    builder: &mut Builder,
    x: Edge,
    precision: &Square,
    log_det: f64,
) -> Result<Edge, Error> {
    let dtype = builder.type_of(x)?.dtype;
    let n = precision.n;
    let columns = (0..n * n).map(|at| precision.at(at % n, at / n)).collect::<Vec<_>>();
    let weights =
        Matrix::new(n, n, columns).ok_or_else(|| Error::unsupported("", "a precision that is not square"))?;
    let product = builder.add(Op::Linear(Linear { weights, intercepts: None }), &[x])?;
    let terms = builder.add(Op::Arith(Arith::Multiply), &[x, product])?;
    let sum = builder.add(Op::Reduce(Reduce::row(Reduction::Sum)), &[terms])?;
    let half = builder.add(Op::Constant(Constant::vector(dtype, -0.5)), &[x])?;
    let of_data = builder.add(Op::Arith(Arith::Multiply), &[sum, half])?;
    let of_model =
        builder.add(Op::Constant(Constant::vector(dtype, 0.5 * (n as f64 * TAU.ln() - log_det))), &[x])?;
    Ok(builder.add(Op::Arith(Arith::Subtract), &[of_data, of_model])?)
}
