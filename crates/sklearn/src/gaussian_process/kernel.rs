//! Kernels of Gaussian processes between rows and the rows of the fit.
//!
//! Source: scikit-learn's `gaussian_process/kernels.py`.

use std::f64::consts::PI;

use cannery_graph::{
    Arith, Arithmetic, Builder, Constant, DType, Distance, Edge, Function, Linear, Matrix, Op, PairDistance,
    Scale,
};
use cannery_object::Value;

use crate::error::Error;
use crate::kernels::PairwiseKernel;
use crate::numpy::Weights;
use crate::state::State;

/// A kernel, in the order in which it is computed: two parts come before what joins them.
#[derive(Debug)]
pub(super) struct Kernel(Vec<Node>);

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Constant(f64),
    /// exp(−½ D²) of rows that are divided by the length scales.
    Rbf(Vec<f64>),
    Matern {
        lengths: Vec<f64>,
        smoothness: Smoothness,
    },
    RationalQuadratic {
        length: f64,
        alpha: f64,
    },
    ExpSineSquared {
        length: f64,
        period: f64,
    },
    DotProduct {
        sigma: f64,
    },
    Pairwise(PairwiseKernel),
    Sum,
    Product,
    Power(f64),
}

/// The ν of a Matérn kernel.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Smoothness {
    Half,
    ThreeHalves,
    FiveHalves,
    Infinite,
}

/// Parts of one kernel.
const MAX_NODES: usize = 256;

impl Kernel {
    pub(super) fn read(state: &State<'_>, name: &str, features: usize) -> Result<Self, Error> {
        let mut nodes = vec![];
        // what is joined is pushed before its parts, so all is turned round in the end
        let mut open = vec![(state.value(name)?, name.to_owned())];
        while let Some((value, place)) = open.pop() {
            if nodes.len() == MAX_NODES {
                return Err(state.unsupported(name, format!("a kernel of more than {MAX_NODES} parts")));
            }
            let of = state.object_in(value, &place)?;
            let part =
                |name: &str| Ok::<(Value, String), Error>((of.value(name)?, format!("{place}.{name}")));
            let node = node(&of, features)?;
            match node {
                Node::Sum | Node::Product => open.extend([part("k1")?, part("k2")?]),
                Node::Power(_) => open.push(part("kernel")?),
                _ => {}
            }
            nodes.push(node);
        }
        nodes.reverse();
        Ok(Self(nodes))
    }

    /// The kernel of each row with each point.
    pub(super) fn lower(&self, builder: &mut Builder, x: Edge, points: &Weights) -> Result<Edge, Error> {
        let mut made: Vec<Edge> = vec![];
        for node in &self.0 {
            let edge = match node {
                Node::Sum | Node::Product => {
                    let (Some(a), Some(b)) = (made.pop(), made.pop()) else { return Err(incomplete()) };
                    let how = if *node == Node::Sum { Arith::Add } else { Arith::Multiply };
                    builder.add(Op::Arith(how), &[a, b])?
                }
                Node::Power(exponent) => {
                    let base = made.pop().ok_or_else(incomplete)?;
                    scaled(builder, base, &[(Arithmetic::Power, *exponent)])?
                }
                leaf => leaf.lower(builder, x, points)?,
            };
            made.push(edge);
        }
        made.pop().ok_or_else(incomplete)
    }
}

fn incomplete() -> Error {
    Error::malformed("kernel_", "a kernel without its parts")
}

fn node(of: &State<'_>, features: usize) -> Result<Node, Error> {
    let (module, class) = of.class();
    if module != "sklearn.gaussian_process.kernels" {
        return Err(of.unsupported("", format!("the kernel {module}.{class}")));
    }
    Ok(match class {
        "Sum" => Node::Sum,
        "Product" => Node::Product,
        "Exponentiation" => Node::Power(of.float("exponent")?),
        "ConstantKernel" => Node::Constant(of.float("constant_value")?),
        // between rows of the fit and others there is no noise
        "WhiteKernel" => Node::Constant(0.0),
        "RBF" => Node::Rbf(lengths(of, features)?),
        "Matern" => Node::Matern { lengths: lengths(of, features)?, smoothness: smoothness(of)? },
        "RationalQuadratic" => {
            Node::RationalQuadratic { length: of.float("length_scale")?, alpha: of.float("alpha")? }
        }
        "ExpSineSquared" => {
            Node::ExpSineSquared { length: of.float("length_scale")?, period: of.float("periodicity")? }
        }
        "DotProduct" => Node::DotProduct { sigma: of.float("sigma_0")? },
        "PairwiseKernel" => Node::Pairwise(pairwise(of)?),
        _ => return Err(of.unsupported("", format!("the kernel {class}"))),
    })
}

