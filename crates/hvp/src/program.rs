//! A network as a list of operations, each with its rule.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use burn::tensor::{Device, TensorData};

use crate::array::Array;
use crate::precision::Precision;
use crate::rules::Rule;

/// Where a tensor of the program lives while it runs.
pub type Slot = usize;

/// One operation of a program.
#[derive(Clone, Debug)]
pub struct Node {
    /// How to compute and differentiate it.
    pub rule: Arc<dyn Rule>,
    /// The slots it reads, in the order the rule knows.
    pub inputs: Vec<Slot>,
    /// The slot it writes.
    pub output: Slot,
}

/// A trained tensor of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The dotted path of the tensor in the module, such as `features.3.weight`.
    pub path: String,
    /// Its extents.
    pub shape: Vec<usize>,
    /// The slot it is read from.
    pub slot: Slot,
}

impl Parameter {
    /// The number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A network captured for one batch size: operations in order, parameters, constants, the input and
/// the logits.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) nodes: Vec<Node>,
    pub(crate) parameters: Vec<Parameter>,
    /// Values of the parameters at the capture, in the order of `parameters`.
    pub(crate) initial: Vec<TensorData>,
    /// Tensors that are neither parameters nor computed, such as running statistics.
    pub(crate) constants: Vec<(Slot, TensorData)>,
    pub(crate) input: Slot,
    pub(crate) output: Slot,
    /// The extents of the tensor in each slot.
    pub(crate) shapes: Vec<Vec<usize>>,
    /// Whether the tensor in each slot depends on a parameter.
    pub(crate) active: Vec<bool>,
}

impl Program {
    /// Finds which tensors depend on the parameters; only they carry tangents and cotangents.
    pub(crate) fn mark_active(&mut self) {
        self.active = vec![false; self.shapes.len()];
        for parameter in &self.parameters {
            self.active[parameter.slot] = true;
        }
        for node in &self.nodes {
            self.active[node.output] |= !node.rule.piecewise_constant()
                && node.inputs.iter().any(|&slot| self.active[slot]);
        }
    }

    /// The values of the constants on a device, in their order.
    pub(crate) fn constants_on(&self, precision: Precision, device: &Device) -> Vec<Array> {
        let data = self.constants.iter().map(|(_, data)| data.clone());
        data.map(|data| Array::of_any_kind(data, precision, device))
            .collect()
    }

    /// The operations in the order they run.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The parameters in the order in which they make up a vector.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The values of the parameters when the program was made, in their order; none once they have been taken from it.
    pub fn initial(&self) -> &[TensorData] {
        &self.initial
    }

    /// Where in a vector each parameter lies, by its path.
    pub fn offsets(&self) -> BTreeMap<&str, Range<usize>> {
        let mut start = 0;
        let of = |parameter: &'_ Parameter| {
            let range = start..start + parameter.len();
            start = range.end;
            range
        };
        let ranges: Vec<Range<usize>> = self.parameters.iter().map(of).collect();
        let paths = self.parameters.iter().map(|p| p.path.as_str());
        paths.zip(ranges).collect()
    }

    /// The number of parameters, p.
    pub fn dim(&self) -> usize {
        self.parameters.iter().map(Parameter::len).sum()
    }

    /// The number of examples in the batch the program was captured for.
    pub fn batch(&self) -> usize {
        self.shapes[self.input][0]
    }

    /// The extents of one batch of inputs, the batch first.
    pub fn input_shape(&self) -> &[usize] {
        &self.shapes[self.input]
    }

    /// The number of rows of logits of a batch: m an example, n m.
    pub fn rows(&self) -> usize {
        self.shapes[self.output][0]
    }

    /// The rows of logits an example has, m: one of a classifier of whole inputs, one a token of a
    /// language model.
    pub fn rows_per_example(&self) -> usize {
        self.shapes[self.output][0] / self.batch()
    }

    /// The number of logits a row, C.
    pub fn classes(&self) -> usize {
        self.shapes[self.output][1]
    }

    /// Multiplications followed by an addition in one forward pass of the batch, those of matrix products
    /// and convolutions; twice as many floating-point operations.
    pub fn multiply_adds(&self) -> usize {
        let of = |node: &Node| {
            let inputs: Vec<&[usize]> = node
                .inputs
                .iter()
                .map(|&slot| self.shapes[slot].as_slice())
                .collect();
            node.rule.multiply_adds(&inputs, &self.shapes[node.output])
        };
        self.nodes.iter().map(of).sum()
    }
}
