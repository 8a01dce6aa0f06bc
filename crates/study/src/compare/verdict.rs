//! Deviations as records, and what they come to.

use hesscope_records::{Compared, Deviation, Precision, Quantity, Spectrum, Terms};

use super::deviation::{of_densities, of_moments, of_nearest};
use crate::error::StudyError;

/// What is compared within one thing: its name and where it was computed.
pub struct Candidate {
    /// The device with its precision, or the folder of the run.
    pub name: String,
    /// The device, in words.
    pub device: String,
    /// The precision of the products.
    pub precision: Precision,
}

impl Candidate {
    /// With these deviations, which took so many seconds.
    pub fn compared(self, deviations: Vec<Deviation>, seconds: f64) -> Compared {
        let tolerance = self.precision.tolerance();
        Compared {
            name: self.name,
            device: self.device,
            precision: self.precision,
            tolerance,
            agrees: !deviations.iter().any(|it| it.exceeds(tolerance)),
            failed: None,
            deviations,
            seconds,
            product_seconds: None,
            reserved_bytes: None,
        }
    }

    /// It could not be measured.
    pub fn failed(self, error: &StudyError) -> Compared {
        Compared {
            agrees: false,
            failed: Some(error.to_string()),
            ..self.compared(Vec::new(), 0.0)
        }
    }
}

/// A deviation as a record.
pub fn deviation(
    quantity: Quantity,
    operator: Option<Terms>,
    at: Option<&str>,
    value: f64,
) -> Deviation {
    Deviation {
        quantity,
        operator,
        at: at.map(str::to_owned),
        value: value.is_finite().then_some(value),
        judged: matches!(
            quantity,
            Quantity::Logits | Quantity::Products | Quantity::Eigenvalues
        ),
    }
}

/// How far a spectrum of an operator is from that of the reference.
pub fn of_spectra(
    operator: Terms,
    at: Option<&str>,
    reference: &Spectrum,
    found: &Spectrum,
) -> Result<Vec<Deviation>, StudyError> {
    let range = reference.range;
    let [mean, square] = of_moments(&reference.density, &found.density);
    let density = of_densities(
        &reference.density,
        &found.density,
        [range.lower, range.upper],
    )?;
    let mut all = vec![
        (Quantity::Mean, mean),
        (Quantity::MeanSquare, square),
        (Quantity::Density, density),
    ];
    let eigenvalues = converged(reference, found);
    if !eigenvalues.is_empty() {
        let apart = of_nearest(&eigenvalues, &found.top.values);
        all.insert(0, (Quantity::Eigenvalues, apart));
    }
    let records = all
        .into_iter()
        .map(|(quantity, value)| deviation(quantity, Some(operator), at, value));
    Ok(records.collect())
}

/// The leading eigenvalues of the reference that both have found to their tolerance, place by place.
fn converged(reference: &Spectrum, found: &Spectrum) -> Vec<f64> {
    let top = &reference.top;
    let both = top.converged.iter().zip(&found.top.converged);
    top.values
        .iter()
        .zip(both)
        .filter(|(_, (one, other))| **one && **other)
        .map(|(value, _)| *value)
        .collect()
}
