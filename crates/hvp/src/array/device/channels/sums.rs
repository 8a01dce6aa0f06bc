//! Sums for each channel.

use burn_backend::cubecl::dtype_to_storage_type;
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

use super::kernels::sums_kernel;
use super::rows::{PerChannel, Rows};
use crate::array::device::tensors::{argument, array, cube, empty, together};
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
    let mut own = None;
    let products = with.iter().map(|(x, center)| {
        let x = Rows::of(x);
        let factor = Factor::of(&x, *center, &a);
        // The sum of a comes with the first product that has as many directions.
        let both = own.is_none() && x.directions <= a.directions;
        let sums = total(partial_sums(&a, Some(&factor), both, 1.0), 1.0);
        if !both {
            return sums;
        }
        own = Some(sums.slice(0, a.directions, 2 * a.directions));
        sums.slice(0, 0, a.directions)
    });
    let products = products.collect();
    (own.unwrap_or_else(|| sum(&a, 1.0)), products)
}

/// `share` times the sum over everything but directions and channels, [K, c].
///
/// # Panics
///
/// When [`reaches`](crate::array::device::reaches) says no.
pub(crate) fn share_of_sum(a: &Array, share: f64) -> Array {
    sum(&Rows::of(a), share)
}

/// The same of `a x`.
///
/// # Panics
///
/// When [`reaches`](crate::array::device::reaches) says no.
pub(crate) fn share_of_product(a: &Array, x: &Array, share: f64) -> Array {
    let (a, x) = (Rows::of(a), Rows::of(x));
    let factor = Factor::of(&x, None, &a);
    total(partial_sums(&a, Some(&factor), false, share), share)
}

fn sum(a: &Rows, share: f64) -> Array {
    total(partial_sums(a, None, false, share), share)
}

/// All rows of each direction added up, [K, c]. The last of the sums are taken `share` times.
fn total(mut sums: Rows, share: f64) -> Array {
    while sums.count > 1 {
        sums = partial_sums(&sums, None, false, share);
    }
    sums.numbers.reshape(&[sums.directions, sums.channels])
}

/// What the rows are multiplied with: x - m.
struct Factor<'a> {
    x: &'a Rows,
    center: PerChannel,
}

impl<'a> Factor<'a> {
    fn of(x: &'a Rows, center: Option<&Array>, a: &Rows) -> Self {
        Factor {
            center: PerChannel::of(center, &a.numbers),
            x,
        }
    }
}

/// Sums over some of the rows each; where they are over all, `share` times. With `also_own` those of a alone are further
/// directions behind those of products.
fn partial_sums(a: &Rows, factor: Option<&Factor>, also_own: bool, share: f64) -> Rows {
    let x = factor.map(|factor| factor.x);
    let none = PerChannel::of(None, &a.numbers);
    let center = factor.map_or(&none, |factor| &factor.center);
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
    let sets = if also_own { 2 } else { 1 };
    let out = empty(like, &[sets * directions * parts * channels]);
    let dtype = dtype_to_storage_type(out.dtype);
    let share = if parts == 1 { share } else { 1.0 };
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
            InputScalar::new(share, dtype),
            x.is_some(),
            center.present,
            also_own,
            dtype,
        );
    }
    Rows {
        numbers: array(out),
        directions: sets * directions,
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
