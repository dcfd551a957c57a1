//! From a graph to a program: which operators run, in which stage, and where each value lies.

use cannery_graph::{Edge, Graph, Node, Op, Origin, Output, Shape, Signature, Type};

use crate::error::Error;
use crate::kernel::{self, Site};
use crate::program::{Named, Program, Stage, Step};
use crate::run::Place;

pub(crate) fn compile(graph: &Graph, outputs: &[&str]) -> Result<Program, Error> {
    let found = outputs.iter().map(|name| find(graph, name)).collect::<Result<Vec<_>, _>>()?;
    let outputs = found.concat();
    let edges: Vec<Edge> = outputs.iter().map(|&(_, edge)| edge).collect();
    let mut plan = Plan::new(graph, &edges);
    plan.place(&edges);
    let (columns, origin) = plan.input()?;
    Ok(Program {
        signature: graph.signature().clone(),
        columns,
        origin,
        stages: plan.stages()?,
        outputs: outputs.into_iter().map(|(name, edge)| plan.named(&name, edge)).collect::<Result<_, _>>()?,
        locals: plan.locals,
        wholes: plan.wholes,
    })
}

/// The results of a method, each with its name: `predict`, of a list `predict_proba` or only `predict_proba.1`.
fn find(graph: &Graph, name: &str) -> Result<Vec<(String, Edge)>, Error> {
    if let Some(output) = graph.output(name) {
        return Ok(output.named());
    }
    let mut results = graph.outputs().iter().filter(|output| output.is_list()).flat_map(Output::named);
    if let Some(result) = results.find(|(of, _)| of == name) {
        return Ok(vec![result]);
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
                    Op::Input(_) => Place::Input,
                    Op::Field(field) => Place::Field(field.column),
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
        let fits = |other: Type| (other.dtype, layout(other)) == (ty.dtype, layout(ty));
        let fits = free.iter().position(|&slot| fits(self.locals[slot]));
        let Some(slot) = fits.map(|position| free.swap_remove(position)) else {
            self.locals.push(ty);
            return Place::Local(self.locals.len() - 1);
        };
        let columns = self.locals[slot].columns().max(ty.columns());
        self.locals[slot].shape = match ty.shape {
            Shape::Csr(_) => Shape::Csr(columns),
            Shape::Hits(_) => Shape::Hits(columns),
            Shape::Vector | Shape::Matrix(_) | Shape::Ragged => Shape::Matrix(columns),
        };
        Place::Local(slot)
    }

    /// How many columns the caller brings, and the part of the model that takes them.
    fn input(&self) -> Result<(usize, Origin), Error> {
        let input = self.nodes().find_map(|(_, node)| match (&node.op, self.graph.signature()) {
            (Op::Input(input), _) => Some((input.columns, self.graph.origin(node).clone())),
            (Op::Field(_), Signature::Frame(fields)) => Some((fields.len(), self.graph.origin(node).clone())),
            (Op::Field(_), _) => Some((1, self.graph.origin(node).clone())),
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
        let site = Site { node, nodes, compat: self.graph.compat(node) };
        let Some(kernel) = kernel::of(&site).map_err(|error| error.at(origin).of_operator(node.op.name()))?
        else {
            return Ok(None);
        };
        Ok(Some(Step {
            kernel,
            inputs: node.inputs.iter().map(|input| place(input.index())).collect(),
            output: (self.holder[index] == index).then(|| place(index)),
            origin: origin.clone(),
            operator: node.op.name(),
        }))
    }

    fn named(&self, name: &str, edge: Edge) -> Result<Named, Error> {
        let shape = self.graph.node(edge).ty.shape;
        match shape {
            Shape::Vector | Shape::Matrix(_) | Shape::Csr(_) => {
                Ok(Named { name: name.into(), place: self.place[edge.index()], shape })
            }
            Shape::Ragged => Err(Error::unsupported(format!("{name} gives rows of different lengths"))),
            Shape::Hits(_) => {
                Err(Error::unsupported(format!("{name} gives neighbours, which can't be written as a table")))
            }
        }
    }
}

/// Which buffers of one dtype can't stand for each other.
fn layout(ty: Type) -> u8 {
    match ty.shape {
        Shape::Vector | Shape::Matrix(_) | Shape::Ragged => 0,
        Shape::Csr(_) => 1,
        Shape::Hits(_) => 2,
    }
}

/// Whether the result lies where the argument lies: it is the same element by element, or what takes it takes the
/// argument instead, as those do that count tokens.
fn changes_nothing(op: &Op) -> bool {
    matches!(op, Op::Guard(_) | Op::Flatten | Op::Tokens(_))
}
