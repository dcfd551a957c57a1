//! `sklearn.impute.SimpleImputer`, and `sklearn.preprocessing.Imputer` before it: missing values replaced by one value
//! for each column. Columns that had no value at fit are dropped.
//!
//! The strategies 'mean' and 'median' make floats of X. The others leave numbers and objects as they are, except that
//! an imputer which was fitted on objects takes everything as objects.

use cannery_graph::{Builder, Check, Columns, DType, Edge, Fill, Impute, Missing, Op, Scalar, Shape};
use cannery_object::known::Version;
use cannery_object::{self as object, Kind, Value};

use super::indicator::Output;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, ColumnKind, Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::preprocessing::scalar;
use crate::state::State;

#[derive(Debug)]
struct SimpleImputer {
    name: &'static str,
    n_features: usize,
    /// What X is checked for; the old Imputer takes anything.
    check: Option<Check>,
    missing: Marker,
    takes: As,
    output: Output,
    /// What is put in, for each column that is kept.
    fill: Vec<Scalar>,
}

/// What X becomes first.
#[derive(Clone, Copy, Debug, PartialEq)]
enum As {
    Floats,
    Objects,
    /// Numbers stay what they are, texts are objects.
    Itself,
}

/// The parameter `missing_values`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Marker {
    Nan,
    /// A Python number: it is rounded to the dtype that it is compared with.
    Number(f64),
    /// A numpy scalar at this path, which no rounding to float32 must change: whether it would depends on numpy's version.
    Scalar(f64, String),
    /// None or a text.
    Object(Scalar),
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.impute.SimpleImputer"],
    // the second in 0.20
    modules: &["sklearn.impute._base", "sklearn.impute"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let statistics = statistics(state, "SimpleImputer")?;
    let takes = taken_as(state)?;
    let missing = marker(state)?;
    let kept = if keeps_all(state)? { (0..statistics.len()).collect() } else { with_value(&statistics) };
    let check = missing.check();
    let fill: Vec<Scalar> = kept.iter().map(|&column| statistics[column].clone()).collect();
    imputer(
        SimpleImputer {
            name: "SimpleImputer",
            n_features: statistics.len(),
            check: Some(check),
            missing,
            takes,
            fill: if takes == As::Objects { fill } else { cast_fill(state, &fill)? },
            output: Output { kept, marked: indicator(state, statistics.len())? },
        },
        state,
    )
}

pub(crate) const IMPUTER: Entry = Entry {
    classes: &["sklearn.preprocessing.Imputer"],
    // until 0.21
    modules: &["sklearn.preprocessing.imputation"],
    read: read_old,
};

fn read_old(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    if state.has("axis") && state.int("axis")? != 0 {
        return Err(state.unsupported("axis", "imputation along the rows"));
    }
    let statistics = statistics(state, "Imputer")?;
    let kept = with_value(&statistics);
    let fill = Vec::from_iter(kept.iter().map(|&column| statistics[column].clone()));
    imputer(
        SimpleImputer {
            name: "Imputer",
            n_features: statistics.len(),
            check: None,
            missing: marker(state)?,
            takes: As::Floats,
            fill: numbers(state, &fill)?.into_iter().map(Scalar::Float).collect(),
            output: Output { kept, marked: None },
        },
        state,
    )
}

fn imputer(imputer: SimpleImputer, state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    if imputer.output.kept.is_empty() {
        return Err(state.unsupported("statistics_", "no column had a value at fit, so none is left"));
    }
    Ok(Box::new(imputer))
}

/// Until 1.0 only the dtype of the values says what X was.
fn taken_as(state: &State<'_>) -> Result<As, Error> {
    let kind = match state.has("_fit_dtype") {
        true => dtype(state, "_fit_dtype")?.kind,
        false => state.array_of_ndim("statistics_", 1)?.dtype.kind.clone(),
    };
    Ok(match state.text("strategy")?.as_deref() {
        Some("mean" | "median") => As::Floats,
        _ if kind == Kind::Object => As::Objects,
        _ => As::Itself,
    })
}

