use std::cell::{Cell, RefCell, RefMut};
use std::fmt::Debug;
use std::rc::Rc;

use cannery_graph::{Builder, Edge, Graph, Labels, Origin, Signature};
use cannery_object::{Heap, Id, Value, View};
use rustc_hash::FxHashMap;

use crate::entry::Entry;
use crate::error::Error;
use crate::input::{ColumnHint, Input, Takes};
use crate::inverse;
use crate::method::{Method, Methods, Wanted};
use crate::names::{Names, NamesRead};
use crate::state::State;
use crate::tree::nodes::TreesRead;

/// An estimator that was read: its parts fit together.
pub trait Estimator: Debug + Send + Sync {
    /// Name of the class: `SVC`.
    fn name(&self) -> &'static str;

    /// What it was fitted on.
    fn takes(&self) -> Takes;

    /// What is known of the columns that it takes, in their order; empty where nothing is.
    fn columns(&self) -> Vec<ColumnHint> {
        vec![]
    }

    /// Whether an array of one dimension is what it takes, a number a row.
    fn takes_vector(&self) -> bool {
        false
    }

    /// Whether a table without a row has a result. Nearly all of scikit-learn asks for one row at least (`check_array`).
    fn takes_no_row(&self) -> bool {
        false
    }

    /// The class labels of each output, in the order of `classes_`; empty for what is not a classifier.
    fn classes(&self) -> Vec<Labels> {
        vec![]
    }

    /// Whether a `decision_function` of several columns has one for each class, in the order of `classes_`.
    fn decides_by_class(&self) -> bool {
        false
    }

    /// Names of the columns that `transform` gives, as `get_feature_names_out` has them; `None` where it has none. `names`
    /// are those of the columns that it takes; without them they are `x0`, `x1`, …
    fn names_out(&self, _names: Option<&Names>) -> Option<Names> {
        None
    }

    /// Whether it takes what another one gives, and gives what that one takes.
    fn goes_back(&self) -> bool {
        false
    }

    /// Columns of the rows that `inverse_transform` takes, which `transform` gave; `None` where there is no such method.
    fn inverse_columns(&self) -> Option<usize> {
        None
    }

    /// Adds what `inverse_transform` computes from rows that `transform` gave.
    ///
    /// # Errors
    /// `Unsupported` where there is no such method.
    fn lower_inverse(&self, _builder: &mut Builder, _x: &Input) -> Result<Edge, Error> {
        Err(inverse::absent(self))
    }

    /// Adds what each wanted method computes from `x`, which has the columns that it [`takes`](Self::takes). The origin at
    /// work in the builder is this estimator's.
    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error>;
}

impl dyn Estimator {
    /// The graph of all methods, for what the caller brings.
    ///
    /// # Errors
    /// `Unsupported` when the estimator can't start from this signature.
    pub fn lower(&self, signature: &Signature) -> Result<Graph, Error> {
        self.lower_wanted(signature, Wanted::ALL)
    }

    /// The graph of some methods, for what the caller brings.
    ///
    /// # Errors
    /// Those of [`lower`](Self::lower).
    pub fn lower_wanted(&self, signature: &Signature, wanted: Wanted) -> Result<Graph, Error> {
        let mut builder = Builder::new(signature.clone());
        builder.set_origin(Origin::new("", self.name()));
        let x = self.bring(&mut builder)?;
        let mut methods = self.lower_onto(&mut builder, &x, wanted)?;
        self.add_inverse(&mut builder, &mut methods);
        for (method, results) in methods.offered() {
            builder.offer(method.name(), results.clone())?;
        }
        for (method, reason) in methods.refused() {
            builder.refuse(method.name(), reason);
        }
        Ok(builder.finish())
    }

    /// Beside `transform` goes `inverse_transform` of what it gives.
    fn add_inverse(&self, builder: &mut Builder, methods: &mut Methods) {
        let Some(transformed) = methods.one(Method::Transform) else { return };
        if self.inverse_columns().is_none() || !methods.wants(Method::InverseTransform) {
            return;
        }
        match self.lower_inverse(builder, &transformed.into()) {
            Ok(edge) => {
                let _ = methods.offer(Method::InverseTransform, || Ok(edge));
            }
            Err(error) => methods.refuse(Method::InverseTransform, error.to_string()),
        }
    }

