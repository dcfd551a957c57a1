//! `sklearn.preprocessing.RobustScaler`: columns less their median, divided by a range of their quantiles.

use cannery_graph::{Arithmetic, Builder, Check, Edge, Op, Scale, Shape};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.RobustScaler"],
    // the second until 0.21
    modules: &["sklearn.preprocessing._data", "sklearn.preprocessing.data"],
    read,
};

#[derive(Debug)]
struct RobustScaler {
    n_features: usize,
    center: Option<Vec<f64>>,
    scale: Option<Vec<f64>>,
    takes_nan: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("scale_", "ranges")?;
    let center = state.bool("with_centering")?.then(|| state.floats("center_")).transpose()?;
    let scale = state.bool("with_scaling")?.then(|| state.floats("scale_")).transpose()?;
    let known = [center.as_ref().map(Vec::len), scale.as_ref().map(Vec::len), state.n_features()?];
    let mut counts = known.into_iter().flatten();
    let n_features = counts.next().ok_or_else(|| {
        state.unsupported(
            "n_features_in_",
            "this attribute is missing, and no other one says how many columns there are",
        )
    })?;
    if n_features == 0 || counts.any(|count| count != n_features) {
        return Err(
            state.malformed("scale_", format!("center_, scale_ and n_features_in_ are of {known:?} columns"))
        );
    }
    Ok(Box::new(RobustScaler { n_features, center, scale, takes_nan: state.since(0, 20) }))
}

impl RobustScaler {
    fn steps(&self, center: Arithmetic, scale: Arithmetic) -> [Option<(Arithmetic, Vec<f64>)>; 2] {
        [
            self.center.clone().map(|constants| (center, constants)),
            self.scale.clone().map(|constants| (scale, constants)),
        ]
    }
}

impl Estimator for RobustScaler {
    fn name(&self) -> &'static str {
        "RobustScaler"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.n_features }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        Names::of(names, self.n_features)
    }

    fn inverse_columns(&self) -> Option<usize> {
        Some(self.n_features)
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.floats(builder)?;
        let [add, multiply] = self.steps(Arithmetic::Add, Arithmetic::Multiply);
        let is_sparse = matches!(builder.type_of(x)?.shape, Shape::Csr(_));
        let steps = multiply.into_iter().chain(add.filter(|_| !is_sparse)).collect();
        Ok(builder.add(Op::Scale(Scale { steps }), &[x])?)
    }

    /// Sparse data is not centered, and multiplied by the inverse: `inplace_column_scale(X, 1.0 / self.scale_)`.
    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let check = if self.takes_nan { Check::NotInfinite } else { Check::Finite };
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(check), &[x])?;
        let steps = match builder.type_of(x)?.shape {
            Shape::Csr(_) => {
                let scale = self.scale.iter();
                scale.map(|scale| (Arithmetic::Multiply, scale.iter().map(|s| 1.0 / s).collect())).collect()
            }
            _ => self.steps(Arithmetic::Subtract, Arithmetic::Divide).into_iter().flatten().collect(),
        };
        Ok(Methods::transform(builder.add(Op::Scale(Scale { steps }), &[x])?))
    }
}
