//! What scikit-learn and quantile-forest make with arguments: `skops/io/_sklearn.py`, `_quantile_forest.py`.

use cannery_object::{CallKind, Heap, Node as HeapNode, Value};

use super::node::Node;
use super::tree::Tree;
use crate::error::Result;

impl<'a> Tree<'a> {
    /// `sklearn.tree._tree.Tree(n_features, n_classes, n_outputs)` with its state.
    pub(super) fn tree(&mut self, node: Node<'a>, state: Value, args: Value) -> Result<Value> {
        node.expect(&[("sklearn.tree._tree", "Tree")])?;
        self.reduced(node, state, args)
    }

    /// A loss, called with its parameters (`SGDNode` until skops 0.10, `LossNode` since). Pickle calls `__pyx_unpickle_…` for some; skops calls the class for all.
    pub(super) fn loss(&mut self, node: Node<'a>, state: Value, args: Value) -> Result<Value> {
        self.reduced(node, state, args)
    }

    /// `quantile_forest._quantile_forest_fast.QuantileForest(…)` with its state.
    pub(super) fn quantile_forest(&mut self, node: Node<'a>, state: Value, args: Value) -> Result<Value> {
        node.expect(&[("quantile_forest._quantile_forest_fast", "QuantileForest")])?;
        self.reduced(node, state, args)
    }

    fn reduced(&mut self, node: Node<'a>, state: Value, args: Value) -> Result<Value> {
        let object = self.constructor(node, args)?;
        self.state_unless_empty(object, state)?;
        Ok(object)
    }

    /// A dict that also holds which keys have new names (scikit-learn before 1.2).
    pub(super) fn deprecated_dict(&mut self, node: Node<'a>, main: Value, keys: Value) -> Result<Value> {
        node.expect(&[("sklearn.covariance._graph_lasso", "_DictWithDeprecatedKeys")])?;
        let class = self.label(node)?;
        let object = self.call(CallKind::New, class, Heap::EMPTY_TUPLE)?;
        self.copy_items(node, main, object)?;
        let name = self.heap.text("_deprecated_key_to_new_key")?;
        let state = self.heap.container(HeapNode::Dict, &[name, keys])?;
        self.heap.set_state(object, state)?;
        Ok(object)
    }
}
