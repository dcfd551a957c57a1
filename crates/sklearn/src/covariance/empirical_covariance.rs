//! Every class of `sklearn.covariance`: squared Mahalanobis distances, and for `EllipticEnvelope` which rows are outliers.

use cannery_graph::{
    Arith, Arithmetic, Builder, Check, Constant, DType, Edge, Function, Labels, Linear, Matrix, Op, Reduce,
    Reduction, Scale, Threshold,
};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::linalg::Square;
use crate::method::{Method, Methods, Wanted};
use crate::numpy::Vector;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &[
        "sklearn.covariance.EmpiricalCovariance",
        "sklearn.covariance.EllipticEnvelope",
        "sklearn.covariance.GraphicalLasso",
        "sklearn.covariance.GraphicalLassoCV",
        "sklearn.covariance.LedoitWolf",
        "sklearn.covariance.MinCovDet",
        "sklearn.covariance.OAS",
        "sklearn.covariance.ShrunkCovariance",
    ],
    // those without a line before the name until 0.21
    modules: &[
        "sklearn.covariance._empirical_covariance",
        "sklearn.covariance._elliptic_envelope",
        "sklearn.covariance._graph_lasso",
        "sklearn.covariance._shrunk_covariance",
        "sklearn.covariance._robust_covariance",
        "sklearn.covariance.empirical_covariance_",
        "sklearn.covariance.elliptic_envelope",
        "sklearn.covariance.graph_lasso_",
        "sklearn.covariance.shrunk_covariance_",
        "sklearn.covariance.robust_covariance",
    ],
    read,
};

#[derive(Debug)]
struct Covariance {
    name: &'static str,
    location: Vector,
    precision: Matrix,
    /// Of an EllipticEnvelope.
    offset: Option<f64>,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("location_", "location")?;
    let n = state.array("location_")?.len();
    let location = Vector::read(state, "location_", n)?;
    let precision = match state.has("precision_") && !state.is_none("precision_")? {
        true => state.matrix("precision_")?,
        false => inverse(state)?,
    };
    if n == 0 || (precision.rows(), precision.columns()) != (n, n) {
        return Err(state.malformed("precision_", format!("not of {n} columns")));
    }
    let offset = match state.name() {
        "EllipticEnvelope" if state.has("offset_") => Some(state.float("offset_")?),
        // 0.18 and 0.19 had another scale
        "EllipticEnvelope" => Some(-state.float("threshold_")?),
        _ => None,
    };
    Ok(Box::new(Covariance { name: state.name(), location, precision, offset }))
}

/// Without `store_precision` scikit-learn inverts the covariance each time.
fn inverse(state: &State<'_>) -> Result<Matrix, Error> {
    let covariance = state.matrix("covariance_")?;
    let inverse = Square::of(&covariance).and_then(|covariance| covariance.inverse());
    let inverse = inverse.and_then(|(inverse, _)| Matrix::new(inverse.n, inverse.n, inverse.values));
    inverse
        .ok_or_else(|| state.unsupported("covariance_", "a covariance that is too large or has no inverse"))
}

impl Covariance {
    /// scipy's distance, squared again.
    fn mahalanobis(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let x = builder.cast(x, DType::F64)?;
        let steps = vec![(Arithmetic::Subtract, self.location.values.clone())];
        let x = builder.add(Op::Scale(Scale { steps }), &[x])?;
        let product =
            builder.add(Op::Linear(Linear { weights: self.precision.clone(), intercepts: None }), &[x])?;
        let terms = builder.add(Op::Arith(Arith::Multiply), &[x, product])?;
        let sum = builder.add(Op::Reduce(Reduce::row(Reduction::Sum)), &[terms])?;
        let distance = builder.add(Op::Elementwise(Function::Sqrt), &[sum])?;
        Ok(builder.add(Op::Elementwise(Function::Square), &[distance])?)
    }
}

impl Estimator for Covariance {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.location.values.len() }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let mut methods = Methods::new(wanted);
        let distance = self.mahalanobis(builder, x)?;
        if let Some(offset) = self.offset {
            let scores = builder.add(Op::Elementwise(Function::Negate), &[distance])?;
            let offset = builder.add(Op::Constant(Constant::vector(DType::F64, offset)), &[scores])?;
            let decision = builder.add(Op::Arith(Arith::Subtract), &[scores, offset])?;
            methods.offer(Method::Predict, || {
                // what is not below 0 is an inlier
                let below = builder.add(Op::Elementwise(Function::Negate), &[decision])?;
                let is_outlier = builder.add(Op::Threshold(Threshold { above: 0.0 }), &[below])?;
                Ok(builder.add(Op::Labels(Labels::I64([1, -1].into())), &[is_outlier])?)
            })?;
            methods.offer(Method::DecisionFunction, || Ok(decision))?;
            methods.offer(Method::ScoreSamples, || Ok(scores))?;
        }
        methods.offer(Method::Mahalanobis, || Ok(distance))?;
        Ok(methods)
    }
}
