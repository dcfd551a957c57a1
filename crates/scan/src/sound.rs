//! Whether the parts of a structure fit together, for structures that compiled code uses without a look.
//!
//! Estimators that cannery runs are read by [`cannery_sklearn`], which proves more than this; these checks are for the
//! same structures in estimators that it doesn't run, and for parts that no estimator refers to.

mod blocks;
mod boosting;
mod categorical;
mod cluster;
mod covariance;
mod density;
mod depth;
mod ensemble;
mod estimator;
mod features;
mod indexes;
mod initial;
mod mixture;
mod neighbors;
mod predictor;
mod raw;
mod runs;
mod sparse;
mod spline;
mod svm;
mod tree;

use cannery_object::View;
use cannery_object::views::IndexKind;

pub(crate) use estimator::Estimators;

use crate::rule::Rule;
use crate::site::{Checked, Refusal, Site};
use crate::uses::is_piecewise;
use crate::work::Work;

/// Checks the structure that a call makes, if it is one.
pub(crate) fn check(site: &Site<'_>, estimators: &Estimators<'_>, work: &mut Work) -> Checked {
    let (module, name) = site.heap.object(site.value).map_or(site.name, |object| object.class());
    if module.starts_with("sklearn.") {
        features::check(site)?;
    }
    match (module, name) {
        ("sklearn.tree._tree", "Tree") => tree::check(site, estimators, work),
        ("sklearn.ensemble._hist_gradient_boosting.predictor", "TreePredictor") => {
            predictor::check(site, work)
        }
        (
            _,
            "newObj" | "KDTree" | "KDTree32" | "KDTree64" | "BallTree" | "BallTree32" | "BallTree64"
            | "BinaryTree" | "BinaryTree32" | "BinaryTree64",
        ) if neighbors::is_module(module) => neighbors::check(site, work),
        _ if module.starts_with("sklearn.svm.") => svm::check(site),
        _ if module.starts_with("sklearn.ensemble.") => ensemble::check(site, work),
        _ if module.starts_with("sklearn.covariance.") => covariance::check(site),
        _ if module.starts_with("sklearn.mixture.") => mixture::check(site),
        ("sklearn.dummy", "DummyClassifier") => mixture::dummy(site),
        _ if module.starts_with("sklearn.tree.") => ensemble::single(site),
        _ if module.starts_with("sklearn.cluster.") => cluster::check(site, work),
        _ if module.starts_with("sklearn.neighbors.") => indexes::neighbors(site, work),
        _ if module.starts_with("sklearn.preprocessing.")
            || module.starts_with("sklearn.feature_extraction.") =>
        {
            indexes::check(site, work)
        }
        (_, "BSpline" | "_BSpline") if module.starts_with("scipy.interpolate.") => spline::check(site),
        _ if module.starts_with("scipy.interpolate.") && is_piecewise(name) => spline::check_piecewise(site),
        ("scipy.stats.kde" | "scipy.stats._kde", "gaussian_kde") => density::check(site),
        (_, "BlockManager") if module.starts_with("pandas.core.internals") => blocks::check(site, work),
        ("pandas._libs.sparse", "IntIndex" | "BlockIndex") => runs::index(site, work),
        (_, "SparseArray") if module.split('.').next() == Some("pandas") => runs::array(site, work),
        _ if module.split('.').next() == Some("pandas") => match site.heap.view(site.value) {
            View::Categorical(categorical) => categorical::check(site, &categorical, work),
            View::Index(index) if index.kind() == IndexKind::Multi => {
                categorical::levels(site.heap, &index, work)
            }
            _ => Ok(()),
        },
        _ if module.starts_with("scipy.sparse.") => match site.heap.view(site.value) {
            View::Sparse(sparse) => sparse::check(&sparse, work),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// What does not fit, at a place in the structure.
fn unsound(place: impl AsRef<str>, message: impl std::fmt::Display) -> Refusal {
    Refusal::new(Rule::Unsound, format!("{}: {message}", place.as_ref()))
}
