//! Several files as one model: a preprocessor, and the model that was fitted on what it gives.

use std::sync::Arc;

use cannery_sklearn::Estimator;

use crate::error::{Error, Result};
use crate::model::Model;

/// Models of the longest chain.
const MAX_MODELS: usize = 32;

impl Model {
    /// Models of several files as one: what `transform` of each gives is what the next one takes, and the methods are those
    /// of the last. They are compiled together, as the steps of a pipeline are.
    ///
    /// ```
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// assert_eq!(cannery::Model::chain(&[model.clone()])?.methods()?, model.methods()?);
    /// assert!(cannery::Model::chain(&[]).is_err());
    /// # Ok::<(), cannery::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Usage` when there is no model. What does not fit together is an error of the first call.
    pub fn chain(models: &[Self]) -> Result<Self> {
        match models {
            [] => Err(Error::usage("no model was given")),
            [only] => Ok(only.clone()),
            [before @ .., last] => {
                // a chain in a chain is its models
                let before: Vec<Self> = before.iter().chain([last]).flat_map(Self::links).collect();
                match before.split_last() {
                    Some((last, before)) if before.len() < MAX_MODELS => Ok(last.behind(before)),
                    _ => Err(Error::usage(format!("more than {MAX_MODELS} models can't be chained"))),
                }
            }
        }
    }

    /// The models of a chain, one after the other; of a model alone itself.
    fn links(&self) -> Vec<Self> {
        let alone = self.behind(&[]);
        self.before().iter().cloned().chain([alone]).collect()
    }

    /// The estimator of the chain that ends here.
    pub(crate) fn read_chain(&self) -> Result<Box<dyn Estimator>> {
        if self.before().is_empty() {
            return self.read_alone();
        }
        let mut parts = Vec::new();
        for (place, model) in self.before().iter().chain([self]).enumerate() {
            let name = format!("model {}", place + 1);
            let read = model.read_alone().map_err(|error| error.in_part(&name))?;
            parts.push((name, read));
        }
        Ok(cannery_sklearn::chain(parts)?)
    }

    fn read_alone(&self) -> Result<Box<dyn Estimator>> {
        let target = self.target()?;
        Ok(cannery_sklearn::read(target.heap(), target.root())?)
    }

    /// The estimator that predicts.
    pub(crate) fn read_estimator(&self) -> Result<Arc<dyn Estimator>> {
        self.programs().estimator(|| self.read_chain())
    }
}
