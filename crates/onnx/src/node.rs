//! One operation of the model with its settings.

use std::collections::HashMap;

use crate::error::Fault;
use crate::names::printable;
use crate::proto::{AttributeProto, GraphProto, NodeProto, TensorProto};
use crate::tensor::decimal;

/// Settings by name.
pub(crate) type Attributes<'a> = HashMap<&'a str, &'a AttributeProto>;

/// A node of a graph or of a function, its settings those of the call where it refers to them.
pub(crate) struct Node<'a> {
    pub proto: &'a NodeProto,
    /// The version of the operators of its domain.
    pub opset: i64,
    attributes: Attributes<'a>,
}

// The kinds of settings, by their numbers in the format.
const FLOAT: i32 = 1;
const INT: i32 = 2;
const STRING: i32 = 3;
const TENSOR: i32 = 4;
const GRAPH: i32 = 5;
const FLOATS: i32 = 6;
const INTS: i32 = 7;

/// The name by which messages call a node.
pub(crate) fn label(proto: &NodeProto) -> &str {
    let output = || proto.output.iter().find(|name| !name.is_empty());
    match proto.name.as_str() {
        "" => output().map_or("without a name", String::as_str),
        name => name,
    }
}

/// The name of its operator, with the domain where that is not the standard one.
pub(crate) fn operator(proto: &NodeProto) -> String {
    match proto.domain.as_str() {
        "" | "ai.onnx" => proto.op_type.clone(),
        domain => format!("{domain}::{}", proto.op_type),
    }
}

impl<'a> Node<'a> {
    /// `call` are the settings of the call of the function that the node belongs to.
    pub fn new(proto: &'a NodeProto, opset: i64, call: Option<&Attributes<'a>>) -> Self {
        let of = |attribute: &'a AttributeProto| {
            let value = match attribute.ref_attr_name.as_str() {
                "" => attribute,
                outer => call?.get(outer)?,
            };
            Some((attribute.name.as_str(), value))
        };
        Node {
            proto,
            opset,
            attributes: proto.attribute.iter().filter_map(of).collect(),
        }
    }

    /// Its settings, for the nodes of the function that it calls.
    pub fn attributes(&self) -> &Attributes<'a> {
        &self.attributes
    }

    /// Whether it has a setting.
    pub fn has(&self, name: &str) -> bool {
        self.attributes.contains_key(name)
    }

    fn find(&self, name: &str, kind: i32) -> Result<Option<&'a AttributeProto>, Fault> {
        let Some(&attribute) = self.attributes.get(name) else {
            return Ok(None);
        };
        // Files of old do not say the kind.
        if attribute.r#type != kind && attribute.r#type != 0 {
            return Err(format!(
                "has an attribute `{name}` of another type than the operator's"
            ));
        }
        Ok(Some(attribute))
    }

    pub fn int(&self, name: &str, default: i64) -> Result<i64, Fault> {
        Ok(self
            .find(name, INT)?
            .map_or(default, |attribute| attribute.i))
    }

    pub fn flag(&self, name: &str, default: bool) -> Result<bool, Fault> {
        Ok(self.int(name, default.into())? != 0)
    }

    pub fn float(&self, name: &str, default: f64) -> Result<f64, Fault> {
        let found = self.find(name, FLOAT)?;
        Ok(found.map_or(default, |attribute| decimal(attribute.f)))
    }

    pub fn ints(&self, name: &str) -> Result<Option<Vec<i64>>, Fault> {
        Ok(self
            .find(name, INTS)?
            .map(|attribute| attribute.ints.clone()))
    }

    pub fn floats(&self, name: &str) -> Result<Option<Vec<f32>>, Fault> {
        Ok(self
            .find(name, FLOATS)?
            .map(|attribute| attribute.floats.clone()))
    }

    /// A float of 32 bits as it is.
    pub fn exact_float(&self, name: &str) -> Result<Option<f32>, Fault> {
        Ok(self.find(name, FLOAT)?.map(|attribute| attribute.f))
    }

    pub fn string(&self, name: &str, default: &str) -> Result<String, Fault> {
        Ok(match self.find(name, STRING)? {
            Some(attribute) => printable(&String::from_utf8_lossy(&attribute.s)),
            None => default.to_owned(),
        })
    }

    pub fn tensor(&self, name: &str) -> Result<Option<&'a TensorProto>, Fault> {
        Ok(self
            .find(name, TENSOR)?
            .and_then(|attribute| attribute.t.as_ref()))
    }

    pub fn graph(&self, name: &str) -> Result<Option<&'a GraphProto>, Fault> {
        Ok(self
            .find(name, GRAPH)?
            .and_then(|attribute| attribute.g.as_ref()))
    }
}
