//! The exact names that files of scikit-learn models can hold, and the releases that have them.
//!
//! The table `known/names.tsv` is made by `scripts/known_names.py` from installed releases. A name is a pair of module and
//! qualified name; there are no prefixes, so that `sklearn.datasets._base` with `os.system` is as unknown as any other pair
//! which is not in the table. A few names are dotted, of methods that are kept as functions.
//!
//! Known does not mean harmless with any argument or state: `numpy.core._ufunc_reconstruct` returns what its two strings name,
//! `functools.partial` keeps a callable, `numpy.memmap` and joblib's `Memory` take paths, and scipy's distributions run the
//! text of `_parse_arg_template` when their state is set. Real models hold all of these.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

const TABLE: &str = include_str!("known/names.tsv");

/// A name of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// What the name stands for.
    pub kind: Kind,
    /// Whose releases [`Known::versions`] counts.
    pub library: Library,
    versions: &'static str,
}

/// What a known name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A class, none of the following two.
    Class,
    /// A subclass of scikit-learn's `BaseEstimator`.
    Estimator,
    /// An exception or warning class.
    Exception,
    /// A function that is stored as data, such as a metric or a kernel.
    Function,
    /// A numpy ufunc, scipy's included.
    Ufunc,
    /// A function that unpickling calls to build an object.
    Reconstruct,
    /// An object that is stored by name, such as `pandas.NA`.
    Data,
}

/// The library that defines a known name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Library {
    /// Python and its standard library.
    Python,
    /// numpy.
    Numpy,
    /// scipy.
    Scipy,
    /// pandas.
    Pandas,
    /// pytz, the time zones of pandas before 3.
    Pytz,
    /// dateutil, which pandas needs.
    Dateutil,
    /// joblib; the copy inside scikit-learn before 0.21 counts as [`Library::Sklearn`].
    Joblib,
    /// scikit-learn.
    Sklearn,
}

/// A release of a library, without its patch level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The 1 of 1.9.
    pub major: u32,
    /// The 9 of 1.9.
    pub minor: u32,
}

/// Consecutive releases, both ends included.
///
/// Ends are releases that were looked at: between two neighbours of the list at the top of the table a name may have come
/// or gone earlier, and a name of the oldest release may be older.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionRange {
    /// The oldest release.
    pub first: Version,
    /// The newest release; `None` if the newest one that was looked at is in the range, and so maybe later ones.
    pub last: Option<Version>,
}

/// The releases of one library that have all of some names, see [`span`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The library.
    pub library: Library,
    /// Ranges in ascending order; none if no release has all the names.
    pub versions: Vec<VersionRange>,
}

/// Looks up one exact pair. Only that very split counts: `sklearn` with `svm._classes.SVC` is not `sklearn.svm._classes`
/// with `SVC`.
pub fn known(module: &str, name: &str) -> Option<Known> {
    Known::from_columns(rows(TABLE, module, name).next()?)
}

/// Every name of the table: module, name, and what is known of it.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str, Known)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let ((module, name), columns) = split_key(line);
        Some((module, name, Known::from_columns(columns)?))
    })
}

/// For each library, which releases have all names of `names` that are its own: who may have written a file that holds them.
///
/// Libraries come in the order of [`Library`], those without a name are left out.
pub fn span(names: impl IntoIterator<Item = Known>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for name in names {
        match spans.binary_search_by_key(&name.library, |span| span.library) {
            Ok(at) => spans[at].keep(name),
            Err(at) => spans.insert(at, Span { library: name.library, versions: name.versions().collect() }),
        }
    }
    spans
}

/// The rows of a sorted tab-separated `table` whose first two columns are `first` and `second`, without these two.
///
/// The table's lines must be ASCII and sorted by bytes of the first column, then of the second; lines that begin with `#`
/// and hold no tab may precede them. Takes time logarithmic in the size of the table and no memory.
pub fn rows<'t>(table: &'t str, first: &str, second: &str) -> impl Iterator<Item = &'t str> {
    let rest = &table[lower_bound(table, (first, second))..];
    rest.lines()
        .map(split_key)
        .take_while(move |(key, _)| *key == (first, second))
        .map(|(_, columns)| columns)
}

