//! Everything this project computes, against the exact references.

mod common;

use burn::tensor::Device;
use hesscope_hvp::Precision;
use hesscope_verify::{Outcome, Reference, verify};

fn agree(device: &Device, precision: Precision, tolerance: f64) {
    let Some(folder) = common::references() else {
        return;
    };
    let (mut far, mut asymmetric) = (Vec::new(), Vec::new());
    for name in common::NAMES {
        let path = folder.join(format!("{name}.safetensors"));
        let reference = Reference::read(&path).expect("a reference");
        for check in verify(&reference, precision, device).expect("a comparison") {
            let quantity = check.quantity.name();
            match check.outcome {
                Outcome::Error(error) => {
                    println!("{name:22} {quantity:14} {precision:?} {error:.1e}");
                    if error.is_nan() || error > tolerance {
                        far.push(format!("{name} {quantity}: {error:e}"));
                    }
                }
                Outcome::ReferenceAsymmetric(asymmetry) => {
                    println!("{name:22} {quantity:14} asymmetric by {asymmetry:.1e}");
                    asymmetric.push((name, check.quantity));
                }
            }
        }
    }
    assert!(
        asymmetric.is_empty(),
        "a Hessian and its parts are symmetric: {asymmetric:#?}"
    );
    assert!(
        far.is_empty(),
        "farther than {tolerance:e} from the reference: {far:#?}"
    );
}

#[test]
fn float64_agrees_to_1e_10() {
    agree(&Device::flex(), Precision::F64, 1e-10);
}

#[test]
fn float32_agrees_to_1e_4() {
    agree(&Device::flex(), Precision::F32, 1e-4);
}

/// On a GPU float32 is float32: not the ten bits that tensor cores take factors with.
#[cfg(any(feature = "vulkan", feature = "webgpu", feature = "cuda"))]
#[test]
fn float32_agrees_to_1e_4_on_a_gpu() {
    use burn::tensor::DeviceType;
    let kinds = [
        #[cfg(feature = "vulkan")]
        DeviceType::Vulkan,
        // The system's own graphics API, through WGSL; Burn's `WebGpu` is that of browsers.
        #[cfg(feature = "webgpu")]
        DeviceType::Wgpu,
        #[cfg(feature = "cuda")]
        DeviceType::Cuda,
    ];
    let gpu = kinds
        .into_iter()
        .flat_map(|kind| Device::enumerate(kind).into_vec())
        .next()
        .expect("a GPU, or a driver in software such as Debian's mesa-vulkan-drivers");
    agree(&gpu, Precision::F32, 1e-4);
}
