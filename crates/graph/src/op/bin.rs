use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n,d\] → the same type: how many edges of its column are at most x.
///
/// With `nudged` x + (1e-8 + 1e-5·|x|) is compared, each operation rounded to the dtype: scikit-learn 1.0 and before.
/// float32 is widened to be compared. NaN is above all edges.
///
/// Source: `KBinsDiscretizer.transform` in scikit-learn's `preprocessing/_discretization.py`.
#[derive(Clone, Debug, PartialEq)]
pub struct Bin {
    /// The edges between the bins of each column, which ascend.
    pub edges: Vec<Vec<f64>>,
    /// Whether x is moved up a little first.
    pub nudged: bool,
}

impl Operator for Bin {
    fn name(&self) -> &'static str {
        "bin"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        if !self.edges.iter().all(|edges| edges.is_sorted()) {
            return Err("bin has edges that do not ascend".into());
        }
        match x.shape {
            Shape::Matrix(columns @ 1..) if columns == self.edges.len() && x.dtype.is_float() => Ok(x),
            _ => Err(rule::wants(self, &format!("floats in {} columns", self.edges.len()), x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.list(&self.edges, |out, edges| out.floats(edges));
        out.flag(self.nudged);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let edges: usize = self.edges.iter().map(Vec::len).sum();
        write!(f, " {edges} edges{}", if self.nudged { " nudged" } else { "" })
    }
}
