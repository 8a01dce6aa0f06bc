//! The graph of a model, node after node, into a program.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::build::Build;
use crate::call::Call;
use crate::error::OnnxError;
use crate::graph::order;
use crate::node::{Attributes, Node, label, operator};
use crate::operators;
use crate::proto::{AttributeProto, FunctionProto, GraphProto, NodeProto, OperatorSetIdProto};
use crate::tensor;
use crate::value::Value;

/// How deep functions and branches may lie in each other.
const DEEPEST: usize = 32;

/// The most nodes, functions written out.
const MOST_NODES: usize = 1 << 20;

/// What goes wrong on the way.
pub(crate) enum Stop {
    Error(OnnxError),
    /// There is no such operator; the node's name, and that of the outermost call it lies in.
    Missing {
        operator: String,
        node: String,
    },
}

impl From<OnnxError> for Stop {
    fn from(error: OnnxError) -> Self {
        Stop::Error(error)
    }
}

/// Values by name, those of a branch before those around it.
#[derive(Default)]
pub(crate) struct Scope<'a> {
    values: HashMap<String, Value>,
    /// Inputs of a function that its call leaves out.
    absent: HashSet<String>,
    around: Option<&'a Scope<'a>>,
}

impl Scope<'_> {
    fn find(&self, name: &str) -> Option<&Value> {
        let own = self.values.get(name);
        own.or_else(|| self.around.and_then(|around| around.find(name)))
    }

    /// Whether no node has to give a name.
    fn gives(&self, name: &str) -> bool {
        self.absent.contains(name)
            || self.values.contains_key(name)
            || self.around.is_some_and(|around| around.gives(name))
    }

    pub fn insert(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
    }
}

/// The name of a function: domain, name, overload.
pub(crate) type FunctionName<'a> = (&'a str, &'a str, &'a str);

/// What is around the nodes that are run.
struct Within<'a> {
    opsets: &'a [OperatorSetIdProto],
    /// The settings of the call of the function that they belong to.
    call: Option<&'a Attributes<'a>>,
    depth: usize,
}

/// The standard domain under its two names.
pub(crate) fn domain(name: &str) -> &str {
    if name == "ai.onnx" { "" } else { name }
}

/// The functions of a model by name.
pub(crate) fn functions(all: &[FunctionProto]) -> HashMap<FunctionName<'_>, &FunctionProto> {
    all.iter()
        .map(|function| {
            let key = (
                domain(&function.domain),
                function.name.as_str(),
                function.overload.as_str(),
            );
            (key, function)
        })
        .collect()
}

/// The run of one graph.
pub(crate) struct Run<'m> {
    pub build: Build,
    functions: HashMap<FunctionName<'m>, &'m FunctionProto>,
    nodes: usize,
}

impl<'m> Run<'m> {
    pub fn new(
        functions: HashMap<FunctionName<'m>, &'m FunctionProto>,
        folder: Option<&'m Path>,
    ) -> Self {
        Run {
            build: Build {
                folder: folder.map(Path::to_owned),
                ..Build::default()
            },
            functions,
            nodes: 0,
        }
    }

    /// Runs the nodes of a graph that an output depends on, and gives it.
    pub fn graph(
        &mut self,
        graph: &GraphProto,
        opsets: &[OperatorSetIdProto],
        output: &str,
        scope: &mut Scope,
    ) -> Result<Value, Stop> {
        let within = Within {
            opsets,
            call: None,
            depth: 0,
        };
        self.nodes(&graph.node, &[output], scope, &within)?;
        let found = scope.find(output).cloned();
        found.ok_or_else(|| {
            OnnxError::Graph(format!("nothing in the model gives the output `{output}`")).into()
        })
    }

    fn nodes(
        &mut self,
        nodes: &[NodeProto],
        wanted: &[&str],
        scope: &mut Scope,
        within: &Within,
    ) -> Result<(), Stop> {
        if within.depth > DEEPEST {
            return Err(OnnxError::Graph(format!(
                "functions or branches of the model lie in each other more than {DEEPEST} deep: they may call themselves"
            ))
            .into());
        }
        for place in order(nodes, wanted, |name| scope.gives(name))? {
            self.nodes += 1;
            if self.nodes > MOST_NODES {
                return Err(OnnxError::Graph(format!(
                    "the model has more than {MOST_NODES} operations when its functions are written out"
                ))
                .into());
            }
            self.node(&nodes[place], scope, within)?;
        }
        Ok(())
    }

