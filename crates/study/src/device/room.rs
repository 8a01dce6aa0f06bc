//! How much memory the work of this process may take, and whether a network fits it.

use hesscope_models::{ModelError, NetConfig};
use toml::Table;

use super::address_space::BASE;
use super::memory;
use super::name::DeviceName;
use crate::error::StudyError;

/// Bytes that training takes for each parameter: the weight, its gradient, its momentum and the next weight, in float32.
const TRAINED: usize = 16;

/// MiB that vectors and tensors may take together where the settings do not say, but on a GPU with memory of its own.
const USUAL_MIB: usize = 12_288;

/// Longest form of a network's options that is written into a sentence.
const LONGEST: usize = 200;

/// Bytes that vectors and tensors may take together, and what sets the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// The bytes.
    pub bytes: usize,
    bound: Bound,
}

/// What sets the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    /// `memory-mib` of the settings.
    Settings,
    /// The memory of the machine, or that of the control group the process is in.
    Machine(u64),
    /// The memory of the GPU.
    Gpu(u64),
    /// The limit on the address space of the process.
    AddressSpace(u64),
}

impl Room {
    /// The memory for products on a device: as many MiB as the settings allow, and no more than three quarters of what it has; on
    /// the CPU as [`of_host`](Self::of_host) says. Where the settings do not say, a GPU with
    /// memory of its own gives three quarters, and other devices 12 GiB at most.
    pub fn of(device: DeviceName, allowed_mib: Option<usize>) -> Self {
        if device.kind.is_gpu() {
            let found = device.found();
            let has = found.as_ref().and_then(|found| found.memory);
            let own = found.is_some_and(|found| found.has_own_memory);
            return Self::of_gpu(allowed_mib, has, own);
        }
        Self::of_host(allowed_mib)
    }

    /// The memory for what the host holds, whatever the device: as many MiB as the settings allow, 12 GiB where they do not say,
    /// and no more than three quarters of the machine's memory nor what the limit on the address space leaves beside the program.
    pub fn of_host(allowed_mib: Option<usize>) -> Self {
        let allowed = allowed_mib.unwrap_or(USUAL_MIB);
        Self::within(allowed, memory::of_process(), memory::address_space())
    }

    fn of_gpu(allowed_mib: Option<usize>, has: Option<u64>, own: bool) -> Self {
        let allowed = match (allowed_mib, has) {
            (None, Some(_)) if own => usize::MAX >> 20,
            (allowed, _) => allowed.unwrap_or(USUAL_MIB),
        };
        let mut room = Self::within(allowed, None, None);
        if let Some(has) = has
            && let Ok(most) = usize::try_from(has / 4 * 3)
            && most < room.bytes
        {
            room = Room {
                bytes: most,
                bound: Bound::Gpu(has),
            };
        }
        room
    }

    fn within(allowed_mib: usize, machine: Option<u64>, address_space: Option<u64>) -> Self {
        let mut room = Room {
            bytes: allowed_mib.saturating_mul(1 << 20),
            bound: Bound::Settings,
        };
        let mut narrow = |bytes: u64, bound| {
            if let Ok(bytes) = usize::try_from(bytes)
                && bytes < room.bytes
            {
                room = Room { bytes, bound };
            }
        };
        if let Some(bytes) = machine {
            narrow(bytes / 4 * 3, Bound::Machine(bytes));
        }
        if let Some(bytes) = address_space {
            narrow(bytes.saturating_sub(BASE), Bound::AddressSpace(bytes));
        }
        room
    }

    /// Refuses a network that cannot be trained within this room, before it is made.
    ///
    /// # Errors
    ///
    /// Such a network, and one that cannot be built.
    pub fn require(
        self,
        net: &NetConfig,
        input: [usize; 3],
        classes: usize,
    ) -> Result<(), StudyError> {
        match net.count(input, classes, self.bytes / TRAINED) {
            Ok(_) => Ok(()),
            Err(ModelError::TooLarge { most }) => Err(StudyError::setting(format!(
                "the network {} has more than {most} parameters and running statistics, and training it takes more than {}",
                options(net),
                self.words()
            ))),
            Err(error) => Err(error.into()),
        }
    }

