//! Names of columns: those that an estimator was fitted on, and those that `transform` gives.
//!
//! Source: `get_feature_names_out` of scikit-learn 1.9 and `_check_feature_names_in` in `sklearn/utils/validation.py`. Files
//! of releases that had no such method are named by the same rules.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt::{Display, Write as _};
use std::rc::Rc;
use std::sync::Arc;

use cannery_object::{Element, Heap, Id, Value};
use rustc_hash::FxHashMap;

use crate::state::State;

/// Most names of one result.
const MAX_NAMES: usize = 1 << 22;
/// Most bytes of all names of one result: prefixes repeat, so a small file could ask for any number.
const MAX_BYTES: usize = 64 << 20;
/// Pipelines in pipelines whose first steps are asked for names.
const MAX_DEPTH: usize = 32;

/// Names of columns, in their order. Clones share them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names(Arc<[Box<str>]>);

impl Names {
    /// `None` when the names are too many or too long to be worth their memory: then columns go by their numbers.
    pub fn new<T: Display>(names: impl IntoIterator<Item = T>) -> Option<Self> {
        let (mut list, mut bytes, mut text) = (Vec::new(), 0, String::new());
        for name in names {
            text.clear();
            write!(text, "{name}").ok()?;
            bytes += text.len();
            if list.len() == MAX_NAMES || bytes > MAX_BYTES {
                return None;
            }
            list.push(text.as_str().into());
        }
        Some(Self(list.into()))
    }

    /// The names that were given to an estimator of so many columns, else `x0`, `x1`, … `None` if they do not fit.
    pub(crate) fn of(given: Option<&Self>, columns: usize) -> Option<Self> {
        match given {
            Some(names) => (names.len() == columns).then(|| names.clone()),
            None if columns > MAX_NAMES => None,
            None => Self::new((0..columns).map(|column| format!("x{column}"))),
        }
    }

    /// `pca0`, `pca1`, …: the name of the class in lower case and a number.
    pub(crate) fn of_class(class: &str, columns: usize) -> Option<Self> {
        let class = class.to_ascii_lowercase();
        if columns > MAX_NAMES {
            None
        } else {
            Self::new((0..columns).map(|column| format!("{class}{column}")))
        }
    }

    /// The names of these columns.
    pub(crate) fn pick(&self, columns: &[usize]) -> Option<Self> {
        let picked: Option<Vec<&str>> = columns.iter().map(|&column| Some(&**self.0.get(column)?)).collect();
        Self::new(picked?)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }
}

/// The names of columns of several transformers, together no more than one result may have.
#[derive(Debug, Default)]
pub(crate) struct Parts<'n> {
    parts: Vec<(&'n str, Names)>,
    bytes: usize,
}

impl<'n> Parts<'n> {
    /// Adds the columns of a transformer.
    pub(crate) fn push(&mut self, part: &'n str, names: Names) -> Option<()> {
        self.bytes += names.iter().map(str::len).sum::<usize>();
        self.parts.push((part, names));
        (self.bytes <= MAX_BYTES).then_some(())
    }
}

/// How the names of transformers and of their columns become one: `verbose_feature_names_out`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verbose {
    /// `transformer__column`.
    Prefix,
    /// The name of the column, which no other may have.
    Bare,
    /// A format of Python, since 1.6: text, and between two texts a field.
    Format(Vec<Piece>),
    /// A function, or a format that means more than names.
    Unknown,
}

/// A piece of a format.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    Text(String),
    Transformer,
    Feature,
}

impl Verbose {
    /// The parameter `verbose_feature_names_out`: of a ColumnTransformer since 1.0, of a FeatureUnion since 1.5. Without it
    /// names have prefixes.
    pub(crate) fn read(state: &State<'_>) -> Self {
        const NAME: &str = "verbose_feature_names_out";
        match (state.has(NAME), state.text(NAME), state.bool(NAME)) {
            (false, ..) | (_, _, Ok(true)) => Self::Prefix,
            (_, _, Ok(false)) => Self::Bare,
            (_, Ok(Some(format)), _) => Self::of_format(&format),
            _ => Self::Unknown,
        }
    }

    /// What `"…".format(transformer_name=…, feature_name=…)` does.
    pub(crate) fn of_format(format: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = format;
        while let Some(at) = rest.find(['{', '}']) {
            let (text, from) = rest.split_at(at);
            pieces.push(Piece::Text(text.into()));
            let fields = [("{transformer_name}", Piece::Transformer), ("{feature_name}", Piece::Feature)];
            let escapes = [("{{", Piece::Text("{".into())), ("}}", Piece::Text("}".into()))];
            let known = fields.into_iter().chain(escapes).find(|(source, _)| from.starts_with(source));
            let Some((source, piece)) = known else { return Self::Unknown };
            pieces.push(piece);
            rest = &from[source.len()..];
        }
        pieces.push(Piece::Text(rest.into()));
        Self::Format(pieces)
    }