/// The length scale of each feature.
fn lengths(of: &State<'_>, features: usize) -> Result<Vec<f64>, Error> {
    const NAME: &str = "length_scale";
    let value = of.value(NAME)?;
    let given = match (of.heap().as_sequence(value), of.heap().ndarray(value)) {
        (Some(values), _) => {
            values.iter().map(|&value| of.float_in(value, NAME)).collect::<Result<Vec<_>, _>>()?
        }
        (None, Some(_)) if of.array(NAME)?.ndim() == 1 => of.floats(NAME)?,
        _ => vec![of.float(NAME)?],
    };
    match given[..] {
        [one] => Ok(vec![one; features]),
        _ if given.len() == features => Ok(given),
        _ => Err(of.malformed(NAME, format!("{} for {features} features", given.len()))),
    }
}

fn smoothness(of: &State<'_>) -> Result<Smoothness, Error> {
    let nu = of.float("nu")?;
    let known = [
        (0.5, Smoothness::Half),
        (1.5, Smoothness::ThreeHalves),
        (2.5, Smoothness::FiveHalves),
        (f64::INFINITY, Smoothness::Infinite),
    ];
    let found = known.into_iter().find(|(known, _)| *known == nu);
    found
        .map(|(_, smoothness)| smoothness)
        .ok_or_else(|| of.unsupported("nu", format!("Matern with nu={nu}: 0.5, 1.5, 2.5 and inf work")))
}

fn pairwise(of: &State<'_>) -> Result<PairwiseKernel, Error> {
    if !of.is_none("pairwise_kernels_kwargs")? {
        return Err(of.unsupported("pairwise_kernels_kwargs", "parameters of a pairwise kernel"));
    }
    let gamma = of.float("gamma")?;
    let (some, coef0) = (Some(gamma), 1.0);
    Ok(match of.text("metric")?.as_deref() {
        Some("linear") => PairwiseKernel::Linear,
        Some("poly" | "polynomial") => PairwiseKernel::Polynomial { gamma: some, coef0, degree: 3.0 },
        Some("rbf") => PairwiseKernel::Rbf { gamma: some },
        Some("laplacian") => PairwiseKernel::Laplacian { gamma: some },
        Some("sigmoid") => PairwiseKernel::Sigmoid { gamma: some, coef0 },
        Some("cosine") => PairwiseKernel::Cosine,
        Some("chi2") => PairwiseKernel::ChiSquared { gamma },
        Some("additive_chi2") => PairwiseKernel::AdditiveChiSquared,
        _ => return Err(of.unsupported("metric", "a metric that is not known")),
    })
}

/// The same steps for every column.
fn scaled(builder: &mut Builder, x: Edge, steps: &[(Arithmetic, f64)]) -> Result<Edge, Error> {
    let columns = builder.type_of(x)?.columns();
    let steps = steps.iter().map(|&(step, constant)| (step, vec![constant; columns])).collect();
    Ok(builder.add(Op::Scale(Scale { steps }), &[x])?)
}

fn apply(builder: &mut Builder, x: Edge, function: Function) -> Result<Edge, Error> {
    Ok(builder.add(Op::Elementwise(function), &[x])?)
}

