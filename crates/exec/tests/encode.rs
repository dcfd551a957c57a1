//! Categories to values and positions, positions to ones, and missing elements of every dtype and layout.

use cannery_exec::Program;
use cannery_graph::{
    Builder, Check, DType, Edge, Error, Fill, Impute, Lookup, LookupColumn, Missing, MissingMask, OneHot, Op,
    Scalar, Signature, Unknown,
};
use cannery_rows::{Cell, CellView, Layout, RowsView, Values, ValuesView};

fn program(signature: Signature, body: impl FnOnce(&mut Builder) -> Result<Edge, Error>) -> Program {
    let mut b = Builder::new(signature);
    let y = body(&mut b).expect("types fit");
    b.output("y", y).expect("the only output");
    Program::compile(&b.finish(), &["y"]).expect("it is there")
}

fn text(text: &str) -> Scalar {
    Scalar::Str(text.into())
}

/// One column of categories; their values are 0, 1, 2, …
fn categories(categories: &[Scalar], unknown: Unknown) -> LookupColumn {
    let values = (0..categories.len()).map(|position| position as f64).collect();
    LookupColumn { number: 7, categories: categories.into(), values, unknown }
}

fn look_up(dtype: DType, columns: Vec<LookupColumn>, batch: &RowsView<'_>) -> Result<Values, String> {
    let lookup = Lookup::new(dtype, columns).expect("values of categories");
    let program = program(Signature::of(batch), |b| {
        let x = b.input(batch.columns())?;
        b.add(Op::Lookup(lookup), &[x])
    });
    program.run(batch).map(|mut outputs| outputs.remove(0).values).map_err(|error| error.to_string())
}

#[test]
fn elements_are_the_category_that_they_equal() {
    let mixed = [Scalar::None, Scalar::Float(f64::NAN), Scalar::Int(1), text("1"), Scalar::Float(2.5)];
    let column = || vec![categories(&mixed, Unknown::Value(-1.0))];
    let cells = [
        CellView::None,
        CellView::Float(-f64::NAN),
        CellView::Bool(true),
        CellView::Float(1.0),
        CellView::Str("1"),
        CellView::Float(2.5),
        CellView::Str("2.5"),
        CellView::Int(2),
    ];
    let got =
        look_up(DType::I64, column(), &RowsView::dense(ValuesView::Any(&cells), 8, 1).expect("a column"));
    assert_eq!(got, Ok(Values::I64(vec![0, 1, 2, 2, 3, 4, -1, -1])));
    let got = look_up(DType::F32, column(), &RowsView::f32(&[f32::NAN, 1.0, 0.1], 3, 1).expect("a column"));
    assert_eq!(got, Ok(Values::F32(vec![1.0, 2.0, -1.0])));
    let got =
        look_up(DType::F64, column(), &RowsView::dense(ValuesView::I64(&[1, 2]), 2, 1).expect("a column"));
    assert_eq!(got, Ok(Values::F64(vec![2.0, -1.0])));
    let batch = RowsView::dense(ValuesView::Bool(&[true, false]), 2, 1).expect("a column");
    assert_eq!(look_up(DType::I64, column(), &batch), Ok(Values::I64(vec![2, -1])));
    let batch = RowsView::dense(ValuesView::Str(&["1", "é"]), 2, 1).expect("a column");
    assert_eq!(look_up(DType::I64, column(), &batch), Ok(Values::I64(vec![3, -1])));
}

#[test]
fn an_unknown_category_is_named() {
    let columns = || {
        vec![categories(&[text("a")], Unknown::Value(9.0)), categories(&[Scalar::Float(1.0)], Unknown::Error)]
    };
    let cells = [CellView::Str("b"), CellView::Int(1), CellView::Str("a"), CellView::Str("it's")];
    let batch = RowsView::dense(ValuesView::Any(&cells), 2, 2).expect("two rows");
    let message =
        "Found unknown categories ['it's'] in column 7 during transform (row 1, counted from 0)".to_owned();
    assert_eq!(look_up(DType::F64, columns(), &batch), Err(message));
    let batch = RowsView::dense(ValuesView::Any(&cells[..2]), 1, 2).expect("a row");
    assert_eq!(look_up(DType::F64, columns(), &batch), Ok(Values::F64(vec![9.0, 0.0])));
}

