//! How important each column is to an estimator: its coefficients, or what its trees say.

use cannery_graph::{Matrix, Points};
use cannery_object::View;

use crate::error::Error;
use crate::state::State;
use crate::sum::pairwise_sum;
use crate::tree::nodes::{importances as of_tree, is_stump, raw_importances};
use crate::tree::{TreeKind, n_features};

/// Importances, one a column, or coefficients with a row for each output.
pub(super) enum Importances {
    Vector(Vec<f64>),
    Rows(Matrix),
}

/// What the selector's `importance_getter` finds in its estimator.
pub(super) fn of(selector: &State<'_>, estimator: &State<'_>) -> Result<Importances, Error> {
    const NAME: &str = "importance_getter"; // since 0.24
    let getter = if selector.has(NAME) { selector.text(NAME)? } else { Some("auto".into()) };
    let Some(getter) = getter else {
        return Err(selector.unsupported(NAME, "importances by a Python function"));
    };
    let path: Vec<&str> = getter.split('.').collect();
    let Some((&last, before)) = path.split_last() else {
        return Err(selector.unsupported(NAME, format!("importances at {getter:?}")));
    };
    match before {
        [] => at(selector, estimator, last),
        [first] => {
            let inner = estimator.object_in(estimator.value(first)?, first)?;
            at(selector, &inner, last)
        }
        ["named_steps", step] => at(selector, &self::step(estimator, step)?, last),
        _ => Err(selector.unsupported(NAME, format!("importances at {getter:?}"))),
    }
}

/// A step of a pipeline by its name.
fn step<'h>(pipeline: &State<'h>, name: &str) -> Result<State<'h>, Error> {
    for (index, &value) in pipeline.sequence("steps")?.iter().enumerate() {
        if let Some(&[of_step, estimator]) = pipeline.heap().as_sequence(value)
            && pipeline.heap().is_str(of_step, name)
        {
            return pipeline.object_in(estimator, &format!("steps[{index}]"));
        }
    }
    Err(pipeline.malformed("steps", format!("no step {name}")))
}

fn at(selector: &State<'_>, estimator: &State<'_>, name: &str) -> Result<Importances, Error> {
    match name {
        "auto" if estimator.has("coef_") => coefficients(estimator),
        "coef_" => coefficients(estimator),
        "auto" | "feature_importances_" => trees(estimator),
        _ => Err(selector.unsupported("importance_getter", format!("importances at {name:?}"))),
    }
}

fn coefficients(estimator: &State<'_>) -> Result<Importances, Error> {
    const NAME: &str = "coef_";
    if matches!(estimator.heap().view(estimator.value(NAME)?), View::Sparse(_)) {
        return match estimator.points(NAME)? {
            Points::Dense(matrix) => Ok(Importances::Rows(matrix)),
            Points::Sparse(_) => Ok(Importances::Rows(estimator.matrix(NAME)?)),
        };
    }
    let array = estimator.array(NAME)?;
    match array.ndim() {
        1 => Ok(Importances::Vector(estimator.floats(NAME)?)),
        _ => Ok(Importances::Rows(estimator.matrix_in(&array, NAME)?)),
    }
}

fn trees(estimator: &State<'_>) -> Result<Importances, Error> {
    let (_, class) = estimator.class();
    let importances = match class {
        "DecisionTreeClassifier" | "DecisionTreeRegressor" | "ExtraTreeClassifier" | "ExtraTreeRegressor" => {
            TreeKind::of(estimator)?;
            of_tree(estimator, n_features(estimator)?)?
        }
        "RandomForestClassifier"
        | "RandomForestRegressor"
        | "ExtraTreesClassifier"
        | "ExtraTreesRegressor" => forest(estimator)?,
        "GradientBoostingClassifier" | "GradientBoostingRegressor" => boosting(estimator)?,
        "AdaBoostClassifier" | "AdaBoostRegressor" => weighted(estimator)?,
        _ => {
            let message = format!("the importances of a {class}");
            return Err(estimator.unsupported("feature_importances_", message));
        }
    };
    Ok(Importances::Vector(importances))
}

