//! Estimators that take any number of columns, for rows that have a number.

use std::sync::Arc;

use cannery_graph::{Builder, Edge, Labels};

use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;

/// An estimator that learnt nothing of its columns, with their number.
#[derive(Debug)]
struct Sized {
    of: Arc<dyn Estimator>,
    columns: usize,
}

/// The estimator for rows of so many columns: itself, unless it takes any number.
pub fn sized(of: Arc<dyn Estimator>, columns: usize) -> Arc<dyn Estimator> {
    if of.takes() == Takes::AnyNumbers { Arc::new(Sized { of, columns }) } else { of }
}

impl Estimator for Sized {
    fn name(&self) -> &'static str {
        self.of.name()
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.columns }
    }

    fn classes(&self) -> Vec<Labels> {
        self.of.classes()
    }

    fn decides_by_class(&self) -> bool {
        self.of.decides_by_class()
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        self.of.names_out(Some(&Names::of(names, self.columns)?))
    }

    fn inverse_columns(&self) -> Option<usize> {
        self.of.inverse_columns().map(|_| self.columns)
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        self.of.lower_inverse(builder, x)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        self.of.lower_onto(builder, x, wanted)
    }
}
