//! A model as it is read from its file.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use hesscope_files::Sha256Writer;
use prost::Message;
use prost::bytes::Bytes;

use crate::error::OnnxError;
use crate::names::{check_function, check_graph, printable};
use crate::proto::{GraphProto, ModelProto, OperatorSetIdProto, ValueInfoProto};
use crate::run::domain;
use crate::tensor::{self, Stored};

/// The oldest version of the standard operators that is read.
const OLDEST_OPSET: i64 = 11;

/// A network read from an ONNX file.
#[derive(Debug)]
pub struct Model {
    pub(crate) proto: ModelProto,
    pub(crate) graph: GraphProto,
    /// The stored tensors by name, in the order of the file.
    pub(crate) stored: Vec<(String, Stored)>,
    pub(crate) folder: Option<PathBuf>,
    sha256: String,
}
impl Model {
    /// Reads a model, with the data that lie in files beside it.
    ///
    /// # Errors
    ///
    /// When the file or one beside it cannot be read, or is no model.
    pub fn read(path: &Path) -> Result<Self, OnnxError> {
        let bytes = std::fs::read(path).map_err(|source| OnnxError::Io {
            path: path.to_owned(),
            source,
        })?;
        let folder = match path.parent() {
            Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
            Some(folder) => folder,
            None => Path::new("."),
        };
        Self::from_bytes(bytes, Some(folder))
    }

    /// Reads a model from the bytes of its file; `folder` is where data lie that are not in it.
    ///
    /// # Errors
    ///
    /// When the bytes are no model, or data beside it cannot be read.
    pub fn from_bytes(bytes: impl Into<Bytes>, folder: Option<&Path>) -> Result<Self, OnnxError> {
        let bytes: Bytes = bytes.into();
        let mut sum = Sha256Writer::default();
        add(&mut sum, &bytes);
        let mut proto = ModelProto::decode(bytes)
            .map_err(|error| OnnxError::Encoding(plain(&error.to_string())))?;
        let mut graph = proto
            .graph
            .take()
            .filter(|graph| !graph.node.is_empty())
            .ok_or(OnnxError::NoGraph)?;
        check_opset(&proto.opset_import)?;
        check_graph(&graph)?;
        proto.functions.iter().try_for_each(check_function)?;
        if let Some(sparse) = graph.sparse_initializer.first() {
            let name = sparse
                .values
                .as_ref()
                .map_or("", |values| values.name.as_str());
            return Err(OnnxError::tensor(
                name,
                "is stored sparsely: store it densely",
            ));
        }
        let mut stored = Vec::with_capacity(graph.initializer.len());
        let mut names = HashSet::new();
        for initializer in &mut graph.initializer {
            let name = initializer.name.clone();
            if !names.insert(name.clone()) {
                return Err(OnnxError::tensor(
                    &name,
                    "is stored twice: export the model again",
                ));
            }
            let read = tensor::read(initializer, folder);
            let read = read.map_err(|fault| OnnxError::tensor(&name, fault))?;
            if crate::external::is_external(initializer) {
                add(&mut sum, read.data.as_bytes());
            }
            // The numbers are kept once.
            initializer.raw_data = Bytes::new();
            initializer.float_data = Vec::new();
            initializer.double_data = Vec::new();
            stored.push((name, read));
        }
        let given = graph.node.iter().flat_map(|node| &node.output);
        if let Some(name) = given.into_iter().find(|name| names.contains(*name)) {
            return Err(OnnxError::tensor(
                name,
                "is stored, and a node gives an output of that name: export the model again",
            ));
        }
        Ok(Model {
            proto,
            graph,
            stored,
            folder: folder.map(Path::to_owned),
            sha256: sum.hex(),
        })
    }

    /// SHA-256 of the file and of the data beside it, as hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The inputs that hold no stored value.
    pub(crate) fn open_inputs(&self) -> impl Iterator<Item = &ValueInfoProto> {
        let stored: HashSet<&str> = self.stored.iter().map(|(name, _)| name.as_str()).collect();
        let inputs = self.graph.input.iter();
        inputs.filter(move |input| !stored.contains(input.name.as_str()))
    }
}

/// What prost says, without the names of our types.
fn plain(message: &str) -> String {
    let end = message.rsplit(": ").next().unwrap_or(message);
    printable(end.trim_end_matches('.'))
}

fn add(sum: &mut Sha256Writer, bytes: &[u8]) {
    // Writing to a sum does not fail.
    let _ = std::io::Write::write_all(sum, bytes);
}

fn check_opset(opsets: &[OperatorSetIdProto]) -> Result<(), OnnxError> {
    let standard = opsets.iter().find(|set| domain(&set.domain).is_empty());
    match standard {
        Some(set) if set.version < OLDEST_OPSET => Err(OnnxError::Opset(set.version)),
        Some(_) => Ok(()),
        None if opsets.is_empty() => Err(OnnxError::Graph(
            "the model does not say which version of the operators it uses: export it again"
                .to_owned(),
        )),
        None => Ok(()),
    }
}
