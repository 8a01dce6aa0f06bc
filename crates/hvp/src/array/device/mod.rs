//! Kernels for arrays on a GPU, written once for CUDA, Vulkan, Metal and WebGPU.
//!
//! Burn multiplies float32 matrices on tensor cores where a GPU has them, which rounds the factors to the 10 bits of tf32.
//! [`matmul`] keeps to float32. [`unfold`] and [`fold`] make a convolution one product of matrices, with any number of
//! directions, straight from the layout that the arrays have.
//!
//! No kernel is chosen by trying several: the same product takes the same kernels in every process, and gives the same bits.

mod fold;
mod matmul;
mod matmul_kernel;
mod plain_kernel;
mod steps;
mod tensors;
mod unfold;

pub(crate) use fold::fold;
pub(in crate::array) use matmul::matmul;
pub(crate) use tensors::reaches;
pub(crate) use unfold::unfold;
