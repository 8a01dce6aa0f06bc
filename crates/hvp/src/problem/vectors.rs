//! Between vectors of the space and one tensor a parameter.

use super::call::Call;
use super::definition::Problem;
use crate::array::Array;
use crate::array::host::scratch::recycle;
use crate::error::HvpError;
use crate::space::on_host;

impl Problem {
    /// The values of the parameters at which everything is computed, as a vector.
    pub fn point(&self) -> Array {
        let lifted = self
            .parameters
            .iter()
            .map(|value| Some(value.unsqueeze()))
            .collect();
        self.join_one(lifted)
    }

    /// Moves to another point of the space.
    ///
    /// # Errors
    ///
    /// A device that fails where the point has to be told to other ranks.
    pub fn move_to(&mut self, point: &Array) -> Result<(), HvpError> {
        self.lead(Call::MoveTo, Some(&point.unsqueeze()), &[])?;
        self.move_here(point);
        Ok(())
    }

    /// The same, at this rank.
    pub(super) fn move_here(&mut self, point: &Array) {
        self.parameters = self
            .split(&point.unsqueeze())
            .iter()
            .zip(self.parameters())
            .map(|(value, parameter)| value.reshape(&parameter.shape))
            .collect();
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

    /// One cotangent [1, …] a parameter as a vector.
    pub(crate) fn join_one(&self, parts: Vec<Option<Array>>) -> Array {
        self.join(parts, 1).swap_remove(0)
    }

    /// One cotangent [K, …] a parameter as K vectors, each in memory of its own.
    pub(crate) fn join(&self, parts: Vec<Option<Array>>, count: usize) -> Vec<Array> {
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
        // A device starts one kernel for all directions; in host memory every number is copied once.
        if count == 1 || !on_host(self.space.device()) {
            return Array::cat(&parts, 1).rows();
        }
        let vector = |direction: usize| {
            let row = |part: &Array| {
                let numbers = part.shape()[1];
                part.slice(0, direction, direction + 1).reshape(&[numbers])
            };
            Array::cat(&parts.iter().map(row).collect::<Vec<_>>(), 0)
        };
        let vectors = (0..count).map(vector).collect();
        parts.into_iter().map(Some).for_each(recycle);
        vectors
    }
}