    /// Whether the estimator finds the columns of a frame by their names, among others.
    pub(crate) fn finds_columns(&self, x: &Input) -> bool {
        let columns = self.columns();
        let all_named = || columns.iter().all(|column| column.name.is_some());
        matches!(x, Input::Frame(_)) && !columns.is_empty() && all_named()
    }

    /// What the caller brings, as the estimator takes it.
    fn bring(&self, builder: &mut Builder) -> Result<Input, Error> {
        let columns = self.takes().columns();
        match (builder.signature().clone(), self.takes()) {
            (Signature::Text, Takes::Texts | Takes::Records) => Ok(Input::Texts(builder.field(0)?)),
            (Signature::Frame(fields), Takes::Numbers { .. } | Takes::Columns { .. } | Takes::Labels) => {
                let mut edges = Vec::with_capacity(fields.len());
                for (column, field) in fields.iter().enumerate() {
                    edges.push((field.name.clone(), builder.field(column)?));
                }
                let x = Input::Frame(edges);
                if fields.len() != columns && !self.finds_columns(&x) {
                    let (got, name) = (fields.len(), self.name());
                    let message = format!("{got} columns, and {name} is expecting {columns}");
                    return Err(Error::unsupported("", message));
                }
                Ok(x)
            }
            (
                Signature::Dense { .. } | Signature::Csr { .. },
                Takes::Numbers { .. } | Takes::Columns { .. } | Takes::Labels,
            ) => Ok(Input::Matrix(builder.input(columns)?)),
            (_, Takes::AnyNumbers) => {
                let message = "this attribute is missing, and nothing else says how many columns there are";
                Err(Error::unsupported("n_features_in_", message))
            }
            (brought, Takes::Texts) => {
                Err(Error::unsupported("", format!("a text a row is taken, not {brought}")))
            }
            (brought, _) => Err(Error::unsupported("", format!("a table is taken, not {brought}"))),
        }
    }
}

/// Every class that can be read, by family.
const FAMILIES: &[&[Entry]] = &[
    crate::calibration::ENTRIES,
    crate::cluster::ENTRIES,
    crate::compose::ENTRIES,
    crate::covariance::ENTRIES,
    crate::cross_decomposition::ENTRIES,
    crate::decomposition::ENTRIES,
    crate::discriminant_analysis::ENTRIES,
    crate::dummy::ENTRIES,
    crate::ensemble::ENTRIES,
    crate::feature_extraction::ENTRIES,
    crate::feature_selection::ENTRIES,
    crate::frozen::ENTRIES,
    crate::gaussian_process::ENTRIES,
    crate::impute::ENTRIES,
    crate::isotonic::ENTRIES,
    crate::kernel_approximation::ENTRIES,
    crate::kernel_ridge::ENTRIES,
    crate::linear_model::ENTRIES,
    crate::manifold::ENTRIES,
    crate::mixture::ENTRIES,
    crate::model_selection::ENTRIES,
    crate::multiclass::ENTRIES,
    crate::multioutput::ENTRIES,
    crate::naive_bayes::ENTRIES,
    crate::neighbors::ENTRIES,
    crate::neural_network::ENTRIES,
    crate::pipeline::ENTRIES,
    crate::preprocessing::ENTRIES,
    crate::random_projection::ENTRIES,
    crate::semi_supervised::ENTRIES,
    crate::svm::ENTRIES,
    crate::tree::ENTRIES,
];

/// Module and name of every class that [`read`] knows.
pub fn supported() -> impl Iterator<Item = (&'static str, &'static str)> {
    let pairs = |entry: &'static Entry| {
        entry.modules.iter().flat_map(|module| entry.names().map(|name| (*module, name)))
    };
    entries().flat_map(pairs)
}

fn entries() -> impl Iterator<Item = &'static Entry> {
    FAMILIES.iter().copied().flatten()
}

/// Reads the fitted estimator that a value is.
///
/// # Errors
/// `Unsupported` when its class is not known, it is not fitted, or it has an option that can't be computed yet:
/// the path or the message names it. `Malformed` when its parts do not fit together.
pub fn read(heap: &Heap, value: Value) -> Result<Box<dyn Estimator>, Error> {
    read_at(heap, value, "", &Nesting::default())
}

/// A tree whose nodes fit together: every child is there, stands after its parent, and has no other one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownTree {
    /// Features that its nodes may look at.
    pub(crate) features: usize,
    /// Nodes of the longest way, less one.
    pub(crate) depth: usize,
}

