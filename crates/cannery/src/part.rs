//! Estimators inside other values of a file: found, and named by paths.
//!
//! They are looked for in dicts, lists, tuples and arrays of objects, in attributes of objects of classes that nobody knows,
//! in bound methods (`getattr(model, "predict")`), and in bytes or base64 text that hold a file of their own.

use std::borrow::Cow;
use std::collections::HashSet;

use cannery_format::sniff::{Format, Wrapping, sniff};
use cannery_object::known::{Kind, known};
use cannery_object::views::{Builtin, View};
use cannery_object::{Element, Heap, Id, Node, Value};

use crate::error::{Error, Result};
use crate::model::{Model, Options};

/// Steps of the longest path.
const MAX_STEPS: u32 = 32;
/// Bytes of the longest key that a path can name.
const MAX_KEY: usize = 256;
/// Most estimators that are listed.
const MAX_FOUND: usize = 1000;
/// Files in the bytes of files that are opened one after the other.
const MAX_FILES: usize = 4;
/// What Python calls the object whose method a bound method is.
const OWNER: &str = "__self__";
/// Methods whose bound form stands for its object.
const METHODS: [&str; 6] =
    ["predict", "predict_proba", "predict_log_proba", "decision_function", "transform", "score_samples"];
/// Most names in a message.
const MAX_NAMED: usize = 20;

impl Model {
    /// The part of the model at a path: keys of dicts and attributes of objects after dots, positions in lists, tuples and
    /// arrays in brackets, the first step bare: `model`, `0`, `models.clf[1]`. Keys may hold dots; of several that fit, the
    /// longest counts. Of several pickles in a file the path begins with the position of one: `[1]`. Bytes that hold a file
    /// are that file.
    ///
    /// ```
    /// let file = cannery::loads(b"\x80\x04}\x8c\x05model]K\x07as.")?;
    /// assert_eq!(file.part("model[0]")?.root(), cannery::loads(b"K\x07.")?.root());
    /// assert!(file.part("model[1]").is_err());
    /// # Ok::<(), cannery::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Usage` when there is no such part; the message says what there is.
    pub fn part(&self, path: &str) -> Result<Self> {
        let (mut model, mut rest) = (self.clone(), path);
        while !rest.is_empty() {
            let is_first = rest.len() == path.len();
            let (part, after) = step(model.heap(), model.root(), rest, is_first).map_err(|what| {
                let before = &path[..path.len() - rest.len()];
                let place = if before.is_empty() { "the file" } else { before };
                Error::usage(format!("there is no part {path:?}: {place} {what}"))
            })?;
            model = model.at(part);
            if let Some(packed) = packed(model.heap(), part) {
                model = model.unpacked(&packed)?;
            }
            rest = after;
        }
        Ok(model)
    }

    /// The model in bytes of this one.
    fn unpacked(&self, packed: &[u8]) -> Result<Self> {
        let limits = self.heap().budget().limits().clone();
        Options::default().limits(limits).loads(packed)
    }

    /// Path and class, as module and name, of each scikit-learn estimator that is the root or lies in other values from it
    /// on, outermost first. Attributes of estimators are not searched, nor bytes. An object that stands at several places is
    /// listed once; the first 1,000 are listed, up to 32 steps deep.
    pub fn estimators(&self) -> Vec<(String, (&str, &str))> {
        let walk = Walk::of(self.heap(), self.root());
        walk.found.iter().map(|found| (walk.path(self.heap(), found), found.class)).collect()
    }

    /// The estimator that is meant when the file is opened to predict: the root, or the one in it that predict supports, or
    /// the only one there, be it in bytes that hold a file.
    pub(crate) fn target(&self) -> Result<Self> {
        let mut model = self.clone();
        for _ in 0..MAX_FILES {
            let (heap, root) = (model.heap(), model.root());
            if let Some(packed) = packed(heap, root) {
                model = model.unpacked(&packed)?;
                continue;
            }
            if Entries::of(heap, root).is_none() {
                return Ok(model);
            }
            let walk = Walk::of(heap, root);
            let mut supported = walk.found.iter().filter(|found| is_supported(found.class));
            let value = match (supported.next(), supported.next(), &walk.found[..], &walk.packed[..]) {
                (Some(found), None, ..) | (None, None, [found], _) => return Ok(model.at(found.value)),
                (None, None, [], [only]) => *only,
                (None, None, [], _) => return Ok(model),
                _ => return Err(walk.ambiguous(heap)),
            };
            model = model.at(value);
        }
        Err(Error::unsupported(format!("files are packed in one another more than {MAX_FILES} deep")))
    }
}

