//! Products of matrices with the accuracy of their type.

mod blocks;
mod kernel;
mod plain;
mod tiling;

use burn_backend::calculate_matmul_output;
use burn_backend::cubecl::dtype_to_storage_type;
use burn_cubecl::tensor::CubeTensor;
use burn_std::Metadata;
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

use self::kernel::matmul_kernel;
use self::plain::plain_kernel;
use self::tiling::{QUAD, SIDE, Tiling, UNITS};
use super::tensors::{array, cube, empty};
use crate::array::tensor::Array;

/// Cubes that keep a device busy, for each of its processors.
const CUBES_PER_PROCESSOR: usize = 4;

/// Processors of a device that does not say.
const PROCESSORS: usize = 16;

/// The fewest numbers of a contraction that are worth a cube of their own.
const SHORTEST_PART: usize = 256;

/// Quads of rows and of columns that a unit computes: large tiles read less, small ones waste less of what is small.
fn quads(processors: usize, shape: &[usize], k: usize) -> [usize; 2] {
    let rank = shape.len();
    let [m, n] = [shape[rank - 2], shape[rank - 1]];
    let tile = SIDE * QUAD;
    let [rows, columns] = [m, n].map(|extent| if extent > tile { 2 } else { 1 });
    let batch: usize = shape[..rank - 2].iter().product();
    let tiles = batch * m.div_ceil(rows * tile) * n.div_ceil(columns * tile);
    if tiles < processors && k < 2 * SHORTEST_PART {
        // A contraction that is not cut into parts keeps more processors busy with small tiles.
        return [1, 1];
    }
    [rows, columns]
}

/// How the kernel goes over two matrices.
fn tiling(
    left: &CubeTensor,
    right: &CubeTensor,
    out: &CubeTensor,
    quads: [usize; 2],
    onto: bool,
) -> Tiling {
    let by_rows = |tensor: &CubeTensor| {
        let strides = tensor.meta.strides();
        strides[strides.len() - 1] <= strides[strides.len() - 2]
    };
    Tiling {
        rows: quads[0],
        columns: quads[1],
        left_by_rows: by_rows(left),
        right_by_rows: by_rows(right),
        left_quads: has_quads(left, by_rows(left)),
        right_quads: has_quads(right, by_rows(right)),
        out_quads: has_quads(out, true),
        onto,
    }
}

/// Whether a matrix is made of quads of neighbours along rows, or columns: every matrix begins with one, as every row does.
fn has_quads(tensor: &CubeTensor, by_rows: bool) -> bool {
    let (shape, strides) = (tensor.meta.shape(), tensor.meta.strides());
    let neighbours = shape.num_dims() - if by_rows { 1 } else { 2 };
    strides[neighbours] == 1
        && shape[neighbours].is_multiple_of(QUAD)
        && (0..shape.num_dims()).all(|axis| {
            axis == neighbours || shape[axis] == 1 || strides[axis].is_multiple_of(QUAD)
        })
}

/// Whether a driver computes in software: CubeCL gives its Vulkan kernels no valid shared memory (0.11.3).
fn in_software(tensor: &CubeTensor) -> bool {
    #[cfg(feature = "vulkan")]
    if let cubecl::Device::Wgpu(device) = &tensor.device {
        use cubecl::wgpu::{WgpuBackend, WgpuDeviceKind};
        return device.backend == WgpuBackend::Vulkan && device.kind == WgpuDeviceKind::Cpu;
    }
    let _ = tensor;
    false
}

fn processors(tensor: &CubeTensor) -> usize {
    let hardware = &tensor.client.properties().hardware;
    hardware
        .num_streaming_multiprocessors
        .map_or(PROCESSORS, |count| count as usize)
}

/// The matrix product of the last two axes, the others broadcast; none where the arrays are not on a GPU, or have nothing to
/// multiply.
///
/// A long contraction with a small result is cut into parts, which are added up at the end: one cube would take long over
/// it, and lose digits.
pub(in crate::array) fn matmul(a: &Array, b: &Array) -> Option<Array> {
    matmul_onto(a, b, &mut None)
}

