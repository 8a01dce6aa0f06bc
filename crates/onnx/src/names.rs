//! Names as messages can show them.

use crate::error::OnnxError;
use crate::proto::{FunctionProto, GraphProto, NodeProto};

/// Text without what breaks a line or a terminal.
pub(crate) fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(shown).collect()
}

fn check(name: &str) -> Result<(), OnnxError> {
    if !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(OnnxError::Graph(format!(
        "the name `{}` in the model has characters that cannot be printed: export it again",
        printable(name)
    )))
}

fn check_node(node: &NodeProto) -> Result<(), OnnxError> {
    let own = [&node.name, &node.op_type, &node.domain, &node.overload];
    let all = own.into_iter().chain(&node.input).chain(&node.output);
    all.map(String::as_str).try_for_each(check)?;
    let graphs = node
        .attribute
        .iter()
        .filter_map(|attribute| attribute.g.as_ref());
    graphs.into_iter().try_for_each(check_graph)
}

/// Refuses names with characters that cannot be printed, in a graph and those within it.
pub(crate) fn check_graph(graph: &GraphProto) -> Result<(), OnnxError> {
    graph.node.iter().try_for_each(check_node)?;
    let stored = graph.initializer.iter().map(|tensor| tensor.name.as_str());
    let values = graph
        .input
        .iter()
        .chain(&graph.output)
        .map(|value| value.name.as_str());
    stored.chain(values).try_for_each(check)
}

/// The same in a function.
pub(crate) fn check_function(function: &FunctionProto) -> Result<(), OnnxError> {
    let own = [&function.name, &function.domain];
    let all = own
        .into_iter()
        .chain(&function.input)
        .chain(&function.output);
    all.map(String::as_str).try_for_each(check)?;
    function.node.iter().try_for_each(check_node)
}
