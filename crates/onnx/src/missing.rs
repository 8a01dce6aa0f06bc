//! The operators of a model that there is no rule for, and where they are.

use std::collections::{HashMap, HashSet};

use crate::error::{Missing, OnnxError};
use crate::graph::{order, reads};
use crate::node::{label, operator};
use crate::operators;
use crate::proto::{FunctionProto, GraphProto, NodeProto};
use crate::role::Role;
use crate::run::{FunctionName, domain};

/// The model as far as it is looked through.
pub(crate) struct Through<'m> {
    pub graph: &'m GraphProto,
    pub functions: HashMap<FunctionName<'m>, &'m FunctionProto>,
    /// The role of each stored tensor.
    pub roles: HashMap<&'m str, Role>,
    pub output: &'m str,
}

/// Whether a node is computed by rules; those of functions are looked at by themselves.
fn known(node: &NodeProto) -> bool {
    let own = domain(&node.domain);
    (own.is_empty() && node.op_type == "If") || operators::find(own, &node.op_type).is_some()
}

impl<'m> Through<'m> {
    /// The nodes within a node without a rule: of the function that it calls and of its branches. Each function is looked
    /// through once.
    fn unknown_within(
        &self,
        node: &'m NodeProto,
        seen: &mut HashSet<FunctionName<'m>>,
    ) -> Vec<&'m NodeProto> {
        let mut found = Vec::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            let name = (
                domain(&node.domain),
                node.op_type.as_str(),
                node.overload.as_str(),
            );
            if let Some(function) = self.functions.get(&name) {
                if seen.insert(name) {
                    open.extend(&function.node);
                }
            } else if !known(node) {
                found.push(node);
            }
            let graphs = node
                .attribute
                .iter()
                .filter_map(|attribute| attribute.g.as_ref());
            open.extend(graphs.flat_map(|graph| &graph.node));
        }
        found
    }

    /// The parameter nearest to a node of the main graph, breadth first towards the inputs.
    fn nearest(&self, node: &'m NodeProto) -> Option<String> {
        let nodes = self.graph.node.iter();
        let producers: HashMap<&str, &NodeProto> = nodes
            .flat_map(|node| node.output.iter().map(move |name| (name.as_str(), node)))
            .collect();
        let mut layer = reads(node);
        let mut seen: HashSet<&str> = HashSet::new();
        while !layer.is_empty() {
            let parameter = |name: &&&str| self.roles.get(**name) == Some(&Role::Parameter);
            if let Some(name) = layer.iter().find(parameter) {
                return Some((*name).to_owned());
            }
            let fresh: Vec<&str> = layer.into_iter().filter(|name| seen.insert(name)).collect();
            let before = fresh.into_iter().filter_map(|name| producers.get(name));
            layer = before.flat_map(|node| reads(node)).collect();
        }
        None
    }

    /// All operators without a rule behind the output, each once.
    pub fn find(&self) -> Result<Vec<Missing>, OnnxError> {
        let nodes = &self.graph.node;
        let inner: HashSet<&str> = nodes
            .iter()
            .flat_map(|node| &node.output)
            .map(String::as_str)
            .collect();
        let order = order(nodes, &[self.output], |name| !inner.contains(name))?;
        let mut missing: Vec<Missing> = Vec::new();
        let mut seen = HashSet::new();
        for place in order {
            let outer = &nodes[place];
            for node in self.unknown_within(outer, &mut seen) {
                let name = operator(node);
                match missing.iter_mut().find(|missing| missing.operator == name) {
                    Some(missing) => missing.count += 1,
                    None => missing.push(Missing {
                        operator: name,
                        node: label(node).to_owned(),
                        parameter: self.nearest(outer),
                        count: 1,
                    }),
                }
            }
        }
        Ok(missing)
    }

    /// The account of one node at which the run stopped.
    pub fn of_node(&self, name: String, node: String) -> Missing {
        let all = self.find().unwrap_or_default();
        let found = all.into_iter().find(|missing| missing.operator == name);
        found.unwrap_or(Missing {
            operator: name,
            node,
            parameter: None,
            count: 1,
        })
    }
}
