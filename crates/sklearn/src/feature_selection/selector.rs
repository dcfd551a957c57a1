//! What all selectors have in common: `transform` gives some of the columns as they are.

use cannery_graph::{Builder, Check, Columns, Constant, DType, Edge, Op};

use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::state::State;

/// A selector whose mask is known.
#[derive(Debug)]
pub(super) struct Selector {
    pub(super) name: &'static str,
    features: usize,
    selected: Vec<usize>,
    takes_nan: bool,
}

impl Selector {
    pub(super) fn new(name: &'static str, mask: &[bool], takes_nan: bool) -> Self {
        let selected = mask.iter().enumerate().filter(|(_, is_selected)| **is_selected);
        let selected = selected.map(|(column, _)| column).collect();
        Self { name, features: mask.len(), selected, takes_nan }
    }

    /// `support_`.
    pub(super) fn of_support(state: &State<'_>, takes_nan: bool) -> Result<Self, Error> {
        state.expect_fitted("support_", "selected columns")?;
        let mask = Vec::from_iter(state.counts("support_")?.into_iter().map(|flag| flag != 0));
        Ok(Self::new(state.name(), &mask, takes_nan))
    }

    /// How many columns are selected.
    pub(super) fn selected(&self) -> usize {
        self.selected.len()
    }

    /// How many columns there are.
    pub(super) fn features(&self) -> usize {
        self.features
    }

    /// The selected columns, dense or CSR as they come.
    pub(super) fn lower(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let mut x = x.matrix(builder)?;
        if !self.takes_nan && builder.type_of(x)?.dtype.is_float() {
            x = builder.add(Op::Guard(Check::Finite), &[x])?;
        }
        Ok(builder.add(Op::Columns(Columns(self.selected.clone())), &[x])?)
    }

    /// The selected columns in their places, beside columns of 0.
    pub(super) fn restore(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.matrix(builder)?;
        let x = builder.dense(x)?;
        let zero = match builder.type_of(x)?.dtype {
            dtype @ (DType::F32 | DType::F64 | DType::I64) => Constant::vector(dtype, 0.0),
            other => return Err(Error::unsupported("", format!("columns of 0 beside columns of {other}"))),
        };
        let zero = builder.add(Op::Constant(zero), &[x])?;
        let both = builder.add(Op::Concat, &[x, zero])?;
        let mut places = vec![self.selected.len(); self.features];
        self.selected.iter().enumerate().for_each(|(place, &column)| places[column] = place);
        Ok(builder.add(Op::Columns(Columns(places)), &[both])?)
    }

    /// The names of the selected columns.
    pub(super) fn pick(&self, names: Option<&Names>) -> Option<Names> {
        Names::of(names, self.features)?.pick(&self.selected)
    }
}

/// Whether an estimator that a selector is built around lets NaN through, as its tags say.
pub(super) fn takes_nan(state: &State<'_>, estimator: &str) -> bool {
    let Ok(child) = state.value(estimator).and_then(|value| state.object_in(value, estimator)) else {
        return false;
    };
    match child.class().1 {
        "HistGradientBoostingClassifier" | "HistGradientBoostingRegressor" => state.since(0, 24),
        "DecisionTreeClassifier" | "DecisionTreeRegressor" => state.since(1, 3),
        "RandomForestClassifier" | "RandomForestRegressor" => state.since(1, 4),
        "ExtraTreesClassifier" | "ExtraTreesRegressor" | "ExtraTreeClassifier" | "ExtraTreeRegressor" => {
            state.since(1, 6)
        }
        _ => false,
    }
}

impl Estimator for Selector {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.features }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        self.pick(names)
    }

    fn inverse_columns(&self) -> Option<usize> {
        Some(self.selected())
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        self.restore(builder, x)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Transform, || self.lower(builder, x))?;
        Ok(methods)
    }
}