/// The bytes of a file that a value is: bytes that begin as a pickle of protocol 2 or above, compressed or not, or text in
/// base64 that holds such bytes.
fn packed(heap: &Heap, value: Value) -> Option<Cow<'_, [u8]>> {
    let bytes: Cow<'_, [u8]> = match heap.node_of(value)? {
        Node::Bytes(blob) | Node::ByteArray(blob) | Node::Str(blob) => heap.bytes(blob).into(),
        Node::Call { .. } => heap.bytes_of(value)?,
        _ => return None,
    };
    let is_text = matches!(heap.node_of(value), Some(Node::Str(_)));
    let begins = match sniff(&bytes) {
        Format::Wrapped(Wrapping::Base64) => true,
        Format::Wrapped(_) => !is_text,
        _ => !is_text && matches!(bytes[..], [0x80, 2..=5, ..]),
    };
    begins.then_some(bytes)
}

fn is_supported(class: (&str, &str)) -> bool {
    cannery_sklearn::supported().any(|supported| supported == class)
}

/// A search through containers, breadth first, each node once.
struct Walk<'h> {
    seen: HashSet<Id>,
    containers: Vec<Place>,
    found: Vec<Found<'h>>,
    /// Bytes that hold files.
    packed: Vec<Value>,
}

/// Where a value was met: in which of the walk's containers, and by which step; the root in none.
#[derive(Clone, Copy)]
struct Place {
    value: Value,
    parent: Option<(usize, Step)>,
    depth: u32,
}

#[derive(Clone, Copy)]
enum Step {
    Index(usize),
    Key(Value),
    /// From a bound method to the object whose method it is.
    Owner,
}

struct Found<'h> {
    value: Value,
    place: Place,
    class: (&'h str, &'h str),
}

impl<'h> Walk<'h> {
    fn of(heap: &'h Heap, root: Value) -> Self {
        let mut walk =
            Self { seen: HashSet::new(), containers: Vec::new(), found: Vec::new(), packed: Vec::new() };
        walk.meet(heap, Place { value: root, parent: None, depth: 0 });
        let mut next = 0;
        while next < walk.containers.len() && walk.found.len() < MAX_FOUND {
            walk.enter(heap, next);
            next += 1;
        }
        walk.found.truncate(MAX_FOUND);
        walk
    }

    fn enter(&mut self, heap: &'h Heap, container: usize) {
        let Place { value, depth, .. } = self.containers[container];
        if depth == MAX_STEPS {
            return;
        }
        let mut meet = |value, step| {
            self.meet(heap, Place { value, parent: Some((container, step)), depth: depth + 1 });
        };
        match Entries::of(heap, value) {
            Some(Entries::Items(items)) => {
                items.iter().enumerate().for_each(|(index, &item)| meet(item, Step::Index(index)));
            }
            Some(Entries::Pairs(pairs) | Entries::Attributes(pairs)) => {
                pairs.chunks_exact(2).for_each(|pair| meet(pair[1], Step::Key(pair[0])));
            }
            Some(Entries::Owner(owner)) => meet(owner, Step::Owner),
            None => {}
        }
    }

    fn meet(&mut self, heap: &'h Heap, place: Place) {
        let Value::Ref(id) = place.value else { return };
        let holds = match heap.node_of(place.value) {
            Some(Node::List(_) | Node::Tuple(_) | Node::Dict(_) | Node::Call { .. } | Node::Array(_)) => true,
            Some(Node::Bytes(_) | Node::ByteArray(_) | Node::Str(_)) => packed(heap, place.value).is_some(),
            _ => false,
        };
        if !holds || !self.seen.insert(id) {
            return;
        }
        match heap.view(place.value) {
            View::Object(object) if is_estimator(object.class()) => {
                self.found.push(Found { value: place.value, place, class: object.class() });
            }
            _ if Entries::of(heap, place.value).is_some() => self.containers.push(place),
            _ if packed(heap, place.value).is_some() => self.packed.push(place.value),
            _ => {}
        }
    }

