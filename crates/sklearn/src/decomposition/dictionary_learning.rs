//! `sklearn.decomposition.DictionaryLearning`, `MiniBatchDictionaryLearning` and `SparseCoder`: a few atoms for each row.

use cannery_graph::{
    Arith, Arithmetic, Builder, Check, Columns, DType, Edge, Function, Matrix, Op, Scale, SparseCode,
};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::numpy::Weights;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &[
        "sklearn.decomposition.DictionaryLearning",
        "sklearn.decomposition.MiniBatchDictionaryLearning",
        "sklearn.decomposition.SparseCoder",
    ],
    // the second until 0.21
    modules: &["sklearn.decomposition._dict_learning", "sklearn.decomposition.dict_learning"],
    read,
};

#[derive(Debug)]
struct DictionaryLearning {
    name: &'static str,
    dictionary: Weights,
    algorithm: Algorithm,
    splits: bool,
    is_positive: bool,
    goes_back: bool,
    /// Until 1.0 codes are float64, whatever X is.
    gives_f64: bool,
}

#[derive(Clone, Copy, Debug)]
enum Algorithm {
    /// Products less this, towards 0.
    Threshold(f64),
    /// So many atoms by orthogonal matching pursuit.
    Omp(usize),
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    // a SparseCoder had components_ until 0.23
    let name =
        ["components_", "dictionary"].into_iter().find(|name| state.has(name)).unwrap_or("components_");
    state.expect_fitted(name, "atoms")?;
    let dictionary = Weights::read(state, name)?;
    const POSITIVE: &str = "positive_code"; // since 0.20
    Ok(Box::new(DictionaryLearning {
        name: state.name(),
        algorithm: algorithm(state, &dictionary)?,
        dictionary,
        splits: state.bool("split_sign")?,
        is_positive: state.has(POSITIVE) && state.bool(POSITIVE)?,
        goes_back: state.since(1, 5),
        gives_f64: !state.since(1, 1),
    }))
}

fn algorithm(state: &State<'_>, dictionary: &Weights) -> Result<Algorithm, Error> {
    const NAME: &str = "transform_algorithm";
    let (atoms, features) = (dictionary.rows(), dictionary.columns());
    match state.text(NAME)?.as_deref() {
        Some("threshold") => {
            // since 1.2 that of fit stands in, where there is one
            let own =
                if state.is_none("transform_alpha")? { None } else { Some(state.float("transform_alpha")?) };
            let of_fit = state.has("alpha") && state.since(1, 2);
            let alpha = match own {
                Some(alpha) => alpha,
                None if of_fit => state.float("alpha")?,
                None => 1.0,
            };
            Ok(Algorithm::Threshold(alpha))
        }
        Some("omp") => {
            const COUNT: &str = "transform_n_nonzero_coefs";
            let count = match state.is_none(COUNT)? {
                true => (features as f64 / 10.0).max(1.0).min(atoms as f64) as usize,
                false => usize::try_from(state.int(COUNT)?).unwrap_or(0),
            };
            match (1..=atoms).contains(&count) {
                true => Ok(Algorithm::Omp(count)),
                false => Err(state.unsupported(COUNT, format!("{count} atoms of {atoms}"))),
            }
        }
        other => Err(state.unsupported(NAME, format!("{other:?}; 'omp' and 'threshold' work"))),
    }
}

impl DictionaryLearning {
    fn codes(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let atoms = self.dictionary.rows();
        let products = self.dictionary.product(builder, x)?;
        match self.algorithm {
            Algorithm::Omp(count) => {
                let d = &self.dictionary.matrix;
                let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
                let gram = (0..atoms * atoms).map(|at| dot(d.row(at / atoms), d.row(at % atoms))).collect();
                let gram: Matrix = self.dictionary.with(atoms, atoms, gram).matrix;
                Ok(builder.add(Op::SparseCode(SparseCode { gram, atoms: count }), &[products])?)
            }
            Algorithm::Threshold(alpha) => {
                let sign = builder.add(Op::Elementwise(Function::Sign), &[products])?;
                let size = builder.add(Op::Elementwise(Function::Absolute), &[products])?;
                let steps = vec![(Arithmetic::Subtract, vec![alpha; atoms])];
                let size = builder.add(Op::Scale(Scale { steps }), &[size])?;
                let size = builder.add(Op::Elementwise(Function::Relu), &[size])?;
                let code = builder.add(Op::Arith(Arith::Multiply), &[sign, size])?;
                Ok(if self.is_positive {
                    builder.add(Op::Elementwise(Function::Relu), &[code])?
                } else {
                    code
                })
            }
        }
    }

    fn columns(&self) -> usize {
        self.dictionary.rows() * if self.splits { 2 } else { 1 }
    }
}

impl Estimator for DictionaryLearning {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.dictionary.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name, self.dictionary.rows())
    }

    fn inverse_columns(&self) -> Option<usize> {
        self.goes_back.then(|| self.columns())
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let mut x = x.dense_floats(builder)?;
        if self.splits {
            let atoms = self.dictionary.rows();
            let above = builder.add(Op::Columns(Columns((0..atoms).collect())), &[x])?;
            let below = builder.add(Op::Columns(Columns((atoms..2 * atoms).collect())), &[x])?;
            x = builder.add(Op::Arith(Arith::Subtract), &[above, below])?;
        }
        self.dictionary.transposed().product(builder, x)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let mut codes = self.codes(builder, x)?;
        if self.gives_f64 {
            codes = builder.cast(codes, DType::F64)?;
        }
        if !self.splits {
            return Ok(Methods::transform(codes));
        }
        // the two halves are float64
        let codes = builder.cast(codes, DType::F64)?;
        let negated = builder.add(Op::Elementwise(Function::Negate), &[codes])?;
        let both = [codes, negated].map(|half| builder.add(Op::Elementwise(Function::Relu), &[half]));
        let [above, below] = both;
        Ok(Methods::transform(builder.add(Op::Concat, &[above?, below?])?))
    }
}
