//! Sparse rows, columns with names, texts and mixed values: what each operator that takes them gives.

use cannery_exec::Program;
use cannery_graph::{
    Arithmetic, Builder, Check, Columns, DType, Edge, Error, Linear, Matrix, Op, Scale, Signature,
};
use cannery_rows::{Cell, CellView, Column, Layout, RowsView, Values, ValuesView};

const INDPTR: [usize; 4] = [0, 2, 2, 3];
const INDICES: [u32; 3] = [0, 2, 1];
const STORED: [f64; 3] = [1.0, -2.0, 4.0];

/// The rows [1, 0, -2], [0, 0, 0], [0, 4, 0].
fn sparse() -> RowsView<'static> {
    RowsView::csr(&INDPTR, &INDICES, ValuesView::F64(&STORED), 3).expect("three rows")
}

fn program(signature: Signature, body: impl FnOnce(&mut Builder) -> Result<Edge, Error>) -> Program {
    let mut b = Builder::new(signature);
    let y = body(&mut b).expect("types fit");
    b.output("y", y).expect("the only output");
    Program::compile(&b.finish(), &["y"]).expect("it is there")
}

fn on_sparse(body: impl FnOnce(&mut Builder, Edge) -> Result<Edge, Error>) -> (Layout, Values) {
    let program = program(Signature::csr(DType::F64), |b| {
        let x = b.input(3)?;
        body(b, x)
    });
    both(&program.run(&sparse()).expect("a fine batch")[0])
}

fn both(column: &Column) -> (Layout, Values) {
    (column.layout.clone(), column.values.clone())
}

fn csr(indptr: &[usize], indices: &[u32], values: &[f64]) -> (Layout, Values) {
    csr_of(3, indptr, indices, values)
}

fn csr_of(columns: usize, indptr: &[usize], indices: &[u32], values: &[f64]) -> (Layout, Values) {
    let layout = Layout::Csr { columns, indptr: indptr.to_vec(), indices: indices.to_vec() };
    (layout, Values::F64(values.to_vec()))
}

#[test]
fn sparse_rows() {
    let dense = on_sparse(Builder::dense);
    assert_eq!(dense.1, Values::F64(vec![1.0, 0.0, -2.0, 0.0, 0.0, 0.0, 0.0, 4.0, 0.0]));

    let guarded = on_sparse(|b, x| b.add(Op::Guard(Check::Finite), &[x]));
    assert_eq!(guarded, csr(&INDPTR, &INDICES, &STORED));

    let scale = Scale { steps: vec![(Arithmetic::Multiply, vec![2.0, 3.0, 5.0])] };
    assert_eq!(on_sparse(|b, x| b.add(Op::Scale(scale), &[x])), csr(&INDPTR, &INDICES, &[2.0, -10.0, 12.0]));

    let picked = on_sparse(|b, x| b.add(Op::Columns(Columns(vec![2, 0, 2])), &[x]));
    assert_eq!(picked, csr(&[0, 3, 3, 3], &[0, 1, 2], &[-2.0, 1.0, -2.0]));

    let twice = on_sparse(|b, x| b.add(Op::Concat, &[x, x]));
    assert_eq!(twice, csr_of(6, &[0, 4, 4, 6], &[0, 2, 3, 5, 1, 4], &[1.0, -2.0, 1.0, -2.0, 4.0, 4.0]));

    for outputs in [1, 9] {
        let weights = Vec::from_iter((0..outputs * 3).map(|i| i as f64));
        let weights = Matrix::new(outputs, 3, weights).expect("as many as said");
        let op = Op::Linear(Linear { weights, intercepts: Some(vec![0.5; outputs]) });
        let product = |row: [f64; 3], j: usize| {
            row.iter().enumerate().map(|(f, x)| x * (3 * j + f) as f64).sum::<f64>() + 0.5
        };
        let rows = [[1.0, 0.0, -2.0], [0.0; 3], [0.0, 4.0, 0.0]];
        let want = rows.iter().flat_map(|row| (0..outputs).map(|j| product(*row, j))).collect();
        assert_eq!(on_sparse(|b, x| b.add(op, &[x])).1, Values::F64(want), "{outputs} outputs");
    }
}

