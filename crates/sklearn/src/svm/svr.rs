//! `sklearn.svm.SVR`, `NuSVR` and `OneClassSVM`: one sum over the support vectors, by libsvm.

use cannery_graph::{Arithmetic, Builder, Edge, Labels, Linear, Op, Scale, Threshold};

use super::kernel_row::{KernelRow, libsvms_own};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct Svr {
    name: &'static str,
    kernel: KernelRow,
    sum: Linear,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// The sum is the prediction; until 0.18 there was a `decision_function` too, which gave a column.
    Regression { decides: bool },
    /// Above 0 lies what is usual. Before 0.20 there was no offset and no `score_samples`, and `decision_function` gave a
    /// column. Until 0.18 `predict` gave floats.
    OneClass { offset: Option<f64>, gives_floats: bool },
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.svm.NuSVR", "sklearn.svm.OneClassSVM", "sklearn.svm.SVR"],
    // the second until 0.21
    modules: &["sklearn.svm._classes", "sklearn.svm.classes"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let kernel = KernelRow::read(state)?;
    let sum = sum(state, kernel.vectors())?;
    let is_old = !state.since(0, 19);
    let kind = match state.name() {
        "OneClassSVM" => Kind::OneClass { offset: offset(state)?, gives_floats: is_old },
        _ => Kind::Regression { decides: is_old },
    };
    Ok(Box::new(Svr { name: state.name(), kernel, sum, kind }))
}

fn sum(state: &State<'_>, vectors: usize) -> Result<Linear, Error> {
    let name = libsvms_own(state, "_dual_coef_")?;
    let weights = state.matrix(name)?;
    if (weights.rows(), weights.columns()) != (1, vectors) || vectors == 0 {
        let (rows, columns) = (weights.rows(), weights.columns());
        return Err(state.malformed(name, format!("shape ({rows}, {columns}) for {vectors} support vectors")));
    }
    let name = libsvms_own(state, "_intercept_")?;
    let intercepts = state.floats(name)?;
    if intercepts.len() != 1 {
        return Err(state.malformed(name, format!("{} intercepts instead of one", intercepts.len())));
    }
    Ok(Linear { weights, intercepts: Some(intercepts) })
}

fn offset(state: &State<'_>) -> Result<Option<f64>, Error> {
    const NAME: &str = "offset_";
    if !state.has(NAME) {
        return Ok(None);
    }
    match &state.floats(NAME)?[..] {
        &[offset] => Ok(Some(offset)),
        _ => Err(state.malformed(NAME, "not one number")),
    }
}

impl Estimator for Svr {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.kernel.columns() }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let kernel = self.kernel.lower(builder, x)?;
        let sum = builder.add(Op::Linear(self.sum.clone()), &[kernel])?;
        let mut methods = Methods::new(wanted);
        match self.kind {
            Kind::Regression { decides } => {
                methods.offer(Method::Predict, || Ok(builder.add(Op::Flatten, &[sum])?))?;
                if decides {
                    methods.offer(Method::DecisionFunction, || Ok(sum))?;
                }
            }
            Kind::OneClass { offset, gives_floats } => {
                let labels =
                    if gives_floats { Labels::F64([-1.0, 1.0].into()) } else { Labels::I64([-1, 1].into()) };
                one_class(builder, sum, offset, labels, &mut methods)?;
            }
        }
        Ok(methods)
    }
}

fn one_class(
    builder: &mut Builder,
    sum: Edge,
    offset: Option<f64>,
    labels: Labels,
    methods: &mut Methods,
) -> Result<(), Error> {
    let flat = builder.add(Op::Flatten, &[sum])?;
    methods.offer(Method::Predict, || {
        let inlier = builder.add(Op::Threshold(Threshold { above: 0.0 }), &[flat])?;
        Ok(builder.add(Op::Labels(labels), &[inlier])?)
    })?;
    methods.offer(Method::DecisionFunction, || Ok(if offset.is_some() { flat } else { sum }))?;
    if let Some(offset) = offset {
        methods.offer(Method::ScoreSamples, || {
            let steps = vec![(Arithmetic::Add, vec![offset])];
            let scores = builder.add(Op::Scale(Scale { steps }), &[sum])?;
            Ok(builder.add(Op::Flatten, &[scores])?)
        })?;
    }
    Ok(())
}
