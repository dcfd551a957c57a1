//! Constants of a dtype, and numpy's rules for what becomes of float32 and float64 together.

use cannery_graph::{Arithmetic, Builder, DType, Edge, Linear, Matrix, Op, Scale};
use cannery_object::{Kind, Value};

use crate::error::Error;
use crate::state::State;

/// float32 or, for all else, float64.
pub(crate) fn float_dtype(dtype: &cannery_object::DType) -> DType {
    if dtype.kind == Kind::Float && dtype.itemsize == 4 { DType::F32 } else { DType::F64 }
}

/// A matrix with its dtype.
#[derive(Clone, Debug)]
pub(crate) struct Weights {
    pub(crate) matrix: Matrix,
    pub(crate) dtype: DType,
}

impl Weights {
    /// A matrix that has an element.
    pub(crate) fn read(state: &State<'_>, name: &str) -> Result<Self, Error> {
        let dtype = float_dtype(&state.element_dtype(name)?);
        Self { matrix: state.matrix(name)?, dtype }.checked(state, name)
    }

    /// A matrix inside an object; `place` is its path from there: `coefs_[1]`.
    pub(crate) fn read_in(state: &State<'_>, value: Value, place: &str) -> Result<Self, Error> {
        let array = state.array_in(value, place)?;
        Self { dtype: float_dtype(&array.dtype), matrix: state.matrix_in(&array, place)? }
            .checked(state, place)
    }

    fn checked(self, state: &State<'_>, name: &str) -> Result<Self, Error> {
        match (self.rows(), self.columns()) {
            (0, _) | (_, 0) => {
                let (rows, columns) = (self.rows(), self.columns());
                Err(state.unsupported(name, format!("a matrix of shape ({rows}, {columns})")))
            }
            _ => Ok(self),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.matrix.rows()
    }

    pub(crate) fn columns(&self) -> usize {
        self.matrix.columns()
    }

    /// Rows as columns.
    pub(crate) fn transposed(&self) -> Self {
        let (rows, columns) = (self.rows(), self.columns());
        let values = self.matrix.values();
        let elements =
            (0..columns).flat_map(|column| (0..rows).map(move |row| values[row * columns + column]));
        self.with(columns, rows, elements.collect())
    }

    /// Another matrix of the same dtype, to which its elements are rounded.
    pub(crate) fn with(&self, rows: usize, columns: usize, mut values: Vec<f64>) -> Self {
        if self.dtype == DType::F32 {
            values.iter_mut().for_each(|x| *x = f64::from(*x as f32));
        }
        match Matrix::new(rows, columns, values) {
            Some(matrix) => Self { matrix, dtype: self.dtype },
            None => self.clone(),
        }
    }

    /// `X @ self.T`.
    pub(crate) fn product(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let x = if self.dtype == DType::F64 { builder.cast(x, DType::F64)? } else { x };
        Ok(builder.add(Op::Linear(Linear { weights: self.matrix.clone(), intercepts: None }), &[x])?)
    }
}

/// A vector with its dtype.
#[derive(Clone, Debug)]
pub(crate) struct Vector {
    pub(crate) values: Vec<f64>,
    pub(crate) dtype: DType,
}

impl Vector {
    /// A vector of so many elements.
    pub(crate) fn read(state: &State<'_>, name: &str, len: usize) -> Result<Self, Error> {
        Self::read_in(state, state.value(name)?, name, len)
    }

    /// A vector inside an object.
    pub(crate) fn read_in(state: &State<'_>, value: Value, place: &str, len: usize) -> Result<Self, Error> {
        let array = state.array_in(value, place)?;
        let values = array.f64s().map_err(|error| Error::in_view(state.path_of(place), &error))?;
        if array.len() != len || array.ndim() > 2 {
            let shape = &array.shape;
            return Err(
                state.malformed(place, format!("an array of shape {shape:?} instead of {len} elements"))
            );
        }
        Ok(Self { values: values.into_owned(), dtype: float_dtype(&array.dtype) })
    }

    /// Each element as a function makes it, rounded to the dtype.
    pub(crate) fn map(&self, function: impl Fn(f64) -> f64) -> Self {
        let round = |x: f64| if self.dtype == DType::F32 { f64::from(x as f32) } else { x };
        Self { values: self.values.iter().map(|&x| round(function(x))).collect(), dtype: self.dtype }
    }

    /// `X ∘ self`, of which the result is float64 if one of both is.
    pub(crate) fn step(&self, builder: &mut Builder, step: Arithmetic, x: Edge) -> Result<Edge, Error> {
        let x = if self.dtype == DType::F64 { builder.cast(x, DType::F64)? } else { x };
        self.step_in_place(builder, step, x)
    }

    /// `X ∘= self`, which keeps the dtype of X.
    pub(crate) fn step_in_place(
        &self,
        builder: &mut Builder,
        step: Arithmetic,
        x: Edge,
    ) -> Result<Edge, Error> {
        Ok(builder.add(Op::Scale(Scale { steps: vec![(step, self.values.clone())] }), &[x])?)
    }
}
