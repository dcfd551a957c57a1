//! Who wrote a file, as its values tell.

use std::collections::BTreeMap;

use cannery_object::known::{Known, Library, Span, Version, VersionRange, known, span};
use cannery_object::{ArrayData, ByteOrder, DType, Heap, Kind, Node, Value};

use super::shared::BitSet;
use super::tree::dtype_fields;

/// Who wrote a file, and what its bytes are, as its values tell.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Origin {
    /// scikit-learn versions that objects name, and how many name each.
    pub sklearn: BTreeMap<String, u64>,
    /// For each library the releases that have all of its names in the file.
    pub libraries: Vec<(&'static str, String)>,
    /// Names that no release of the libraries has, each once, in order of appearance; at most 100.
    pub unknown_names: Vec<String>,
    /// 2 or 3, where something in the file tells.
    pub python: Option<u8>,
    /// `little` or `big`, where an array tells; `mixed` where they differ.
    pub byte_order: Option<&'static str>,
    /// 32 or 64, where an array tells.
    pub word_bits: Option<u8>,
    /// Values that can be reached.
    pub values: u64,
    /// Bytes of array elements and other binary data.
    pub array_bytes: u64,
    /// Bytes of text.
    pub text_bytes: u64,
    /// Whether arrays in the stream of joblib are preceded by padding, which came with joblib 1.2.
    pub padded_arrays: bool,
    /// Whether arrays are made by numpy's `_frombuffer`, as in pickles of protocol 5.
    pub calls_frombuffer: bool,
}

const MAX_UNKNOWN: usize = 100;
/// Fields of dtypes that are looked at in all: one dtype can be part of many.
const MAX_EFFORT: usize = 1 << 24;

impl Origin {
    /// Looks at every value that can be reached, once.
    pub(super) fn of(heap: &Heap, root: Value, protocol: Option<u32>) -> Self {
        let mut seeker = Seeker::default();
        let mut seen = BitSet::new(heap.node_count());
        let mut open = vec![root];
        while let Some(value) = open.pop() {
            let Value::Ref(id) = value else { continue };
            if !seen.replace(id) {
                seeker.look(heap, value);
                open.extend(heap.children(value).filter(|child| matches!(child, Value::Ref(_))));
            }
        }
        seeker.conclude(protocol)
    }
}

#[derive(Default)]
struct Seeker {
    origin: Origin,
    names: Vec<Known>,
    has_names: std::collections::HashSet<(String, String)>,
    python_2_text: bool,
    encodes_bytes: bool,
    big: bool,
    little: bool,
    effort: usize,
    text: i64,
}

impl Seeker {
    fn look(&mut self, heap: &Heap, value: Value) {
        self.origin.values += 1;
        let Some(node) = heap.node_of(value) else { return };
        match node {
            Node::Str(blob) => self.text += blob.len() as i64,
            Node::Str8(blob) => {
                self.python_2_text = true;
                self.text += blob.len() as i64;
            }
            Node::Bytes(blob) | Node::ByteArray(blob) => self.origin.array_bytes += blob.len() as u64,
            Node::Dict(items) => self.version(heap, heap.items(items)),
            Node::Global { .. } => self.name(heap, value),
            Node::Call { .. } => self.call(heap, value),
            Node::Array(_) => {
                if let Some(array) = heap.array(value) {
                    self.dtype(&array.dtype);
                    if let ArrayData::Bytes(blob) = array.data {
                        self.origin.array_bytes += blob.len() as u64;
                    }
                }
            }
            _ => {}
        }
    }

    fn version(&mut self, heap: &Heap, pairs: &[Value]) {
        self.origin.padded_arrays |= pairs.len() <= 16
            && heap.lookup(pairs, "numpy_array_alignment_bytes").is_some_and(|bytes| bytes != Value::None);
        for pair in pairs.chunks_exact(2).filter(|pair| heap.is_str(pair[0], "_sklearn_version")) {
            if let Some(version) = heap.as_str(pair[1]) {
                *self.origin.sklearn.entry(super::describe::shorten(&version, 40)).or_default() += 1;
            }
        }
    }

    fn name(&mut self, heap: &Heap, value: Value) {
        let Some((module, name)) = heap.global_name(value) else { return };
        if !self.has_names.insert((module.into(), name.into())) {
            return;
        }
        self.origin.calls_frombuffer |= name == "_frombuffer";
        match known(module, name) {
            Some(known) => self.names.push(known),
            // how other libraries write values of numpy and pandas
            None if Heap::is_dill_function((module, name)) || Heap::is_arrow_function((module, name)) => {}
            None if self.origin.unknown_names.len() < MAX_UNKNOWN => {
                self.origin.unknown_names.push(super::describe::shorten(&format!("{module}.{name}"), 120));
            }
            None => {}
        }
    }

