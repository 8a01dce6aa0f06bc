//! Indices that come from the data, such as tokens, lie within what they are looked up in.

use burn::tensor::{Device, TensorData};

use crate::array::Array;
use crate::error::HvpError;
use crate::precision::Precision;
use crate::program::Program;

/// Programs that look something up by what the data are, with their constants on the host.
pub(super) struct Lookups<'a> {
    programs: &'a [Program],
    /// Of each program; none where nothing is looked up.
    constants: Vec<Vec<Array>>,
}

impl<'a> Lookups<'a> {
    /// Of the programs of a problem.
    pub fn of(programs: &'a [Program]) -> Self {
        let looks_up = programs.iter().any(Program::looks_up);
        let looking = programs.iter().filter(|_| looks_up);
        Lookups {
            programs,
            constants: looking
                .map(|program| program.constants_on(Precision::F64, &Device::flex()))
                .collect(),
        }
    }

    /// Refuses integers of a batch that name no place of the tensor that they are looked up in. What is computed from data and
    /// constants alone is computed on the host for that.
    pub fn check(&self, program: usize, inputs: &TensorData) -> Result<(), HvpError> {
        let Some(constants) = self.constants.get(program) else {
            return Ok(());
        };
        let input = Array::of_any_kind(inputs.clone(), Precision::F64, &Device::flex());
        self.programs[program].check_indices(constants, input)
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
