//! `sklearn.pipeline.FeatureUnion`: what several transformers make of the same rows, side by side.

use cannery_graph::{Builder, Shape};

use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes, hstack, hstack_sparse};
use crate::method::{Methods, Wanted};
use crate::names::{Names, Parts, Verbose};
use crate::state::State;
use crate::step::{Step, Weight};

#[derive(Debug)]
struct FeatureUnion {
    parts: Vec<(Box<str>, Step, Option<Weight>)>,
    verbose: Verbose,
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
            state.heap().as_str(name).ok_or_else(|| state.malformed(&place, "a name that is not text"))?;
        let weight = Weight::read(state, &name)?;
        parts.push((name.into(), Step::read(state, transformer, &place)?, weight));
    }
    let first = parts.iter().find_map(|(_, step, _)| match step {
        Step::Child(child) => Some(child.takes()),
        Step::Pass { .. } => None,
    });
    let takes = first
        .ok_or_else(|| state.unsupported(NAME, "no transformer in it says how many columns there are"))?;
    Ok(Box::new(FeatureUnion { parts, takes, verbose: Verbose::read(state) }))
}

impl Estimator for FeatureUnion {
    fn name(&self) -> &'static str {
        "FeatureUnion"
    }

    fn takes(&self) -> Takes {
        self.takes
    }

    fn columns(&self) -> Vec<ColumnHint> {
        self.first().map(Child::columns).unwrap_or_default()
    }

    /// All are fitted on the same columns.
    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        let names = names.or_else(|| self.first()?.names_in());
        let names = Names::of(names, self.takes.columns())?;
        let mut parts = Parts::default();
        for (name, step, _) in &self.parts {
            parts.push(name, step.names_out(&names)?)?;
        }
        self.verbose.join(&parts)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let mut edges = Vec::with_capacity(self.parts.len());
        let mut is_sparse = false;
        for (_, step, weight) in &self.parts {
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

impl FeatureUnion {
    fn first(&self) -> Option<&Child> {
        self.parts.iter().find_map(|(_, step, _)| match step {
            Step::Child(child) => Some(child),
            Step::Pass { .. } => None,
        })
    }
}
