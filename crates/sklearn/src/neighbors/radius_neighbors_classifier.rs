//! `sklearn.neighbors.RadiusNeighborsClassifier`: the class that most of the training points within a radius have.
//!
//! A row without such a point gets the outlier label, which may be none of the classes. `predict_proba` is there since 0.22.

use cannery_graph::{Builder, ClassCodes, Constant, DType, Edge, Labels, Op, Outlier, RadiusResult};
use cannery_object::{Element, Value};

use super::index::Radius;
use super::k_neighbors_classifier::{codes, labels_of_outputs};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct RadiusNeighborsClassifier {
    index: Radius,
    outputs: Vec<Target>,
    /// `outputs_2d_`: whether results are lists.
    is_multi: bool,
    has_proba: bool,
}

/// One output.
#[derive(Debug)]
struct Target {
    codes: ClassCodes,
    classes: Labels,
    /// The classes, and behind them the outlier label where it is none of them.
    labels: Labels,
    outlier: Outlier,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.neighbors.RadiusNeighborsClassifier"],
    // the second until 0.21
    modules: &["sklearn.neighbors._classification", "sklearn.neighbors.classification"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let index = Radius::read(state, true)?;
    let is_multi = state.bool("outputs_2d_")?;
    let classes = if is_multi { labels_of_outputs(state)? } else { vec![state.labels("classes_")?] };
    let codes = codes(state, index.samples(), is_multi, &classes)?;
    let outliers = outliers(state, classes.len())?;
    let target = |((codes, classes), outlier): ((ClassCodes, Labels), Value)| {
        let (labels, outlier) = extended(state, &classes, outlier)?;
        Ok(Target { codes, classes, labels, outlier })
    };
    let outputs = codes.into_iter().zip(classes).zip(outliers).map(target).collect::<Result<_, Error>>()?;
    Ok(Box::new(RadiusNeighborsClassifier { index, outputs, is_multi, has_proba: state.since(0, 22) }))
}

/// `outlier_label_`, a label for each output; until 0.21 the parameter, one for all.
fn outliers(state: &State<'_>, outputs: usize) -> Result<Vec<Value>, Error> {
    const NAME: &str = "outlier_label_";
    if !state.has(NAME) {
        return Ok(vec![state.value("outlier_label")?; outputs]);
    }
    if state.is_none(NAME)? {
        return Ok(vec![Value::None; outputs]);
    }
    let labels = state.sequence(NAME)?;
    match labels.len() == outputs {
        true => Ok(labels.to_vec()),
        false => Err(state.malformed(NAME, format!("{} labels for {outputs} outputs", labels.len()))),
    }
}

fn extended(state: &State<'_>, classes: &Labels, outlier: Value) -> Result<(Labels, Outlier), Error> {
    const NAME: &str = "outlier_label_";
    if outlier == Value::None {
        return Ok((classes.clone(), Outlier::Error));
    }
    let outlier = state.scalar_of(NAME, outlier)?;
    if let Some(class) = scores::position_of(&outlier, classes) {
        return Ok((classes.clone(), Outlier::Class(class)));
    }
    let labels = match (classes, outlier) {
        (Labels::I64(all), Element::Int(label)) => Labels::I64(all.iter().copied().chain([label]).collect()),
        (Labels::F64(all), Element::Float(label)) => {
            Labels::F64(all.iter().copied().chain([label]).collect())
        }
        (Labels::F64(all), Element::Int(label)) => {
            Labels::F64(all.iter().copied().chain([label as f64]).collect())
        }
        (Labels::Str(all), Element::Str(label)) => {
            Labels::Str(all.iter().cloned().chain([label.as_str().into()]).collect())
        }
        _ => return Err(state.unsupported(NAME, "a label of another type than the classes")),
    };
    Ok((labels, Outlier::None))
}

impl Estimator for RadiusNeighborsClassifier {
    fn name(&self) -> &'static str {
        "RadiusNeighborsClassifier"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.index.features() }
    }

    fn classes(&self) -> Vec<Labels> {
        self.outputs.iter().map(|output| output.classes.clone()).collect()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let share = |output: &Target| {
            let result = RadiusResult::Shares { codes: output.codes.clone(), outlier: output.outlier };
            self.index.lower(builder, x, result)
        };
        let shares = self.outputs.iter().map(share).collect::<Result<Vec<_>, _>>()?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            let predicted =
                self.outputs.iter().zip(&shares).map(|(output, &share)| output.predict(builder, share));
            let predicted = predicted.collect::<Result<Vec<_>, _>>()?;
            match (self.is_multi, &predicted[..]) {
                (false, &[only]) => Ok(only),
                (_, all) => Ok(builder.add(Op::Concat, all)?),
            }
        })?;
        match (self.has_proba, self.is_multi, &shares[..]) {
            (false, ..) => {}
            (true, false, &[only]) => methods.offer(Method::PredictProba, || Ok(only))?,
            (true, _, all) => methods.offer_list(Method::PredictProba, || Ok(all.to_vec()))?,
        }
        Ok(methods)
    }
}

impl Target {
    /// The class of the largest share; where all are 0 the outlier label.
    fn predict(&self, builder: &mut Builder, shares: Edge) -> Result<Edge, Error> {
        if self.outlier != Outlier::None {
            return scores::most(builder, shares, &self.labels);
        }
        // smaller than any share but 0
        let least = Constant::vector(DType::F64, f64::from_bits(1));
        let least = builder.add(Op::Constant(least), &[shares])?;
        let all = builder.add(Op::Concat, &[shares, least])?;
        scores::most(builder, all, &self.labels)
    }
}
