//! How much work goes into a spectrum, chosen by the size of the network where nobody chooses.

use hesscope_records::{Effort, LeadingEffort, Precision};
use hesscope_spectral::Reorthogonalisation;

use crate::guards::GUARDS;

/// Above this number of parameters a product is dear, and the default effort is lower.
const LARGE: usize = 1_000_000;

/// Up to this number of parameters products are cheap: 512 of them for a density take a default run half a minute.
const SMALL: usize = 100_000;

/// Lanczos steps are added until outliers can be counted, up to this many.
const MOST_STEPS: usize = 512;

/// The same where a product is dear.
const MOST_STEPS_LARGE: usize = 160;

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
        let top = self.pairs(classes, vectors).min(parameters);
        let (probes, steps) = self.density_effort(parameters, vectors);
        // The run of the leading pairs has as many starts and steps as the density, unless somebody chose.
        let one_run = !self.chose_density() && self.range_steps.is_none();
        let default_steps = match (one_run, large) {
            (true, _) => steps,
            (false, true) => 40,
            (false, false) => 128,
        };
        let range_steps = self.range_steps.unwrap_or(default_steps).min(parameters);
        let fits = range_steps.max(probes * steps) <= vectors / 2;
        let reorthogonalisation = self.reorthogonalisation.unwrap_or(if fits {
            Reorthogonalisation::Full
        } else {
            Reorthogonalisation::None
        });
        let orthogonal = reorthogonalisation != Reorthogonalisation::None;
        let from_leading = one_run && orthogonal;
        let starts = if from_leading { probes } else { 1 };
        // Asked for, the number of steps stays.
        let most_range_steps = if orthogonal && self.range_steps.is_none() {
            let most = if large { MOST_STEPS_LARGE } else { MOST_STEPS };
            let room = vectors / (2 * starts);
            most.min(parameters).min(room).max(range_steps)
        } else {
            range_steps
        };
        Effort {
            leading: LeadingEffort {
                top,
                starts,
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
            lanczos_steps: steps,
            from_leading,
            atom_fraction: Some(ATOM_FRACTION),
            density_error: self.density_error,
            max_products: self
                .density_error
                .map(|_| self.max_products.unwrap_or(MAX_PRODUCTS)),
        }
    }

    /// The same with no more pairs than a memory of so many bytes has room for, where their vectors are whole while those of the
    /// estimation are in pieces.
    #[must_use]
    pub fn with_whole_pairs(
        self,
        parameters: usize,
        classes: usize,
        precision: Precision,
        memory: usize,
    ) -> Self {
        let vectors = memory / (parameters * precision.bytes()).max(1);
        EffortChoices {
            top: Some(self.pairs(classes, vectors)),
            ..self
        }
    }

    /// Pairs where the memory has room for so many vectors: a quarter of it each for the block, its products, its rotation, and
    /// the rest.
    fn pairs(&self, classes: usize, vectors: usize) -> usize {
        let room = (vectors / 4).saturating_sub(GUARDS).max(1);
        self.top.unwrap_or(classes).min(room)
    }

    /// Whether somebody chose the work that goes into the density.
    fn chose_density(&self) -> bool {
        self.probes.is_some() || self.lanczos_steps.is_some() || self.density_error.is_some()
    }

    /// Probes and steps of the density. More steps of fewer probes resolve more decades for as many products; a second probe
    /// tells how far the first is off.
    fn density_effort(&self, parameters: usize, vectors: usize) -> (usize, usize) {
        let (probes, steps) = match (parameters, self.density_error) {
            (..=SMALL, None) => (2, 256),
            (..=LARGE, None) => (2, 160),
            (_, None) => (1, 56),
            // Steps are added from a few on where an error is asked for.
            (..=LARGE, Some(_)) => (2, 96),
            (_, Some(_)) => (1, 16),
        };
        let orthogonal = self
            .reorthogonalisation
            .is_none_or(|chosen| chosen == Reorthogonalisation::Full);
        // As many steps as there are parameters give every eigenvalue, and a second probe nothing more.
        if !self.chose_density() && orthogonal && parameters <= (probes * steps).min(vectors / 2) {
            return (1, parameters);
        }
        (
            self.probes.unwrap_or(probes),
            self.lanczos_steps.unwrap_or(steps),
        )
    }
}
