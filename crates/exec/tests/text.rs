//! Texts to counts, weights and rows of norm 1.

use cannery_exec::{ErrorKind, Program};
use cannery_graph::{
    Accents, Builder, CharSet, DType, Edge, Error, HashCounts, Lowercase, Norm, Op, Pattern, RowNorm,
    Signature, Spaces, Terms, TfIdf, TokenPattern, Tokens, Units, VocabCounts, unicode,
};
use cannery_rows::{Column, Layout, RowsView, Values, ValuesView};

fn tokens(units: Units, min_n: usize, max_n: usize) -> Op {
    Op::Tokens(Tokens { lowercase: Some(Lowercase::Full), accents: Accents::Keep, units, min_n, max_n })
}

/// `\w+`
fn words(stop_words: &[&str]) -> Units {
    let word = CharSet::new(unicode::word().iter().copied());
    let of = Box::new(Pattern::Set(word.clone()));
    let root = Pattern::Repeat { of, min: 1, max: None, greedy: true };
    let pattern = TokenPattern::new(root, word).expect("a fine pattern");
    Units::Words { pattern, stop_words: stop_words.iter().map(|&word| word.into()).collect() }
}

fn in_vocabulary(terms: &[&str], binary: bool, dtype: DType) -> Op {
    let vocabulary = Terms::new(terms.iter().copied()).expect("few");
    Op::VocabCounts(VocabCounts { vocabulary, binary, dtype })
}

fn program(signature: Signature, body: impl FnOnce(&mut Builder) -> Result<Edge, Error>) -> Program {
    let mut b = Builder::new(signature);
    let y = body(&mut b).expect("types fit");
    b.output("y", y).expect("the only output");
    Program::compile(&b.finish(), &["y"]).expect("it is there")
}

fn of_texts(texts: &[&str], tokens: Op, counts: Op) -> Csr {
    let program = program(Signature::Text, |b| {
        let x = b.field(0)?;
        let x = b.add(tokens, &[x])?;
        b.add(counts, &[x])
    });
    csr(program.run(&RowsView::texts(texts)).expect("fine texts").remove(0))
}

struct Csr {
    indptr: Vec<usize>,
    indices: Vec<u32>,
    values: Values,
}

fn csr(column: Column) -> Csr {
    let Layout::Csr { indptr, indices, .. } = column.layout else { panic!("{column:?}") };
    Csr { indptr, indices, values: column.values }
}

#[test]
fn terms_are_counted_by_column() {
    let counts = in_vocabulary(&["b", "a b", "ä", "c"], false, DType::I64);
    let got = of_texts(&["A b Ä, b a b", "", "x", "C"], tokens(words(&[]), 1, 2), counts);
    assert_eq!((got.indptr, got.indices), (vec![0, 3, 3, 3, 4], vec![0, 1, 2, 3]));
    assert_eq!(got.values, Values::I64(vec![3, 2, 1, 1]));
    let counts = in_vocabulary(&["b", "a b"], true, DType::F32);
    let got = of_texts(&["a the b b"], tokens(words(&["the"]), 1, 2), counts);
    assert_eq!((got.indices, got.values), (vec![0, 1], Values::F32(vec![1.0, 1.0])));
}

#[test]
fn characters_are_counted_in_texts_and_in_words() {
    let terms = ["é", " ", "a ", "\n", " é ", "é b"];
    let counts = || in_vocabulary(&terms, false, DType::F64);
    let got = of_texts(
        &["É  a \t\n\u{3000}é\nb"],
        tokens(Units::Chars { spaces: Spaces::Unicode }, 1, 3),
        counts(),
    );
    assert_eq!((got.indices, got.values), (vec![0, 1, 2, 3], Values::F64(vec![2.0, 2.0, 1.0, 1.0])));
    let got = of_texts(&["é  a\t"], tokens(Units::CharsInWords, 3, 5), counts());
    assert_eq!((got.indices, got.values), (vec![4], Values::F64(vec![1.0])), "a short word counts once");
}

#[test]
fn sums_by_hash_keep_what_cancels() {
    let hash =
        HashCounts { columns: 1, alternate_sign: true, absolute: false, binary: false, dtype: DType::F64 };
    // the hashes of a, ab and abc are positive, negative, negative
    for (counts, want) in [
        (hash, [-1.0, 0.0]),
        (HashCounts { absolute: true, ..hash }, [1.0, 0.0]),
        (HashCounts { alternate_sign: false, ..hash }, [3.0, 2.0]),
        (HashCounts { binary: true, ..hash }, [1.0, 1.0]),
    ] {
        let got = of_texts(&["a ab abc", "", "ab a"], tokens(words(&[]), 1, 1), Op::HashCounts(counts));
        assert_eq!(got.indptr, [0, 1, 1, 2]);
        assert_eq!(got.values, Values::F64(want.to_vec()), "{counts:?}");
    }
}