/// The value of each column; those of the strategy 'constant' are Python objects.
fn statistics(state: &State<'_>, name: &str) -> Result<Vec<Scalar>, Error> {
    const NAME: &str = "statistics_";
    if !state.has(NAME) {
        return Err(state.unsupported(NAME, format!("this {name} is not fitted: it has no statistics")));
    }
    let array = state.array_of_ndim(NAME, 1)?;
    let elements = array.elements().map(|element| match element {
        Ok(element) => scalar(state, element, NAME),
        Err(error) => Err(Error::in_view(state.path_of(NAME), &error)),
    });
    elements.collect()
}

fn with_value(statistics: &[Scalar]) -> Vec<usize> {
    let is_nan = |scalar: &Scalar| matches!(scalar, Scalar::Float(x) if x.is_nan());
    (0..statistics.len()).filter(|&column| !is_nan(&statistics[column])).collect()
}

/// The values where X is of numbers.
fn numbers(state: &State<'_>, fill: &[Scalar]) -> Result<Vec<f64>, Error> {
    let number = |scalar: &Scalar| match scalar {
        Scalar::Float(x) => Ok(*x),
        Scalar::Int(i) => Ok(*i as f64),
        Scalar::Bool(b) => Ok(f64::from(u8::from(*b))),
        Scalar::None | Scalar::Str(_) => {
            Err(state.unsupported("statistics_", "values that are not all numbers"))
        }
    };
    fill.iter().map(number).collect()
}

/// Until 1.7 the strategy 'constant' never dropped a column.
fn keeps_all(state: &State<'_>) -> Result<bool, Error> {
    let keeps_empty = state.has("keep_empty_features") && state.bool("keep_empty_features")?; // since 1.2
    let is_old = state.version().is_none_or(|version| version < Version::new(1, 8));
    Ok(keeps_empty || (is_old && state.text("strategy")?.as_deref() == Some("constant")))
}

