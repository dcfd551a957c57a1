//! What trees and forests predict: one output or several, classes or numbers.

use std::sync::Arc;

use cannery_graph::{Builder, Columns, Edge, Function, GroupArgMax, Labels, Op};
use cannery_object::known::Version;
use cannery_object::{DType, Value};

use crate::error::Error;
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

/// The outputs of a classifier or a regressor.
#[derive(Debug)]
pub(crate) enum Targets {
    /// So many numbers.
    Numbers(usize),
    /// One class, with the labels of all.
    Class(Labels),
    /// Several classes. A list of one output is none: scikit-learn makes a single one of it.
    Classes {
        /// Number of classes of each output.
        widths: Vec<usize>,
        /// Labels of all outputs, one after another; an error when scikit-learn can't give them in one array.
        labels: Result<Labels, String>,
    },
}

/// More outputs of a classifier are refused: each is a result of its own.
const MAX_OUTPUTS: usize = 10_000;

impl Targets {
    /// `n_outputs_` numbers.
    pub(crate) fn of_regressor(state: &State<'_>) -> Result<Self, Error> {
        state.expect_room("n_outputs_", n_outputs(state)?).map(Self::Numbers)
    }

    /// The classes of `n_outputs_`, `n_classes_` and `classes_`, the latter lists for more than one output.
    pub(crate) fn of_classifier(state: &State<'_>) -> Result<Self, Error> {
        let outputs = n_outputs(state)?;
        if outputs == 1 {
            let labels = state.labels("classes_")?;
            expect_classes(state, &[state.int("n_classes_")?], &[labels.len()])?;
            return Ok(Self::Class(labels));
        }
        if outputs > MAX_OUTPUTS {
            return Err(
                state.unsupported("n_outputs_", format!("{outputs} outputs; up to {MAX_OUTPUTS} work"))
            );
        }
        let lists = state.sequence("classes_")?;
        let read = |(index, &value): (usize, &Value)| labels_of_output(state, value, index);
        let (dtypes, all): (Vec<_>, Vec<_>) =
            lists.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
        let widths: Vec<usize> = all.iter().map(Labels::len).collect();
        if widths.len() != outputs {
            return Err(state.malformed("classes_", format!("{} lists for {outputs} outputs", widths.len())));
        }
        expect_classes(state, &n_classes(state)?, &widths)?;
        if dtypes.windows(2).any(|pair| pair[0] != pair[1]) {
            return Err(state.unsupported("classes_", "outputs whose class labels are of different dtypes"));
        }
        let labels = match state.version() {
            Some(version) if version >= Version::new(0, 21) => concat(&all),
            _ => concat(&all).and_then(|labels| floats(&labels)),
        };
        Ok(Self::Classes { widths, labels })
    }

    /// Values of a leaf of each output.
    pub(crate) fn widths(&self) -> Vec<usize> {
        match self {
            Self::Numbers(outputs) => vec![1; *outputs],
            Self::Class(labels) => vec![labels.len()],
            Self::Classes { widths, .. } => widths.clone(),
        }
    }

    /// Labels of each output; empty where they are not of one type.
    pub(crate) fn classes(&self) -> Vec<Labels> {
        match self {
            Self::Numbers(_) | Self::Classes { labels: Err(_), .. } => vec![],
            Self::Class(labels) => vec![labels.clone()],
            Self::Classes { widths, labels: Ok(labels) } => labels.split(widths),
        }
    }

    /// The methods over the values of all outputs side by side. Classes are chosen by `votes`.
    pub(crate) fn lower(
        &self,
        builder: &mut Builder,
        wanted: Wanted,
        votes: Edge,
        proba: Edge,
    ) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        match self {
            Self::Numbers(1) => methods.offer(Method::Predict, || Ok(builder.add(Op::Flatten, &[votes])?))?,
            Self::Numbers(_) => methods.offer(Method::Predict, || Ok(votes))?,
            Self::Class(labels) => {
                methods.offer(Method::Predict, || {
                    let class = builder.add(Op::ArgMax, &[votes])?;
                    Ok(builder.add(Op::Labels(labels.clone()), &[class])?)
                })?;
                methods.offer_proba(builder, |_| Ok(proba))?;
            }
            Self::Classes { widths, labels } => {
                match labels {
                    Ok(labels) => methods.offer(Method::Predict, || {
                        let groups = GroupArgMax { widths: widths.clone() };
                        let class = builder.add(Op::GroupArgMax(groups), &[votes])?;
                        Ok(builder.add(Op::Labels(labels.clone()), &[class])?)
                    })?,
                    Err(reason) => methods.refuse(Method::Predict, reason),
                }
                offer_lists(&mut methods, builder, widths, proba)?;
            }
        }
        Ok(methods)
    }
}

