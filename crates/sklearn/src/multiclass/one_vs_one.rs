//! `sklearn.multiclass.OneVsOneClassifier`: an estimator for each pair of classes; votes and confidences decide.

use cannery_graph::{Builder, Columns, Confidence, Edge, Labels, Op, OvoScores, Threshold};
use cannery_object::known::Version;

use super::binary::{self, Binary};
use crate::ensemble::members::columns;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct OneVsOne {
    estimators: Vec<Binary>,
    /// The columns of X that each estimator takes: rows of training data, of a matrix of kernel values.
    columns: Option<Vec<Vec<usize>>>,
    takes: Takes,
    labels: Labels,
    confidence: Confidence,
    two: TwoClasses,
}

/// What two classes are told apart by.
#[derive(Clone, Copy, Debug, PartialEq)]
enum TwoClasses {
    /// Until 0.18 as more classes: by the higher of two scores.
    Highest,
    /// The score of the second class, which must be above 0.
    AboveZero,
    /// The same; above ½ where estimators give probabilities.
    AboveThreshold,
}

pub(crate) const ENTRY: Entry =
    Entry { classes: &["sklearn.multiclass.OneVsOneClassifier"], modules: &["sklearn.multiclass"], read };

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let estimators = binary::read(state)?;
    let labels = state.labels("classes_")?;
    let pairs = labels.len().checked_mul(labels.len().saturating_sub(1)).map(|twice| twice / 2);
    if pairs != Some(estimators.len()) {
        let message = format!("{} estimators for {} classes", estimators.len(), labels.len());
        return Err(state.malformed("estimators_", message));
    }
    let version = state.version().unwrap_or(Version::new(0, 17));
    let (columns, takes) = inputs(state, &estimators)?;
    Ok(Box::new(OneVsOne {
        columns,
        takes,
        estimators,
        labels,
        confidence: match version >= Version::new(0, 21) {
            true => Confidence::Bounded,
            false => Confidence::BatchScaled,
        },
        two: match version {
            version if version >= Version::new(1, 1) => TwoClasses::AboveThreshold,
            version if version >= Version::new(0, 19) => TwoClasses::AboveZero,
            _ => TwoClasses::Highest,
        },
    }))
}

/// Columns of each estimator, and what is taken.
type Inputs = (Option<Vec<Vec<usize>>>, Takes);

/// `pairwise_indices_` are there (since 0.18) where the estimators take a matrix of kernel values.
fn inputs(state: &State<'_>, estimators: &[Binary]) -> Result<Inputs, Error> {
    const NAME: &str = "pairwise_indices_";
    if !state.has(NAME) || state.is_none(NAME)? {
        return Ok((None, binary::takes(state, estimators)?));
    }
    let values = state.objects(NAME)?;
    let features = state.n_features()?.map_or(usize::MAX, |features| features);
    let read = |(index, value)| columns(state, value, &format!("{NAME}[{index}]"), features);
    let all = values.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    if all.len() != estimators.len() {
        return Err(state.malformed(NAME, format!("{} for {} estimators", all.len(), estimators.len())));
    }
    let most = all.iter().flatten().max().map_or(0, |&column| column.saturating_add(1));
    let columns = if features == usize::MAX { most } else { features };
    Ok((Some(all), Takes::Numbers { columns: state.expect_room(NAME, columns)? }))
}

impl Estimator for OneVsOne {
    fn name(&self) -> &'static str {
        "OneVsOneClassifier"
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
        let all = self.scores(builder, x)?;
        let is_single = self.labels.len() == 2 && self.two != TwoClasses::Highest;
        let decision = if is_single { scores::column(builder, all, 1)? } else { all };
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            if !is_single {
                return scores::most(builder, all, &self.labels);
            }
            let above = match self.two {
                TwoClasses::AboveThreshold => self.estimators[0].threshold(builder, x)?,
                TwoClasses::AboveZero | TwoClasses::Highest => 0.0,
            };
            let class = builder.add(Op::Threshold(Threshold { above }), &[decision])?;
            scores::label(builder, class, &self.labels)
        })?;
        methods.offer(Method::DecisionFunction, || Ok(decision))?;
        Ok(methods)
    }
}

impl OneVsOne {
    fn scores(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let (mut votes, mut confidences) = (vec![], vec![]);
        for (index, estimator) in self.estimators.iter().enumerate() {
            let x = match &self.columns {
                None => x.clone(),
                Some(columns) => {
                    let x = x.matrix(builder)?;
                    builder.add(Op::Columns(Columns(columns[index].clone())), &[x])?.into()
                }
            };
            let predicted = estimator.predict(builder, &x)?;
            votes.push(scores::positions(builder, predicted, &Labels::I64([0, 1].into()))?);
            confidences.push(estimator.score(builder, &x)?);
        }
        let votes = builder.add(Op::Concat, &votes)?;
        let confidences = builder.add(Op::Concat, &confidences)?;
        let op = OvoScores { classes: self.labels.len(), confidence: self.confidence };
        Ok(builder.add(Op::OvoScores(op), &[votes, confidences])?)
    }
}
