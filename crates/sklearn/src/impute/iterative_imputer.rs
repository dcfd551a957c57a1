//! `sklearn.impute.IterativeImputer` (0.21 and later): missing values of a column by an estimator over the others, round by
//! round.
//!
//! scikit-learn leaves the first filling where every element of all rows together is missing; here, as for such a row
//! among others, the rounds run.

use cannery_graph::{Builder, Clip, Columns, DType, Edge, MissingMask, Op};
use cannery_object::{Heap, Value, View};

use super::indicator::Output;
use super::simple_imputer::{Marker, indicator, marker};
use crate::child::Child;
use crate::ensemble::members::columns;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct IterativeImputer {
    initial: Child,
    missing: Marker,
    /// Kept are the columns with a value at fit, or all.
    output: Output,
    /// Of the kept columns, those whose missing values are filled by the rounds.
    rounds: Vec<Round>,
    /// Bounds of each kept column.
    bounds: Vec<(f64, f64)>,
    /// Whether a kept column had a value at fit: else it is what the first filling says.
    is_filled: Vec<bool>,
}

/// One column is filled by what an estimator predicts from others.
#[derive(Debug)]
struct Round {
    column: usize,
    others: Vec<usize>,
    estimator: Child,
}

pub(crate) const ENTRY: Entry =
    Entry { classes: &["sklearn.impute.IterativeImputer"], modules: &["sklearn.impute._iterative"], read };

/// Estimators of one imputer: each is a part of the graph.
const MAX_ROUNDS: usize = 100_000;

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("imputation_sequence_", "estimators")?;
    if state.bool("sample_posterior")? {
        return Err(state.unsupported("sample_posterior", "values are drawn at random"));
    }
    let initial = Child::read(state, "initial_imputer_")?;
    let features = initial.takes().columns();
    let is_empty = empty(state, features)?;
    let keeps_empty = state.has("keep_empty_features") && state.bool("keep_empty_features")?; // since 1.2
    let kept = Vec::from_iter((0..features).filter(|&column| keeps_empty || !is_empty[column]));
    let rounds = if state.int("n_iter_")? == 0 { vec![] } else { rounds(state, kept.len())? };
    let bounds = bounds(state, kept.len())?;
    Ok(Box::new(IterativeImputer {
        initial,
        missing: marker(state)?,
        is_filled: kept.iter().map(|&column| !is_empty[column]).collect(),
        output: Output { kept, marked: indicator(state, features)? },
        rounds,
        bounds,
    }))
}

/// Which columns had no value at fit: `_is_empty_feature` since 1.6, before where the statistics are NaN.
fn empty(state: &State<'_>, features: usize) -> Result<Vec<bool>, Error> {
    const NAME: &str = "_is_empty_feature";
    let is_empty = match state.has(NAME) {
        true => state.counts(NAME)?.into_iter().map(|flag| flag != 0).collect::<Vec<_>>(),
        false => {
            let initial = state.object_in(state.value("initial_imputer_")?, "initial_imputer_")?;
            initial.floats("statistics_")?.into_iter().map(f64::is_nan).collect()
        }
    };
    match is_empty.len() == features {
        true => Ok(is_empty),
        false => Err(state.malformed(NAME, format!("{} columns of {features}", is_empty.len()))),
    }
}

/// The elements of a tuple with names. In protocols 0 and 1 it is `copyreg._reconstructor(class, tuple, elements)`.
fn parts(heap: &Heap, value: Value) -> &[Value] {
    let Some(object) = heap.object(value) else { return heap.as_tuple(value).unwrap_or_default() };
    let call = heap.call(value).and_then(|call| heap.as_tuple(call.args));
    match (object.args, call) {
        ([], Some([_, base, elements]))
            if heap.global_name(*base).is_some_and(|(_, name)| name == "tuple") =>
        {
            heap.as_tuple(*elements).unwrap_or_default()
        }
        (args, _) => args,
    }
}

