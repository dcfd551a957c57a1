//! `coef_` and `intercept_` as all linear models have them.

use cannery_graph::{Arithmetic, Builder, DType, Edge, Labels, Linear, Matrix, Op, Scale};
use cannery_object::View;

use crate::compat;
use crate::error::Error;
use crate::learnt_selector::LearntSelector;
use crate::numpy::float_dtype;
use crate::state::State;

/// X·coef_ᵀ + intercept_, with numpy's rules for dtypes.
#[derive(Debug)]
pub(crate) struct Coefficients {
    weights: Matrix,
    weights_dtype: DType,
    /// Whether `coef_` has one dimension, so that there is one result a row and no column of them.
    is_vector: bool,
    intercepts: Vec<f64>,
    /// `None` for a Python number, which takes the dtype of what it is added to; before numpy 2 so did its scalars.
    intercepts_dtype: Option<DType>,
}

impl Coefficients {
    /// `coef_`, a matrix of one row an output or the vector of the only one, and `intercept_`, a number for each or one for
    /// all.
    pub(crate) fn read(state: &State<'_>) -> Result<Self, Error> {
        Self::read_from(state, "intercept_")
    }

    /// The same with the intercepts in an attribute of another name.
    pub(crate) fn read_from(state: &State<'_>, intercepts_name: &str) -> Result<Self, Error> {
        state.expect_fitted("coef_", "coefficients")?;
        let is_sparse = matches!(state.heap().view(state.value("coef_")?), View::Sparse(_));
        let is_vector = !is_sparse && state.array("coef_")?.ndim() == 1;
        let weights = if is_vector { vector(state)? } else { state.matrix("coef_")? };
        if weights.rows() == 0 || weights.columns() == 0 {
            let (rows, columns) = (weights.rows(), weights.columns());
            return Err(state.malformed("coef_", format!("shape ({rows}, {columns})")));
        }
        let (intercepts, intercepts_dtype) = intercepts(state, intercepts_name, weights.rows())?;
        let weights_dtype = float_dtype(&state.element_dtype("coef_")?);
        Ok(Self { weights, weights_dtype, is_vector, intercepts, intercepts_dtype })
    }

    /// Those of a classifier: a row for each of its classes, or one for two of them.
    pub(crate) fn of_classes(state: &State<'_>, labels: &Labels) -> Result<Self, Error> {
        let coefficients = Self::read(state)?;
        let (classes, rows) = (labels.len(), coefficients.outputs());
        if classes < 2 || (rows != classes && (rows, classes) != (1, 2)) {
            return Err(state.malformed("coef_", format!("{rows} rows for {classes} classes")));
        }
        Ok(coefficients)
    }

    /// The columns that `transform` gave until 0.18: by Σ|coef|; the threshold of models with an l1 penalty is 1e-5.
    pub(crate) fn selector(&self, state: &State<'_>) -> Result<LearntSelector, Error> {
        let is_l1 = state.has("penalty") && state.text("penalty")?.as_deref() == Some("l1");
        LearntSelector::of(state, is_l1.then_some(1e-5), || {
            let mut sums = vec![0.0; self.weights.columns()];
            for row in 0..self.weights.rows() {
                sums.iter_mut().zip(self.weights.row(row)).for_each(|(sum, x)| *sum += x.abs());
            }
            Ok(sums)
        })
    }

    pub(crate) fn is_vector(&self) -> bool {
        self.is_vector
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

fn vector(state: &State<'_>) -> Result<Matrix, Error> {
    let weights = state.floats("coef_")?;
    Matrix::new(1, weights.len(), weights).ok_or_else(|| state.malformed("coef_", "not a vector"))
}

fn intercepts(state: &State<'_>, name: &str, outputs: usize) -> Result<(Vec<f64>, Option<DType>), Error> {
    let value = state.value(name)?;
    if state.heap().as_float(value).is_some() || state.heap().as_int(value).is_some() {
        return Ok((vec![state.float(name)?; outputs], None));
    }
    let (intercepts, dtype) = match state.heap().view(value) {
        View::NdArray if state.array(name)?.ndim() == 1 => {
            let one_or_more = state.floats(name)?;
            let is_one = one_or_more.len() == 1;
            let dtype = float_dtype(&state.element_dtype(name)?);
            (if is_one { vec![one_or_more[0]; outputs] } else { one_or_more }, dtype)
        }
        View::Scalar(_) if !compat::has_numpy_2(state) => {
            return Ok((vec![state.float(name)?; outputs], None));
        }
        View::Scalar(scalar) => {
            let dtype = scalar.read().map_or(DType::F64, |(dtype, _)| float_dtype(&dtype));
            (vec![state.float(name)?; outputs], dtype)
        }
        _ => (vec![state.float(name)?; outputs], DType::F64),
    };
    if intercepts.len() != outputs {
        return Err(state.malformed(name, format!("{} intercepts for {outputs} outputs", intercepts.len())));
    }
    Ok((intercepts, Some(dtype)))
}
