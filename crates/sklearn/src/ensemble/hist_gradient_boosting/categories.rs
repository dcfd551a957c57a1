//! Columns of categories: which categories were seen at fit, and how a row's numbers become those of the nodes.
//!
//! 0.24–1.3: the numbers in X are the categories, 0 … 254, cast to a byte. From 1.4 a `_preprocessor` puts the
//! columns of categories first and numbers each one's categories.

use cannery_graph::{Code, CodeColumn, Codes};
use cannery_object::known::Version;
use cannery_object::{Kind, Value, View};

use crate::child::Child;
use crate::error::Error;
use crate::input::Takes;
use crate::state::State;

/// Bit c % 32 of word c / 32 says that category c is in the set.
pub(super) type Set = [u32; 8];

/// For each column of the nodes the categories that were seen at fit, `None` where it is one of numbers.
///
/// Source: `_BinMapper.make_known_categories_bitsets`.
pub(super) fn known(boosting: &State<'_>, features: usize) -> Result<Vec<Option<Set>>, Error> {
    const NAME: &str = "_bin_mapper"; // since 0.24, as categories are
    if !boosting.has(NAME) {
        return Ok(vec![None; boosting.expect_room("n_features_", features)?]);
    }
    let mapper = boosting.object_in(boosting.value(NAME)?, NAME)?;
    let flags = mapper.counts("is_categorical_")?;
    let thresholds = mapper.sequence("bin_thresholds_")?;
    if flags.len() != features || thresholds.len() != features {
        let message = format!("{} and {} columns for {features}", flags.len(), thresholds.len());
        return Err(mapper.malformed("bin_thresholds_", message));
    }
    let column = |(index, &flag): (usize, &usize)| match flag {
        0 => Ok(None),
        _ => categories(&mapper, index, thresholds[index]).map(Some),
    };
    flags.iter().enumerate().map(column).collect()
}

fn categories(mapper: &State<'_>, index: usize, value: Value) -> Result<Set, Error> {
    let name = format!("bin_thresholds_[{index}]");
    let mut set = [0; 8];
    for &category in &*numbers(mapper, value, &name)? {
        let byte = category as u8; // saturates: what is no byte differs
        if f64::from(byte) != category {
            let message = format!("category {category}; those from 0 to 255 work");
            return Err(mapper.unsupported(&name, message));
        }
        set[usize::from(byte) / 32] |= 1 << (byte % 32);
    }
    Ok(set)
}

fn numbers(state: &State<'_>, value: Value, name: &str) -> Result<Vec<f64>, Error> {
    let array = state.array_in(value, name)?;
    if array.ndim() != 1 {
        return Err(state.malformed(name, format!("an array of shape {:?}", array.shape)));
    }
    let numbers = array.f64s().map_err(|error| Error::in_view(state.path_of(name), &error))?;
    Ok(numbers.into_owned())
}

/// What becomes of a row before the trees see it.
#[derive(Debug)]
pub(super) enum Prepared {
    /// Nothing.
    Plain,
    /// Categories are numbers.
    Codes(Codes),
    /// Some categories are texts or objects: what the `_preprocessor` makes of the row.
    Child(Child),
}

pub(super) fn prepared(
    boosting: &State<'_>,
    features: usize,
    known: &[Option<Set>],
) -> Result<Prepared, Error> {
    const NAME: &str = "_preprocessor";
    let columns = if boosting.has(NAME) && !boosting.is_none(NAME)? {
        if has_objects(boosting, NAME)? {
            return prepared_by(boosting, NAME, features);
        }
        preprocessed(boosting, features)?
    } else if known.iter().any(Option::is_some) {
        bytes(boosting, known)?
    } else {
        return Ok(Prepared::Plain);
    };
    if columns.len() != known.len() {
        let message = format!("gives {} columns to trees of {}", columns.len(), known.len());
        return Err(boosting.malformed("_preprocessor", message));
    }
    let codes = Codes::new(features, columns);
    codes.map(Prepared::Codes).map_err(|message| boosting.malformed(NAME, message))
}

