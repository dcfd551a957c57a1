use std::fmt;
use std::sync::Arc;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::Type;

/// f32 or f64\[n,d\] → f64\[n,k\]: columns and categories as trees know them, brought into the order and the numbers that
/// trees with categories were grown on. Valid by construction; cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Codes {
    features: usize,
    columns: Arc<[CodeColumn]>,
}

/// One column of the result.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeColumn {
    /// Column of x.
    pub from: usize,
    /// What becomes of its elements.
    pub code: Code,
}

/// What becomes of a number x, widened to f64. NaN stays NaN.
#[derive(Clone, Debug, PartialEq)]
pub enum Code {
    /// x.
    Keep,
    /// C's cast of a double to an unsigned byte, as compilers for x86-64 carry it out: x is cut off towards 0 to 32
    /// bits, where all that does not fit (also an infinity) is −2³¹; the code is the number in the lowest 8 bits.
    Byte {
        /// Numbers below 0 become NaN instead.
        below_zero_is_nan: bool,
    },
    /// The position of x among these finite numbers, which ascend; NaN if it is none of them. An infinite x is an
    /// error. Source: scikit-learn's `OrdinalEncoder`.
    Position(Arc<[f64]>),
}

impl Codes {
    /// Columns made of the columns of x, of which there are `features`.
    ///
    /// # Errors
    /// A message when a column is not there or numbers do not ascend.
    pub fn new(features: usize, columns: impl Into<Arc<[CodeColumn]>>) -> Result<Self, String> {
        let columns = columns.into();
        for (index, column) in columns.iter().enumerate() {
            if column.from >= features {
                return Err(format!("code column {index} is of column {} of {features}", column.from));
            }
            if let Code::Position(numbers) = &column.code
                && !ascend(numbers)
            {
                return Err(format!("the numbers of code column {index} do not ascend"));
            }
        }
        Ok(Self { features, columns })
    }

    /// Number of columns of x.
    pub fn features(&self) -> usize {
        self.features
    }

    /// The columns of the result.
    pub fn columns(&self) -> &[CodeColumn] {
        &self.columns
    }
}

impl Operator for Codes {
    fn name(&self) -> &'static str {
        "codes"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let takes = |dtype| x == Type::matrix(dtype, self.features);
        match takes(DType::F32) || takes(DType::F64) {
            true => Ok(Type::matrix(DType::F64, self.columns.len())),
            false => Err(rule::wants(self, &format!("{} columns of floats", self.features), x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.count(self.features);
        out.list(&*self.columns, |out, CodeColumn { from, code }| {
            out.count(*from);
            match code {
                Code::Keep => out.word("keep"),
                Code::Byte { below_zero_is_nan: false } => out.word("byte"),
                Code::Byte { below_zero_is_nan: true } => out.word("byte-or-nan"),
                Code::Position(numbers) => {
                    out.word("position");
                    out.floats(numbers);
                }
            }
        });
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {self}")
    }
}

fn ascend(numbers: &[f64]) -> bool {
    numbers.iter().all(|x| x.is_finite()) && numbers.windows(2).all(|pair| pair[0] < pair[1])
}

impl fmt::Display for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, CodeColumn { from, code }) in self.columns.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { " " })?;
            match code {
                Code::Keep => write!(f, "{from}")?,
                Code::Byte { below_zero_is_nan: false } => write!(f, "byte({from})")?,
                Code::Byte { below_zero_is_nan: true } => write!(f, "byte-or-nan({from})")?,
                Code::Position(numbers) => write!(f, "position({from}, {})", numbers.len())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_there_and_numbers_ascend() {
        let codes = |from, numbers: &[f64]| {
            Codes::new(2, [CodeColumn { from, code: Code::Position(numbers.into()) }])
        };
        assert!(codes(1, &[-1.0, 0.0, 2.5]).is_ok());
        assert_eq!(codes(2, &[]).unwrap_err(), "code column 0 is of column 2 of 2");
        for numbers in [&[1.0, 1.0][..], &[2.0, 1.0], &[1.0, f64::NAN], &[1.0, f64::INFINITY]] {
            assert_eq!(codes(0, numbers).unwrap_err(), "the numbers of code column 0 do not ascend");
        }
    }

    #[test]
    fn results_are_of_f64() {
        let keep = |from| CodeColumn { from, code: Code::Keep };
        let codes = Codes::new(2, [keep(1), keep(0), keep(1)]).expect("columns of two");
        assert_eq!(codes.infer(&[Type::matrix(DType::F32, 2)]), Ok(Type::matrix(DType::F64, 3)));
        assert!(codes.infer(&[Type::matrix(DType::F64, 3)]).is_err());
        assert!(codes.infer(&[Type::matrix(DType::I64, 2)]).is_err());
    }
}
