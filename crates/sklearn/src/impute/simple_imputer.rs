//! `sklearn.impute.SimpleImputer`, and `sklearn.preprocessing.Imputer` before it: missing values replaced by a number
//! for each column. Columns that had no value at fit are dropped.

use cannery_graph::{Builder, Check, DType, Edge, Impute, Missing, Op};
use cannery_object::known::Version;
use cannery_object::{self as object, Element, Kind};

use crate::error::Error;
use crate::estimator::{Estimator, Methods};
use crate::input::{Input, Takes};
use crate::state::State;

#[derive(Debug)]
struct SimpleImputer {
    name: &'static str,
    n_features: usize,
    /// What X is checked for; the old Imputer takes anything.
    check: Option<Check>,
    missing: Marker,
    /// Position of each column that is kept.
    kept: Vec<usize>,
    /// What is put in, for each column that is kept.
    fill: Vec<f64>,
    /// The columns whose mask is appended.
    indicator: Option<Vec<usize>>,
}

/// The parameter `missing_values`.
#[derive(Clone, Debug, PartialEq)]
enum Marker {
    Nan,
    /// A Python number: it is rounded to the dtype that it is compared with.
    Number(f64),
    /// A numpy scalar at this path, which no rounding to float32 must change: whether it would depends on numpy's version.
    Scalar(f64, String),
}

pub(crate) fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let statistics = statistics(state, "SimpleImputer")?;
    if state.has("_fit_dtype") && dtype(state, "_fit_dtype")?.kind == Kind::Object {
        return Err(state.unsupported("_fit_dtype", "fitted on Python objects"));
    }
    let missing = marker(state)?;
    let kept = if keeps_all(state)? { (0..statistics.len()).collect() } else { with_value(&statistics) };
    let check = if missing == Marker::Nan { Check::NotInfinite } else { Check::Finite };
    imputer(
        SimpleImputer {
            name: "SimpleImputer",
            n_features: statistics.len(),
            check: Some(check),
            missing,
            fill: fill(state, kept.iter().map(|&column| statistics[column]))?,
            kept,
            indicator: indicator(state, statistics.len())?,
        },
        state,
    )
}

pub(crate) fn read_old(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    if state.has("axis") && state.int("axis")? != 0 {
        return Err(state.unsupported("axis", "imputation along the rows"));
    }
    let statistics = statistics(state, "Imputer")?;
    let kept = with_value(&statistics);
    imputer(
        SimpleImputer {
            name: "Imputer",
            n_features: statistics.len(),
            check: None,
            missing: marker(state)?,
            fill: kept.iter().map(|&column| statistics[column]).collect(),
            kept,
            indicator: None,
        },
        state,
    )
}

fn imputer(imputer: SimpleImputer, state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    if imputer.kept.is_empty() {
        return Err(state.unsupported("statistics_", "no column had a value at fit, so none is left"));
    }
    Ok(Box::new(imputer))
}

/// The value of each column; those of the strategy 'constant' are Python objects.
fn statistics(state: &State<'_>, name: &str) -> Result<Vec<f64>, Error> {
    const NAME: &str = "statistics_";
    if !state.has(NAME) {
        return Err(state.unsupported(NAME, format!("this {name} is not fitted: it has no statistics")));
    }
    let array = state.array_of_ndim(NAME, 1)?;
    let number = |element| match element {
        Element::Float(x) => Ok(x),
        Element::Int(i) => Ok(i as f64),
        Element::UInt(u) => Ok(u as f64),
        _ => Err(state.unsupported(NAME, "values that are not all numbers")),
    };
    let elements = array.elements().map(|element| match element {
        Ok(Element::Object(value)) => number(state.scalar_of(NAME, value)?),
        Ok(element) => number(element),
        Err(error) => Err(Error::in_view(state.path_of(NAME), &error)),
    });
    elements.collect()
}

fn with_value(statistics: &[f64]) -> Vec<usize> {
    (0..statistics.len()).filter(|&column| !statistics[column].is_nan()).collect()
}

/// Until 1.7 the strategy 'constant' never dropped a column.
fn keeps_all(state: &State<'_>) -> Result<bool, Error> {
    let keeps_empty = state.has("keep_empty_features") && state.bool("keep_empty_features")?; // since 1.2
    let is_old = state.version().is_none_or(|version| version < Version::new(1, 8));
    Ok(keeps_empty || (is_old && state.text("strategy")?.as_deref() == Some("constant")))
}

