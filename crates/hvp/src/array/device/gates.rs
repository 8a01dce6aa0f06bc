//! Elements that another array lets through.

use burn_backend::cubecl::dtype_to_storage_type;
use cubecl::prelude::*;
use cubecl::{calculate_cube_count_elemwise, ir::ElemType};

use super::tensors::{array, cube, empty, together};
use crate::array::tensor::Array;

/// Where the elements of `gate` […] are above zero those of `values` [K, …], and zero elsewhere; none where the two do not lie
/// in memory in one order.
pub(crate) fn where_positive(values: &Array, gate: &Array) -> Option<Array> {
    let (values, gate) = (cube(values)?, cube(gate)?);
    let (shape, strides) = (values.meta.shape(), values.meta.strides());
    let count = gate.meta.num_elements();
    // Both dense, in the same order, direction after direction.
    let mut order: Vec<usize> = (1..shape.num_dims()).collect();
    order.sort_by_key(|&axis| std::cmp::Reverse((strides[axis], shape[axis])));
    let mut step = 1;
    for &axis in order.iter().rev() {
        if shape[axis] > 1 && (strides[axis] != step || gate.meta.strides()[axis - 1] != step) {
            return None;
        }
        step *= shape[axis];
    }
    let directions = shape[0];
    if count == 0 || step != count || (directions > 1 && strides[0] != count) {
        return None;
    }
    let mut axes = vec![0];
    axes.extend(&order);
    let mut in_order: Vec<usize> = vec![directions];
    in_order.extend(order.iter().map(|&axis| shape[axis]));
    let out = empty(values, &in_order);
    let together = together(count);
    let units = count / together;
    let dim = CubeDim::new(&out.client, units);
    gate_kernel::launch(
        &out.client,
        calculate_cube_count_elemwise(&out.client, units, dim),
        dim,
        together,
        values.clone().into_tensor_arg(),
        gate.clone().into_tensor_arg(),
        out.clone().into_tensor_arg(),
        directions,
        units,
        dtype_to_storage_type(out.dtype),
    );
    let mut back = vec![0; axes.len()];
    for (place, &axis) in axes.iter().enumerate() {
        back[axis] = place;
    }
    Some(array(out).permute(&back))
}

/// One unit a place, of `count`, in all directions.
#[cube(launch)]
fn gate_kernel<F: Float, N: Size>(
    values: &Tensor<Vector<F, N>>,
    gate: &Tensor<Vector<F, N>>,
    out: &mut Tensor<Vector<F, N>>,
    directions: usize,
    count: usize,
    #[define(F)] _dtype: ElemType,
) {
    let place = ABSOLUTE_POS;
    if place >= count {
        terminate!();
    }
    let gate = gate[place];
    for direction in 0..directions {
        let value = values[direction * count + place];
        let mut kept = Vector::<F, N>::new(F::zero());
        #[unroll]
        for i in 0..value.vector_size() {
            kept.insert(
                i,
                select(gate.extract(i) > F::zero(), value.extract(i), F::zero()),
            );
        }
        out[direction * count + place] = kept;
    }
}
