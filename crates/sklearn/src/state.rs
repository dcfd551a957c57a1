//! The attributes of one object, by name and with their path in every error.

use std::borrow::Cow;
use std::cell::RefMut;
use std::sync::Arc;

use cannery_graph::{Labels, Matrix, Points};
use cannery_object::known::Version;
use cannery_object::{self as object, Element, Heap, Kind, Limit, NdArray, Node, Object, Value, View};

use crate::error::Error;
use crate::estimator::{Estimator, Nesting, read_at};
use crate::names::Names;
use crate::sparse;
use crate::tree::nodes::TreesRead;

/// The attributes of one object.
#[derive(Debug)]
pub(crate) struct State<'h> {
    heap: &'h Heap,
    object: Object<'h>,
    path: String,
    /// Name of the class, where it was found in the list of classes.
    name: &'static str,
    nesting: Nesting,
}

/// Lengths of an array that holds nothing are worth no memory: nothing in the file stands for them.
const MAX_CLAIMED: usize = 1 << 20;
/// How often all bytes of a file may be looked at as elements of arrays.
const MAX_SEEN: u64 = 64;
/// Elements of a matrix that is not copied from the bytes of the file: 128 KiB.
const IN_PLACE: usize = 1 << 14;

impl<'h> State<'h> {
    /// The attributes of the object at a path; empty for the model itself.
    pub(crate) fn new(heap: &'h Heap, object: Object<'h>, path: &str, nesting: Nesting) -> Self {
        Self { heap, object, path: path.into(), name: "", nesting }
    }

    /// The same with the name of the class.
    pub(crate) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Name of the class that is read: `SVC`.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Whether this scikit-learn or a later one wrote the object. Files of before 0.18 do not say: not.
    pub(crate) fn since(&self, major: u32, minor: u32) -> bool {
        self.version().is_some_and(|version| version >= Version::new(major, minor))
    }

    /// An estimator without the attribute `name` was not fitted: it has no `what`.
    pub(crate) fn expect_fitted(&self, name: &str, what: &str) -> Result<(), Error> {
        if self.has(name) {
            return Ok(());
        }
        Err(self.unsupported(name, format!("this {} is not fitted: it has no {what}", self.name)))
    }

    /// Number of columns of X at fit, where the estimator says it: `n_features_in_` since 0.23 (or 0.24), `n_features_` of some before.
    pub(crate) fn n_features(&self) -> Result<Option<usize>, Error> {
        let name = ["n_features_in_", "n_features_"].into_iter().find(|name| self.has(name));
        let count =
            |name| usize::try_from(self.int(name)?).map_err(|_| self.malformed(name, "a count below 0"));
        name.map(count).transpose()
    }

