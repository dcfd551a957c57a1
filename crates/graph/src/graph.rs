use crate::compat::Compat;
use crate::op::Op;
use crate::types::{Signature, Type};

/// A valid computation: nodes in an order in which each comes after what it takes, and named outputs.
///
/// Every node is needed by an output, and nodes are numbered as outputs come to them: see [`Graph::nodes`].
///
/// ```
/// # use cannery_graph::{Builder, Function, Op, Signature};
/// # let mut builder = Builder::new(Signature::default());
/// # let x = builder.input(1)?;
/// # let y = builder.add(Op::Elementwise(Function::Exp), &[x])?;
/// # builder.output("predict", y)?;
/// # let graph = builder.finish();
/// for step in graph.steps() {
///     println!("{}: {} = {} of {:?}, for {}", step.edge, step.ty, step.op, step.inputs, step.origin.path);
/// }
/// for output in graph.outputs() {
///     println!("{}: {:?}, a list: {}", output.name, output.edges(), output.is_list());
/// }
/// # Ok::<(), cannery_graph::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    pub(crate) signature: Signature,
    pub(crate) parts: Vec<Part>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) refusals: Vec<Refusal>,
}

/// A part of the model with what is known of the software that it was fitted with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) origin: Origin,
    pub(crate) compat: Compat,
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
    pub(crate) part: u32,
}

/// A node with all that there is to know of it.
#[derive(Clone, Copy, Debug)]
pub struct Step<'g> {
    /// Its result.
    pub edge: Edge,
    /// The operator.
    pub op: &'g Op,
    /// What it takes: results of earlier steps.
    pub inputs: &'g [Edge],
    /// Type of its result.
    pub ty: Type,
    /// The part of the model that it comes from.
    pub origin: &'g Origin,
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

/// What a method of the model gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Name of the method: `predict`.
    pub name: Box<str>,
    /// Its results.
    pub results: Results,
}

/// One result, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Results {
    /// One.
    One(Edge),
    /// A list, even if of one: what models with several outputs give.
    List(Vec<Edge>),
}

impl Results {
    /// Every result.
    pub fn edges(&self) -> &[Edge] {
        match self {
            Self::One(edge) => std::slice::from_ref(edge),
            Self::List(edges) => edges,
        }
    }

    pub(crate) fn edges_mut(&mut self) -> &mut [Edge] {
        match self {
            Self::One(edge) => std::slice::from_mut(edge),
            Self::List(edges) => edges,
        }
    }
}

impl Output {
    /// Every result.
    pub fn edges(&self) -> &[Edge] {
        self.results.edges()
    }

    /// Whether the method gives a list.
    pub fn is_list(&self) -> bool {
        matches!(self.results, Results::List(_))
    }

    /// Each result with a name of its own: the method's, or in a list `predict_proba.0`, `predict_proba.1`, …
    pub fn named(&self) -> Vec<(String, Edge)> {
        match &self.results {
            Results::One(edge) => vec![(self.name.to_string(), *edge)],
            Results::List(edges) => {
                let name = |index: usize| format!("{}.{index}", self.name);
                edges.iter().enumerate().map(|(index, edge)| (name(index), *edge)).collect()
            }
        }
    }
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

    /// All nodes; an [`Edge`] is a position in them. They are in the order in which a walk from the outputs, by name,
    /// first comes to the end of a node, through the edges that it takes in their order: two graphs that compute the same
    /// in the same way have the same numbers, however they were built.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// All nodes in order, each with its edge and the part of the model that it comes from.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = Step<'_>> {
        self.nodes.iter().enumerate().map(|(index, node)| Step {
            edge: Edge(index as u32),
            op: &node.op,
            inputs: &node.inputs,
            ty: node.ty,
            origin: self.origin(node),
        })
    }

    /// The node whose result an edge is. The edge must be of this graph.
    pub fn node(&self, edge: Edge) -> &Node {
        &self.nodes[edge.index()]
    }

    /// Type of an edge. The edge must be of this graph.
    pub fn type_of(&self, edge: Edge) -> Type {
        self.node(edge).ty
    }

    /// The part of the model that a node comes from. The node must be of this graph.
    pub fn origin(&self, node: &Node) -> &Origin {
        &self.parts[node.part as usize].origin
    }

    /// What is known of the software that a node's part of the model was fitted with. The node must be of this graph.
    pub fn compat(&self, node: &Node) -> Compat {
        self.parts[node.part as usize].compat
    }

    /// What can be asked for, in the order in which it was offered.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// The output of a method.
    pub fn output(&self, name: &str) -> Option<&Output> {
        self.outputs.iter().find(|output| &*output.name == name)
    }

    /// The outputs in the order of their names.
    pub(crate) fn outputs_by_name(&self) -> Vec<&Output> {
        let mut outputs: Vec<&Output> = self.outputs.iter().collect();
        outputs.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        outputs
    }

    /// What can't be asked for, and why.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// Which nodes these results need, by position in [`nodes`](Self::nodes).
    pub fn needed(&self, results: &[Edge]) -> Vec<bool> {
        let mut needed = vec![false; self.nodes.len()];
        for result in results {
            needed[result.index()] = true;
        }
        for (index, node) in self.nodes.iter().enumerate().rev() {
            if needed[index] {
                node.inputs.iter().for_each(|input| needed[input.index()] = true);
            }
        }
        needed
    }
}
