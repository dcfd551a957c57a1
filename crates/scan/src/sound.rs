//! Whether the parts of a structure fit together, for structures that compiled code uses without a look.
//!
//! What scikit-learn's compiled code uses is known to [`cannery_sklearn`], behind one function; here stand pandas and scipy.

mod blocks;
mod categorical;
mod density;
mod raw;
mod runs;
mod sparse;
mod spline;

use cannery_object::View;
use cannery_object::views::IndexKind;

use cannery_sklearn::Soundness;

use crate::rule::Rule;
use crate::site::{Checked, Refusal, Site};
use crate::uses::is_piecewise;
use crate::work::Work;

/// Checks the structure that a call makes, if it is one.
pub(crate) fn check(site: &Site<'_>, of_sklearn: &mut Soundness<'_>, work: &mut Work) -> Checked {
    let (module, name) = site.heap.object(site.value).map_or(site.name, |object| object.class());
    match module.split('.').next() {
        Some("sklearn") => Ok(of_sklearn.check(site.value, work.allowance())?),
        Some("pandas") => of_pandas(site, (module, name), work),
        Some("scipy") => of_scipy(site, (module, name), work),
        _ => Ok(()),
    }
}

fn of_pandas(site: &Site<'_>, (module, name): (&str, &str), work: &mut Work) -> Checked {
    match (module, name) {
        (_, "BlockManager") if module.starts_with("pandas.core.internals") => blocks::check(site, work),
        ("pandas._libs.sparse", "IntIndex" | "BlockIndex") => runs::index(site, work),
        (_, "SparseArray") => runs::array(site, work),
        _ => match site.heap.view(site.value) {
            View::Categorical(categorical) => categorical::check(site, &categorical, work),
            View::Index(index) if index.kind() == IndexKind::Multi => {
                categorical::levels(site.heap, &index, work)
            }
            _ => Ok(()),
        },
    }
}

fn of_scipy(site: &Site<'_>, (module, name): (&str, &str), work: &mut Work) -> Checked {
    match (module, name) {
        (_, "BSpline" | "_BSpline") if module.starts_with("scipy.interpolate.") => spline::check(site),
        _ if module.starts_with("scipy.interpolate.") && is_piecewise(name) => spline::check_piecewise(site),
        ("scipy.stats.kde" | "scipy.stats._kde", "gaussian_kde") => density::check(site),
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
