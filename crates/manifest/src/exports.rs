//! The manifest in the forms of others: SLSA provenance, a CycloneDX bill of materials, a model card of Hugging
//! Face, a page for people.
//!
//! SLSA and CycloneDX carry the four items that scikit-learn's guide asks for twice: in the fields that other tools read, and
//! word for word in a field of cannery's own, so that [`Items`] can be read back unchanged.

mod cyclonedx;
mod model_card;
mod page;
mod slsa;

use serde::{Deserialize, Serialize};

use crate::{Data, Environment, Error, Item, Manifest, Score, Source};

pub use cyclonedx::{cyclonedx, items_of_cyclonedx};
pub use model_card::model_card;
pub use page::{Check, Outcome, page};
pub use slsa::{SLSA_PREDICATE, items_of_slsa, slsa};

/// The four items that scikit-learn's guide asks for, each with how it is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Items {
    /// The training data.
    pub data: Vec<Data>,
    /// The source that made the model.
    pub source: Item<Source>,
    /// The versions that it was made with.
    pub environment: Item<Environment>,
    /// Cross-validation scores.
    pub scores: Item<Vec<Score>>,
}

/// The name under which the exports carry [`Items`].
const ITEMS: &str = "cannery:items";

impl Items {
    /// Those of a manifest.
    pub fn of(manifest: &Manifest) -> Self {
        Self {
            data: manifest.data.clone(),
            source: manifest.source.clone(),
            environment: manifest.environment.clone(),
            scores: manifest.scores.clone(),
        }
    }
}

/// A field by its path in JSON that was read, or an error that names it.
fn at<'j>(json: &'j serde_json::Value, pointer: &str) -> Result<&'j serde_json::Value, Error> {
    json.pointer(pointer).ok_or_else(|| Error::new(format!("{pointer} is missing")))
}

/// The package URL of a distribution on PyPI ([purl-spec](https://github.com/package-url/purl-spec)).
fn purl(name: &str, version: &str) -> String {
    format!("pkg:pypi/{name}@{}", percent(version))
}

/// Percent-encodes all but what RFC 3986 leaves unreserved.
fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::full;

    #[test]
    fn the_four_items_are_read_back_unchanged() {
        let mut partial = full();
        partial.data.clear();
        partial.scores = Item::Missing;
        for manifest in [full(), partial] {
            let items = Items::of(&manifest);
            let text = slsa(&manifest, &[]).expect("consistent").to_string();
            assert_eq!(items_of_slsa(text.as_bytes()).expect("what was written"), items);
            let text = cyclonedx(&manifest).expect("consistent").to_string();
            assert_eq!(items_of_cyclonedx(text.as_bytes()).expect("what was written"), items);
        }
    }

    #[test]
    fn versions_with_a_local_part_are_encoded() {
        assert_eq!(purl("torch", "2.1+cpu"), "pkg:pypi/torch@2.1%2Bcpu");
    }
}
