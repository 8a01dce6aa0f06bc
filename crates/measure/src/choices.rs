//! How much work goes into a spectrum, chosen by the size of the network where nobody chooses.

use hesscope_records::{Effort, LeadingEffort, Precision};
use hesscope_spectral::Reorthogonalisation;

use crate::guards::GUARDS;

/// Above this number of parameters a product is dear, and the default effort is lower.
const LARGE: usize = 1_000_000;

/// Up to this number of parameters products are cheap: 512 of them for a density take a default run half a minute.
const SMALL: usize = 100_000;

/// Lanczos steps are added until outliers can be counted, up to this many times those begun with.
const MORE: usize = 4;

/// A leading pair becomes an atom of the density where its residual is at most this share of its gap to the rest.
const ATOM_FRACTION: f64 = 0.01;

/// Most products with one vector of a density whose error is asked for, where nobody says.
pub const MAX_PRODUCTS: usize = 20_000;

/// The numbers of an [`Effort`] that somebody chose; the others are chosen by the size of the network.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EffortChoices {
    /// Random probes of the density.
    pub probes: Option<usize>,
    /// Lanczos steps of each probe.
    pub lanczos_steps: Option<usize>,
    /// Lanczos steps of the range and the leading eigenvalues.
    pub range_steps: Option<usize>,
    /// Leading eigenpairs.
    pub top: Option<usize>,
    /// How Lanczos vectors are kept orthogonal.
    pub reorthogonalisation: Option<Reorthogonalisation>,
    /// The error of the density, as a share of the width of the bulk; where present, probes and steps are added.
    pub density_error: Option<f64>,
    /// Most products with one vector that this may take.
    pub max_products: Option<usize>,
    /// Seed of the probes and starts.
    pub seed: u64,
}

impl EffortChoices {
    /// The effort for a network of `parameters` parameters and `classes` classes, in `precision`, whose vectors may take
    /// `memory` bytes.
    pub fn resolve(
        &self,
        parameters: usize,
        classes: usize,
        precision: Precision,
        memory: usize,
    ) -> Effort {
        let large = parameters > LARGE;
        let vectors = memory / (parameters * precision.bytes()).max(1);
        let default_steps = if large { 40 } else { 128 };
        let range_steps = self.range_steps.unwrap_or(default_steps).min(parameters);
        // A quarter of the memory each for the block, its products, its rotation, and the rest.
        let top = self
            .top
            .unwrap_or(classes)
            .min((vectors / 4).saturating_sub(GUARDS).max(1))
            .min(parameters);
        let (probes, lanczos_steps) = self.density_effort(parameters);
        let fits = range_steps.max(probes * lanczos_steps) <= vectors / 2;
        let reorthogonalisation = self.reorthogonalisation.unwrap_or(if fits {
            Reorthogonalisation::Full
        } else {
            Reorthogonalisation::None
        });
        // Asked for, the number of steps stays.
        let most_range_steps = match self.range_steps {
            None if reorthogonalisation != Reorthogonalisation::None => (MORE * range_steps)
                .min(parameters)
                .min(vectors / 2)
                .max(range_steps),
            _ => range_steps,
        };
        // As many steps as there are parameters give every eigenvalue, and a second probe nothing more.
        let affords_all = parameters <= probes * lanczos_steps
            && parameters <= vectors / 2
            && reorthogonalisation == Reorthogonalisation::Full;
        let chosen = self.probes.is_some() || self.lanczos_steps.is_some();
        let (probes, lanczos_steps) = if affords_all && !chosen && self.density_error.is_none() {
            (1, parameters)
        } else {
            (probes, lanczos_steps)
        };
        Effort {
            leading: LeadingEffort {
                top,
                range_steps,
                most_range_steps,
                reorthogonalisation,
                subspace_iterations: if large { 2 } else { 60 },
                subspace_tolerance: match precision {
                    Precision::F32 => 1e-4,
                    Precision::F64 => 1e-8,
                },
                seed: self.seed,
            },
            probes,
            lanczos_steps,
            atom_fraction: Some(ATOM_FRACTION),
            density_error: self.density_error,
            max_products: self
                .density_error
                .map(|_| self.max_products.unwrap_or(MAX_PRODUCTS)),
        }
    }

    /// Probes and steps of the density, where all eigenvalues are not to be had for as many products. More steps of fewer
    /// probes resolve more decades for as many products; a second probe tells how far the first is off.
    fn density_effort(&self, parameters: usize) -> (usize, usize) {
        let (probes, steps) = match parameters {
            // Steps are added from a few on where an error is asked for.
            0..=SMALL if self.density_error.is_none() => (2, 256),
            ..=LARGE => (2, 96),
            _ => (1, 16),
        };
        (
            self.probes.unwrap_or(probes),
            self.lanczos_steps.unwrap_or(steps),
        )
    }
}
