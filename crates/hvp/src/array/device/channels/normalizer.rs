//! What batch normalization computes of the statistics of its channels, a kernel each.

use burn_backend::cubecl::dtype_to_storage_type;
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

use super::kernels::{pull_kernel, scale_kernel};
use crate::array::device::tensors::{argument, array, cube, empty, flat};
use crate::array::tensor::Array;

/// The factor `γ (v + ε)^(-1/2)` of variances and γ [c]: [1, c].
///
/// # Panics
///
/// When [`reaches`](crate::array::device::reaches) says no.
pub(crate) fn scale(variance: &Array, gamma: &Array, epsilon: f64) -> Array {
    let [variance, gamma] = [variance, gamma].map(flat);
    let channels = variance.shape()[0];
    let like = cube(&variance).expect("the caller asked `reaches`");
    let out = empty(like, &[channels]);
    if channels > 0 {
        let dim = CubeDim::new(&out.client, channels);
        let dtype = dtype_to_storage_type(out.dtype);
        scale_kernel::launch(
            &out.client,
            calculate_cube_count_elemwise(&out.client, channels, dim),
            dim,
            argument(&variance),
            argument(&gamma),
            out.clone().into_tensor_arg(),
            InputScalar::new(epsilon, dtype),
            channels,
            dtype,
        );
    }
    array(out).reshape(&[1, channels])
}

/// Numbers per channel and direction, [K, c], of which the pull-back of a normalization is made.
pub(crate) struct Pulled {
    /// The factor of x - μ.
    pub factor: Array,
    /// What is added.
    pub shift: Array,
    /// γ̄.
    pub gamma: Array,
    /// γ s, the factor of ȳ, [1, c].
    pub scale: Array,
}

/// What the pull-back takes of the sums of ȳ and of ȳ (x - μ), [K, c], over `1 / share` numbers each.
///
/// # Panics
///
/// When [`reaches`](crate::array::device::reaches) says no.
pub(crate) fn pulled(
    [totals, moments]: [&Array; 2],
    variance: &Array,
    gamma: &Array,
    epsilon: f64,
    share: f64,
) -> Pulled {
    let [directions, channels] = [0, 1].map(|axis| totals.shape()[axis]);
    let [totals, moments, variance, gamma] = [totals, moments, variance, gamma].map(flat);
    let like = cube(&totals).expect("the caller asked `reaches`");
    let count = directions * channels;
    let out = empty(like, &[3 * count + channels]);
    if count > 0 {
        let dim = CubeDim::new(&out.client, count);
        let dtype = dtype_to_storage_type(out.dtype);
        pull_kernel::launch(
            &out.client,
            calculate_cube_count_elemwise(&out.client, count, dim),
            dim,
            argument(&totals),
            argument(&moments),
            argument(&variance),
            argument(&gamma),
            out.clone().into_tensor_arg(),
            InputScalar::new(epsilon, dtype),
            InputScalar::new(share, dtype),
            channels,
            count,
            dtype,
        );
    }
    let all = array(out);
    let part = |which: usize, directions: usize| {
        let numbers = all.slice(0, which * count, which * count + directions * channels);
        numbers.reshape(&[directions, channels])
    };
    Pulled {
        factor: part(0, directions),
        shift: part(1, directions),
        gamma: part(2, directions),
        scale: part(3, 1),
    }
}
