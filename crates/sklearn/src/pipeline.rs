//! `sklearn.pipeline.Pipeline`: transformers one after another, then the methods of the last step.

use cannery_graph::{Builder, Edge, Labels};
use cannery_object::Value;

use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::feature_union;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::state::State;
use crate::step::Step;

pub(crate) const ENTRIES: &[Entry] = &[feature_union::ENTRY, ENTRY];

const ENTRY: Entry = Entry { classes: &["sklearn.pipeline.Pipeline"], modules: &["sklearn.pipeline"], read };

#[derive(Debug)]
struct Pipeline {
    /// Transformers without those that pass everything through.
    transformers: Vec<Child>,
    /// `None` passes everything through.
    last: Option<Child>,
    takes: Takes,
    /// Whether all steps that pass everything through say that names stay.
    keeps_names: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let steps = state.sequence("steps")?;
    let Some((last, before)) = steps.split_last() else {
        return Err(state.malformed("steps", "a pipeline of no step"));
    };
    let mut keeps_names = true;
    let mut read_at = |(index, value): (usize, &Value)| match step(state, *value, index) {
        Ok(Step::Child(child)) => Some(Ok(child)),
        Ok(Step::Pass { keeps_names: keeps }) => {
            keeps_names &= keeps;
            None
        }
        Err(error) => Some(Err(error)),
    };
    let transformers = before.iter().enumerate().filter_map(&mut read_at).collect::<Result<Vec<_>, _>>()?;
    let last = read_at((before.len(), last)).transpose()?;
    let takes = takes(transformers.iter().chain(&last)).ok_or_else(|| {
        state.unsupported("steps", "all steps are 'passthrough', and none says how many columns there are")
    })?;
    Ok(Box::new(Pipeline { transformers, last, takes, keeps_names }))
}

/// What the first step takes; where it takes any number of columns it gives as many, so the next one says it.
fn takes<'s>(mut steps: impl Iterator<Item = &'s Child>) -> Option<Takes> {
    let first = steps.next()?.takes();
    let known = if first == Takes::AnyNumbers { steps.map(Child::takes).find(|t| *t != first) } else { None };
    Some(known.unwrap_or(first))
}

/// Estimators of several files as one: what `transform` of each gives is what the next one takes. The name says where an
/// estimator comes from, for errors.
///
/// ```
/// # use cannery_sklearn::chain;
/// assert!(chain(vec![]).is_err());
/// ```
///
/// # Errors
/// `Unsupported` when there is no estimator.
pub fn chain(estimators: Vec<(String, Box<dyn Estimator>)>) -> Result<Box<dyn Estimator>, Error> {
    let mut transformers: Vec<Child> =
        estimators.into_iter().map(|(name, estimator)| Child::of(name, estimator)).collect();
    let last = transformers.pop().ok_or_else(|| Error::unsupported("", "a chain of no estimator"))?;
    let takes = takes(transformers.iter().chain([&last])).unwrap_or(last.takes());
    Ok(Box::new(Pipeline { transformers, last: Some(last), takes, keeps_names: true }))
}

/// The estimator of a step: a pair of name and estimator. Python's `None`, since 0.21 also 'passthrough', passes everything
/// through.
fn step(state: &State<'_>, value: Value, index: usize) -> Result<Step, Error> {
    let place = format!("steps[{index}]");
    let Some(&[_name, estimator]) = state.heap().as_sequence(value) else {
        return Err(state.malformed(&place, "not a pair of name and estimator"));
    };
    if estimator == Value::None {
        return Ok(Step::Pass { keeps_names: true });
    }
    Step::read(state, estimator, &place)
}

impl Estimator for Pipeline {
    fn name(&self) -> &'static str {
        "Pipeline"
    }

    fn takes(&self) -> Takes {
        self.takes
    }

    fn columns(&self) -> Vec<ColumnHint> {
        self.transformers.first().or(self.last.as_ref()).map(Child::columns).unwrap_or_default()
    }

    fn classes(&self) -> Vec<Labels> {
        self.last.as_ref().map(Child::classes).unwrap_or_default()
    }

    fn decides_by_class(&self) -> bool {
        self.last.as_ref().is_some_and(Child::decides_by_class)
    }

    /// What a step gives is what the next one takes; the first has its own names where none are given.
    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        if !self.keeps_names {
            return None;
        }
        let mut names = names.cloned();
        for step in self.transformers.iter().chain(&self.last) {
            names = Some(step.names_out(names.as_ref())?);
        }
        names
    }

    fn inverse_columns(&self) -> Option<usize> {
        let steps = || self.transformers.iter().chain(&self.last);
        let all = steps().all(|step| step.inverse_columns().is_some());
        if all { steps().last()?.inverse_columns() } else { None }
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let mut x = x.clone();
        for step in self.transformers.iter().chain(&self.last).rev() {
            x = step.lower_inverse(builder, &x)?.into();
        }
        x.matrix(builder)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut x = x.clone();
        for transformer in &self.transformers {
            x = transformer.lower_method(builder, &x, Method::Transform)?.into();
        }
        match &self.last {
            Some(last) => last.lower(builder, &x, wanted),
            None => Ok(Methods::transform(x.matrix(builder)?)),
        }
    }
}
