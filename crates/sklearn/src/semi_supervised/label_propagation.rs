//! `sklearn.semi_supervised.LabelPropagation` and `LabelSpreading`: the labels of the training points, by how near they are.

use cannery_graph::{
    Arith, Builder, Check, DType, Edge, Kernel, Labels, Linear, Matrix, NeighborResult, Op, PairKernel,
    Points, Reduce, Reduction,
};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::neighbors::Index;
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct LabelPropagation {
    name: &'static str,
    nearness: Nearness,
    /// What each training point is: a row of shares of the classes.
    shares: Matrix,
    labels: Labels,
}

#[derive(Debug)]
enum Nearness {
    Rbf { gamma: f64, points: Points },
    Neighbors(Box<Index>),
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.semi_supervised.LabelPropagation", "sklearn.semi_supervised.LabelSpreading"],
    // the second until 0.21
    modules: &["sklearn.semi_supervised._label_propagation", "sklearn.semi_supervised.label_propagation"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("X_", "training data")?;
    let nearness = match state.text("kernel")?.as_deref() {
        Some("rbf") => Nearness::Rbf { gamma: state.float("gamma")?, points: state.points("X_")? },
        Some("knn") => {
            let search = state.object_in(state.value("nn_fit")?, "nn_fit")?;
            Nearness::Neighbors(Box::new(Index::read_uniform(&search)?))
        }
        _ => return Err(state.unsupported("kernel", "a kernel that is neither 'rbf' nor 'knn'")),
    };
    let (shares, labels) = (state.matrix("label_distributions_")?, state.labels("classes_")?);
    if (shares.rows(), shares.columns()) != (nearness.samples(), labels.len()) {
        let (rows, columns) = (shares.rows(), shares.columns());
        let message = format!(
            "shape ({rows}, {columns}) for {} points of {} classes",
            nearness.samples(),
            labels.len()
        );
        return Err(state.malformed("label_distributions_", message));
    }
    Ok(Box::new(LabelPropagation { name: state.name(), nearness, shares, labels }))
}

impl Nearness {
    fn samples(&self) -> usize {
        match self {
            Self::Rbf { points, .. } => points.rows(),
            Self::Neighbors(index) => index.samples(),
        }
    }
}

impl Estimator for LabelPropagation {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        let columns = match &self.nearness {
            Nearness::Rbf { points, .. } => points.columns(),
            Nearness::Neighbors(index) => index.features(),
        };
        Takes::Numbers { columns }
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let sums = self.sums(builder, x)?;
        let total = builder.add(Op::Reduce(Reduce::row(Reduction::Sum)), &[sums])?;
        let proba = scores::arith(builder, Arith::Divide, sums, total)?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || scores::most(builder, proba, &self.labels))?;
        methods.offer(Method::PredictProba, || Ok(proba))?;
        Ok(methods)
    }
}

impl LabelPropagation {
    /// The shares of all training points, by their nearness.
    fn sums(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        match &self.nearness {
            Nearness::Neighbors(index) => {
                let x = x.dense_floats(builder)?;
                index.lower(builder, x)?.reduce(builder, NeighborResult::Mean(self.shares.clone()))
            }
            Nearness::Rbf { gamma, points } => {
                let x = match points {
                    Points::Sparse(_) => x.floats(builder)?,
                    Points::Dense(_) => x.dense_floats(builder)?,
                };
                let x = builder.add(Op::Guard(Check::Finite), &[x])?;
                let x = builder.cast(x, DType::F64)?;
                let kernel = PairKernel { kernel: Kernel::Rbf { gamma: *gamma }, vectors: points.clone() };
                let near = builder.add(Op::PairKernel(kernel), &[x])?;
                let (rows, classes) = (self.shares.rows(), self.shares.columns());
                let transposed = (0..classes).flat_map(|class| (0..rows).map(move |row| (row, class)));
                let transposed = Vec::from_iter(transposed.map(|(row, class)| self.shares.row(row)[class]));
                let weights = Matrix::new(classes, rows, transposed)
                    .ok_or_else(|| Error::malformed("label_distributions_", "another size than its shape"))?;
                Ok(builder.add(Op::Linear(Linear { weights, intercepts: None }), &[near])?)
            }
        }
    }
}
