//! `sklearn.preprocessing.KernelCenterer`: a kernel less its means.

use cannery_graph::{Arith, Arithmetic, Builder, Check, Constant, Edge, Op, Reduce, Reduction, Scale};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.KernelCenterer"],
    // the second until 0.21
    modules: &["sklearn.preprocessing._data", "sklearn.preprocessing.data"],
    read: |state| Ok(Box::new(KernelCenterer::read(state)?)),
};

/// The means of a kernel at fit.
#[derive(Debug)]
pub(crate) struct KernelCenterer {
    rows: Vec<f64>,
    all: f64,
}

impl KernelCenterer {
    pub(crate) fn read(state: &State<'_>) -> Result<Self, Error> {
        state.expect_fitted("K_fit_rows_", "means")?;
        let rows = state.floats("K_fit_rows_")?;
        if rows.is_empty() {
            return Err(state.malformed("K_fit_rows_", "a kernel of no column"));
        }
        Ok(Self { rows, all: state.float("K_fit_all_")? })
    }

    pub(crate) fn columns(&self) -> usize {
        self.rows.len()
    }

    /// K −= column means, −= the mean of its row, += the mean of all: each rounded to the dtype of K.
    pub(crate) fn lower(&self, builder: &mut Builder, k: Edge) -> Result<Edge, Error> {
        let (dtype, n) = (builder.type_of(k)?.dtype, self.rows.len());
        let sums = builder.add(Op::Reduce(Reduce::row(Reduction::Sum)), &[k])?;
        let count = builder.add(Op::Constant(Constant::vector(dtype, n as f64)), &[k])?;
        let means = builder.add(Op::Arith(Arith::Divide), &[sums, count])?;
        let steps = vec![(Arithmetic::Subtract, self.rows.clone())];
        let k = builder.add(Op::Scale(Scale { steps }), &[k])?;
        let k = builder.add(Op::Arith(Arith::Subtract), &[k, means])?;
        let steps = vec![(Arithmetic::Add, vec![self.all; n])];
        Ok(builder.add(Op::Scale(Scale { steps }), &[k])?)
    }
}

impl Estimator for KernelCenterer {
    fn name(&self) -> &'static str {
        "KernelCenterer"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.rows.len() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.rows.len())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        Ok(Methods::transform(self.lower(builder, x)?))
    }
}
