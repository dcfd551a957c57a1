//! The logarithms of normal densities, by Cholesky factors of their precisions.

use std::f64::consts::PI;

use cannery_graph::{
    Arith, Arithmetic, Builder, DType, Edge, Function, Linear, Matrix, Op, Reduce, Reduction, Scale,
};

use crate::error::Error;
use crate::state::State;
use crate::sum::pairwise_sum;

/// Components of a mixture.
#[derive(Debug)]
pub(super) struct Normals {
    /// A row for each component.
    means: Matrix,
    factors: Factors,
    /// Since 1.7 sums over full matrices have the dtype of the rows.
    rounds: bool,
}

/// `precisions_cholesky_`, as `covariance_type` says.
#[derive(Debug)]
enum Factors {
    /// A matrix for each component, or one for all. Its rows are the columns of the factor.
    Full(Vec<Matrix>),
    /// A row of factors for each component.
    Diagonal(Matrix),
    /// A factor for each component.
    Spherical(Vec<f64>),
}

impl Normals {
    pub(super) fn read(state: &State<'_>) -> Result<Self, Error> {
        state.expect_fitted("means_", "means")?;
        let means = state.matrix("means_")?;
        if means.rows() == 0 || means.columns() == 0 {
            return Err(state.malformed("means_", "no component"));
        }
        let factors = Factors::read(state, means.rows(), means.columns())?;
        let rounds = state.since(1, 7) && matches!(factors, Factors::Full(_));
        Ok(Self { means, factors, rounds })
    }

    pub(super) fn features(&self) -> usize {
        self.means.columns()
    }

    pub(super) fn are_full(&self) -> bool {
        matches!(self.factors, Factors::Full(_))
    }

    /// An attribute that has a number for each component.
    pub(super) fn numbers(&self, state: &State<'_>, name: &str) -> Result<Vec<f64>, Error> {
        self.expect_each(state, name, state.floats(name)?)
    }

    /// The same of an attribute that is one number for all of them in a tied mixture.
    pub(super) fn numbers_or_one(&self, state: &State<'_>, name: &str) -> Result<Vec<f64>, Error> {
        match state.heap().ndarray(state.value(name)?) {
            Some(_) if state.array(name)?.ndim() == 1 => self.numbers(state, name),
            _ => Ok(vec![state.float(name)?; self.means.rows()]),
        }
    }

    /// These numbers, of which there must be one for each component.
    pub(super) fn expect_each(
        &self,
        state: &State<'_>,
        name: &str,
        numbers: Vec<f64>,
    ) -> Result<Vec<f64>, Error> {
        if numbers.len() == self.means.rows() {
            return Ok(numbers);
        }
        Err(state.malformed(name, format!("{} for {} components", numbers.len(), self.means.rows())))
    }

    /// In float64, but for squares of float32 numbers:
    /// −½ (d·log 2π + Σ((x − μ)·P)²) + log det P, expanded where scikit-learn expands it.
    pub(super) fn lower(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let (components, features) = (self.means.rows(), self.features() as f64);
        let wide = builder.cast(x, DType::F64)?;
        let squares = match &self.factors {
            Factors::Full(factors) => self.full(builder, wide, factors)?,
            Factors::Diagonal(factors) => self.diagonal(builder, x, wide, factors)?,
            Factors::Spherical(factors) => self.spherical(builder, x, wide, factors)?,
        };
        let constant = features * (2.0 * PI).ln();
        let rounds = self.rounds && builder.type_of(x)?.dtype == DType::F32;
        let squares = if rounds { builder.cast(squares, DType::F32)? } else { squares };
        // a number of Python meets float32
        let constant = if rounds { f64::from(constant as f32) } else { constant };
        let steps = vec![
            (Arithmetic::Add, vec![constant; components]),
            (Arithmetic::Multiply, vec![-0.5; components]),
        ];
        let halves = builder.add(Op::Scale(Scale { steps }), &[squares])?;
        let halves = builder.cast(halves, DType::F64)?;
        let steps = vec![(Arithmetic::Add, self.log_dets())];
        Ok(builder.add(Op::Scale(Scale { steps }), &[halves])?)
    }

    fn full(&self, builder: &mut Builder, x: Edge, factors: &[Matrix]) -> Result<Edge, Error> {
        let mut sums = Vec::with_capacity(self.means.rows());
        let mut rotated = None;
        for component in 0..self.means.rows() {
            let factor = factors.get(component).unwrap_or(&factors[0]);
            let x = match rotated {
                Some(rotated) if factors.len() == 1 => rotated,
                _ => builder.add(linear(factor.clone()), &[x])?,
            };
            rotated = Some(x);
            let mean = self.means.row(component);
            let dot = |row: &[f64]| row.iter().zip(mean).map(|(p, m)| p * m).sum::<f64>();
            let centre = (0..factor.rows()).map(|row| dot(factor.row(row))).collect();
            let steps = vec![(Arithmetic::Subtract, centre)];
            let centred = builder.add(Op::Scale(Scale { steps }), &[x])?;
            sums.push(builder.add(Op::Reduce(Reduce::row(Reduction::SumOfSquares)), &[centred])?);
        }
        Ok(builder.add(Op::Concat, &sums)?)
    }

