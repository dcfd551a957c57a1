//! joblib files of every era, and all layers of compression.

use cannery::Container;

use super::read;

/// # Panics
/// When what [`read`](mod@super::read) asks does not hold.
pub fn check(data: &[u8]) {
    let model = read::read(data);
    let pickle = |model: &cannery::Model| {
        !matches!(model.facts().kind, Container::Npy | Container::Npz | Container::Skops)
    };
    read::listed(data, model.as_ref().is_some_and(pickle));
}
