use crate::error::Error;
use crate::graph::{Edge, Graph, Node, Origin, Output, Refusal};
use crate::op::Op;
use crate::types::{DType, Signature, Type};

/// Makes a [`Graph`] node by node; types are inferred and checked as each is added.
#[derive(Debug)]
pub struct Builder {
    graph: Graph,
}

impl Builder {
    /// An empty graph over what the caller brings. Nodes come from the model itself until
    /// [`set_origin`](Self::set_origin) says otherwise.
    pub fn new(signature: Signature) -> Self {
        let origins = vec![Origin::default()];
        Self { graph: Graph { signature, origins, nodes: vec![], outputs: vec![], refusals: vec![] } }
    }

    /// From here on nodes come from this part of the model. Returns the part that was at work, to go back to it.
    pub fn set_origin(&mut self, origin: Origin) -> Origin {
        let before = self.origin().clone();
        self.graph.origins.push(origin);
        before
    }

    /// The part of the model at work.
    pub fn origin(&self) -> &Origin {
        &self.graph.origins[self.graph.origins.len() - 1]
    }

    /// What the caller brings, which must have this many columns.
    ///
    /// # Errors
    /// `Unsupported` when the signature is not of floats.
    pub fn input(&mut self, columns: usize) -> Result<Edge, Error> {
        let Signature::Dense { dtype } = self.graph.signature;
        match dtype {
            DType::F32 | DType::F64 => self.push(Op::Input { columns }, &[], Type::matrix(dtype, columns)),
            DType::I64 | DType::Bool | DType::Str => {
                Err(Error::unsupported(self.origin(), format!("a dense {dtype} input; bring f32 or f64")))
            }
        }
    }

    /// Applies an operator.
    ///
    /// # Errors
    /// `Malformed` when the operator does not take these types or its constants do not fit together.
    pub fn add(&mut self, op: Op, inputs: &[Edge]) -> Result<Edge, Error> {
        let types = inputs.iter().map(|&input| self.type_of(input)).collect::<Result<Vec<_>, _>>()?;
        let ty = op.infer(&types).map_err(|message| Error::malformed(self.origin(), message))?;
        self.push(op, inputs, ty)
    }

    /// The same elements in another dtype; no node when they are of it already.
    pub fn cast(&mut self, input: Edge, to: DType) -> Result<Edge, Error> {
        if self.type_of(input)?.dtype == to { Ok(input) } else { self.add(Op::Cast(to), &[input]) }
    }

    /// Type of an edge.
    pub fn type_of(&self, edge: Edge) -> Result<Type, Error> {
        let node = self.graph.nodes.get(edge.index());
        node.map(|node| node.ty).ok_or_else(|| Error::malformed(self.origin(), "an edge of another graph"))
    }

    /// Offers an edge under a name, which must be new.
    pub fn output(&mut self, name: &str, edge: Edge) -> Result<(), Error> {
        self.type_of(edge)?;
        if self.graph.output(name).is_some() {
            return Err(Error::malformed(self.origin(), format!("two outputs are named {name}")));
        }
        self.graph.outputs.push(Output { name: name.into(), edge });
        Ok(())
    }

    /// Says why there is no output of this name.
    pub fn refuse(&mut self, name: &str, reason: &str) {
        self.graph.refusals.push(Refusal { name: name.into(), reason: reason.into() });
    }

    /// The graph, valid by construction.
    pub fn finish(self) -> Graph {
        self.graph
    }

    fn push(&mut self, op: Op, inputs: &[Edge], ty: Type) -> Result<Edge, Error> {
        let too_many = |_| Error::unsupported(self.origin(), "more than 2^32 operators");
        let edge = Edge(u32::try_from(self.graph.nodes.len()).map_err(too_many)?);
        let origin = self.graph.origins.len() as u32 - 1;
        self.graph.nodes.push(Node { op, inputs: inputs.to_vec(), ty, origin });
        Ok(edge)
    }
}
