//! What a model says of itself.

use std::collections::BTreeMap;

use crate::error::OnnxError;
use crate::model::Model;
use crate::node::operator;
use crate::proto::NodeProto;
use crate::role::Role;
use crate::run::domain;
use crate::selection::Selection;
use crate::signature::Signature;

/// A tensor stored in a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTensor {
    /// Its name.
    pub name: String,
    /// Its extents, none for a number alone.
    pub shape: Vec<usize>,
    /// The number of its elements.
    pub count: usize,
    /// The type of its elements in the file.
    pub element: crate::ElementType,
    /// What it is to the network.
    pub role: Role,
}

/// What a model says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The version of the format.
    pub ir_version: i64,
    /// The versions of the operators by domain, the standard domain as an empty name.
    pub opsets: Vec<(String, i64)>,
    /// The program that wrote the model and its version.
    pub producer: String,
    /// The inputs that have no stored value.
    pub inputs: Vec<Signature>,
    /// The outputs.
    pub outputs: Vec<Signature>,
    /// The operators and the number of their nodes, those of functions and branches included.
    pub operators: BTreeMap<String, usize>,
    /// The stored tensors, in the order of the file.
    pub stored: Vec<StoredTensor>,
    /// Whether the exporter says that it folded batch normalization into convolutions, or the model looks like it: no batch
    /// normalization, and convolutions of PyTorch's that all have a bias and weights without the module's names.
    pub normalization_folded: bool,
    /// Parameters that PyTorch's exporter lists but that are not stored under their names: joined with others, as those of a
    /// batch normalization with a convolution's, or shared with equal ones. Export with `optimize=False` to keep them.
    pub parameters_lost: Vec<String>,
}

impl Summary {
    /// The tensors that are trained.
    pub fn parameters(&self) -> impl Iterator<Item = &StoredTensor> {
        self.stored
            .iter()
            .filter(|tensor| tensor.role == Role::Parameter)
    }

    /// The number of parameters, p.
    pub fn parameter_count(&self) -> usize {
        self.parameters().map(|tensor| tensor.count).sum()
    }
}

impl Model {
    /// What the model says of itself, the roles of its tensors by a selection.
    ///
    /// # Errors
    ///
    /// When the selection does not fit the model.
    pub fn summary(&self, selection: &Selection) -> Result<Summary, OnnxError> {
        let resolved = self.resolve(selection)?;
        let signatures =
            |values: Vec<&crate::proto::ValueInfoProto>| -> Result<Vec<Signature>, OnnxError> {
                let of = |value: &crate::proto::ValueInfoProto| {
                    Signature::of(value).map_err(|fault| OnnxError::tensor(&value.name, fault))
                };
                values.into_iter().map(of).collect()
            };
        let stored = self
            .stored
            .iter()
            .zip(&resolved.roles)
            .map(|((name, stored), &role)| StoredTensor {
                name: name.clone(),
                shape: stored.shape.clone(),
                count: stored.shape.iter().product(),
                element: stored.element,
                role,
            });
        let [name, version] = [&self.proto.producer_name, &self.proto.producer_version];
        let nodes = self.all_nodes();
        let mut operators = BTreeMap::new();
        for node in &nodes {
            *operators.entry(operator(node)).or_insert(0) += 1;
        }
        let opsets = self.proto.opset_import.iter();
        Ok(Summary {
            ir_version: self.proto.ir_version,
            opsets: opsets
                .map(|set| (domain(&set.domain).to_owned(), set.version))
                .collect(),
            producer: format!("{name} {version}").trim().to_owned(),
            inputs: signatures(self.open_inputs().collect())?,
            outputs: signatures(self.graph.output.iter().collect())?,
            operators,
            stored: stored.collect(),
            normalization_folded: self.normalization_folded(&nodes),
            parameters_lost: self.parameters_lost(),
        })
    }

    /// Multiplications followed by an addition in the forward pass of inputs of this shape.
    ///
    /// # Errors
    ///
    /// As [`program`](Self::program).
    pub fn multiply_adds(
        &self,
        selection: &Selection,
        input_shape: &[usize],
    ) -> Result<usize, OnnxError> {
        Ok(self.program(selection, input_shape)?.multiply_adds())
    }

    /// The parameters of PyTorch's account of the network that no stored tensor has the name of.
    fn parameters_lost(&self) -> Vec<String> {
        let entries = self.graph.metadata_props.iter();
        let mut accounts =
            entries.filter(|entry| entry.key == "pkg.torch.export.ExportedProgram.graph_signature");
        let Some(account) = accounts.next() else {
            return Vec::new();
        };
        // Lines such as `p_stem_weight: PARAMETER target='stem.weight'`.
        let target = |line: &str| {
            let (_, rest) = line.split_once(": PARAMETER target='")?;
            Some(rest.split_once('\'')?.0.to_owned())
        };
        let stored = |name: &String| self.stored.iter().any(|(own, _)| own == name);
        account
            .value
            .lines()
            .filter_map(target)
            .filter(|name| !stored(name))
            .collect()
    }

    /// The nodes of the graph, of its branches and of its functions.
    fn all_nodes(&self) -> Vec<&NodeProto> {
        let functions = self
            .proto
            .functions
            .iter()
            .flat_map(|function| &function.node);
        let mut open: Vec<&NodeProto> = self.graph.node.iter().chain(functions).collect();
        let mut nodes = Vec::new();
        while let Some(node) = open.pop() {
            nodes.push(node);
            let graphs = node
                .attribute
                .iter()
                .filter_map(|attribute| attribute.g.as_ref());
            open.extend(graphs.flat_map(|graph| &graph.node));
        }
        nodes
    }

    fn normalization_folded(&self, nodes: &[&NodeProto]) -> bool {
        let says = |node: &&NodeProto| {
            let mut entries = node.metadata_props.iter();
            entries.any(|entry| {
                entry.key == "pkg.onnxscript.rewriter.rule_name"
                    && entry.value.contains("BatchNorm")
            })
        };
        if nodes.iter().any(says) {
            return true;
        }
        let convolutions: Vec<_> = nodes.iter().filter(|node| node.op_type == "Conv").collect();
        let renamed = |node: &&&NodeProto| {
            let mut weights = node.input.iter().skip(1);
            node.input.len() == 3 && weights.all(|name| name.starts_with("onnx::"))
        };
        let normalized = nodes
            .iter()
            .any(|node| node.op_type == "BatchNormalization");
        self.proto.producer_name == "pytorch"
            && !normalized
            && !convolutions.is_empty()
            && convolutions.iter().all(renamed)
    }
}