    /// The names of the columns of several transformers side by side. `None` where scikit-learn raises an error.
    pub(crate) fn join(&self, Parts { parts, .. }: &Parts<'_>) -> Option<Names> {
        let each = || parts.iter().flat_map(|(part, names)| names.iter().map(move |name| (*part, name)));
        match self {
            Self::Prefix => Names::new(each().map(|(part, name)| format!("{part}__{name}"))),
            Self::Bare => {
                let mut seen = HashSet::new();
                let is_new = each().all(|(_, name)| seen.insert(name));
                if is_new { Names::new(each().map(|(_, name)| name)) } else { None }
            }
            Self::Format(pieces) => {
                let text = |piece: &Piece, part: &str, name: &str| match piece {
                    Piece::Text(text) => text.clone(),
                    Piece::Transformer => part.to_owned(),
                    Piece::Feature => name.to_owned(),
                };
                let longest = parts.iter().map(|(part, _)| part.len()).max().unwrap_or(0);
                // a format that names a field a thousand times is longer than what one name may be
                if pieces.len().saturating_mul(longest.max(64)) > MAX_BYTES {
                    return None;
                }
                Names::new(each().map(|(part, name)| {
                    pieces.iter().map(|piece| text(piece, part, name)).collect::<String>()
                }))
            }
            Self::Unknown => None,
        }
    }
}

/// The names that were read of a file: an array of names once, however many estimators have it, and of all together no
/// more than one result may have.
#[derive(Clone, Debug, Default)]
pub(crate) struct NamesRead(Rc<RefCell<Known>>);

#[derive(Debug, Default)]
struct Known {
    arrays: FxHashMap<Id, Option<Names>>,
    bytes: usize,
    count: usize,
}

impl NamesRead {
    /// `feature_names_in_` of an object; `None` where it has none, or they are not all texts.
    pub(crate) fn of(&self, heap: &Heap, estimator: Value) -> Option<Names> {
        let array = heap.object(estimator)?.attr("feature_names_in_")?;
        let Value::Ref(id) = array else { return None };
        let mut known = self.0.borrow_mut();
        if let Some(names) = known.arrays.get(&id) {
            return names.clone();
        }
        let names = known.read(heap, array);
        known.arrays.insert(id, names.clone());
        names
    }
}

impl Known {
    fn read(&mut self, heap: &Heap, array: Value) -> Option<Names> {
        let array = heap.ndarray(array)?.ok()?;
        let mut names: Vec<Box<str>> = Vec::new();
        for element in array.elements() {
            let name: Box<str> = match element.ok()? {
                Element::Str(text) => text.into(),
                Element::Object(value) => heap.as_str(value)?.into(),
                _ => return None,
            };
            self.bytes += name.len();
            self.count += 1;
            if self.bytes > MAX_BYTES || self.count > MAX_NAMES {
                return None;
            }
            names.push(name);
        }
        Some(Names(names.into()))
    }
}

/// The names of the columns that an estimator was fitted on, if it was fitted on a table with names. A pipeline and a union
/// have those of their first step.
pub fn feature_names_in(heap: &Heap, mut estimator: Value) -> Option<Names> {
    for _ in 0..MAX_DEPTH {
        let object = heap.object(estimator)?;
        if object.attr("feature_names_in_").is_some() {
            return NamesRead::default().of(heap, estimator);
        }
        let steps = match object.class() {
            ("sklearn.pipeline", "Pipeline") => object.attr("steps")?,
            ("sklearn.pipeline", "FeatureUnion") => object.attr("transformer_list")?,
            _ => return None,
        };
        estimator = *heap.as_sequence(*heap.as_sequence(steps)?.first()?)?.get(1)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Names {
        Names::new(names).expect("few")
    }

    fn parts<'n>(list: &[(&'n str, &[&str])]) -> Parts<'n> {
        let mut parts = Parts::default();
        list.iter().for_each(|(part, columns)| parts.push(part, names(columns)).expect("few"));
        parts
    }

    #[test]
    fn columns_without_names_are_numbered() {
        assert_eq!(Names::of(None, 2), Some(names(&["x0", "x1"])));
        assert_eq!(Names::of(Some(&names(&["a"])), 1), Some(names(&["a"])));
        assert_eq!(Names::of(Some(&names(&["a"])), 2), None);
        assert_eq!(Names::of(None, usize::MAX), None);
        assert_eq!(names(&["a", "b"]).pick(&[1, 0, 1]), Some(names(&["b", "a", "b"])));
        assert_eq!(names(&["a"]).pick(&[1]), None);
    }

    #[test]
    fn names_of_parts_are_joined() {
        let parts = parts(&[("num", &["age", "income"]), ("cat", &["city"])]);
        for (verbose, want) in [
            (Verbose::Prefix, Some(names(&["num__age", "num__income", "cat__city"]))),
            (Verbose::Bare, Some(names(&["age", "income", "city"]))),
            (
                Verbose::of_format("{feature_name}@{transformer_name}{{}}"),
                Some(names(&["age@num{}", "income@num{}", "city@cat{}"])),
            ),
            (Verbose::of_format("{feature_name!r}"), None),
            (Verbose::of_format("{}"), None),
            (Verbose::Unknown, None),
        ] {
            assert_eq!(verbose.join(&parts), want, "{verbose:?}");
        }
        let twice = self::parts(&[("a", &["x0"]), ("b", &["x0"])]);
        assert_eq!(Verbose::Bare.join(&twice), None);
    }

    #[test]
    fn names_that_would_fill_the_memory_are_none() {
        let long = "a".repeat(1 << 20);
        assert_eq!(Names::new(std::iter::repeat_n(&long, 1000)), None);
        let format = "{feature_name}".repeat(1 << 20);
        assert_eq!(Verbose::of_format(&format).join(&parts(&[("a", &["b"])])), None);
    }
}
