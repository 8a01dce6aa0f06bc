//! Which nodes a result needs, in an order in which each comes after what it reads.

use std::collections::{HashMap, HashSet};

use crate::error::OnnxError;
use crate::node::label;
use crate::proto::{GraphProto, NodeProto};

/// The names that a node reads: its inputs, and what the graphs among its settings take from around them.
pub(crate) fn reads(node: &NodeProto) -> Vec<&str> {
    let mut names: Vec<&str> = node.input.iter().map(String::as_str).collect();
    let graphs = node
        .attribute
        .iter()
        .filter_map(|attribute| attribute.g.as_ref());
    for graph in graphs {
        free(graph, &mut names);
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The names that a graph reads and does not define.
fn free<'a>(graph: &'a GraphProto, names: &mut Vec<&'a str>) {
    let nodes = graph.node.iter();
    let mut defined: HashSet<&str> = nodes
        .flat_map(|node| &node.output)
        .map(String::as_str)
        .collect();
    defined.extend(graph.initializer.iter().map(|tensor| tensor.name.as_str()));
    defined.extend(graph.input.iter().map(|input| input.name.as_str()));
    let read = graph.node.iter().flat_map(reads);
    let given = graph.output.iter().map(|output| output.name.as_str());
    names.extend(read.chain(given).filter(|name| !defined.contains(name)));
}

/// The places of the nodes that `wanted` depends on, in order. `given` says whether a name needs no node.
pub(crate) fn order(
    nodes: &[NodeProto],
    wanted: &[&str],
    given: impl Fn(&str) -> bool,
) -> Result<Vec<usize>, OnnxError> {
    let mut producers = HashMap::new();
    for (place, node) in nodes.iter().enumerate() {
        for name in node.output.iter().filter(|name| !name.is_empty()) {
            if producers.insert(name.as_str(), place).is_some() {
                return Err(OnnxError::Graph(format!(
                    "the name `{name}` is given to two outputs of nodes: export the model again"
                )));
            }
        }
    }
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut states = vec![State::New; nodes.len()];
    let mut order = Vec::new();
    let producer = |name: &str, reader: Option<&NodeProto>| match producers.get(name) {
        _ if given(name) => Ok(None),
        Some(&place) => Ok(Some(place)),
        None => Err(OnnxError::Graph(match reader {
            Some(node) => format!(
                "the node `{}` ({}) reads `{name}`, which nothing in the model gives: export it again",
                label(node),
                node.op_type
            ),
            None => format!("nothing in the model gives the output `{name}`: export it again"),
        })),
    };
    // Depth first without recursion: a place is opened, then what it reads, then it is done.
    let mut stack = Vec::new();
    for name in wanted {
        stack.extend(producer(name, None)?);
        while let Some(&place) = stack.last() {
            let node = &nodes[place];
            match states[place] {
                State::Done => {
                    stack.pop();
                }
                State::Open => {
                    states[place] = State::Done;
                    order.push(place);
                    stack.pop();
                }
                State::New => {
                    states[place] = State::Open;
                    for name in reads(node) {
                        let Some(before) = producer(name, Some(node))? else {
                            continue;
                        };
                        match states[before] {
                            State::Open => {
                                return Err(OnnxError::Graph(format!(
                                    "the node `{}` ({}) reads `{name}`, which depends on the node itself: export the \
                                     model again",
                                    label(node),
                                    node.op_type
                                )));
                            }
                            State::New => stack.push(before),
                            State::Done => {}
                        }
                    }
                }
            }
        }
    }
    Ok(order)
}
