//! `sklearn.kernel_approximation.PolynomialCountSketch` (since 0.24): convolved sketches of a row.

use cannery_graph::{Arithmetic, Builder, Check, Constant, CountSketch, DType, Op, Scale};
use cannery_object::NdArray;

use super::MODULES;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

pub(crate) const ENTRY: Entry =
    Entry { classes: &["sklearn.kernel_approximation.PolynomialCountSketch"], modules: MODULES, read };

#[derive(Debug)]
struct PolynomialCountSketch {
    /// Columns of X, without the constant one.
    columns: usize,
    gamma: f64,
    coef0: f64,
    sketch: CountSketch,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("indexHash_", "hashes")?;
    let (places, signs) = (state.array_of_ndim("indexHash_", 2)?, state.array_of_ndim("bitHash_", 2)?);
    let of = |array: &NdArray<'_>, name: &str| {
        array
            .i64s()
            .map(std::borrow::Cow::into_owned)
            .map_err(|error| Error::in_view(state.path_of(name), &error))
    };
    let components = usize::try_from(state.int("n_components")?).unwrap_or(0);
    let components = state.expect_room("n_components", components)?;
    let places_of = of(&places, "indexHash_")?;
    let positions: Option<Vec<u32>> = places_of
        .iter()
        .map(|&place| {
            usize::try_from(place).ok().filter(|&p| p < components).and_then(|p| u32::try_from(p).ok())
        })
        .collect();
    let positions =
        positions.ok_or_else(|| state.malformed("indexHash_", "a place that is not a component"))?;
    let signs_of: Vec<bool> = of(&signs, "bitHash_")?.iter().map(|&sign| sign < 0).collect();
    let (coef0, gamma) = (state.float("coef0")?, state.float("gamma")?);
    let hashed = places.shape[1];
    let columns = hashed.checked_sub(usize::from(coef0 != 0.0)).filter(|&columns| columns > 0);
    let (Some(columns), true) = (columns, places.shape == signs.shape && !positions.is_empty()) else {
        return Err(state.malformed("bitHash_", "not of the shape of indexHash_"));
    };
    let sketch = CountSketch { components, columns: hashed, places: positions, negative: signs_of };
    Ok(Box::new(PolynomialCountSketch { columns, gamma, coef0, sketch }))
}

impl Estimator for PolynomialCountSketch {
    fn name(&self) -> &'static str {
        "PolynomialCountSketch"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.columns }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.sketch.components)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = builder.cast(x, DType::F64)?;
        let steps = vec![(Arithmetic::Multiply, vec![self.gamma.sqrt(); self.columns])];
        let mut x = builder.add(Op::Scale(Scale { steps }), &[x])?;
        if self.coef0 != 0.0 {
            let constant = Constant::matrix(DType::F64, vec![self.coef0.sqrt()]);
            let constant = builder.add(Op::Constant(constant), &[x])?;
            x = builder.add(Op::Concat, &[x, constant])?;
        }
        Ok(Methods::transform(builder.add(Op::CountSketch(self.sketch.clone()), &[x])?))
    }
}
