//! `coef_` and `intercept_` as all linear models have them.

use cannery_graph::{Arithmetic, Builder, DType, Edge, Linear, Matrix, Op, Scale};
use cannery_object::{Kind, View};

use crate::error::Error;
use crate::state::State;

/// X·coef_ᵀ + intercept_, with numpy's rules for dtypes.
#[derive(Debug)]
pub(crate) struct Coefficients {
    weights: Matrix,
    weights_dtype: DType,
    intercepts: Vec<f64>,
    /// `None` for a Python number, which takes the dtype of what it is added to.
    intercepts_dtype: Option<DType>,
}

impl Coefficients {
    /// `coef_`, a matrix of one row an output, and `intercept_`, a number for each or one for all.
    pub(crate) fn read(state: &State<'_>) -> Result<Self, Error> {
        let weights = state.matrix("coef_")?;
        if weights.rows() == 0 || weights.columns() == 0 {
            let (rows, columns) = (weights.rows(), weights.columns());
            return Err(state.malformed("coef_", format!("shape ({rows}, {columns})")));
        }
        let (intercepts, intercepts_dtype) = intercepts(state, weights.rows())?;
        Ok(Self { weights_dtype: dtype(state, "coef_")?, weights, intercepts, intercepts_dtype })
    }

    /// `coef_`.
    pub(crate) fn weights(&self) -> &Matrix {
        &self.weights
    }

    pub(crate) fn outputs(&self) -> usize {
        self.weights.rows()
    }

    pub(crate) fn features(&self) -> usize {
        self.weights.columns()
    }

    /// One column an output. float32 only if data, weights and intercepts are.
    pub(crate) fn lower(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let x = if self.weights_dtype == DType::F64 { builder.cast(x, DType::F64)? } else { x };
        let adds_f64 = self.intercepts_dtype == Some(DType::F64);
        let weights = self.weights.clone();
        if adds_f64 && builder.type_of(x)?.dtype == DType::F32 {
            let products = builder.add(Op::Linear(Linear { weights, intercepts: None }), &[x])?;
            let products = builder.cast(products, DType::F64)?;
            let steps = vec![(Arithmetic::Add, self.intercepts.clone())];
            return Ok(builder.add(Op::Scale(Scale { steps }), &[products])?);
        }
        let intercepts = Some(self.intercepts.clone());
        Ok(builder.add(Op::Linear(Linear { weights, intercepts }), &[x])?)
    }
}

fn intercepts(state: &State<'_>, outputs: usize) -> Result<(Vec<f64>, Option<DType>), Error> {
    const NAME: &str = "intercept_";
    let value = state.value(NAME)?;
    if state.heap().as_float(value).is_some() || state.heap().as_int(value).is_some() {
        return Ok((vec![state.float(NAME)?; outputs], None));
    }
    let (intercepts, dtype) = match state.heap().view(value) {
        View::NdArray if state.array(NAME)?.ndim() == 1 => (state.floats(NAME)?, dtype(state, NAME)?),
        // a numpy scalar
        _ => (vec![state.float(NAME)?; outputs], DType::F64),
    };
    if intercepts.len() != outputs {
        return Err(state.malformed(NAME, format!("{} intercepts for {outputs} outputs", intercepts.len())));
    }
    Ok((intercepts, Some(dtype)))
}

/// float32 or, for all else, float64.
fn dtype(state: &State<'_>, name: &str) -> Result<DType, Error> {
    let dtype = state.element_dtype(name)?;
    Ok(if dtype.kind == Kind::Float && dtype.itemsize == 4 { DType::F32 } else { DType::F64 })
}