#[test]
fn tokens_themselves_are_no_output() {
    let mut b = Builder::new(Signature::Text);
    let x = b.field(0).expect("the texts");
    let x = b.add(tokens(words(&[]), 1, 1), &[x]).expect("types fit");
    b.output("transform", x).expect("the only output");
    let error = Program::compile(&b.finish(), &["transform"]).expect_err("rows of different lengths");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn lengths_of_ngrams_are_bounded() {
    for (min_n, max_n) in [(0, 1), (2, 1), (1, Tokens::MAX_N + 1)] {
        let mut b = Builder::new(Signature::Text);
        let x = b.field(0).expect("the texts");
        assert!(b.add(tokens(words(&[]), min_n, max_n), &[x]).is_err(), "{min_n} to {max_n}");
    }
}

const INDPTR: [usize; 4] = [0, 2, 2, 4];
const INDICES: [u32; 4] = [0, 2, 1, 2];
const STORED: [f64; 4] = [3.0, -4.0, 0.0, 1.0];

fn on_sparse(op: Op) -> Values {
    let program = program(Signature::csr(DType::F64), |b| {
        let x = b.input(3)?;
        b.add(op, &[x])
    });
    let batch = RowsView::csr(&INDPTR, &INDICES, ValuesView::F64(&STORED), 3).expect("three rows");
    program.run(&batch).expect("a fine batch").remove(0).values
}

fn on_dense<'a>(x: ValuesView<'a>, dtype: DType, columns: usize, op: Op) -> Column {
    let program = program(Signature::dense(dtype), |b| {
        let x = b.input(columns)?;
        b.add(op, &[x])
    });
    let batch = RowsView::dense(x, x.len() / columns, columns).expect("a matrix");
    program.run(&batch).expect("a fine batch").remove(0)
}

#[test]
fn rows_of_norm_one() {
    let norm = |norm| Op::RowNorm(RowNorm { norm, floor: false });
    for (op, want) in [
        (norm(Norm::L1), [3.0 / 7.0, -4.0 / 7.0, 0.0, 1.0]),
        (norm(Norm::L2), [0.6, -0.8, 0.0, 1.0]),
        (norm(Norm::Max), [0.75, -1.0, 0.0, 1.0]),
        (norm(Norm::SignedMax), [1.0, -4.0 / 3.0, 0.0, 1.0]),
    ] {
        assert_eq!(on_sparse(op.clone()), Values::F64(want.to_vec()), "{op}");
    }
    let x = [3.0, -4.0, 0.0, 0.0, -2.0, -1.0];
    let got = on_dense(ValuesView::F64(&x), DType::F64, 2, norm(Norm::L2)).values;
    let Values::F64(got) = got else { panic!("{got:?}") };
    assert_eq!(got[..4], [0.6, -0.8, 0.0, 0.0]);
    let got = on_dense(ValuesView::F64(&x), DType::F64, 2, norm(Norm::SignedMax)).values;
    assert_eq!(got, Values::F64(vec![1.0, -4.0 / 3.0, 0.0, 0.0, 2.0, 1.0]), "a negative maximum divides too");
    let tiny = [1e-16, 2e-7];
    for (floor, want) in [(false, [1.0, 1.0]), (true, [1e-16, 1.0])] {
        let op = Op::RowNorm(RowNorm { norm: Norm::Max, floor });
        assert_eq!(on_dense(ValuesView::F64(&tiny), DType::F64, 1, op).values, Values::F64(want.to_vec()));
    }
    let x = [0.1_f32, 0.2];
    let got = on_dense(ValuesView::F32(&x), DType::F32, 2, norm(Norm::Max)).values;
    assert_eq!(got, Values::F32(vec![0.5, 1.0]));
}

#[test]
fn weights_of_what_is_stored() {
    let idf = Some([2.0, 3.0, 0.5].into());
    let got = on_sparse(Op::TfIdf(TfIdf { sublinear: false, idf: idf.clone() }));
    assert_eq!(got, Values::F64(vec![6.0, -2.0, 0.0, 0.5]));
    let Values::F64(got) = on_sparse(Op::TfIdf(TfIdf { sublinear: true, idf })) else { panic!("f64") };
    assert!(((3.0_f64.ln() + 1.0) * 2.0 - got[0]).abs() < 1e-15 && got[1].is_nan());
    assert_eq!(got[2..], [f64::NEG_INFINITY, 0.5], "a stored zero has a logarithm");
}

#[test]
fn zeros_are_not_stored() {
    let x = [0.0, -0.0, f64::NAN, 1.0];
    let got = csr(on_dense(ValuesView::F64(&x), DType::F64, 2, Op::Sparse));
    assert_eq!((got.indptr, got.indices), (vec![0, 0, 2], vec![0, 1]));
    let got = csr(on_dense(ValuesView::I64(&[0, 7]), DType::I64, 2, Op::Sparse));
    assert_eq!((got.indices, got.values), (vec![1], Values::I64(vec![7])));
}
