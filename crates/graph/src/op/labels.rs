use std::fmt;
use std::sync::Arc;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Dense i64 → the label of each class index, in the labels' own dtype and the same shape.
///
/// The labels are given by class index. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// Integers.
    I64(Arc<[i64]>),
    /// Floats.
    F64(Arc<[f64]>),
    /// Truth values.
    Bool(Arc<[bool]>),
    /// Text.
    Str(Arc<[Box<str>]>),
}

impl Labels {
    /// Number of classes.
    pub fn len(&self) -> usize {
        match self {
            Self::I64(labels) => labels.len(),
            Self::F64(labels) => labels.len(),
            Self::Bool(labels) => labels.len(),
            Self::Str(labels) => labels.len(),
        }
    }

    /// Whether there is no class.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The labels of several outputs, that stand one after another: so many of each.
    pub fn split(&self, widths: &[usize]) -> Vec<Self> {
        fn part<T: Clone>(labels: &[T], first: usize, width: usize) -> Arc<[T]> {
            labels.iter().skip(first).take(width).cloned().collect()
        }
        let mut first = 0;
        let mut next = |&width: &usize| {
            let at = first;
            first += width;
            match self {
                Self::I64(labels) => Self::I64(part(labels, at, width)),
                Self::F64(labels) => Self::F64(part(labels, at, width)),
                Self::Bool(labels) => Self::Bool(part(labels, at, width)),
                Self::Str(labels) => Self::Str(part(labels, at, width)),
            }
        };
        widths.iter().map(&mut next).collect()
    }

    /// Type of the labels.
    pub fn dtype(&self) -> DType {
        match self {
            Self::I64(_) => DType::I64,
            Self::F64(_) => DType::F64,
            Self::Bool(_) => DType::Bool,
            Self::Str(_) => DType::Str,
        }
    }
}

impl Operator for Labels {
    fn name(&self) -> &'static str {
        "labels"
    }

    fn family(&self) -> Family {
        Family::Scores
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            _ if self.is_empty() => Err("labels has no label".into()),
            Shape::Vector | Shape::Matrix(_) if x.dtype == DType::I64 => {
                Ok(Type { dtype: self.dtype(), ..x })
            }
            _ => Err(rule::wants(self, "dense i64", x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.word(self.dtype().name());
        match self {
            Self::I64(labels) => out.list(&**labels, |out, label| out.int(*label)),
            Self::F64(labels) => out.floats(labels),
            Self::Bool(labels) => out.list(&**labels, |out, label| out.flag(*label)),
            Self::Str(labels) => out.list(&**labels, |out, label| out.text(label)),
        }
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {}x{}", self.len(), self.dtype())
    }
}