    /// The bound, and how it is raised.
    fn words(self) -> String {
        let smaller = "give fewer layers, channels or units";
        let mib = |bytes: u64| bytes >> 20;
        match self.bound {
            Bound::Settings => format!(
                "the {} MiB that memory-mib allows: {smaller}, or raise memory-mib in the table [analysis]",
                self.bytes >> 20
            ),
            Bound::Machine(all) => format!(
                "three quarters of the {} MiB of memory there are: {smaller}, or choose a machine with more memory",
                mib(all)
            ),
            Bound::Gpu(all) => format!(
                "three quarters of the GPU's {} MiB of memory: {smaller}, or choose a device with more memory",
                mib(all)
            ),
            Bound::AddressSpace(all) => format!(
                "the limit of {} MiB on the address space leaves: {smaller}, or raise the limit (`ulimit -v`)",
                mib(all)
            ),
        }
    }
}

/// The name of a network and the options that are not the usual ones, as a file of settings has them; the name alone where
/// these are long.
fn options(net: &NetConfig) -> String {
    let table = |net: &NetConfig| Table::try_from(net).unwrap_or_default();
    let usual =
        NetConfig::from_name(net.name()).map_or_else(|_| Table::new(), |usual| table(&usual));
    let given: Vec<String> = table(net)
        .iter()
        .filter(|(key, value)| usual.get(*key) != Some(*value))
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    let given = given.join(", ");
    match given.len() {
        0 | LONGEST.. => net.name().to_owned(),
        _ => format!("{} with {given}", net.name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn the_narrowest_bound_counts() {
        let bytes = |mib, machine, space| Room::within(mib, machine, space).bytes as u64;
        assert_eq!(bytes(2048, None, None), 2 * GIB);
        assert_eq!(bytes(2048, Some(8 * GIB), None), 2 * GIB);
        assert_eq!(bytes(12288, Some(8 * GIB), None), 6 * GIB);
        assert_eq!(bytes(12288, Some(8 * GIB), Some(GIB)), GIB - BASE);
        assert_eq!(bytes(12288, None, Some(GIB / 4)), 0);
        // As many MiB as would wrap around to none.
        assert_eq!(bytes(1 << 44, Some(8 * GIB), None), 6 * GIB);
    }

    #[test]
    fn a_gpu_gives_three_quarters_of_its_own_memory() {
        let bytes = |allowed, has, own| Room::of_gpu(allowed, has, own).bytes as u64;
        assert_eq!(bytes(None, Some(80 * GIB), true), 60 * GIB);
        assert_eq!(bytes(Some(2048), Some(80 * GIB), true), 2 * GIB);
        assert_eq!(bytes(Some(1 << 30), Some(80 * GIB), true), 60 * GIB);
        // The machine's memory is for others too, and what is not known is not taken.
        assert_eq!(bytes(None, Some(80 * GIB), false), 12 * GIB);
        assert_eq!(bytes(None, Some(8 * GIB), false), 6 * GIB);
        assert_eq!(bytes(None, None, true), 12 * GIB);
    }

    #[test]
    fn a_network_that_does_not_fit_is_refused_by_its_options_and_the_bound() {
        let net: NetConfig =
            serde_json::from_str(r#"{"name": "mlp", "hidden": [1000000000]}"#).expect("options");
        let refused = |room: Room| {
            let refused = room.require(&net, [1, 16, 16], 10);
            refused
                .expect_err("a network that is too large")
                .to_string()
        };
        for (room, parts) in [
            (
                Room::within(1024, Some(8 * GIB), None),
                [
                    "hidden = [1000000000]",
                    "more than 67108864",
                    "1024 MiB",
                    "raise memory-mib",
                ],
            ),
            (
                Room::within(1 << 44, Some(8 * GIB), None),
                [
                    "mlp",
                    "more than 402653184",
                    "8192 MiB",
                    "a machine with more memory",
                ],
            ),
            (
                Room::within(1 << 44, Some(8 * GIB), Some(GIB)),
                [
                    "mlp",
                    "more than 33554432",
                    "1024 MiB on the address space",
                    "`ulimit -v`",
                ],
            ),
        ] {
            let sentence = refused(room);
            for part in parts {
                assert!(sentence.contains(part), "`{part}` is not in: {sentence}");
            }
        }
        let usual = NetConfig::from_name("vgg11").expect("a network");
        let room = Room::within(1024, None, None);
        assert!(room.require(&usual, [3, 32, 32], 10).is_ok());
    }
}
