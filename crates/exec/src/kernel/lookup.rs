use std::collections::HashMap;
use std::sync::Arc;

use cannery_graph::{self as graph, Scalar, Unknown};

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};
use cannery_rows::{CellView, Number};

/// The value of each category.
#[derive(Debug)]
pub(crate) struct Lookup(Vec<Table>);

/// The categories of a column.
#[derive(Debug)]
struct Table {
    number: usize,
    none: Option<u32>,
    /// In their order.
    numbers: Vec<(Number, u32)>,
    /// Hashed with a key of the process: their number may be large, and they come from a file.
    texts: HashMap<Box<str>, u32>,
    values: Arc<[f64]>,
    unknown: Unknown,
}

impl Lookup {
    pub(crate) fn new(lookup: &graph::Lookup) -> Self {
        Self(lookup.columns().iter().map(Table::new).collect())
    }
}

impl Table {
    fn new(column: &graph::LookupColumn) -> Self {
        let (mut none, mut numbers, mut texts) = (None, vec![], HashMap::new());
        for (position, category) in (0..).zip(column.categories.iter()) {
            match (category, CellView::from(category).number()) {
                (_, Some(number)) => numbers.push((number, position)),
                (Scalar::Str(text), _) => _ = texts.entry(text.clone()).or_insert(position),
                _ => _ = none.get_or_insert(position),
            }
        }
        numbers.sort_unstable();
        numbers.dedup_by_key(|(number, _)| *number);
        let (number, values) = (column.number, Arc::clone(&column.values));
        Self { number, none, numbers, texts, values, unknown: column.unknown }
    }

    fn of_number(&self, number: Number) -> Option<u32> {
        let found = self.numbers.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(self.numbers[found].1)
    }

    fn of_text(&self, text: &str) -> Option<u32> {
        self.texts.get(text).copied()
    }

    fn of_cell(&self, cell: CellView<'_>) -> Option<u32> {
        match (cell, cell.number()) {
            (_, Some(number)) => self.of_number(number),
            (CellView::Str(text), _) => self.of_text(text),
            _ => self.none,
        }
    }
}

impl Kernel for Lookup {
    fn run<'a>(&'a self, inputs: &Inputs<'_, 'a>, output: ViewMut<'_, 'a>) -> Result<(), Error> {
        let found = match inputs.x() {
            View::F32(x) => {
                let find = |table: &Table, x: f32| table.of_number(Number::of(x.into()));
                self.each(x, output, find, |x| CellView::Float(x.into()))
            }
            View::F64(x) => self.each(x, output, |table, x| table.of_number(Number::of(x)), CellView::Float),
            View::I64(x) => self.each(x, output, |table, x| table.of_number(Number::Int(x)), CellView::Int),
            View::Bool(x) => {
                self.each(x, output, |table, x| table.of_number(Number::Int(x.into())), CellView::Bool)
            }
            View::Str(x) => self.each(x, output, Table::of_text, CellView::Str),
            View::Any(x) => self.each(x, output, Table::of_cell, |x| x),
            x @ (View::Csr(_) | View::Hits(_)) => unreachable!("no graph looks up {x:?}"),
        };
        found.map_err(|(position, cell)| {
            let (row, column) = (inputs.first_row() + position / self.0.len(), position % self.0.len());
            let column = self.0[column].number;
            let message = format!("Found unknown categories [{cell}] in column {column} during transform");
            Error::usage(format!("{message} (row {row}, counted from 0)"))
        })
    }
}

impl Lookup {
    /// Writes the value of each element, or gives the place of the first one that is an error.
    fn each<'x, T: Copy>(
        &self,
        x: &[T],
        mut output: ViewMut<'_, '_>,
        find: impl Fn(&Table, T) -> Option<u32>,
        cell: impl Fn(T) -> CellView<'x>,
    ) -> Result<(), (usize, CellView<'x>)> {
        let tables = self.0.iter().cycle();
        for (at, (&x, table)) in x.iter().zip(tables).enumerate() {
            let value = match (find(table, x), table.unknown) {
                (Some(position), _) => table.values[position as usize],
                (None, Unknown::Value(value)) => value,
                (None, Unknown::Error) => return Err((at, cell(x))),
            };
            match &mut output {
                ViewMut::F32(out) => out[at] = value as f32,
                ViewMut::I64(out) => out[at] = value as i64,
                out => out.reborrow().f64s()[at] = value,
            }
        }
        Ok(())
    }
}
