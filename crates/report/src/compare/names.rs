//! What is compared, by what tells it apart.

use hesscope_records::Comparison;

use crate::text::differences::differences;

/// Whether runs are compared, and not devices.
pub(super) fn is_of_runs(comparison: &Comparison) -> bool {
    comparison.settings.vectors == 0
}

/// Devices as they were asked for; equal runs by their devices, and by their folders where these are the same.
pub(super) fn names(comparison: &Comparison) -> Vec<String> {
    let names = comparison
        .compared
        .iter()
        .map(|compared| compared.name.clone());
    let names: Vec<String> = names.collect();
    if !is_of_runs(comparison) {
        return names;
    }
    let devices = comparison.compared.iter();
    let devices: Vec<_> = devices
        .map(|compared| vec![compared.device.clone()])
        .collect();
    differences(&devices, &names)
}
