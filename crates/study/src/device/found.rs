//! The devices of this machine that this build can compute on.

use hesscope_records::Precision;

use super::kind::{DeviceKind, identity, words};
use super::memory::{of_cards, of_machine};
use super::name::DeviceName;

/// A device of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDevice {
    /// What it is chosen by.
    pub name: DeviceName,
    /// How it calls itself, or what is known of it.
    pub words: String,
    /// The precisions that it computes in.
    pub precisions: Vec<Precision>,
    /// Bytes of memory it has, where the system says it. A GPU that is the processor has the machine's.
    pub memory: Option<u64>,
    /// Whether that memory is its own, and not the machine's.
    pub has_own_memory: bool,
}

impl FoundDevice {
    /// The devices of a kind; none where the build or the machine has none. Each GPU is opened.
    pub fn all(kind: DeviceKind) -> Vec<Self> {
        let cards = if kind == DeviceKind::Cuda || kind == DeviceKind::Vulkan {
            of_cards()
        } else {
            Vec::new()
        };
        let count = kind.count();
        let names = (0..count).map(|index| DeviceName {
            kind,
            index: (kind.is_gpu() && count > 1).then_some(index),
        });
        let found = names.filter_map(|name| {
            let device = name.find()?;
            let words = words(kind, &device);
            let card = match identity(&device) {
                Some((name, true)) => Some(name),
                _ => None,
            };
            let memory = match &card {
                Some(name) => cards
                    .iter()
                    .find_map(|(card, bytes)| (card == name).then_some(*bytes)),
                None => of_machine(),
            };
            let computes = |&precision: &Precision| kind.computes(&device, precision);
            Some(FoundDevice {
                name,
                precisions: Precision::ALL.into_iter().filter(computes).collect(),
                words,
                memory,
                has_own_memory: card.is_some(),
            })
        });
        found.collect()
    }
}

impl DeviceName {
    /// The device as it is found; none where this machine has none of the name.
    pub fn found(self) -> Option<FoundDevice> {
        let mut found = FoundDevice::all(self.kind).into_iter();
        found.nth(self.index.unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_found_in_both_precisions() {
        let found = FoundDevice::all(DeviceKind::Cpu);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, DeviceName::default());
        assert_eq!(found[0].precisions, Precision::ALL);
        assert!(found[0].words.contains("cores"), "{}", found[0].words);
        assert_eq!(found[0].memory.is_some(), cfg!(target_os = "linux"));
    }

    #[test]
    fn what_the_build_lacks_has_no_devices() {
        for kind in DeviceKind::ALL.into_iter().filter(|kind| !kind.is_built()) {
            assert_eq!(FoundDevice::all(kind), []);
        }
    }
}
