use cannery_graph::Shape;
use cannery_rows::{Cell, Column, Layout, Values};

use crate::buffer::Buffer;
use crate::csr::Stored;

/// A named result: the elements of a buffer over all rows, without a copy of numbers.
pub(crate) fn column(name: &str, rows: usize, shape: Shape, buffer: Buffer<'_>) -> Column {
    let (layout, values) = match buffer {
        Buffer::F32(values) => (dense(shape), Values::F32(values)),
        Buffer::F64(values) => (dense(shape), Values::F64(values)),
        Buffer::I64(values) => (dense(shape), Values::I64(values)),
        Buffer::Bool(values) => (dense(shape), Values::Bool(values)),
        Buffer::Str(texts) => (dense(shape), Values::Str(texts.into_iter().collect())),
        Buffer::Any(cells) => (dense(shape), Values::Any(cells.into_iter().map(Cell::from).collect())),
        Buffer::Csr(rows) => {
            let (indptr, indices, values) = rows.into_parts();
            let values = match values {
                Stored::F32(values) => Values::F32(values),
                Stored::F64(values) => Values::F64(values),
                Stored::I64(values) => Values::I64(values),
            };
            (Layout::Csr { columns: shape.columns(), indptr, indices }, values)
        }
        Buffer::Hits(hits) => unreachable!("no program gives {hits:?}"),
    };
    Column { name: name.to_owned(), rows, layout, values }
}

fn dense(shape: Shape) -> Layout {
    match shape {
        Shape::Matrix(columns) | Shape::Csr(columns) => Layout::Matrix(columns),
        Shape::Vector | Shape::Ragged | Shape::Hits(_) => Layout::Vector,
    }
}
