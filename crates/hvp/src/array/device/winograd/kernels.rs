//! The kernels of Winograd's transforms.

use cubecl::ir::ElemType;
use cubecl::prelude::*;
use cubecl::std::FastDivmod;

/// Places of a tile.
pub(crate) const PLACES: usize = 16;

/// One unit a tile with some channels. `axes` are the extents of [L, m, down, across, c] but for L, last axis first; `count`
/// units in all. Of cotangents of outputs a tile has 2 × 2.
#[cube(launch)]
pub(super) fn images_kernel<F: Float, N: Size>(
    images: &Tensor<Vector<F, N>>,
    out: &mut Tensor<Vector<F, N>>,
    axes: Sequence<FastDivmod<usize>>,
    count: usize,
    first: usize,
    before_h: usize,
    before_w: usize,
    #[comptime] cotangents: bool,
    #[define(F)] _dtype: ElemType,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let (rest, channel) = axes.index(0).div_mod(ABSOLUTE_POS);
    let (rest, column) = axes.index(1).div_mod(rest);
    let (rest, row) = axes.index(2).div_mod(rest);
    let (direction, image) = axes.index(3).div_mod(rest);
    let width = out.vector_size();
    let place = direction * images.stride(0)
        + (first + image) * images.stride(1)
        + channel * width * images.stride(2);
    let mut tile = Array::<Vector<F, N>>::new(comptime!(PLACES));
    let side = comptime!(if cotangents { 2usize } else { 4usize });
    #[unroll]
    for i in 0..side {
        // Counted from the first of the zeros before the image.
        let y = 2 * row + i;
        #[unroll]
        for j in 0..side {
            let x = 2 * column + j;
            let mut value = Vector::<F, N>::new(F::zero());
            if y >= before_h
                && y < before_h + images.shape(3)
                && x >= before_w
                && x < before_w + images.shape(4)
            {
                let place =
                    place + (y - before_h) * images.stride(3) + (x - before_w) * images.stride(4);
                value = images[place / width];
            }
            tile[comptime!(4 * i + j)] = value;
        }
    }
    if comptime!(cotangents) {
        // Rows of two, then columns of two.
        #[unroll]
        for i in 0..2usize {
            doubled::<F, N>(&mut tile, comptime!(4 * i), 1usize);
        }
        #[unroll]
        for j in 0..4usize {
            doubled::<F, N>(&mut tile, j, 4usize);
        }
    } else {
        #[unroll]
        for i in 0..4usize {
            differences::<F, N>(&mut tile, comptime!(4 * i), 1usize);
        }
        #[unroll]
        for j in 0..4usize {
            differences::<F, N>(&mut tile, j, 4usize);
        }
    }
    #[unroll]
    for place in 0..comptime!(PLACES) {
        out[place * count + ABSOLUTE_POS] = tile[place];
    }
}

/// `Bᵀ d` for four neighbours d, a step apart.
#[cube]
fn differences<F: Float, N: Size>(
    tile: &mut Array<Vector<F, N>>,
    #[comptime] first: usize,
    #[comptime] step: usize,
) {
    let (a, b) = (tile[first], tile[comptime!(first + step)]);
    let c = tile[comptime!(first + 2 * step)];
    let d = tile[comptime!(first + 3 * step)];
    tile[first] = a - c;
    tile[comptime!(first + step)] = b + c;
    tile[comptime!(first + 2 * step)] = c - b;
    tile[comptime!(first + 3 * step)] = b - d;
}

/// `A y` for two neighbours y, a step apart.
#[cube]
fn doubled<F: Float, N: Size>(
    tile: &mut Array<Vector<F, N>>,
    #[comptime] first: usize,
    #[comptime] step: usize,
) {
    let (a, b) = (tile[first], tile[comptime!(first + step)]);
    tile[comptime!(first + step)] = a + b;
    tile[comptime!(first + 2 * step)] = a - b;
    tile[comptime!(first + 3 * step)] = Vector::<F, N>::new(F::zero()) - b;
}

