//! `sklearn.compose.ColumnTransformer`: transformers for some of the columns each, their results side by side.
//!
//! A frame's columns are found by the names that they had at fit, where these are kept: in `feature_names_in_` since 1.0,
//! `_feature_names_in` from 0.22, `_df_columns` before if a transformer names its columns.

use std::collections::HashMap;

use cannery_graph::{self as graph, Builder, DType, Op, Shape};
use cannery_object::{Element, Value, View};

use super::selection::{Columns, Selection};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, ColumnKind, Input, Takes, hstack, hstack_sparse};
use crate::method::{Methods, Wanted};
use crate::names::{Names, Parts, Verbose};
use crate::state::State;
use crate::step::{Step, Weight};

#[derive(Debug)]
struct ColumnTransformer {
    count: usize,
    names: Option<Vec<Box<str>>>,
    parts: Vec<Part>,
    is_sparse: bool,
    verbose: Verbose,
}

#[derive(Debug)]
struct Part {
    name: Box<str>,
    step: Step,
    weight: Option<Weight>,
    selection: Selection,
}

/// Columns that all transformers together may take: a slice of few bytes can name any number.
const MAX_SELECTED: usize = 1 << 22;

/// Columns without names of which something is said, before a table is read.
const MAX_HINTS: usize = 1 << 20;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.compose.ColumnTransformer"],
    modules: &["sklearn.compose._column_transformer"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    const NAME: &str = "transformers_";
    if !state.has(NAME) {
        return Err(state.unsupported(NAME, "this ColumnTransformer is not fitted"));
    }
    let names = names(state)?;
    let count = count(state, names.as_deref())?;
    let places = names.as_ref().map(|names| names.iter().map(|name| &**name).zip(0..).collect());
    let columns = Columns { count, names: places };
    let mut parts = Vec::new();
    let mut selected = 0;
    for (index, &value) in state.sequence(NAME)?.iter().enumerate() {
        if let Some(part) = part(state, &columns, value, &format!("{NAME}[{index}]"))? {
            selected += part.selection.columns.len();
            parts.push(part);
        }
        if selected > MAX_SELECTED {
            return Err(state.unsupported(NAME, format!("more than {MAX_SELECTED} columns")));
        }
    }
    if parts.is_empty() {
        return Err(state.unsupported(NAME, "every transformer drops its columns, so none is left"));
    }
    let is_sparse = state.bool("sparse_output_")?;
    Ok(Box::new(ColumnTransformer { count, names, parts, is_sparse, verbose: Verbose::read(state) }))
}

/// One of `transformers_`: its name, the transformer and its columns. `None` for one that gives nothing.
fn part(state: &State<'_>, columns: &Columns<'_>, value: Value, place: &str) -> Result<Option<Part>, Error> {
    let heap = state.heap();
    let Some(&[name, transformer, selected]) = heap.as_sequence(value) else {
        return Err(state.malformed(place, "not a (name, transformer, columns)"));
    };
    if heap.is_str(transformer, "drop") || selected == Value::None {
        return Ok(None);
    }
    let selection = columns.select(state, selected, &format!("{place}[2]"))?;
    if selection.columns.is_empty() {
        return Ok(None);
    }
    let name = heap.as_str(name).ok_or_else(|| state.malformed(place, "a name that is not text"))?;
    let step = Step::read(state, transformer, &format!("{place}[1]"))?;
    let weight = Weight::read(state, &name)?;
    Ok(Some(Part { name: name.into(), step, weight, selection }))
}

/// Names of the columns at fit; `None` where they are not kept, or are no texts.
fn names(state: &State<'_>) -> Result<Option<Vec<Box<str>>>, Error> {
    let known = ["feature_names_in_", "_feature_names_in", "_df_columns"];
    let Some(name) =
        known.into_iter().find(|name| state.has(name) && !matches!(state.is_none(name), Ok(true)))
    else {
        return Ok(None);
    };
    let value = state.value(name)?;
    let wrap = |error| Error::in_view(state.path_of(name), &error);
    let data = match state.heap().view(value) {
        View::Index(index) => index.data().map_err(wrap)?,
        _ => value,
    };
    let array = state.array_in(data, name)?;
    let mut names = Vec::with_capacity(array.len());
    for element in array.elements() {
        let element = match element.map_err(wrap)? {
            Element::Object(value) => state.scalar_of(name, value)?,
            element => element,
        };
        match element {
            Element::Str(text) => names.push(text.into()),
            _ => return Ok(None),
        }
    }
    Ok(Some(names))
}

fn count(state: &State<'_>, names: Option<&[Box<str>]>) -> Result<usize, Error> {
    // the former since 0.23, the latter from 0.20.3
    let known = ["n_features_in_", "_n_features"].into_iter().find(|name| state.has(name));
    let name = match (known, names) {
        (Some(name), _) => name,
        (None, Some(names)) => return Ok(names.len()),
        (None, None) => {
            return Err(state.unsupported("_n_features", "nothing says how many columns there were at fit"));
        }
    };
    let count = usize::try_from(state.int(name)?).map_err(|_| state.malformed(name, "a count below 0"))?;
    match names {
        Some(names) if names.len() != count => {
            Err(state.malformed(name, format!("{count} columns, and {} names", names.len())))
        }
        _ if count > MAX_SELECTED => {
            Err(state.unsupported(name, format!("more than {MAX_SELECTED} columns")))
        }
        _ => Ok(count),
    }
}

