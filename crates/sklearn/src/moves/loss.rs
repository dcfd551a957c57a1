//! Objects of `sklearn._loss`, which boosting and generalised linear models keep.

use cannery_object::{Call, CallKind, Node, Value};

use super::edit::{Edit, Moved, number};
use super::rule::{Act, Plain, Rule};

const LOSSES: &[&str] = &[
    "AbsoluteError",
    "PinballLoss",
    "HuberLoss",
    "HalfSquaredError",
    "HalfTweedieLossIdentity",
    "HalfPoissonLoss",
    "HalfGammaLoss",
    "HalfTweedieLoss",
    "HalfBinomialLoss",
    "ExponentialLoss",
    "HalfMultinomialLoss",
];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "loss-array-api",
        (1, 9),
        LOSSES,
        Act::Gain(&[("xp", Plain::None), ("device", Plain::None)]),
        "since 1.9 a loss keeps which array library it computes with",
    ),
    Rule::new(
        "loss-multinomial-caches",
        (1, 9),
        &["HalfMultinomialLoss"],
        Act::Gain(&[
            ("class_indexing_offsets", Plain::None),
            ("y_true_int", Plain::None),
            ("y_true_one_hot", Plain::None),
        ]),
        "since 1.9 the multinomial loss keeps arrays of the last y",
    ),
];

/// What a loss is made of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Loss {
    pub(super) class: &'static str,
    /// Number of classes of a multinomial loss.
    pub(super) classes: Option<usize>,
    /// The argument of the compiled loss: `delta` of Huber, the quantile of Pinball, the power of Tweedie.
    pub(super) argument: Option<f64>,
    /// The attribute `quantile` of Huber.
    pub(super) quantile: Option<f64>,
}

/// Bounds of an interval: low, high, whether each belongs to it.
type Bounds = (f64, f64, bool, bool);

const INFINITE: f64 = f64::INFINITY;
const ALL: Bounds = (-INFINITE, INFINITE, false, false);
const POSITIVE: Bounds = (0.0, INFINITE, false, false);
const NOT_NEGATIVE: Bounds = (0.0, INFINITE, true, false);
const INSIDE: Bounds = (0.0, 1.0, false, false);

impl Loss {
    pub(super) fn of(class: &'static str) -> Self {
        Self { class, ..Self::default() }
    }

    /// The class of the link between raw and mean predictions.
    fn link(self) -> &'static str {
        match self.class {
            "HalfPoissonLoss" | "HalfGammaLoss" | "HalfTweedieLoss" => "LogLink",
            "HalfBinomialLoss" => "LogitLink",
            "ExponentialLoss" => "HalfLogitLink",
            "HalfMultinomialLoss" => "MultinomialLogit",
            _ => "IdentityLink",
        }
    }

    /// The intervals of what is predicted and of predictions.
    fn intervals(self) -> (Bounds, Bounds) {
        let power = self.argument.unwrap_or(0.0);
        let tweedie = match power {
            p if p <= 0.0 => ALL,
            p if p < 2.0 => NOT_NEGATIVE,
            _ => POSITIVE,
        };
        match self.class {
            "HalfPoissonLoss" => (NOT_NEGATIVE, POSITIVE),
            "HalfGammaLoss" => (POSITIVE, POSITIVE),
            "HalfTweedieLoss" => (tweedie, POSITIVE),
            "HalfTweedieLossIdentity" if power == 0.0 => (ALL, ALL),
            "HalfTweedieLossIdentity" => (tweedie, POSITIVE),
            "HalfBinomialLoss" | "ExponentialLoss" => ((0.0, 1.0, true, true), INSIDE),
            "HalfMultinomialLoss" => (NOT_NEGATIVE, INSIDE),
            _ => (ALL, ALL),
        }
    }

    /// The loss as an object.
    pub(super) fn make(self, e: &mut Edit<'_>) -> Moved<Value> {
        let argument = match self.argument {
            Some(argument) => vec![e.value(argument)?],
            None => Vec::new(),
        };
        let compiled = call(e, "sklearn._loss._loss", &format!("Cy{}", self.class), &argument)?;
        let link = e.make("sklearn._loss.link", self.link(), &[])?;
        let (of_y, of_predictions) = self.intervals();
        let (of_y, of_predictions) = (interval(e, of_y)?, interval(e, of_predictions)?);
        let classes = match (self.class, self.classes) {
            ("HalfBinomialLoss" | "ExponentialLoss", _) => Value::Int(2),
            (_, Some(classes)) => e.value(classes)?,
            _ => Value::None,
        };
        let is_approximate = matches!(self.class, "AbsoluteError" | "PinballLoss" | "HuberLoss");
        let mut attributes = vec![
            ("closs", compiled),
            ("link", link),
            ("approx_hessian", Value::Bool(is_approximate)),
            ("constant_hessian", Value::Bool(false)),
            ("n_classes", classes),
            ("interval_y_true", of_y),
            ("interval_y_pred", of_predictions),
        ];
        if let Some(quantile) = self.quantile {
            attributes.insert(0, ("quantile", e.value(quantile)?));
        }
        e.make("sklearn._loss.loss", self.class, &attributes)
    }
}

fn interval(e: &mut Edit<'_>, (low, high, with_low, with_high): Bounds) -> Moved<Value> {
    let attributes = [
        ("low", e.value(low)?),
        ("high", e.value(high)?),
        ("low_inclusive", Value::Bool(with_low)),
        ("high_inclusive", Value::Bool(with_high)),
    ];
    e.make("sklearn._loss.link", "Interval", &attributes)
}

/// The result of a call.
pub(super) fn call(e: &mut Edit<'_>, module: &str, name: &str, args: &[Value]) -> Moved<Value> {
    let callable = e.heap.global(module, name)?;
    let args = e.heap.container(Node::Tuple, args)?;
    Ok(e.heap.add_call(Call { callable, args, kind: CallKind::Reduce })?)
}

/// The arguments of the compiled loss in `closs` of a loss.
pub(super) fn argument(e: &Edit<'_>, loss: Value) -> Option<f64> {
    let compiled = e.heap.object(loss)?.attr("closs")?;
    number(e.heap, *compiled_args(e.heap, compiled)?.first()?)
}

/// The arguments that make a compiled loss: of the class itself, or of Cython's function, which has them as its third
/// argument or as a state.
pub(super) fn compiled_args(heap: &cannery_object::Heap, compiled: Value) -> Option<Vec<Value>> {
    let call = heap.call(compiled)?;
    let (_, name) = heap.global_name(call.callable)?;
    let args = heap.as_tuple(call.args)?;
    if !name.starts_with("__pyx_unpickle") {
        return Some(args.to_vec());
    }
    let state = match args {
        [_, _, state] if *state != Value::None => Some(*state),
        _ => heap.items(heap.attached(compiled).states).first().copied(),
    };
    Some(state.and_then(|state| heap.as_tuple(state)).map(<[Value]>::to_vec).unwrap_or_default())
}