#[test]
fn positions_are_ones() {
    let batch = RowsView::dense(ValuesView::I64(&[1, 0, -1, 2, 2, 3, 0, i64::MIN]), 4, 2).expect("four rows");
    let one_hot = |dtype, is_sparse| {
        let op = Op::OneHot(OneHot { widths: vec![2, 3], dtype, is_sparse });
        let program = program(Signature::dense(DType::I64), |b| {
            let x = b.input(2)?;
            b.add(op, &[x])
        });
        program.run(&batch).expect("any position will do").remove(0)
    };
    #[rustfmt::skip]
    let want = [0, 1, 1, 0, 0,  0, 0, 0, 0, 1,  0, 0, 0, 0, 0,  1, 0, 0, 0, 0];
    assert_eq!(one_hot(DType::I64, false).values, Values::I64(want.into()));
    assert_eq!(one_hot(DType::F32, false).values, Values::F32(want.map(|x| x as f32).into()));
    assert_eq!(one_hot(DType::Bool, false).values, Values::Bool(want.map(|x| x == 1).into()));
    let (indptr, indices) = (vec![0, 2, 3, 3, 4], vec![1, 2, 4, 0]);
    let got = one_hot(DType::F64, true);
    assert_eq!(got.layout, Layout::Csr { columns: 5, indptr, indices });
    assert_eq!(got.values, Values::F64(vec![1.0; 4]));
}

fn impute(batch: &RowsView<'_>, missing: Missing, fill: Fill) -> Values {
    impute_layout(batch, missing, fill).1
}

fn impute_layout(batch: &RowsView<'_>, missing: Missing, fill: Fill) -> (Layout, Values) {
    let program = program(Signature::of(batch), |b| {
        let x = b.input(batch.columns())?;
        b.add(Op::Impute(Impute { missing, fill }), &[x])
    });
    let got = program.run(batch).expect("nothing is refused").remove(0);
    (got.layout, got.values)
}

#[test]
fn missing_elements_of_objects_and_integers() {
    let cells = [CellView::None, CellView::Float(f64::NAN), CellView::Str("x"), CellView::Int(0)];
    let batch = RowsView::dense(ValuesView::Any(&cells), 2, 2).expect("two rows");
    let fill = || Fill::Scalars(vec![text("a"), Scalar::Int(5)]);
    let (a, x) = (Cell::Str("a".into()), Cell::Str("x".into()));
    let Values::Any(got) = impute(&batch, Missing::Scalar(Scalar::None), fill()) else { panic!("objects") };
    assert_eq!(got[0], a);
    assert!(matches!(got[1], Cell::Float(x) if x.is_nan()));
    let got = impute(&batch, Missing::Nan, fill());
    assert_eq!(got, Values::Any(vec![Cell::None, Cell::Int(5), x.clone(), Cell::Int(0)]));
    let Values::Any(got) = impute(&batch, Missing::Scalar(text("x")), fill()) else { panic!("objects") };
    assert_eq!(got[2], a);
    let batch = RowsView::dense(ValuesView::I64(&[1, -1, 2, 1]), 2, 2).expect("two rows");
    for missing in [Missing::Number(1.0), Missing::Scalar(Scalar::Int(1))] {
        assert_eq!(impute(&batch, missing, Fill::Integers(vec![7, 8])), Values::I64(vec![7, -1, 2, 8]));
    }
}

