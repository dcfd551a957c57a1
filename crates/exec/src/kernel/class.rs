//! From scores to class indices and on to labels.

use cannery_graph::Labels;

use crate::buffer::ViewMut;
use crate::error::Error;
use crate::kernel::Kernel;
use crate::program::Inputs;

/// Index of the first maximum.
#[derive(Debug)]
pub(crate) struct ArgMax {
    pub(crate) columns: usize,
}

impl Kernel for ArgMax {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_>) -> Result<(), Error> {
        let rows = inputs.x().f64s().chunks_exact(self.columns);
        output.i64s().iter_mut().zip(rows).for_each(|(out, row)| *out = arg_max(row) as i64);
        Ok(())
    }
}

fn arg_max(row: &[f64]) -> usize {
    let mut best = 0;
    for (index, &x) in row.iter().enumerate() {
        if row[best].is_nan() {
            break;
        }
        if x > row[best] || x.is_nan() {
            best = index;
        }
    }
    best
}

/// Class index to label.
#[derive(Debug)]
pub(crate) struct ToLabels(pub(crate) Labels);

impl Kernel for ToLabels {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_>) -> Result<(), Error> {
        let classes = inputs.x().i64s();
        match &self.0 {
            Labels::I64(labels) => take(labels, classes, output.i64s()),
            Labels::F64(labels) => take(labels, classes, output.f64s()),
            Labels::Bool(labels) => take(labels, classes, output.bools()),
            Labels::Str(labels) => {
                let codes = output.codes();
                codes.iter_mut().zip(classes).try_for_each(|(out, &class)| {
                    *out = class_of(class, labels.len())? as u32;
                    Ok(())
                })
            }
        }
    }
}

fn take<T: Copy>(labels: &[T], classes: &[i64], out: &mut [T]) -> Result<(), Error> {
    out.iter_mut().zip(classes).try_for_each(|(out, &class)| {
        *out = labels[class_of(class, labels.len())?];
        Ok(())
    })
}

fn class_of(class: i64, labels: usize) -> Result<usize, Error> {
    let index = usize::try_from(class).ok().filter(|&index| index < labels);
    index.ok_or_else(|| Error::malformed(format!("class {class} of {labels} labels")))
}