/// Learns of many objects of one file whether they are sound, reading each estimator about once however they share parts.
#[derive(Debug)]
pub struct Soundness<'h> {
    heap: &'h Heap,
    nesting: Nesting,
}

impl<'h> Soundness<'h> {
    /// Nothing of the file is read yet.
    pub fn of(heap: &'h Heap) -> Self {
        let trees = TreesRead::of_at_most(heap.budget().decompressed());
        Self { heap, nesting: Nesting { trees: Some(Rc::new(trees.into())), ..Nesting::default() } }
    }

    pub(crate) fn heap(&self) -> &'h Heap {
        self.heap
    }

    /// Whether the estimator was not read yet, neither by itself nor as a part of another one.
    pub(crate) fn is_new(&self, value: Value) -> bool {
        !matches!(value, Value::Ref(id) if self.nesting.reads.borrow().contains_key(&id))
    }

    /// What is known of a `sklearn.tree._tree.Tree`, if it was read as a part of an estimator.
    pub(crate) fn tree(&self, value: Value) -> Option<KnownTree> {
        let trees = self.nesting.trees_read()?;
        let (_, stored) = trees.of(value)?;
        Some(KnownTree { features: stored.tree.features(), depth: stored.tree.depth() })
    }

    /// Reads the fitted estimator that a value is.
    ///
    /// # Errors
    /// Those of [`read`]. `Unsupported` says nothing about whether its parts fit together.
    pub(crate) fn read(&mut self, value: Value) -> Result<(), Error> {
        read_at(self.heap, value, "", &self.nesting).map(drop)
    }
}

/// Where among estimators in estimators a reader stands. scikit-learn has no such bounds; a file whose estimators
/// contain themselves, or each other in 2ⁿ ways, must end somewhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nesting {
    depth: usize,
    /// How often each object was read, in the whole model.
    reads: Rc<RefCell<FxHashMap<Id, usize>>>,
    /// Kept when many estimators of one file are read.
    trees: Option<Rc<RefCell<TreesRead>>>,
    /// Names of columns in the whole model.
    pub(crate) names: NamesRead,
    /// Bytes of arrays that were looked at, in the whole model: those that objects share as often as they have them.
    seen: Rc<Cell<u64>>,
}

const MAX_DEPTH: usize = 32;
const MAX_READS: usize = 16;

impl Nesting {
    /// One level deeper, in this value.
    fn enter(&self, value: Value, path: &str) -> Result<Self, Error> {
        if self.depth > MAX_DEPTH {
            return Err(Error::malformed(path, format!("estimators are nested more than {MAX_DEPTH} deep")));
        }
        if let Value::Ref(id) = value {
            let mut reads = self.reads.borrow_mut();
            let count = reads.entry(id).or_default();
            *count += 1;
            if *count > MAX_READS {
                let message = format!("one estimator stands in more than {MAX_READS} places of the model");
                return Err(Error::unsupported(path, message));
            }
        }
        Ok(Self { depth: self.depth + 1, ..self.clone() })
    }

    /// Notes bytes of an array, and gives how many were noted.
    pub(crate) fn see(&self, bytes: usize) -> u64 {
        self.seen.set(self.seen.get().saturating_add(bytes as u64));
        self.seen.get()
    }

    /// The trees that were read, when they are kept.
    pub(crate) fn trees_read(&self) -> Option<RefMut<'_, TreesRead>> {
        self.trees.as_ref().map(|trees| trees.borrow_mut())
    }
}

/// Reads the estimator at a path of the model.
pub(crate) fn read_at(
    heap: &Heap,
    value: Value,
    path: &str,
    nesting: &Nesting,
) -> Result<Box<dyn Estimator>, Error> {
    let nesting = nesting.enter(value, path)?;
    let View::Object(object) = heap.view(value) else {
        return Err(Error::unsupported(
            path,
            format!("not an estimator but {}", crate::not_a_model::describe_value(heap, value)),
        ));
    };
    let (module, name) = object.class();
    let found = entries().find_map(|entry| Some((entry, entry.find(module, name)?)));
    let (entry, name) =
        found.ok_or_else(|| Error::unsupported(path, crate::not_a_model::why_not(module, name)))?;
    (entry.read)(&State::new(heap, object, path, nesting).named(name))
}
