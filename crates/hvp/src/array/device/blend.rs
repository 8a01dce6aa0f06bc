//! Linear combinations of two arrays of one shape.

use burn_backend::cubecl::dtype_to_storage_type;
use cubecl::prelude::*;
use cubecl::{calculate_cube_count_elemwise, ir::ElemType};

use super::tensors::{array, cube, empty, flat};
use crate::array::tensor::Array;

/// `a x + b y`; none where the arrays are not on a GPU.
pub(crate) fn blend(x: &Array, a: f64, y: &Array, b: f64) -> Option<Array> {
    let shape = x.shape();
    let count: usize = shape.iter().product();
    let [x, y] = [x, y].map(flat);
    let [x, y] = [cube(&x)?, cube(&y)?];
    let out = empty(x, &shape);
    if count > 0 {
        let dim = CubeDim::new(&out.client, count);
        let dtype = dtype_to_storage_type(out.dtype);
        blend_kernel::launch(
            &out.client,
            calculate_cube_count_elemwise(&out.client, count, dim),
            dim,
            x.clone().into_tensor_arg(),
            y.clone().into_tensor_arg(),
            out.clone().into_tensor_arg(),
            InputScalar::new(a, dtype),
            InputScalar::new(b, dtype),
            count,
            dtype,
        );
    }
    Some(array(out))
}

/// One unit a number, of `count`.
#[cube(launch)]
fn blend_kernel<F: Float>(
    x: &Tensor<F>,
    y: &Tensor<F>,
    out: &mut Tensor<F>,
    a: InputScalar,
    b: InputScalar,
    count: usize,
    #[define(F)] _dtype: ElemType,
) {
    let place = ABSOLUTE_POS;
    if place >= count {
        terminate!();
    }
    out[place] = a.get::<F>() * x[place] + b.get::<F>() * y[place];
}
