//! What makes probabilities of scores.

use cannery_graph::{Arithmetic, Builder, DType, Edge, Function, Op, Scale};
use cannery_object::View;

use crate::compat;
use crate::error::Error;
use crate::isotonic::Isotonic;
use crate::state::State;

/// What makes a probability of each score of one class.
#[derive(Debug)]
pub(super) enum Calibrator {
    Sigmoid(Sigmoid),
    Isotonic(Isotonic),
}

/// 1 / (1 + exp(a·score + b)).
#[derive(Debug)]
pub(super) struct Sigmoid {
    a: f64,
    b: f64,
    /// Whether float32 scores become float64, as numpy 2 has it where a and b are its scalars.
    widens: bool,
}

/// Softmax of scores times a factor.
#[derive(Debug)]
pub(super) struct Temperature {
    beta: f64,
}

impl Calibrator {
    pub(super) fn read(state: &State<'_>) -> Result<Self, Error> {
        match state.class() {
            ("sklearn.calibration", "_SigmoidCalibration") => {
                let is_scalar = matches!(state.heap().view(state.value("a_")?), View::Scalar(_));
                let widens = is_scalar && compat::has_numpy_2(state);
                Ok(Self::Sigmoid(Sigmoid { a: state.float("a_")?, b: state.float("b_")?, widens }))
            }
            ("sklearn.isotonic", "IsotonicRegression") => Ok(Self::Isotonic(Isotonic::read(state)?)),
            (module, name) => Err(state.unsupported("", format!("a calibrator {module}.{name}"))),
        }
    }

    /// Of a column of scores.
    pub(super) fn lower(&self, builder: &mut Builder, score: Edge) -> Result<Edge, Error> {
        match self {
            Self::Isotonic(isotonic) => isotonic.lower(builder, score),
            Self::Sigmoid(Sigmoid { a, b, widens }) => {
                let score = if *widens { builder.cast(score, DType::F64)? } else { score };
                let steps = vec![(Arithmetic::Multiply, vec![*a]), (Arithmetic::Add, vec![*b])];
                let line = builder.add(Op::Scale(Scale { steps }), &[score])?;
                let line = builder.add(Op::Elementwise(Function::Negate), &[line])?;
                Ok(builder.add(Op::Elementwise(Function::Expit), &[line])?)
            }
        }
    }
}

/// What is added to a probability before its logarithm is taken.
const FLOOR: f64 = 1e-12;

impl Temperature {
    pub(super) fn read(state: &State<'_>) -> Result<Self, Error> {
        Ok(Self { beta: state.float("beta_")? })
    }

    /// Scikit-learn takes logarithms of what looks like probabilities in all rows; here of what is such by its method.
    pub(super) fn lower(
        &self,
        builder: &mut Builder,
        scores: Edge,
        are_probabilities: bool,
    ) -> Result<Edge, Error> {
        let columns = builder.type_of(scores)?.columns();
        let logits = match (are_probabilities, columns) {
            (true, _) => {
                let both = if columns == 1 { builder.add(Op::Complement, &[scores])? } else { scores };
                let steps = vec![(Arithmetic::Add, vec![FLOOR; columns.max(2)])];
                let floored = builder.add(Op::Scale(Scale { steps }), &[both])?;
                builder.add(Op::Elementwise(Function::Log), &[floored])?
            }
            (false, 1) => {
                let negated = builder.add(Op::Elementwise(Function::Negate), &[scores])?;
                builder.add(Op::Concat, &[negated, scores])?
            }
            (false, _) => scores,
        };
        let logits = builder.cast(logits, DType::F64)?;
        let steps = vec![(Arithmetic::Multiply, vec![self.beta; columns.max(2)])];
        let scaled = builder.add(Op::Scale(Scale { steps }), &[logits])?;
        Ok(builder.add(Op::Softmax, &[scaled])?)
    }
}
