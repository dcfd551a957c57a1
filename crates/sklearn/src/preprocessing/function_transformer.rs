//! `sklearn.preprocessing.FunctionTransformer` of a function whose name is known.
//!
//! A function is a name in the file, and nothing behind a name is looked at: those below are computed, any other is
//! refused.

use cannery_graph::{Builder, Check, Clip, DType, Edge, Function, Missing, MissingMask, Op, Shape};
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
    n_features: Option<usize>,
    /// Whether X is checked to be finite numbers.
    validates: bool,
    function: Applied,
    inverse: Option<Applied>,
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
    /// `numpy.clip`.
    Clip(Clip),
    /// `numpy.isnan`.
    IsNan,
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
    Ok(matches!(applied(&transformer, "func", "kw_args"), Ok(Applied::Identity)) && !validates(&transformer)?)
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
    let n_features = state.n_features()?; // since 0.24
    let function = applied(state, "func", "kw_args")?;
    let inverse = applied(state, "inverse_func", "inv_kw_args").ok();
    Ok(Box::new(FunctionTransformer {
        n_features,
        validates: validates(state)?,
        function,
        inverse,
        keeps_names: keeps_names(state),
    }))
}

/// In 0.20 and 0.21 None stands for True, with a warning.
fn validates(state: &State<'_>) -> Result<bool, Error> {
    const NAME: &str = "validate";
    if state.is_none(NAME)? { Ok(true) } else { state.bool(NAME) }
}

/// The function that a parameter names; another parameter has its arguments.
fn applied(state: &State<'_>, name: &str, arguments: &str) -> Result<Applied, Error> {
    let keywords = keywords(state, arguments)?;
    if state.has("pass_y") && state.bool("pass_y").unwrap_or(false) {
        return Err(state.unsupported("pass_y", "a function of X and y"));
    }
    let value = state.value(name)?;
    if value == Value::None {
        return Ok(Applied::Identity);
    }
    if let View::Partial(partial) = state.heap().view(value) {
        let (function, ..) = partial.parts().map_err(|error| Error::in_view(state.path_of(name), &error))?;
        return match state.heap().global_name(function) {
            Some(("sklearn.utils.validation", "check_array")) if is_to_f64(state, &partial)? => {
                Ok(Applied::ToF64)
            }
            _ => Err(state.unsupported(name, "a function with arguments of its own")),
        };
    }
    match named(state, value, name)? {
        Named::Applied(applied) if keywords.is_empty() => Ok(applied),
        Named::Applied(_) => Err(state.unsupported(arguments, "arguments to the function")),
        Named::Clip => clip(state, arguments, &keywords),
    }
}

/// The arguments of a function, with their names.
fn keywords<'h>(state: &State<'h>, name: &str) -> Result<Vec<(String, Value)>, Error> {
    if !state.has(name) || state.is_none(name)? {
        return Ok(vec![]);
    }
    let heap = state.heap();
    let pairs = heap.as_dict(state.value(name)?).ok_or_else(|| state.malformed(name, "not a dict"))?;
    let pair = |pair: &[Value]| Some((heap.as_str(pair[0])?.into_owned(), pair[1]));
    let pairs: Option<Vec<_>> = pairs.chunks_exact(2).map(pair).collect();
    pairs.ok_or_else(|| state.malformed(name, "a name of an argument that is not a text"))
}

/// The bounds of `numpy.clip`.
fn clip(state: &State<'_>, place: &str, keywords: &[(String, Value)]) -> Result<Applied, Error> {
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for (name, value) in keywords {
        let bound = match name.as_str() {
            "a_min" | "min" => &mut low,
            "a_max" | "max" => &mut high,
            _ => return Err(state.unsupported(place, format!("the argument {name} of clip"))),
        };
        if *value != Value::None {
            *bound = state.float_in(*value, place)?;
        }
    }
    match keywords.is_empty() || low.is_nan() || high.is_nan() || low > high {
        true => Err(state.unsupported(place, "clip without bounds, or with a lower one above the upper one")),
        false => Ok(Applied::Clip(Clip { low, high })),
    }
}

/// What a name means.
enum Named {
    Applied(Applied),
    /// Its bounds are arguments.
    Clip,
}

