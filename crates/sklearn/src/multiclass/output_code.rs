//! `sklearn.multiclass.OutputCodeClassifier`: estimators give the digits of a code, and the class of the nearest code wins.

use cannery_graph::{Builder, Labels, Linear, Matrix, Op};

use super::binary::{self, Binary};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct OutputCode {
    estimators: Vec<Binary>,
    takes: Takes,
    labels: Labels,
    /// 2·y for the code y of each class, and −‖y‖²: with x the digits, the largest 2·x·y − ‖y‖² is the least distance.
    codes: Linear,
}

pub(crate) const ENTRY: Entry =
    Entry { classes: &["sklearn.multiclass.OutputCodeClassifier"], modules: &["sklearn.multiclass"], read };

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let estimators = binary::read(state)?;
    let (labels, codes) = (state.labels("classes_")?, state.matrix("code_book_")?);
    if (codes.rows(), codes.columns()) != (labels.len(), estimators.len()) {
        let (rows, columns) = (codes.rows(), codes.columns());
        let message = format!(
            "shape ({rows}, {columns}) for {} classes and {} estimators",
            labels.len(),
            estimators.len()
        );
        return Err(state.malformed("code_book_", message));
    }
    let squares = (0..codes.rows()).map(|row| -codes.row(row).iter().map(|y| y * y).sum::<f64>());
    let doubled = Vec::from_iter(codes.values().iter().map(|y| 2.0 * y));
    let weights = Matrix::new(codes.rows(), codes.columns(), doubled);
    let weights = weights.ok_or_else(|| state.malformed("code_book_", "another size than its shape"))?;
    Ok(Box::new(OutputCode {
        takes: binary::takes(state, &estimators)?,
        codes: Linear { weights, intercepts: Some(squares.collect()) },
        estimators,
        labels,
    }))
}

impl Estimator for OutputCode {
    fn name(&self) -> &'static str {
        "OutputCodeClassifier"
    }

    fn takes(&self) -> Takes {
        self.takes
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            let digits = self.estimators.iter().map(|estimator| estimator.score(builder, x));
            let digits = digits.collect::<Result<Vec<_>, _>>()?;
            let digits = builder.add(Op::Concat, &digits)?;
            let nearness = builder.add(Op::Linear(self.codes.clone()), &[digits])?;
            scores::most(builder, nearness, &self.labels)
        })?;
        Ok(methods)
    }
}