impl Estimator for ColumnTransformer {
    fn name(&self) -> &'static str {
        "ColumnTransformer"
    }

    fn takes(&self) -> Takes {
        Takes::Columns { columns: self.count }
    }

    /// Those that a transformer takes, if all have names; else all, unless they are very many.
    fn columns(&self) -> Vec<ColumnHint> {
        if self.names.is_none() && self.count > MAX_HINTS {
            return vec![];
        }
        let mut kinds: Vec<Option<ColumnKind>> = vec![None; self.count];
        for part in &self.parts {
            let (of_step, of_all) = match &part.step {
                Step::Pass { .. } => (vec![], ColumnKind::Open),
                Step::Child(child) => (child.columns(), child.takes().column_kind()),
            };
            for (position, &column) in part.selection.columns.iter().enumerate() {
                let kind = of_step.get(position).map_or(of_all, |hint| hint.kind);
                kinds[column] = Some(both(kinds[column], kind));
            }
        }
        let hint = |name: Option<&Box<str>>, kind| ColumnHint { name: name.cloned(), kind };
        match &self.names {
            Some(names) => {
                let named = names.iter().zip(kinds);
                named.filter_map(|(name, kind)| kind.map(|kind| hint(Some(name), kind))).collect()
            }
            None => kinds.into_iter().map(|kind| hint(None, kind.unwrap_or(ColumnKind::Open))).collect(),
        }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        let own = self.names.as_ref().and_then(Names::new);
        let names = Names::of(names.or(own.as_ref()), self.count)?;
        let mut parts = Parts::default();
        for part in &self.parts {
            parts.push(&part.name, part.step.names_out(&names.pick(&part.selection.columns)?)?)?;
        }
        self.verbose.join(&parts)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let places = self.places(x)?;
        let mut edges = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let picked = self.pick(builder, x, &places, &part.selection)?;
            let mut edge = part.step.lower(builder, &picked)?.matrix(builder)?;
            if let Some(weight) = part.weight {
                edge = weight.lower(builder, edge)?;
            }
            edges.push(edge);
        }
        let joined = if self.is_sparse { hstack_sparse(builder, &edges)? } else { hstack(builder, &edges)? };
        Ok(Methods::transform(joined))
    }
}

/// What is known of a column that two transformers take.
fn both(known: Option<ColumnKind>, other: ColumnKind) -> ColumnKind {
    match (known, other) {
        (None | Some(ColumnKind::Open), kind) => kind,
        (Some(kind), ColumnKind::Open) => kind,
        (Some(kind), other) if kind == other => kind,
        (Some(ColumnKind::Number | ColumnKind::Text), ColumnKind::Number | ColumnKind::Text) => {
            ColumnKind::Open
        }
    }
}

impl ColumnTransformer {
    /// Where in a frame each column is that it had at fit; empty for a matrix.
    fn places(&self, x: &Input) -> Result<Vec<Option<usize>>, Error> {
        match (x, &self.names) {
            (Input::Matrix(_) | Input::Texts(_), _) => Ok(vec![]),
            (Input::Frame(columns), Some(names)) => {
                let places: HashMap<&str, usize> = columns.iter().map(|(name, _)| &**name).zip(0..).collect();
                Ok(names.iter().map(|name| places.get(&**name).copied()).collect())
            }
            (Input::Frame(columns), None) if columns.len() == self.count => {
                Ok((0..self.count).map(Some).collect())
            }
            (Input::Frame(columns), None) => {
                let message = format!("{} columns, but {} at fit", columns.len(), self.count);
                Err(Error::unsupported("", message))
            }
        }
    }

    fn pick(
        &self,
        builder: &mut Builder,
        x: &Input,
        places: &[Option<usize>],
        selection: &Selection,
    ) -> Result<Input, Error> {
        let picked = match x {
            Input::Matrix(x) => {
                let is_all = selection.columns.iter().copied().eq(0..self.count);
                let columns = || Op::Columns(graph::Columns(selection.columns.clone()));
                Input::Matrix(if is_all { *x } else { builder.add(columns(), &[*x])? })
            }
            Input::Frame(columns) => {
                let column = |&column: &usize| match places.get(column).copied().flatten() {
                    Some(place) => Ok(columns[place].clone()),
                    None => {
                        let name = self.names.as_ref().map_or("", |names| &names[column]);
                        Err(Error::unsupported("", format!("column {name:?} is missing")))
                    }
                };
                Input::Frame(selection.columns.iter().map(column).collect::<Result<_, _>>()?)
            }
            Input::Texts(_) => return Err(Error::unsupported("", "texts where a table is taken")),
        };
        if selection.is_scalar { texts(builder, &picked) } else { Ok(picked) }
    }
}

/// A column alone, which must be one of texts: no transformer takes a vector of numbers.
fn texts(builder: &mut Builder, x: &Input) -> Result<Input, Error> {
    let x = x.matrix(builder)?;
    let x = match (builder.type_of(x)?.dtype, builder.type_of(x)?.shape) {
        (DType::Str | DType::Any, Shape::Matrix(_)) => builder.cast(x, DType::Str)?,
        _ => return Err(Error::unsupported("", "a column of numbers alone, for a transformer of texts")),
    };
    Ok(Input::Texts(builder.add(Op::Flatten, &[x])?))
}
