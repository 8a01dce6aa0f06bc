//! Rules on a GPU, in float32, beside the same rules on the host in float64.

use burn::tensor::{Device, DeviceType};
use hesscope_hvp::rules::{Cotangents, Point};
use hesscope_hvp::{Array, Precision};

use super::Numbers;
use super::cases::{Case, distance, values};

/// Every operation of a rule is a few roundings of float32 away from float64, 6e-8 each, of numbers of order one.
const TOLERANCE: f64 = 1e-5;

/// The first GPU that this build has a driver for.
///
/// # Panics
///
/// When there is none: a build with a GPU's feature is tested on a GPU, or on a driver in software.
pub fn gpu() -> Device {
    let kinds = [
        #[cfg(feature = "vulkan")]
        DeviceType::Vulkan,
        #[cfg(feature = "metal")]
        DeviceType::Metal,
        // The system's own graphics API, through WGSL; Burn's `WebGpu` is that of browsers.
        #[cfg(feature = "webgpu")]
        DeviceType::Wgpu,
        #[cfg(feature = "cuda")]
        DeviceType::Cuda,
    ];
    kinds
        .into_iter()
        .flat_map(|kind| Device::enumerate(kind).into_vec())
        .next()
        .expect("a GPU, or a driver in software such as Debian's mesa-vulkan-drivers")
}

/// The same numbers on a device, floats in float32.
pub fn moved(array: &Array, device: &Device) -> Array {
    let data = array.to_data().expect("the CPU reads its own memory");
    Array::of_any_kind(data, Precision::F32, device)
}

fn all_moved(arrays: &[Option<Array>], device: &Device) -> Vec<Option<Array>> {
    let arrays = arrays.iter();
    arrays
        .map(|array| array.as_ref().map(|array| moved(array, device)))
        .collect()
}

/// Asserts that an array from the GPU is the host's.
pub fn assert_close(name: &str, what: &str, ours: &Array, expected: &Array) {
    assert_eq!(ours.shape(), expected.shape(), "{name}: shape of {what}");
    let error = distance(ours, &values(expected));
    assert!(error < TOLERANCE, "{name}: {what} is off by {error:e}");
}

fn assert_all_close(name: &str, what: &str, ours: &[Option<Array>], expected: &[Option<Array>]) {
    for (ours, expected) in ours.iter().zip(expected) {
        match (ours, expected) {
            (Some(ours), Some(expected)) => assert_close(name, what, ours, expected),
            _ => assert_eq!(ours.is_some(), expected.is_some(), "{name}: {what}"),
        }
    }
}

impl Case {
    /// Compares all operations of the rule on a GPU with those on the host.
    pub fn check_on(&self, device: &Device) {
        let name = self.name;
        let mut numbers = Numbers(17);
        let inputs: Vec<Array> = self
            .inputs
            .iter()
            .map(|input| moved(input, device))
            .collect();
        let (expected, expected_saved) = self.rule.value(&self.inputs);
        let (value, saved) = self.rule.value(&inputs);
        assert_close(name, "value", &value, &expected);
        let here = Point {
            inputs: &inputs,
            value: &value,
            saved: &saved,
        };
        let host = Point {
            inputs: &self.inputs,
            value: &expected,
            saved: &expected_saved,
        };
        let mut lifted = vec![1];
        lifted.extend(expected.shape());
        let cotangent = numbers.array(&lifted, -1.0, 1.0);
        lifted[0] = super::cases::DIRECTIONS;
        let cotangents = numbers.array(&lifted, -1.0, 1.0);
        let [one, many] = [&cotangent, &cotangents].map(|array| moved(array, device));
        let wanted = self.wanted();
        for tangents in self.tangent_sets(&mut numbers) {
            let along = all_moved(&tangents, device);
            let pushed = [self.rule.jvp(here, &along), self.rule.jvp(host, &tangents)];
            assert_all_close(name, "jvp", &pushed[..1], &pushed[1..]);
            let pairs = [
                (Some((&one, &cotangent)), Some((&many, &cotangents))),
                (Some((&one, &cotangent)), None),
                (None, Some((&many, &cotangents))),
            ];
            for (primal, tangent) in pairs {
                let pair = |primal, tangent| Cotangents { primal, tangent };
                let ours = pair(primal.map(|both| both.0), tangent.map(|both| both.0));
                let theirs = pair(primal.map(|both| both.1), tangent.map(|both| both.1));
                let only_wanted = |pulled: Vec<Option<Array>>| -> Vec<Option<Array>> {
                    let pulled = pulled.into_iter().zip(&wanted);
                    pulled
                        .map(|(pulled, &wanted)| pulled.filter(|_| wanted))
                        .collect()
                };
                let ours = self.rule.pull_tangent(here, &along, ours, &wanted);
                let theirs = self.rule.pull_tangent(host, &tangents, theirs, &wanted);
                assert_all_close(
                    name,
                    "pull_tangent",
                    &only_wanted(ours),
                    &only_wanted(theirs),
                );
            }
        }
    }
}
