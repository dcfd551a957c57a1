//! Defaults of constructor parameters, for every estimator of every scikit-learn release that was looked at.
//!
//! The table `defaults.tsv` is made by `scripts/known_names.py` from installed releases.

use cannery_object::known::{Version, VersionRange, rows};

const TABLE: &str = include_str!("defaults.tsv");

/// The oldest release that the table knows; older files are read as if it had written them.
const OLDEST: Version = Version::new(0, 18);

/// The default of a parameter of an estimator, as JSON text: a plain value as itself (`null`, `true`, `1.0`, `"auto"`), any
/// other as `{"repr": "(1, 1)"}`.
///
/// `class` is the bare name of the estimator; only those of the old `sklearn.grid_search` are `grid_search.GridSearchCV` and
/// so on. Without a `version` it is the default of the newest release that has the parameter. `None` if that
/// release has no such class or parameter, or the parameter has no default.
pub fn default_of(class: &str, param: &str, version: Option<(u32, u32)>) -> Option<&'static str> {
    let mut values = rows(TABLE, class, param).filter_map(|row| row.rsplit_once('\t'));
    let Some((major, minor)) = version else {
        return newest(values);
    };
    let version = Version::new(major, minor).max(OLDEST);
    let has = |versions: &str| VersionRange::parse_list(versions).any(|range| range.contains(version));
    values.find(|(_, versions)| has(versions)).map(|(value, _)| value)
}

/// Every row of the table: class, parameter, default as JSON, releases.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str, &'static str, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        Some((columns.next()?, columns.next()?, columns.next()?, columns.next()?))
    })
}

/// Of pairs of value and releases, the value of the newest release.
fn newest(values: impl Iterator<Item = (&'static str, &'static str)>) -> Option<&'static str> {
    let end =
        |versions| VersionRange::parse_list(versions).last().map(|range| (range.last.is_none(), range.last));
    values.max_by_key(|(_, versions)| end(versions)).map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_ascii_sorted_and_whole() {
        assert!(TABLE.is_ascii());
        let lines: Vec<Vec<&str>> = TABLE
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').collect())
            .collect();
        assert!(lines.len() > 2000);
        assert!(lines.iter().all(|columns| columns.len() == 4));
        assert!(lines.windows(2).all(|pair| pair[0][..2] <= pair[1][..2]));
    }

    #[test]
    fn every_row_is_found_by_its_first_release() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let first = VersionRange::parse_list(columns[3]).next().unwrap().first;
            let found = default_of(columns[0], columns[1], Some((first.major, first.minor)));
            assert_eq!(found, Some(columns[2]), "{line}");
        }
    }

    #[test]
    fn default_follows_the_release() {
        let n_estimators = |version| default_of("RandomForestClassifier", "n_estimators", version);
        assert_eq!(n_estimators(Some((0, 18))), Some("10"));
        assert_eq!(n_estimators(Some((0, 21))), Some("\"warn\""));
        assert_eq!(n_estimators(Some((0, 22))), Some("100"));
        assert_eq!(n_estimators(None), Some("100"));
    }

    #[test]
    fn releases_outside_the_table_take_the_nearest() {
        assert_eq!(default_of("RandomForestClassifier", "n_estimators", Some((0, 15))), Some("10"));
        assert_eq!(default_of("RandomForestClassifier", "n_estimators", Some((7, 0))), Some("100"));
    }

    #[test]
    fn a_parameter_that_a_release_lacks_has_no_default() {
        assert_eq!(default_of("ARDRegression", "n_iter", Some((1, 5))), None);
        assert_eq!(default_of("ARDRegression", "n_iter", Some((1, 2))), Some("300"));
        assert_eq!(default_of("ARDRegression", "n_iter", None), Some("\"deprecated\""));
        assert_eq!(default_of("ARDRegression", "max_iter", Some((1, 2))), None);
    }

    #[test]
    fn values_that_are_not_plain_are_marked() {
        assert_eq!(default_of("SimpleImputer", "missing_values", None), Some("{\"repr\": \"nan\"}"));
        assert_eq!(default_of("TfidfVectorizer", "ngram_range", None), Some("{\"repr\": \"(1, 1)\"}"));
        assert_eq!(default_of("SVC", "gamma", None), Some("\"scale\""));
        assert_eq!(default_of("SVC", "C", None), Some("1.0"));
    }

    #[test]
    fn unknown_names_have_no_default() {
        assert_eq!(default_of("SVC", "no_such", None), None);
        assert_eq!(default_of("NoSuch", "C", None), None);
        assert_eq!(default_of("SVC\tC", "1.0", None), None);
        assert_eq!(default_of("", "", None), None);
    }
}
