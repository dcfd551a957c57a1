//! `sklearn.preprocessing.MinMaxScaler`: columns brought into a range, with factors and summands that fit learnt.
//!
//! Source: `MinMaxScaler.transform` in `sklearn/preprocessing/_data.py`: X *= scale_, X += min_, each rounded to the dtype
//! of X; since 0.24 perhaps clipped to the range.

use cannery_graph::{Arithmetic, Builder, Check, Clip, Edge, Op, Scale, Shape};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.MinMaxScaler"],
    // the second until 0.21
    modules: &["sklearn.preprocessing._data", "sklearn.preprocessing.data"],
    read,
};

#[derive(Debug)]
struct MinMaxScaler {
    scale: Vec<f64>,
    min: Vec<f64>,
    clip: Option<Clip>,
    takes_nan: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("scale_", "factors")?;
    let (scale, min) = (state.floats("scale_")?, state.floats("min_")?);
    if scale.is_empty() || scale.len() != min.len() {
        let (n, m) = (scale.len(), min.len());
        return Err(state.malformed("scale_", format!("{n} columns, and min_ has {m}")));
    }
    let clips = state.has("clip") && state.bool("clip")?; // since 0.24
    Ok(Box::new(MinMaxScaler {
        scale,
        min,
        clip: if clips { Some(range(state)?) } else { None },
        takes_nan: state.since(0, 20),
    }))
}

fn range(state: &State<'_>) -> Result<Clip, Error> {
    const NAME: &str = "feature_range";
    let &[low, high] = state.sequence(NAME)? else {
        return Err(state.malformed(NAME, "not a pair of numbers"));
    };
    let (low, high) = (state.float_in(low, NAME)?, state.float_in(high, NAME)?);
    match low < high {
        true => Ok(Clip { low, high }),
        false => Err(state.malformed(NAME, format!("{low} is not below {high}"))),
    }
}

impl Estimator for MinMaxScaler {
    fn name(&self) -> &'static str {
        "MinMaxScaler"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.scale.len() }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        Names::of(names, self.scale.len())
    }

    fn inverse_columns(&self) -> Option<usize> {
        Some(self.scale.len())
    }

    /// X −= min_, X /= scale_.
    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.dense_floats(builder)?;
        let steps = vec![(Arithmetic::Subtract, self.min.clone()), (Arithmetic::Divide, self.scale.clone())];
        Ok(builder.add(Op::Scale(Scale { steps }), &[x])?)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        if let Shape::Csr(_) = builder.type_of(x)?.shape {
            return Err(Error::unsupported("", "a sparse matrix; MinMaxScaler takes a dense one"));
        }
        let check = if self.takes_nan { Check::NotInfinite } else { Check::Finite };
        let x = builder.add(Op::Guard(check), &[x])?;
        let steps = vec![(Arithmetic::Multiply, self.scale.clone()), (Arithmetic::Add, self.min.clone())];
        let scaled = builder.add(Op::Scale(Scale { steps }), &[x])?;
        Ok(Methods::transform(match self.clip {
            Some(clip) => builder.add(Op::Clip(clip), &[scaled])?,
            None => scaled,
        }))
    }
}