    /// The Heap that the object is of.
    pub(crate) fn heap(&self) -> &'h Heap {
        self.heap
    }

    /// The fitted estimator that a value inside this object is; `place` is its path from here: `steps[1]`.
    pub(crate) fn estimator_in(&self, value: Value, place: &str) -> Result<Box<dyn Estimator>, Error> {
        read_at(self.heap, value, &self.path_of(place), &self.nesting)
    }

    /// The attributes of an object inside this one.
    pub(crate) fn object_in(&self, value: Value, place: &str) -> Result<State<'h>, Error> {
        let path = self.path_of(place);
        match self.heap.view(value) {
            View::Object(object) => Ok(State::new(self.heap, object, &path, self.nesting.clone())),
            _ => Err(Error::malformed(path, "not an object")),
        }
    }

    /// The elements of a list or tuple.
    pub(crate) fn sequence(&self, name: &str) -> Result<&'h [Value], Error> {
        let value = self.value(name)?;
        self.heap.as_sequence(value).ok_or_else(|| self.malformed(name, "neither a list nor a tuple"))
    }

    /// The elements of a list, a tuple or an array of objects, row by row.
    pub(crate) fn objects(&self, name: &str) -> Result<Vec<Value>, Error> {
        let value = self.value(name)?;
        if let Some(values) = self.heap.as_sequence(value) {
            return Ok(values.to_vec());
        }
        let array = self.array(name)?;
        let object = |element| match element {
            Ok(Element::Object(value)) => Ok(value),
            _ => Err(self.malformed(name, "an array of something else than objects")),
        };
        array.elements().map(object).collect()
    }

    /// The names of the columns that an estimator inside this object was fitted on.
    pub(crate) fn names_in(&self, estimator: Value) -> Option<Names> {
        self.nesting.names.of(self.heap, estimator)
    }

    /// Module and name of the class.
    pub(crate) fn class(&self) -> (&'h str, &'h str) {
        self.object.class()
    }

    /// The trees that were read of this file, when those who read it keep them.
    pub(crate) fn trees_read(&self) -> Option<RefMut<'_, TreesRead>> {
        self.nesting.trees_read()
    }

    /// The state as it is, which is not always a dict.
    pub(crate) fn raw_state(&self) -> Option<Value> {
        self.object.state()
    }

    /// Module of the class.
    pub(crate) fn module(&self) -> &'h str {
        self.object.class().0
    }

    /// The scikit-learn that wrote the object, where it says so (since 0.18).
    pub(crate) fn version(&self) -> Option<Version> {
        self.heap.as_str(self.object.attr("_sklearn_version")?)?.parse().ok()
    }

    /// Whether Python 2 wrote the object: its names of attributes are then bytes.
    pub(crate) fn is_of_python2(&self) -> bool {
        let first = self.object.attributes().and_then(|pairs| pairs.first().copied());
        matches!(first.and_then(|name| self.heap.node_of(name)), Some(Node::Str8(_)))
    }

    /// Whether there is an attribute of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.object.attr(name).is_some()
    }

    /// `Malformed` at an attribute.
    pub(crate) fn malformed(&self, name: &str, message: impl Into<String>) -> Error {
        Error::malformed(self.path_of(name), message)
    }

    /// `Unsupported` at an attribute.
    pub(crate) fn unsupported(&self, name: &str, message: impl Into<String>) -> Error {
        Error::unsupported(self.path_of(name), message)
    }

    /// The path of an attribute.
    pub(crate) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.into() } else { format!("{}.{name}", self.path) }
    }

    /// Why an attribute isn't there: a fitted one where there is no other such is that of an estimator without a fit.
    fn missing(&self, name: &str) -> Error {
        let is_fitted_name = |name: &str| name.ends_with('_') && !name.ends_with("__");
        let pairs = self.object.attributes().unwrap_or_default();
        let is_fitted = pairs
            .chunks_exact(2)
            .any(|pair| self.heap.as_str(pair[0]).is_some_and(|name| is_fitted_name(&name)));
        if is_fitted_name(name) && !is_fitted {
            return self.unsupported("", format!("this {} is not fitted", self.object.class().1));
        }
        self.malformed(name, "this attribute is missing")
    }

    /// Any value.
    pub(crate) fn value(&self, name: &str) -> Result<Value, Error> {
        self.object.attr(name).ok_or_else(|| self.missing(name))
    }

    /// Whether the value is Python's `None`.
    pub(crate) fn is_none(&self, name: &str) -> Result<bool, Error> {
        Ok(self.value(name)? == Value::None)
    }

    /// A `str`; `None` for anything else.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(self.heap.as_str(self.value(name)?).map(Into::into))
    }

    /// A number, of Python or numpy.
    pub(crate) fn float(&self, name: &str) -> Result<f64, Error> {
        self.float_in(self.value(name)?, name)
    }

    /// A number inside this object; `name` is its path from here: `steps[1]`.
    pub(crate) fn float_in(&self, value: Value, name: &str) -> Result<f64, Error> {
        match self.scalar_of(name, value)? {
            Element::Float(x) => Ok(x),
            Element::Int(i) => Ok(i as f64),
            Element::UInt(u) => Ok(u as f64),
            Element::Bool(b) => Ok(f64::from(u8::from(b))),
            _ => Err(self.malformed(name, "not a number")),
        }
    }

    /// An integer, of Python or numpy, or a float that is one.
    pub(crate) fn int(&self, name: &str) -> Result<i64, Error> {
        self.int_in(self.value(name)?, name)
    }

    /// An integer inside this object; `name` is its path from here: `n_classes_[1]`.
    pub(crate) fn int_in(&self, value: Value, name: &str) -> Result<i64, Error> {
        if value == Value::None {
            return Err(self.unsupported(name, "None instead of an integer"));
        }
        let int = match self.scalar_of(name, value)? {
            Element::Int(i) => Some(i),
            Element::UInt(u) => i64::try_from(u).ok(),
            Element::Bool(b) => Some(i64::from(b)),
            Element::Float(x) if x.fract() == 0.0 && x.abs() < 9e15 => Some(x as i64),
            _ => None,
        };
        int.ok_or_else(|| self.malformed(name, "not an integer"))
    }

    /// A count by which memory is allocated, which must be within the limits for so many numbers.
    pub(crate) fn expect_room(&self, name: &str, count: usize) -> Result<usize, Error> {
        let most = self.heap.budget().limits().of(Limit::MemorySlack) / 8;
        if count as u64 <= most {
            return Ok(count);
        }
        Err(self.unsupported(name, format!("{count}; up to {most} work under --memory-slack")))
    }

    /// A truth value, of Python or numpy; an integer is true when it is not 0.
    pub(crate) fn bool(&self, name: &str) -> Result<bool, Error> {
        self.int(name).map(|int| int != 0).map_err(|_| self.unsupported(name, "neither true nor false"))
    }

    /// A scalar inside this object, of Python or numpy; anything else as an object.
    pub(crate) fn scalar_of(&self, name: &str, value: Value) -> Result<Element<'h>, Error> {
        let wrap = |error| Error::in_view(self.path_of(name), &error);
        match (value, self.heap.view(value)) {
            (Value::Bool(b), _) => Ok(Element::Bool(b)),
            (_, View::Scalar(scalar)) => scalar.read().map(|(_, element)| element).map_err(wrap),
            (_, View::NdArray) => self.zero_dimensional(name),
            _ => Ok(match (self.heap.as_int(value), self.heap.as_float(value), self.heap.as_str(value)) {
                (Some(int), _, _) => Element::Int(int),
                (_, Some(float), _) => Element::Float(float),
                (_, _, Some(text)) => Element::Str(text.into_owned()),
                _ => Element::Object(value),
            }),
        }
    }

    /// An array of one element and no dimension: how some formats write a numpy scalar.
    fn zero_dimensional(&self, name: &str) -> Result<Element<'h>, Error> {
        let array = self.array(name)?;
        if array.ndim() != 0 {
            return Err(
                self.malformed(name, format!("an array of shape {:?} instead of one value", array.shape))
            );
        }
        match array.elements().next() {
            Some(Ok(Element::Float(x))) => Ok(Element::Float(x)),
            Some(Ok(Element::Int(i))) => Ok(Element::Int(i)),
            Some(Ok(Element::UInt(u))) => Ok(Element::UInt(u)),
            Some(Ok(Element::Bool(b))) => Ok(Element::Bool(b)),
            _ => Err(self.malformed(name, "not a number")),
        }
    }

    /// A plain numpy array.
    pub(crate) fn array(&self, name: &str) -> Result<NdArray<'h>, Error> {
        self.array_in(self.value(name)?, name)
    }

    /// A plain numpy array inside this object; `name` is its path from here: `classes_[1]`.
    pub(crate) fn array_in(&self, value: Value, name: &str) -> Result<NdArray<'h>, Error> {
        let array = self.heap.ndarray(value).ok_or_else(|| self.no_array(value, name))?;
        let array = array.map_err(|error| Error::in_view(self.path_of(name), &error))?;
        self.expect_unshared(name, array.raw().map_or(0, <[u8]>::len))?;
        let claimed =
            array.shape.iter().filter(|&&length| length > 0).try_fold(1_usize, |n, &d| n.checked_mul(d));
        if array.raw().map_or(array.is_empty(), <[u8]>::is_empty) && claimed.is_none_or(|n| n > MAX_CLAIMED) {
            return Err(
                self.malformed(name, format!("an array of shape {:?} without an element", array.shape))
            );
        }
        match array.class {
            // once its values are in the file, an array that was mapped from another one is like any
            None | Some(("numpy" | "numpy.core.memmap", "memmap")) => Ok(array),
            Some((module, class)) => {
                Err(self.unsupported(name, format!("an array of class {module}.{class}")))
            }
        }
    }

    /// Objects that share an array would make much memory of few bytes, if each took it as its own.
    fn expect_unshared(&self, name: &str, bytes: usize) -> Result<(), Error> {
        let budget = self.heap.budget();
        let most = budget.decompressed().saturating_mul(MAX_SEEN);
        match self.nesting.see(bytes) <= most.saturating_add(budget.limits().of(Limit::MemorySlack)) {
            true => Ok(()),
            false => Err(self.unsupported(name, "an array that too many objects share")),
        }
    }

    /// Some estimators keep what they are given, and compute with it what numpy makes of it: a sparse matrix, an array of
    /// pandas, a column without a second dimension.
    fn no_array(&self, value: Value, name: &str) -> Error {
        match self.heap.view(value) {
            View::Sparse(_) => self.unsupported(name, "a sparse matrix instead of an array"),
            // of one column without a second dimension, which scikit-learn took until 0.18
            View::Scalar(_) => self.unsupported(name, "a number instead of an array"),
            View::Extension(array) => {
                let (module, class) = array.class();
                self.unsupported(name, format!("a {module}.{class} instead of an array"))
            }
            _ => self.malformed(name, "not an array"),
        }
    }

    /// A vector of floats.
    pub(crate) fn floats(&self, name: &str) -> Result<Vec<f64>, Error> {
        let array = self.array_of_ndim(name, 1)?;
        array.f64s().map(Cow::into_owned).map_err(|error| Error::in_view(self.path_of(name), &error))
    }

    /// A vector of counts.
    pub(crate) fn counts(&self, name: &str) -> Result<Vec<usize>, Error> {
        let array = self.array_of_ndim(name, 1)?;
        let ints = array.i64s().map_err(|error| Error::in_view(self.path_of(name), &error))?;
        let counts: Result<_, _> = ints.iter().map(|&int| usize::try_from(int)).collect();
        counts.map_err(|_| self.malformed(name, "a count below 0"))
    }

    /// Type of the elements of an array, or of those that a sparse matrix stores.
    pub(crate) fn element_dtype(&self, name: &str) -> Result<object::DType, Error> {
        let View::Sparse(sparse) = self.heap.view(self.value(name)?) else {
            return Ok(self.array(name)?.dtype.into_owned());
        };
        let arrays = sparse.arrays().map_err(|error| Error::in_view(self.path_of(name), &error))?;
        let data = arrays.iter().find(|(part, _)| *part == "data");
        let (_, data) = data.ok_or_else(|| self.malformed(name, "a sparse matrix without data"))?;
        Ok(data.dtype.clone().into_owned())
    }

    /// Points, one a row: a matrix of floats, or a CSR matrix as it is.
    pub(crate) fn points(&self, name: &str) -> Result<Points, Error> {
        match self.heap.view(self.value(name)?) {
            View::Sparse(sparse) => sparse::to_rows(&sparse)
                .map(Points::Sparse)
                .map_err(|error| Error::in_view(self.path_of(name), &error)),
            _ => self.matrix(name).map(Points::Dense),
        }
    }

    /// A matrix of floats; a CSR matrix is made dense if it is small.
    pub(crate) fn matrix(&self, name: &str) -> Result<Matrix, Error> {
        if let View::Sparse(sparse) = self.heap.view(self.value(name)?) {
            return sparse::to_dense(&sparse).map_err(|error| Error::in_view(self.path_of(name), &error));
        }
        self.matrix_in(&self.array_of_ndim(name, 2)?, name)
    }

    /// An array of two dimensions inside this object, in place where it is large; `name` is its path from here.
    pub(crate) fn matrix_in(&self, array: &NdArray<'h>, name: &str) -> Result<Matrix, Error> {
        let &[rows, columns] = &array.shape[..] else {
            return Err(self.malformed(name, format!("an array of shape {:?}", array.shape)));
        };
        // a small one does not keep the whole file in memory
        let in_place = if array.len() >= IN_PLACE { array.shared_f64s() } else { None };
        let matrix = match in_place.and_then(|bytes| Matrix::stored(rows, columns, bytes)) {
            Some(matrix) => Some(matrix),
            None => {
                let values = array.f64s().map_err(|error| Error::in_view(self.path_of(name), &error))?;
                Matrix::new(rows, columns, values)
            }
        };
        matrix.ok_or_else(|| self.malformed(name, "an array of another size than its shape"))
    }

    /// A plain numpy array of so many dimensions.
    pub(crate) fn array_of_ndim(&self, name: &str, ndim: usize) -> Result<NdArray<'h>, Error> {
        let array = self.array(name)?;
        if array.ndim() == ndim {
            return Ok(array);
        }
        Err(self.malformed(name, format!("an array of shape {:?} instead of {ndim} dimensions", array.shape)))
    }

    /// Class labels: a vector of integers, floats, truth values or texts; Python objects if all are of one kind.
    pub(crate) fn labels(&self, name: &str) -> Result<Labels, Error> {
        self.labels_in(&self.array_of_ndim(name, 1)?, name)
    }

    /// Labels that stand one by one in this object: of Python or numpy.
    pub(crate) fn labels_among(&self, name: &str, values: &[Value]) -> Result<Labels, Error> {
        let elements =
            values.iter().map(|&value| self.scalar_of(name, value)).collect::<Result<Vec<_>, _>>()?;
        let message = "labels that are not all integers, floats, bools or texts";
        labels_of(&elements).ok_or_else(|| self.unsupported(name, message))
    }

    /// Class labels in an array inside this object; `name` is its path from here: `classes_[1]`.
    pub(crate) fn labels_in(&self, array: &NdArray<'h>, name: &str) -> Result<Labels, Error> {
        if array.dtype.kind == Kind::Float && array.dtype.itemsize != 8 {
            return Err(
                self.unsupported(name, format!("class labels of dtype {}; float64 works", array.dtype))
            );
        }
        let elements = array.elements().map(|element| match element {
            Ok(Element::Object(value)) => self.scalar_of(name, value),
            Ok(element) => Ok(element),
            Err(error) => Err(Error::in_view(self.path_of(name), &error)),
        });
        let elements = elements.collect::<Result<Vec<_>, _>>()?;
        labels_of(&elements).ok_or_else(|| match array.dtype.kind {
            Kind::Object => {
                self.unsupported(name, "class labels that are not all integers, floats, bools or texts")
            }
            _ => self.unsupported(name, format!("class labels of dtype {}", array.dtype)),
        })
    }
}

