//! Devices by name, and how they are opened.

use std::fmt;
use std::str::FromStr;

use burn::tensor::Device;
use hesscope_files::did_you_mean;
use hesscope_ranks::Place;
use hesscope_records::Precision;
use serde_with::{DeserializeFromStr, SerializeDisplay};

use super::address_space::require_address_space;
use super::kind::{DeviceKind, gpus, words};
use crate::error::StudyError;

/// The name of a device, such as `cpu`, `vulkan` or `cuda:1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, SerializeDisplay, DeserializeFromStr)]
pub struct DeviceName {
    /// The kind.
    pub kind: DeviceKind,
    /// Which one of several; the first if absent.
    pub index: Option<usize>,
}

impl Default for DeviceName {
    fn default() -> Self {
        DeviceName {
            kind: DeviceKind::Cpu,
            index: None,
        }
    }
}

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            None => f.pad(self.kind.name()),
            Some(index) => f.pad(&format!("{}:{index}", self.kind.name())),
        }
    }
}

/// There is no device of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownDevice {
    /// The kind is not known.
    #[error(
        "there is no device `{0}`: {meant}choose one of cpu, ndarray, vulkan, metal, webgpu, cuda",
        meant = meant(.0)
    )]
    Kind(String),
    /// What stands behind the colon is no number.
    #[error("the device `{0}` has no number behind its colon: write for example cuda:1")]
    Index(String),
}

/// The kind whose name is like this one, as the beginning of a remedy. Of GPUs there are several, and none is meant by `gpu`.
fn meant(name: &str) -> String {
    if name.starts_with("gpu") {
        return String::new();
    }
    did_you_mean(name, DeviceKind::ALL.into_iter().map(DeviceKind::name))
}

impl FromStr for DeviceName {
    type Err = UnknownDevice;

    fn from_str(name: &str) -> Result<Self, UnknownDevice> {
        let (kind, index) = match name.split_once(':') {
            Some((kind, index)) => (kind, Some(index)),
            None => (name, None),
        };
        let kind = DeviceKind::ALL
            .into_iter()
            .find(|known| known.name() == kind)
            .ok_or_else(|| UnknownDevice::Kind(name.to_owned()))?;
        let index = index
            .map(|index| {
                index
                    .parse()
                    .map_err(|_| UnknownDevice::Index(name.to_owned()))
            })
            .transpose()?;
        Ok(DeviceName { kind, index })
    }
}

impl DeviceName {
    /// Opens the device, for an analysis in this precision.
    ///
    /// # Errors
    ///
    /// A kind that this build lacks, a device that the machine lacks, a precision that the device does not compute in, and
    /// an address space too small for the program.
    pub fn open(self, precision: Precision) -> Result<Device, StudyError> {
        require_address_space()?;
        let kind = self.kind.name();
        if !self.kind.is_built() {
            return Err(StudyError::setting(format!(
                "this build has no {kind} devices: build with `--features {kind}`, or choose cpu"
            )));
        }
        let device = self.find().ok_or_else(|| {
            StudyError::setting(format!(
                "there is no device `{self}` on this machine: see `hesscope devices`, or choose cpu"
            ))
        })?;
        if self.kind.computes(&device, precision) {
            return Ok(device);
        }
        Err(StudyError::setting(format!(
            "the device `{self}` does not compute in {precision}: choose --precision f32, or the device cpu"
        )))
    }

    /// The device of a rank: where a GPU is meant without saying which, the ranks of a machine take one each, in turn.
    pub fn of_rank(self, place: &Place) -> Self {
        if !self.kind.is_gpu() || self.index.is_some() || !self.kind.is_built() {
            return self;
        }
        let count = gpus(self.kind).len().max(1);
        DeviceName {
            index: Some(place.local_rank % count),
            ..self
        }
    }

    pub(super) fn find(self) -> Option<Device> {
        match self.kind {
            DeviceKind::Cpu => self.index.is_none().then(Device::flex),
            #[cfg(feature = "ndarray")]
            #[allow(deprecated)]
            DeviceKind::Ndarray => self.index.is_none().then(Device::ndarray),
            kind => gpus(kind).into_iter().nth(self.index.unwrap_or(0)),
        }
    }

    /// The device in words, for the record.
    pub fn describe(self, device: &Device) -> String {
        format!("{self}, {}", words(self.kind, device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_others_refused() {
        for name in ["cpu", "vulkan", "cuda:1"] {
            let device: DeviceName = name.parse().expect("a name");
            assert_eq!(device.to_string(), name);
        }
        let refused = |name: &str| DeviceName::from_str(name).expect_err(name).to_string();
        assert!(refused("gpu").contains("`gpu`: choose one of cpu, ndarray"));
        assert!(refused("cuda:x").contains("no number behind its colon"));
        assert!(DeviceName::default().open(Precision::F64).is_ok());
        let second = "cpu:1".parse::<DeviceName>().expect("a name");
        assert!(second.open(Precision::F32).is_err());
    }
}
