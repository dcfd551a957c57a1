//! `sklearn.preprocessing.FunctionTransformer` of a function whose name is known.
//!
//! A function is a name in the file, and nothing behind a name is looked at: those below are computed, any other is
//! refused.

use cannery_graph::{Builder, Check, DType, Function, Op, Shape};
use cannery_object::{Value, View};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct FunctionTransformer {
    n_features: usize,
    /// Whether X is checked to be finite numbers.
    validates: bool,
    function: Applied,
    keeps_names: bool,
}

#[derive(Clone, Copy, Debug)]
enum Applied {
    /// None, or scikit-learn's `_identity`.
    Identity,
    /// `partial(check_array, dtype=[float64], …)` as histogram boosting has it: numbers become float64.
    ToF64,
    /// A function of numpy.
    Each(Function),
}

const MODULES: [&str; 2] =
    ["sklearn.preprocessing._function_transformer", "sklearn.preprocessing.function_transformer"];

/// Whether a value is a FunctionTransformer that gives back what it takes, however many columns that has.
pub(crate) fn is_identity(state: &State<'_>, value: Value, place: &str) -> Result<bool, Error> {
    let Ok(transformer) = state.object_in(value, place) else { return Ok(false) };
    let (module, name) = transformer.class();
    if name != "FunctionTransformer" || !MODULES.contains(&module) {
        return Ok(false);
    }
    Ok(matches!(function(&transformer), Ok(Applied::Identity)) && !validates(&transformer)?)
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.FunctionTransformer"],
    modules: &["sklearn.preprocessing._function_transformer"],
    read,
};

/// Whether its columns have the names of those that it takes (since 1.1, and only where the parameter says so).
pub(crate) fn keeps_names(state: &State<'_>) -> bool {
    const NAME: &str = "feature_names_out";
    state.has(NAME) && matches!(state.text(NAME), Ok(Some(text)) if text == "one-to-one")
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    const NAME: &str = "n_features_in_"; // since 0.24
    let function = function(state)?;
    if !state.has(NAME) {
        return Err(state.unsupported(
            NAME,
            "this attribute is missing, and nothing else says how many columns there are",
        ));
    }
    let n_features =
        usize::try_from(state.int(NAME)?).map_err(|_| state.malformed(NAME, "a count below 0"))?;
    Ok(Box::new(FunctionTransformer {
        n_features,
        validates: validates(state)?,
        function,
        keeps_names: keeps_names(state),
    }))
}

/// In 0.20 and 0.21 None stands for True, with a warning.
fn validates(state: &State<'_>) -> Result<bool, Error> {
    const NAME: &str = "validate";
    if state.is_none(NAME)? { Ok(true) } else { state.bool(NAME) }
}

fn function(state: &State<'_>) -> Result<Applied, Error> {
    const NAME: &str = "func";
    if state.has("kw_args")
        && !state.is_none("kw_args")?
        && state.heap().as_dict(state.value("kw_args")?) != Some(&[])
    {
        return Err(state.unsupported("kw_args", "arguments to the function"));
    }
    if state.has("pass_y") && state.bool("pass_y").unwrap_or(false) {
        return Err(state.unsupported("pass_y", "a function of X and y"));
    }
    let value = state.value(NAME)?;
    if value == Value::None {
        return Ok(Applied::Identity);
    }
    if let View::Partial(partial) = state.heap().view(value) {
        let (function, ..) = partial.parts().map_err(|error| Error::in_view(state.path_of(NAME), &error))?;
        return match state.heap().global_name(function) {
            Some(("sklearn.utils.validation", "check_array")) if is_to_f64(state, &partial)? => {
                Ok(Applied::ToF64)
            }
            _ => Err(state.unsupported(NAME, "a function with arguments of its own")),
        };
    }
    named(state, value)
}

