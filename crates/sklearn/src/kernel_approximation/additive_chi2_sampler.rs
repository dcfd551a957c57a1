//! `sklearn.kernel_approximation.AdditiveChi2Sampler`: samples of the Fourier transform of a kernel.

use cannery_graph::{AdditiveChi2, Builder, Check, Op, Shape};

use super::MODULES;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

pub(crate) const ENTRY: Entry =
    Entry { classes: &["sklearn.kernel_approximation.AdditiveChi2Sampler"], modules: MODULES, read };

#[derive(Debug)]
struct AdditiveChi2Sampler {
    columns: Option<usize>,
    samples: AdditiveChi2,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let steps = usize::try_from(state.int("sample_steps")?).ok().filter(|steps| (1..=1024).contains(steps));
    let steps =
        steps.ok_or_else(|| state.unsupported("sample_steps", "a number that is not from 1 to 1024"))?;
    // the first until 1.2
    let name = if state.has("sample_interval_") { "sample_interval_" } else { "sample_interval" };
    let interval = match (state.is_none(name)?, steps) {
        (false, _) => state.float(name)?,
        (true, 1) => 0.8,
        (true, 2) => 0.5,
        (true, 3) => 0.4,
        (true, _) => return Err(state.malformed(name, format!("None for {steps} steps"))),
    };
    Ok(Box::new(AdditiveChi2Sampler {
        columns: state.n_features()?,
        samples: AdditiveChi2 { steps, interval },
    }))
}

impl Estimator for AdditiveChi2Sampler {
    fn name(&self) -> &'static str {
        "AdditiveChi2Sampler"
    }

    fn takes(&self) -> Takes {
        self.columns.map_or(Takes::AnyNumbers, |columns| Takes::Numbers { columns })
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        let names = Names::of(names, self.columns.or(names.map(Names::len))?)?;
        let of =
            |part: String| names.iter().map(|name| format!("additivechi2sampler_{name}_{part}")).collect();
        let mut all: Vec<String> = of("sqrt".into());
        for step in 1..self.samples.steps {
            all.extend(of(format!("cos{step}")));
            all.extend::<Vec<String>>(of(format!("sin{step}")));
        }
        Names::new(all)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = builder.add(Op::Guard(Check::NotBelow0), &[x])?;
        let is_sparse = matches!(builder.type_of(x)?.shape, Shape::Csr(_));
        let x = builder.dense(x)?;
        let samples = builder.add(Op::AdditiveChi2(self.samples), &[x])?;
        Ok(Methods::transform(if is_sparse { builder.add(Op::Sparse, &[samples])? } else { samples }))
    }
}
