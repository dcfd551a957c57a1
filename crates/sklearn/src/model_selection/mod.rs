//! `sklearn.model_selection`: searches for parameters.

mod search;

use crate::estimator::Class;

const SEARCH: &str = "sklearn.model_selection._search";
const HALVING: &str = "sklearn.model_selection._search_successive_halving";
/// Until 0.19.
const OLD: &str = "sklearn.grid_search";

pub(crate) const CLASSES: &[Class] = &[
    Class { module: SEARCH, name: "GridSearchCV", read: search::read_grid },
    Class { module: SEARCH, name: "RandomizedSearchCV", read: search::read_randomized },
    Class { module: HALVING, name: "HalvingGridSearchCV", read: search::read_halving_grid },
    Class { module: HALVING, name: "HalvingRandomSearchCV", read: search::read_halving_random },
    Class { module: OLD, name: "GridSearchCV", read: search::read_grid },
    Class { module: OLD, name: "RandomizedSearchCV", read: search::read_randomized },
];
