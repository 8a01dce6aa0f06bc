//! Kernels for arrays on a GPU, written once for CUDA, Vulkan, Metal and WebGPU.
//!
//! Burn multiplies float32 matrices on tensor cores where a GPU has them, which rounds the factors to the 10 bits of tf32.
//! [`matmul`] keeps to float32. [`unfold`] and [`fold`] make a convolution one product of matrices, with any number of
//! directions, straight from the layout that the arrays have; [`winograd`] has the transforms of convolutions with windows of
//! 3 × 3 that take fewer multiplications.
//!
//! No kernel is chosen by trying several: the same product takes the same kernels in every process, and gives the same bits.

mod blend;
pub(crate) mod channels;
pub(crate) mod descent;
mod fold;
pub(crate) mod gates;
mod matmul;
mod steps;
mod tensors;
mod unfold;
pub(crate) mod vectors;
pub(crate) mod winners;
pub(crate) mod winograd;

pub(in crate::array) use blend::blend;
pub(crate) use fold::fold;
pub(in crate::array) use matmul::{matmul, matmul_onto};
pub(crate) use tensors::reaches;
pub(in crate::array) use tensors::view;
pub(crate) use unfold::unfold;
