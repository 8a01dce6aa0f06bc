//! Products of matrices with the accuracy of their type.

use burn_backend::cubecl::dtype_to_storage_type;
use burn_backend::{Shape, calculate_matmul_output};
use burn_cubecl::tensor::CubeTensor;
use burn_std::Metadata;
use cubek::matmul::definition::{MatmulElems, MatmulGlobalElems};
use cubek::matmul::launch::launch_ref;
use cubek::matmul::multi_level::Strategy;
use cubek::matmul::multi_level::routines::TileSizeSelection;
use cubek::matmul::multi_level::routines::batch::double_unit::DoubleUnitSelectionArgs;
use cubek::matmul::multi_level::routines::batch::simple_unit::SimpleUnitSelectionArgs;
use cubek::matmul::routine::BlueprintStrategy;
use cubek::std::InputBinding;

use super::tensors::{array, cube, empty};
use crate::array::tensor::Array;

/// Rows and columns of the result that one cube computes, about.
const TILE: usize = 64;

/// Cubes that keep a device busy, for each of its processors.
const CUBES_PER_PROCESSOR: usize = 4;

/// Processors of a device that does not say.
const PROCESSORS: usize = 16;

/// The fewest numbers of a contraction that are worth a cube of their own.
const SHORTEST_PART: usize = 256;

/// The matrix product of the last two axes, the others broadcast; none where the arrays are not on a GPU, or have nothing to
/// multiply.
///
/// A long contraction with a small result is cut into parts, which are added up at the end: one cube would take long over
/// it, and lose digits.
pub(in crate::array) fn matmul(a: &Array, b: &Array) -> Option<Array> {
    let (left, right) = (cube(a)?, cube(b)?);
    let rank = left.meta.shape().num_dims();
    let [m, k] = [left.meta.shape()[rank - 2], left.meta.shape()[rank - 1]];
    let n = right.meta.shape()[rank - 1];
    let shape = calculate_matmul_output(left.meta.shape(), right.meta.shape()).ok()?;
    if k == 0 || shape.num_elements() == 0 {
        return None;
    }
    let batch = shape.num_elements() / (m * n);
    let parts = parts(left, batch * m.div_ceil(TILE) * n.div_ceil(TILE), k);
    if parts == 1 {
        return product(left.clone(), right.clone(), &shape).map(array);
    }
    let mut cut = shape.to_vec();
    cut.insert(rank - 2, parts);
    let [left, right] = [
        cut_axis(left, rank - 1, parts),
        cut_axis(right, rank - 2, parts),
    ];
    let partial = array(product(left, right, &cut.into())?);
    Some(partial.sum_dim(rank - 2).reshape(&shape))
}

/// Parts of a contraction of k numbers whose result has so many tiles.
fn parts(tensor: &CubeTensor, tiles: usize, k: usize) -> usize {
    let hardware = &tensor.client.properties().hardware;
    let processors = hardware
        .num_streaming_multiprocessors
        .map_or(PROCESSORS, |count| count as usize);
    let wanted = (processors * CUBES_PER_PROCESSOR).div_ceil(tiles);
    let most = k / SHORTEST_PART;
    if wanted < 2 || most < 2 {
        return 1;
    }
    // Parts of one length: the fewest that keep the device busy, or else as many as there can be.
    let divides = |parts: &usize| k.is_multiple_of(*parts);
    (wanted..=most)
        .find(divides)
        .or_else(|| (2..wanted.min(most)).rev().find(divides))
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

/// The product by the first of these kernels that takes it. None of them uses tensor cores.
fn product(left: CubeTensor, right: CubeTensor, shape: &Shape) -> Option<CubeTensor> {
    let out = empty(&left, shape);
    let rank = shape.num_dims();
    let small = shape[rank - 2].min(shape[rank - 1]) < TILE / 2;
    let [smallest, largest] = [
        TileSizeSelection::MinTileSize,
        TileSizeSelection::MaxTileSize,
    ];
    let simple = |tile_size| {
        Strategy::SimpleUnit(BlueprintStrategy::Inferred(SimpleUnitSelectionArgs {
            tile_size,
        }))
    };
    let double = |tile_size| {
        Strategy::DoubleUnit(BlueprintStrategy::Inferred(DoubleUnitSelectionArgs {
            tile_size,
        }))
    };
    let strategies = if small {
        [simple(smallest), simple(largest), Strategy::Naive]
    } else {
        [double(largest), simple(largest), Strategy::Naive]
    };
    let dtype = dtype_to_storage_type(left.dtype);
    strategies
        .into_iter()
        .any(|strategy| {
            let mut dtypes = MatmulElems::from_globals(&MatmulGlobalElems {
                lhs: dtype,
                rhs: dtype,
                out: dtype,
            });
            launch_ref(
                &strategy.into(),
                &out.client,
                InputBinding::new(left.clone().binding(), dtype),
                InputBinding::new(right.clone().binding(), dtype),
                out.clone().binding(),
                &mut dtypes,
            )
            .is_ok()
        })
        .then_some(out)
}