/// Whether an encoder of the preprocessor has categories that are no numbers.
fn has_objects(boosting: &State<'_>, name: &str) -> Result<bool, Error> {
    let transformer = boosting.object_in(boosting.value(name)?, name)?;
    for (index, &part) in transformer.sequence("transformers_")?.iter().enumerate() {
        let Some(&[_, step, _]) = transformer.heap().as_sequence(part) else { continue };
        let Ok(encoder) = transformer.object_in(step, &format!("transformers_[{index}][1]")) else {
            continue;
        };
        if !encoder.has("categories_") {
            continue;
        }
        for &list in encoder.sequence("categories_")? {
            let kind = encoder.array_in(list, "categories_")?.dtype.kind.clone();
            if matches!(kind, Kind::Object | Kind::Unicode | Kind::Bytes) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn prepared_by(boosting: &State<'_>, name: &str, features: usize) -> Result<Prepared, Error> {
    let child = Child::read(boosting, name)?;
    match child.takes() {
        Takes::Columns { columns } if columns == features => Ok(Prepared::Child(child)),
        takes => Err(boosting.malformed(name, format!("takes {takes:?}, and there are {features} columns"))),
    }
}

/// Negative numbers are missing values since 1.2.
fn bytes(boosting: &State<'_>, known: &[Option<Set>]) -> Result<Vec<CodeColumn>, Error> {
    let version = boosting.version().ok_or_else(|| {
        boosting.unsupported("_sklearn_version", "categories of a model that does not say who wrote it")
    })?;
    let byte = Code::Byte { below_zero_is_nan: version >= Version::new(1, 2) };
    let column = |(from, known): (usize, &Option<Set>)| CodeColumn {
        from,
        code: if known.is_some() { byte.clone() } else { Code::Keep },
    };
    Ok(known.iter().enumerate().map(column).collect())
}

/// The columns of a `ColumnTransformer` as `_preprocess_X` makes it: an encoder for categories, the rest as it is.
fn preprocessed(boosting: &State<'_>, features: usize) -> Result<Vec<CodeColumn>, Error> {
    let transformer = boosting.object_in(boosting.value("_preprocessor")?, "_preprocessor")?;
    if transformer.class() != ("sklearn.compose._column_transformer", "ColumnTransformer") {
        return Err(boosting.unsupported("_preprocessor", "not a ColumnTransformer"));
    }
    if transformer.has("transformer_weights") && !transformer.is_none("transformer_weights")? {
        return Err(transformer.unsupported("transformer_weights", "weights of columns of categories"));
    }
    let mut columns = Vec::new();
    for (index, &part) in transformer.sequence("transformers_")?.iter().enumerate() {
        let place = format!("transformers_[{index}]");
        let Some(&[_, step, picked]) = transformer.heap().as_tuple(part) else {
            return Err(transformer.malformed(&place, "not a (name, transformer, columns)"));
        };
        if transformer.heap().as_str(step).as_deref() == Some("drop") {
            continue;
        }
        let picked = picked_columns(&transformer, picked, &format!("{place}[2]"), features)?;
        if !picked.is_empty() {
            columns.extend(step_columns(&transformer, step, &format!("{place}[1]"), &picked)?);
        }
    }
    Ok(columns)
}

/// A mask over all columns.
fn picked_columns(
    transformer: &State<'_>,
    value: Value,
    place: &str,
    features: usize,
) -> Result<Vec<usize>, Error> {
    let mask = transformer.array_in(value, place)?;
    if mask.dtype.kind != Kind::Bool || *mask.shape != [features] {
        let message = format!("columns by dtype {} and shape {:?}", mask.dtype, mask.shape);
        return Err(transformer.unsupported(place, message));
    }
    let flags = mask.i64s().map_err(|error| Error::in_view(transformer.path_of(place), &error))?;
    Ok(flags.iter().enumerate().filter(|&(_, &flag)| flag != 0).map(|(column, _)| column).collect())
}

fn step_columns(
    transformer: &State<'_>,
    step: Value,
    place: &str,
    picked: &[usize],
) -> Result<Vec<CodeColumn>, Error> {
    let step = transformer.object_in(step, place)?;
    match step.class() {
        ("sklearn.preprocessing._encoders", "OrdinalEncoder") => encoded(&step, picked),
        ("sklearn.preprocessing._function_transformer", "FunctionTransformer") => {
            only_checks(&step)?;
            Ok(picked.iter().map(|&from| CodeColumn { from, code: Code::Keep }).collect())
        }
        (module, name) => Err(transformer.unsupported(place, format!("columns by {module}.{name}"))),
    }
}

/// The function is `functools.partial(check_array, dtype=[float64], ensure_all_finite=False)`: a cast.
fn only_checks(step: &State<'_>) -> Result<(), Error> {
    let function = match step.heap().view(step.value("func")?) {
        View::Partial(partial) => {
            partial.parts().map_err(|error| Error::in_view(step.path_of("func"), &error))?.0
        }
        _ => Value::None,
    };
    match step.heap().global_name(function) {
        Some(("sklearn.utils.validation", "check_array")) => Ok(()),
        _ => Err(step.unsupported("func", "columns of numbers by another function than check_array")),
    }
}

fn encoded(encoder: &State<'_>, picked: &[usize]) -> Result<Vec<CodeColumn>, Error> {
    unknown_is_nan(encoder)?;
    let lists = encoder.sequence("categories_")?;
    if lists.len() != picked.len() {
        let message = format!("categories of {} columns for {}", lists.len(), picked.len());
        return Err(encoder.malformed("categories_", message));
    }
    let column = |(index, (&list, &from)): (usize, (&Value, &usize))| {
        let code = Code::Position(finite_categories(encoder, list, &format!("categories_[{index}]"))?.into());
        Ok(CodeColumn { from, code })
    };
    lists.iter().zip(picked).enumerate().map(column).collect()
}

/// NaN is the last category if it is one. It is missing either way.
fn finite_categories(encoder: &State<'_>, list: Value, name: &str) -> Result<Vec<f64>, Error> {
    let array = encoder.array_in(list, name)?;
    if !matches!(array.dtype.kind, Kind::Float | Kind::Int | Kind::UInt) {
        let message = format!("categories of dtype {}; those that are numbers work", array.dtype);
        return Err(encoder.unsupported(name, message));
    }
    let mut numbers = numbers(encoder, list, name)?;
    if numbers.last().is_some_and(|last| last.is_nan()) {
        numbers.pop();
    }
    let ascend = numbers.iter().all(|x| x.is_finite()) && numbers.windows(2).all(|pair| pair[0] < pair[1]);
    if ascend { Ok(numbers) } else { Err(encoder.malformed(name, "categories that do not ascend")) }
}

fn unknown_is_nan(encoder: &State<'_>) -> Result<(), Error> {
    if encoder.text("handle_unknown")?.as_deref() != Some("use_encoded_value") {
        return Err(encoder.unsupported("handle_unknown", "'use_encoded_value' works"));
    }
    for name in ["unknown_value", "encoded_missing_value"] {
        if !encoder.float(name)?.is_nan() {
            return Err(encoder.unsupported(name, "a number in place of a missing category; nan works"));
        }
    }
    if encoder.has("_infrequent_enabled") && encoder.bool("_infrequent_enabled")? {
        return Err(encoder.unsupported("_infrequent_enabled", "infrequent categories"));
    }
    Ok(())
}
