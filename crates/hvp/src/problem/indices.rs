//! Indices that come from the data, such as tokens, lie within what they are looked up in.

use burn::tensor::Device;

use super::batches::Batch;
use super::definition::Problem;
use crate::array::Array;
use crate::error::HvpError;
use crate::precision::Precision;
use crate::program::Program;

impl Problem {
    /// Refuses integers of the data that name no place of the tensor that they are looked up in. What is computed from data
    /// and constants alone is computed on the host for that.
    pub(super) fn check_indices(&self) -> Result<(), HvpError> {
        if !self.programs.iter().any(Program::looks_up) {
            return Ok(());
        }
        let host = Device::flex();
        let constants: Vec<Vec<Array>> = self
            .programs
            .iter()
            .map(|program| program.constants_on(Precision::F64, &host))
            .collect();
        for index in 0..self.batches.len() {
            let batch: Batch = self.batches.load(index)?;
            let input = Array::of_any_kind(batch.inputs.clone(), Precision::F64, &host);
            let program = &self.programs[batch.program];
            program.check_indices(&constants[batch.program], input)?;
        }
        Ok(())
    }
}

impl Program {
    /// Whether anything is looked up by indices that are not constants.
    fn looks_up(&self) -> bool {
        let constant = |slot: usize| self.constants.iter().any(|(known, _)| *known == slot);
        self.nodes
            .iter()
            .any(|node| node.rule.looked_up().is_some() && !constant(node.inputs[1]))
    }

    fn check_indices(&self, constants: &[Array], input: Array) -> Result<(), HvpError> {
        let mut known: Vec<Option<Array>> = vec![None; self.shapes.len()];
        for ((slot, _), value) in self.constants.iter().zip(constants) {
            known[*slot] = Some(value.clone());
        }
        known[self.input] = Some(input);
        for node in &self.nodes {
            if let Some(axis) = node.rule.looked_up()
                && let Some(indices) = &known[node.inputs[1]]
            {
                let places = self.shapes[node.inputs[0]][axis];
                let data = indices.to_data()?;
                let outside = |index: &i64| !(0..places as i64).contains(index);
                if let Some(index) = data.iter::<i64>().find(outside) {
                    return Err(HvpError::Input(format!(
                        "the data have the integer {index}, which is looked up in a table of {places}: give integers from 0 to {}",
                        places - 1
                    )));
                }
            }
            let inputs: Option<Vec<Array>> = node
                .inputs
                .iter()
                .map(|&slot| known[slot].clone())
                .collect();
            if let Some(inputs) = inputs {
                known[node.output] = Some(node.rule.value(&inputs).0);
            }
        }
        Ok(())
    }
}