/// The offset of the first line whose key is not below `key`.
fn lower_bound(table: &str, key: (&str, &str)) -> usize {
    let (mut low, mut high) = (0, table.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = table[low..middle].rfind('\n').map_or(low, |at| low + at + 1);
        let end = table[middle..high].find('\n').map_or(high, |at| middle + at + 1);
        match split_key(&table[start..end]).0.cmp(&key) {
            Ordering::Less => low = end,
            Ordering::Equal | Ordering::Greater => high = start,
        }
    }
    low
}

/// A line as its first two columns and the others; a column that is missing is empty.
fn split_key(line: &str) -> ((&str, &str), &str) {
    let (first, rest) = line.trim_end_matches('\n').split_once('\t').unwrap_or((line, ""));
    let (second, rest) = rest.split_once('\t').unwrap_or((rest, ""));
    ((first, second), rest)
}

impl Known {
    fn from_columns(columns: &'static str) -> Option<Self> {
        let mut columns = columns.split('\t');
        Some(Self {
            kind: Kind::from_column(columns.next()?)?,
            library: Library::from_column(columns.next()?)?,
            versions: columns.next()?,
        })
    }

    /// The releases of [`Known::library`] that have the name, in ascending order.
    pub fn versions(&self) -> impl Iterator<Item = VersionRange> + use<> {
        VersionRange::parse_list(self.versions)
    }
}

impl Kind {
    fn from_column(text: &str) -> Option<Kind> {
        Some(match text {
            "class" => Kind::Class,
            "estimator" => Kind::Estimator,
            "exception" => Kind::Exception,
            "function" => Kind::Function,
            "ufunc" => Kind::Ufunc,
            "reconstruct" => Kind::Reconstruct,
            "data" => Kind::Data,
            _ => return None,
        })
    }
}

impl Library {
    /// The name of its Python package.
    pub fn as_str(self) -> &'static str {
        match self {
            Library::Python => "python",
            Library::Numpy => "numpy",
            Library::Scipy => "scipy",
            Library::Pandas => "pandas",
            Library::Pytz => "pytz",
            Library::Dateutil => "dateutil",
            Library::Joblib => "joblib",
            Library::Sklearn => "sklearn",
        }
    }

    fn from_column(text: &str) -> Option<Library> {
        Some(match text {
            "python" => Library::Python,
            "numpy" => Library::Numpy,
            "scipy" => Library::Scipy,
            "pandas" => Library::Pandas,
            "pytz" => Library::Pytz,
            "dateutil" => Library::Dateutil,
            "joblib" => Library::Joblib,
            "sklearn" => Library::Sklearn,
            _ => return None,
        })
    }
}

impl Version {
    /// The release `major.minor`.
    pub const fn new(major: u32, minor: u32) -> Version {
        Version { major, minor }
    }
}

/// Reads `1.9`, and `1.9.1` or `0.22.2.post1` too: what follows the second part is ignored.
impl FromStr for Version {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Version, ParseVersionError> {
        let mut parts = text.split('.');
        let mut number = || parts.next().and_then(|part| part.parse().ok()).ok_or(ParseVersionError);
        Ok(Version { major: number()?, minor: number()? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The text is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseVersionError;

impl fmt::Display for ParseVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a version such as 1.9 or 1.9.1")
    }
}

impl std::error::Error for ParseVersionError {}

impl VersionRange {
    /// Whether the release is in the range.
    pub fn contains(&self, version: Version) -> bool {
        self.first <= version && self.last.is_none_or(|last| version <= last)
    }

    /// Reads a list of ranges as the generated tables have it, such as `0.18-0.21,1.3-`; what is no range is skipped.
    pub fn parse_list(text: &str) -> impl Iterator<Item = VersionRange> {
        text.split(',').filter_map(VersionRange::parse)
    }

