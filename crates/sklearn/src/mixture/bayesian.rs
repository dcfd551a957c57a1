//! What a Bayesian mixture adds to the logarithms of densities: expectations over its weights and precisions.

use super::normals::Normals;
use crate::error::Error;
use crate::special::digamma;
use crate::state::State;
use crate::sum::pairwise_sum;

/// Source: `BayesianGaussianMixture._estimate_log_prob` and `_estimate_log_weights`.
pub(super) fn terms(state: &State<'_>, normals: &Normals) -> Result<Vec<Vec<f64>>, Error> {
    let degrees = normals.numbers_or_one(state, "degrees_of_freedom_")?;
    let precisions = normals.numbers(state, "mean_precision_")?;
    let features = normals.features() as f64;
    let of_degrees = degrees.iter().map(|degree| -(0.5 * features * degree.ln())).collect();
    let lambda = |degree: &f64| {
        let parts = (0..normals.features()).map(|feature| digamma(0.5 * (degree - feature as f64)));
        features * 2.0_f64.ln() + parts.sum::<f64>()
    };
    let of_precisions = degrees
        .iter()
        .zip(&precisions)
        .map(|(degree, precision)| 0.5 * (lambda(degree) - features / precision))
        .collect();
    Ok(vec![of_degrees, of_precisions, log_weights(state, normals)?])
}

fn log_weights(state: &State<'_>, normals: &Normals) -> Result<Vec<f64>, Error> {
    const NAME: &str = "weight_concentration_";
    match state.text("weight_concentration_prior_type")?.as_deref() {
        Some("dirichlet_process") => {}
        Some("dirichlet_distribution") => {
            let concentrations = normals.numbers(state, NAME)?;
            let of_sum = digamma(pairwise_sum(&concentrations));
            return Ok(concentrations.iter().map(|&concentration| digamma(concentration) - of_sum).collect());
        }
        _ => return Err(state.unsupported("weight_concentration_prior_type", "not one of scikit-learn's")),
    }
    let &[first, second] = state.sequence(NAME)? else {
        return Err(state.malformed(NAME, "not a pair"));
    };
    let mut pair = vec![];
    for (index, value) in [first, second].into_iter().enumerate() {
        let place = format!("{NAME}[{index}]");
        let array = state.array_in(value, &place)?;
        let numbers = array.f64s().map_err(|error| Error::in_view(state.path_of(&place), &error))?;
        pair.push(normals.expect_each(state, &place, numbers.into_owned())?);
    }
    // sticks that are broken one after another
    let mut left = 0.0;
    let weights = pair[0].iter().zip(&pair[1]).map(|(&a, &b)| {
        let of_sum = digamma(a + b);
        let weight = digamma(a) - of_sum + left;
        left += digamma(b) - of_sum;
        weight
    });
    Ok(weights.collect())
}
