//! `sklearn.kernel_ridge.KernelRidge`: a sum over the kernel of a row with each row of the fit.

use cannery_graph::{Builder, Check, DType, Linear, Matrix, Op};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::kernels::PairwiseKernel;
use crate::method::{Method, Methods, Wanted};
use crate::numpy::{Weights, float_dtype};
use crate::state::State;

#[derive(Debug)]
struct KernelRidge {
    kernel: PairwiseKernel,
    points: Weights,
    /// A row for each target.
    dual: Matrix,
    dual_dtype: DType,
    is_vector: bool,
}

pub(crate) const ENTRIES: &[Entry] =
    &[Entry { classes: &["sklearn.kernel_ridge.KernelRidge"], modules: &["sklearn.kernel_ridge"], read }];

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("dual_coef_", "dual coefficients")?;
    let points = Weights::read(state, "X_fit_")?;
    let (dual, is_vector) = columns_as_rows(state, "dual_coef_", points.rows())?;
    let dual_dtype = float_dtype(&state.element_dtype("dual_coef_")?);
    let kernel = PairwiseKernel::read(state, "gamma")?;
    Ok(Box::new(KernelRidge { kernel, points, dual, dual_dtype, is_vector }))
}

/// A number for each point and target, with a row for each target, and whether the file has a vector of them.
pub(crate) fn columns_as_rows(state: &State<'_>, name: &str, points: usize) -> Result<(Matrix, bool), Error> {
    let array = state.array(name)?;
    let shape = array.shape.to_vec();
    let values = array.f64s().map_err(|error| Error::in_view(state.path_of(name), &error))?;
    let (targets, is_vector) = match shape[..] {
        [rows] if rows == points => (1, true),
        [rows, targets] if rows == points && targets > 0 => (targets, false),
        _ => return Err(state.malformed(name, format!("an array of shape {shape:?} for {points} rows"))),
    };
    let rows = (0..targets).flat_map(|target| values.iter().copied().skip(target).step_by(targets));
    let matrix = Matrix::new(targets, points, rows.collect::<Vec<_>>());
    Ok((matrix.ok_or_else(|| state.malformed(name, "not a matrix"))?, is_vector))
}

impl Estimator for KernelRidge {
    fn name(&self) -> &'static str {
        "KernelRidge"
    }

    fn takes(&self) -> Takes {
        let is_given = self.kernel == PairwiseKernel::Precomputed;
        Takes::Numbers { columns: if is_given { self.points.rows() } else { self.points.columns() } }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let kernel = self.kernel.lower(builder, x, &self.points)?;
        let kernel = if self.dual_dtype == DType::F64 { builder.cast(kernel, DType::F64)? } else { kernel };
        let linear = Linear { weights: self.dual.clone(), intercepts: None };
        let y = builder.add(Op::Linear(linear), &[kernel])?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || match self.is_vector {
            true => Ok(builder.add(Op::Flatten, &[y])?),
            false => Ok(y),
        })?;
        Ok(methods)
    }
}
