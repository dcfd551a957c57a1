//! `sklearn.preprocessing.SplineTransformer` (since 1.0): B-splines of each column.

use cannery_graph::{Builder, Check, Columns, Matrix, Op, OutsideKnots, Spline, SplineColumn, SplineLine};
use cannery_object::Value;

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.SplineTransformer"],
    modules: &["sklearn.preprocessing._polynomial"],
    read,
};

#[derive(Debug)]
struct SplineTransformer {
    spline: Spline,
    includes_bias: bool,
    is_sparse: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("bsplines_", "splines")?;
    let extrapolation = state.text("extrapolation")?.unwrap_or_default();
    let mut degree =
        usize::try_from(state.int("degree")?).map_err(|_| state.malformed("degree", "a degree below 0"))?;
    let mut columns = Vec::new();
    for (index, &value) in state.sequence("bsplines_")?.iter().enumerate() {
        let place = format!("bsplines_[{index}]");
        let mut column = column(state, value, &place)?;
        column.outside = match &*extrapolation {
            "continue" => OutsideKnots::Continue,
            "error" => OutsideKnots::Error,
            "periodic" => OutsideKnots::Periodic,
            "constant" | "linear" => lines(&column, &mut degree, extrapolation == "linear")
                .ok_or_else(|| state.malformed(&place, format!("knots for no degree of {degree}")))?,
            other => return Err(state.unsupported("extrapolation", format!("{other:?}"))),
        };
        columns.push(column);
    }
    let Some(splines) = columns.first().map(|column| column.coefficients.columns()) else {
        return Err(state.malformed("bsplines_", "no column"));
    };
    if columns.iter().any(|column| column.coefficients.columns() != splines) {
        return Err(state.malformed("bsplines_", "columns of different numbers of splines"));
    }
    const MISSING: &str = "handle_missing"; // since 1.9
    let nan_is_zero = state.has(MISSING) && state.text(MISSING)?.as_deref() == Some("zeros");
    const SPARSE: &str = "sparse_output"; // since 1.2
    Ok(Box::new(SplineTransformer {
        spline: Spline { columns, nan_is_zero },
        includes_bias: state.bool("include_bias")?,
        is_sparse: state.has(SPARSE) && state.bool(SPARSE)?,
    }))
}

/// A `scipy.interpolate.BSpline`; in scipy 1.16 its attributes are `_t` and `_c`, since 1.17 it has another one inside.
fn column(state: &State<'_>, value: Value, place: &str) -> Result<SplineColumn, Error> {
    let outer = state.object_in(value, place)?;
    let of = match outer.raw_state().and_then(|inner| state.heap().as_tuple(inner)) {
        Some(&[inner, _]) if !outer.has("t") && !outer.has("_t") => state.object_in(inner, place)?,
        _ => outer,
    };
    let (t, c) = if of.has("_t") { ("_t", "_c") } else { ("t", "c") };
    let (knots, degree) = (of.floats(t)?, of.int("k")?);
    let coefficients = of.matrix(c)?;
    let degree = usize::try_from(degree).map_err(|_| of.malformed("k", "a degree below 0"))?;
    let basis = degree.checked_add(1).and_then(|order| knots.len().checked_sub(order));
    let has_piece = basis.is_some_and(|basis| basis > degree);
    let is_finite = knots.iter().all(|knot| knot.is_finite());
    if !has_piece || basis != Some(coefficients.rows()) || !knots.is_sorted() || !is_finite {
        let (n, m) = (knots.len(), coefficients.rows());
        return Err(of.malformed("t", format!("{n} knots of degree {degree} for {m} coefficients")));
    }
    Ok(SplineColumn { knots, degree, coefficients, outside: OutsideKnots::Continue })
}

/// Constants or lines behind the ends. Of degree 0 and 1 scikit-learn raises the degree by one at each column until it is 2,
/// also where it looks for the ends of the next one.
fn lines(column: &SplineColumn, degree: &mut usize, is_linear: bool) -> Option<OutsideKnots> {
    let (knots, splines) = (&column.knots, column.coefficients.columns());
    let at = |end: usize| Some((*knots.get(end)?, *knots.get(knots.len().checked_sub(end + 1)?)?));
    let (low, high) = at(*degree)?;
    if is_linear && *degree <= 1 {
        *degree += 1;
    }
    let count = (*degree).min(splines);
    let ends = [low, high].map(|x| (of_degree(column, x, false), of_degree(column, x, is_linear)));
    let line = |end: usize, spline: usize| {
        let slope = if is_linear { ends[end].1[spline] } else { 0.0 };
        SplineLine { spline, value: ends[end].0[spline], slope }
    };
    let below = (0..count).map(|spline| line(0, spline)).collect();
    let above = (0..count).map(|from_end| line(1, splines - 1 - from_end)).collect();
    Some(OutsideKnots::Lines { low, high, below, above })
}

/// The splines of a column at x, or their slopes.
///
/// Source: `_deBoor_D` in scipy's `interpolate/src/__fitpack.h`.
fn of_degree(column: &SplineColumn, x: f64, is_slope: bool) -> Vec<f64> {
    let (knots, k, c): (&[f64], usize, &Matrix) = (&column.knots, column.degree, &column.coefficients);
    let mut sums = vec![0.0; c.columns()];
    if is_slope && k == 0 {
        return sums;
    }
    let basis = knots.len() - k - 1;
    let piece = knots[k + 1..basis].partition_point(|&knot| knot <= x) + k;
    let mut h = vec![0.0; k + 1];
    h[0] = 1.0;
    for j in 1..=k {
        let before = h.clone();
        h[0] = 0.0;
        for n in 1..=j {
            let (upper, lower) = (knots[piece + n], knots[piece + n - j]);
            h[n] = 0.0;
            if upper == lower {
                continue;
            }
            let w = before[n - 1] / (upper - lower);
            if is_slope && j == k {
                h[n - 1] -= j as f64 * w;
                h[n] = j as f64 * w;
            } else {
                h[n - 1] += w * (upper - x);
                h[n] = w * (x - lower);
            }
        }
    }
    for (i, h) in h.iter().enumerate() {
        sums.iter_mut().zip(c.row(piece - k + i)).for_each(|(sum, c)| *sum += c * h);
    }
    sums
}

impl SplineTransformer {
    fn splines(&self) -> usize {
        self.spline.columns.first().map_or(0, |column| column.coefficients.columns())
    }

    /// The columns that are given: without bias not the last one of each.
    fn kept(&self) -> Vec<usize> {
        let (splines, all) = (self.splines(), self.splines() * self.spline.columns.len());
        (0..all).filter(|column| self.includes_bias || (column + 1) % splines != 0).collect()
    }
}

impl Estimator for SplineTransformer {
    fn name(&self) -> &'static str {
        "SplineTransformer"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.spline.columns.len() }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        let names = Names::of(names, self.spline.columns.len())?;
        let splines = self.splines() - usize::from(!self.includes_bias);
        let of =
            |name: &str| (0..splines).map(move |spline| format!("{name}_sp_{spline}")).collect::<Vec<_>>();
        Names::new(names.iter().flat_map(of).collect::<Vec<_>>())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let check = if self.spline.nan_is_zero { Check::NotInfinite } else { Check::Finite };
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(check), &[x])?;
        let mut splines = builder.add(Op::Spline(self.spline.clone()), &[x])?;
        if !self.includes_bias {
            splines = builder.add(Op::Columns(Columns(self.kept())), &[splines])?;
        }
        Ok(Methods::transform(if self.is_sparse { builder.add(Op::Sparse, &[splines])? } else { splines }))
    }
}
