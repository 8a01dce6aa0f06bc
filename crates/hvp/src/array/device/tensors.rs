//! Arrays as CubeCL's tensors.

use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_cubecl::tensor::CubeTensor;
use burn_dispatch::{BackendTensor, DispatchAutodiffContext, DispatchTensor, DispatchTensorKind};
use burn_std::Metadata;
use cubecl::prelude::TensorArg;

use crate::array::tensor::Array;

pub(super) fn cube(array: &Array) -> Option<&CubeTensor> {
    match &array.0.kind {
        DispatchTensorKind::Cube(BackendTensor::Float(tensor)) => Some(tensor),
        _ => None,
    }
}

/// Whether the numbers of an array are on a GPU, where these kernels reach them.
pub(crate) fn reaches(array: &Array) -> bool {
    cube(array).is_some()
}

pub(super) fn array(tensor: CubeTensor) -> Array {
    Array(DispatchTensor {
        kind: DispatchTensorKind::Cube(BackendTensor::Float(tensor)),
        autodiff: DispatchAutodiffContext::Disabled,
    })
}

/// An array as a kernel takes it, which owns its memory until the kernel is launched.
pub(super) fn argument(array: &Array) -> TensorArg {
    let tensor = cube(array).expect("the caller asked `reaches`");
    tensor.clone().into_tensor_arg()
}

/// A tensor without values, row-major, of the type and on the device of another.
pub(super) fn empty(like: &CubeTensor, shape: &[usize]) -> CubeTensor {
    empty_device_contiguous_dtype(
        like.client.clone(),
        like.device.clone(),
        shape.to_vec().into(),
        like.dtype,
    )
}

/// All numbers of an array, row by row: a device may leave room behind each row of one with several axes.
pub(super) fn flat(array: &Array) -> Array {
    array.reshape(&[array.shape().iter().product()])
}

/// Numbers that units take together where they are neighbours in memory.
const TOGETHER: usize = 4;

/// How many neighbours units take together of rows of so many, all of which lie as one.
pub(super) fn together(neighbours: usize) -> usize {
    if neighbours.is_multiple_of(TOGETHER) {
        TOGETHER
    } else {
        1
    }
}

/// How many channels units take together of images [L, n, g c, h, w] with groups of c channels.
pub(super) fn channels_together(images: &CubeTensor, channels: usize) -> usize {
    let (shape, strides) = (images.meta.shape(), images.meta.strides());
    let apart = |axis: usize| shape[axis] == 1 || strides[axis].is_multiple_of(TOGETHER);
    if strides[2] == 1 && [0, 1, 3, 4].into_iter().all(apart) {
        together(channels)
    } else {
        1
    }
}

/// The same numbers in another shape, where they need not be moved for it; none where they must be, or are not on a GPU.
pub(crate) fn view(array: &Array, shape: &[usize]) -> Option<Array> {
    let tensor = cube(array)?;
    let strides = strides_of_view(tensor.meta.shape(), tensor.meta.strides(), shape)?;
    let mut view = tensor.clone();
    *view.meta = Metadata::new(shape.to_vec(), strides);
    Some(self::array(view))
}

/// The steps along the axes of another shape of the same numbers, if there are such.
///
/// Axes are taken in groups, the smallest that have the same extent before and after; the old axes of a group must lie in
/// memory as one. Axes of extent one lie anywhere.
fn strides_of_view(old: &[usize], strides: &[usize], new: &[usize]) -> Option<Vec<usize>> {
    let count: usize = old.iter().product();
    if count == 0 || count != new.iter().product::<usize>() {
        return None;
    }
    let old: Vec<(usize, usize)> = old
        .iter()
        .copied()
        .zip(strides.iter().copied())
        .filter(|&(extent, _)| extent > 1)
        .collect();
    let mut found = vec![1; new.len()];
    let (mut old_end, mut new_end) = (old.len(), new.len());
    while new_end > 0 {
        if new[new_end - 1] == 1 {
            new_end -= 1;
            continue;
        }
        let (mut old_start, mut new_start) = (old_end.checked_sub(1)?, new_end - 1);
        let (mut before, mut after) = (old[old_start].0, new[new_start]);
        while before != after {
            if before < after {
                let (outer, inner) = (old.get(old_start.checked_sub(1)?)?, old[old_start]);
                if outer.1 != inner.0 * inner.1 {
                    return None;
                }
                old_start -= 1;
                before *= outer.0;
            } else {
                new_start = new_start.checked_sub(1)?;
                after *= new[new_start];
            }
        }
        let mut step = old[old_end - 1].1;
        for axis in (new_start..new_end).rev() {
            found[axis] = step;
            step *= new[axis];
        }
        (old_end, new_end) = (old_start, new_start);
    }
    // An axis of extent one has the step that it would have if all lay as one.
    for axis in (0..new.len()).rev() {
        if new[axis] == 1 {
            found[axis] = new
                .get(axis + 1)
                .map_or(1, |extent| extent * found[axis + 1]);
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::strides_of_view;

    #[test]
    fn numbers_that_lie_as_they_are_need_not_be_moved() {
        let view =
            |old: &[usize], strides: &[usize], new: &[usize]| strides_of_view(old, strides, new);
        // Row-major numbers have a view in any shape.
        assert_eq!(view(&[2, 3, 4], &[12, 4, 1], &[6, 4]), Some(vec![4, 1]));
        assert_eq!(view(&[6, 4], &[4, 1], &[2, 3, 4]), Some(vec![12, 4, 1]));
        assert_eq!(view(&[24], &[1], &[4, 1, 6]), Some(vec![6, 6, 1]));
        // Axes of extent one come and go, whatever their steps.
        let channels_last = ([2, 3, 4, 5], [60, 1, 15, 3]);
        assert_eq!(
            view(&channels_last.0, &channels_last.1, &[1, 2, 3, 4, 5]),
            Some(vec![120, 60, 1, 15, 3])
        );
        assert_eq!(
            view(&[1, 2, 3, 4, 5], &[7, 60, 1, 15, 3], &[2, 3, 4, 5]),
            Some(vec![60, 1, 15, 3])
        );
        // Height and width lie as one, channels before them do not.
        assert_eq!(
            view(&channels_last.0, &channels_last.1, &[2, 3, 20]),
            Some(vec![60, 1, 3])
        );
        assert_eq!(view(&channels_last.0, &channels_last.1, &[2, 60]), None);
        assert_eq!(view(&[4, 6], &[1, 4], &[24]), None);
        // A repeated axis is no part of another.
        assert_eq!(view(&[3, 4], &[0, 1], &[12]), None);
        assert_eq!(view(&[3, 4], &[0, 1], &[3, 2, 2]), Some(vec![0, 2, 1]));
        assert_eq!(view(&[2, 0], &[0, 1], &[0]), None);
        assert_eq!(view(&[1], &[5], &[1, 1]), Some(vec![1, 1]));
    }
}