/// One unit a tile with some channels, of `count`. `axes` are the extents of [K, m, down, across, o] but for K, last axis first;
/// the first image is number `first` of the result.
#[cube(launch)]
pub(super) fn outputs_kernel<F: Float, N: Size>(
    transformed: &Tensor<Vector<F, N>>,
    out: &mut Tensor<Vector<F, N>>,
    axes: Sequence<FastDivmod<usize>>,
    count: usize,
    first: usize,
    #[define(F)] _dtype: ElemType,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let (rest, channel) = axes.index(0).div_mod(ABSOLUTE_POS);
    let (rest, column) = axes.index(1).div_mod(rest);
    let (rest, row) = axes.index(2).div_mod(rest);
    let (direction, image) = axes.index(3).div_mod(rest);
    let image = direction * out.shape(1) + first + image;
    // `Aᵀ y` down the columns.
    let mut halves = Array::<Vector<F, N>>::new(8usize);
    #[unroll]
    for j in 0..4usize {
        let a = transformed[j * count + ABSOLUTE_POS];
        let b = transformed[comptime!(4 + j) * count + ABSOLUTE_POS];
        let c = transformed[comptime!(8 + j) * count + ABSOLUTE_POS];
        let d = transformed[comptime!(12 + j) * count + ABSOLUTE_POS];
        halves[j] = a + b + c;
        halves[comptime!(4 + j)] = b - c - d;
    }
    let (height, width) = (out.shape(2), out.shape(3));
    let channels = out.shape(4) / out.vector_size();
    #[unroll]
    for i in 0..2usize {
        let y = 2 * row + i;
        if y < height {
            let a = halves[comptime!(4 * i)];
            let b = halves[comptime!(4 * i + 1)];
            let c = halves[comptime!(4 * i + 2)];
            let d = halves[comptime!(4 * i + 3)];
            let place = ((image * height + y) * width + 2 * column) * channels + channel;
            out[place] = a + b + c;
            if 2 * column + 1 < width {
                out[place + channels] = b - c - d;
            }
        }
    }
}

/// One unit a filter of one channel. `axes` are the extents of the last two axes of [K, rows, columns], last axis first;
/// `count` units in all.
#[cube(launch)]
pub(super) fn filters_kernel<F: Float>(
    filters: &Tensor<F>,
    out: &mut Tensor<F>,
    axes: Sequence<FastDivmod<usize>>,
    count: usize,
    #[comptime] turned: bool,
    #[define(F)] _dtype: ElemType,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let (rest, column) = axes.index(0).div_mod(ABSOLUTE_POS);
    let (direction, row) = axes.index(1).div_mod(rest);
    let place =
        direction * filters.stride(0) + row * filters.stride(1) + column * filters.stride(2);
    let half = F::new(0.5);
    // `G g`, rows of three.
    let mut columns = Array::<F>::new(12usize);
    #[unroll]
    for j in 0..3usize {
        let along = comptime!(if turned { 2 - j } else { j });
        let place = place + along * filters.stride(4);
        let a =
            filters[place + comptime!(if turned { 2usize } else { 0usize }) * filters.stride(3)];
        let b = filters[place + filters.stride(3)];
        let c =
            filters[place + comptime!(if turned { 0usize } else { 2usize }) * filters.stride(3)];
        columns[j] = a;
        columns[comptime!(3 + j)] = (a + b + c) * half;
        columns[comptime!(6 + j)] = (a - b + c) * half;
        columns[comptime!(9 + j)] = c;
    }
    #[unroll]
    for i in 0..4usize {
        let a = columns[comptime!(3 * i)];
        let b = columns[comptime!(3 * i + 1)];
        let c = columns[comptime!(3 * i + 2)];
        out[comptime!(4 * i) * count + ABSOLUTE_POS] = a;
        out[comptime!(4 * i + 1) * count + ABSOLUTE_POS] = (a + b + c) * half;
        out[comptime!(4 * i + 2) * count + ABSOLUTE_POS] = (a - b + c) * half;
        out[comptime!(4 * i + 3) * count + ABSOLUTE_POS] = c;
    }
}

/// One unit a filter of one channel, `count` in all.
#[cube(launch)]
pub(super) fn filter_cotangents_kernel<F: Float>(
    transformed: &Tensor<F>,
    out: &mut Tensor<F>,
    count: usize,
    #[define(F)] _dtype: ElemType,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let half = F::new(0.5);
    // `Gᵀ g`, rows of four.
    let mut rows = Array::<F>::new(12usize);
    #[unroll]
    for j in 0..4usize {
        let a = transformed[j * count + ABSOLUTE_POS];
        let b = transformed[comptime!(4 + j) * count + ABSOLUTE_POS];
        let c = transformed[comptime!(8 + j) * count + ABSOLUTE_POS];
        let d = transformed[comptime!(12 + j) * count + ABSOLUTE_POS];
        rows[j] = a + (b + c) * half;
        rows[comptime!(4 + j)] = (b - c) * half;
        rows[comptime!(8 + j)] = (b + c) * half + d;
    }
    #[unroll]
    for i in 0..3usize {
        let a = rows[comptime!(4 * i)];
        let b = rows[comptime!(4 * i + 1)];
        let c = rows[comptime!(4 * i + 2)];
        let d = rows[comptime!(4 * i + 3)];
        let place = ABSOLUTE_POS * 9 + comptime!(3 * i);
        out[place] = a + (b + c) * half;
        out[place + 1] = (b - c) * half;
        out[place + 2] = (b + c) * half + d;
    }
}