/// `imputation_sequence_`: tuples with names, of a column, the columns that it is predicted from, and the estimator.
fn rounds(state: &State<'_>, kept: usize) -> Result<Vec<Round>, Error> {
    const NAME: &str = "imputation_sequence_";
    let values = state.sequence(NAME)?;
    if values.len() > MAX_ROUNDS {
        return Err(state.unsupported(NAME, format!("{} estimators; up to {MAX_ROUNDS} work", values.len())));
    }
    let read = |(index, &value): (usize, &Value)| {
        let place = format!("{NAME}[{index}]");
        let parts = parts(state.heap(), value);
        let &[column, others, estimator] = parts else {
            return Err(state.malformed(&place, "not a column, other columns and an estimator"));
        };
        let column = usize::try_from(state.int_in(column, &place)?).ok().filter(|&column| column < kept);
        Ok(Round {
            column: column
                .ok_or_else(|| state.malformed(&place, format!("a column that is none of {kept}")))?,
            others: columns(state, others, &place, kept)?,
            estimator: Child::read_in(state, estimator, &place)?,
        })
    };
    values.iter().enumerate().map(read).collect()
}

/// `_min_value` and `_max_value`: numbers until 0.22, then one for each kept column.
fn bounds(state: &State<'_>, kept: usize) -> Result<Vec<(f64, f64)>, Error> {
    let read = |name: &str| match state.heap().view(state.value(name)?) {
        View::NdArray if state.array(name)?.ndim() == 1 => {
            let values = state.floats(name)?;
            match values.len() == kept {
                true => Ok(values),
                false => Err(state.malformed(name, format!("{} bounds for {kept} columns", values.len()))),
            }
        }
        _ => Ok(vec![state.float(name)?; kept]),
    };
    Ok(read("_min_value")?.into_iter().zip(read("_max_value")?).collect())
}

impl Estimator for IterativeImputer {
    fn name(&self) -> &'static str {
        "IterativeImputer"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.initial.takes().columns() }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        self.output.names(names, self.initial.takes().columns())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let check = self.missing.check();
        let x = builder.add(Op::Guard(check), &[x])?;
        let dtype = builder.type_of(x)?.dtype;
        let filled = self.initial.lower_method(builder, &x.into(), Method::Transform)?;
        let filled = if self.rounds.is_empty() { filled } else { self.run(builder, x, filled, dtype)? };
        Ok(Methods::transform(self.output.with_mask(builder, x, filled, self.missing.of(dtype)?)?))
    }
}

impl IterativeImputer {
    fn run(&self, builder: &mut Builder, x: Edge, filled: Edge, dtype: DType) -> Result<Edge, Error> {
        let mask = builder.add(Op::MissingMask(MissingMask(self.missing.of(dtype)?)), &[x])?;
        let mask = builder.add(Op::Columns(Columns(self.output.kept.clone())), &[mask])?;
        let mask = builder.cast(mask, DType::I64)?;
        let mut values = vec![];
        for column in 0..self.output.kept.len() {
            values.push(scores::column(builder, filled, column)?);
        }
        for round in self.rounds.iter().filter(|round| self.is_filled[round.column]) {
            let others = Vec::from_iter(round.others.iter().map(|&column| values[column]));
            let others = builder.add(Op::Concat, &others)?;
            let predicted = round.estimator.lower_method(builder, &others.into(), Method::Predict)?;
            let predicted = scores::flat(builder, predicted)?;
            let (low, high) = self.bounds[round.column];
            let predicted = match low <= high && (low > f64::MIN || high < f64::MAX) {
                true => builder.add(Op::Clip(Clip { low, high }), &[predicted])?,
                false => predicted,
            };
            let predicted = builder.cast(predicted, dtype)?;
            let is_missing = scores::column(builder, mask, round.column)?;
            let before = values[round.column];
            values[round.column] = builder.add(Op::Choose, &[is_missing, predicted, before])?;
        }
        Ok(builder.add(Op::Concat, &values)?)
    }
}
