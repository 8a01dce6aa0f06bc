//! `hesscope devices`: what this build can compute on.

use hesscope_study::device::{DeviceKind, FoundDevice};

use crate::output::print;

/// Lists every device, a line each, and the kinds that there are none of.
pub fn run() {
    for kind in DeviceKind::ALL {
        let found = FoundDevice::all(kind);
        if found.is_empty() {
            let state = if kind.is_built() {
                "none on this machine".to_owned()
            } else {
                format!("not in this build: build with --features {}", kind.name())
            };
            print(format_args!(
                "{:10} {:8} {}: {state}",
                kind.name(),
                "-",
                kind.description()
            ));
        }
        for device in &found {
            print(line(device));
        }
    }
}

/// `cuda:1     f32 f64  NVIDIA H100, 79.6 GiB`.
fn line(device: &FoundDevice) -> String {
    let precisions: Vec<&str> = device.precisions.iter().map(|it| it.name()).collect();
    let memory = match device.memory {
        Some(bytes) => format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30)),
        None => "memory unknown".to_owned(),
    };
    let (name, precisions, words) = (device.name, precisions.join(" "), &device.words);
    format!("{name:10} {precisions:8} {words}, {memory}")
}
