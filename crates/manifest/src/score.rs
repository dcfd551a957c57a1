//! Cross-validation scores on the training data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The scores of one cross-validation in one metric.
///
/// Mean and deviation are not written: they follow from the folds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// The scorer as scikit-learn names it: `accuracy`, `r2`, `neg_log_loss`; of one's own, its name.
    pub metric: String,
    /// The score of each fold, in the order of the splitter; finite.
    pub folds: Vec<f64>,
    /// How the rows were split.
    pub splitter: Option<Splitter>,
    /// The seed of the splitter (`random_state`), where it is a number.
    pub seed: Option<u64>,
    /// The number of rows that were split.
    pub rows: Option<u64>,
}

/// A splitter of scikit-learn, or of one's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Splitter {
    /// Its class: `StratifiedKFold`.
    pub class: String,
    /// Its parameters by name: `n_splits`, `shuffle`, `random_state`.
    pub parameters: BTreeMap<String, Parameter>,
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Parameter {
    /// `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A number that is not an integer; integral ones are read back as [`Int`](Self::Int), as JSON has one kind of number.
    Float(f64),
    /// A text; of anything else, what `repr` gives.
    Text(String),
}

impl Score {
    /// The mean of the folds.
    pub fn mean(&self) -> f64 {
        self.folds.iter().sum::<f64>() / self.folds.len() as f64
    }

    /// The standard deviation of the folds, as `numpy.std` gives it: over n, not n − 1.
    pub fn std(&self) -> f64 {
        let mean = self.mean();
        let squares = self.folds.iter().map(|score| (score - mean) * (score - mean)).sum::<f64>();
        (squares / self.folds.len() as f64).sqrt()
    }

    /// How far the mean of another training may be from this one's to be in the same range: twice the deviation of the
    /// folds, and at least 2/√rows where the scores lie from 0 to 1 and the number of rows is known.
    pub fn tolerance(&self) -> f64 {
        let is_fraction = self.folds.iter().all(|score| (0.0..=1.0).contains(score));
        let least = match self.rows {
            Some(rows) if is_fraction && rows > 0 => 2.0 / (rows as f64).sqrt(),
            _ => 0.0,
        };
        (2.0 * self.std()).max(least)
    }

    /// Whether the score of another training is in the range of this one.
    pub fn is_in_range(&self, other: &Self) -> bool {
        (other.mean() - self.mean()).abs() <= self.tolerance()
    }
}

impl Splitter {
    /// The splitter as Python would show it: `StratifiedKFold(n_splits=5, shuffle=False)`.
    pub fn describe(&self) -> String {
        let shown = self.parameters.iter().map(|(name, value)| format!("{name}={}", value.describe()));
        format!("{}({})", self.class, shown.collect::<Vec<_>>().join(", "))
    }
}

impl Parameter {
    fn describe(&self) -> String {
        match self {
            Self::None => "None".into(),
            Self::Bool(value) => if *value { "True" } else { "False" }.into(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => value.to_string(),
            Self::Text(value) => format!("{value:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(folds: &[f64], rows: Option<u64>) -> Score {
        Score { metric: "accuracy".into(), folds: folds.into(), splitter: None, seed: None, rows }
    }

    #[test]
    fn range_is_two_deviations_or_two_over_root_rows() {
        let iris = score(&[0.966_666, 1.0, 0.966_666, 0.966_666, 1.0], Some(150));
        assert!((iris.mean() - 0.98).abs() < 1e-5 && (iris.std() - 0.01633).abs() < 1e-5);
        assert!((iris.tolerance() - 0.1633).abs() < 1e-4, "{}", iris.tolerance());
        assert!(iris.is_in_range(&score(&[0.82], None)) && !iris.is_in_range(&score(&[0.81], None)));
        let loss = score(&[-3.0, -5.0], Some(150));
        assert!((loss.tolerance() - 2.0).abs() < 1e-12);
    }
}
