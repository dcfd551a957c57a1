//! Rows of a table: the one vocabulary that readers of tables, models and results share.
//!
//! * Owned: a [`Batch`] of rows, whose [`Data`] is dense, sparse (CSR), texts, or a frame of [`Named`] columns; a [`Column`]
//!   of results. Both hold [`Values`] of one [`DType`]; [`Texts`] and [`Cell`]s are their elements that are not numbers.
//! * Borrowed: [`RowsView`] and [`ValuesView`] are slices that lie anywhere, in a batch or in memory of the caller. A view
//!   checks once, when it is made, that its parts fit together; whoever takes it relies on that.
//!
//! This crate does not know where rows come from, nor what is computed from them.
//!
//! ```
//! use cannery_rows::{Batch, Data, DType, RowsView, Values, ValuesView};
//!
//! let batch = Batch { rows: 2, data: Data::Dense { columns: 2, values: Values::F32(vec![1.0, 2.0, 3.0, 4.0]) } };
//! assert_eq!(batch.view()?.columns(), 2);
//!
//! let numbers = [1.0, 2.0, 3.0, 4.0];
//! let rows = RowsView::f64(&numbers, 2, 2)?;
//! assert_eq!(rows.rows(), 2);
//! assert_eq!(ValuesView::F64(&numbers).dtype(), DType::F64);
//! assert!(RowsView::f64(&numbers, 3, 2).is_err());
//! # Ok::<(), cannery_rows::Mismatch>(())
//! ```

#![forbid(unsafe_code)]

mod batch;
mod cell;
mod column;
mod dtype;
mod mismatch;
mod texts;
mod values;
mod view;

pub use batch::{Batch, Data, Named};
pub use cell::{Cell, CellView, Number};
pub use column::{Column, Layout};
pub use dtype::DType;
pub use mismatch::Mismatch;
pub use texts::Texts;
pub use values::{Plain, Values};
pub use view::{DataView, RowsView, ValuesView};
