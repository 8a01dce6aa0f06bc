//! A program as it grows, operation after operation.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use burn::tensor::TensorData;

use crate::array::{Array, Kind};
use crate::error::CaptureError;
use crate::program::{Node, Parameter, Program, Slot};
use crate::rules::Rule;

/// Makes a [`Program`] from parameters, constants, an input and operations with rules.
///
/// An operation that reads constants alone is computed at once, in float64 and in integers of 64 bits, and becomes a constant, whose
/// numbers [`constant_value`](Self::constant_value) gives: so arithmetic of shapes is known while the program is made.
#[derive(Debug, Default)]
pub struct ProgramBuilder {
    shapes: Vec<Vec<usize>>,
    nodes: Vec<Node>,
    parameters: Vec<Parameter>,
    /// Values of the parameters, in their order.
    initial: Vec<TensorData>,
    constants: BTreeMap<Slot, TensorData>,
    /// Constants on the host, for what is computed from them.
    on_host: HashMap<Slot, Array>,
    input: Option<Slot>,
}

/// What becomes of parameters that the logits do not depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unused {
    Kept,
    Dropped,
}

impl ProgramBuilder {
    /// A program of nothing.
    pub fn new() -> Self {
        ProgramBuilder::default()
    }

    fn define(&mut self, shape: Vec<usize>) -> Slot {
        self.shapes.push(shape);
        self.shapes.len() - 1
    }

    /// A trained tensor of floats under a dotted path such as `features.3.weight`.
    pub fn parameter(&mut self, path: impl Into<String>, value: TensorData) -> Slot {
        let shape = value.shape().to_vec();
        let slot = self.define(shape.clone());
        self.parameters.push(Parameter {
            path: path.into(),
            shape,
            slot,
        });
        self.initial.push(value);
        slot
    }

    /// A tensor of floats, integers or truth values that is not trained.
    pub fn constant(&mut self, value: TensorData) -> Slot {
        let slot = self.define(value.shape().to_vec());
        self.constants.insert(slot, value);
        slot
    }

    /// The batch of inputs, the batch first. The one given last counts.
    pub fn input(&mut self, shape: Vec<usize>) -> Slot {
        let slot = self.define(shape);
        self.input = Some(slot);
        slot
    }

    /// The value of an operation: `rule` reads `inputs`, in the order it knows, and gives a tensor of `shape`.
    ///
    /// # Errors
    ///
    /// When an operation on constants cannot be computed.
    ///
    /// # Panics
    ///
    /// When the inputs are constants that the rule does not take, or a slot is not of this program.
    pub fn operation(
        &mut self,
        rule: Arc<dyn Rule>,
        inputs: &[Slot],
        shape: Vec<usize>,
    ) -> Result<Slot, CaptureError> {
        let known: Option<Vec<Array>> = inputs.iter().map(|&slot| self.known(slot)).collect();
        let slot = self.define(shape);
        if let Some(known) = known {
            let value = rule.value(&known).0.into_widest();
            let data = value
                .to_data()
                .map_err(|error| CaptureError::Record(error.to_string()))?;
            self.constants.insert(slot, data);
            self.on_host.insert(slot, value);
        } else {
            self.nodes.push(Node {
                rule,
                inputs: inputs.to_vec(),
                output: slot,
            });
        }
        Ok(slot)
    }

    /// The numbers of a constant; absent for other tensors.
    pub fn constant_value(&self, slot: Slot) -> Option<&TensorData> {
        self.constants.get(&slot)
    }

    /// The extents of a tensor.
    pub fn shape(&self, slot: Slot) -> &[usize] {
        &self.shapes[slot]
    }

    /// The value of a constant on the host.
    fn known(&mut self, slot: Slot) -> Option<Array> {
        let data = self.constants.get(&slot)?;
        let upload = || Array::widest(data.clone());
        Some(self.on_host.entry(slot).or_insert_with(upload).clone())
    }

    /// The program with these logits [n, C], or [n m, C] where each of n examples has m rows one after another. What
    /// they do not depend on is dropped, parameters included.
    ///
    /// # Errors
    ///
    /// When the logits have another shape, or there is no input.
    pub fn finish(self, output: Slot) -> Result<Program, CaptureError> {
        self.finish_with(output, Unused::Dropped)
    }

    pub(crate) fn finish_with(
        mut self,
        output: Slot,
        unused: Unused,
    ) -> Result<Program, CaptureError> {
        let input = self.input.ok_or(CaptureError::NoInput)?;
        let batch = self.shapes[input].first().copied().unwrap_or(1);
        check_logits(&self.shapes[output], batch)?;
        let needed = self.needed(output);
        self.nodes.retain(|node| needed.contains(&node.output));
        self.constants.retain(|slot, _| needed.contains(slot));
        self.constants.values().try_for_each(check_integers)?;
        if unused == Unused::Dropped {
            let mut values = std::mem::take(&mut self.initial).into_iter();
            self.parameters.retain(|parameter| {
                let value = values.next();
                let read = needed.contains(&parameter.slot);
                self.initial.extend(value.filter(|_| read));
                read
            });
        }
        let mut program = Program {
            constants: self.constants.into_iter().collect(),
            nodes: self.nodes,
            parameters: self.parameters,
            initial: self.initial,
            input,
            output,
            shapes: self.shapes,
            active: Vec::new(),
        };
        program.mark_active();
        Ok(program)
    }

    /// The tensors that the output depends on, itself among them.
    fn needed(&self, output: Slot) -> HashSet<Slot> {
        let mut needed = HashSet::from([output]);
        for node in self.nodes.iter().rev() {
            if needed.contains(&node.output) {
                needed.extend(&node.inputs);
            }
        }
        needed
    }
}

/// Refuses integers that not every device has.
fn check_integers(data: &TensorData) -> Result<(), CaptureError> {
    let wide = |number: &i64| i32::try_from(*number).is_err();
    let integers = Kind::of(data.dtype()) == Kind::Int;
    match integers.then(|| data.iter::<i64>().find(wide)).flatten() {
        Some(number) => Err(CaptureError::Wide(number)),
        None => Ok(()),
    }
}

/// Refuses logits that are not [n, C] or [n m, C].
pub(crate) fn check_logits(shape: &[usize], batch: usize) -> Result<(), CaptureError> {
    if shape.len() == 2 && shape[0] > 0 && batch > 0 && shape[0].is_multiple_of(batch) {
        return Ok(());
    }
    Err(CaptureError::Logits {
        shape: shape.to_vec(),
        batch,
    })
}