/// The product, added to what `onto` has, which is taken; see [`matmul`].
pub(in crate::array) fn matmul_onto(
    a: &Array,
    b: &Array,
    onto: &mut Option<Array>,
) -> Option<Array> {
    let (left, right) = (cube(a)?, cube(b)?);
    let rank = left.meta.shape().num_dims();
    let [m, k] = [left.meta.shape()[rank - 2], left.meta.shape()[rank - 1]];
    let n = right.meta.shape()[rank - 1];
    let shape = calculate_matmul_output(left.meta.shape(), right.meta.shape()).ok()?;
    let shape = shape.to_vec();
    let size: usize = shape.iter().product();
    if k == 0 || size == 0 {
        return None;
    }
    let processors = processors(left);
    let quads = quads(processors, &shape, k);
    let [height, width] = quads.map(|quads| quads * SIDE * QUAD);
    let tiles = size / (m * n) * m.div_ceil(height) * n.div_ceil(width);
    let parts = parts(processors * CUBES_PER_PROCESSOR, tiles, k);
    if parts == 1 {
        let (own, other) = match onto.take() {
            Some(onto) if can_be_written(&onto, &shape) => (cube(&onto).cloned(), None),
            other => (None, other),
        };
        let product = array(product(left, right, &shape, quads, own));
        return Some(match other {
            Some(other) => product.plus(other),
            None => product,
        });
    }
    let mut cut = shape.clone();
    cut.insert(rank - 2, parts);
    let [left, right] = [
        cut_axis(left, rank - 1, parts),
        cut_axis(right, rank - 2, parts),
    ];
    let partial = array(product(&left, &right, &cut, quads, None));
    let product = partial.sum_dim(rank - 2).reshape(&shape);
    Some(match onto.take() {
        Some(onto) => product.plus(onto),
        None => product,
    })
}

/// Whether nothing else has the numbers of an array, and it lies as a result of this shape does.
fn can_be_written(onto: &Array, shape: &[usize]) -> bool {
    cube(onto).is_some_and(|onto| {
        onto.handle.can_mut() && onto.meta.shape().to_vec() == shape && onto.is_contiguous()
    })
}

/// Parts of one length of a contraction of k numbers whose result has so many tiles: the fewest that make `busy` cubes, or
/// else as many as there can be.
fn parts(busy: usize, tiles: usize, k: usize) -> usize {
    let (wanted, most) = (busy.div_ceil(tiles), k / SHORTEST_PART);
    let divides = |parts: &usize| k.is_multiple_of(*parts);
    (wanted..=most)
        .find(divides)
        .or_else(|| (2..=wanted.min(most)).rev().find(divides))
        .unwrap_or(1)
}

/// Cuts an axis into so many parts, which make an axis before the last two; nothing is moved.
fn cut_axis(tensor: &CubeTensor, axis: usize, parts: usize) -> CubeTensor {
    let (mut shape, mut strides) = (tensor.meta.shape().to_vec(), tensor.meta.strides().to_vec());
    let rank = shape.len();
    shape[axis] /= parts;
    let step = shape[axis] * strides[axis];
    shape.insert(rank - 2, parts);
    strides.insert(rank - 2, step);
    let mut cut = tensor.clone();
    *cut.meta = Metadata::new(shape, strides);
    cut
}

fn product(
    left: &CubeTensor,
    right: &CubeTensor,
    shape: &[usize],
    quads: [usize; 2],
    onto: Option<CubeTensor>,
) -> CubeTensor {
    let tiled = |out: &CubeTensor, onto: bool| tiling(left, right, out, quads, onto);
    let (out, tiling) = match onto {
        Some(out) => (out.clone(), tiled(&out, true)),
        None => {
            let out = empty(left, shape);
            let tiling = tiled(&out, false);
            (out, tiling)
        }
    };
    let [left, right] = [left, right].map(|tensor| tensor.clone().into_tensor_arg());
    let dtype = dtype_to_storage_type(out.dtype);
    if in_software(&out) {
        let count = out.meta.num_elements();
        let dim = CubeDim::new(&out.client, count);
        plain_kernel::launch(
            &out.client,
            calculate_cube_count_elemwise(&out.client, count, dim),
            dim,
            left,
            right,
            out.clone().into_tensor_arg(),
            count,
            tiling.onto,
            dtype,
        );
        return out;
    }
    let rank = shape.len();
    let across = shape[rank - 1].div_ceil(tiling.width());
    let tiles = across * shape[rank - 2].div_ceil(tiling.height());
    let cubes = tiles * shape[..rank - 2].iter().product::<usize>();
    let dim = CubeDim::new_2d(SIDE as u32, SIDE as u32);
    let size = |quads: bool| if quads { QUAD } else { 1 };
    matmul_kernel::launch(
        &out.client,
        calculate_cube_count_elemwise(&out.client, cubes * UNITS, dim),
        dim,
        size(tiling.left_quads),
        size(tiling.right_quads),
        size(tiling.out_quads),
        left,
        right,
        out.clone().into_tensor_arg(),
        across,
        tiles,
        cubes,
        tiling,
        dtype,
    );
    out
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn contractions_are_cut_into_parts_of_one_length() {
        // Enough tiles, or a short contraction: whole.
        assert_eq!(parts(512, 512, 1 << 20), 1);
        assert_eq!(parts(512, 1, 511), 1);
        // The fewest that suffice, of at least 256 numbers.
        assert_eq!(parts(512, 16, 1 << 20), 32);
        assert_eq!(parts(512, 16, 33 * 4096), 32);
        assert_eq!(parts(512, 1, 4096), 16);
        // A prime number cannot be cut.
        assert_eq!(parts(512, 1, 1_000_003), 1);
        for (tiles, k) in [(1, 100_000), (7, 98_280), (100, 12_345)] {
            assert_eq!(k % parts(512, tiles, k), 0);
        }
    }
}
