//! Copies of many numbers from one place to another.

use rayon::prelude::*;

use super::numbers::{Directed, Numbers};
use super::real::Real;
use super::results::{array, change};
use super::scratch::scratch;
use super::wide::wide;
use crate::array::tensor::Array;

/// Numbers one task copies.
const SPAN: usize = 1 << 16;

/// Arrays [K, …] one after another along their first or second axis.
///
/// Only the axes up to that one may be longer than those of the first array.
pub(crate) fn cat<T: Real>(parts: &[Array], dim: usize) -> Array {
    let mut shape = parts[0].shape();
    shape[dim] = parts.iter().map(|part| part.shape()[dim]).sum();
    let rows = if dim == 0 { 1 } else { shape[0] };
    let parts: Vec<(Directed<T>, usize)> = parts
        .iter()
        .map(|part| {
            let extents = part.shape();
            (Directed::of(part), if dim == 0 { extents[0] } else { 1 })
        })
        .collect();
    let mut out = scratch(shape.iter().product());
    let mut rest = &mut out[..];
    let mut copies = Vec::new();
    for row in 0..rows {
        for (part, directions) in &parts {
            for k in 0..*directions {
                let from = part.direction(row + k);
                let (to, behind) = rest.split_at_mut(from.len());
                rest = behind;
                copies.push((to, from));
            }
        }
    }
    copies.into_par_iter().for_each(|(to, from)| copy(from, to));
    array(out, &shape)
}

fn copy<T: Real>(from: &[T], to: &mut [T]) {
    to.par_chunks_mut(SPAN)
        .zip(from.par_chunks(SPAN))
        .for_each(|(to, from)| to.copy_from_slice(from));
}

/// `a + b` for arrays of one shape, in the memory of `a` where nothing else reads it.
pub(crate) fn add<T: Real>(a: Array, b: &Array) -> Array {
    let b = Numbers::<T>::of(b);
    change::<T>(a, |a| {
        a.par_chunks_mut(SPAN)
            .zip(b.par_chunks(SPAN))
            .for_each(|(a, b)| {
                wide(
                    #[inline(always)]
                    || a.iter_mut().zip(b).for_each(|(a, &b)| *a += b),
                );
            });
    })
}
