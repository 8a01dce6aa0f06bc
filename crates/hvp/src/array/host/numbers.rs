//! The numbers of arrays in host memory, borrowed.

use std::marker::PhantomData;
use std::ops::Deref;

use burn_dispatch::backends::flex::{FlexTensor, Layout};
use burn_dispatch::{BackendTensor, DispatchTensorKind};

use super::real::Real;
use crate::array::tensor::{Array, Indices};

pub(super) fn flex(array: &Array) -> Option<&FlexTensor> {
    match &array.0.kind {
        DispatchTensorKind::Flex(BackendTensor::Float(tensor)) => Some(tensor),
        _ => None,
    }
}

/// Whether the numbers of an array are in host memory, where these kernels reach them.
pub(crate) fn reaches(array: &Array) -> bool {
    flex(array).is_some()
}

/// Indices in host memory, row-major.
pub(crate) fn integers(indices: &Indices) -> Vec<i32> {
    match &indices.0.kind {
        DispatchTensorKind::Flex(BackendTensor::Int(tensor)) => {
            let data = tensor.clone().into_data();
            data.iter::<i32>().collect()
        }
        _ => unreachable!("the caller asked `reaches`"),
    }
}

/// The numbers of an array in host memory, row-major.
///
/// They are borrowed, but for an array whose numbers do not lie one after another, of which this is
/// a copy.
pub(crate) struct Numbers<T> {
    tensor: FlexTensor,
    real: PhantomData<T>,
}

impl<T: Real> Numbers<T> {
    /// # Panics
    ///
    /// When [`reaches`] says no, or T is not the type of the array's numbers.
    pub fn of(array: &Array) -> Self {
        let tensor = flex(array).expect("the caller asked `reaches`");
        let tensor = if T::slice(tensor).is_some() {
            tensor.clone()
        } else {
            tensor.to_contiguous()
        };
        Numbers {
            tensor,
            real: PhantomData,
        }
    }
}

impl<T: Real> Deref for Numbers<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        T::slice(&self.tensor).expect("made contiguous, of this type")
    }
}

/// The numbers of an array [K, …] direction by direction, where a shared one may stand for all K.
///
/// They are borrowed where those of one direction lie one after another, which is all that a part of
/// many parameters has.
pub(crate) struct Directed<T> {
    tensor: FlexTensor,
    start: usize,
    stride: usize,
    len: usize,
    directions: usize,
    real: PhantomData<T>,
}

/// Pairs of arguments whose contractions are added up.
pub(crate) type Pairs<'a, T> = [(&'a Directed<T>, &'a Directed<T>)];

impl<T: Real> Directed<T> {
    /// # Panics
    ///
    /// When [`reaches`] says no, or T is not the type of the array's numbers.
    pub fn of(array: &Array) -> Self {
        let tensor = flex(array).expect("the caller asked `reaches`");
        let tensor = match rows(tensor.layout()) {
            Some(_) => tensor.clone(),
            None => tensor.to_contiguous(),
        };
        let layout = tensor.layout();
        let directions = array.shape()[0];
        Directed {
            start: layout.start_offset(),
            stride: rows(layout).expect("made contiguous"),
            len: array.shape()[1..].iter().product(),
            directions,
            tensor,
            real: PhantomData,
        }
    }

    /// How many directions it has, one where all share it.
    pub fn directions(&self) -> usize {
        self.directions
    }

    /// Whether direction `k` has other numbers than the one before it: what all share is the same from the first.
    pub fn differs(&self, k: usize) -> bool {
        k == 0 || self.directions > 1
    }

    /// The numbers of direction `k`.
    pub fn direction(&self, k: usize) -> &[T] {
        let k = if self.directions == 1 { 0 } else { k };
        let start = self.start + k * self.stride;
        &T::storage(&self.tensor)[start..start + self.len]
    }
}

/// The stride of the first axis, where everything behind it lies one after another.
pub(super) fn rows(layout: &Layout) -> Option<usize> {
    let shape = layout.shape();
    let mut expected = 1;
    for axis in (1..shape.num_dims()).rev() {
        if shape[axis] != 1 && layout.strides()[axis] != expected {
            return None;
        }
        expected *= shape[axis] as isize;
    }
    usize::try_from(layout.strides()[0]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::host::tests::counted;
    use crate::precision::Precision;

    #[test]
    fn numbers_are_borrowed_where_they_lie() {
        let whole = counted(&[4, 3], Precision::F32);
        let numbers = Numbers::<f32>::of(&whole);
        assert_eq!(numbers[5], 5.0);
        assert_eq!(
            numbers.as_ptr(),
            Numbers::<f32>::of(&whole.reshape(&[12])).as_ptr()
        );
        // A part that starts inside, an order of axes and a repetition read as what they are.
        let part = Numbers::<f32>::of(&whole.slice(0, 1, 3)).to_vec();
        assert_eq!(part, [3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        let turned = Numbers::<f32>::of(&whole.transpose()).to_vec();
        assert_eq!(turned[..5], [0.0, 3.0, 6.0, 9.0, 1.0]);
        let repeated = Numbers::<f32>::of(&whole.slice(0, 1, 2).expand(&[2, 3])).to_vec();
        assert_eq!(repeated, [3.0, 4.0, 5.0, 3.0, 4.0, 5.0]);
    }

    #[test]
    fn what_directions_share_is_the_same_for_all() {
        let [own, shared] = [2, 1].map(|k| Directed::<f32>::of(&counted(&[k, 3], Precision::F32)));
        assert_eq!([0, 1].map(|k| own.differs(k)), [true, true]);
        assert_eq!([0, 1].map(|k| shared.differs(k)), [true, false]);
        assert_eq!(own.direction(1), [3.0, 4.0, 5.0]);
        assert_eq!(shared.direction(1), shared.direction(0));
    }
}
