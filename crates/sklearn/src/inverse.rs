//! `inverse_transform` by itself: it takes transformed rows, where all other methods take what the estimator was fitted on.

use std::sync::Arc;

use cannery_graph::Builder;

use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};

/// An estimator that goes the other way.
#[derive(Debug)]
struct Inverse {
    of: Arc<dyn Estimator>,
    columns: usize,
}

/// The estimator whose only method is `inverse_transform` of another one, for rows that this one transformed.
///
/// # Errors
/// `Unsupported` when it has no such method.
pub fn inverse(of: Arc<dyn Estimator>) -> Result<Box<dyn Estimator>, Error> {
    match of.inverse_columns() {
        Some(columns) => Ok(Box::new(Inverse { of, columns })),
        None => Err(absent(&*of)),
    }
}

/// There is no such method.
pub(crate) fn absent(of: &(impl Estimator + ?Sized)) -> Error {
    Error::unsupported("", format!("{} has no inverse_transform", of.name()))
}

impl Estimator for Inverse {
    fn name(&self) -> &'static str {
        self.of.name()
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.columns }
    }

    fn goes_back(&self) -> bool {
        true
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        methods.offer(Method::InverseTransform, || self.of.lower_inverse(builder, x))?;
        Ok(methods)
    }
}
