//! `sklearn.multiclass.OneVsRestClassifier`: an estimator for each class, against all others.

use cannery_graph::{Builder, Edge, Labels, Op, Threshold};

use super::binary::{self, Binary, normalised};
use crate::ensemble::same_dtype;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes, hstack_sparse};
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct OneVsRest {
    estimators: Vec<Binary>,
    takes: Takes,
    labels: Labels,
    kind: Kind,
    /// Which class wins a tie: the first since 1.8.
    first_wins: bool,
    /// Whether probabilities that are all 0 stay 0: since 1.7.
    keeps_zeros: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// One estimator.
    Binary,
    Multiclass,
    /// Columns of 0 and 1, dense or sparse.
    Multilabel {
        sparse: bool,
    },
}

pub(crate) const ENTRY: Entry =
    Entry { classes: &["sklearn.multiclass.OneVsRestClassifier"], modules: &["sklearn.multiclass"], read };

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let estimators = binary::read(state)?;
    let binarizer = state.object_in(state.value("label_binarizer_")?, "label_binarizer_")?;
    let labels = binarizer.labels("classes_")?;
    let kind = match binarizer.text("y_type_")?.as_deref() {
        Some("multiclass") => Kind::Multiclass,
        Some("binary") => Kind::Binary,
        Some("multilabel-indicator") => Kind::Multilabel { sparse: binarizer.bool("sparse_input_")? },
        _ => return Err(binarizer.unsupported("y_type_", "labels of another kind")),
    };
    let expected = if kind == Kind::Binary { 1 } else { labels.len() };
    if estimators.len() != expected || (kind == Kind::Binary && labels.len() != 2) {
        let message = format!("{} estimators for {} classes", estimators.len(), labels.len());
        return Err(state.malformed("estimators_", message));
    }
    Ok(Box::new(OneVsRest {
        takes: binary::takes(state, &estimators)?,
        estimators,
        labels,
        kind,
        first_wins: state.since(1, 8),
        keeps_zeros: state.since(1, 7),
    }))
}

impl Estimator for OneVsRest {
    fn name(&self) -> &'static str {
        "OneVsRestClassifier"
    }

    fn takes(&self) -> Takes {
        self.takes
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn decides_by_class(&self) -> bool {
        true
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || self.predict(builder, x))?;
        if methods.wants(Method::PredictProba) {
            match self.each(builder, x, Binary::proba)? {
                Some(all) => methods.offer(Method::PredictProba, || self.proba(builder, all))?,
                None => methods.refuse(Method::PredictProba, "not all estimators have predict_proba"),
            }
        }
        if methods.wants(Method::DecisionFunction) {
            match self.each(builder, x, Binary::decision)? {
                Some(all) => methods.offer(Method::DecisionFunction, || decision(builder, all))?,
                None => methods.refuse(Method::DecisionFunction, "not all estimators have decision_function"),
            }
        }
        Ok(methods)
    }
}

type Lower = fn(&Binary, &mut Builder, &Input) -> Result<Option<Edge>, Error>;

impl OneVsRest {
    fn each(&self, builder: &mut Builder, x: &Input, lower: Lower) -> Result<Option<Vec<Edge>>, Error> {
        self.estimators.iter().map(|estimator| lower(estimator, builder, x)).collect()
    }

    fn predict(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        if self.kind == Kind::Multiclass {
            return self.highest(builder, x);
        }
        let above = self.estimators[0].threshold(builder, x)?;
        let mut flags = Vec::with_capacity(self.estimators.len());
        for estimator in &self.estimators {
            let score = estimator.score(builder, x)?;
            flags.push(builder.add(Op::Threshold(Threshold { above }), &[score])?);
        }
        match self.kind {
            Kind::Multilabel { sparse: true } => {
                let dense = builder.add(Op::Concat, &flags)?;
                hstack_sparse(builder, &[dense])
            }
            Kind::Multilabel { sparse: false } => Ok(builder.add(Op::Concat, &flags)?),
            Kind::Binary | Kind::Multiclass => scores::label(builder, flags[0], &self.labels),
        }
    }

    /// The class of the highest score.
    fn highest(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let mut all = Vec::with_capacity(self.estimators.len());
        for estimator in &self.estimators {
            all.push(estimator.score(builder, x)?);
        }
        if self.first_wins {
            let all = builder.add(Op::Concat, &all)?;
            return scores::most(builder, all, &self.labels);
        }
        all.reverse();
        let all = builder.add(Op::Concat, &all)?;
        let class = builder.add(Op::ArgMax, &[all])?;
        let numbers = Labels::I64((0..self.labels.len() as i64).rev().collect());
        let class = scores::label(builder, class, &numbers)?;
        scores::label(builder, class, &self.labels)
    }

    fn proba(&self, builder: &mut Builder, all: Vec<Edge>) -> Result<Edge, Error> {
        let all = same_dtype(builder, all)?;
        let proba = match &all[..] {
            &[second] => builder.add(Op::Complement, &[second])?,
            all => builder.add(Op::Concat, all)?,
        };
        match self.kind {
            Kind::Multilabel { .. } => Ok(proba),
            Kind::Binary | Kind::Multiclass => normalised(builder, proba, self.keeps_zeros),
        }
    }
}

fn decision(builder: &mut Builder, all: Vec<Edge>) -> Result<Edge, Error> {
    let all = same_dtype(builder, all)?;
    match all[..] {
        [only] => Ok(only),
        _ => Ok(builder.add(Op::Concat, &all)?),
    }
}
