//! Nodes that only move, join, pick and convert elements.

use cannery_graph::DType;

use super::net::{Net, data_type, int};

impl Net {
    /// Elements in another dtype.
    pub(super) fn cast(&mut self, x: &str, to: DType) -> String {
        self.op_with("Cast", &[x], vec![int("to", data_type(to) as i64)])
    }

    /// Parts along an axis by position.
    pub(super) fn gather(&mut self, x: &str, positions: &str, axis: i64) -> String {
        self.op_with("Gather", &[x, positions], vec![int("axis", axis)])
    }

    /// These columns of a matrix.
    pub(super) fn columns(&mut self, x: &str, columns: &[usize]) -> String {
        let columns = self.list(columns);
        self.gather(x, &columns, 1)
    }

    /// Side by side along an axis.
    pub(super) fn concat(&mut self, parts: &[String], axis: i64) -> String {
        if let [only] = parts {
            return only.clone();
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        self.op_with("Concat", &parts, vec![int("axis", axis)])
    }

    /// The same elements with other dimensions.
    pub(super) fn reshape(&mut self, x: &str, dims: &[i64]) -> String {
        let dims = self.ints(&[dims.len()], dims);
        self.op("Reshape", &[x, &dims])
    }

    /// A new axis of one element.
    pub(super) fn unsqueeze(&mut self, x: &str, axis: usize) -> String {
        let axes = self.list(&[axis]);
        self.op("Unsqueeze", &[x, &axes])
    }

    /// Without an axis of one element.
    pub(super) fn squeeze(&mut self, x: &str, axis: usize) -> String {
        let axes = self.list(&[axis]);
        self.op("Squeeze", &[x, &axes])
    }

    /// `ReduceSum`, `ReduceMax`, … along an axis.
    pub(super) fn reduce(&mut self, kind: &str, x: &str, axis: usize, keep: bool) -> String {
        let axes = self.list(&[axis]);
        self.op_with(kind, &[x, &axes], vec![int("keepdims", i64::from(keep))])
    }

    /// A constant \[1,…\] for each row: the rows are those of x.
    pub(super) fn for_each_row(&mut self, constant: &str, dims: &[usize], x: &str) -> String {
        let rows = self.op_with("Shape", &[x], vec![int("start", 0), int("end", 1)]);
        let dims = self.list(dims);
        let dims = self.concat(&[rows, dims], 0);
        self.op("Expand", &[constant, &dims])
    }
}
