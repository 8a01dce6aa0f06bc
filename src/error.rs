//! What can go wrong with the spectrum of a model.

use hesscope_hvp::HvpError;
use hesscope_report::ReportError;
use hesscope_spectral::SpectralError;

/// Why a spectrum could not be measured or shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The network, the data or the device.
    #[error(transparent)]
    Hvp(#[from] HvpError),
    /// The estimation.
    #[error(transparent)]
    Spectral(#[from] SpectralError),
    /// The files of a report.
    #[error(transparent)]
    Report(#[from] ReportError),
}
