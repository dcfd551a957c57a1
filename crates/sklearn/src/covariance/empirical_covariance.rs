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
        "sklearn.covariance.outlier_detection",
    ],
    read,
};

#[derive(Debug)]
struct Covariance {
    name: &'static str,
    location: Vector,
    precision: Matrix,
    envelope: Option<Envelope>,
}

/// Where an EllipticEnvelope ends.
#[derive(Clone, Copy, Debug)]
enum Envelope {
    /// The score that inliers reach.
    Offset(f64),
    /// The distance that they do not exceed: until 0.19.
    Threshold(f64),
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
    let envelope = match state.name() {
        "EllipticEnvelope" if state.has("offset_") => Some(Envelope::Offset(state.float("offset_")?)),
        "EllipticEnvelope" => Some(Envelope::Threshold(state.float("threshold_")?)),
        _ => None,
    };
    Ok(Box::new(Covariance { name: state.name(), location, precision, envelope }))
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
        match self.envelope {
            None => {}
            Some(Envelope::Offset(offset)) => by_offset(builder, &mut methods, distance, offset)?,
            Some(Envelope::Threshold(threshold)) => by_threshold(builder, &mut methods, distance, threshold)?,
        }
        methods.offer(Method::Mahalanobis, || Ok(distance))?;
        Ok(methods)
    }
}

/// What is not below 0 is an inlier.
fn by_offset(builder: &mut Builder, methods: &mut Methods, distance: Edge, offset: f64) -> Result<(), Error> {
    let scores = builder.add(Op::Elementwise(Function::Negate), &[distance])?;
    let offset = builder.add(Op::Constant(Constant::vector(DType::F64, offset)), &[scores])?;
    let decision = builder.add(Op::Arith(Arith::Subtract), &[scores, offset])?;
    methods.offer(Method::Predict, || {
        let below = builder.add(Op::Elementwise(Function::Negate), &[decision])?;
        inliers(builder, below, 0.0)
    })?;
    methods.offer(Method::DecisionFunction, || Ok(decision))?;
    methods.offer(Method::ScoreSamples, || Ok(scores))
}

/// Scores are threshold^0.33 − distance^0.33.
fn by_threshold(
    builder: &mut Builder,
    methods: &mut Methods,
    distance: Edge,
    threshold: f64,
) -> Result<(), Error> {
    methods.offer(Method::Predict, || inliers(builder, distance, threshold))?;
    methods.offer(Method::DecisionFunction, || {
        const EXPONENT: f64 = 0.33;
        let column = builder.add(Op::Concat, &[distance])?;
        let steps = vec![
            (Arithmetic::Power, vec![EXPONENT]),
            (Arithmetic::Multiply, vec![-1.0]),
            (Arithmetic::Add, vec![threshold.powf(EXPONENT)]),
        ];
        let decision = builder.add(Op::Scale(Scale { steps }), &[column])?;
        Ok(builder.add(Op::Flatten, &[decision])?)
    })
}

/// −1 for what is above a bound, else 1.
fn inliers(builder: &mut Builder, x: Edge, above: f64) -> Result<Edge, Error> {
    let is_outlier = builder.add(Op::Threshold(Threshold { above }), &[x])?;
    Ok(builder.add(Op::Labels(Labels::I64([1, -1].into())), &[is_outlier])?)
}
