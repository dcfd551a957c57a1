use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n,d\] → \[n,m\] of the same dtype: products of columns.
///
/// Each term is one multiplication of a term before it with a column of x, rounded to the dtype.
///
/// Source: `PolynomialFeatures` in scikit-learn's `preprocessing/_polynomial.py`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poly {
    /// Columns of x.
    pub features: usize,
    /// What each column of the result is.
    pub terms: Vec<Term>,
}

/// A column of the result of [`Poly`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// 1.
    One,
    /// A column of x.
    Column(u32),
    /// The product of an earlier term and a column of x.
    Product {
        /// Which term.
        term: u32,
        /// Which column.
        column: u32,
    },
}

impl Poly {
    fn is_sound(&self) -> bool {
        let is_column = |column: u32| (column as usize) < self.features;
        self.terms.iter().enumerate().all(|(index, term)| match *term {
            Term::One => true,
            Term::Column(column) => is_column(column),
            Term::Product { term, column } => (term as usize) < index && is_column(column),
        })
    }
}

impl Operator for Poly {
    fn name(&self) -> &'static str {
        "poly"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        if !self.is_sound() {
            return Err("poly has a term of a later term, or of a column that is not there".into());
        }
        match x.shape {
            Shape::Matrix(columns @ 1..) if columns == self.features && x.dtype.is_float() => {
                Ok(Type::matrix(x.dtype, self.terms.len()))
            }
            _ => Err(rule::wants(self, &format!("floats in {} columns", self.features), x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.count(self.features);
        out.list(&self.terms, |out, term| match *term {
            Term::One => out.word("one"),
            Term::Column(column) => out.count(column as usize),
            Term::Product { term, column } => {
                out.word("product");
                out.count(term as usize);
                out.count(column as usize);
            }
        });
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {} of {}", self.terms.len(), self.features)
    }
}
