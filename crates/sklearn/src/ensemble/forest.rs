//! `sklearn.ensemble.RandomForestClassifier`, `RandomForestRegressor`, `ExtraTreesClassifier` and
//! `ExtraTreesRegressor`: the mean of trees.
//!
//! scikit-learn adds the trees in the order in which threads finish them; with one thread, and here, that is the
//! order of `estimators_`.

use cannery_graph::{Builder, Labels, Merge, Op, Tree, TreeEnsemble};
use cannery_object::known::Version;
use cannery_object::{Limit, Value};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::learnt_selector::LearntSelector;
use crate::method::{Methods, Wanted};
use crate::state::State;
use crate::tree::nodes::{self, Stored};
use crate::tree::{Missing, Targets, TreeKind, importances, n_features};

#[derive(Debug)]
struct Forest {
    name: &'static str,
    missing: Missing,
    targets: Targets,
    trees: TreeEnsemble,
    selector: LearntSelector,
}

// the second until 0.21
const MODULES: &[&str] = &["sklearn.ensemble._forest", "sklearn.ensemble.forest"];

pub(crate) const CLASSIFIERS: Entry = Entry {
    classes: &["sklearn.ensemble.RandomForestClassifier", "sklearn.ensemble.ExtraTreesClassifier"],
    modules: MODULES,
    read: |state| read(state, true),
};

pub(crate) const REGRESSORS: Entry = Entry {
    classes: &["sklearn.ensemble.RandomForestRegressor", "sklearn.ensemble.ExtraTreesRegressor"],
    modules: MODULES,
    read: |state| read(state, false),
};

fn read(state: &State<'_>, is_classifier: bool) -> Result<Box<dyn Estimator>, Error> {
    if !state.has("estimators_") || state.is_none("estimators_")? {
        return Err(state.unsupported("estimators_", "this estimator is not fitted: it has no trees"));
    }
    let values = state.sequence("estimators_")?;
    let unfitted = || state.unsupported("estimators_", "this estimator is not fitted: it has no trees");
    let first = values.first().ok_or_else(unfitted)?;
    let first = state.object_in(*first, "estimators_[0]")?;
    let targets = match is_classifier {
        true => Targets::of_classifier(state)?,
        false => Targets::of_regressor(state)?,
    };
    divides_by_n_estimators(state, &targets, values.len())?;
    let trees = TreeEnsemble::new(trees(state, values, &targets, is_classifier)?, Merge::Mean);
    Ok(Box::new(Forest {
        name: state.name(),
        missing: Missing::of_forest(state, &first, TreeKind::of(&first)?)?,
        targets,
        trees: trees.map_err(|message| state.malformed("estimators_", message))?,
        selector: LearntSelector::of(state, None, || mean_importances(state, values))?,
    }))
}

/// Until 0.18 the probabilities of several outputs are divided by the parameter, not by the number of trees.
fn divides_by_n_estimators(state: &State<'_>, targets: &Targets, trees: usize) -> Result<(), Error> {
    let is_old = state.version().is_none_or(|version| version < Version::new(0, 19));
    let divides = is_old && matches!(targets, Targets::Classes { .. });
    if divides && usize::try_from(state.int("n_estimators")?) != Ok(trees) {
        return Err(state.unsupported("n_estimators", format!("changed after fitting {trees} trees")));
    }
    Ok(())
}

fn trees(
    forest: &State<'_>,
    values: &[Value],
    targets: &Targets,
    is_classifier: bool,
) -> Result<Vec<Tree>, Error> {
    let (features, widths) = (n_features(forest)?, targets.widths());
    let mut stored = 0;
    let tree = |(index, &value): (usize, &Value)| {
        let state = &forest.object_in(value, &format!("estimators_[{index}]"))?;
        let kind = TreeKind::of(state)?;
        if kind.is_classifier != is_classifier {
            return Err(state.malformed("tree_", format!("a {} in this forest", kind.name)));
        }
        let Stored { tree, bytes } = nodes::read(state, features, &widths)?;
        stored += bytes as u64;
        expect_in_file(forest, stored)?;
        Ok(if kind.has_counts(state) { nodes::normalised(&tree, &widths) } else { tree })
    };
    values.iter().enumerate().map(tree).collect()
}

/// The number of the node at which a row ends in each tree, a column a tree: what `apply` gives.
pub(super) fn leaf_ensemble(trees: &[Tree]) -> Result<TreeEnsemble, String> {
    let numbered = trees.iter().map(nodes::with_leaf_numbers).collect::<Vec<_>>();
    TreeEnsemble::new(numbered, Merge::Sum(vec![0.0; trees.len()].into()))
}

/// `feature_importances_`: the mean over the trees.
fn mean_importances(forest: &State<'_>, values: &[Value]) -> Result<Vec<f64>, Error> {
    let features = n_features(forest)?;
    let mut sums = vec![0.0; forest.expect_room("n_features_", features)?];
    for (index, &value) in values.iter().enumerate() {
        let state = forest.object_in(value, &format!("estimators_[{index}]"))?;
        sums.iter_mut().zip(importances(&state, features)?).for_each(|(sum, share)| *sum += share);
    }
    sums.iter_mut().for_each(|sum| *sum /= values.len() as f64);
    Ok(sums)
}

/// Trees that share their nodes would make much memory of few bytes. scikit-learn makes none.
pub(super) fn expect_in_file(forest: &State<'_>, stored: u64) -> Result<(), Error> {
    let budget = forest.heap().budget();
    let allowed = budget.decompressed().saturating_add(budget.limits().of(Limit::MemorySlack));
    if stored > allowed {
        return Err(forest.malformed("estimators_", "trees that share their nodes"));
    }
    Ok(())
}

impl Estimator for Forest {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.trees.features() }
    }

    fn classes(&self) -> Vec<Labels> {
        self.targets.classes()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let brought = x;
        let x = builder.dense(x)?;
        let x = self.missing.lower(builder, x)?;
        let mean = builder.add(Op::TreeEnsemble(self.trees.clone()), &[x])?;
        let mut methods = self.targets.lower(builder, wanted, mean, mean)?;
        self.selector.lower(builder, brought, &mut methods)?;
        Ok(methods)
    }
}