    fn parse(text: &str) -> Option<VersionRange> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let last = if last.is_empty() { None } else { Some(last.parse().ok()?) };
        Some(VersionRange { first: first.parse().ok()?, last })
    }

    /// The releases that are in both, `None` if there are none.
    pub fn intersect(self, other: VersionRange) -> Option<VersionRange> {
        let first = self.first.max(other.first);
        let last = match (self.last, other.last) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        last.is_none_or(|last| first <= last).then_some(VersionRange { first, last })
    }
}

/// `1.3` for one release, `0.18-0.21` for several, `1.3-` where the end is open.
impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last {
            None => write!(f, "{}-", self.first),
            Some(last) if last == self.first => write!(f, "{last}"),
            Some(last) => write!(f, "{}-{last}", self.first),
        }
    }
}

impl Span {
    /// Whether the release has all the names.
    pub fn contains(&self, version: Version) -> bool {
        self.versions.iter().any(|range| range.contains(version))
    }

    fn keep(&mut self, name: Known) {
        let before = std::mem::take(&mut self.versions);
        let pairs = before.iter().flat_map(|one| name.versions().map(move |two| one.intersect(two)));
        self.versions = pairs.flatten().collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> impl Iterator<Item = ((&'static str, &'static str), &'static str)> {
        TABLE.lines().filter(|line| !line.starts_with('#')).map(split_key)
    }

    fn known_at(module: &str, name: &str) -> Known {
        known(module, name).unwrap_or_else(|| panic!("{module} {name} is not in the table"))
    }

    fn listed(ranges: impl IntoIterator<Item = VersionRange>) -> String {
        ranges.into_iter().map(|range| range.to_string()).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn table_is_ascii_sorted_and_unique() {
        assert!(TABLE.is_ascii());
        assert!(TABLE.ends_with('\n'));
        assert!(entries().zip(entries().skip(1)).all(|(one, two)| one.0 < two.0));
        assert!(entries().count() > 3000);
    }

    #[test]
    fn every_line_is_found_whole() {
        for ((module, name), columns) in entries() {
            let found = known_at(module, name);
            let versions: Vec<_> = found.versions().collect();
            assert_eq!(
                listed(versions.iter().copied()),
                columns.rsplit('\t').next().unwrap(),
                "{module} {name}"
            );
            assert!(versions.windows(2).all(|pair| pair[0].last < Some(pair[1].first)), "{module} {name}");
        }
    }

    #[test]
    fn names_hold_no_empty_part_and_a_dot_only_before_a_method() {
        for ((module, name), _) in entries() {
            let is_method = known(module, name).is_some_and(|known| known.kind == Kind::Function);
            let dots = name.matches('.').count();
            assert!(dots == 0 || dots == 1 && is_method, "{module} {name}");
            assert!(name.split('.').all(|part| !part.is_empty()), "{module} {name}");
            assert!(module.split('.').all(|part| !part.is_empty()), "{module} {name}");
        }
    }

    #[test]
    fn kinds_and_libraries() {
        let cases = [
            ("sklearn.svm._classes", "SVC", Kind::Estimator, Library::Sklearn),
            ("sklearn.tree._tree", "Tree", Kind::Class, Library::Sklearn),
            ("sklearn.metrics._classification", "accuracy_score", Kind::Function, Library::Sklearn),
            ("sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper", Kind::Class, Library::Sklearn),
            ("_loss", "__pyx_unpickle_CyHalfMultinomialLoss", Kind::Reconstruct, Library::Sklearn),
            ("numpy.core.multiarray", "_reconstruct", Kind::Reconstruct, Library::Numpy),
            ("numpy.random._pickle", "__randomstate_ctor", Kind::Reconstruct, Library::Numpy),
            ("numpy", "exp", Kind::Ufunc, Library::Numpy),
            ("scipy.sparse.csr", "csr_matrix", Kind::Class, Library::Scipy),
            ("pandas._libs.internals", "_unpickle_block", Kind::Reconstruct, Library::Pandas),
            ("pandas._libs.missing", "NA", Kind::Data, Library::Pandas),
            ("joblib.numpy_pickle", "NumpyArrayWrapper", Kind::Class, Library::Joblib),
            ("copy_reg", "_reconstructor", Kind::Reconstruct, Library::Python),
            ("exceptions", "FutureWarning", Kind::Exception, Library::Python),
        ];
        for (module, name, kind, library) in cases {
            let found = known_at(module, name);
            assert_eq!((found.kind, found.library), (kind, library), "{module} {name}");
        }
    }

    #[test]
    fn only_the_exact_pair_is_known() {
        let unknown = [
            ("sklearn", "svm._classes.SVC"),
            ("sklearn.svm", "_classes.SVC"),
            ("sklearn.svm._classes.SVC", ""),
            ("sklearn.svm._classes", "SVC.fit"),
            ("sklearn.svm._classes", "SV"),
            ("sklearn.svm._classes", "SVC "),
            ("sklearn.svm._classes", "SVC\testimator"),
            ("sklearn.svm._classes\tSVC", "estimator"),
            ("sklearn.datasets._base", "os.system"),
            ("builtins", "getattr"),
            ("builtins", "eval"),
            ("__builtin__", "eval"),
            ("os", "system"),
            ("posix", "system"),
            ("operator", "attrgetter"),
            ("numpy", "load"),
            ("numpy", "vectorize"),
            ("numpy.testing._private.utils", "runstring"),
            ("sklearn.datasets._base", "load_files"),
            ("# made by scripts/known_names.py; do not edit", ""),
            ("", ""),
            ("~", "~"),
        ];
        for (module, name) in unknown {
            assert_eq!(known(module, name), None, "{module:?} {name:?}");
        }
    }

    #[test]
    fn versions_follow_the_releases() {
        let old = known_at("sklearn.svm.classes", "SVC");
        assert_eq!(listed(old.versions()), "0.18-0.21");
        let split = known_at("sklearn._loss._loss", "CyHalfBinomialLoss");
        assert_eq!(listed(split.versions()), "1.1-1.4,1.9-");
        let range = known_at("sklearn.svm._classes", "SVC").versions().next().unwrap();
        assert_eq!(range, VersionRange { first: Version::new(0, 22), last: None });
        assert!(range.contains(Version::new(0, 22)) && range.contains(Version::new(1, 30)));
        assert!(!range.contains(Version::new(0, 21)));
    }

    #[test]
    fn versions_are_read_with_or_without_patch_level() {
        assert_eq!("0.22.2.post1".parse(), Ok(Version::new(0, 22)));
        assert_eq!("1.9".parse(), Ok(Version::new(1, 9)));
        for text in ["", "1", "1.", "x.1", "1.9rc1", "99999999999.1"] {
            assert_eq!(text.parse::<Version>(), Err(ParseVersionError), "{text}");
        }
    }

    #[test]
    fn span_is_the_intersection_per_library() {
        let names = [
            known_at("sklearn._loss._loss", "CyHalfBinomialLoss"),
            known_at("numpy.core.multiarray", "_reconstruct"),
            known_at("sklearn.ensemble._gb_losses", "LossFunction"),
            known_at("sklearn._loss.loss", "HuberLoss"),
        ];
        let spans = span(names);
        assert_eq!(
            spans.iter().map(|span| span.library).collect::<Vec<_>>(),
            [Library::Numpy, Library::Sklearn]
        );
        assert_eq!(listed(spans[0].versions.iter().copied()), "1.13-1.26");
        assert_eq!(listed(spans[1].versions.iter().copied()), "1.3");
        assert!(spans[1].contains(Version::new(1, 3)) && !spans[1].contains(Version::new(1, 4)));
    }

    #[test]
    fn span_of_contradicting_names_is_empty() {
        let names = [known_at("sklearn.svm.classes", "SVC"), known_at("sklearn.svm._classes", "SVC")];
        let spans = span(names);
        assert_eq!(spans.len(), 1);
        assert!(spans[0].versions.is_empty());
        assert!(span([]).is_empty());
    }
}