/// `predict_proba` and its logarithm, output by output.
fn offer_lists(
    methods: &mut Methods,
    builder: &mut Builder,
    widths: &[usize],
    proba: Edge,
) -> Result<(), Error> {
    let (mut probas, mut first) = (vec![], 0);
    for width in widths {
        let columns = Columns((first..first + width).collect());
        probas.push(builder.add(Op::Columns(columns), &[proba])?);
        first += width;
    }
    methods.offer_list(Method::PredictProba, || Ok(probas.clone()))?;
    methods.offer_list(Method::PredictLogProba, || {
        let log = |&proba: &Edge| Ok(builder.add(Op::Elementwise(Function::Log), &[proba])?);
        probas.iter().map(log).collect()
    })
}

fn n_outputs(state: &State<'_>) -> Result<usize, Error> {
    let outputs = usize::try_from(state.int("n_outputs_")?).ok().filter(|&outputs| outputs > 0);
    outputs.ok_or_else(|| state.malformed("n_outputs_", "not a number of outputs"))
}

/// `n_classes_` of several outputs: a list of numbers, or since 0.22 an array.
fn n_classes(state: &State<'_>) -> Result<Vec<i64>, Error> {
    let value = state.value("n_classes_")?;
    let Some(list) = state.heap().as_sequence(value) else {
        let counts = state.counts("n_classes_")?;
        return Ok(counts.into_iter().map(|count| count as i64).collect());
    };
    let int = |(index, &value): (usize, &Value)| state.int_in(value, &format!("n_classes_[{index}]"));
    list.iter().enumerate().map(int).collect()
}

fn expect_classes(state: &State<'_>, counts: &[i64], labels: &[usize]) -> Result<(), Error> {
    let fits = |(&count, &labels): (&i64, &usize)| labels > 0 && usize::try_from(count) == Ok(labels);
    if counts.len() == labels.len() && counts.iter().zip(labels).all(fits) {
        return Ok(());
    }
    Err(state.malformed("n_classes_", "not the number of classes that classes_ has"))
}

fn labels_of_output(state: &State<'_>, value: Value, index: usize) -> Result<(DType, Labels), Error> {
    let place = format!("classes_[{index}]");
    let array = state.array_in(value, &place)?;
    if array.ndim() != 1 {
        return Err(state.malformed(&place, format!("labels of shape {:?}", array.shape)));
    }
    Ok((array.dtype.clone().into_owned(), state.labels_in(&array, &place)?))
}

/// The labels one after another. Objects of different outputs may be of different kinds.
fn concat(all: &[Labels]) -> Result<Labels, String> {
    fn join<'l, T: Clone + 'l>(
        all: &'l [Labels],
        of: impl Fn(&'l Labels) -> Option<&'l [T]>,
    ) -> Option<Arc<[T]>> {
        all.iter().map(of).collect::<Option<Vec<_>>>().map(|parts| parts.concat().into())
    }
    let i64s = join(all, |labels| if let Labels::I64(labels) = labels { Some(labels) } else { None });
    let f64s = join(all, |labels| if let Labels::F64(labels) = labels { Some(labels) } else { None });
    let bools = join(all, |labels| if let Labels::Bool(labels) = labels { Some(labels) } else { None });
    let texts = join(all, |labels| if let Labels::Str(labels) = labels { Some(labels) } else { None });
    let labels = i64s.map(Labels::I64).or(f64s.map(Labels::F64)).or(bools.map(Labels::Bool));
    labels.or(texts.map(Labels::Str)).ok_or_else(|| "the outputs have labels of different types".into())
}

/// Until 0.20 the labels of several outputs are put into an array of float64.
fn floats(labels: &Labels) -> Result<Labels, String> {
    match labels {
        Labels::I64(labels) => Ok(Labels::F64(labels.iter().map(|&label| label as f64).collect())),
        Labels::F64(_) => Ok(labels.clone()),
        Labels::Bool(labels) => {
            Ok(Labels::F64(labels.iter().map(|&label| f64::from(u8::from(label))).collect()))
        }
        Labels::Str(_) => {
            Err("scikit-learn until 0.20 gives the classes of several outputs as floats, and these \
                               labels are texts"
                .into())
        }
    }
}
