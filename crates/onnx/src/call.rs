//! One use of an operator: the node and the values it reads.

use hesscope_hvp::Kind;

use crate::error::Fault;
use crate::node::Node;
use crate::value::{Tensor, Value};

/// A node with the values of its inputs, absent where the model leaves them out.
pub(crate) struct Call<'a> {
    pub node: &'a Node<'a>,
    pub inputs: Vec<Option<Value>>,
}

/// What an operator gives, as many as it has outputs; absent for those it does not compute.
pub(crate) type Outputs = Vec<Option<Value>>;

/// One tensor as all that an operator gives.
pub(crate) fn one(tensor: Tensor) -> Outputs {
    vec![Some(Value::Tensor(tensor))]
}

impl Call<'_> {
    /// An input that must be there.
    pub fn tensor(&self, index: usize) -> Result<&Tensor, Fault> {
        self.optional(index)?
            .ok_or_else(|| format!("lacks the input {index}, counted from 0"))
    }

    /// An input of floats that must be there.
    pub fn floats(&self, index: usize) -> Result<&Tensor, Fault> {
        let tensor = self.tensor(index)?;
        if tensor.kind() != Kind::Float {
            return Err(format!("takes floats, not {}", tensor.element));
        }
        Ok(tensor)
    }

    /// An input that may be absent.
    pub fn optional(&self, index: usize) -> Result<Option<&Tensor>, Fault> {
        match self.inputs.get(index) {
            Some(Some(Value::Tensor(tensor))) => Ok(Some(tensor)),
            Some(Some(Value::Sequence(_))) => {
                Err("takes a tensor, not a sequence of tensors".to_owned())
            }
            _ => Ok(None),
        }
    }

    /// All inputs, each a tensor.
    pub fn all(&self) -> Result<Vec<&Tensor>, Fault> {
        (0..self.inputs.len())
            .map(|index| self.tensor(index))
            .collect()
    }

    pub fn sequence(&self, index: usize) -> Result<&[Tensor], Fault> {
        match self.inputs.get(index) {
            Some(Some(Value::Sequence(tensors))) => Ok(tensors),
            _ => Err("takes a sequence of tensors".to_owned()),
        }
    }

    /// The outputs that the model reads or names.
    pub fn outputs(&self) -> usize {
        self.node.proto.output.len()
    }
}
