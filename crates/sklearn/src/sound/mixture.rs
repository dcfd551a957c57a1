//! Mixtures and drawn classes: the number of a component is drawn by compiled code of numpy, some releases of which divide
//! by how many weights there are.
//!
//! Source: `RandomState.multinomial` of numpy 1.20; `BaseMixture.sample` in `sklearn/mixture/_base.py`,
//! `DummyClassifier.predict_proba` in `sklearn/dummy.py`.

use cannery_object::{Heap, Object, Value};

use super::parts::{array, array_in};
use super::{Checked, Site, unsound};

/// As many weights, means and covariances as there are components, which is at least one.
pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value) else { return Ok(()) };
    let is_mixture = matches!(object.class().1, "GaussianMixture" | "BayesianGaussianMixture");
    if !is_mixture || object.attr("weights_").is_none() {
        return Ok(());
    }
    let components = array(heap, &object, "weights_", 1)?.len();
    let means = array(heap, &object, "means_", 2)?.shape;
    if components == 0 || means[0] != components {
        return Err(unsound("weights_", format!("{components} for means of shape {means:?}")));
    }
    for name in ["covariances_", "precisions_", "precisions_cholesky_"] {
        matrices(heap, &object, name, components, means[1])?;
    }
    Ok(())
}

/// The shape of these depends on `covariance_type`.
fn matrices(heap: &Heap, object: &Object<'_>, name: &str, components: usize, features: usize) -> Checked {
    let Some(value) = object.attr(name) else { return Ok(()) };
    let is_of = |kind: &str| object.attr("covariance_type").is_some_and(|value| heap.is_str(value, kind));
    let wanted = match () {
        () if is_of("full") => vec![components, features, features],
        () if is_of("tied") => vec![features, features],
        () if is_of("diag") => vec![components, features],
        () if is_of("spherical") => vec![components],
        () => return Err(unsound("covariance_type", "none of those of a mixture")),
    };
    let shape = array_in(heap, value, name, wanted.len())?.shape;
    if shape[..] == wanted[..] {
        return Ok(());
    }
    Err(unsound(name, format!("shape {shape:?} for {components} components of {features} features")))
}

/// The probabilities of the classes of a `DummyClassifier`: an array, or a list of one for each output.
pub(super) fn dummy(site: &Site<'_>) -> Checked {
    const NAME: &str = "class_prior_";
    let heap = site.heap;
    let Some(prior) = heap.object(site.value).and_then(|object| object.attr(NAME)) else { return Ok(()) };
    match heap.as_list(prior) {
        Some(outputs) => outputs.iter().try_for_each(|&prior| is_drawn(heap, prior, NAME)),
        None => is_drawn(heap, prior, NAME),
    }
}

fn is_drawn(heap: &Heap, prior: Value, name: &str) -> Checked {
    if array_in(heap, prior, name, 1)?.is_empty() {
        return Err(unsound(name, "no class to draw"));
    }
    Ok(())
}
