//! What is compared on which devices.

use hesscope_records::Precision;

use crate::counts::{MOST, require_count};
use crate::device::DeviceName;
use crate::error::StudyError;
use crate::settings::Settings;

/// One configuration on several devices.
#[derive(Debug, Clone, PartialEq)]
pub struct CompareRequest {
    /// Data, network, weights and operators; the device and the precision are not read.
    pub settings: Settings,
    /// The devices.
    pub devices: Vec<DeviceName>,
    /// The precisions each device computes in.
    pub precisions: Vec<Precision>,
    /// Random vectors that each operator is multiplied with.
    pub vectors: usize,
}

impl CompareRequest {
    /// Checks what can be checked without a device.
    pub(super) fn check(&self) -> Result<(), StudyError> {
        for (key, count) in [
            ("devices", self.devices.len()),
            ("precisions", self.precisions.len()),
            ("operators", self.settings.analysis.operators.len()),
        ] {
            if count == 0 {
                return Err(StudyError::setting(format!(
                    "{key} is empty: give at least one value"
                )));
            }
        }
        require_count("vectors", self.vectors, MOST)
    }
}
