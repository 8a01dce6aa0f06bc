//! Devices: their kinds, their names, and those of this machine.

mod found;
mod kind;
mod memory;
mod name;

pub use found::FoundDevice;
pub use kind::DeviceKind;
pub use name::{DeviceName, UnknownDevice};
