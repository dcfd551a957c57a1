//! From scores to class indices and on to labels.

use cannery_graph::Labels;

use crate::buffer::{View, ViewMut};
use crate::csr::{CsrBuffer, CsrView, Stored, StoredView};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Index of the first maximum.
#[derive(Debug)]
pub(crate) struct ArgMax {
    pub(crate) columns: usize,
}

impl Kernel for ArgMax {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => each_arg_max(x, self.columns, output.i64s()),
            x => each_arg_max(x.f64s(), self.columns, output.i64s()),
        }
        Ok(())
    }
}

fn each_arg_max<T: Copy + PartialOrd>(x: &[T], columns: usize, out: &mut [i64]) {
    out.iter_mut().zip(x.chunks_exact(columns)).for_each(|(out, row)| *out = arg_max(row) as i64);
}

fn arg_max<T: Copy + PartialOrd>(row: &[T]) -> usize {
    let is_nan = |x: T| x.partial_cmp(&x).is_none();
    let mut best = 0;
    for (index, &x) in row.iter().enumerate() {
        if is_nan(row[best]) {
            break;
        }
        if x > row[best] || is_nan(x) {
            best = index;
        }
    }
    best
}

/// 1 where a number is above this one; of a sparse matrix only ones are stored.
#[derive(Debug)]
pub(crate) struct Above(pub(crate) f64);

impl Kernel for Above {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match (inputs.x(), output) {
            (View::Csr(rows), output) => self.stored(rows, output.csr()),
            (View::F32(x), output) => {
                output.i64s().iter_mut().zip(x).for_each(|(out, &x)| *out = (f64::from(x) > self.0).into());
            }
            (x, output) => {
                output.i64s().iter_mut().zip(x.f64s()).for_each(|(out, &x)| *out = (x > self.0).into());
            }
        }
        Ok(())
    }
}

impl Above {
    fn stored(&self, rows: CsrView<'_>, out: &mut CsrBuffer) {
        for range in rows.ranges() {
            let columns = &rows.columns[range.clone()];
            let before = out.columns.len();
            match rows.values {
                StoredView::F32(x) => {
                    let above = columns.iter().zip(&x[range]).filter(|(_, x)| f64::from(**x) > self.0);
                    out.columns.extend(above.map(|(column, _)| column));
                }
                StoredView::F64(x) => {
                    let above = columns.iter().zip(&x[range]).filter(|(_, x)| **x > self.0);
                    out.columns.extend(above.map(|(column, _)| column));
                }
                StoredView::I64(_) => unreachable!("no graph compares integers"),
            }
            let count = out.columns.len() - before;
            if let Stored::I64(values) = &mut out.values {
                values.extend(std::iter::repeat_n(1, count));
            }
            out.end_row();
        }
    }
}

/// Position of the first maximum of each group of columns.
#[derive(Debug)]
pub(crate) struct GroupArgMax {
    pub(crate) widths: Vec<usize>,
    pub(crate) columns: usize,
}

impl Kernel for GroupArgMax {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let rows = inputs.x().f64s().chunks_exact(self.columns);
        for (row, out) in rows.zip(output.i64s().chunks_exact_mut(self.widths.len())) {
            let mut first = 0;
            for (&width, out) in self.widths.iter().zip(out) {
                *out = (first + arg_max(&row[first..first + width])) as i64;
                first += width;
            }
        }
        Ok(())
    }
}

/// Class index to label.
#[derive(Debug)]
pub(crate) struct ToLabels(pub(crate) Labels);

impl Kernel for ToLabels {
    fn run<'a>(&'a self, inputs: &Inputs<'_, 'a>, output: ViewMut<'_, 'a>) -> Result<(), Error> {
        let classes = inputs.x().i64s();
        match &self.0 {
            Labels::I64(labels) => take(labels, classes, output.i64s()),
            Labels::F64(labels) => take(labels, classes, output.f64s()),
            Labels::Bool(labels) => take(labels, classes, output.bools()),
            Labels::Str(labels) => output.strs().iter_mut().zip(classes).try_for_each(|(out, &class)| {
                *out = &labels[class_of(class, labels.len())?];
                Ok(())
            }),
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
