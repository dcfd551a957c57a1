//! What TfidfTransformer does to counts, alone or in a TfidfVectorizer.

use std::sync::Arc;

use cannery_graph::{Builder, Check, DType, Edge, Norm, Op, RowNorm, TfIdf};
use cannery_object::known::Version;
use cannery_object::views::{Sparse, SparseFormat};
use cannery_object::{Kind, NdArray, View};

use crate::error::Error;
use crate::state::State;

/// The steps from counts to weights.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    sublinear: bool,
    idf: Option<Idf>,
    norm: Option<RowNorm>,
    /// Whether X is checked before anything else. Since 0.20; before, only a result to be normed was.
    is_checked: bool,
    /// Whether dense float32 becomes float64: 0.20 to 1.4.
    pub(super) widens_dense: bool,
}

/// A weight a column.
#[derive(Clone, Debug)]
pub(super) struct Idf {
    weights: Arc<[f64]>,
    /// Whether float32 counts become float64: where the weights are a float64 matrix, until 1.4.
    widens: bool,
}

impl Weights {
    pub(super) fn read(state: &State<'_>) -> Result<Self, Error> {
        let since = |minor| state.version().is_some_and(|version| version >= Version::new(0, minor));
        let is_newer = state.version().is_some_and(|version| version >= Version::new(1, 5));
        Ok(Self {
            sublinear: state.bool("sublinear_tf")?,
            idf: idf(state)?,
            norm: norm(state, "norm")?,
            is_checked: since(20),
            widens_dense: since(20) && !is_newer,
        })
    }

    /// Number of columns, where the weights say it.
    pub(super) fn columns(&self) -> Option<usize> {
        self.idf.as_ref().map(|idf| idf.weights.len())
    }

    /// Adds the steps, from a CSR matrix of float32 or float64.
    pub(super) fn lower(&self, builder: &mut Builder, mut x: Edge) -> Result<Edge, Error> {
        if self.is_checked {
            x = builder.add(Op::Guard(Check::Finite), &[x])?;
        }
        match &self.idf {
            Some(idf) if idf.widens && builder.type_of(x)?.dtype == DType::F32 => {
                if self.sublinear {
                    x = builder.add(Op::TfIdf(TfIdf { sublinear: true, idf: None }), &[x])?;
                }
                x = builder.cast(x, DType::F64)?;
                x = builder
                    .add(Op::TfIdf(TfIdf { sublinear: false, idf: Some(idf.weights.clone()) }), &[x])?;
            }
            idf if self.sublinear || idf.is_some() => {
                let idf = idf.as_ref().map(|idf| idf.weights.clone());
                x = builder.add(Op::TfIdf(TfIdf { sublinear: self.sublinear, idf }), &[x])?;
            }
            _ => {}
        }
        normed(builder, x, self.norm)
    }
}

/// Rows of norm 1, as `normalize` makes them after a check; nothing when there is no norm.
pub(super) fn normed(builder: &mut Builder, x: Edge, norm: Option<RowNorm>) -> Result<Edge, Error> {
    let Some(norm) = norm else { return Ok(x) };
    let x = builder.add(Op::Guard(Check::Finite), &[x])?;
    Ok(builder.add(Op::RowNorm(norm), &[x])?)
}

/// The norm that an attribute names; 'max' changed in 0.23.
pub(super) fn norm(state: &State<'_>, name: &str) -> Result<Option<RowNorm>, Error> {
    if state.is_none(name)? {
        return Ok(None);
    }
    let is_signed = state.version().is_none_or(|version| version < Version::new(0, 23));
    let norm = match state.text(name)?.as_deref() {
        Some("l1") => Norm::L1,
        Some("l2") => Norm::L2,
        Some("max") if is_signed => Norm::SignedMax,
        Some("max") => Norm::Max,
        _ => return Err(state.unsupported(name, "neither 'l1', 'l2', 'max' nor None")),
    };
    Ok(Some(RowNorm { norm, floor: false }))
}

/// `idf_` since 1.5, where it alone decides; before, a diagonal matrix that counts where `use_idf` says so.
fn idf(state: &State<'_>) -> Result<Option<Idf>, Error> {
    if state.has("idf_") {
        let array = state.array_of_ndim("idf_", 1)?;
        float_width(state, "idf_", &array)?;
        return Ok(Some(Idf { weights: state.floats("idf_")?.into(), widens: false }));
    }
    if !state.bool("use_idf")? {
        return Ok(None);
    }
    const NAME: &str = "_idf_diag";
    if !state.has(NAME) {
        return Err(state.unsupported("idf_", "this attribute is missing: fitted without it, or not fitted"));
    }
    let View::Sparse(sparse) = state.heap().view(state.value(NAME)?) else {
        return Err(state.unsupported(NAME, "not a sparse matrix"));
    };
    diagonal(state, NAME, &sparse).map(Some)
}

fn diagonal(state: &State<'_>, name: &str, sparse: &Sparse<'_>) -> Result<Idf, Error> {
    let wrap = |error: cannery_object::Error| Error::in_view(state.path_of(name), &error);
    let shape = sparse.shape().map_err(wrap)?;
    let arrays = sparse.arrays().map_err(wrap)?;
    let ([rows, columns], SparseFormat::Csr, [(_, data), (_, indices), (_, indptr)]) =
        (&shape[..], sparse.format, &arrays[..])
    else {
        return Err(state.unsupported(name, format!("a matrix of format {}, not csr", sparse.format.name())));
    };
    let is_wide = float_width(state, name, data)? == 8;
    let weights = data.f64s().map_err(wrap)?;
    let (indices, indptr) = (indices.i64s().map_err(wrap)?, indptr.i64s().map_err(wrap)?);
    let counts = |array: &[i64]| array.iter().copied().eq(0..array.len() as i64);
    let fits =
        rows == columns && indptr.len() == rows + 1 && indices.len() == *rows && weights.len() == *rows;
    if !fits || !counts(&indices) || !counts(&indptr) {
        return Err(state.malformed(name, "not a diagonal matrix with all of its diagonal stored"));
    }
    Ok(Idf { weights: weights.into_owned().into(), widens: is_wide })
}

/// Bytes of each float.
fn float_width(state: &State<'_>, name: &str, array: &NdArray<'_>) -> Result<usize, Error> {
    match (&array.dtype.kind, array.dtype.itemsize) {
        (Kind::Float, width @ (4 | 8)) => Ok(width),
        _ => Err(state.unsupported(name, format!("weights of dtype {}", array.dtype))),
    }
}
