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

    /// One of them, by itself.
    ///
    /// # Panics
    /// If there is no such class.
    #[must_use]
    pub fn pick(&self, class: usize) -> Self {
        match self {
            Self::I64(labels) => Self::I64([labels[class]].into()),
            Self::F64(labels) => Self::F64([labels[class]].into()),
            Self::Bool(labels) => Self::Bool([labels[class]].into()),
            Self::Str(labels) => Self::Str([labels[class].clone()].into()),
        }
    }

    /// Labels one behind the other, integers beside floats as floats; `None` where they are of other types.
    pub fn join(parts: &[Self]) -> Option<Self> {
        let all_integers = || parts.iter().map(|part| if let Self::I64(x) = part { Some(x) } else { None });
        if let Some(parts) = all_integers().collect::<Option<Vec<_>>>() {
            return Some(Self::I64(parts.into_iter().flat_map(|part| part.iter().copied()).collect()));
        }
        let truths = parts.iter().map(|part| if let Self::Bool(x) = part { Some(x) } else { None });
        if let Some(parts) = truths.collect::<Option<Vec<_>>>() {
            return Some(Self::Bool(parts.into_iter().flat_map(|part| part.iter().copied()).collect()));
        }
        let texts = parts.iter().map(|part| if let Self::Str(x) = part { Some(x) } else { None });
        if let Some(parts) = texts.collect::<Option<Vec<_>>>() {
            return Some(Self::Str(parts.into_iter().flat_map(|part| part.iter().cloned()).collect()));
        }
        let floats = parts.iter().map(Self::as_floats).collect::<Option<Vec<_>>>()?;
        Some(Self::F64(floats.concat().into()))
    }

    /// Whether a label of these and one of others are the same by value: 1 is 1.0 is `True`.
    pub fn are_same(&self, class: usize, others: &Self, other: usize) -> bool {
        match (self, others) {
            (Self::Str(a), Self::Str(b)) => class < a.len() && a.get(class) == b.get(other),
            _ => self.number(class).is_some() && self.number(class) == others.number(other),
        }
    }

    fn number(&self, class: usize) -> Option<f64> {
        match self {
            Self::I64(labels) => labels.get(class).map(|&label| label as f64),
            Self::F64(labels) => labels.get(class).copied(),
            Self::Bool(labels) => labels.get(class).map(|&label| f64::from(u8::from(label))),
            Self::Str(_) => None,
        }
    }

    /// Integers and floats as floats.
    fn as_floats(&self) -> Option<Vec<f64>> {
        match self {
            Self::I64(labels) => Some(labels.iter().map(|&label| label as f64).collect()),
            Self::F64(labels) => Some(labels.to_vec()),
            Self::Bool(_) | Self::Str(_) => None,
        }
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
