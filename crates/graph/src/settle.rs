//! The last step of building: nodes that no output needs go, the others get their numbers.

use crate::graph::{Edge, Graph, Node, Part};

/// The same graph with the nodes that outputs need, in the order that [`Graph::nodes`] describes.
pub(crate) fn settle(mut graph: Graph) -> Graph {
    let order = order(&graph);
    let mut numbers = vec![Edge(0); graph.nodes.len()];
    for (number, &index) in order.iter().enumerate() {
        numbers[index] = Edge(number as u32);
    }
    let mut nodes: Vec<Option<Node>> = std::mem::take(&mut graph.nodes).into_iter().map(Some).collect();
    graph.nodes = order.iter().filter_map(|&index| nodes[index].take()).collect();
    for node in &mut graph.nodes {
        node.inputs.iter_mut().for_each(|input| *input = numbers[input.index()]);
    }
    for output in &mut graph.outputs {
        output.results.edges_mut().iter_mut().for_each(|edge| *edge = numbers[edge.index()]);
    }
    keep_parts(&mut graph);
    graph
}

/// Positions of the needed nodes, each behind what it takes.
fn order(graph: &Graph) -> Vec<usize> {
    let mut order = Vec::with_capacity(graph.nodes.len());
    let mut seen = vec![false; graph.nodes.len()];
    // nodes on the way, each with how many of its edges were followed
    let mut way: Vec<(usize, usize)> = Vec::new();
    for output in graph.outputs_by_name() {
        for edge in output.edges() {
            if !std::mem::replace(&mut seen[edge.index()], true) {
                way.push((edge.index(), 0));
            }
            while let Some((index, followed)) = way.last_mut() {
                let Some(input) = graph.nodes[*index].inputs.get(*followed) else {
                    order.push(*index);
                    way.pop();
                    continue;
                };
                *followed += 1;
                if !std::mem::replace(&mut seen[input.index()], true) {
                    way.push((input.index(), 0));
                }
            }
        }
    }
    order
}

/// Parts of the model in the order in which nodes come from them, each once.
fn keep_parts(graph: &mut Graph) {
    let all = std::mem::take(&mut graph.parts);
    let mut numbers: Vec<Option<u32>> = vec![None; all.len()];
    let mut kept: Vec<Part> = Vec::new();
    for node in &mut graph.nodes {
        let number = &mut numbers[node.part as usize];
        node.part = *number.get_or_insert_with(|| {
            kept.push(all[node.part as usize].clone());
            kept.len() as u32 - 1
        });
    }
    graph.parts = kept;
}
