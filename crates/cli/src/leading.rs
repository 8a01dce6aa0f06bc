//! The leading eigenpairs of an operator: a Lanczos run, and a subspace iteration that starts from it.

use hesscope_hvp::{Array, ParameterSpace};
use hesscope_report::schema::AnalysisSettings;
use hesscope_spectral::{
    Breakdown, FolderKeeper, LanczosOptions, LanczosRun, LinearOperator, ProbeKind, Probes,
    Reorthogonalisation, SpectralError, SubspaceOptions, SubspaceResult, lanczos_kept,
    subspace_iteration_kept,
};

use crate::failure::Failure;
use crate::settings::reorthogonalisation;

/// Vectors beyond the leading pairs that the subspace iteration carries along.
pub const GUARDS: usize = 6;

/// Keeps the leading run's start apart from the probes of the density.
const LEADING_STREAM: u64 = 0x6c65_6164_696e_6721;

/// How much work goes into them.
#[derive(Debug, Clone)]
pub struct Effort {
    pub range_steps: usize,
    pub reorthogonalisation: Reorthogonalisation,
    pub pairs: usize,
    pub iterations: usize,
    pub tolerance: f64,
    pub seed: u64,
}

impl Effort {
    /// What the settings of an analysis say.
    pub fn of(settings: &AnalysisSettings) -> Result<Self, Failure> {
        Ok(Effort {
            range_steps: settings.range_steps,
            reorthogonalisation: reorthogonalisation(&settings.reorthogonalisation)?,
            pairs: settings.top,
            iterations: settings.subspace_iterations,
            tolerance: settings.subspace_tolerance,
            seed: settings.seed,
        })
    }

    /// What a breakdown does.
    pub fn breakdown(&self) -> Breakdown {
        match self.reorthogonalisation {
            Reorthogonalisation::Full => Breakdown::Restart,
            Reorthogonalisation::None | Reorthogonalisation::Selective => Breakdown::Stop,
        }
    }

    /// Whether Lanczos vectors are kept, so that Ritz values come without copies and with vectors.
    pub fn keeps_vectors(&self) -> bool {
        self.reorthogonalisation != Reorthogonalisation::None
    }

    /// Products with one vector it may take, about.
    pub fn products(&self) -> usize {
        self.range_steps + 2 * (self.pairs + GUARDS)
    }
}

/// What was found.
pub struct Leading {
    /// The Lanczos run, without its vectors.
    pub run: LanczosRun<Array>,
    /// The leading pairs.
    pub top: SubspaceResult<Array>,
}

impl Leading {
    /// What is known of the eigenvalues not among the pairs: the greatest modulus of the guards, or where there are none
    /// the least of the pairs, residual included.
    pub fn next(&self) -> f64 {
        let bound = |values: &[f64], residuals: &[f64]| -> Vec<f64> {
            let both = values.iter().zip(residuals);
            both.map(|(value, residual)| value.abs() + residual)
                .collect()
        };
        let guards = bound(&self.top.guard_values, &self.top.guard_residuals);
        let pairs = &self.top.pairs;
        guards.into_iter().reduce(f64::max).unwrap_or_else(|| {
            bound(&pairs.values, &pairs.residuals)
                .into_iter()
                .fold(f64::INFINITY, f64::min)
        })
    }

    /// Products with one vector it took, over all processes that had a part in it.
    pub fn products(&self) -> usize {
        let block = self.top.pairs.values.len() + self.top.guard_values.len();
        self.run.alpha.len() + self.top.iterations * block
    }
}

/// Finds the leading pairs by modulus, from where the keeper has them.
pub fn leading<O>(
    operator: &O,
    effort: &Effort,
    keeper: &mut FolderKeeper,
) -> Result<Leading, SpectralError>
where
    O: LinearOperator<Space = ParameterSpace>,
{
    let options = LanczosOptions {
        steps: effort.range_steps,
        reorthogonalisation: effort.reorthogonalisation,
        breakdown: effort.breakdown(),
        keep_basis: effort.keeps_vectors(),
        seed: effort.seed,
    };
    let start =
        Probes::new(ProbeKind::Gaussian, effort.seed ^ LEADING_STREAM).vector(operator.space(), 0);
    let mut run = lanczos_kept(operator, &[start], &options, "lanczos", keeper)?.remove(0);
    let warm = if effort.keeps_vectors() {
        ritz_vectors(operator.space(), &run, effort.pairs + GUARDS)?
    } else {
        Vec::new()
    };
    // Its vectors are no longer needed, and are most of the memory.
    run.basis = None;
    let top = subspace_iteration_kept(
        operator,
        &SubspaceOptions {
            pairs: effort.pairs,
            oversampling: GUARDS,
            max_iterations: effort.iterations,
            tolerance: effort.tolerance,
            seed: effort.seed,
            ..SubspaceOptions::default()
        },
        Some(&warm),
        "subspace",
        keeper,
    )?;
    Ok(Leading { run, top })
}

/// Ritz vectors of the values of largest modulus, to start the subspace iteration from.
fn ritz_vectors(
    space: &ParameterSpace,
    run: &LanczosRun<Array>,
    count: usize,
) -> Result<Vec<Array>, SpectralError> {
    let mut order: Vec<usize> = (0..run.ritz_values.len()).collect();
    order.sort_by(|&a, &b| {
        run.ritz_values[b]
            .abs()
            .total_cmp(&run.ritz_values[a].abs())
    });
    order.truncate(count);
    run.ritz_vectors(space, &order)
}
