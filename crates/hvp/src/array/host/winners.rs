//! Max-pooling's choice of elements, forward and back.

use rayon::prelude::*;

use super::elements::tasks_of;
use super::numbers::Numbers;
use super::real::Real;
use super::results::array;
use super::scratch::scratch;
use super::wide::wide;
use crate::array::tensor::Array;
use crate::array::windows::Windows;

/// The winner of each window within its plane, or a negative number where a window has none.
pub(crate) struct Winners<'a> {
    /// One a window, for the planes of one direction one after another.
    pub places: &'a [i32],
    /// Elements of a plane before pooling.
    pub input: usize,
    /// Windows of a plane.
    pub output: usize,
}

/// The largest element of each window of planes [n, c, h, w], and its place within its plane: the first of equal ones,
/// and the last that is not a number. A window outside the image has minus infinity and place -1.
///
/// The windows are of one channel.
pub(crate) fn largest<T: Real>(from: &Array, windows: &Windows) -> (Array, Vec<i32>) {
    let mut shape = from.shape();
    shape[2..].copy_from_slice(&windows.output);
    let from = Numbers::<T>::of(from);
    let mut out = scratch(shape.iter().product());
    let mut places = vec![-1; out.len()];
    let [plane, pixels] = [windows.image, windows.output].map(|extents| extents[0] * extents[1]);
    if pixels > 0 {
        out.par_chunks_mut(pixels)
            .zip(places.par_chunks_mut(pixels))
            .zip(from.par_chunks(plane))
            .with_min_len(tasks_of(plane))
            .for_each(|((out, places), from)| {
                wide(
                    #[inline(always)]
                    || largest_of_plane(from, windows, out, places),
                );
            });
    }
    (array(out, &shape), places)
}

#[inline(always)]
fn largest_of_plane<T: Real>(from: &[T], windows: &Windows, out: &mut [T], places: &mut [i32]) {
    out.fill(T::from_f64(f64::NEG_INFINITY));
    let [width, columns] = [windows.image[1], windows.output[1]];
    let [step_down, step] = windows.stride;
    for i in 0..windows.kernel[0] {
        let lines = windows.inside(0, i);
        for j in 0..windows.kernel[1] {
            let span = windows.inside(1, j);
            for line in lines.clone() {
                let pixel = line * step_down + i * windows.dilation[0] - windows.before[0];
                let first = (span.start * step + j * windows.dilation[1])
                    .wrapping_sub(windows.before[1])
                    .wrapping_add(pixel * width);
                let part = line * columns + span.start..line * columns + span.end;
                let from = &from[first.min(from.len())..];
                let (out, places) = (&mut out[part.clone()], &mut places[part]);
                if step == 2 {
                    // Pairs are what the compiler takes apart in vectors; the last element may be without another.
                    let (pairs, last) = from.as_chunks::<2>();
                    let paired = pairs.len().min(out.len());
                    let (out, last_out) = out.split_at_mut(paired);
                    let (places, last_places) = places.split_at_mut(paired);
                    beat(out, places, pairs.iter().map(|pair| pair[0]), first, 2);
                    beat(
                        last_out,
                        last_places,
                        last.iter().copied(),
                        first + 2 * paired,
                        2,
                    );
                } else {
                    beat(out, places, from.iter().copied().step_by(step), first, step);
                }
            }
        }
    }
}

/// Puts elements where they are larger than the best so far.
#[inline(always)]
fn beat<T: Real>(
    best: &mut [T],
    places: &mut [i32],
    elements: impl Iterator<Item = T>,
    first: usize,
    step: usize,
) {
    let mut own = first as i32;
    for ((best, place), x) in best.iter_mut().zip(places).zip(elements) {
        // The first element of a window counts whatever it is; what is not a number beats everything.
        let better = x > *best || *place < 0 || x.partial_cmp(&x).is_none();
        *best = if better { x } else { *best };
        *place = if better { own } else { *place };
        own += step as i32;
    }
}

impl Winners<'_> {
    /// The winners of a plane, for planes numbered through all directions.
    fn of_plane(&self, plane: usize) -> &[i32] {
        let planes = self.places.len() / self.output;
        let start = plane % planes * self.output;
        &self.places[start..start + self.output]
    }

    /// The chosen elements of planes [K, …].
    pub fn choose<T: Real>(&self, from: &Array, shape: &[usize]) -> Array {
        let from = Numbers::<T>::of(from);
        let mut out = scratch(shape.iter().product());
        if self.output > 0 {
            out.par_chunks_mut(self.output)
                .zip(from.par_chunks(self.input))
                .enumerate()
                .with_min_len(tasks_of(self.input))
                .for_each(|(plane, (out, from))| {
                    for (out, &place) in out.iter_mut().zip(self.of_plane(plane)) {
                        *out = usize::try_from(place).map_or(T::ZERO, |place| from[place]);
                    }
                });
        }
        array(out, shape)
    }

    /// The transpose of [`choose`](Self::choose): elements [K, …] added where they were chosen from.
    pub fn place<T: Real>(&self, from: &Array, shape: &[usize]) -> Array {
        let from = Numbers::<T>::of(from);
        let mut out = scratch(shape.iter().product());
        if self.output == 0 {
            out.fill(T::ZERO);
        } else {
            out.par_chunks_mut(self.input)
                .zip(from.par_chunks(self.output))
                .enumerate()
                .with_min_len(tasks_of(self.input))
                .for_each(|(plane, (out, from))| {
                    out.fill(T::ZERO);
                    for (&value, &place) in from.iter().zip(self.of_plane(plane)) {
                        if let Ok(place) = usize::try_from(place) {
                            out[place] += value;
                        }
                    }
                });
        }
        array(out, shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::host::tests::counted;
    use crate::precision::Precision;

    #[test]
    fn no_windows_choose_nothing_and_pull_nothing_back() {
        let winners = Winners {
            places: &[],
            input: 6,
            output: 0,
        };
        let images = counted(&[1, 2, 2, 3], Precision::F64);
        let chosen = winners.choose::<f64>(&images, &[1, 2, 0, 0]);
        assert_eq!(chosen.shape(), [1, 2, 0, 0]);
        let pulled = winners.place::<f64>(&chosen, &[1, 2, 2, 3]);
        assert_eq!(pulled.to_f64().expect("numbers"), [0.0; 12]);
    }
}
