//! A GPU is checked against the CPU before it is believed.

use burn::tensor::Device;
use hesscope_hvp::{HvpError, ProblemOptions, Source as _};
use hesscope_records::{Part, Precision, Split};

use crate::device::DeviceName;
use crate::error::StudyError;
use crate::model::Model;
use crate::observer::{Event, Observer};
use crate::run::Run;

/// Examples of one comparison.
const EXAMPLES: usize = 4;

/// Comparisons, each with other examples, of which the best counts: where a unit of a network is within rounding of a kink,
/// two devices may rightly take its two sides.
const COMPARISONS: usize = 3;

/// Compares products with Hess of a few examples on the run's device with the CPU's in float64, and says how far they are
/// apart. On the CPU there is nothing to compare.
///
/// # Errors
///
/// A device whose products are wrong, and one that fails.
pub(super) fn check_device(
    run: &Run,
    network: &Model,
    split: Split,
    precision: Precision,
    observer: &dyn Observer,
) -> Result<(), StudyError> {
    let device = run.settings().device;
    if !device.kind.is_gpu() {
        return Ok(());
    }
    let source = run.source(split);
    let mut best = f64::INFINITY;
    for comparison in 0..COMPARISONS {
        let start = comparison * EXAMPLES;
        let end = (start + EXAMPLES).min(source.len());
        if start >= end {
            break;
        }
        let samples = source.batch(start..end).map_err(HvpError::of_source)?;
        let problem = |device: &Device, precision| {
            let options = ProblemOptions {
                precision,
                ..ProblemOptions::default()
            };
            let objective = run.settings().loss.objective();
            network.problem(samples.clone(), objective, device, options)
        };
        let ours = problem(run.device(), precision)?;
        let cpu = problem(&Device::flex(), Precision::F64)?;
        let difference = ours.difference_from(&cpu, Part::Hess)?;
        if difference < best {
            best = difference;
        }
        if best <= precision.tolerance() {
            observer.event(Event::Note(&agreement(device, best)));
            return Ok(());
        }
    }
    Err(StudyError::setting(refusal(device, best, precision)))
}

fn agreement(device: DeviceName, difference: f64) -> String {
    format!(
        "{device}: a product with the Hessian of {EXAMPLES} examples differs from the CPU's in float64 by {difference:.1e} of \
         its size"
    )
}

fn refusal(device: DeviceName, difference: f64, precision: Precision) -> String {
    format!(
        "the device {device} multiplies wrongly: products with the Hessian of {EXAMPLES} examples differ from the CPU's in \
         float64 by {difference:.1e} of their size, and in {precision} {:.0e} is right: update the driver, or choose \
         --device cpu",
        precision.tolerance()
    )
}
