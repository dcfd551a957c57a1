//! From a graph to a program: which operators run, in which stage, and where each value lies.

use cannery_graph::{Edge, Graph, Node, Op, Origin, Shape, Signature, Type};

use crate::error::Error;
use crate::kernel;
use crate::program::{Named, Place, Program, Stage, Step};

pub(crate) fn compile(graph: &Graph, outputs: &[&str]) -> Result<Program, Error> {
    let outputs = outputs.iter().map(|name| find(graph, name)).collect::<Result<Vec<_>, _>>()?;
    let edges: Vec<Edge> = outputs.iter().map(|&(_, edge)| edge).collect();
    let mut plan = Plan::new(graph, &edges);
    plan.place(&edges);
    let (columns, origin) = plan.input()?;
    Ok(Program {
        signature: graph.signature().clone(),
        columns,
        origin,
        stages: plan.stages()?,
        outputs: outputs.into_iter().map(|(name, edge)| plan.named(name, edge)).collect::<Result<_, _>>()?,
        locals: plan.locals,
        wholes: plan.wholes,
    })
}

fn find<'g>(graph: &'g Graph, name: &str) -> Result<(&'g str, Edge), Error> {
    if let Some(output) = graph.output(name) {
        return Ok((&output.name, output.edge));
    }
    if let Some(refusal) = graph.refusals().iter().find(|refusal| &*refusal.name == name) {
        return Err(Error::unsupported(format!("no {name}: {}", refusal.reason)));
    }
    let names: Vec<&str> = graph.outputs().iter().map(|output| &*output.name).collect();
    Err(Error::unsupported(format!("the model has no {name}; it has {}", names.join(", "))))
}

/// What is decided about each node; all vectors but the buffers have one entry a node.
struct Plan<'g> {
    graph: &'g Graph,
    needed: Vec<bool>,
    /// The node whose memory holds the value: another one for operators that change no element.
    holder: Vec<usize>,
    /// Even stages run in blocks, odd ones over the whole batch.
    stage: Vec<usize>,
    place: Vec<Place>,
    locals: Vec<Type>,
    wholes: Vec<Type>,
}

impl<'g> Plan<'g> {
    fn new(graph: &'g Graph, outputs: &[Edge]) -> Self {
        let nodes = graph.nodes();
        let (mut holder, mut stage) = (Vec::with_capacity(nodes.len()), Vec::with_capacity(nodes.len()));
        for (index, node) in nodes.iter().enumerate() {
            holder.push(if changes_nothing(&node.op) { holder[node.inputs[0].index()] } else { index });
            let ready: usize = node.inputs.iter().map(|input| stage[input.index()]).max().unwrap_or(0);
            let in_blocks = ready.next_multiple_of(2);
            stage.push(if node.op.needs_batch() { in_blocks + 1 } else { in_blocks });
        }
        let place = vec![Place::Input; nodes.len()];
        Self { graph, needed: graph.needed(outputs), holder, stage, place, locals: vec![], wholes: vec![] }
    }

    /// The needed nodes in order.
    fn nodes(&self) -> impl Iterator<Item = (usize, &'g Node)> + use<'_, 'g> {
        self.graph.nodes().iter().enumerate().filter(|&(index, _)| self.needed[index])
    }

    /// Gives every value its memory. Outputs and values that another stage takes lie in buffers over the whole
    /// batch, the others in buffers of a block that are free again after their last use.
    fn place(&mut self, outputs: &[Edge]) {
        let whole = self.wanted_whole(outputs);
        let last_use = self.last_use();
        let mut free: Vec<usize> = Vec::new();
        for (index, node) in self.nodes().collect::<Vec<_>>() {
            if self.holder[index] == index {
                self.place[index] = match node.op {
                    Op::Input { .. } => Place::Input,
                    Op::Field { column } => Place::Field(column),
                    _ if whole[index] => self.new_whole(node.ty),
                    _ => self.take_local(&mut free, node.ty),
                };
            }
            self.place[index] = self.place[self.holder[index]];
            for input in &node.inputs {
                let holder = self.holder[input.index()];
                match self.place[holder] {
                    Place::Local(slot) if last_use[holder] == Some(index) && !free.contains(&slot) => {
                        free.push(slot);
                    }
                    Place::Local(_) | Place::Input | Place::Field(_) | Place::Whole(_) => {}
                }
            }
        }
    }