#[test]
fn missing_elements_that_are_stored() {
    let stored = [f64::NAN, 4.0, f64::NAN];
    let batch = RowsView::csr(&[0, 2, 2, 3], &[0, 2, 1], ValuesView::F64(&stored), 3).expect("three rows");
    let csr = |indptr: &[usize], indices: &[u32], values: &[f64]| {
        let layout = Layout::Csr { columns: 3, indptr: indptr.to_vec(), indices: indices.to_vec() };
        (layout, Values::F64(values.to_vec()))
    };
    let got = impute_layout(&batch, Missing::Nan, Fill::Floats(vec![1.0, 2.0, 3.0]));
    assert_eq!(got, csr(&[0, 2, 2, 3], &[0, 2, 1], &[1.0, 4.0, 2.0]));
    let program = program(Signature::csr(DType::F64), |b| {
        let x = b.input(3)?;
        b.add(Op::MissingMask(MissingMask(Missing::Nan)), &[x])
    });
    let got = program.run(&batch).expect("three rows").remove(0);
    assert_eq!((got.layout, got.values), csr(&[0, 1, 1, 2], &[0, 1], &[1.0, 1.0]));
}

#[test]
fn objects_are_looked_at_for_nan_only() {
    let checked = |check, cells: &[CellView<'_>]| {
        let program = program(Signature::dense(DType::Any), |b| {
            let x = b.input(1)?;
            b.add(Op::Guard(check), &[x])
        });
        let batch = RowsView::dense(ValuesView::Any(cells), cells.len(), 1).expect("a column");
        program.run(&batch).map(|_| ()).map_err(|error| error.to_string())
    };
    let cells = [CellView::None, CellView::Float(f64::INFINITY), CellView::Float(f64::NAN)];
    assert_eq!(checked(Check::NotInfinite, &cells), Ok(()));
    assert_eq!(checked(Check::Finite, &cells[..2]), Ok(()));
    let message = "Input X contains NaN (row 2, column 0, counted from 0)".to_owned();
    assert_eq!(checked(Check::Finite, &cells), Err(message));
}

#[test]
fn objects_that_are_texts() {
    let program = program(Signature::dense(DType::Any), |b| {
        let x = b.input(1)?;
        b.cast(x, DType::Str)
    });
    let run = |cells: &[CellView<'_>]| {
        program
            .run(&RowsView::dense(ValuesView::Any(cells), cells.len(), 1).expect("a column"))
            .map(|mut outputs| outputs.remove(0).values)
            .map_err(|error| error.to_string())
    };
    assert_eq!(run(&[CellView::Str("a")]), Ok(Values::Str(["a"].into_iter().collect())));
    let message = "nan instead of a text (row 1, column 0, counted from 0)".to_owned();
    assert_eq!(run(&[CellView::Str("a"), CellView::Float(f64::NAN)]), Err(message));
}

#[test]
fn functions_of_numbers_at_their_edges() {
    use cannery_graph::Function;
    let x = [0.0, -0.0, -1.0, 2.0, 1e-300, f64::INFINITY, f64::NAN];
    let nan = f64::NAN;
    let inf = f64::INFINITY;
    for (function, want) in [
        (Function::Sqrt, [0.0, -0.0, nan, 2_f64.sqrt(), 1e-150, inf, nan]),
        (Function::Absolute, [0.0, 0.0, 1.0, 2.0, 1e-300, inf, nan]),
        (Function::Square, [0.0, 0.0, 1.0, 4.0, 0.0, inf, nan]),
        (Function::Log1P, [0.0, -0.0, -inf, 3_f64.ln(), 1e-300, inf, nan]),
        (Function::ExpM1, [0.0, -0.0, (-1_f64).exp() - 1.0, 2_f64.exp() - 1.0, 1e-300, inf, nan]),
    ] {
        let program = program(Signature::dense(DType::F64), |b| {
            let x = b.input(1)?;
            b.add(Op::Elementwise(function), &[x])
        });
        let output = program.run(&RowsView::f64(&x, 7, 1).expect("a column")).expect("numbers").remove(0);
        let Values::F64(got) = output.values else { panic!("{:?}", output.values) };
        for (got, want) in got.iter().zip(want) {
            let is_near = (got - want).abs() <= 4.0 * f64::EPSILON * want.abs();
            let is_same = got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan());
            assert!(is_same || is_near, "{function:?}: {got} is not {want}");
        }
    }
}
