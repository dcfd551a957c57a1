//! Estimators inside estimators.

use cannery_graph::{Builder, Edge, Labels, Origin, Results};
use cannery_object::Value;

use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::state::State;

/// An estimator inside another one, with its path from the model.
#[derive(Debug)]
pub(crate) struct Child {
    path: String,
    model: Box<dyn Estimator>,
    /// The names of the columns that it was fitted on.
    names: Option<Names>,
}

impl Child {
    /// The estimator that an attribute is.
    pub(crate) fn read(state: &State<'_>, name: &str) -> Result<Self, Error> {
        Self::read_in(state, state.value(name)?, name)
    }

    /// The estimator that a value inside an object is; `place` is its path from there: `steps[1]`.
    pub(crate) fn read_in(state: &State<'_>, value: Value, place: &str) -> Result<Self, Error> {
        let names = state.names_in(value);
        Ok(Self { path: state.path_of(place), model: state.estimator_in(value, place)?, names })
    }

    /// An estimator of a file of its own; `path` says which.
    pub(crate) fn of(path: String, model: Box<dyn Estimator>) -> Self {
        Self { path, model, names: None }
    }

    /// Its path from the model.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// What it was fitted on.
    pub(crate) fn takes(&self) -> Takes {
        self.model.takes()
    }

    /// What is known of the columns that it takes.
    pub(crate) fn columns(&self) -> Vec<ColumnHint> {
        self.model.columns()
    }

    /// The class labels of each output.
    pub(crate) fn classes(&self) -> Vec<Labels> {
        self.model.classes()
    }

    /// Whether a `decision_function` of several columns has one for each class.
    pub(crate) fn decides_by_class(&self) -> bool {
        self.model.decides_by_class()
    }

    /// Names of the columns that `transform` gives. Names that are given must be those that it was fitted on.
    pub(crate) fn names_out(&self, given: Option<&Names>) -> Option<Names> {
        match (given, &self.names) {
            (Some(given), Some(own)) if given != own => None,
            (given, own) => self.model.names_out(given.or(own.as_ref())),
        }
    }

    /// The names of the columns that it was fitted on.
    pub(crate) fn names_in(&self) -> Option<&Names> {
        self.names.as_ref()
    }

    /// What its wanted methods compute from `x`.
    pub(crate) fn lower(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let (got, want) = (x.columns(builder)?, self.model.takes().columns());
        let takes_any = self.model.takes() == Takes::AnyNumbers;
        if got != want && !takes_any && !self.model.finds_columns(x) {
            let message = format!("fitted on {want} columns, and gets {got}");
            return Err(Error::malformed(&*self.path, message));
        }
        let before = builder.set_origin(Origin::new(&self.path, self.model.name()));
        let methods = self.model.lower_onto(builder, x, wanted);
        builder.set_origin(before);
        methods
    }

    /// What one method gives on `x`; `None` where the estimator has no such method.
    pub(crate) fn results(
        &self,
        builder: &mut Builder,
        x: &Input,
        method: Method,
    ) -> Result<Option<Results>, Error> {
        let methods = self.lower(builder, x, Wanted::of(&[method]))?;
        let found = methods.offered().iter().find(|(offered, _)| *offered == method);
        Ok(found.map(|(_, results)| results.clone()))
    }

    /// Columns of the rows that `inverse_transform` takes, if it has one.
    pub(crate) fn inverse_columns(&self) -> Option<usize> {
        self.model.inverse_columns()
    }

    /// What `inverse_transform` gives.
    pub(crate) fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let before = builder.set_origin(Origin::new(&self.path, self.model.name()));
        let inverse = self.model.lower_inverse(builder, x);
        builder.set_origin(before);
        inverse
    }

    /// The result of one method on `x`.
    pub(crate) fn lower_method(
        &self,
        builder: &mut Builder,
        x: &Input,
        method: Method,
    ) -> Result<Edge, Error> {
        let methods = self.lower(builder, x, Wanted::of(&[method]))?;
        let name = method.name();
        match methods.offered().iter().find(|(offered, _)| *offered == method) {
            Some((_, Results::One(edge))) => return Ok(*edge),
            Some((_, Results::List(_))) => {
                return Err(Error::unsupported(&*self.path, format!("{name} of several outputs is a list")));
            }
            None => {}
        }
        let refused = methods.refused().iter().find(|(refused, _)| *refused == method);
        let reason = refused.map_or_else(
            || format!("{} has no {name}", self.model.name()),
            |(_, reason)| format!("no {name}: {reason}"),
        );
        Err(Error::unsupported(&*self.path, reason))
    }
}
