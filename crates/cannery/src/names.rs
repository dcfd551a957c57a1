//! What classes, columns and results are called.

use cannery_graph::Labels;
use cannery_rows::Values;
use cannery_sklearn::Names;

use crate::error::Result;
use crate::model::Model;

impl Model {
    /// The class labels: `classes_`. An estimator with several targets has an entry for each, a regressor or transformer
    /// none.
    ///
    /// ```
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// assert_eq!(model.classes()?, [cannery::Values::I64(vec![0, 1, 2])]);
    /// # Ok::<(), cannery::Error>(())
    /// ```
    pub fn classes(&self) -> Result<Vec<Values>> {
        Ok(self.read_estimator()?.classes().iter().map(values).collect())
    }

    /// The names of the columns that the estimator was fitted on, if it was fitted on a table with names:
    /// `feature_names_in_`. Those of a pipeline are its first step's.
    pub fn feature_names_in(&self) -> Option<Vec<String>> {
        Some(self.names_in()?.iter().map(str::to_owned).collect())
    }

    /// The names of the columns that `transform` gives, as `get_feature_names_out` of scikit-learn has them. `None` where it
    /// has none, where the model holds a function that makes them, and where they need more than 64 MiB.
    ///
    /// ```
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// assert_eq!(model.feature_names_out()?, None);
    /// # Ok::<(), cannery::Error>(())
    /// ```
    pub fn feature_names_out(&self) -> Result<Option<Vec<String>>> {
        let names = self.read_estimator()?.names_out(self.names_in().as_ref());
        Ok(names.map(|names| names.iter().map(str::to_owned).collect()))
    }

    fn names_in(&self) -> Option<Names> {
        let first = self.before().first().unwrap_or(self).target().ok()?;
        cannery_sklearn::feature_names_in(first.heap(), first.root())
    }
}

/// Labels as results have them.
pub(crate) fn values(labels: &Labels) -> Values {
    match labels {
        Labels::I64(labels) => Values::I64(labels.to_vec()),
        Labels::F64(labels) => Values::F64(labels.to_vec()),
        Labels::Bool(labels) => Values::Bool(labels.to_vec()),
        Labels::Str(labels) => Values::Str(labels.iter().map(|label| &**label).collect()),
    }
}
