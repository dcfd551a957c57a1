use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n,d\], dense or CSR → the same type: steps of arithmetic, in order: x ∘ c with the constant of each column.
///
/// Each step is computed in float64 and rounded to the dtype of the edge. In float32 that is numpy's in-place
/// `X -= c` with float64 constants, and with float32 ones too: one operation in float64 on float32 values, rounded
/// to float32, is the operation in float32. A CSR matrix takes only multiplications and divisions, of what is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Each step with one constant a column.
    pub steps: Vec<(Arithmetic, Vec<f64>)>,
}

/// What a step of [`Scale`] does with x and its constant c.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// x + c
    Add,
    /// x − c
    Subtract,
    /// x · c
    Multiply,
    /// x / c
    Divide,
    /// x to the power of c, within 1 ulp.
    Power,
}

impl Scale {
    /// Whether 0 stays 0, as it must where zeros are not stored.
    fn keeps_zero(&self) -> bool {
        self.steps.iter().all(|(step, _)| match step {
            Arithmetic::Multiply | Arithmetic::Divide => true,
            Arithmetic::Add | Arithmetic::Subtract | Arithmetic::Power => false,
        })
    }
}

impl Operator for Scale {
    fn name(&self) -> &'static str {
        "scale"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let columns = match x.shape {
            Shape::Matrix(columns @ 1..) if x.dtype.is_float() => columns,
            Shape::Csr(columns @ 1..) if x.dtype.is_float() && self.keeps_zero() => columns,
            _ => return Err(format!("scale{self} takes a matrix of floats with a column, not {x}")),
        };
        match self.steps.iter().find(|(_, constants)| constants.len() != columns) {
            None => Ok(x),
            Some((step, constants)) => {
                Err(format!("scale has {} constants to {step} for {columns} columns", constants.len()))
            }
        }
    }

    fn exactness(&self) -> Exactness {
        match self.steps.iter().any(|(step, _)| *step == Arithmetic::Power) {
            true => Exactness::Ulp(4),
            false => Exactness::Exact,
        }
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.list(&self.steps, |out, (step, constants)| {
            out.word(step.word());
            out.floats(constants);
        });
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().try_for_each(|(step, constants)| write!(f, " {step}x{}", constants.len()))
    }
}

impl Arithmetic {
    fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Subtract => "subtract",
            Self::Multiply => "multiply",
            Self::Divide => "divide",
            Self::Power => "power",
        }
    }
}

impl fmt::Display for Arithmetic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
