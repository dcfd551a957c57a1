//! Whether the parts of a structure fit together, for structures that compiled code uses without a look.
//!
//! Some estimators are read ([`read`]), which proves more than this; these checks are for the same structures in
//! others, and for parts that no estimator refers to.

mod allowance;
mod boosting;
mod cluster;
mod covariance;
mod depth;
mod ensemble;
mod features;
mod indexes;
mod initial;
mod mixture;
mod neighbors;
mod parts;
mod predictor;
mod read;
mod site;
mod svm;
mod tree;

use cannery_object::{Heap, Node, Value};

pub use allowance::Allowance;

use crate::error::Error;
use crate::estimator::Soundness;
use site::Site;

/// The outcome of a check.
type Checked = Result<(), Error>;

impl Soundness<'_> {
    /// Checks the object that a call makes, of whichever class of scikit-learn. What has no check is sound.
    ///
    /// # Errors
    /// `Malformed` when its parts do not fit together, with the place of the part; `Unsupported` when it can't be known
    /// whether they do; `Limit` when there is no allowance left, or a limit was hit.
    pub fn check(&mut self, value: Value, allowance: &mut Allowance) -> Result<(), Error> {
        let Some(site) = Site::of(self.heap(), value) else { return Ok(()) };
        features::check(&site)?;
        structure(&site, self, allowance)?;
        read::check(&site, self, allowance)
    }
}

fn structure(site: &Site<'_>, soundness: &Soundness<'_>, allowance: &mut Allowance) -> Checked {
    let (module, name) = site.class();
    match (module.strip_prefix("sklearn.").unwrap_or_default(), name) {
        ("tree._tree", "Tree") => tree::check(site, soundness, allowance),
        ("ensemble._hist_gradient_boosting.predictor", "TreePredictor") => predictor::check(site, allowance),
        (
            _,
            "newObj" | "KDTree" | "KDTree32" | "KDTree64" | "BallTree" | "BallTree32" | "BallTree64"
            | "BinaryTree" | "BinaryTree32" | "BinaryTree64",
        ) if neighbors::is_module(module) => neighbors::check(site, allowance),
        ("dummy", "DummyClassifier") => mixture::dummy(site),
        (module, _) => match module.split_once('.').map_or("", |(package, _)| package) {
            "svm" => svm::check(site),
            "ensemble" => ensemble::check(site, allowance),
            "covariance" => covariance::check(site),
            "mixture" => mixture::check(site),
            "tree" => ensemble::single(site),
            "cluster" => cluster::check(site, allowance),
            "neighbors" => indexes::neighbors(site, allowance),
            "preprocessing" | "feature_extraction" => indexes::check(site, allowance),
            _ => Ok(()),
        },
    }
}

/// What does not fit, at a place in the structure.
fn unsound(place: impl AsRef<str>, message: impl std::fmt::Display) -> Error {
    Error::malformed(place.as_ref(), message.to_string())
}

/// What is there, and nothing says whether it fits.
fn unknown(message: impl Into<String>) -> Error {
    Error::unsupported("", message)
}

fn is_str(heap: &Heap, value: Value) -> bool {
    matches!(heap.node_of(value), Some(Node::Str(_) | Node::Str8(_)))
}

fn is_number(heap: &Heap, value: Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_))
        || matches!(heap.node_of(value), Some(Node::Int(_) | Node::BigInt(_) | Node::Float(_)))
}
