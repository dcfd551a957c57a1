//! `sklearn.neural_network.MLPClassifier` and `MLPRegressor`: products, intercepts and a function, layer by layer.

use cannery_graph::{Arithmetic, Binarize, Builder, Check, DType, Edge, Function, Labels, Op, Threshold};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::numpy::{Vector, Weights};
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.neural_network.MLPClassifier", "sklearn.neural_network.MLPRegressor"],
    // the second until 0.21
    modules: &[
        "sklearn.neural_network._multilayer_perceptron",
        "sklearn.neural_network.multilayer_perceptron",
    ],
    read,
};

#[derive(Debug)]
struct Mlp {
    name: &'static str,
    layers: Vec<Layer>,
    /// `None` of a regressor.
    classes: Option<Classes>,
}

#[derive(Debug)]
struct Layer {
    weights: Weights,
    intercepts: Vector,
    activation: Activation,
}

#[derive(Clone, Copy, Debug)]
enum Activation {
    Identity,
    Each(Function),
    Softmax,
}

#[derive(Debug)]
enum Classes {
    Labels(Labels),
    /// Each output is a label by itself.
    Multilabel,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("coefs_", "weights")?;
    let layers = layers(state)?;
    let outputs = layers.last().map_or(0, |layer| layer.weights.rows());
    let classes = match state.name() {
        "MLPClassifier" => Some(classes(state, outputs)?),
        _ => None,
    };
    Ok(Box::new(Mlp { name: state.name(), layers, classes }))
}

fn layers(state: &State<'_>) -> Result<Vec<Layer>, Error> {
    let (weights, intercepts) = (state.sequence("coefs_")?, state.sequence("intercepts_")?);
    if weights.is_empty() || weights.len() != intercepts.len() {
        let (n, m) = (weights.len(), intercepts.len());
        return Err(state.malformed("coefs_", format!("{n} layers, and intercepts_ has {m}")));
    }
    let mut layers: Vec<Layer> = Vec::with_capacity(weights.len());
    for (index, (&w, &b)) in weights.iter().zip(intercepts).enumerate() {
        let place = format!("coefs_[{index}]");
        let weights_of = Weights::read_in(state, w, &place)?.transposed();
        let before = layers.last().map(|layer| layer.weights.rows());
        if before.is_some_and(|units| units != weights_of.columns()) {
            return Err(
                state.malformed(&place, format!("{} rows for {before:?} units", weights_of.columns()))
            );
        }
        let is_last = index + 1 == weights.len();
        let activation = activation(state, if is_last { "out_activation_" } else { "activation" })?;
        let intercepts = Vector::read_in(state, b, &format!("intercepts_[{index}]"), weights_of.rows())?;
        layers.push(Layer { weights: weights_of, intercepts, activation });
    }
    Ok(layers)
}

fn activation(state: &State<'_>, name: &str) -> Result<Activation, Error> {
    Ok(match state.text(name)?.as_deref() {
        Some("identity") => Activation::Identity,
        Some("tanh") => Activation::Each(Function::Tanh),
        Some("logistic") => Activation::Each(Function::Expit),
        Some("relu") => Activation::Each(Function::Relu),
        Some("exp") => Activation::Each(Function::Exp), // since 1.7
        Some("softmax") => Activation::Softmax,
        other => return Err(state.unsupported(name, format!("{other:?}"))),
    })
}

fn classes(state: &State<'_>, outputs: usize) -> Result<Classes, Error> {
    const BINARIZER: &str = "_label_binarizer";
    let binarizer = state.object_in(state.value(BINARIZER)?, BINARIZER)?;
    if binarizer.text("y_type_")?.is_some_and(|target| target.starts_with("multilabel")) {
        return Ok(Classes::Multilabel);
    }
    // a property since 0.18: the binarizer keeps them
    let labels = binarizer.labels("classes_")?;
    match (labels.len(), outputs) {
        (2, 1) => Ok(Classes::Labels(labels)),
        (classes, outputs) if classes == outputs && classes > 1 => Ok(Classes::Labels(labels)),
        (classes, _) => Err(state.malformed("coefs_", format!("{outputs} outputs for {classes} classes"))),
    }
}

impl Mlp {
    fn outputs(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.weights.rows())
    }

    fn forward(&self, builder: &mut Builder, mut x: Edge) -> Result<Edge, Error> {
        for layer in &self.layers {
            x = layer.weights.product(builder, x)?;
            x = layer.intercepts.step_in_place(builder, Arithmetic::Add, x)?;
            x = match layer.activation {
                Activation::Identity => x,
                Activation::Each(function) => builder.add(Op::Elementwise(function), &[x])?,
                Activation::Softmax => builder.add(Op::Softmax, &[x])?,
            };
        }
        Ok(if self.outputs() == 1 { builder.add(Op::Flatten, &[x])? } else { x })
    }
}

impl Estimator for Mlp {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.layers.first().map_or(0, |layer| layer.weights.columns()) }
    }

    fn classes(&self) -> Vec<Labels> {
        match &self.classes {
            Some(Classes::Labels(labels)) => vec![labels.clone()],
            Some(Classes::Multilabel) | None => vec![],
        }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let y = self.forward(builder, x)?;
        let mut methods = Methods::new(wanted);
        let Some(classes) = &self.classes else {
            methods.offer(Method::Predict, || Ok(y))?;
            return Ok(methods);
        };
        let is_single = self.outputs() == 1;
        methods.offer(Method::Predict, || match classes {
            Classes::Multilabel => {
                let binary = builder.add(Op::Binarize(Binarize { above: 0.5 }), &[y])?;
                Ok(builder.cast(binary, DType::I64)?)
            }
            Classes::Labels(labels) => {
                let op = if is_single { Op::Threshold(Threshold { above: 0.5 }) } else { Op::ArgMax };
                let class = builder.add(op, &[y])?;
                Ok(builder.add(Op::Labels(labels.clone()), &[class])?)
            }
        })?;
        methods.offer_proba(builder, |builder| match is_single {
            true => Ok(builder.add(Op::Complement, &[y])?),
            false => Ok(y),
        })?;
        Ok(methods)
    }
}