    /// Σ μ²p − 2x(μp) + x²p, with p the squared factors.
    fn diagonal(&self, builder: &mut Builder, x: Edge, wide: Edge, factors: &Matrix) -> Result<Edge, Error> {
        let products = |of: &dyn Fn(f64, f64) -> f64| {
            let pairs = self.means.values().iter().zip(factors.values());
            Matrix::new(factors.rows(), factors.columns(), Vec::from_iter(pairs.map(|(&m, &f)| of(m, f * f))))
                .unwrap_or_else(|| factors.clone())
        };
        let constants = products(&|mean, precision| mean * mean * precision);
        let constants = (0..factors.rows()).map(|row| pairwise_sum(constants.row(row))).collect();
        let crossed = builder.add(linear(products(&|mean, precision| mean * precision)), &[wide])?;
        let steps = vec![(Arithmetic::Multiply, vec![-2.0; factors.rows()]), (Arithmetic::Add, constants)];
        let crossed = builder.add(Op::Scale(Scale { steps }), &[crossed])?;
        let squares = builder.add(Op::Elementwise(Function::Square), &[x])?;
        let squares = builder.cast(squares, DType::F64)?;
        let squares = builder.add(linear(products(&|_, precision| precision)), &[squares])?;
        Ok(builder.add(Op::Arith(Arith::Add), &[crossed, squares])?)
    }

    /// p Σ μ² − 2(xμ)p + p Σ x², with p the squared factor.
    fn spherical(&self, builder: &mut Builder, x: Edge, wide: Edge, factors: &[f64]) -> Result<Edge, Error> {
        let precisions: Vec<f64> = factors.iter().map(|factor| factor * factor).collect();
        let norm = |row: usize| self.means.row(row).iter().map(|mean| mean * mean).sum::<f64>();
        let constants = precisions.iter().enumerate().map(|(row, precision)| norm(row) * precision).collect();
        let crossed = builder.add(linear(self.means.clone()), &[wide])?;
        let steps = vec![
            (Arithmetic::Multiply, precisions.clone()),
            (Arithmetic::Multiply, vec![-2.0; precisions.len()]),
            (Arithmetic::Add, constants),
        ];
        let crossed = builder.add(Op::Scale(Scale { steps }), &[crossed])?;
        let norms = builder.add(Op::Reduce(Reduce::row(Reduction::SumOfSquares)), &[x])?;
        let norms = builder.cast(norms, DType::F64)?;
        let norms = builder.add(Op::Concat, &[norms])?;
        let factors = Matrix::new(precisions.len(), 1, precisions);
        let factors = factors.ok_or_else(|| Error::malformed("precisions_cholesky_", "not a vector"))?;
        let squares = builder.add(linear(factors), &[norms])?;
        Ok(builder.add(Op::Arith(Arith::Add), &[crossed, squares])?)
    }

    /// The logarithm of the determinant of each factor.
    fn log_dets(&self) -> Vec<f64> {
        let components = self.means.rows();
        match &self.factors {
            Factors::Full(factors) => {
                let of = |factor: &Matrix| {
                    let diagonal: Vec<f64> = (0..factor.rows()).map(|at| factor.row(at)[at].ln()).collect();
                    pairwise_sum(&diagonal)
                };
                (0..components).map(|component| of(factors.get(component).unwrap_or(&factors[0]))).collect()
            }
            Factors::Diagonal(factors) => {
                let of = |row: usize| pairwise_sum(&Vec::from_iter(factors.row(row).iter().map(|p| p.ln())));
                (0..components).map(of).collect()
            }
            Factors::Spherical(factors) => {
                factors.iter().map(|factor| self.features() as f64 * factor.ln()).collect()
            }
        }
    }
}

fn linear(weights: Matrix) -> Op {
    Op::Linear(Linear { weights, intercepts: None })
}

impl Factors {
    fn read(state: &State<'_>, components: usize, features: usize) -> Result<Self, Error> {
        const NAME: &str = "precisions_cholesky_";
        let array = state.array(NAME)?;
        let shape = array.shape.to_vec();
        let numbers = array.f64s().map_err(|error| Error::in_view(state.path_of(NAME), &error))?.into_owned();
        let wrong = || state.malformed(NAME, format!("an array of shape {shape:?}"));
        let expect = |want: &[usize]| if shape == want { Ok(()) } else { Err(wrong()) };
        match state.text("covariance_type")?.as_deref() {
            Some("full") => {
                expect(&[components, features, features])?;
                let each = numbers.chunks_exact(features * features);
                each.map(|factor| transposed(factor, features)).collect::<Option<_>>().map(Self::Full)
            }
            Some("tied") => {
                expect(&[features, features])?;
                transposed(&numbers, features).map(|factor| Self::Full(vec![factor]))
            }
            Some("diag") => {
                expect(&[components, features])?;
                Matrix::new(components, features, numbers).map(Self::Diagonal)
            }
            Some("spherical") => {
                expect(&[components])?;
                Some(Self::Spherical(numbers))
            }
            _ => {
                return Err(
                    state.unsupported("covariance_type", "none of 'full', 'tied', 'diag' and 'spherical'")
                );
            }
        }
        .ok_or_else(wrong)
    }
}

fn transposed(factor: &[f64], features: usize) -> Option<Matrix> {
    let mut columns = Vec::with_capacity(factor.len());
    for column in 0..features {
        columns.extend(factor.iter().skip(column).step_by(features));
    }
    Matrix::new(features, features, columns)
}