#[test]
fn many_blocks_of_sparse_rows_join_in_order() {
    let rows = 3000;
    let indptr = Vec::from_iter((0..=rows).map(|row| row - row / 3));
    let indices = Vec::from_iter((0..indptr[rows]).map(|at| (at % 7) as u32));
    let values = Vec::from_iter((0..indptr[rows]).map(|at| at as f64));
    let scale = Scale { steps: vec![(Arithmetic::Divide, vec![2.0; 7])] };
    let program = program(Signature::csr(DType::F64), |b| {
        let x = b.input(7)?;
        b.add(Op::Scale(scale), &[x])
    });
    let batch = RowsView::csr(&indptr, &indices, ValuesView::F64(&values), 7).expect("rows in order");
    let halves = Vec::from_iter(values.iter().map(|x| x / 2.0));
    assert_eq!(both(&program.run(&batch).expect("fine")[0]), csr_of(7, &indptr, &indices, &halves));
    let none = RowsView::csr(&[0], &[], ValuesView::F64(&[]), 7).expect("no row");
    assert_eq!(both(&program.run(&none).expect("fine")[0]), csr_of(7, &[0], &[], &[]));
}

#[test]
fn sparse_matrices_that_are_none() {
    for (indptr, indices, message) in [
        (&[][..], &[][..], "indptr is empty"),
        (&[0, 2, 1], &[0, 1], "indptr is not that of 2 rows"),
        (&[0, 3], &[0, 1], "do not fit together"),
        (&[0, 2], &[1, 1], "row 0 has indices that do not rise"),
        (&[0, 2], &[1, 3], "beyond 3 columns"),
    ] {
        let error = RowsView::csr(indptr, indices, ValuesView::F64(&[1.0, 2.0][..indices.len()]), 3);
        let error = error.expect_err("no matrix").to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn a_stored_nan_is_found_in_its_row() {
    let program = program(Signature::csr(DType::F64), |b| {
        let x = b.input(3)?;
        b.add(Op::Guard(Check::Finite), &[x])
    });
    let batch =
        RowsView::csr(&INDPTR, &INDICES, ValuesView::F64(&[1.0, 2.0, f64::NAN]), 3).expect("three rows");
    let error = program.run(&batch).expect_err("NaN").to_string();
    assert_eq!(error, "Input X contains NaN (row 2, column 1, counted from 0)");
}

#[test]
fn columns_with_names() {
    let signature = Signature::frame([("age", DType::F64), ("name", DType::Str), ("any", DType::Any)]);
    let program = program(signature.clone(), |b| {
        let name = b.field(1)?;
        let name = b.cast(name, DType::Any)?;
        let age = b.field(0)?;
        let age = b.cast(age, DType::Any)?;
        let any = b.field(2)?;
        b.add(Op::Concat, &[name, any, age])
    });
    let cells = [CellView::None, CellView::Int(3)];
    let columns = vec![
        ("age", ValuesView::F64(&[1.5, 2.0])),
        ("name", ValuesView::Str(&["a", "é"])),
        ("any", ValuesView::Any(&cells)),
    ];
    let batch = RowsView::frame(columns, 2).expect("two rows");
    assert_eq!(Signature::of(&batch), signature);
    let output = program.run(&batch).expect("a fine batch").remove(0);
    assert_eq!(output.layout, Layout::Matrix(3));
    let text = |text: &str| Cell::Str(text.into());
    let want = [text("a"), Cell::None, Cell::Float(1.5)];
    let want = Vec::from_iter(want.into_iter().chain([text("é"), Cell::Int(3), Cell::Float(2.0)]));
    assert_eq!(output.values, Values::Any(want));
    assert!(RowsView::frame(vec![("age", ValuesView::F64(&[1.0]))], 2).is_err());
}

#[test]
fn mixed_values_are_floats_as_numpy_makes_them() {
    let program = program(Signature::dense(DType::Any), |b| {
        let x = b.input(5)?;
        b.cast(x, DType::F64)
    });
    let cells = [
        CellView::Int(2),
        CellView::Bool(true),
        CellView::Float(0.5),
        CellView::Str(" 1e3 "),
        CellView::None,
    ];
    let output = program
        .run(&RowsView::dense(ValuesView::Any(&cells), 1, 5).expect("a row"))
        .expect("numbers")
        .remove(0);
    let Values::F64(values) = output.values else { panic!("{:?}", output.values) };
    assert_eq!(values[..4], [2.0, 1.0, 0.5, 1000.0]);
    assert!(values[4].is_nan());
    let error =
        program.run(&RowsView::dense(ValuesView::Any(&[CellView::Str("red"); 5]), 1, 5).expect("a row"));
    let message = "could not convert string to float: 'red' (row 0, column 0, counted from 0)";
    assert_eq!(error.expect_err("a text").to_string(), message);
}

#[test]
fn texts_pass_through() {
    let program = program(Signature::Text, |b| b.field(0));
    let output = program.run(&RowsView::texts(&["a", "", "ß"])).expect("three rows").remove(0);
    let Values::Str(texts) = &output.values else { panic!("{:?}", output.values) };
    assert_eq!((Vec::from_iter(texts.iter()), output.layout), (vec!["a", "", "ß"], Layout::Vector));
}
