//! Between vectors of the space and one tensor a parameter.

use super::definition::Problem;
use crate::array::Array;

impl Problem {
    /// The values of the parameters at which everything is computed, as a vector.
    pub fn point(&self) -> Array {
        let lifted = self
            .parameters
            .iter()
            .map(|value| Some(value.unsqueeze()))
            .collect();
        self.join(lifted, 1).reshape(&[self.space_dim()])
    }

    /// Moves to another point of the space.
    pub fn move_to(&mut self, point: &Array) {
        self.parameters = self
            .split(&point.unsqueeze())
            .iter()
            .zip(self.parameters())
            .map(|(value, parameter)| value.reshape(&parameter.shape))
            .collect();
    }

    pub(crate) fn space_dim(&self) -> usize {
        self.programs[0].dim()
    }

    /// Directions [K, p] as one tangent [K, …] a parameter.
    pub(crate) fn split(&self, directions: &Array) -> Vec<Array> {
        let count = directions.shape()[0];
        let mut start = 0;
        self.parameters()
            .iter()
            .map(|parameter| {
                let end = start + parameter.len();
                let part = directions.slice(1, start, end);
                start = end;
                let mut shape = vec![count];
                shape.extend(&parameter.shape);
                part.reshape(&shape)
            })
            .collect()
    }

    /// One cotangent [K, …] a parameter as vectors [K, p].
    pub(crate) fn join(&self, parts: Vec<Option<Array>>, count: usize) -> Array {
        let parts: Vec<Array> = self
            .parameters()
            .iter()
            .zip(parts)
            .map(|(parameter, part)| {
                let shape = [count, parameter.len()];
                part.map_or_else(
                    || Array::zeros(&shape, self.space.precision(), self.space.device()),
                    |part| part.reshape(&shape),
                )
            })
            .collect();
        Array::cat(&parts, 1)
    }
}
