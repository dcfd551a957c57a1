//! Kernels between each row and each of some constant points.

use cannery_graph::{DType, Kernel, Matrix, PairKernel, Points, SparseMatrix};

use super::distance::{Term, differences};
use super::emit::{Arg, Made, Value};
use super::net::{Net, data_type};
use super::proto::{TensorTypeProto, TypeProto, ValueInfoProto};

/// Elements of sparse points that are written with their zeros.
const MAX_ELEMENTS: usize = 1 << 27;

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

/// The points as columns.
pub(super) fn transposed(net: &mut Net, points: &Matrix) -> String {
    let values: Vec<f64> = (0..points.columns())
        .flat_map(|column| (0..points.rows()).map(move |row| points.row(row)[column]))
        .collect();
    net.floats(DType::F64, &[points.columns(), points.rows()], &values)
}

/// A value of the body of a loop, of any dimensions.
pub(super) fn untyped(name: &str, dtype: DType) -> ValueInfoProto {
    let tensor_type = Some(TensorTypeProto { elem_type: data_type(dtype) as i32, shape: None });
    ValueInfoProto { name: name.to_owned(), r#type: Some(TypeProto { tensor_type, ..TypeProto::default() }) }
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
