//! `sklearn.preprocessing.Normalizer`: rows divided by their norm.

use cannery_graph::{Builder, Check, Norm, Op, RowNorm};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.Normalizer"],
    // the second until 0.21
    modules: &["sklearn.preprocessing._data", "sklearn.preprocessing.data"],
    read,
};

#[derive(Debug)]
struct Normalizer {
    columns: Option<usize>,
    norm: RowNorm,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let norm = match state.text("norm")?.as_deref() {
        Some("l1") => Norm::L1,
        Some("l2") => Norm::L2,
        Some("max") if state.since(0, 23) => Norm::Max,
        Some("max") => Norm::SignedMax,
        other => return Err(state.unsupported("norm", format!("{other:?}"))),
    };
    let norm = RowNorm { norm, floor: state.since(1, 0) };
    Ok(Box::new(Normalizer { columns: state.n_features()?, norm }))
}

impl Estimator for Normalizer {
    fn name(&self) -> &'static str {
        "Normalizer"
    }

    fn takes(&self) -> Takes {
        self.columns.map_or(Takes::AnyNumbers, |columns| Takes::Numbers { columns })
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        Names::of(names, self.columns.or(names.map(Names::len))?)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        Ok(Methods::transform(builder.add(Op::RowNorm(self.norm), &[x])?))
    }
}
