//! `sklearn.cluster.MeanShift`, `AffinityPropagation` and `Birch`: the label of the nearest point.

use cannery_graph::{Builder, Check, Constant, DType, Labels, Op};

use super::nearest::Centers;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::numpy::Weights;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.cluster.AffinityPropagation", "sklearn.cluster.Birch", "sklearn.cluster.MeanShift"],
    // those without a line before the name until 0.21
    modules: &[
        "sklearn.cluster._affinity_propagation",
        "sklearn.cluster._birch",
        "sklearn.cluster._mean_shift",
        "sklearn.cluster.affinity_propagation_",
        "sklearn.cluster.birch",
        "sklearn.cluster.mean_shift_",
    ],
    read,
};

#[derive(Debug)]
struct Points {
    name: &'static str,
    columns: usize,
    /// `None` where affinity propagation found none: then every label is −1.
    centers: Option<Centers>,
    /// The label of each, where it is not its number.
    labels: Option<Labels>,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let is_birch = state.name() == "Birch";
    let name = if is_birch { "subcluster_centers_" } else { "cluster_centers_" };
    state.expect_fitted(name, "centers")?;
    let shape = state.array_of_ndim(name, 2)?.shape.to_vec();
    let &[rows, columns] = &shape[..] else {
        return Err(state.malformed(name, format!("an array of shape {shape:?}")));
    };
    let centers = match rows {
        0 if state.name() == "AffinityPropagation" && columns > 0 => None,
        _ => Some(Centers(Weights::read(state, name)?)),
    };
    let labels = is_birch.then(|| state.labels("subcluster_labels_")).transpose()?;
    if labels.as_ref().is_some_and(|labels| labels.len() != rows) {
        return Err(state.malformed("subcluster_labels_", format!("not a label for each of {rows} centers")));
    }
    Ok(Box::new(Points { name: state.name(), columns, centers, labels }))
}

impl Estimator for Points {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.columns }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        self.labels.as_ref().and_then(|labels| Names::of_class(self.name, labels.len()))
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let mut methods = Methods::new(wanted);
        let Some(centers) = &self.centers else {
            let none = Constant::vector(DType::I64, -1.0);
            methods.offer(Method::Predict, || Ok(builder.add(Op::Constant(none), &[x])?))?;
            return Ok(methods);
        };
        methods.offer(Method::Predict, || {
            let nearest = centers.nearest(builder, x)?;
            match &self.labels {
                Some(labels) => Ok(builder.add(Op::Labels(labels.clone()), &[nearest])?),
                None => Ok(nearest),
            }
        })?;
        if self.labels.is_some() {
            methods.offer(Method::Transform, || centers.distances(builder, x))?;
        }
        Ok(methods)
    }
}
