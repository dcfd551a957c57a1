//! `sklearn.cluster.FeatureAgglomeration`: columns of a cluster pooled into one.

use cannery_graph::{Builder, Check, Columns, DType, Edge, Op, Reduce, Reduction};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.cluster.FeatureAgglomeration"],
    // the second until 0.21
    modules: &["sklearn.cluster._agglomerative", "sklearn.cluster.hierarchical"],
    read,
};

#[derive(Debug)]
struct FeatureAgglomeration {
    /// Which cluster each column is in.
    clusters: Vec<usize>,
    groups: Vec<Vec<usize>>,
    how: Reduction,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    const NAME: &str = "labels_";
    state.expect_fitted(NAME, "clusters")?;
    let labels = state.counts(NAME)?;
    let mut known = labels.clone();
    known.sort_unstable();
    known.dedup();
    let is_dense = known.iter().copied().eq(0..known.len());
    if labels.is_empty() || !is_dense {
        return Err(state.malformed(NAME, "clusters that are not numbered from 0 on"));
    }
    let mut groups = vec![vec![]; known.len()];
    labels.iter().enumerate().for_each(|(column, &cluster)| groups[cluster].push(column));
    Ok(Box::new(FeatureAgglomeration { clusters: labels, groups, how: pooling(state)? }))
}

fn pooling(state: &State<'_>) -> Result<Reduction, Error> {
    const NAME: &str = "pooling_func";
    let function = state.heap().global_name(state.value(NAME)?);
    let (module, name) = function.ok_or_else(|| {
        state.unsupported(NAME, "a function without a name to import; cannery can't run Python code")
    })?;
    let is_numpy = module == "numpy" || module.starts_with("numpy.");
    match name {
        "mean" if is_numpy => Ok(Reduction::Mean),
        "max" | "amax" if is_numpy => Ok(Reduction::Maximum),
        "min" | "amin" if is_numpy => Ok(Reduction::Minimum),
        "median" if is_numpy => Ok(Reduction::Median),
        "sum" if is_numpy => Ok(Reduction::Sum),
        _ => Err(state.unsupported(NAME, format!("the function {module}.{name}"))),
    }
}

impl Estimator for FeatureAgglomeration {
    fn name(&self) -> &'static str {
        "FeatureAgglomeration"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.clusters.len() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.groups.len())
    }

    fn inverse_columns(&self) -> Option<usize> {
        Some(self.groups.len())
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.matrix(builder)?;
        let x = builder.dense(x)?;
        Ok(builder.add(Op::Columns(Columns(self.clusters.clone())), &[x])?)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let mut x = builder.add(Op::Guard(Check::Finite), &[x])?;
        // the mean is made of numpy's bincount, which gives float64
        if self.how == Reduction::Mean {
            x = builder.cast(x, DType::F64)?;
        }
        let pooled = Reduce { how: self.how, groups: Some(self.groups.clone()) };
        Ok(Methods::transform(builder.add(Op::Reduce(pooled), &[x])?))
    }
}