/// A function by its name: numpy's are written as names, or as calls of `_ufunc_reconstruct` with them.
fn named(state: &State<'_>, value: Value, place: &str) -> Result<Named, Error> {
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
                    place,
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
    if name == "_identity" && MODULES.contains(&module) {
        return Ok(Named::Applied(Applied::Identity));
    }
    let is_scipy =
        matches!(module, "scipy.special" | "scipy.special._ufuncs" | "scipy.special._special_ufuncs");
    let function = match &*name {
        _ if !is_numpy && !is_scipy => None,
        "clip" if is_numpy => return Ok(Named::Clip),
        "isnan" => return Ok(Named::Applied(Applied::IsNan)),
        "positive" => return Ok(Named::Applied(Applied::Identity)),
        name => FUNCTIONS.iter().find(|(of, _)| *of == name).map(|(_, function)| *function),
    };
    match function {
        Some(function) => Ok(Named::Applied(Applied::Each(function))),
        None => Err(state.unsupported(place, format!("the function {module}.{name}"))),
    }
}

/// Universal functions of numpy and scipy by their names.
const FUNCTIONS: &[(&str, Function)] = &[
    ("abs", Function::Absolute),
    ("absolute", Function::Absolute),
    ("acos", Function::ArcCos),
    ("arccos", Function::ArcCos),
    ("arcsin", Function::ArcSin),
    ("arcsinh", Function::ArcSinh),
    ("arctan", Function::ArcTan),
    ("asin", Function::ArcSin),
    ("asinh", Function::ArcSinh),
    ("atan", Function::ArcTan),
    ("cbrt", Function::Cbrt),
    ("ceil", Function::Ceil),
    ("cos", Function::Cos),
    ("cosh", Function::Cosh),
    ("exp", Function::Exp),
    ("exp2", Function::Exp2),
    ("expit", Function::Expit),
    ("expm1", Function::ExpM1),
    ("fabs", Function::Absolute),
    ("floor", Function::Floor),
    ("log", Function::Log),
    ("log10", Function::Log10),
    ("log1p", Function::Log1P),
    ("log2", Function::Log2),
    ("ndtr", Function::NormalCdf),
    ("ndtri", Function::NormalPpf),
    ("negative", Function::Negate),
    ("reciprocal", Function::Reciprocal),
    ("rint", Function::Round),
    ("sign", Function::Sign),
    ("sin", Function::Sin),
    ("sinh", Function::Sinh),
    ("sqrt", Function::Sqrt),
    ("square", Function::Square),
    ("tan", Function::Tan),
    ("tanh", Function::Tanh),
    ("trunc", Function::Truncate),
];

/// Functions that give integers for integers.
const OF_INTEGERS: &[Function] = &[
    Function::Negate,
    Function::Absolute,
    Function::Square,
    Function::Sign,
    Function::Reciprocal,
    Function::Floor,
    Function::Ceil,
    Function::Truncate,
];

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
        match (self.n_features, self.function) {
            (None, _) => Takes::AnyNumbers,
            (Some(columns), Applied::Identity) => Takes::Columns { columns },
            (Some(columns), _) => Takes::Numbers { columns },
        }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        if !self.keeps_names {
            return None;
        }
        Names::of(names, self.n_features.or(names.map(Names::len))?)
    }

    fn inverse_columns(&self) -> Option<usize> {
        self.inverse.map(|_| self.n_features.unwrap_or(0))
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let function = self.inverse.ok_or_else(|| crate::inverse::absent(self))?;
        let x = x.matrix(builder)?;
        apply(builder, function, x, "inverse_func")
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
        Ok(Methods::transform(apply(builder, self.function, edge, "func")?))
    }
}

/// A function of each element.
fn apply(builder: &mut Builder, function: Applied, x: Edge, place: &str) -> Result<Edge, Error> {
    let ty = builder.type_of(x)?;
    let refuse = |message: &str| Err(Error::unsupported(place, message));
    match function {
        Applied::Identity => return Ok(x),
        Applied::ToF64 => {
            let floats = Input::from(x).dense_floats(builder)?;
            return Ok(builder.cast(floats, DType::F64)?);
        }
        Applied::Each(_) | Applied::Clip(_) | Applied::IsNan => {}
    }
    if matches!(ty.dtype, DType::Bool | DType::Str | DType::Any) {
        return refuse("a function of numbers, of what is none");
    }
    if let Shape::Csr(_) = ty.shape {
        return refuse("a function of a sparse matrix");
    }
    let is_int = ty.dtype == DType::I64;
    let gives_int = match function {
        Applied::Each(function) => OF_INTEGERS.contains(&function),
        Applied::Clip(_) => true,
        Applied::Identity | Applied::ToF64 | Applied::IsNan => false,
    };
    if is_int && gives_int {
        return refuse("a function of integers that gives integers");
    }
    let floats = Input::from(x).floats(builder)?;
    let op = match function {
        Applied::Each(function) => Op::Elementwise(function),
        Applied::Clip(clip) => Op::Clip(clip),
        Applied::IsNan | Applied::Identity | Applied::ToF64 => Op::MissingMask(MissingMask(Missing::Nan)),
    };
    Ok(builder.add(op, &[floats])?)
}
