//! Sums for each channel.

use burn_backend::cubecl::dtype_to_storage_type;
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

use super::kernels::sums_kernel;
use super::rows::{PerChannel, Rows, argument};
use crate::array::device::tensors::{array, cube, empty, together};
use crate::array::tensor::Array;

/// The fewest rows that a unit adds up, where several share them.
const FEWEST_ROWS: usize = 32;

/// The most rows that a unit adds up where that makes two launches of it.
const MOST_ROWS: usize = 128;

/// Units that keep a device busy.
const UNITS: usize = 1 << 16;

/// Sums over everything but directions and channels, each [K, c]: of a, and of `a (x - m)` for each pair of images x and centers
/// m [c].
///
/// # Panics
///
/// When [`reaches`](crate::array::device::reaches) says no.
pub(crate) fn sums(a: &Array, with: &[(&Array, Option<&Array>)]) -> (Array, Vec<Array>) {
    let a = Rows::of(a);
    let none = PerChannel::of(None, &a.numbers);
    let products = with.iter().map(|(x, center)| {
        let center = PerChannel::of(*center, &a.numbers);
        total(partial_sums(&a, Some(&Rows::of(x)), &center))
    });
    let products = products.collect();
    (total(partial_sums(&a, None, &none)), products)
}

/// All rows of each direction added up, [K, c].
fn total(mut sums: Rows) -> Array {
    while sums.count > 1 {
        let none = PerChannel::of(None, &sums.numbers);
        sums = partial_sums(&sums, None, &none);
    }
    sums.numbers.reshape(&[sums.directions, sums.channels])
}

/// Sums over some of the rows each.
fn partial_sums(a: &Rows, x: Option<&Rows>, center: &PerChannel) -> Rows {
    let Rows {
        count: rows,
        channels,
        ..
    } = *a;
    let directions = x.map_or(1, |x| x.directions).max(a.directions);
    let together = together(channels);
    let wide = (channels / together).max(1);
    let parts = parts(rows, wide * directions.max(1));
    let like = cube(&a.numbers).expect("the caller asked `reaches`");
    let out = empty(like, &[directions * parts * channels]);
    let count = directions * parts * wide;
    if count > 0 && channels > 0 {
        let dim = CubeDim::new(&out.client, count);
        sums_kernel::launch(
            &out.client,
            calculate_cube_count_elemwise(&out.client, count, dim),
            dim,
            together,
            argument(&a.numbers),
            argument(&x.unwrap_or(a).numbers),
            argument(&center.numbers),
            out.clone().into_tensor_arg(),
            count,
            rows,
            parts,
            wide,
            a.step(),
            x.map_or(0, Rows::step),
            x.is_some(),
            center.present,
            dtype_to_storage_type(out.dtype),
        );
    }
    Rows {
        numbers: array(out),
        directions,
        count: parts,
        channels,
    }
}

/// Parts that rows are added up in, `wide` units beside each other for each: few launches for few rows, and busy units for many.
fn parts(rows: usize, wide: usize) -> usize {
    let fewest = rows.div_ceil(MOST_ROWS).max(1);
    if fewest <= MOST_ROWS {
        return fewest;
    }
    rows.div_ceil(FEWEST_ROWS).min(UNITS.div_ceil(wide)).max(1)
}
