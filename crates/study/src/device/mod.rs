//! Devices: their kinds, their names, and those of this machine.

mod address_space;
mod found;
mod kind;
mod memory;
mod name;
mod room;

pub use found::FoundDevice;
pub use kind::DeviceKind;
pub use name::{DeviceName, UnknownDevice};
pub use room::Room;
