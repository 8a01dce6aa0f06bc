//! Arrays of numbers in host memory: new ones, changed ones, and others in the same memory.

use burn_dispatch::backends::flex::{FlexTensor, Layout};
use burn_dispatch::{BackendTensor, DispatchAutodiffContext, DispatchTensor, DispatchTensorKind};

use super::numbers::{Numbers, flex, rows};
use super::real::Real;
use super::scratch::scratch;
use crate::array::tensor::Array;

/// An array [K, n] under another shape [K, …] without a copy, where a direction's numbers lie one
/// after another.
pub(crate) fn reshape_directions(array: &Array, shape: &[usize]) -> Option<Array> {
    let tensor = flex(array)?;
    let old = tensor.layout();
    if old.shape().num_dims() != 2 || old.is_contiguous() || shape.first() != Some(&old.shape()[0])
    {
        return None;
    }
    let mut strides = vec![rows(old)? as isize];
    for axis in 1..shape.len() {
        strides.push(shape[axis + 1..].iter().product::<usize>() as isize);
    }
    let layout = Layout::new(shape.to_vec().into(), strides, old.start_offset());
    Some(wrap(tensor.clone().with_layout(layout)))
}

fn wrap(tensor: FlexTensor) -> Array {
    Array(DispatchTensor {
        kind: DispatchTensorKind::Flex(BackendTensor::Float(tensor)),
        autodiff: DispatchAutodiffContext::Disabled,
    })
}

/// An array of row-major numbers in host memory.
pub(crate) fn array<T: Real>(values: Vec<T>, shape: &[usize]) -> Array {
    wrap(T::tensor(values, shape))
}

/// Whether [`change`] writes over the numbers of an array in place.
pub(crate) fn is_own<T: Real>(array: &Array) -> bool {
    flex(array).is_some_and(|tensor| tensor.is_unique() && T::slice(tensor).is_some())
}

/// Lets `change` write over the numbers of an array, in place where nothing else reads them.
pub(crate) fn change<T: Real>(array: Array, change: impl FnOnce(&mut [T])) -> Array {
    let shape = array.shape();
    let mut array = array;
    if let DispatchTensorKind::Flex(BackendTensor::Float(tensor)) = &mut array.0.kind
        && let Some(values) = T::slice_mut(tensor)
    {
        change(values);
        return array;
    }
    let mut values = scratch(shape.iter().product());
    values.copy_from_slice(&Numbers::<T>::of(&array));
    drop(array);
    change(&mut values);
    self::array(values, &shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::host::real::with_real;
    use crate::array::host::tests::counted;
    use crate::precision::Precision;

    #[test]
    fn directions_are_reshaped_where_they_lie() {
        let all = counted(&[3, 8], Precision::F64);
        let part = all.slice(1, 2, 8);
        let shaped =
            reshape_directions(&part, &[3, 2, 3]).expect("numbers of a direction lie together");
        assert_eq!(
            shaped.to_f64().expect("numbers"),
            part.to_f64().expect("numbers")
        );
        assert_eq!(shaped.shape(), [3, 2, 3]);
        // Another way does for what lies together, for fewer directions, and for more axes.
        assert!(reshape_directions(&all, &[3, 2, 4]).is_none());
        assert!(reshape_directions(&part, &[2, 3, 3]).is_none());
        assert!(reshape_directions(&shaped, &[3, 6]).is_none());
    }

    #[test]
    fn a_change_is_seen_by_nobody_else() {
        for precision in [Precision::F32, Precision::F64] {
            let first = counted(&[2, 3], precision);
            let double = |array: Array| {
                with_real!(&array.clone(), T => change::<T>(array, |values| {
                    values.iter_mut().for_each(|x| *x = *x + *x);
                }))
            };
            let second = double(first.clone());
            assert_eq!(first.to_f64().expect("numbers")[5], 5.0);
            assert_eq!(second.to_f64().expect("numbers")[5], 10.0);
            let part = double(second.slice(0, 1, 2));
            assert_eq!(part.shape(), [1, 3]);
            assert_eq!(part.to_f64().expect("numbers"), [12.0, 16.0, 20.0]);
            assert_eq!(second.to_f64().expect("numbers")[5], 10.0);
        }
    }

    #[test]
    fn an_array_is_its_own_where_nothing_else_reads_its_numbers_in_order() {
        let first = counted(&[2, 3], Precision::F32);
        assert!(is_own::<f32>(&first));
        let second = first.clone();
        assert!(!is_own::<f32>(&first) && !is_own::<f32>(&second));
        drop(first);
        assert!(is_own::<f32>(&second));
        // Nobody else reads it, but its numbers do not lie in order.
        let turned = second.transpose();
        drop(second);
        assert!(!is_own::<f32>(&turned));
    }
}
