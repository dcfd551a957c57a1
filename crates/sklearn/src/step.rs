//! A place for a transformer that may hold one which passes everything through.

use cannery_graph::{Arithmetic, Builder, DType, Edge, Op, Scale};
use cannery_object::Value;

use crate::child::Child;
use crate::error::Error;
use crate::input::Input;
use crate::method::Method;
use crate::names::Names;
use crate::preprocessing::function_transformer;
use crate::state::State;

/// What stands at such a place.
#[derive(Debug)]
pub(crate) enum Step {
    /// 'passthrough', or a function that gives its argument back. Of the latter, names are known if it says so.
    Pass {
        /// Whether `get_feature_names_out` gives the names of the columns that it takes.
        keeps_names: bool,
    },
    /// A transformer.
    Child(Child),
}

impl Step {
    /// What a value inside an object is; `place` is its path from there: `steps[1]`.
    pub(crate) fn read(state: &State<'_>, value: Value, place: &str) -> Result<Self, Error> {
        if state.heap().is_str(value, "passthrough") {
            return Ok(Self::Pass { keeps_names: true });
        }
        if function_transformer::is_identity(state, value, place)? {
            let transformer = state.object_in(value, place)?;
            return Ok(Self::Pass { keeps_names: function_transformer::keeps_names(&transformer) });
        }
        Ok(Self::Child(Child::read_in(state, value, place)?))
    }

    /// What `transform` gives.
    pub(crate) fn lower(&self, builder: &mut Builder, x: &Input) -> Result<Input, Error> {
        match self {
            Self::Pass { .. } => Ok(x.clone()),
            Self::Child(child) => Ok(child.lower_method(builder, x, Method::Transform)?.into()),
        }
    }

    /// Names of the columns that it gives, of those that it takes.
    pub(crate) fn names_out(&self, names: &Names) -> Option<Names> {
        match self {
            Self::Pass { keeps_names } => keeps_names.then(|| names.clone()),
            Self::Child(child) => child.names_out(Some(names)),
        }
    }
}

/// A factor for all columns that a transformer gives, of `transformer_weights`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weight(f64);

/// Columns that a factor is spread over.
const MAX_WEIGHTED: usize = 1 << 22;

impl Weight {
    /// The factor for a name in the dict of weights; `None` where there is none.
    pub(crate) fn read(state: &State<'_>, name: &str) -> Result<Option<Self>, Error> {
        const NAME: &str = "transformer_weights";
        if !state.has(NAME) || state.is_none(NAME)? {
            return Ok(None);
        }
        let heap = state.heap();
        let pairs = heap.as_dict(state.value(NAME)?);
        let pairs = pairs.ok_or_else(|| state.unsupported(NAME, "weights that are not a dict"))?;
        match heap.lookup(pairs, name) {
            None | Some(Value::None) => Ok(None),
            Some(weight) => Ok(Some(Self(state.float_in(weight, &format!("{NAME}[{name:?}]"))?))),
        }
    }

    /// Each element times the factor. A Python number is rounded to the dtype that it meets.
    pub(crate) fn lower(self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let x = match builder.type_of(x)?.dtype {
            DType::F32 | DType::F64 => x,
            DType::I64 | DType::Bool => builder.cast(x, DType::F64)?,
            DType::Str | DType::Any => {
                return Err(Error::unsupported("transformer_weights", "a weight that is not a number"));
            }
        };
        let ty = builder.type_of(x)?;
        if ty.columns() > MAX_WEIGHTED {
            return Err(Error::unsupported(
                "transformer_weights",
                format!("more than {MAX_WEIGHTED} columns"),
            ));
        }
        let factor = if ty.dtype == DType::F32 { f64::from(self.0 as f32) } else { self.0 };
        let steps = vec![(Arithmetic::Multiply, vec![factor; ty.columns()])];
        Ok(builder.add(Op::Scale(Scale { steps }), &[x])?)
    }
}
