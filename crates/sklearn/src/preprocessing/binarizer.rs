//! `sklearn.preprocessing.Binarizer`: 1 above a bound, else 0.

use cannery_graph::{Binarize, Builder, Check, DType, Op};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.Binarizer"],
    // the second until 0.21
    modules: &["sklearn.preprocessing._data", "sklearn.preprocessing.data"],
    read,
};

#[derive(Debug)]
struct Binarizer {
    columns: Option<usize>,
    above: f64,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    Ok(Box::new(Binarizer { columns: state.n_features()?, above: state.float("threshold")? }))
}

impl Estimator for Binarizer {
    fn name(&self) -> &'static str {
        "Binarizer"
    }

    fn takes(&self) -> Takes {
        self.columns.map_or(Takes::AnyNumbers, |columns| Takes::Numbers { columns })
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        Names::of(names, self.columns.or(names.map(Names::len))?)
    }

    /// Integers stay integers.
    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let brought = x.matrix(builder)?;
        let is_int = builder.type_of(brought)?.dtype == DType::I64;
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let binary = builder.add(Op::Binarize(Binarize { above: self.above }), &[x])?;
        Ok(Methods::transform(if is_int { builder.cast(binary, DType::I64)? } else { binary }))
    }
}
