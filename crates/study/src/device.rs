//! Devices by name.

use std::fmt;
use std::str::FromStr;

use burn::tensor::Device;
use hesscope_hvp::PrecisionExt;
use hesscope_records::Precision;
use serde_with::{DeserializeFromStr, SerializeDisplay};

use crate::error::StudyError;

/// A kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    /// All cores, in pure Rust.
    Cpu,
    /// The CPU by Burn's older backend.
    Ndarray,
    /// GPUs with a Vulkan driver.
    Vulkan,
    /// GPUs of Apple.
    Metal,
    /// GPUs with a WebGPU driver.
    WebGpu,
    /// GPUs of NVIDIA.
    Cuda,
}

impl DeviceKind {
    /// All kinds, whether this build has them or not.
    pub const ALL: [Self; 6] = [
        Self::Cpu,
        Self::Ndarray,
        Self::Vulkan,
        Self::Metal,
        Self::WebGpu,
        Self::Cuda,
    ];

    /// Its name, which is also that of the feature of a build that has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Ndarray => "ndarray",
            Self::Vulkan => "vulkan",
            Self::Metal => "metal",
            Self::WebGpu => "webgpu",
            Self::Cuda => "cuda",
        }
    }

    /// What it computes on, in a few words.
    pub fn description(self) -> &'static str {
        match self {
            Self::Cpu => "all cores, pure Rust",
            Self::Ndarray => "the CPU by the older ndarray backend",
            Self::Vulkan => "any GPU with a Vulkan driver",
            Self::Metal => "GPUs of Apple",
            Self::WebGpu => "any GPU with a WebGPU driver",
            Self::Cuda => "GPUs of NVIDIA",
        }
    }

    /// Whether this build has it.
    pub fn is_built(self) -> bool {
        match self {
            Self::Cpu => true,
            Self::Ndarray => cfg!(feature = "ndarray"),
            Self::Vulkan => cfg!(feature = "vulkan"),
            Self::Metal => cfg!(feature = "metal"),
            Self::WebGpu => cfg!(feature = "webgpu"),
            Self::Cuda => cfg!(feature = "cuda"),
        }
    }

    /// Whether it has memory and arithmetic of its own.
    pub fn is_gpu(self) -> bool {
        !matches!(self, Self::Cpu | Self::Ndarray)
    }

    /// How many there are on this machine, for this build.
    pub fn count(self) -> usize {
        if !self.is_built() {
            0
        } else if self.is_gpu() {
            gpus(self).len()
        } else {
            1
        }
    }
}

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
    #[error("there is no device `{0}`: choose one of cpu, ndarray, vulkan, metal, webgpu, cuda")]
    Kind(String),
    /// What stands behind the colon is no number.
    #[error("the device `{0}` has no number behind its colon: write for example cuda:1")]
    Index(String),
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
    /// A kind that this build lacks, a device that the machine lacks, and a precision that the device does not compute in.
    pub fn open(self, precision: Precision) -> Result<Device, StudyError> {
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
        if device.supports_dtype(precision.dtype()) {
            return Ok(device);
        }
        Err(StudyError::setting(format!(
            "the device `{self}` does not compute in {precision}: choose --precision f32, or the device cpu"
        )))
    }

    fn find(self) -> Option<Device> {
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
        if self.kind.is_gpu() {
            format!("{self}, {device:?}")
        } else {
            let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
            format!("{self}, {cores} cores, {}", std::env::consts::ARCH)
        }
    }
}

/// The GPUs of a kind on this machine, none where the kind is not built in.
#[cfg(any(
    feature = "vulkan",
    feature = "metal",
    feature = "webgpu",
    feature = "cuda"
))]
fn gpus(kind: DeviceKind) -> Vec<Device> {
    use burn::tensor::DeviceType;
    let kind = match kind {
        #[cfg(feature = "vulkan")]
        DeviceKind::Vulkan => DeviceType::Vulkan,
        #[cfg(feature = "metal")]
        DeviceKind::Metal => DeviceType::Metal,
        #[cfg(feature = "webgpu")]
        DeviceKind::WebGpu => DeviceType::WebGpu,
        #[cfg(feature = "cuda")]
        DeviceKind::Cuda => DeviceType::Cuda,
        _ => return Vec::new(),
    };
    Device::enumerate(kind).into_vec()
}

#[cfg(not(any(
    feature = "vulkan",
    feature = "metal",
    feature = "webgpu",
    feature = "cuda"
)))]
fn gpus(_: DeviceKind) -> Vec<Device> {
    Vec::new()
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
