use crate::op::Op;
use crate::types::{Signature, Type};

/// A valid computation: nodes in an order in which each comes after what it takes, and named outputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    pub(crate) signature: Signature,
    pub(crate) origins: Vec<Origin>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) refusals: Vec<Refusal>,
}

/// The result of a [`Node`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge(pub(crate) u32);

impl Edge {
    /// Position of its node in [`Graph::nodes`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One application of an operator.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The operator.
    pub op: Op,
    /// What it takes, earlier nodes all; nothing for an input.
    pub inputs: Vec<Edge>,
    /// Type of its result.
    pub ty: Type,
    pub(crate) origin: u32,
}

/// The part of the model that a node comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Where in the model: `steps[1].clf`; empty for the model itself.
    pub path: Box<str>,
    /// Name of the estimator there, for messages: `SVC`.
    pub estimator: Box<str>,
}

impl Origin {
    /// A part of the model.
    pub fn new(path: &str, estimator: &str) -> Self {
        Self { path: path.into(), estimator: estimator.into() }
    }
}

/// A named result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Name of the method: `predict`.
    pub name: Box<str>,
    /// Its result.
    pub edge: Edge,
}

/// A method that the model can't offer, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Name of the method: `predict_proba`.
    pub name: Box<str>,
    /// The reason, a part of a sentence.
    pub reason: Box<str>,
}

impl Graph {
    /// What the caller brings.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// All nodes; an [`Edge`] is a position in them.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node whose result an edge is. The edge must be of this graph.
    pub fn node(&self, edge: Edge) -> &Node {
        &self.nodes[edge.index()]
    }

    /// The part of the model that a node comes from. The node must be of this graph.
    pub fn origin(&self, node: &Node) -> &Origin {
        &self.origins[node.origin as usize]
    }

    /// What can be asked for.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// The output of a name.
    pub fn output(&self, name: &str) -> Option<&Output> {
        self.outputs.iter().find(|output| &*output.name == name)
    }

    /// What can't be asked for, and why.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// Which nodes these outputs need, by position in [`nodes`](Self::nodes).
    pub fn needed(&self, outputs: &[Edge]) -> Vec<bool> {
        let mut needed = vec![false; self.nodes.len()];
        for output in outputs {
            needed[output.index()] = true;
        }
        for (index, node) in self.nodes.iter().enumerate().rev() {
            if needed[index] {
                node.inputs.iter().for_each(|input| needed[input.index()] = true);
            }
        }
        needed
    }
}
