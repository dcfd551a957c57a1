//! `sklearn.decomposition.KernelPCA`: centered kernels with the training rows, times scaled eigenvectors.

use cannery_graph::{Builder, Check, DType, Edge, Op, Shape};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::kernels::PairwiseKernel;
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::numpy::{Vector, Weights};
use crate::preprocessing::KernelCenterer;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.decomposition.KernelPCA"],
    // the second until 0.21
    modules: &["sklearn.decomposition._kernel_pca", "sklearn.decomposition.kernel_pca"],
    read: |state| Ok(Box::new(KernelPca::read(state)?)),
};

#[derive(Debug)]
pub(crate) struct KernelPca {
    kernel: PairwiseKernel,
    points: Weights,
    centerer: KernelCenterer,
    /// One row a component.
    vectors: Weights,
    inverse: Option<Inverse>,
}

#[derive(Debug)]
struct Inverse {
    points: Weights,
    /// One row a feature.
    coefficients: Weights,
}

impl KernelPca {
    pub(crate) fn read(state: &State<'_>) -> Result<Self, Error> {
        state.expect_fitted("X_fit_", "training rows")?;
        let gamma = if state.has("gamma_") { "gamma_" } else { "gamma" };
        let kernel = PairwiseKernel::read(state, gamma)?;
        let points = Weights::read(state, "X_fit_")?;
        let centerer = KernelCenterer::read(&state.object_in(state.value("_centerer")?, "_centerer")?)?;
        let vectors = vectors(state)?;
        if [centerer.columns(), vectors.columns()] != [points.rows(); 2] {
            let (n, m) = (centerer.columns(), vectors.columns());
            return Err(
                state.malformed("X_fit_", format!("{} rows, kernels of {n}, vectors of {m}", points.rows()))
            );
        }
        let inverse = match state.bool("fit_inverse_transform")? {
            true => {
                let points = Weights::read(state, "X_transformed_fit_")?;
                let coefficients = Weights::read(state, "dual_coef_")?.transposed();
                let fits = points.columns() == vectors.rows() && coefficients.columns() == points.rows();
                fits.then_some(Inverse { points, coefficients })
            }
            false => None,
        };
        Ok(Self { kernel, points, centerer, vectors, inverse })
    }

    /// What comes of a kernel with the training rows, which is not centered yet.
    pub(crate) fn project(&self, builder: &mut Builder, kernel: Edge) -> Result<Edge, Error> {
        let centered = self.centerer.lower(builder, kernel)?;
        self.vectors.product(builder, centered)
    }

    pub(crate) fn columns(&self) -> usize {
        self.points.columns()
    }

    pub(crate) fn components(&self) -> usize {
        self.vectors.rows()
    }
}

/// The eigenvectors divided by the roots of their values, but those of value 0. The names are those of 1.0 and later.
fn vectors(state: &State<'_>) -> Result<Weights, Error> {
    let names = match state.has("eigenvectors_") {
        true => ["eigenvectors_", "eigenvalues_"],
        false => ["alphas_", "lambdas_"],
    };
    let vectors = Weights::read(state, names[0])?;
    let values = Vector::read(state, names[1], vectors.columns())?;
    let dtype = if values.dtype == DType::F64 { DType::F64 } else { vectors.dtype };
    let (rows, columns) = (vectors.rows(), vectors.columns());
    let skips_zero = state.since(0, 22);
    let scale = |(at, x): (usize, &f64)| match values.values[at % columns] {
        value if value == 0.0 && skips_zero => 0.0,
        value => x / value.sqrt(),
    };
    let scaled = vectors.matrix.values().iter().enumerate().map(scale).collect();
    Ok(Weights { dtype, ..vectors }.with(rows, columns, scaled).transposed())
}

impl Estimator for KernelPca {
    fn name(&self) -> &'static str {
        "KernelPCA"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.points.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.vectors.rows())
    }

    fn inverse_columns(&self) -> Option<usize> {
        self.inverse.as_ref().map(|inverse| inverse.points.columns())
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let inverse = self.inverse.as_ref().ok_or_else(|| crate::inverse::absent(self))?;
        let x = x.dense_floats(builder)?;
        let kernel = self.kernel.lower(builder, x, &inverse.points)?;
        inverse.coefficients.product(builder, kernel)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let mut x = builder.add(Op::Guard(Check::Finite), &[x])?;
        if self.kernel == PairwiseKernel::Precomputed && matches!(builder.type_of(x)?.shape, Shape::Csr(_)) {
            x = builder.dense(x)?;
        }
        let kernel = self.kernel.lower(builder, x, &self.points)?;
        Ok(Methods::transform(self.project(builder, kernel)?))
    }
}
