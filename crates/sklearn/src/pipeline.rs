//! `sklearn.pipeline.Pipeline`: transformers one after another, then the methods of the last step.

use cannery_graph::Builder;
use cannery_object::Value;

use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::feature_union;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Method, Methods, Wanted};
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
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let steps = state.sequence("steps")?;
    let Some((last, before)) = steps.split_last() else {
        return Err(state.malformed("steps", "a pipeline of no step"));
    };
    let read_at = |(index, value): (usize, &Value)| step(state, *value, index).transpose();
    let transformers = before.iter().enumerate().filter_map(read_at).collect::<Result<Vec<_>, _>>()?;
    let last = step(state, *last, before.len())?;
    let takes = transformers.first().or(last.as_ref()).map(Child::takes).ok_or_else(|| {
        state.unsupported("steps", "all steps are 'passthrough', and none says how many columns there are")
    })?;
    Ok(Box::new(Pipeline { transformers, last, takes }))
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
    let takes = transformers.first().unwrap_or(&last).takes();
    Ok(Box::new(Pipeline { transformers, last: Some(last), takes }))
}

/// The estimator of a step: a pair of name and estimator. `None` for one that passes everything through: Python's
/// `None`, since 0.21 also 'passthrough'.
fn step(state: &State<'_>, value: Value, index: usize) -> Result<Option<Child>, Error> {
    let place = format!("steps[{index}]");
    let Some(&[_name, estimator]) = state.heap().as_sequence(value) else {
        return Err(state.malformed(&place, "not a pair of name and estimator"));
    };
    if estimator == Value::None {
        return Ok(None);
    }
    match Step::read(state, estimator, &place)? {
        Step::Pass => Ok(None),
        Step::Child(child) => Ok(Some(child)),
    }
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