pub(super) fn marker(state: &State<'_>) -> Result<Marker, Error> {
    const NAME: &str = "missing_values";
    let value = state.value(NAME)?;
    if let Some(text) = state.text(NAME)? {
        return Ok(match text.as_str() {
            "NaN" if state.class().1 == "Imputer" => Marker::Nan,
            _ => Marker::Object(Scalar::Str(text.into())),
        });
    }
    if value == Value::None {
        return Ok(Marker::Object(Scalar::None));
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
fn cast_fill(state: &State<'_>, fill: &[Scalar]) -> Result<Vec<Scalar>, Error> {
    const NAME: &str = "_fill_dtype";
    let values = numbers(state, fill)?.into_iter();
    if !state.has(NAME) {
        return Ok(values.map(Scalar::Float).collect());
    }
    let dtype = dtype(state, NAME)?;
    let cast: fn(f64) -> Option<f64> = match (&dtype.kind, dtype.itemsize) {
        (Kind::Float, 8) => Some,
        (Kind::Float, 4) => |x| Some(f64::from(x as f32)),
        (Kind::Int, 4 | 8) => |x| Some(x.trunc()).filter(|x| x.abs() < 2_f64.powi(31)),
        _ => |_| None,
    };
    let cast: Option<Vec<Scalar>> = values.map(|x| cast(x).map(Scalar::Float)).collect();
    cast.ok_or_else(|| state.unsupported(NAME, format!("values cast to {dtype}")))
}

fn dtype(state: &State<'_>, name: &str) -> Result<object::DType, Error> {
    let dtype = object::DType::from_value(state.heap(), state.value(name)?);
    dtype.map_err(|error| Error::in_view(state.path_of(name), &error))
}

/// The columns whose mask is appended; those that had missing values at fit, unless the indicator has all.
pub(super) fn indicator(state: &State<'_>, n_features: usize) -> Result<Option<Vec<usize>>, Error> {
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
        match self.takes {
            As::Floats => Takes::Numbers { columns: self.n_features },
            As::Objects | As::Itself => Takes::Columns { columns: self.n_features },
        }
    }

    fn columns(&self) -> Vec<ColumnHint> {
        let kind = match self.takes {
            As::Floats | As::Itself => ColumnKind::Number,
            As::Objects => ColumnKind::Open,
        };
        let mut hints = ColumnHint::unnamed(kind, self.n_features);
        if self.takes == As::Objects {
            let texts =
                self.output.kept.iter().zip(&self.fill).filter(|(_, fill)| matches!(fill, Scalar::Str(_)));
            texts.for_each(|(&column, _)| hints[column].kind = ColumnKind::Text);
        }
        hints
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        self.output.names(names, self.n_features)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = self.bring(builder, x)?;
        let dtype = builder.type_of(x)?.dtype;
        let x = match self.check {
            Some(check) if dtype != DType::I64 => builder.add(Op::Guard(check), &[x])?,
            _ => x,
        };
        if matches!(builder.type_of(x)?.shape, Shape::Csr(_)) && self.missing.is_zero() {
            let reason = "missing values that are 0 can't be found in sparse rows";
            let mut methods = Methods::new(wanted);
            methods.refuse(Method::Transform, reason);
            return Ok(methods);
        }
        let missing = self.missing.of(dtype)?;
        let kept = match self.output.kept.len() == self.n_features {
            true => x,
            false => builder.add(Op::Columns(Columns(self.output.kept.clone())), &[x])?,
        };
        let impute = Impute { missing: missing.clone(), fill: self.fill(dtype)? };
        let filled = builder.add(Op::Impute(impute), &[kept])?;
        Ok(Methods::transform(self.output.with_mask(builder, x, filled, missing)?))
    }
}

impl SimpleImputer {
    /// X as scikit-learn's `check_array` gives it.
    fn bring(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        if self.takes == As::Floats {
            return x.floats(builder);
        }
        let x = x.matrix(builder)?;
        match (self.takes, builder.type_of(x)?.dtype) {
            (As::Objects, _) | (_, DType::Str) => Ok(builder.cast(x, DType::Any)?),
            (_, DType::Bool) => {
                Err(Error::unsupported("", "SimpleImputer does not support data with dtype bool"))
            }
            (As::Floats | As::Itself, DType::F32 | DType::F64 | DType::I64 | DType::Any) => Ok(x),
        }
    }

    /// What is put into X of this dtype. A float in an array of integers is truncated.
    fn fill(&self, dtype: DType) -> Result<Fill, Error> {
        let no_number = || Error::malformed("statistics_", "values that are not all numbers");
        let floats = || {
            let number = |scalar: &Scalar| if let Scalar::Float(x) = scalar { Some(*x) } else { None };
            self.fill.iter().map(number).collect::<Option<Vec<f64>>>().ok_or_else(no_number)
        };
        Ok(match dtype {
            DType::F32 | DType::F64 => Fill::Floats(floats()?),
            DType::I64 => Fill::Integers(floats()?.into_iter().map(|x| x as i64).collect()),
            DType::Bool | DType::Str | DType::Any => Fill::Scalars(self.fill.clone()),
        })
    }
}

impl Marker {
    /// What X is checked for where NaN may be what is missing.
    pub(super) fn check(&self) -> Check {
        if *self == Self::Nan { Check::NotInfinite } else { Check::Finite }
    }

    pub(super) fn is_zero(&self) -> bool {
        match self {
            Self::Number(number) | Self::Scalar(number, _) => *number == 0.0,
            Self::Nan | Self::Object(_) => false,
        }
    }

    /// What counts as missing in data of this dtype.
    pub(super) fn of(&self, dtype: DType) -> Result<Missing, Error> {
        let single = |number: f64| f64::from(number as f32);
        Ok(match (self, dtype) {
            (Self::Nan, _) => Missing::Nan,
            (Self::Number(number), DType::F32) => Missing::Number(single(*number)),
            (Self::Scalar(number, path), DType::F32) if single(*number) != *number => {
                return Err(Error::unsupported(
                    path.as_str(),
                    format!("{number:?} as a numpy scalar that is not a float32, for float32 data"),
                ));
            }
            (Self::Number(number) | Self::Scalar(number, _), _) => Missing::Number(*number),
            (Self::Object(scalar), DType::Any) => Missing::Scalar(scalar.clone()),
            (Self::Object(scalar), _) => {
                let message = format!("{scalar} as missing value, and X is of numbers");
                return Err(Error::unsupported("missing_values", message));
            }
        })
    }
}
