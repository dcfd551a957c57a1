//! What a kernel is, and what it is given to work on.

use std::fmt::Debug;

use crate::batch::Batch;
use crate::buffer::{Buffer, View, ViewMut};
use crate::error::Error;

/// Carries out one operator over the rows of a block.
pub(crate) trait Kernel: Debug + Send + Sync {
    /// Writes all of `output`: as many rows as the inputs have. What it writes for a row does not depend on where
    /// the block begins and ends.
    ///
    /// `'a` is the life of the batch and of the program, from which texts are passed on.
    fn run<'a>(&'a self, inputs: &Inputs<'_, 'a>, output: ViewMut<'_, 'a>) -> Result<(), Error>;
}

/// Where a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Input,
    Field(usize),
    Local(usize),
    Whole(usize),
}

/// Rows `first..first + rows` of the batch, on their way.
pub(crate) struct Block<'b, 'a> {
    pub(crate) first: usize,
    pub(crate) rows: usize,
    pub(crate) batch: &'b Batch<'a>,
    pub(crate) wholes: Vec<ViewMut<'b, 'a>>,
}

/// What a kernel takes.
pub(crate) struct Inputs<'s, 'a> {
    places: &'s [(Place, usize)],
    block: &'s Block<'s, 'a>,
    scratch: &'s [Buffer<'a>],
}

impl<'s, 'a> Inputs<'s, 'a> {
    /// Values that lie at these places (each with its columns) among the rows of a block.
    pub(crate) fn new(
        places: &'s [(Place, usize)],
        block: &'s Block<'s, 'a>,
        scratch: &'s [Buffer<'a>],
    ) -> Self {
        Self { places, block, scratch }
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.block.rows
    }

    /// Position of the first row in the batch.
    pub(crate) fn first_row(&self) -> usize {
        self.block.first
    }

    /// The value that the operator takes, of the only or first edge.
    pub(crate) fn x(&self) -> View<'s, 'a> {
        self.arg(0)
    }

    /// The value of one of the edges that the operator takes.
    pub(crate) fn arg(&self, index: usize) -> View<'s, 'a> {
        let (place, columns) = self.places[index];
        let Block { first, rows, batch, ref wholes } = *self.block;
        match place {
            Place::Input => batch.matrix(first, first + rows),
            Place::Field(column) => batch.field(column, first, first + rows),
            Place::Local(slot) => self.scratch[slot].view(rows * columns),
            Place::Whole(index) => wholes[index].as_view(),
        }
    }
}