    /// The path of what was found, as [`Model::part`] takes it.
    fn path(&self, heap: &Heap, found: &Found<'_>) -> String {
        let mut steps = Vec::new();
        let mut at = found.place;
        while let Some((parent, step)) = at.parent {
            steps.push(step);
            at = self.containers[parent];
        }
        let mut path = String::new();
        for step in steps.into_iter().rev() {
            match step {
                Step::Index(index) if path.is_empty() => path = index.to_string(),
                Step::Index(index) => path.push_str(&format!("[{index}]")),
                Step::Key(key) => push_key(&mut path, &key_text(heap, key).unwrap_or("?".into())),
                Step::Owner => push_key(&mut path, OWNER),
            }
        }
        path
    }

    fn ambiguous(&self, heap: &Heap) -> Error {
        let mut message = format!("the file holds {} estimators; choose one by its part:", self.found.len());
        for found in self.found.iter().take(MAX_NAMED) {
            let (module, name) = found.class;
            message.push_str(&format!("\n  {}  {module}.{name}", self.path(heap, found)));
        }
        if self.found.len() > MAX_NAMED {
            message.push_str("\n  …");
        }
        Error::usage(message)
    }
}

fn push_key(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

fn is_estimator(class: (&str, &str)) -> bool {
    known(class.0, class.1).is_some_and(|known| known.kind == Kind::Estimator) || is_supported(class)
}

/// What a container holds.
enum Entries<'h> {
    Items(&'h [Value]),
    Pairs(Cow<'h, [Value]>),
    /// Of an object whose class nobody knows.
    Attributes(Cow<'h, [Value]>),
    /// The object whose method this is.
    Owner(Value),
}

impl<'h> Entries<'h> {
    /// The entries of a dict, list, tuple or array of objects, however it is written, the attributes of an object of an
    /// unknown class, and the object of a bound method.
    fn of(heap: &'h Heap, value: Value) -> Option<Self> {
        if let Some(items) = heap.as_sequence(value) {
            return Some(Self::Items(items));
        }
        if let Some(pairs) = heap.as_dict(value) {
            return Some(Self::Pairs(pairs.into()));
        }
        match heap.view(value) {
            View::Builtin(builtin) => Self::of_call(&builtin),
            View::NdArray => heap.ndarray(value)?.ok()?.objects().map(Self::Items),
            View::Object(object) if !is_known(object.class()) => {
                object.attributes().map(|pairs| Self::Attributes(pairs.into()))
            }
            _ => owner(heap, value).map(Self::Owner),
        }
    }

    /// As [`of`](Self::of), and the attributes of any object: where a path leads, not where the search does.
    fn along(heap: &'h Heap, value: Value) -> Option<Self> {
        Self::of(heap, value).or_else(|| {
            let object = heap.object(value)?;
            object.attributes().map(|pairs| Self::Attributes(pairs.into()))
        })
    }

    fn of_call(builtin: &Builtin<'h>) -> Option<Self> {
        match builtin.name {
            "list" | "tuple" => builtin.elements().ok().map(Self::Items),
            "dict" | "OrderedDict" | "defaultdict" => builtin.pairs().ok().map(Self::Pairs),
            _ => None,
        }
    }
}

/// The object of `getattr(object, "name")`, as pickle writes a bound method.
fn owner(heap: &Heap, value: Value) -> Option<Value> {
    let call = heap.call(value)?;
    let is_getattr = matches!(heap.global_name(call.callable)?, ("builtins" | "__builtin__", "getattr"));
    match heap.as_tuple(call.args)? {
        &[owner, name] if is_getattr && METHODS.iter().any(|method| heap.is_str(name, method)) => Some(owner),
        _ => None,
    }
}

/// Whether a class is one of the libraries that are known.
fn is_known(class: (&str, &str)) -> bool {
    known(class.0, class.1).is_some() || is_supported(class)
}

/// The value that the first step of a path leads to, and the rest of the path. Otherwise what is wrong with the
/// container.
fn step<'p>(heap: &Heap, value: Value, path: &'p str, is_first: bool) -> Result<(Value, &'p str), String> {
    let (name, closing) = match path.strip_prefix('[') {
        Some(inner) => (inner, "]"),
        // an attribute of the root may be written with its dot
        None if is_first => (path.strip_prefix('.').filter(|rest| !rest.is_empty()).unwrap_or(path), ""),
        None => (path.strip_prefix('.').unwrap_or(path), ""),
    };
    let found = match Entries::along(heap, value) {
        Some(Entries::Items(items)) => {
            let digits = name.bytes().take_while(u8::is_ascii_digit).count();
            let item = name[..digits].parse().ok().and_then(|index: usize| items.get(index));
            item.map(|&item| (item, digits)).ok_or_else(|| format!("has {} elements, from 0 on", items.len()))
        }
        Some(Entries::Pairs(pairs) | Entries::Attributes(pairs)) => entry(heap, &pairs, name, closing),
        Some(Entries::Owner(owner)) => match name.strip_prefix(OWNER) {
            Some(rest) if ends_step(rest) => Ok((owner, OWNER.len())),
            _ => Err(format!("is a bound method, and has {OWNER}")),
        },
        None => Err("has no parts".to_owned()),
    };
    let (value, len) = found?;
    let rest = name[len..].strip_prefix(closing).filter(|rest| ends_step(rest));
    rest.map(|rest| (value, rest)).ok_or_else(|| "is followed by what is no path".to_owned())
}

/// The entry of a dict with the longest key that a path begins with, and the length of that key.
fn entry(heap: &Heap, pairs: &[Value], path: &str, closing: &str) -> Result<(Value, usize), String> {
    let mut best: Option<(Value, usize)> = None;
    for pair in pairs.chunks_exact(2) {
        let Some(key) = key_text(heap, pair[0]) else { continue };
        let rest = path.strip_prefix(&*key).and_then(|rest| rest.strip_prefix(closing));
        if rest.is_some_and(ends_step) && best.is_none_or(|(_, len)| key.len() >= len) {
            best = Some((pair[1], key.len()));
        }
    }
    best.ok_or_else(|| {
        let keys = pairs.chunks_exact(2).filter_map(|pair| key_text(heap, pair[0])).take(MAX_NAMED);
        format!("has {}", keys.collect::<Vec<_>>().join(", "))
    })
}

fn ends_step(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['.', '['])
}

/// A key as a path names it: text as it is, numbers as Python prints them.
fn key_text(heap: &Heap, key: Value) -> Option<Cow<'_, str>> {
    let text = match key {
        Value::None => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        _ => match heap.view(key) {
            View::Scalar(scalar) => element_text(&scalar.read().ok()?.1)?.into(),
            _ => match (heap.as_str(key), heap.as_int(key)) {
                (Some(text), _) => text,
                (None, Some(int)) => int.to_string().into(),
                (None, None) => format!("{:?}", heap.as_float(key)?).into(),
            },
        },
    };
    (!text.is_empty() && text.len() <= MAX_KEY).then_some(text)
}