fn labels_of(elements: &[Element<'_>]) -> Option<Labels> {
    match elements.first()? {
        Element::Bool(_) => {
            all(elements, |e| if let Element::Bool(b) = e { Some(*b) } else { None }).map(Labels::Bool)
        }
        Element::Float(_) => {
            all(elements, |e| if let Element::Float(x) = e { Some(*x) } else { None }).map(Labels::F64)
        }
        Element::Int(_) | Element::UInt(_) => all(elements, int).map(Labels::I64),
        Element::Str(_) | Element::Bytes(_) => all(elements, text).map(Labels::Str),
        _ => None,
    }
}

fn all<T>(elements: &[Element<'_>], convert: impl Fn(&Element<'_>) -> Option<T>) -> Option<Arc<[T]>> {
    elements.iter().map(convert).collect()
}

fn int(element: &Element<'_>) -> Option<i64> {
    match element {
        Element::Int(i) => Some(*i),
        Element::UInt(u) => i64::try_from(*u).ok(),
        _ => None,
    }
}

/// Text; the bytes that Python 2 uses for it if they are ASCII.
fn text(element: &Element<'_>) -> Option<Box<str>> {
    match element {
        Element::Str(text) => Some(text.as_str().into()),
        Element::Bytes(bytes) if bytes.is_ascii() => std::str::from_utf8(bytes).ok().map(Into::into),
        _ => None,
    }
}
