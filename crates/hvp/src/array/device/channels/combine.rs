//! Linear combinations of images.

use burn_backend::cubecl::dtype_to_storage_type;
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

use super::kernels::{TermKernelLaunch, combine_kernel};
use super::rows::{PerChannel, Rows, images};
use crate::array::device::tensors::{argument, array, cube, empty, together};
use crate::array::tensor::Array;

/// A summand `a_c (x - m_c)` of a linear combination of images; an absent a is one, an absent m zero.
#[derive(Clone, Copy)]
pub(crate) struct ChannelTerm<'a> {
    /// x, [K, n, c, …], or one direction for all.
    pub images: &'a Array,
    /// m, [c].
    pub center: Option<&'a Array>,
    /// a, [K, c], or one direction for all.
    pub factor: Option<&'a Array>,
}

/// A term as the kernel takes it.
struct Operand {
    images: Rows,
    factor: PerChannel,
    center: PerChannel,
}

impl Operand {
    fn of(term: &ChannelTerm) -> Self {
        let images = Rows::of(term.images);
        Operand {
            factor: PerChannel::of(term.factor, &images.numbers),
            center: PerChannel::of(term.center, &images.numbers),
            images,
        }
    }

    fn told(&self) -> TermKernelLaunch {
        TermKernelLaunch::new(
            self.images.step(),
            self.factor.step,
            self.factor.present,
            self.center.present,
        )
    }
}

/// The sum of one or two terms, and of a shift [K, c]; images [K, n, c, …].
///
/// # Panics
///
/// When [`reaches`](crate::array::device::reaches) says no.
pub(crate) fn combine(terms: &[ChannelTerm], shift: Option<&Array>) -> Array {
    let mut shape = terms[0].images.shape();
    shape[0] = terms
        .iter()
        .flat_map(|term| [Some(term.images), term.factor])
        .chain([shift])
        .flatten()
        .map(|array| array.shape()[0])
        .max()
        .unwrap_or(1);
    let first = Operand::of(&terms[0]);
    // Where there is no second term, no kernel reads it.
    let second = Operand::of(terms.get(1).unwrap_or(&terms[0]));
    let shifts = PerChannel::of(shift, &first.images.numbers);
    let (rows, channels) = (first.images.count, first.images.channels);
    let like = cube(&first.images.numbers).expect("the caller asked `reaches`");
    let out = empty(like, &[shape[0], rows, channels]);
    let together = together(channels);
    let count = rows * channels / together;
    if count > 0 && shape[0] > 0 {
        let dim = CubeDim::new(&out.client, count);
        combine_kernel::launch(
            &out.client,
            calculate_cube_count_elemwise(&out.client, count, dim),
            dim,
            together,
            argument(&first.images.numbers),
            argument(&first.factor.numbers),
            argument(&first.center.numbers),
            argument(&second.images.numbers),
            argument(&second.factor.numbers),
            argument(&second.center.numbers),
            argument(&shifts.numbers),
            out.clone().into_tensor_arg(),
            first.told(),
            second.told(),
            shape[0],
            count,
            channels / together,
            shifts.step,
            terms.len() > 1,
            shifts.present,
            dtype_to_storage_type(out.dtype),
        );
    }
    images(&array(out), &shape)
}