fn element_text(element: &Element<'_>) -> Option<String> {
    match element {
        Element::Int(int) => Some(int.to_string()),
        Element::UInt(int) => Some(int.to_string()),
        Element::Float(float) => Some(format!("{float:?}")),
        Element::Bool(bool) => Some(if *bool { "True" } else { "False" }.to_owned()),
        Element::Str(text) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVC: &[u8] = b"csklearn.svm._classes\nSVC\n)\x81";
    /// A class of scikit-learn that is no estimator.
    const OLD: &[u8] = b"csklearn.cross_validation\nKFold\n)\x81";
    /// An estimator that has nothing to predict with.
    const TSNE: &[u8] = b"csklearn.manifold._t_sne\nTSNE\n)\x81";

    fn text(key: &str) -> Vec<u8> {
        [b"\x8c", &[key.len() as u8][..], key.as_bytes()].concat()
    }

    fn dict(pairs: &[(Vec<u8>, &[u8])]) -> Vec<u8> {
        let pairs: Vec<u8> = pairs.iter().flat_map(|(key, value)| [key, *value].concat()).collect();
        [b"(", &pairs[..], b"d"].concat()
    }

    fn list(items: &[&[u8]]) -> Vec<u8> {
        [b"(", &items.concat()[..], b"l"].concat()
    }

    fn tuple(items: &[&[u8]]) -> Vec<u8> {
        [b"(", &items.concat()[..], b"t"].concat()
    }

    fn model(value: &[u8]) -> Model {
        crate::loads(&[b"\x80\x04", value, b"."].concat()).expect("a pickle")
    }

    fn paths(model: &Model) -> Vec<String> {
        model.estimators().into_iter().map(|(path, _)| path).collect()
    }

    fn nested() -> Model {
        let inner = tuple(&[b"K\x01", SVC]);
        let ordered =
            [&b"ccollections\nOrderedDict\n)R"[..], &text("a.b"), SVC, b"s", b"K\x03", SVC, b"s"].concat();
        model(&dict(&[
            (text("models"), &dict(&[(text("clf"), &inner[..]), (text("x"), b"N")])),
            (text("a"), &ordered),
            (text("names"), &list(&[&text("SVC"), b"K\x07"])),
        ]))
    }

    #[test]
    fn estimators_are_found_in_containers_and_their_paths_lead_to_them() {
        let model = nested();
        assert_eq!(paths(&model), ["a.a.b", "a.3", "models.clf[1]"]);
        for (path, class) in model.estimators() {
            assert_eq!(class, ("sklearn.svm._classes", "SVC"));
            assert_eq!(model.part(&path).expect("there").class(), Some(class), "{path}");
        }
        for path in ["models.clf.1", "models[clf][1]", "a[a.b]", "a[3]"] {
            assert_eq!(model.part(path).expect("there").class(), Some(("sklearn.svm._classes", "SVC")));
        }
        assert_eq!(paths(&self::model(SVC)), [""]);
        assert_eq!(paths(&self::model(&list(&[b"N", SVC]))), ["1"]);
        assert_eq!(paths(&self::model(&list(&[b"N", &list(&[SVC])]))), ["1[0]"]);
    }

    #[test]
    fn a_path_to_nowhere_says_what_there_is() {
        for (path, message) in [
            ("model", "there is no part \"model\": the file has models, a, names"),
            ("models.clf[2]", "there is no part \"models.clf[2]\": models.clf has 2 elements, from 0 on"),
            ("models.x.y", "there is no part \"models.x.y\": models.x has no parts"),
            ("models.clf[1", "there is no part \"models.clf[1\": models.clf is followed by what is no path"),
            (
                "names[99999999999999999999]",
                "there is no part \"names[99999999999999999999]\": names has 2 elements, from 0 on",
            ),
        ] {
            assert_eq!(nested().part(path).expect_err(path).message(), message);
        }
    }

    #[test]
    fn the_one_that_is_meant_is_found() {
        let class = |value: &[u8]| {
            let model = model(value);
            model.target().map(|found| found.class().map(|(_, name)| name.to_owned()))
        };
        let one = dict(&[(text("model"), SVC), (text("search"), TSNE), (text("columns"), &list(&[]))]);
        assert_eq!(class(&one).expect("one that is supported").as_deref(), Some("SVC"));
        assert_eq!(class(&list(&[TSNE, b"N"])).expect("one").as_deref(), Some("TSNE"));
        assert_eq!(class(&list(&[b"N"])).expect("the root"), None);
        let error = class(&list(&[SVC, &dict(&[(text("b"), SVC)])])).expect_err("two");
        let want = "the file holds 2 estimators; choose one by its part:\n  0  sklearn.svm._classes.SVC\n  1.b  sklearn.svm._classes.SVC";
        assert_eq!(error.message(), want);
        assert_eq!(paths(&model(OLD)), [""; 0], "not every class of scikit-learn is an estimator");
    }

    #[test]
    fn shared_and_cyclic_containers_are_entered_once() {
        let cycle = model(b"]\x94(h\x00csklearn.svm._classes\nSVC\n)\x81\x94h\x01e");
        assert_eq!(paths(&cycle), ["1"]);
        let part = cycle.part("0[0][0].0[2]").expect("around and around");
        assert_eq!(part.class(), Some(("sklearn.svm._classes", "SVC")));
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let deep = [b"]".repeat(100_000), SVC.to_vec(), b"a".repeat(100_000)].concat();
        assert!(paths(&model(&deep)).is_empty());
        let many = list(&vec![SVC; 5000]);
        assert_eq!(model(&many).estimators().len(), MAX_FOUND);
    }
}
