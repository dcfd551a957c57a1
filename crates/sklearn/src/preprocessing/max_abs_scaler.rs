//! `sklearn.preprocessing.MaxAbsScaler`: columns divided by their largest absolute value.

use cannery_graph::{Arithmetic, Builder, Check, Clip, Edge, Op, Scale, Shape};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.MaxAbsScaler"],
    // the second until 0.21
    modules: &["sklearn.preprocessing._data", "sklearn.preprocessing.data"],
    read,
};

#[derive(Debug)]
struct MaxAbsScaler {
    scale: Vec<f64>,
    clips: bool,
    takes_nan: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("scale_", "largest values")?;
    let scale = state.floats("scale_")?;
    if scale.is_empty() {
        return Err(state.malformed("scale_", "a scaler of no column"));
    }
    let clips = state.has("clip") && state.bool("clip")?; // since 1.8
    Ok(Box::new(MaxAbsScaler { scale, clips, takes_nan: state.since(0, 20) }))
}

impl Estimator for MaxAbsScaler {
    fn name(&self) -> &'static str {
        "MaxAbsScaler"
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

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.floats(builder)?;
        let steps = vec![(Arithmetic::Multiply, self.scale.clone())];
        Ok(builder.add(Op::Scale(Scale { steps }), &[x])?)
    }

    /// Sparse data is multiplied by the inverse: `inplace_column_scale(X, 1.0 / self.scale_)`.
    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let check = if self.takes_nan { Check::NotInfinite } else { Check::Finite };
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(check), &[x])?;
        let is_sparse = matches!(builder.type_of(x)?.shape, Shape::Csr(_));
        let step = match is_sparse {
            true => (Arithmetic::Multiply, self.scale.iter().map(|scale| 1.0 / scale).collect()),
            false => (Arithmetic::Divide, self.scale.clone()),
        };
        let mut scaled = builder.add(Op::Scale(Scale { steps: vec![step] }), &[x])?;
        if self.clips {
            let dense = builder.dense(scaled)?;
            scaled = builder.add(Op::Clip(Clip { low: -1.0, high: 1.0 }), &[dense])?;
            if is_sparse {
                scaled = builder.add(Op::Sparse, &[scaled])?;
            }
        }
        Ok(Methods::transform(scaled))
    }
}
