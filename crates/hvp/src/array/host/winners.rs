//! Max-pooling's choice of elements, forward and back.

use rayon::prelude::*;

use super::numbers::Numbers;
use super::real::Real;
use super::results::array;
use super::scratch::scratch;
use crate::array::tensor::Array;

/// The winner of each window within its plane, or a negative number where a window has none.
pub(crate) struct Winners<'a> {
    /// One a window, for the planes of one direction one after another.
    pub places: &'a [i32],
    /// Elements of a plane before pooling.
    pub input: usize,
    /// Windows of a plane.
    pub output: usize,
}

impl Winners<'_> {
    /// The winners of a plane, for planes numbered through all directions.
    fn of_plane(&self, plane: usize) -> &[i32] {
        let planes = self.places.len() / self.output;
        let start = plane % planes * self.output;
        &self.places[start..start + self.output]
    }

    /// The chosen elements of planes [K, …].
    pub fn choose<T: Real>(&self, from: &Array, shape: &[usize]) -> Array {
        let from = Numbers::<T>::of(from);
        let mut out = scratch(shape.iter().product());
        if self.output > 0 {
            out.par_chunks_mut(self.output)
                .zip(from.par_chunks(self.input))
                .enumerate()
                .for_each(|(plane, (out, from))| {
                    for (out, &place) in out.iter_mut().zip(self.of_plane(plane)) {
                        *out = usize::try_from(place).map_or(T::ZERO, |place| from[place]);
                    }
                });
        }
        array(out, shape)
    }

    /// The transpose of [`choose`](Self::choose): elements [K, …] added where they were chosen from.
    pub fn place<T: Real>(&self, from: &Array, shape: &[usize]) -> Array {
        let from = Numbers::<T>::of(from);
        let mut out = scratch(shape.iter().product());
        if self.output == 0 {
            out.fill(T::ZERO);
        } else {
            out.par_chunks_mut(self.input)
                .zip(from.par_chunks(self.output))
                .enumerate()
                .for_each(|(plane, (out, from))| {
                    out.fill(T::ZERO);
                    for (&value, &place) in from.iter().zip(self.of_plane(plane)) {
                        if let Ok(place) = usize::try_from(place) {
                            out[place] += value;
                        }
                    }
                });
        }
        array(out, shape)
    }
}
