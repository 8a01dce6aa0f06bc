//! Devices by name.

use burn::tensor::Device;
use hesscope_hvp::Precision;

use crate::failure::Failure;

/// A kind of device that a build may have.
struct Kind {
    name: &'static str,
    feature: &'static str,
    what: &'static str,
    built: bool,
}

const KINDS: [Kind; 6] = [
    Kind {
        name: "cpu",
        feature: "",
        what: "all cores, pure Rust",
        built: true,
    },
    Kind {
        name: "ndarray",
        feature: "ndarray",
        what: "the CPU by the older ndarray backend",
        built: cfg!(feature = "ndarray"),
    },
    Kind {
        name: "vulkan",
        feature: "vulkan",
        what: "any GPU with a Vulkan driver",
        built: cfg!(feature = "vulkan"),
    },
    Kind {
        name: "metal",
        feature: "metal",
        what: "GPUs of Apple",
        built: cfg!(feature = "metal"),
    },
    Kind {
        name: "webgpu",
        feature: "webgpu",
        what: "any GPU with a WebGPU driver",
        built: cfg!(feature = "webgpu"),
    },
    Kind {
        name: "cuda",
        feature: "cuda",
        what: "GPUs of NVIDIA",
        built: cfg!(feature = "cuda"),
    },
];

/// The device of this name, such as `cpu`, `vulkan` or `cuda:1`.
pub fn find(name: &str) -> Result<Device, Failure> {
    let (kind, index) = match name.split_once(':') {
        Some((kind, index)) => {
            let index = index.parse::<usize>().map_err(|_| {
                Failure::new(format!(
                    "the device `{name}` has no number behind its colon: write for example cuda:1"
                ))
            })?;
            (kind, Some(index))
        }
        None => (name, None),
    };
    let Some(kind) = KINDS.iter().find(|known| known.name == kind) else {
        let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        return Err(Failure::new(format!(
            "there is no device `{name}`: choose one of {}",
            names.join(", ")
        )));
    };
    if !kind.built {
        return Err(Failure::new(format!(
            "this build has no {} devices: build with `--features {}`, or choose cpu",
            kind.name, kind.feature
        )));
    }
    open(kind.name, index).ok_or_else(|| {
        Failure::new(format!(
            "there is no device `{name}` on this machine: see `hesscope devices`, or choose cpu"
        ))
    })
}

/// Refuses a precision that the device does not compute in.
pub fn require(name: &str, device: &Device, precision: Precision) -> Result<(), Failure> {
    if device.supports_dtype(precision.dtype()) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the device `{name}` does not compute in {:?}: choose --precision f32, or the device cpu",
        precision.dtype()
    )))
}

/// Opens a device of a kind this build has, if the machine has it.
fn open(kind: &str, index: Option<usize>) -> Option<Device> {
    match kind {
        "cpu" => index.is_none().then(Device::flex),
        #[cfg(feature = "ndarray")]
        #[allow(deprecated)]
        "ndarray" => index.is_none().then(Device::ndarray),
        #[cfg(any(
            feature = "vulkan",
            feature = "metal",
            feature = "webgpu",
            feature = "cuda"
        ))]
        _ => gpu::list(kind).into_iter().nth(index.unwrap_or(0)),
        #[cfg(not(any(
            feature = "vulkan",
            feature = "metal",
            feature = "webgpu",
            feature = "cuda"
        )))]
        _ => None,
    }
}

#[cfg(any(
    feature = "vulkan",
    feature = "metal",
    feature = "webgpu",
    feature = "cuda"
))]
mod gpu {
    use burn::tensor::{Device, DeviceType};

    /// The GPUs of a kind on this machine, none where the kind is not built in.
    pub fn list(kind: &str) -> Vec<Device> {
        let kind = match kind {
            #[cfg(feature = "vulkan")]
            "vulkan" => DeviceType::Vulkan,
            #[cfg(feature = "metal")]
            "metal" => DeviceType::Metal,
            #[cfg(feature = "webgpu")]
            "webgpu" => DeviceType::WebGpu,
            #[cfg(feature = "cuda")]
            "cuda" => DeviceType::Cuda,
            _ => return Vec::new(),
        };
        Device::enumerate(kind).into_vec()
    }
}

/// The device in words, for the record.
pub fn describe(name: &str, device: &Device) -> String {
    if name == "cpu" || name == "ndarray" {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        format!("{name}, {cores} cores, {}", std::env::consts::ARCH)
    } else {
        format!("{name}, {device:?}")
    }
}

/// Prints what this build can compute on.
pub fn list() {
    for kind in &KINDS {
        let state = if !kind.built {
            format!("not in this build; build with --features {}", kind.feature)
        } else {
            count(kind.name)
        };
        println!("{:8} {:40} {state}", kind.name, kind.what);
    }
}

fn count(kind: &str) -> String {
    #[cfg(any(
        feature = "vulkan",
        feature = "metal",
        feature = "webgpu",
        feature = "cuda"
    ))]
    if !matches!(kind, "cpu" | "ndarray") {
        return match gpu::list(kind).len() {
            0 => "none on this machine".into(),
            1 => "available".into(),
            n => format!("{n} available, {kind}:0 to {kind}:{}", n - 1),
        };
    }
    let _ = kind;
    "available".into()
}