    fn call(&mut self, heap: &Heap, value: Value) {
        let Some(call) = heap.call(value) else { return };
        match heap.global_name(call.callable) {
            Some(("_codecs", "encode")) => self.encoded(heap, call.args),
            Some(("numpy", "dtype")) if self.effort < MAX_EFFORT => {
                if let Ok(dtype) = DType::from_value(heap, value) {
                    self.effort += dtype_fields(&dtype);
                    self.dtype(&dtype);
                }
            }
            Some(("numpy.core.multiarray", "_reconstruct")) => {
                let states = heap.items(heap.attached(value).states);
                self.python_2_bytes(heap, states.first().and_then(|&state| heap.as_tuple(state)));
            }
            Some(("numpy.core.multiarray", "scalar")) => self.python_2_bytes(heap, heap.as_tuple(call.args)),
            _ => {}
        }
    }

    /// The last of `parts` is data, also where it is written as text of Python 2.
    fn python_2_bytes(&mut self, heap: &Heap, parts: Option<&[Value]>) {
        if let Some(Node::Str8(blob)) = parts.and_then(<[_]>::last).and_then(|&data| heap.node_of(data)) {
            self.text -= blob.len() as i64;
            self.origin.array_bytes += blob.len() as u64;
        }
    }

    /// Bytes that Python 3 writes as text for protocols below 3.
    fn encoded(&mut self, heap: &Heap, args: Value) {
        self.encodes_bytes = true;
        let text = heap.as_tuple(args).and_then(|args| heap.node_of(*args.first()?));
        if let Some(Node::Str(blob)) = text {
            self.text -= blob.len() as i64;
            self.origin.array_bytes += blob.len() as u64;
        }
    }

    fn dtype(&mut self, dtype: &DType) {
        match &dtype.kind {
            Kind::Object => self.origin.word_bits = Some(if dtype.itemsize == 4 { 32 } else { 64 }),
            Kind::Struct(fields) => {
                for field in fields {
                    self.dtype(&field.dtype);
                    if field.name == "left_child" && field.dtype.kind == Kind::Int {
                        self.origin.word_bits = Some(if field.dtype.itemsize == 4 { 32 } else { 64 });
                    }
                }
            }
            Kind::SubArray(base, _) => self.dtype(base),
            _ if dtype.itemsize > 1 && !matches!(dtype.kind, Kind::Bytes | Kind::Void) => match dtype.order {
                ByteOrder::Big => self.big = true,
                ByteOrder::Little => self.little = true,
            },
            _ => {}
        }
    }

    fn conclude(mut self, protocol: Option<u32>) -> Origin {
        self.origin.text_bytes = u64::try_from(self.text).unwrap_or(0);
        self.origin.python = match protocol {
            _ if self.python_2_text => Some(2),
            Some(3..) => Some(3),
            _ if self.encodes_bytes => Some(3),
            _ => None,
        };
        self.origin.byte_order = match (self.little, self.big) {
            (true, true) => Some("mixed"),
            (true, false) => Some("little"),
            (false, true) => Some("big"),
            (false, false) => None,
        };
        let named = |span: &Span| {
            let ranges: Vec<_> =
                span.versions.iter().filter_map(|range| range_text(span.library, *range)).collect();
            // every release of pytz and dateutil has its names
            (!matches!(span.library, Library::Python | Library::Pytz | Library::Dateutil)
                && !ranges.is_empty())
            .then(|| (span.library.as_str(), ranges.join(", ")))
        };
        self.origin.libraries = span(self.names.iter().copied()).iter().filter_map(named).collect();
        self.origin
    }
}

/// The oldest release of each library that the table of names knows: what that one has may be older.
const OLDEST: [(Library, Version); 5] = [
    (Library::Numpy, Version::new(1, 13)),
    (Library::Scipy, Version::new(0, 19)),
    (Library::Pandas, Version::new(0, 22)),
    (Library::Joblib, Version::new(0, 14)),
    (Library::Sklearn, Version::new(0, 18)),
];

/// A range of releases in words; `None` if it is all of them.
fn range_text(library: Library, range: VersionRange) -> Option<String> {
    // The table has no numpy 2.0, which has the names of 2.1.
    let from_2 = library == Library::Numpy && range.first == Version::new(2, 1);
    let first = if from_2 { Version::new(2, 0) } else { range.first };
    match (OLDEST.contains(&(library, first)), range.last) {
        (true, None) => None,
        (true, Some(last)) => Some(format!("{last} or earlier")),
        (false, None) => Some(format!("{first} or later")),
        (false, Some(last)) if last == first => Some(last.to_string()),
        (false, Some(last)) => Some(format!("{first}-{last}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_say_no_more_than_is_known() {
        let range = |library, first: (u32, u32), last: Option<(u32, u32)>| {
            let last = last.map(|(major, minor)| Version::new(major, minor));
            range_text(library, VersionRange { first: Version::new(first.0, first.1), last })
        };
        assert_eq!(range(Library::Joblib, (0, 14), None), None);
        assert_eq!(range(Library::Numpy, (1, 13), Some((1, 26))).as_deref(), Some("1.26 or earlier"));
        assert_eq!(range(Library::Numpy, (2, 1), None).as_deref(), Some("2.0 or later"));
        assert_eq!(range(Library::Sklearn, (1, 3), Some((1, 3))).as_deref(), Some("1.3"));
        assert_eq!(range(Library::Scipy, (1, 8), Some((1, 16))).as_deref(), Some("1.8-1.16"));
    }
}
