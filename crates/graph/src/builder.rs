use crate::DType;
use crate::compat::Compat;
use crate::error::Error;
use crate::graph::{Edge, Graph, Node, Origin, Output, Part, Refusal, Results};
use crate::op::{Cast, FieldAt, Input, Op};
use crate::settle::settle;
use crate::types::{Shape, Signature, Type};

/// Makes a [`Graph`] node by node; types are inferred and checked as each is added.
#[derive(Debug)]
pub struct Builder {
    graph: Graph,
}

impl Builder {
    /// An empty graph over what the caller brings. Nodes come from the model itself until
    /// [`set_origin`](Self::set_origin) says otherwise.
    pub fn new(signature: Signature) -> Self {
        let parts = vec![Part { origin: Origin::default(), compat: Compat::default() }];
        Self { graph: Graph { signature, parts, nodes: vec![], outputs: vec![], refusals: vec![] } }
    }

    /// From here on nodes come from this part of the model. Returns the part that was at work, to go back to it.
    pub fn set_origin(&mut self, origin: Origin) -> Origin {
        let before = self.origin().clone();
        self.graph.parts.push(Part { origin, compat: Compat::default() });
        before
    }

    /// From here on nodes come with this hint, until the next [`set_origin`](Self::set_origin).
    pub fn set_compat(&mut self, compat: Compat) {
        let origin = self.origin().clone();
        self.graph.parts.push(Part { origin, compat });
    }

    /// The part of the model at work.
    pub fn origin(&self) -> &Origin {
        &self.graph.parts[self.graph.parts.len() - 1].origin
    }

    /// What the caller brings.
    pub fn signature(&self) -> &Signature {
        &self.graph.signature
    }

    /// The matrix that the caller brings, which must have this many columns.
    ///
    /// # Errors
    /// `Unsupported` when the signature is no matrix.
    pub fn input(&mut self, columns: usize) -> Result<Edge, Error> {
        let ty = match self.graph.signature {
            Signature::Dense { dtype } => Type::matrix(dtype, columns),
            Signature::Csr { dtype } => Type::csr(dtype, columns),
            Signature::Text | Signature::Frame(_) => {
                let message = format!("a matrix of {columns} columns is taken, not {}", self.graph.signature);
                return Err(Error::unsupported(self.origin(), message));
            }
        };
        self.push(Op::Input(Input { columns }), &[], ty)
    }

    /// A column of the frame that the caller brings, or the texts, which are column 0 of theirs.
    ///
    /// # Errors
    /// `Unsupported` when the signature has no such column.
    pub fn field(&mut self, column: usize) -> Result<Edge, Error> {
        let dtype = match &self.graph.signature {
            Signature::Text => (column == 0).then_some(DType::Str),
            Signature::Frame(fields) => fields.get(column).map(|field| field.dtype),
            Signature::Dense { .. } | Signature::Csr { .. } => None,
        };
        let Some(dtype) = dtype else {
            let message = format!("there is no column {column} in {}", self.graph.signature);
            return Err(Error::unsupported(self.origin(), message));
        };
        self.push(Op::Field(FieldAt { column }), &[], Type::vector(dtype))
    }

    /// Applies an operator.
    ///
    /// # Errors
    /// `Malformed` when the operator does not take these types or its constants do not fit together.
    pub fn add(&mut self, op: Op, inputs: &[Edge]) -> Result<Edge, Error> {
        let types = inputs.iter().map(|&input| self.type_of(input)).collect::<Result<Vec<_>, _>>()?;
        let refused = |message| Error::malformed(self.origin(), message).of_operator(op.name());
        let ty = op.infer(&types).map_err(refused)?;
        self.push(op, inputs, ty)
    }

    /// The same elements in another dtype; no node when they are of it already.
    pub fn cast(&mut self, input: Edge, to: DType) -> Result<Edge, Error> {
        if self.type_of(input)?.dtype == to { Ok(input) } else { self.add(Op::Cast(Cast { to }), &[input]) }
    }

    /// The same elements in a dense matrix; no node when all are stored already.
    pub fn dense(&mut self, input: Edge) -> Result<Edge, Error> {
        match self.type_of(input)?.shape {
            Shape::Csr(_) => self.add(Op::Dense, &[input]),
            Shape::Vector | Shape::Matrix(_) | Shape::Ragged | Shape::Hits(_) => Ok(input),
        }
    }

    /// Type of an edge.
    pub fn type_of(&self, edge: Edge) -> Result<Type, Error> {
        let node = self.graph.nodes.get(edge.index());
        node.map(|node| node.ty).ok_or_else(|| Error::malformed(self.origin(), "an edge of another graph"))
    }

    /// The operator whose result an edge is, with what it takes.
    pub fn made_by(&self, edge: Edge) -> Option<(&Op, &[Edge])> {
        self.graph.nodes.get(edge.index()).map(|node| (&node.op, &*node.inputs))
    }

    /// Offers an edge under the name of a method, which must be new.
    pub fn output(&mut self, name: &str, edge: Edge) -> Result<(), Error> {
        self.offer(name, Results::One(edge))
    }

    /// Offers a list of edges under the name of a method, which must be new.
    pub fn output_list(&mut self, name: &str, edges: impl Into<Vec<Edge>>) -> Result<(), Error> {
        self.offer(name, Results::List(edges.into()))
    }

    /// Offers one result or a list of them under the name of a method, which must be new.
    pub fn offer(&mut self, name: &str, results: Results) -> Result<(), Error> {
        results.edges().iter().try_for_each(|&edge| self.type_of(edge).map(drop))?;
        if self.graph.output(name).is_some() {
            return Err(Error::malformed(self.origin(), format!("two outputs are named {name}")));
        }
        self.graph.outputs.push(Output { name: name.into(), results });
        Ok(())
    }

    /// Says why there is no output of this name.
    pub fn refuse(&mut self, name: &str, reason: &str) {
        self.graph.refusals.push(Refusal { name: name.into(), reason: reason.into() });
    }

    /// The graph, valid by construction, without the nodes that no output needs. Edges of the builder mean nothing in it.
    pub fn finish(self) -> Graph {
        settle(self.graph)
    }

    fn push(&mut self, op: Op, inputs: &[Edge], ty: Type) -> Result<Edge, Error> {
        let too_many = |_| Error::unsupported(self.origin(), "more than 2^32 operators");
        let edge = Edge(u32::try_from(self.graph.nodes.len()).map_err(too_many)?);
        let part = self.graph.parts.len() as u32 - 1;
        self.graph.nodes.push(Node { op, inputs: inputs.to_vec(), ty, part });
        Ok(edge)
    }
}
