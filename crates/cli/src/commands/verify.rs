//! `hesscope verify`: a device against exact references.

use hesscope_hvp::Precision;
use hesscope_verify::{Outcome, Reference, verify};

use crate::args::VerifyOptions;
use crate::devices;
use crate::failure::Failure;
use crate::settings::precision;

/// Compares and prints; fails with exit code 1 where an error exceeds the tolerance.
pub fn run(options: &VerifyOptions) -> Result<(), Failure> {
    let precision = precision(&options.precision)?;
    let device = devices::find(&options.device)?;
    devices::require(&options.device, &device, precision)?;
    let tolerance = options.tolerance.unwrap_or(match precision {
        Precision::F32 => 1e-4,
        Precision::F64 => 1e-10,
    });
    if tolerance.is_nan() || tolerance <= 0.0 {
        return Err(Failure::new(format!(
            "the tolerance {tolerance} is not above zero: give for example 1e-4"
        )));
    }
    let mut exceeding = 0;
    for path in &options.files {
        let reference = Reference::read(path)?;
        println!("{}", path.display());
        for check in verify(&reference, precision, &device)? {
            let name = check.quantity.name();
            match check.outcome {
                Outcome::Error(error) => {
                    // Written so that a NaN exceeds.
                    let passed = error <= tolerance;
                    exceeding += usize::from(!passed);
                    let verdict = if passed {
                        ""
                    } else {
                        "  EXCEEDS the tolerance"
                    };
                    println!("  {name:14} {error:9.2e}{verdict}");
                }
                Outcome::ReferenceAsymmetric(asymmetry) => println!(
                    "  {name:14} not compared: the reference's own products are not symmetric ({asymmetry:.1e})"
                ),
            }
        }
    }
    println!(
        "{} on {}, tolerance {tolerance:e}",
        options.precision, options.device
    );
    if exceeding > 0 {
        return Err(Failure::negative(format!(
            "{exceeding} quantities are farther than {tolerance:e} from the reference: do not trust this \
             device in {}",
            options.precision
        )));
    }
    Ok(())
}
