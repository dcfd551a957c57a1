//! `sklearn.tree.DecisionTreeClassifier`, `DecisionTreeRegressor`, `ExtraTreeClassifier` and `ExtraTreeRegressor`.
//! They differ in how they are fitted, and in what they say of NaN.
//!
//! The values of a classifier's leaves are weighted counts until 1.3, which `predict_proba` divides by their sum
//! and `predict` does not; they are fractions since 1.4.

use cannery_graph::{Builder, Edge, Labels, Op, Tree, TreeEnsemble};
use cannery_object::known::Version;

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::learnt_selector::LearntSelector;
use crate::method::{Methods, Wanted};
use crate::state::State;
use crate::tree::{Missing, Targets, importances, nodes};

/// One of the four classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TreeKind {
    pub(crate) name: &'static str,
    pub(crate) is_classifier: bool,
    pub(crate) is_extra: bool,
}

const KINDS: [TreeKind; 4] = [
    TreeKind { name: "DecisionTreeClassifier", is_classifier: true, is_extra: false },
    TreeKind { name: "DecisionTreeRegressor", is_classifier: false, is_extra: false },
    TreeKind { name: "ExtraTreeClassifier", is_classifier: true, is_extra: true },
    TreeKind { name: "ExtraTreeRegressor", is_classifier: false, is_extra: true },
];

#[derive(Debug)]
struct DecisionTree {
    kind: TreeKind,
    missing: Missing,
    targets: Targets,
    /// Leaves as they were counted.
    votes: Tree,
    /// Leaves as probabilities, where that is something else.
    proba: Option<Tree>,
    selector: LearntSelector,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &[
        "sklearn.tree.DecisionTreeClassifier",
        "sklearn.tree.DecisionTreeRegressor",
        "sklearn.tree.ExtraTreeClassifier",
        "sklearn.tree.ExtraTreeRegressor",
    ],
    // the second until 0.21
    modules: &["sklearn.tree._classes", "sklearn.tree.tree"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let kind = TreeKind::of(state)?;
    if !state.has("tree_") || state.is_none("tree_")? {
        return Err(state.unsupported("tree_", "this estimator is not fitted: it has no tree"));
    }
    let targets = match kind.is_classifier {
        true => Targets::of_classifier(state)?,
        false => Targets::of_regressor(state)?,
    };
    let widths = targets.widths();
    let votes = nodes::read(state, n_features(state)?, &widths)?.tree;
    let proba = kind.has_counts(state).then(|| nodes::normalised(&votes, &widths));
    let missing = Missing::of_tree(state, kind)?;
    let selector = LearntSelector::of(state, None, || importances(state, votes.features()))?;
    Ok(Box::new(DecisionTree { kind, missing, targets, votes, proba, selector }))
}

/// Number of columns of X.
pub(crate) fn n_features(state: &State<'_>) -> Result<usize, Error> {
    state.n_features()?.ok_or_else(|| state.malformed("n_features_", "this attribute is missing"))
}

impl TreeKind {
    /// Which class an object is of.
    pub(crate) fn of(state: &State<'_>) -> Result<Self, Error> {
        let (module, name) = state.class();
        let kind = KINDS.into_iter().find(|kind| kind.name == name);
        let kind = kind.filter(|_| ENTRY.modules.contains(&module));
        kind.ok_or_else(|| state.unsupported("tree_", format!("a tree of class {module}.{name}")))
    }

    /// Whether leaf values are counts that `predict_proba` divides by their sum.
    pub(crate) fn has_counts(self, state: &State<'_>) -> bool {
        self.is_classifier && state.version().is_none_or(|version| version < Version::new(1, 4))
    }
}

impl Estimator for DecisionTree {
    fn name(&self) -> &'static str {
        self.kind.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.votes.features() }
    }

    fn classes(&self) -> Vec<Labels> {
        self.targets.classes()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let brought = x;
        let x = builder.dense(x)?;
        let x = self.missing.lower(builder, x)?;
        let votes = only(builder, x, &self.votes)?;
        let proba = self.proba.as_ref().map_or(Ok(votes), |proba| only(builder, x, proba))?;
        let mut methods = self.targets.lower(builder, wanted, votes, proba)?;
        self.selector.lower(builder, brought, &mut methods)?;
        Ok(methods)
    }
}

fn only(builder: &mut Builder, x: Edge, tree: &Tree) -> Result<Edge, Error> {
    Ok(builder.add(Op::TreeEnsemble(TreeEnsemble::of_one(tree.clone())), &[x])?)
}
