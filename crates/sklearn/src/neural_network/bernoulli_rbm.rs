//! `sklearn.neural_network.BernoulliRBM`: the probability of each hidden unit.

use cannery_graph::{Arithmetic, Builder, Check, Function, Op};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::numpy::{Vector, Weights};
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.neural_network.BernoulliRBM"],
    // the second until 0.21
    modules: &["sklearn.neural_network._rbm", "sklearn.neural_network.rbm"],
    read,
};

#[derive(Debug)]
struct BernoulliRbm {
    components: Weights,
    intercepts: Vector,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("components_", "weights")?;
    let components = Weights::read(state, "components_")?;
    let intercepts = Vector::read(state, "intercept_hidden_", components.rows())?;
    Ok(Box::new(BernoulliRbm { components, intercepts }))
}

impl Estimator for BernoulliRbm {
    fn name(&self) -> &'static str {
        "BernoulliRBM"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.components.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.components.rows())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Transform, || {
            let units = self.components.product(builder, x)?;
            let units = self.intercepts.step_in_place(builder, Arithmetic::Add, units)?;
            Ok(builder.add(Op::Elementwise(Function::Expit), &[units])?)
        })?;
        methods.refuse(Method::ScoreSamples, "it changes one element of each row at random");
        Ok(methods)
    }
}
