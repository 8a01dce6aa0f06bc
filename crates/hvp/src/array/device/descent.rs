//! Steps of SGD with momentum, a kernel for each parameter.

use burn_backend::cubecl::dtype_to_storage_type;
use cubecl::prelude::*;
use cubecl::{calculate_cube_count_elemwise, ir::ElemType};

use super::tensors::{array, cube, empty, flat, together};
use crate::array::tensor::Array;

/// The rate, momentum and decay of a step.
pub(crate) type Rates = [f64; 3];

/// The next weight and momentum after `m = momentum m + (g + decay w)`, `w -= rate m`; none where the arrays are not on a GPU.
pub(crate) fn descend(
    weight: &Array,
    momentum: &Array,
    gradient: &Array,
    [rate, keep, decay]: Rates,
) -> Option<(Array, Array)> {
    let shape = weight.shape();
    let count: usize = shape.iter().product();
    let [weight, momentum, gradient] = [weight, momentum, gradient].map(flat);
    let [w, m, g] = [cube(&weight)?, cube(&momentum)?, cube(&gradient)?];
    let [next, kept] = [empty(w, &shape), empty(w, &shape)];
    if count > 0 {
        let together = together(count);
        let units = count / together;
        let dim = CubeDim::new(&w.client, units);
        let dtype = dtype_to_storage_type(w.dtype);
        let [rate, keep, decay] = [rate, keep, decay].map(|value| InputScalar::new(value, dtype));
        descend_kernel::launch(
            &w.client,
            calculate_cube_count_elemwise(&w.client, units, dim),
            dim,
            together,
            w.clone().into_tensor_arg(),
            m.clone().into_tensor_arg(),
            g.clone().into_tensor_arg(),
            next.clone().into_tensor_arg(),
            kept.clone().into_tensor_arg(),
            rate,
            keep,
            decay,
            units,
            dtype,
        );
    }
    Some((array(next), array(kept)))
}

/// One unit some neighbours, of `count`.
#[cube(launch)]
fn descend_kernel<F: Float, N: Size>(
    weight: &Tensor<Vector<F, N>>,
    momentum: &Tensor<Vector<F, N>>,
    gradient: &Tensor<Vector<F, N>>,
    next: &mut Tensor<Vector<F, N>>,
    kept: &mut Tensor<Vector<F, N>>,
    rate: InputScalar,
    keep: InputScalar,
    decay: InputScalar,
    count: usize,
    #[define(F)] _dtype: ElemType,
) {
    let place = ABSOLUTE_POS;
    if place >= count {
        terminate!();
    }
    let rate = Vector::<F, N>::new(rate.get::<F>());
    let keep = Vector::<F, N>::new(keep.get::<F>());
    let decay = Vector::<F, N>::new(decay.get::<F>());
    let w = weight[place];
    let m = momentum[place] * keep + (gradient[place] + w * decay);
    kept[place] = m;
    next[place] = w - m * rate;
}