    fn node(&mut self, proto: &NodeProto, scope: &mut Scope, within: &Within) -> Result<(), Stop> {
        let own = domain(&proto.domain);
        let version = within.opsets.iter().find(|set| domain(&set.domain) == own);
        let node = Node::new(proto, version.map_or(1, |set| set.version), within.call);
        let inputs = proto
            .input
            .iter()
            .map(|name| {
                (!name.is_empty())
                    .then(|| scope.find(name).cloned())
                    .flatten()
            })
            .collect();
        let call = Call {
            node: &node,
            inputs,
        };
        let name = (own, proto.op_type.as_str(), proto.overload.as_str());
        let outputs = if let Some(&function) = self.functions.get(&name) {
            self.function(function, &call, within)?
        } else if name.0.is_empty() && name.1 == "If" {
            self.branch(&call, scope, within)?
        } else if let Some(apply) = operators::find(own, &proto.op_type) {
            apply(&mut self.build, &call).map_err(|fault| fault_of(proto, fault))?
        } else {
            return Err(Stop::Missing {
                operator: operator(proto),
                node: label(proto).to_owned(),
            });
        };
        let mut outputs = outputs.into_iter();
        for name in &proto.output {
            // An output that an operator does not compute has no value, and its readers say so.
            if let Some(Some(value)) = outputs.next()
                && !name.is_empty()
            {
                scope.insert(name, value);
            }
        }
        Ok(())
    }

    /// The nodes of a function in place of its call.
    fn function(
        &mut self,
        function: &FunctionProto,
        call: &Call,
        within: &Within,
    ) -> Result<Vec<Option<Value>>, Stop> {
        let mut inner = Scope::default();
        for (place, name) in function.input.iter().enumerate() {
            match call.inputs.get(place) {
                Some(Some(value)) => inner.insert(name, value.clone()),
                _ => {
                    inner.absent.insert(name.clone());
                }
            }
        }
        let mut attributes: Attributes = function
            .attribute_proto
            .iter()
            .map(|attribute: &AttributeProto| (attribute.name.as_str(), attribute))
            .collect();
        attributes.extend(call.node.attributes());
        let used = call.outputs().min(function.output.len());
        let wanted: Vec<&str> = function.output[..used].iter().map(String::as_str).collect();
        let opsets = if function.opset_import.is_empty() {
            within.opsets
        } else {
            &function.opset_import
        };
        let within = Within {
            opsets,
            call: Some(&attributes),
            depth: within.depth + 1,
        };
        self.nodes(&function.node, &wanted, &mut inner, &within)?;
        Ok(wanted
            .iter()
            .map(|name| inner.find(name).cloned())
            .collect())
    }

    /// The branch that the condition of an `If` chooses, which must be known.
    fn branch(
        &mut self,
        call: &Call,
        scope: &Scope,
        within: &Within,
    ) -> Result<Vec<Option<Value>>, Stop> {
        let proto = call.node.proto;
        let fault = |fault: String| fault_of(proto, fault);
        let condition = call.tensor(0).map_err(fault)?;
        let holds = self.build.known_number(condition).ok_or_else(|| {
            fault("chooses its branch by the numbers of the input, which has no rule".to_owned())
        })?;
        let name = if holds != 0.0 {
            "then_branch"
        } else {
            "else_branch"
        };
        let graph = call.node.graph(name).map_err(fault)?;
        let graph = graph.ok_or_else(|| fault(format!("has no {name}")))?;
        let mut inner = Scope {
            around: Some(scope),
            ..Scope::default()
        };
        for stored in &graph.initializer {
            let read = tensor::read(stored, self.build.folder.as_deref());
            let read = read.map_err(|fault| OnnxError::tensor(&stored.name, fault))?;
            let value = self.build.stored(&read);
            inner.insert(&stored.name, Value::Tensor(value));
        }
        let wanted: Vec<&str> = graph
            .output
            .iter()
            .map(|output| output.name.as_str())
            .collect();
        let within = Within {
            opsets: within.opsets,
            call: within.call,
            depth: within.depth + 1,
        };
        self.nodes(&graph.node, &wanted, &mut inner, &within)?;
        Ok(wanted
            .iter()
            .map(|name| inner.find(name).cloned())
            .collect())
    }
}

fn fault_of(proto: &NodeProto, fault: String) -> OnnxError {
    OnnxError::Node {
        node: label(proto).to_owned(),
        operator: operator(proto),
        fault,
    }
}
