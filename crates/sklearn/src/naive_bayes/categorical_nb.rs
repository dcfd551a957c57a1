//! `sklearn.naive_bayes.CategoricalNB`: a probability for each category of each feature.

use cannery_graph::{
    Arithmetic, Builder, Check, DType, Edge, Labels, Lookup, LookupColumn, Matrix, Op, Reduce, Reduction,
    Scalar, Scale, Unknown,
};

use super::posterior;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct CategoricalNb {
    labels: Labels,
    priors: Vec<f64>,
    /// For each feature a row for each class and a column for each category.
    logarithms: Vec<Matrix>,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.naive_bayes.CategoricalNB"],
    modules: &["sklearn.naive_bayes"], // since 0.22
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    const NAME: &str = "feature_log_prob_";
    state.expect_fitted(NAME, "probabilities of categories")?;
    let labels = state.labels("classes_")?;
    let priors = state.floats("class_log_prior_")?;
    if priors.len() != labels.len() {
        let message = format!("{} for {} classes", priors.len(), labels.len());
        return Err(state.malformed("class_log_prior_", message));
    }
    let mut logarithms = vec![];
    for (feature, &value) in state.sequence(NAME)?.iter().enumerate() {
        let place = format!("{NAME}[{feature}]");
        let of_feature = state.matrix_in(&state.array_in(value, &place)?, &place)?;
        if of_feature.rows() != labels.len() {
            let message = format!("{} rows for {} classes", of_feature.rows(), labels.len());
            return Err(state.malformed(&place, message));
        }
        logarithms.push(of_feature);
    }
    if logarithms.is_empty() {
        return Err(state.malformed(NAME, "no feature"));
    }
    Ok(Box::new(CategoricalNb { labels, priors, logarithms }))
}

impl Estimator for CategoricalNb {
    fn name(&self) -> &'static str {
        "CategoricalNB"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.logarithms.len() }
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = builder.cast(x, DType::I64)?;
        let mut sums = Vec::with_capacity(self.labels.len());
        for class in 0..self.labels.len() {
            sums.push(self.of_class(builder, x, class)?);
        }
        let sums = builder.add(Op::Concat, &sums)?;
        let steps = vec![(Arithmetic::Add, self.priors.clone())];
        let joint = builder.add(Op::Scale(Scale { steps }), &[sums])?;
        let mut methods = Methods::new(wanted);
        posterior(builder, joint, &self.labels, &mut methods)?;
        Ok(methods)
    }
}

impl CategoricalNb {
    /// The sum of the logarithms of all features for one class.
    fn of_class(&self, builder: &mut Builder, x: Edge, class: usize) -> Result<Edge, Error> {
        let column = |(number, logarithms): (usize, &Matrix)| LookupColumn {
            number,
            categories: (0..logarithms.columns() as i64).map(Scalar::Int).collect(),
            values: logarithms.row(class).into(),
            unknown: Unknown::Error,
        };
        let columns = self.logarithms.iter().enumerate().map(column).collect();
        let lookup = Lookup::new(DType::F64, columns).map_err(|message| Error::malformed("", message))?;
        let found = builder.add(Op::Lookup(lookup), &[x])?;
        Ok(builder.add(Op::Reduce(Reduce::row(Reduction::Sum)), &[found])?)
    }
}
