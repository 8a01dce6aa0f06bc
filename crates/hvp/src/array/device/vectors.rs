//! Inner products and combinations of long vectors, which are read where they lie.

use burn_backend::cubecl::dtype_to_storage_type;
use cubecl::prelude::*;
use cubecl::{calculate_cube_count_elemwise, ir::ElemType};

use super::tensors::{argument, array, cube, empty, flat, together};
use crate::array::tensor::Array;

/// Units that share the numbers of a vector: enough to keep a device busy.
const UNITS: usize = 1 << 16;

/// Units are a multiple of this, so that as many of their sums can be added up at once.
pub(crate) const GROUP: usize = 64;

/// Vectors that are multiplied with another one at a time.
const PRODUCTS: usize = 4;

/// Vectors that are added up at a time.
const TERMS: usize = 6;

/// Of each vector of `a` in turn with each of `b` the sums of products that units have found: [b, a, units], flat. Their number
/// is a multiple of [`GROUP`]. None where the vectors are not on a GPU, or are empty.
pub(crate) fn partial_products(a: &[Array], b: &[Array]) -> Option<Array> {
    let [a, b] = [a, b].map(|vectors| vectors.iter().map(flat).collect::<Vec<_>>());
    let like = cube(a.first()?)?;
    let dim = a[0].shape()[0];
    if dim == 0 || b.is_empty() {
        return None;
    }
    let together = together(dim);
    let count = dim / together;
    let units = count.next_multiple_of(GROUP).min(UNITS);
    let out = empty(like, &[b.len() * a.len() * units]);
    let dim = CubeDim::new(&out.client, units);
    for (j, with) in b.iter().enumerate() {
        for (group, vectors) in a.chunks(PRODUCTS).enumerate() {
            // Where there are fewer, no kernel reads what stands in their place.
            let vector = |i: usize| argument(vectors.get(i).unwrap_or(with));
            products_kernel::launch(
                &out.client,
                calculate_cube_count_elemwise(&out.client, units, dim),
                dim,
                together,
                vector(0),
                vector(1),
                vector(2),
                vector(3),
                argument(with),
                out.clone().into_tensor_arg(),
                count,
                units,
                (j * a.len() + group * PRODUCTS) * units,
                vectors.len(),
                dtype_to_storage_type(out.dtype),
            );
        }
    }
    Some(array(out))
}

/// One unit every so-manieth number of the vectors, of `count` in all.
#[cube(launch)]
#[allow(clippy::too_many_arguments)]
fn products_kernel<F: Float, N: Size>(
    first: &Tensor<Vector<F, N>>,
    second: &Tensor<Vector<F, N>>,
    third: &Tensor<Vector<F, N>>,
    fourth: &Tensor<Vector<F, N>>,
    with: &Tensor<Vector<F, N>>,
    out: &mut Tensor<F>,
    count: usize,
    units: usize,
    start: usize,
    #[comptime] vectors: usize,
    #[define(F)] _dtype: ElemType,
) {
    let unit = ABSOLUTE_POS;
    if unit >= units {
        terminate!();
    }
    let mut of_first = Vector::<F, N>::new(F::zero());
    let mut of_second = Vector::<F, N>::new(F::zero());
    let mut of_third = Vector::<F, N>::new(F::zero());
    let mut of_fourth = Vector::<F, N>::new(F::zero());
    let mut place = unit;
    while place < count {
        let other = with[place];
        of_first += first[place] * other;
        if comptime!(vectors > 1) {
            of_second += second[place] * other;
        }
        if comptime!(vectors > 2) {
            of_third += third[place] * other;
        }
        if comptime!(vectors > 3) {
            of_fourth += fourth[place] * other;
        }
        place += units;
    }
    let start = start + unit;
    out[start] = lanes::<F, N>(of_first);
    if comptime!(vectors > 1) {
        out[start + units] = lanes::<F, N>(of_second);
    }
    if comptime!(vectors > 2) {
        out[start + 2 * units] = lanes::<F, N>(of_third);
    }
    if comptime!(vectors > 3) {
        out[start + 3 * units] = lanes::<F, N>(of_fourth);
    }
}

/// The sum of numbers that a unit takes together.
#[cube]
fn lanes<F: Float, N: Size>(numbers: Vector<F, N>) -> F {
    let mut sum = F::zero();
    #[unroll]
    for i in 0..numbers.vector_size() {
        sum += numbers.extract(i);
    }
    sum
}

/// The combinations of vectors with coefficients [results, vectors], flat, of which there are `results`. None where the vectors
/// are not on a GPU, or there are none.
pub(crate) fn combinations(
    vectors: &[Array],
    coefficients: &Array,
    results: usize,
) -> Option<Vec<Array>> {
    let vectors: Vec<Array> = vectors.iter().map(flat).collect();
    let like = cube(vectors.first()?)?;
    let dim = vectors[0].shape()[0];
    let together = together(dim);
    let count = dim / together;
    let combined = (0..results).map(|j| {
        let out = empty(like, &[dim]);
        let dim = CubeDim::new(&out.client, count);
        for (group, terms) in vectors.chunks(TERMS).enumerate() {
            if count == 0 {
                break;
            }
            let vector = |i: usize| argument(terms.get(i).unwrap_or(&terms[0]));
            combinations_kernel::launch(
                &out.client,
                calculate_cube_count_elemwise(&out.client, count, dim),
                dim,
                together,
                vector(0),
                vector(1),
                vector(2),
                vector(3),
                vector(4),
                vector(5),
                argument(coefficients),
                out.clone().into_tensor_arg(),
                count,
                j * vectors.len() + group * TERMS,
                terms.len(),
                group > 0,
                dtype_to_storage_type(out.dtype),
            );
        }
        array(out)
    });
    Some(combined.collect())
}

/// One unit some neighbours, of `count`: the sum of up to six terms, added to what is there if `onto`.
#[cube(launch)]
#[allow(clippy::too_many_arguments)]
fn combinations_kernel<F: Float, N: Size>(
    first: &Tensor<Vector<F, N>>,
    second: &Tensor<Vector<F, N>>,
    third: &Tensor<Vector<F, N>>,
    fourth: &Tensor<Vector<F, N>>,
    fifth: &Tensor<Vector<F, N>>,
    sixth: &Tensor<Vector<F, N>>,
    coefficients: &Tensor<F>,
    out: &mut Tensor<Vector<F, N>>,
    count: usize,
    start: usize,
    #[comptime] terms: usize,
    #[comptime] onto: bool,
    #[define(F)] _dtype: ElemType,
) {
    let place = ABSOLUTE_POS;
    if place >= count {
        terminate!();
    }
    let mut value = first[place] * Vector::new(coefficients[start]);
    if comptime!(terms > 1) {
        value += second[place] * Vector::new(coefficients[start + 1]);
    }
    if comptime!(terms > 2) {
        value += third[place] * Vector::new(coefficients[start + 2]);
    }
    if comptime!(terms > 3) {
        value += fourth[place] * Vector::new(coefficients[start + 3]);
    }
    if comptime!(terms > 4) {
        value += fifth[place] * Vector::new(coefficients[start + 4]);
    }
    if comptime!(terms > 5) {
        value += sixth[place] * Vector::new(coefficients[start + 5]);
    }
    if comptime!(onto) {
        value += out[place];
    }
    out[place] = value;
}
