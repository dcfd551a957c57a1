//! `sklearn.pipeline.FeatureUnion`: what several transformers make of the same rows, side by side.

use cannery_graph::{Builder, Shape};

use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes, hstack, hstack_sparse};
use crate::method::{Methods, Wanted};
use crate::state::State;
use crate::step::{Step, Weight};

#[derive(Debug)]
struct FeatureUnion {
    parts: Vec<(Step, Option<Weight>)>,
    takes: Takes,
}

pub(crate) const ENTRY: Entry =
    Entry { classes: &["sklearn.pipeline.FeatureUnion"], modules: &["sklearn.pipeline"], read };

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    const NAME: &str = "transformer_list";
    let mut parts = Vec::new();
    for (index, &part) in state.sequence(NAME)?.iter().enumerate() {
        let place = format!("{NAME}[{index}]");
        let Some(&[name, transformer]) = state.heap().as_sequence(part) else {
            return Err(state.malformed(&place, "not a pair of name and transformer"));
        };
        // None until 0.23
        if transformer == cannery_object::Value::None || state.heap().is_str(transformer, "drop") {
            continue;
        }
        let name =
            state.heap().as_str(name).ok_or_else(|| state.malformed(&place, "a name that is no text"))?;
        parts.push((Step::read(state, transformer, &place)?, Weight::read(state, &name)?));
    }
    let first = parts.iter().find_map(|(step, _)| match step {
        Step::Child(child) => Some(child.takes()),
        Step::Pass => None,
    });
    let takes = first
        .ok_or_else(|| state.unsupported(NAME, "no transformer in it says how many columns there are"))?;
    Ok(Box::new(FeatureUnion { parts, takes }))
}

impl Estimator for FeatureUnion {
    fn name(&self) -> &'static str {
        "FeatureUnion"
    }

    fn takes(&self) -> Takes {
        self.takes
    }

    fn columns(&self) -> Vec<ColumnHint> {
        let children = self.parts.iter().filter_map(|(step, _)| match step {
            Step::Child(child) => Some(child),
            Step::Pass => None,
        });
        children.map(Child::columns).next().unwrap_or_default()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let mut edges = Vec::with_capacity(self.parts.len());
        let mut is_sparse = false;
        for (step, weight) in &self.parts {
            let mut edge = step.lower(builder, x)?.matrix(builder)?;
            if let Some(weight) = weight {
                edge = weight.lower(builder, edge)?;
            }
            is_sparse |= matches!(builder.type_of(edge)?.shape, Shape::Csr(_));
            edges.push(edge);
        }
        let joined = if is_sparse { hstack_sparse(builder, &edges)? } else { hstack(builder, &edges)? };
        Ok(Methods::transform(joined))
    }
}
