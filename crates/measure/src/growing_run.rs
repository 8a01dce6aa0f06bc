//! The Lanczos run that goes on until outliers can be counted.

use hesscope_records::LeadingEffort;
use hesscope_spectral::{
    Estimation, Keeper, LanczosEstimation, LanczosOptions, LanczosRun, LinearOperator, ProbeKind,
    Probes, Reorthogonalisation, SpectralError, VectorOf, VectorSpace,
};

use crate::candidates::RitzValues;
use crate::observed::ObservedOperator;
use crate::outliers::are_settled;
use crate::properties::OperatorProperties;
use crate::recursion::breakdown;

/// Keeps the leading run's start apart from the probes of the density.
const LEADING_STREAM: u64 = 0x6c65_6164_696e_6721;

/// While outliers cannot be counted, this many times the steps are made, rounded up.
const GROWTH: f64 = 1.25;

/// The Lanczos runs of the starts, in lockstep, of as many steps as the count of outliers by the first needs; one at least.
pub(crate) fn lanczos_runs<O, K>(
    operator: &ObservedOperator<'_, O>,
    properties: &OperatorProperties,
    effort: &LeadingEffort,
    keeper: &mut K,
) -> Result<Vec<LanczosRun<VectorOf<O>>>, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    let dim = operator.effective_dim();
    let epsilon = operator.space().epsilon();
    let orthogonal = effort.reorthogonalisation != Reorthogonalisation::None;
    let most = if orthogonal {
        effort.most_range_steps.max(effort.range_steps).min(dim)
    } else {
        effort.range_steps
    };
    let options = LanczosOptions {
        steps: most,
        reorthogonalisation: effort.reorthogonalisation,
        breakdown: breakdown(effort.reorthogonalisation),
        keep_basis: orthogonal,
        seed: effort.seed,
    };
    let starts = Probes::new(ProbeKind::Gaussian, effort.seed ^ LEADING_STREAM).block(
        operator.space(),
        0,
        effort.starts.max(1),
    );
    let lanczos = LanczosEstimation::begin(operator, &starts, &options)?;
    let mut due = effort.range_steps.min(most);
    let enough = |lanczos: &LanczosEstimation<VectorOf<O>>| -> Result<bool, SpectralError> {
        let made = lanczos.steps();
        while due < made {
            due = grown(due).min(most);
        }
        if made < due || due == most {
            return Ok(false);
        }
        let ritz = lanczos.ritz_values()?;
        let ritz = RitzValues {
            values: ritz.first().map_or(&[], Vec::as_slice),
            complete: false,
        };
        let settled = are_settled(ritz, properties, epsilon)?;
        if !settled {
            operator.expect(starts.len() * (grown(due).min(most) - due));
        }
        Ok(settled)
    };
    let lanczos = lanczos.run_until(operator, "lanczos", keeper, enough)?;
    lanczos.finish_now(operator)
}

/// The steps after which the count of outliers is tried again.
fn grown(steps: usize) -> usize {
    (steps as f64 * GROWTH).ceil() as usize
}