/// A function by its name: numpy's are written as names, or as calls of `_ufunc_reconstruct` with them.
fn named(state: &State<'_>, value: Value) -> Result<Applied, Error> {
    let heap = state.heap();
    let (module, name) = match heap.global_name(value) {
        Some((module, name)) => (module, name.to_owned()),
        None => {
            let call = heap.call(value).and_then(|call| {
                let ("numpy.core" | "numpy._core", "_ufunc_reconstruct") = heap.global_name(call.callable)?
                else {
                    return None;
                };
                heap.as_str(*heap.as_tuple(call.args)?.get(1)?)
            });
            let name = call.ok_or_else(|| {
                state.unsupported(
                    "func",
                    "a function without a name to import, such as a lambda; cannery can't run Python code",
                )
            })?;
            ("numpy", name.into_owned())
        }
    };
    let is_numpy = matches!(
        module,
        "numpy"
            | "numpy.core.umath"
            | "numpy.core._multiarray_umath"
            | "numpy._core._multiarray_umath"
            | "numpy._core.umath"
    );
    match (&*name, is_numpy) {
        ("_identity", false) if MODULES.contains(&module) => Ok(Applied::Identity),
        ("exp", true) => Ok(Applied::Each(Function::Exp)),
        ("log", true) => Ok(Applied::Each(Function::Log)),
        ("expm1", true) => Ok(Applied::Each(Function::ExpM1)),
        ("log1p", true) => Ok(Applied::Each(Function::Log1P)),
        ("sqrt", true) => Ok(Applied::Each(Function::Sqrt)),
        ("absolute" | "abs", true) => Ok(Applied::Each(Function::Absolute)),
        ("square", true) => Ok(Applied::Each(Function::Square)),
        ("negative", true) => Ok(Applied::Each(Function::Negate)),
        _ => Err(state.unsupported("func", format!("the function {module}.{name}"))),
    }
}

/// Whether the keywords of the partial are those that make float64 of numbers and check nothing.
fn is_to_f64(state: &State<'_>, partial: &cannery_object::views::Partial<'_>) -> Result<bool, Error> {
    let wrap = |error| Error::in_view(state.path_of("func"), &error);
    let (_, positional, keywords) = partial.parts().map_err(wrap)?;
    let heap = state.heap();
    let pairs = heap.as_dict(keywords).unwrap_or_default();
    let is_known = pairs.chunks_exact(2).all(|pair| {
        ["dtype", "force_all_finite", "ensure_all_finite"].iter().any(|name| heap.is_str(pair[0], name))
    });
    let is_off = |name| heap.lookup(pairs, name) == Some(Value::Bool(false));
    let dtype = heap.lookup(pairs, "dtype").and_then(|value| match heap.as_sequence(value) {
        Some(&[one]) => cannery_object::DType::from_value(heap, one).ok(),
        _ => None,
    });
    let is_f64 = dtype.is_some_and(|dtype| (dtype.kind, dtype.itemsize) == (cannery_object::Kind::Float, 8));
    let is_checked = !is_off("force_all_finite") && !is_off("ensure_all_finite");
    Ok(heap.as_tuple(positional) == Some(&[]) && is_known && is_f64 && !is_checked)
}

impl Estimator for FunctionTransformer {
    fn name(&self) -> &'static str {
        "FunctionTransformer"
    }

    fn takes(&self) -> Takes {
        match self.function {
            Applied::Identity => Takes::Columns { columns: self.n_features },
            Applied::ToF64 | Applied::Each(_) => Takes::Numbers { columns: self.n_features },
        }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        if self.keeps_names { Names::of(names, self.n_features) } else { None }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let mut edge = x.matrix(builder)?;
        if self.validates {
            edge = match builder.type_of(edge)?.dtype {
                DType::Str | DType::Any => x.floats(builder)?,
                DType::F32 | DType::F64 | DType::I64 | DType::Bool => edge,
            };
            if builder.type_of(edge)?.dtype.is_float() {
                edge = builder.add(Op::Guard(Check::Finite), &[edge])?;
            }
        }
        let transformed = match (self.function, builder.type_of(edge)?.dtype) {
            (Applied::Identity, _) => edge,
            (Applied::ToF64, _) => {
                let floats = x.dense_floats(builder)?;
                builder.cast(floats, DType::F64)?
            }
            (Applied::Each(_), DType::Bool | DType::Str | DType::Any) => {
                return Err(Error::unsupported("func", "a function of numbers, of what is none"));
            }
            // integers stay integers there
            (Applied::Each(Function::Negate | Function::Absolute | Function::Square), DType::I64) => {
                return Err(Error::unsupported("func", "a function of integers that gives integers"));
            }
            (Applied::Each(function), DType::F32 | DType::F64 | DType::I64) => {
                if let Shape::Csr(_) = builder.type_of(edge)?.shape {
                    return Err(Error::unsupported("func", "a function of a sparse matrix"));
                }
                let floats = Input::from(edge).floats(builder)?;
                builder.add(Op::Elementwise(function), &[floats])?
            }
        };
        Ok(Methods::transform(transformed))
    }
}
