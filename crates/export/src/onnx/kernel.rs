//! Kernels and distances between each row and each of some constant points.
//!
//! ‖x‖² − 2xy + ‖y‖² loses digits where x is near y, and so do the distances of ONNX Runtime. So differences are added up
//! feature by feature, in the order of the features.

use cannery_graph::{DType, Kernel, Matrix, PairKernel, Points, SparseMatrix};

use super::emit::{Arg, Made, Value};
use super::net::{Net, data_type, int, of_graph};
use super::proto::{TensorTypeProto, TypeProto, ValueInfoProto};

/// Features up to which each has nodes of its own; from there on a loop goes through them.
const MAX_UNROLLED: usize = 64;
/// Elements of sparse points that are written with their zeros.
const MAX_ELEMENTS: usize = 1 << 27;

/// Why distances can't be exported.
pub(super) const DISTANCES: &str = "distances to points are not written yet";

/// The kernel of each row with each support vector.
pub(super) fn pair_kernel(net: &mut Net, x: Arg<'_>, pairs: &PairKernel) -> Made {
    let x = x.tensor()?;
    let vectors = match &pairs.vectors {
        Points::Dense(matrix) => matrix.clone(),
        Points::Sparse(matrix) => dense(matrix)?,
    };
    let scalar = |net: &mut Net, value| net.float(DType::F64, value);
    let scaled = |net: &mut Net, gamma: f64, coef0: f64| {
        let products = products(net, x, &vectors);
        let gamma = net.float(DType::F64, gamma);
        let products = net.op("Mul", &[&gamma, &products]);
        let coef0 = net.float(DType::F64, coef0);
        net.op("Add", &[&products, &coef0])
    };
    Ok(Value::Tensor(match pairs.kernel {
        Kernel::Linear => products(net, x, &vectors),
        Kernel::Poly { gamma, coef0, degree } => {
            let base = scaled(net, gamma, coef0);
            power(net, &base, degree)
        }
        Kernel::Rbf { gamma } => {
            let squares = differences(net, x, &vectors, Term::Square, "Add");
            let factor = scalar(net, -gamma);
            let exponent = net.op("Mul", &[&factor, &squares]);
            net.op("Exp", &[&exponent])
        }
        Kernel::Sigmoid { gamma, coef0 } => {
            let argument = scaled(net, gamma, coef0);
            net.op("Tanh", &[&argument])
        }
    }))
}

/// By repeated squaring from the lowest bit.
fn power(net: &mut Net, base: &str, degree: u32) -> String {
    let (mut result, mut square, mut rest): (Option<String>, String, u32) = (None, base.to_owned(), degree);
    while rest > 0 {
        if rest & 1 == 1 {
            result = Some(match result {
                Some(result) => net.op("Mul", &[&result, &square]),
                None => square.clone(),
            });
        }
        rest >>= 1;
        if rest > 0 {
            square = net.op("Mul", &[&square, &square]);
        }
    }
    result.unwrap_or_else(|| {
        let zero = net.float(DType::F64, 0.0);
        net.op("Pow", &[base, &zero])
    })
}

/// x·y of each row with each point.
pub(super) fn products(net: &mut Net, x: &str, points: &Matrix) -> String {
    let points = transposed(net, points);
    net.op("MatMul", &[x, &points])
}

fn transposed(net: &mut Net, points: &Matrix) -> String {
    let values: Vec<f64> = (0..points.columns())
        .flat_map(|column| (0..points.rows()).map(move |row| points.row(row)[column]))
        .collect();
    net.floats(DType::F64, &[points.columns(), points.rows()], &values)
}

/// What a feature adds to a distance, of the difference x − y.
#[derive(Clone, Copy)]
pub(super) enum Term {
    /// (x − y)²
    Square,
    /// |x − y|
    Absolute,
    /// |x − y|^p
    Power(f64),
}

impl Term {
    fn emit(self, net: &mut Net, difference: &str) -> String {
        match self {
            Self::Square => net.op("Mul", &[difference, difference]),
            Self::Absolute => net.op("Abs", &[difference]),
            Self::Power(p) => {
                let absolute = net.op("Abs", &[difference]);
                let p = net.float(DType::F64, p);
                net.op("Pow", &[&absolute, &p])
            }
        }
    }
}

/// The terms of all features, brought together by `Add` or `Max` in the order of the features: f64\[n, points\].
pub(super) fn differences(net: &mut Net, x: &str, points: &Matrix, term: Term, merge: &str) -> String {
    if points.columns() > MAX_UNROLLED {
        return differences_in_loop(net, x, points, term, merge);
    }
    let mut sum: Option<String> = None;
    for feature in 0..points.columns() {
        let values: Vec<f64> = (0..points.rows()).map(|row| points.row(row)[feature]).collect();
        let values = net.floats(DType::F64, &[1, values.len()], &values);
        let column = net.columns(x, &[feature]);
        let difference = net.op("Sub", &[&column, &values]);
        let value = term.emit(net, &difference);
        sum = Some(match sum {
            Some(sum) => net.op(merge, &[&sum, &value]),
            None => value,
        });
    }
    sum.unwrap_or_default()
}

/// `Scan` over the features: the columns of x, and those of the points.
fn differences_in_loop(net: &mut Net, x: &str, points: &Matrix, term: Term, merge: &str) -> String {
    let count = points.rows();
    let features = transposed(net, points);
    let rows = net.op("Transpose", &[x]);
    let start = net.floats(DType::F64, &[1, 1], &[0.0]);
    let start = net.for_each_row(&start, &[count], x);
    let mut body = net.body();
    let [sum, column, values] = ["sum", "column", "values"].map(|name| body.given(name));
    let as_column = body.unsqueeze(&column, 1);
    let as_row = body.unsqueeze(&values, 0);
    let difference = body.op("Sub", &[&as_column, &as_row]);
    let value = term.emit(&mut body, &difference);
    let result = body.op(merge, &[&sum, &value]);
    let mut graph = body.finish("features");
    graph.input = [sum, column, values].map(|name| untyped(&name, DType::F64)).into();
    graph.output = vec![untyped(&result, DType::F64)];
    let attributes = vec![int("num_scan_inputs", 2), of_graph("body", graph)];
    net.op_with("Scan", &[&start, &rows, &features], attributes)
}

/// A value of the body of a loop, of any dimensions.
pub(super) fn untyped(name: &str, dtype: DType) -> ValueInfoProto {
    let tensor_type = Some(TensorTypeProto { elem_type: data_type(dtype) as i32, shape: None });
    ValueInfoProto { name: name.to_owned(), r#type: Some(TypeProto { tensor_type }) }
}

fn dense(sparse: &SparseMatrix) -> Result<Matrix, String> {
    let (rows, columns) = (sparse.rows(), sparse.columns());
    let elements = rows.checked_mul(columns).filter(|&elements| elements <= MAX_ELEMENTS);
    let elements = elements.ok_or_else(|| format!("{rows} sparse points of {columns} features"))?;
    let mut values = vec![0.0; elements];
    for row in 0..rows {
        let (places, stored) = sparse.row(row);
        places.iter().zip(stored).for_each(|(&place, &value)| values[row * columns + place as usize] = value);
    }
    Matrix::new(rows, columns, values).ok_or_else(|| "sparse points".to_owned())
}
