//! The part of every class in G, without storing what belongs to a class.
//!
//! For example i of class c and any class c', g_ic' = J_iᵀ (e_c' - p_i) counts with the weight
//! w_ic' = p_ic'. With P_cc' = Σ_{i in c} w_ic', P_c = Σ_{c' ≠ c} P_cc' and the weighted means
//!
//! ```text
//! g_cc' = (1/P_cc') Σ_{i in c} w_ic' g_ic'        g_c = (1/P_c) Σ_{c' ≠ c} P_cc' g_cc'
//! ```
//!
//! G is A1 + A2 + B1 + B2 (Papyan, "Measurements of three-level hierarchical structure in the outliers in
//! the spectrum of deepnet Hessians", 2019, section 3; deviations within a class are from g_c, without
//! which the parts do not add up):
//!
//! ```text
//! A1 = Σ_c (P_c/N) g_c g_cᵀ          B1 = Σ_c Σ_{c' ≠ c} (P_cc'/N) (g_cc' - g_c)(g_cc' - g_c)ᵀ
//! A2 = Σ_c (P_cc/N) g_cc g_ccᵀ       B2 = Σ_c Σ_c' Σ_{i in c} (w_ic'/N) (g_ic' - g_cc')(g_ic' - g_cc')ᵀ
//! ```
//!
//! **The class map** M takes a vector v to the C × C sums (M v)_cc' = Σ_{i in c} w_ic' g_ic'·v, which is
//! one push of v and a sum; its transpose takes C × C coefficients to Σ_cc' a_cc' P_cc' g_cc', which is
//! one pull. A1, A2 and B1 are Mᵀ D M with a small D (`coefficients.rs`); B2 is J_iᵀ times what D leaves
//! of each example. Means, eigenvectors and Gram matrices come from the same two maps.

mod coefficients;
mod gram;
mod map;
mod product;
mod spectrum;
mod weights;

pub use gram::{ClassMean, GramMethod, MeanGram};
pub use spectrum::ClassSpectrum;
pub use weights::ClassWeights;
