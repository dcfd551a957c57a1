//! `sklearn.neighbors.NearestCentroid`: the class whose centre is nearest.
//!
//! Since 1.6 classes may have different priors; then the discriminant decides. Its `decision_function` and probabilities are
//! there in any case.

use cannery_graph::{
    Arithmetic, Builder, Check, DType, Edge, Function, Labels, Matrix, Metric, NeighborReduce,
    NeighborResult, NeighborWeights, Neighbors, Op, Reduce, Reduction, Search,
};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct NearestCentroid {
    search: Neighbors,
    labels: Labels,
    discriminant: Option<Discriminant>,
}

/// What classes of different priors are told apart by.
#[derive(Debug)]
struct Discriminant {
    priors: Vec<f64>,
    /// What each column is divided by.
    deviations: Vec<f64>,
    centroids: Matrix,
    is_manhattan: bool,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.neighbors.NearestCentroid"],
    // the second until 0.21
    modules: &["sklearn.neighbors._nearest_centroid", "sklearn.neighbors.nearest_centroid"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("centroids_", "centroids")?;
    let (centroids, labels) = (state.matrix("centroids_")?, state.labels("classes_")?);
    if centroids.rows() != labels.len() {
        let message = format!("{} rows for {} classes", centroids.rows(), labels.len());
        return Err(state.malformed("centroids_", message));
    }
    let metric = metric(state)?;
    let discriminant = Discriminant::read(state, &centroids, metric == Metric::Manhattan)?;
    let search = Neighbors::new(centroids, 1, metric, Search::Heap);
    let search = search.map_err(|message| state.malformed("centroids_", message))?;
    Ok(Box::new(NearestCentroid { search, labels, discriminant }))
}

fn metric(state: &State<'_>) -> Result<Metric, Error> {
    Ok(match state.text("metric")?.as_deref() {
        Some("euclidean" | "l2") => Metric::EuclideanExpanded,
        Some("manhattan" | "cityblock" | "l1") => Metric::Manhattan,
        Some("cosine") => Metric::Cosine { floor: 10.0 * f64::EPSILON },
        Some("chebyshev") => Metric::Chebyshev,
        Some(other) => return Err(state.unsupported("metric", format!("metric {other:?}"))),
        None => return Err(state.unsupported("metric", "a metric that is a Python function")),
    })
}

impl Discriminant {
    /// `None` until 1.5.
    fn read(state: &State<'_>, centroids: &Matrix, is_manhattan: bool) -> Result<Option<Self>, Error> {
        if !state.has("class_prior_") {
            return Ok(None);
        }
        let priors = state.floats("class_prior_")?;
        let mut deviations = state.floats("within_class_std_dev_")?;
        if priors.len() != centroids.rows() || deviations.len() != centroids.columns() {
            let message = format!("{} priors of {} classes", priors.len(), centroids.rows());
            return Err(state.malformed("class_prior_", message));
        }
        deviations.iter_mut().filter(|deviation| **deviation == 0.0).for_each(|deviation| *deviation = 1.0);
        let (rows, columns) = (centroids.rows(), centroids.columns());
        let values = centroids.values().iter().enumerate();
        let values = Vec::from_iter(values.map(|(index, value)| value / deviations[index % columns]));
        let centroids = Matrix::new(rows, columns, values);
        let centroids =
            centroids.ok_or_else(|| state.malformed("centroids_", "another size than its shape"))?;
        Ok(Some(Self { priors, deviations, centroids, is_manhattan }))
    }

    /// `numpy.isclose(class_prior_, 1 / classes)`
    fn is_uniform(&self) -> bool {
        let share = 1.0 / self.priors.len() as f64;
        self.priors.iter().all(|prior| (prior - share).abs() <= 1e-8 + 1e-5 * share)
    }

    /// −d² + 2·log prior of each class.
    fn lower(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let x = builder.cast(x, DType::F64)?;
        let x = scores::steps(builder, x, vec![(Arithmetic::Divide, self.deviations.clone())])?;
        let mut all = Vec::with_capacity(self.priors.len());
        for (class, prior) in self.priors.iter().enumerate() {
            let steps = vec![(Arithmetic::Subtract, self.centroids.row(class).to_vec())];
            let difference = scores::steps(builder, x, steps)?;
            let squared = match self.is_manhattan {
                false => builder.add(Op::Reduce(Reduce::row(Reduction::SumOfSquares)), &[difference])?,
                true => {
                    let absolute = builder.add(Op::Elementwise(Function::Absolute), &[difference])?;
                    let sum = builder.add(Op::Reduce(Reduce::row(Reduction::Sum)), &[absolute])?;
                    builder.add(Op::Elementwise(Function::Square), &[sum])?
                }
            };
            let negative = scores::negate(builder, squared)?;
            all.push(scores::scale(builder, negative, Arithmetic::Add, 2.0 * prior.ln())?);
        }
        Ok(builder.add(Op::Concat, &all)?)
    }
}

impl Estimator for NearestCentroid {
    fn name(&self) -> &'static str {
        "NearestCentroid"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.search.points().columns() }
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn decides_by_class(&self) -> bool {
        true
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let mut methods = Methods::new(wanted);
        let Some(discriminant) = &self.discriminant else {
            methods.offer(Method::Predict, || self.nearest(builder, x))?;
            return Ok(methods);
        };
        let all = discriminant.lower(builder, x)?;
        methods.offer(Method::Predict, || match discriminant.is_uniform() {
            true => self.nearest(builder, x),
            false => scores::most(builder, all, &self.labels),
        })?;
        methods.offer(Method::DecisionFunction, || match self.labels.len() {
            2 => {
                let (first, second) = (scores::column(builder, all, 0)?, scores::column(builder, all, 1)?);
                scores::arith(builder, cannery_graph::Arith::Subtract, second, first)
            }
            _ => Ok(all),
        })?;
        // only the Euclidean distance makes them probabilities
        if discriminant.is_manhattan {
            return Ok(methods);
        }
        let logarithms = builder.add(Op::LogSoftmax, &[all])?;
        methods.offer(Method::PredictProba, || {
            Ok(builder.add(Op::Elementwise(Function::Exp), &[logarithms])?)
        })?;
        methods.offer(Method::PredictLogProba, || Ok(logarithms))?;
        Ok(methods)
    }
}

impl NearestCentroid {
    fn nearest(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let x = builder.cast(x, DType::F64)?;
        let hits = builder.add(Op::Neighbors(self.search.clone()), &[x])?;
        let positions =
            NeighborReduce { weights: NeighborWeights::Uniform, result: NeighborResult::Positions };
        let class = builder.add(Op::NeighborReduce(positions), &[hits])?;
        let class = builder.add(Op::Flatten, &[class])?;
        scores::label(builder, class, &self.labels)
    }
}