/// Distances of rows and points, both divided by length scales if there are any.
fn distances(
    builder: &mut Builder,
    x: Edge,
    points: &Weights,
    lengths: Option<&[f64]>,
    distance: Distance,
) -> Result<Edge, Error> {
    let Some(lengths) = lengths else {
        let points = points.matrix.clone();
        return Ok(builder.add(Op::PairDistance(PairDistance { distance, points }), &[x])?);
    };
    let steps = vec![(Arithmetic::Divide, lengths.to_vec())];
    let x = builder.add(Op::Scale(Scale { steps }), &[x])?;
    let values =
        points.matrix.values().iter().zip(lengths.iter().cycle()).map(|(point, length)| point / length);
    let points =
        Matrix::new(points.rows(), points.columns(), Vec::from_iter(values)).ok_or_else(incomplete)?;
    Ok(builder.add(Op::PairDistance(PairDistance { distance, points }), &[x])?)
}

impl Node {
    fn lower(&self, builder: &mut Builder, x: Edge, points: &Weights) -> Result<Edge, Error> {
        use Arithmetic::{Add, Divide, Multiply, Power};
        match self {
            Self::Constant(value) => {
                let row = Constant::matrix(DType::F64, vec![*value; points.rows()]);
                Ok(builder.add(Op::Constant(row), &[x])?)
            }
            Self::Rbf(lengths) => {
                let squares = distances(builder, x, points, Some(lengths), Distance::DirectSquared)?;
                let exponents = scaled(builder, squares, &[(Multiply, -0.5)])?;
                apply(builder, exponents, Function::Exp)
            }
            Self::Matern { lengths, smoothness } => {
                let distances = distances(builder, x, points, Some(lengths), Distance::Direct)?;
                smoothness.lower(builder, distances)
            }
            Self::RationalQuadratic { length, alpha } => {
                let squares = distances(builder, x, points, None, Distance::DirectSquared)?;
                let divisor = 2.0 * alpha * (length * length);
                scaled(builder, squares, &[(Divide, divisor), (Add, 1.0), (Power, -alpha)])
            }
            Self::ExpSineSquared { length, period } => {
                let distances = distances(builder, x, points, None, Distance::Direct)?;
                let angles = scaled(builder, distances, &[(Multiply, PI / period)])?;
                let sines = apply(builder, angles, Function::Sin)?;
                let sines = scaled(builder, sines, &[(Divide, *length)])?;
                let squares = apply(builder, sines, Function::Square)?;
                let exponents = scaled(builder, squares, &[(Multiply, -2.0)])?;
                apply(builder, exponents, Function::Exp)
            }
            Self::DotProduct { sigma } => {
                let linear = Linear { weights: points.matrix.clone(), intercepts: None };
                let products = builder.add(Op::Linear(linear), &[x])?;
                scaled(builder, products, &[(Add, sigma * sigma)])
            }
            Self::Pairwise(kernel) => kernel.lower(builder, x, points),
            Self::Sum | Self::Product | Self::Power(_) => Err(incomplete()),
        }
    }
}

impl Smoothness {
    fn lower(self, builder: &mut Builder, distances: Edge) -> Result<Edge, Error> {
        use Arithmetic::{Add, Divide, Multiply};
        let root = match self {
            Self::Half => {
                let exponents = apply(builder, distances, Function::Negate)?;
                return apply(builder, exponents, Function::Exp);
            }
            Self::Infinite => {
                let squares = apply(builder, distances, Function::Square)?;
                let halves = scaled(builder, squares, &[(Divide, 2.0)])?;
                let exponents = apply(builder, halves, Function::Negate)?;
                return apply(builder, exponents, Function::Exp);
            }
            Self::ThreeHalves => 3.0_f64.sqrt(),
            Self::FiveHalves => 5.0_f64.sqrt(),
        };
        let k = scaled(builder, distances, &[(Multiply, root)])?;
        let mut polynomial = scaled(builder, k, &[(Add, 1.0)])?;
        if self == Self::FiveHalves {
            let squares = apply(builder, k, Function::Square)?;
            let thirds = scaled(builder, squares, &[(Divide, 3.0)])?;
            polynomial = builder.add(Op::Arith(Arith::Add), &[polynomial, thirds])?;
        }
        let exponents = apply(builder, k, Function::Negate)?;
        let falling = apply(builder, exponents, Function::Exp)?;
        Ok(builder.add(Op::Arith(Arith::Multiply), &[polynomial, falling])?)
    }
}
