//! `sklearn.preprocessing.KBinsDiscretizer`: the bin that an element is in, as a number or a column for each bin.

use std::sync::Arc;

use cannery_graph::{
    Bin, Builder, Check, DType, Edge, GroupArgMax, Lookup, LookupColumn, OneHot, Op, Scalar, Unknown,
};

use super::categories::result_dtype;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.KBinsDiscretizer"],
    modules: &["sklearn.preprocessing._discretization"],
    read,
};

#[derive(Debug)]
struct KBinsDiscretizer {
    /// All edges of each column.
    edges: Vec<Vec<f64>>,
    encode: Encode,
    /// `dtype` since 0.24; without it that of X.
    dtype: Option<DType>,
    /// Before 0.24 the encoder gives float64, whatever X is.
    encodes_f64: bool,
    nudged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Encode {
    Ordinal,
    Sparse,
    Dense,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("bin_edges_", "edges")?;
    let encode = match state.text("encode")?.as_deref() {
        Some("ordinal") => Encode::Ordinal,
        Some("onehot") => Encode::Sparse,
        Some("onehot-dense") => Encode::Dense,
        other => return Err(state.unsupported("encode", format!("{other:?}"))),
    };
    let dtype = match state.has("dtype") && !state.is_none("dtype")? {
        true => Some(result_dtype(state)?).filter(|dtype| dtype.is_float()),
        false => None,
    };
    Ok(Box::new(KBinsDiscretizer {
        edges: edges(state)?,
        encode,
        dtype,
        encodes_f64: !state.since(0, 24),
        nudged: !state.since(1, 1),
    }))
}

/// `bin_edges_`: an array of an array for each column, which has at least two.
fn edges(state: &State<'_>) -> Result<Vec<Vec<f64>>, Error> {
    const NAME: &str = "bin_edges_";
    let mut columns = Vec::new();
    for (index, element) in state.array_of_ndim(NAME, 1)?.elements().enumerate() {
        let place = format!("{NAME}[{index}]");
        let element = element.map_err(|error| Error::in_view(state.path_of(&place), &error))?;
        let cannery_object::Element::Object(value) = element else {
            return Err(state.malformed(&place, "not an array"));
        };
        let array = state.array_in(value, &place)?;
        let edges = array.f64s().map_err(|error| Error::in_view(state.path_of(&place), &error))?.into_owned();
        if edges.len() < 2 || !edges.is_sorted() {
            return Err(state.malformed(&place, "edges that do not ascend, or are fewer than two"));
        }
        columns.push(edges);
    }
    if columns.is_empty() { Err(state.malformed(NAME, "no column")) } else { Ok(columns) }
}

impl KBinsDiscretizer {
    fn widths(&self) -> Vec<usize> {
        self.edges.iter().map(|edges| edges.len() - 1).collect()
    }

    /// The middle of each bin of a column; positions count from `first` on.
    fn middles(&self, column: usize, first: usize) -> LookupColumn {
        let edges = &self.edges[column];
        let categories = (0..edges.len() - 1).map(|bin| Scalar::Int((first + bin) as i64)).collect();
        let values: Arc<[f64]> = edges.windows(2).map(|pair| (pair[1] + pair[0]) * 0.5).collect();
        LookupColumn { number: column, categories, values, unknown: Unknown::Error }
    }
}

impl Estimator for KBinsDiscretizer {
    fn name(&self) -> &'static str {
        "KBinsDiscretizer"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.edges.len() }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        let names = Names::of(names, self.edges.len())?;
        if self.encode == Encode::Ordinal {
            return Some(names);
        }
        let bins = |(name, width): (&str, usize)| {
            (0..width).map(move |bin| format!("{name}_{bin}.0")).collect::<Vec<_>>()
        };
        Names::new(names.iter().zip(self.widths()).flat_map(bins).collect::<Vec<_>>())
    }

    fn inverse_columns(&self) -> Option<usize> {
        Some(if self.encode == Encode::Ordinal { self.edges.len() } else { self.widths().iter().sum() })
    }

    /// The middle of the bin.
    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.dense_floats(builder)?;
        let dtype = builder.type_of(x)?.dtype;
        let (mut columns, mut first) = (Vec::new(), 0);
        for (column, width) in self.widths().into_iter().enumerate() {
            columns.push(self.middles(column, first));
            first += if self.encode == Encode::Ordinal { 0 } else { width };
        }
        let bins = match self.encode {
            Encode::Ordinal => builder.cast(x, DType::I64)?,
            Encode::Sparse | Encode::Dense => {
                let wide = builder.cast(x, DType::F64)?;
                builder.add(Op::GroupArgMax(GroupArgMax { widths: self.widths() }), &[wide])?
            }
        };
        let dtype = if self.encode == Encode::Ordinal { dtype } else { DType::F64 };
        let lookup =
            Lookup::new(dtype, columns).map_err(|message| Error::malformed("bin_edges_", message))?;
        Ok(builder.add(Op::Lookup(lookup), &[bins])?)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let mut x = x.dense_floats(builder)?;
        if let Some(dtype) = self.dtype {
            x = builder.cast(x, dtype)?;
        }
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let dtype = if self.encodes_f64 { DType::F64 } else { builder.type_of(x)?.dtype };
        let inner = self.edges.iter().map(|edges| edges[1..edges.len() - 1].to_vec()).collect();
        let bins = builder.add(Op::Bin(Bin { edges: inner, nudged: self.nudged }), &[x])?;
        if self.encode == Encode::Ordinal {
            return Ok(Methods::transform(bins));
        }
        let positions = builder.cast(bins, DType::I64)?;
        let one_hot = OneHot { widths: self.widths(), dtype, is_sparse: self.encode == Encode::Sparse };
        Ok(Methods::transform(builder.add(Op::OneHot(one_hot), &[positions])?))
    }
}
