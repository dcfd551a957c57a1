//! `sklearn.cluster.KMeans` and `MiniBatchKMeans`: the nearest center, and how far all of them are.

use cannery_graph::{Builder, Check, DType, Op};

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
    classes: &["sklearn.cluster.KMeans", "sklearn.cluster.MiniBatchKMeans"],
    // the second until 0.21
    modules: &["sklearn.cluster._kmeans", "sklearn.cluster.k_means_"],
    read,
};

#[derive(Debug)]
struct KMeans {
    name: &'static str,
    centers: Centers,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("cluster_centers_", "centers")?;
    let centers = Centers(Weights::read(state, "cluster_centers_")?);
    Ok(Box::new(KMeans { name: state.name(), centers }))
}

impl Estimator for KMeans {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.centers.0.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name, self.centers.0.rows())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || self.centers.nearest(builder, x))?;
        methods.offer(Method::Transform, || {
            let is_f32 = builder.type_of(x)?.dtype == DType::F32;
            let distances = self.centers.distances(builder, x)?;
            // float32 rows have float32 distances only from float32 centers
            if is_f32 && self.centers.0.dtype == DType::F32 {
                Ok(builder.cast(distances, DType::F32)?)
            } else {
                Ok(distances)
            }
        })?;
        Ok(methods)
    }
}
