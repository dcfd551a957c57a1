//! `sklearn.preprocessing.PolynomialFeatures`: products of columns up to a degree.
//!
//! Source: `PolynomialFeatures.transform` in `sklearn/preprocessing/_polynomial.py` (until 0.24 `_data.py`). Dense products are
//! multiplied from the last factor to the first since 0.22, from the first on before, and so they are of sparse rows.

use cannery_graph::{Builder, Check, Columns, Op, Poly, Shape, Term};
use cannery_object::Value;

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.PolynomialFeatures"],
    // the second until 0.24, the third until 0.21
    modules: &[
        "sklearn.preprocessing._polynomial",
        "sklearn.preprocessing._data",
        "sklearn.preprocessing.data",
    ],
    read,
};

#[derive(Debug)]
struct PolynomialFeatures {
    features: usize,
    /// The columns of each product, in the order of the result.
    products: Vec<Vec<u32>>,
    starts_last: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    // `n_input_features_` until 0.24
    let features = match (state.n_features()?, state.has("n_input_features_")) {
        (Some(features), _) => features,
        (None, true) => usize::try_from(state.int("n_input_features_")?)
            .map_err(|_| state.malformed("n_input_features_", "a count below 0"))?,
        (None, false) => return Err(state.unsupported("", "this PolynomialFeatures is not fitted")),
    };
    let (least, most) = degrees(state)?;
    let is_interaction = state.bool("interaction_only")?;
    let mut products = Vec::new();
    if state.bool("include_bias")? {
        products.push(vec![]);
    }
    let mut of_degree: Vec<Vec<u32>> = vec![vec![]];
    for degree in 1..=most {
        of_degree = next_degree(state, &of_degree, features, is_interaction)?;
        if of_degree.is_empty() {
            break;
        }
        if degree >= least {
            state.expect_room("degree", (products.len() + of_degree.len()) * degree)?;
            products.extend(of_degree.iter().cloned());
        }
    }
    if features == 0 || products.is_empty() {
        return Err(state.unsupported("degree", "a result of no column"));
    }
    Ok(Box::new(PolynomialFeatures { features, products, starts_last: state.since(0, 22) }))
}

/// `degree`, which since 1.0 may be a pair of the least and the most one.
fn degrees(state: &State<'_>) -> Result<(usize, usize), Error> {
    const NAME: &str = "degree";
    let value = state.value(NAME)?;
    let count = |value: Value| {
        let int = state.int_in(value, NAME)?;
        usize::try_from(int).map_err(|_| state.malformed(NAME, "a degree below 0"))
    };
    match state.heap().as_sequence(value) {
        Some(&[least, most]) => Ok((count(least)?, count(most)?)),
        Some(_) => Err(state.malformed(NAME, "not a pair of numbers")),
        None => Ok((0, count(value)?)),
    }
}

/// Each product with one more factor, whose column is not before the last one, in the order of their columns.
fn next_degree(
    state: &State<'_>,
    products: &[Vec<u32>],
    features: usize,
    is_interaction: bool,
) -> Result<Vec<Vec<u32>>, Error> {
    let mut next = Vec::new();
    for product in products {
        let first = product.last().map_or(0, |&last| last + u32::from(is_interaction));
        let last =
            u32::try_from(features).map_err(|_| state.unsupported("n_features_in_", "too many columns"))?;
        state.expect_room(
            "degree",
            (next.len() + last.saturating_sub(first) as usize) * (product.len() + 1),
        )?;
        next.extend((first..last).map(|column| product.iter().copied().chain([column]).collect::<Vec<_>>()));
    }
    Ok(next)
}

impl PolynomialFeatures {
    /// Products, each of one before it, and where among them those of the result are.
    fn terms(&self, starts_last: bool) -> (Poly, Vec<usize>) {
        let mut known = rustc_hash::FxHashMap::<Vec<u32>, u32>::default();
        let mut terms = Vec::new();
        let mut places = Vec::with_capacity(self.products.len());
        for product in &self.products {
            let mut place = None;
            for length in usize::from(!product.is_empty())..=product.len() {
                let (part, column) = match starts_last {
                    true => (&product[product.len() - length..], product.get(product.len() - length)),
                    false => (&product[..length], product.get(length.wrapping_sub(1))),
                };
                let found = known.get(part).copied();
                place = Some(found.unwrap_or_else(|| {
                    terms.push(match (place, column) {
                        (Some(term), Some(&column)) => Term::Product { term, column },
                        (None, Some(&column)) => Term::Column(column),
                        (_, None) => Term::One,
                    });
                    let index = terms.len() as u32 - 1;
                    known.insert(part.to_vec(), index);
                    index
                }));
            }
            places.push(place.unwrap_or(0) as usize);
        }
        (Poly { features: self.features, terms }, places)
    }
}

impl Estimator for PolynomialFeatures {
    fn name(&self) -> &'static str {
        "PolynomialFeatures"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.features }
    }

    /// `x0^2 x1`, and `1` for the product of nothing.
    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        let names = Names::of(names, self.features)?;
        let names: Vec<&str> = names.iter().collect();
        let name = |product: &Vec<u32>| {
            let powers = product.chunk_by(|a, b| a == b).map(|same| match same.len() {
                1 => names[same[0] as usize].to_owned(),
                power => format!("{}^{power}", names[same[0] as usize]),
            });
            let name = powers.collect::<Vec<_>>().join(" ");
            if name.is_empty() { "1".to_owned() } else { name }
        };
        Names::new(self.products.iter().map(name))
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let is_sparse = matches!(builder.type_of(x)?.shape, Shape::Csr(_));
        let x = builder.dense(x)?;
        let (poly, places) = self.terms(self.starts_last && !is_sparse);
        let is_all = places.iter().copied().eq(0..poly.terms.len());
        let mut terms = builder.add(Op::Poly(poly), &[x])?;
        if !is_all {
            terms = builder.add(Op::Columns(Columns(places)), &[terms])?;
        }
        Ok(Methods::transform(if is_sparse { builder.add(Op::Sparse, &[terms])? } else { terms }))
    }
}
