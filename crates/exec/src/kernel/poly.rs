use std::ops::Mul;

use cannery_graph::{self as graph, Term};

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Products of columns.
#[derive(Debug)]
pub(crate) struct Poly(pub(crate) graph::Poly);

impl Kernel for Poly {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => self.each_row(x, output.f32s(), 1.0),
            x => self.each_row(x.f64s(), output.f64s(), 1.0),
        }
        Ok(())
    }
}

impl Poly {
    fn each_row<T: Copy + Mul<Output = T>>(&self, x: &[T], out: &mut [T], one: T) {
        let terms = &self.0.terms;
        if terms.is_empty() {
            return;
        }
        for (x, out) in x.chunks_exact(self.0.features).zip(out.chunks_exact_mut(terms.len())) {
            for (index, term) in terms.iter().enumerate() {
                out[index] = match *term {
                    Term::One => one,
                    Term::Column(column) => x[column as usize],
                    Term::Product { term, column } => out[term as usize] * x[column as usize],
                };
            }
        }
    }
}
