//! The kernels of passes with numbers per channel. All arrays are row-major, the channels last.

use cubecl::ir::ElemType;
use cubecl::prelude::*;

/// What a kernel is told of a term besides its numbers.
#[derive(CubeLaunch, CubeType)]
pub(super) struct TermKernel {
    /// From one direction of the images to the next.
    pub step: usize,
    /// From one direction of the factors to the next.
    pub factor_step: usize,
    #[cube(comptime)]
    pub has_factor: bool,
    #[cube(comptime)]
    pub has_center: bool,
}

/// The term at one place of one direction, `channel` being its channel.
#[cube]
fn term_at<F: Float, N: Size>(
    images: &Tensor<Vector<F, N>>,
    factors: &Tensor<Vector<F, N>>,
    centers: &Tensor<Vector<F, N>>,
    term: &TermKernel,
    direction: usize,
    place: usize,
    channel: usize,
) -> Vector<F, N> {
    let mut value = images[direction * term.step + place];
    if comptime!(term.has_center) {
        value -= centers[channel];
    }
    if comptime!(term.has_factor) {
        value *= factors[direction * term.factor_step + channel];
    }
    value
}

/// One unit a place of the images, of `count`, in all directions. Absent numbers are not read.
#[cube(launch)]
#[allow(clippy::too_many_arguments)]
pub(super) fn combine_kernel<F: Float, N: Size>(
    first: &Tensor<Vector<F, N>>,
    first_factors: &Tensor<Vector<F, N>>,
    first_centers: &Tensor<Vector<F, N>>,
    second: &Tensor<Vector<F, N>>,
    second_factors: &Tensor<Vector<F, N>>,
    second_centers: &Tensor<Vector<F, N>>,
    shifts: &Tensor<Vector<F, N>>,
    out: &mut Tensor<Vector<F, N>>,
    first_term: &TermKernel,
    second_term: &TermKernel,
    directions: usize,
    count: usize,
    channels: usize,
    shift_step: usize,
    #[comptime] has_second: bool,
    #[comptime] has_shift: bool,
    #[define(F)] _dtype: ElemType,
) {
    let place = ABSOLUTE_POS;
    if place >= count {
        terminate!();
    }
    let channel = place % channels;
    for direction in 0..directions {
        let mut value = term_at::<F, N>(
            first,
            first_factors,
            first_centers,
            first_term,
            direction,
            place,
            channel,
        );
        if comptime!(has_second) {
            value += term_at::<F, N>(
                second,
                second_factors,
                second_centers,
                second_term,
                direction,
                place,
                channel,
            );
        }
        if comptime!(has_shift) {
            value += shifts[direction * shift_step + channel];
        }
        out[direction * count + place] = value;
    }
}

/// One unit a channel of one part of one direction, `count` in all: `share` times the sum over every so-manieth row; behind all
/// of those, where wanted, the same of the first factor alone.
#[cube(launch)]
#[allow(clippy::too_many_arguments)]
pub(super) fn sums_kernel<F: Float, N: Size>(
    first: &Tensor<Vector<F, N>>,
    second: &Tensor<Vector<F, N>>,
    centers: &Tensor<Vector<F, N>>,
    out: &mut Tensor<Vector<F, N>>,
    count: usize,
    rows: usize,
    parts: usize,
    channels: usize,
    first_step: usize,
    second_step: usize,
    share: InputScalar,
    #[comptime] has_second: bool,
    #[comptime] has_center: bool,
    #[comptime] also_first: bool,
    #[define(F)] _dtype: ElemType,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let channel = ABSOLUTE_POS % channels;
    let rest = ABSOLUTE_POS / channels;
    let part = rest % parts;
    let direction = rest / parts;
    let mut sum = Vector::<F, N>::new(F::zero());
    let mut of_first = Vector::<F, N>::new(F::zero());
    let mut row = part;
    while row < rows {
        let place = row * channels + channel;
        let mut value = first[direction * first_step + place];
        if comptime!(also_first) {
            of_first += value;
        }
        if comptime!(has_second) {
            let mut other = second[direction * second_step + place];
            if comptime!(has_center) {
                other -= centers[channel];
            }
            value *= other;
        }
        sum += value;
        row += parts;
    }
    let share = Vector::<F, N>::new(share.get::<F>());
    out[ABSOLUTE_POS] = sum * share;
    if comptime!(also_first) {
        out[count + ABSOLUTE_POS] = of_first * share;
    }
}

/// One unit a channel, of `count`: the factor `γ (v + ε)^(-1/2)` of a normalization.
#[cube(launch)]
pub(super) fn scale_kernel<F: Float>(
    variance: &Tensor<F>,
    gamma: &Tensor<F>,
    out: &mut Tensor<F>,
    epsilon: InputScalar,
    count: usize,
    #[define(F)] _dtype: ElemType,
) {
    let channel = ABSOLUTE_POS;
    if channel >= count {
        terminate!();
    }
    out[channel] = gamma[channel] / (variance[channel] + epsilon.get::<F>()).sqrt();
}

/// One unit a channel of a direction, of `count`: what the pull-back of a normalization takes of the sums t of ȳ and q of
/// ȳ (x - μ), with s = (v + ε)^(-1/2): the factor `-γ s³ q / m` of x - μ, the shift `-γ s t / m` and γ̄ = s q, one
/// behind another, and γ s behind them.
#[cube(launch)]
#[allow(clippy::too_many_arguments)]
pub(super) fn pull_kernel<F: Float>(
    totals: &Tensor<F>,
    moments: &Tensor<F>,
    variance: &Tensor<F>,
    gamma: &Tensor<F>,
    out: &mut Tensor<F>,
    epsilon: InputScalar,
    share: InputScalar,
    channels: usize,
    count: usize,
    #[define(F)] _dtype: ElemType,
) {
    let place = ABSOLUTE_POS;
    if place >= count {
        terminate!();
    }
    let channel = place % channels;
    let inverse = F::new(1.0) / (variance[channel] + epsilon.get::<F>()).sqrt();
    let along = moments[place] * inverse;
    let scale = gamma[channel] * inverse;
    let shared = F::zero() - scale * share.get::<F>();
    out[place] = shared * along * inverse;
    out[count + place] = shared * totals[place];
    out[2 * count + place] = along;
    if place < channels {
        out[3 * count + place] = scale;
    }
}
