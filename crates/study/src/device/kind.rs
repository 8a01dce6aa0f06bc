//! Kinds of devices, and the devices of each on this machine.

use burn::tensor::Device;
use hesscope_hvp::PrecisionExt;
use hesscope_records::Precision;

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

    /// Whether a device of this kind computes in a precision. Those of Vulkan and WebGPU may add and multiply in float64, but
    /// have exponentials and logarithms of 32 bits at most (SPIR-V, GLSL.std.450), which every loss takes.
    pub(super) fn computes(self, device: &Device, precision: Precision) -> bool {
        let single = matches!(self, Self::Vulkan | Self::WebGpu);
        device.supports_dtype(precision.dtype()) && !(single && precision == Precision::F64)
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

/// The GPUs of a kind on this machine, none where the kind is not built in.
#[cfg(any(
    feature = "vulkan",
    feature = "metal",
    feature = "webgpu",
    feature = "cuda"
))]
pub(super) fn gpus(kind: DeviceKind) -> Vec<Device> {
    use burn::tensor::DeviceType;
    let kind = match kind {
        #[cfg(feature = "vulkan")]
        DeviceKind::Vulkan => DeviceType::Vulkan,
        #[cfg(feature = "metal")]
        DeviceKind::Metal => DeviceType::Metal,
        // On the system's own graphics API; Burn's `WebGpu` is that of browsers.
        #[cfg(feature = "webgpu")]
        DeviceKind::WebGpu => DeviceType::Wgpu,
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
pub(super) fn gpus(_: DeviceKind) -> Vec<Device> {
    Vec::new()
}

/// How a GPU calls itself, and whether it is a card of its own and not the processor.
#[cfg(any(
    feature = "vulkan",
    feature = "metal",
    feature = "webgpu",
    feature = "cuda"
))]
pub(super) fn identity(device: &Device) -> Option<(String, bool)> {
    let identity = device.identity()?;
    Some((identity.name, identity.physical.is_some()))
}

#[cfg(not(any(
    feature = "vulkan",
    feature = "metal",
    feature = "webgpu",
    feature = "cuda"
)))]
pub(super) fn identity(_: &Device) -> Option<(String, bool)> {
    None
}

/// A device of a kind in words, without its name.
pub(super) fn words(kind: DeviceKind, device: &Device) -> String {
    if kind.is_gpu() {
        identity(device).map_or_else(|| format!("{device:?}"), |(name, _)| name)
    } else {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        format!("{cores} cores, {}", std::env::consts::ARCH)
    }
}