fn marker(state: &State<'_>) -> Result<Marker, Error> {
    const NAME: &str = "missing_values";
    let value = state.value(NAME)?;
    if let Some(text) = state.text(NAME)? {
        return match text.as_str() {
            "NaN" if state.class().1 == "Imputer" => Ok(Marker::Nan),
            _ => Err(state.unsupported(NAME, format!("{text:?}; numbers and NaN work"))),
        };
    }
    let is_python = state.heap().as_float(value).is_some() || state.heap().as_int(value).is_some();
    match state.float(NAME) {
        Ok(number) if number.is_nan() => Ok(Marker::Nan),
        Ok(number) if is_python => Ok(Marker::Number(number)),
        Ok(number) => Ok(Marker::Scalar(number, state.path_of(NAME))),
        Err(_) => Err(state.unsupported(NAME, "neither a number nor NaN")),
    }
}

/// Since 1.8 the values are first cast to the dtype that the imputer was fitted on.
fn fill(state: &State<'_>, values: impl Iterator<Item = f64>) -> Result<Vec<f64>, Error> {
    const NAME: &str = "_fill_dtype";
    if !state.has(NAME) {
        return Ok(values.collect());
    }
    let dtype = dtype(state, NAME)?;
    let cast: fn(f64) -> Option<f64> = match (&dtype.kind, dtype.itemsize) {
        (Kind::Float, 8) => Some,
        (Kind::Float, 4) => |x| Some(f64::from(x as f32)),
        (Kind::Int, 4 | 8) => |x| Some(x.trunc()).filter(|x| x.abs() < 2_f64.powi(31)),
        _ => |_| None,
    };
    let cast: Option<Vec<f64>> = values.map(cast).collect();
    cast.ok_or_else(|| state.unsupported(NAME, format!("values cast to {dtype}")))
}

fn dtype(state: &State<'_>, name: &str) -> Result<object::DType, Error> {
    let dtype = object::DType::from_value(state.heap(), state.value(name)?);
    dtype.map_err(|error| Error::in_view(state.path_of(name), &error))
}

/// The columns whose mask is appended; those that had missing values at fit, unless the indicator has all.
fn indicator(state: &State<'_>, n_features: usize) -> Result<Option<Vec<usize>>, Error> {
    const NAME: &str = "indicator_";
    // since 0.21
    if !state.has("add_indicator") || !state.bool("add_indicator")? {
        return Ok(None);
    }
    let indicator = state.object_in(state.value(NAME)?, NAME)?;
    if indicator.class().1 != "MissingIndicator" {
        return Err(state.unsupported(NAME, format!("an indicator of class {}", indicator.class().1)));
    }
    if indicator.text("features")?.as_deref() == Some("all") {
        return Ok(Some((0..n_features).collect()));
    }
    let columns = indicator.counts("features_")?;
    if columns.len() > n_features || columns.iter().any(|&column| column >= n_features) {
        let message = format!("{columns:?} of {n_features} columns");
        return Err(indicator.malformed("features_", message));
    }
    Ok(Some(columns))
}

impl Estimator for SimpleImputer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.n_features }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = match self.check {
            Some(check) => builder.add(Op::Guard(check), &[x])?,
            None => x,
        };
        let missing = self.missing(builder.type_of(x)?.dtype)?;
        let kept = match self.kept.len() == self.n_features {
            true => x,
            false => builder.add(Op::Columns(self.kept.clone()), &[x])?,
        };
        let filled = builder.add(Op::Impute(Impute { missing, fill: self.fill.clone() }), &[kept])?;
        let transformed = match &self.indicator {
            Some(columns) if !columns.is_empty() => append_mask(builder, x, filled, missing, columns)?,
            _ => filled,
        };
        Ok(Methods { offered: vec![("transform", transformed)], ..Methods::default() })
    }
}

impl SimpleImputer {
    /// What counts as missing in data of this dtype.
    fn missing(&self, dtype: DType) -> Result<Missing, Error> {
        let single = |number: f64| f64::from(number as f32);
        Ok(match (&self.missing, dtype) {
            (Marker::Nan, _) => Missing::Nan,
            (Marker::Number(number), DType::F32) => Missing::Number(single(*number)),
            (Marker::Scalar(number, path), DType::F32) if single(*number) != *number => {
                return Err(Error::unsupported(
                    path.as_str(),
                    format!("{number:?} as a numpy scalar that is no float32, for float32 data"),
                ));
            }
            (Marker::Number(number) | Marker::Scalar(number, _), _) => Missing::Number(*number),
        })
    }
}

fn append_mask(
    builder: &mut Builder,
    x: Edge,
    filled: Edge,
    missing: Missing,
    columns: &[usize],
) -> Result<Edge, Error> {
    let mask = builder.add(Op::MissingMask(missing), &[x])?;
    let mask = builder.add(Op::Columns(columns.to_vec()), &[mask])?;
    let mask = builder.cast(mask, builder.type_of(filled)?.dtype)?;
    Ok(builder.add(Op::Concat, &[filled, mask])?)
}