    fn wanted_whole(&self, outputs: &[Edge]) -> Vec<bool> {
        let mut whole = vec![false; self.graph.nodes().len()];
        for output in outputs {
            whole[self.holder[output.index()]] = true;
        }
        for (index, node) in self.nodes() {
            for input in &node.inputs {
                let holder = self.holder[input.index()];
                whole[holder] |= self.stage[holder] != self.stage[index];
            }
        }
        whole
    }

    /// For each holder the last node that takes its value.
    fn last_use(&self) -> Vec<Option<usize>> {
        let mut last_use = vec![None; self.graph.nodes().len()];
        for (index, node) in self.nodes() {
            node.inputs.iter().for_each(|input| last_use[self.holder[input.index()]] = Some(index));
        }
        last_use
    }

    fn new_whole(&mut self, ty: Type) -> Place {
        self.wholes.push(ty);
        Place::Whole(self.wholes.len() - 1)
    }

    fn take_local(&mut self, free: &mut Vec<usize>, ty: Type) -> Place {
        let is_csr = |ty: Type| matches!(ty.shape, Shape::Csr(_));
        let fits = |other: Type| (other.dtype, is_csr(other)) == (ty.dtype, is_csr(ty));
        let fits = free.iter().position(|&slot| fits(self.locals[slot]));
        let Some(slot) = fits.map(|position| free.swap_remove(position)) else {
            self.locals.push(ty);
            return Place::Local(self.locals.len() - 1);
        };
        let columns = self.locals[slot].columns().max(ty.columns());
        self.locals[slot].shape = if is_csr(ty) { Shape::Csr(columns) } else { Shape::Matrix(columns) };
        Place::Local(slot)
    }

    /// How many columns the caller brings, and the part of the model that takes them.
    fn input(&self) -> Result<(usize, Origin), Error> {
        let input = self.nodes().find_map(|(_, node)| match (&node.op, self.graph.signature()) {
            (Op::Input { columns }, _) => Some((*columns, self.graph.origin(node).clone())),
            (Op::Field { .. }, Signature::Frame(fields)) => {
                Some((fields.len(), self.graph.origin(node).clone()))
            }
            (Op::Field { .. }, _) => Some((1, self.graph.origin(node).clone())),
            _ => None,
        });
        input.ok_or_else(|| Error::unsupported("a program of no output"))
    }

    fn stages(&self) -> Result<Vec<Stage>, Error> {
        let last = self.stage.iter().max().map_or(0, |&last| last);
        let stage = |number: usize| {
            let nodes = self.nodes().filter(|&(index, _)| self.stage[index] == number);
            let steps = nodes.filter_map(|(index, node)| self.step(index, node).transpose());
            Ok(Stage { steps: steps.collect::<Result<_, Error>>()?, over_batch: number % 2 == 1 })
        };
        let stages = (0..=last).map(stage).collect::<Result<Vec<_>, Error>>()?;
        Ok(stages.into_iter().filter(|stage| !stage.steps.is_empty()).collect())
    }

    fn step(&self, index: usize, node: &Node) -> Result<Option<Step>, Error> {
        let nodes = self.graph.nodes();
        let place = |index: usize| (self.place[index], nodes[self.holder[index]].ty.columns());
        let origin = self.graph.origin(node);
        let Some(kernel) = kernel::of(node, nodes).map_err(|error| error.at(origin))? else {
            return Ok(None);
        };
        Ok(Some(Step {
            kernel,
            inputs: node.inputs.iter().map(|input| place(input.index())).collect(),
            output: (self.holder[index] == index).then(|| place(index)),
            origin: origin.clone(),
        }))
    }

    fn named(&self, name: &str, edge: Edge) -> Result<Named, Error> {
        let shape = self.graph.node(edge).ty.shape;
        match shape {
            Shape::Vector | Shape::Matrix(_) | Shape::Csr(_) => {
                Ok(Named { name: name.into(), place: self.place[edge.index()], shape })
            }
            Shape::Ragged => Err(Error::unsupported(format!("{name} gives rows of different lengths"))),
        }
    }
}

/// Whether the result lies where the argument lies: it is the same element by element, or what takes it takes the
/// argument instead, as those do that count tokens.
fn changes_nothing(op: &Op) -> bool {
    matches!(op, Op::Guard(_) | Op::Flatten | Op::Tokens(_))
}
