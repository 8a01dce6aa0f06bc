//! `hesscope verify`: a device against exact references.

use std::path::{Path, PathBuf};

use hesscope_onnx::Model;
use hesscope_records::Precision;
use hesscope_study::StudyError;
use hesscope_study::device::DeviceName;
use hesscope_verify::{ExportedReference, Outcome, Reference, verify, verify_exported};

use crate::failure::Failure;
use crate::output::print;

/// Which references on which device.
#[derive(Debug, clap::Args)]
pub struct VerifyOptions {
    /// References in safetensors
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// ONNX model that the references are of [default: the networks that they name]
    #[arg(long, value_name = "FILE.onnx")]
    model: Option<PathBuf>,
    /// Device, see `hesscope devices`
    #[arg(long, default_value_t)]
    device: DeviceName,
    /// Precision of the products: f32 or f64
    #[arg(long, default_value_t = Precision::F64)]
    precision: Precision,
    /// Largest relative error that passes [default: 1e-10 in f64, 1e-4 in f32]
    #[arg(long)]
    tolerance: Option<f64>,
}

/// Compares and prints; fails with exit code 1 where an error exceeds the tolerance.
pub fn run(options: &VerifyOptions) -> Result<(), Failure> {
    let precision = options.precision;
    let device = options.device.open(precision)?;
    let tolerance = options.tolerance.unwrap_or_else(|| precision.tolerance());
    if tolerance.is_nan() || tolerance <= 0.0 {
        return Err(Failure::new(format!(
            "--tolerance is {tolerance}: give a number above zero, such as 1e-4"
        )));
    }
    let model = options.model.as_deref().map(read_model).transpose()?;
    let mut exceeding = 0;
    for path in &options.files {
        let checks = match &model {
            Some(model) => {
                let reference = ExportedReference::read(path)?;
                verify_exported(model, &reference, precision, &device)?
            }
            None => verify(&Reference::read(path)?, precision, &device)?,
        };
        print(path.display());
        for check in checks {
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
                    print(format_args!("  {name:14} {error:9.2e}{verdict}"));
                }
                Outcome::ReferenceAsymmetric(asymmetry) => print(format_args!(
                    "  {name:14} not compared: the reference's own products are not symmetric ({asymmetry:.1e})"
                )),
            }
        }
    }
    print(format_args!(
        "{precision} on {}, tolerance {tolerance:e}",
        options.device
    ));
    if exceeding > 0 {
        return Err(Failure::negative(format!(
            "{exceeding} quantities are farther than {tolerance:e} from the reference: do not trust this \
             device in {precision}"
        )));
    }
    Ok(())
}

fn read_model(path: &Path) -> Result<Model, Failure> {
    Ok(Model::read(path).map_err(StudyError::onnx(path))?)
}