/// The mean over the trees that are more than a leaf, as shares of its sum; until 0.20 the mean over all trees.
fn forest(estimator: &State<'_>) -> Result<Vec<f64>, Error> {
    let features = n_features(estimator)?;
    let is_new = estimator.since(0, 21);
    let mut sums = Sums::of(estimator, features)?;
    for (index, value) in estimator.objects("estimators_")?.into_iter().enumerate() {
        let tree = estimator.object_in(value, &format!("estimators_[{index}]"))?;
        if !is_new || !is_stump(&tree)? {
            sums.add(&of_tree(&tree, features)?, 1.0);
        }
    }
    let means = sums.means();
    Ok(if is_new { shares(means) } else { means })
}

/// The mean over the trees that are more than a leaf, as shares of its sum. Until 0.20 each tree has shares of its own.
fn boosting(estimator: &State<'_>) -> Result<Vec<f64>, Error> {
    let features = n_features(estimator)?;
    let is_new = estimator.since(0, 21);
    let mut sums = Sums::of(estimator, features)?;
    for (index, value) in estimator.objects("estimators_")?.into_iter().enumerate() {
        let tree = estimator.object_in(value, &format!("estimators_[{index}]"))?;
        if !is_new || !is_stump(&tree)? {
            sums.add(&raw_importances(&tree, features)?, 1.0);
        }
    }
    Ok(shares(sums.means()))
}

fn weighted(estimator: &State<'_>) -> Result<Vec<f64>, Error> {
    let weights = estimator.floats("estimator_weights_")?;
    let mut sums: Option<Sums> = None;
    for (index, (value, &weight)) in estimator.objects("estimators_")?.into_iter().zip(&weights).enumerate() {
        let member = estimator.object_in(value, &format!("estimators_[{index}]"))?;
        let Importances::Vector(own) = trees(&member)? else { continue };
        match &mut sums {
            Some(sums) => sums.add(&own, weight),
            None => {
                let mut first = Sums::of(estimator, own.len())?;
                first.add(&own, weight);
                sums = Some(first);
            }
        }
    }
    let total = pairwise_sum(&weights);
    Ok(sums.map(|sums| sums.sums.into_iter().map(|sum| sum / total).collect()).unwrap_or_default())
}

struct Sums {
    sums: Vec<f64>,
    count: usize,
}

impl Sums {
    fn of(estimator: &State<'_>, features: usize) -> Result<Self, Error> {
        Ok(Self { sums: vec![0.0; estimator.expect_room("n_features_in_", features)?], count: 0 })
    }

    fn add(&mut self, importances: &[f64], weight: f64) {
        self.sums.iter_mut().zip(importances).for_each(|(sum, x)| *sum += weight * x);
        self.count += 1;
    }

    fn means(mut self) -> Vec<f64> {
        let count = self.count.max(1) as f64;
        self.sums.iter_mut().for_each(|sum| *sum /= count);
        self.sums
    }
}

fn shares(mut values: Vec<f64>) -> Vec<f64> {
    let sum = pairwise_sum(&values);
    if sum != 0.0 {
        values.iter_mut().for_each(|value| *value /= sum);
    }
    values
}

/// One importance a column: absolute values, over several rows by `norm_order` (since 0.19; 1 before).
pub(super) fn norm(selector: &State<'_>, importances: &Importances) -> Result<Vec<f64>, Error> {
    const NAME: &str = "norm_order";
    let rows = match importances {
        Importances::Vector(values) => return Ok(values.iter().map(|value| value.abs()).collect()),
        Importances::Rows(rows) => rows,
    };
    let order = if selector.has(NAME) { selector.float(NAME)? } else { 1.0 };
    let of_column = |column: usize| {
        let values = (0..rows.rows()).map(|row| rows.row(row)[column].abs());
        match order {
            f64::INFINITY => values.fold(0.0, f64::max),
            f64::NEG_INFINITY => values.fold(f64::INFINITY, f64::min),
            0.0 => values.filter(|value| *value != 0.0).count() as f64,
            1.0 => values.sum(),
            2.0 => values.map(|value| value * value).sum::<f64>().sqrt(),
            order => values.map(|value| value.powf(order)).sum::<f64>().powf(1.0 / order),
        }
    };
    Ok((0..rows.columns()).map(of_column).collect())
}
