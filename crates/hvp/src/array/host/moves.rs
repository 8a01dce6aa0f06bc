//! Copies of many numbers from one place to another.

use rayon::prelude::*;

use super::real::Real;
use super::results::{array, change, is_own};
use super::runs::Runs;
use super::scratch::{recycle, scratch};
use super::wide::wide;
use crate::array::tensor::Array;

/// Numbers one task copies.
const SPAN: usize = 1 << 16;

/// Arrays one after another along an axis.
pub(crate) fn cat<T: Real>(parts: &[Array], dim: usize) -> Array {
    let mut shape = parts[0].shape();
    shape[dim] = parts.iter().map(|part| part.shape()[dim]).sum();
    let rows: usize = shape[..dim].iter().product();
    let parts: Vec<(Runs<T>, usize)> = parts
        .iter()
        .map(|part| {
            let runs = Runs::of(part, dim);
            let count = part.shape()[dim..].iter().product::<usize>() / runs.len().max(1);
            (runs, count)
        })
        .collect();
    let mut out = scratch(shape.iter().product());
    let mut rest = &mut out[..];
    let mut copies = Vec::new();
    for row in 0..rows {
        for (part, count) in &parts {
            for index in row * count..(row + 1) * count {
                let from = part.at(index);
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

/// `a + b` for arrays of one shape, in the memory of one that nothing else reads.
pub(crate) fn add<T: Real>(a: Array, b: Array) -> Array {
    let (a, b) = if is_own::<T>(&a) || !is_own::<T>(&b) {
        (a, b)
    } else {
        (b, a)
    };
    let runs = Runs::<T>::of(&b, 0);
    let total = change::<T>(a, |a| {
        a.par_chunks_mut(runs.len().max(1))
            .enumerate()
            .for_each(|(index, a)| {
                a.par_chunks_mut(SPAN)
                    .zip(runs.at(index).par_chunks(SPAN))
                    .for_each(|(a, b)| {
                        wide(
                            #[inline(always)]
                            || a.iter_mut().zip(b).for_each(|(a, &b)| *a += b),
                        );
                    });
            });
    });
    drop(runs);
    recycle(Some(b));
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::host::tests::{counted, numbers};
    use crate::precision::Precision;

    #[test]
    fn parts_that_lie_in_pieces_are_laid_one_after_another() {
        let (wide, dense) = (numbers(&[2, 3, 5], 1), numbers(&[2, 2, 3], 2));
        // Rows of three in rows of five.
        let part = wide.slice(2, 1, 4);
        let joined = cat::<f64>(&[part.clone(), dense.clone(), part.clone()], 1);
        assert_eq!(joined.shape(), [2, 8, 3]);
        let [joined, part, dense] = [joined, part, dense].map(|it| it.to_f64().expect("numbers"));
        for row in 0..2 {
            let expected = [
                &part[9 * row..][..9],
                &dense[6 * row..][..6],
                &part[9 * row..][..9],
            ];
            assert_eq!(joined[24 * row..][..24], expected.concat());
        }
        let column = counted(&[4, 2], Precision::F64).slice(1, 1, 2);
        let joined = cat::<f64>(&[column.clone(), column], 0);
        assert_eq!(
            joined.to_f64().expect("numbers"),
            [1.0, 3.0, 5.0, 7.0, 1.0, 3.0, 5.0, 7.0]
        );
    }

    #[test]
    fn parts_of_several_long_stretches_are_laid_one_after_another() {
        // In rows of forty, of which the second and third axes have changed places.
        let part = numbers(&[2, 3, 2, 40], 3).permute(&[0, 2, 1, 3]);
        let joined = cat::<f64>(&[part.clone(), part.clone()], 1);
        let [joined, part] = [joined, part].map(|it| it.to_f64().expect("numbers"));
        for row in 0..2 {
            let expected = [&part[240 * row..][..240]; 2];
            assert_eq!(joined[480 * row..][..480], expected.concat());
        }
    }
}
