//! `hesscope devices`: what this build can compute on.

use hesscope_study::device::DeviceKind;

use crate::output::print;

/// Lists every kind of device.
pub fn run() {
    for kind in DeviceKind::ALL {
        let state = match (kind.is_built(), kind.count()) {
            (false, _) => format!("not in this build: build with --features {}", kind.name()),
            (true, 0) => "none on this machine".into(),
            (true, 1) => "available".into(),
            (true, count) => {
                format!(
                    "{count} on this machine, {0} to {0}:{1}",
                    kind.name(),
                    count - 1
                )
            }
        };
        print(format_args!(
            "{:8} {:40} {state}",
            kind.name(),
            kind.description()
        ));
    }
}
