//! The address space that the program takes by itself.

use super::memory;
use crate::error::StudyError;

/// Bytes of address space that the program, its threads and the data take beside vectors and tensors.
pub(super) const BASE: u64 = 512 << 20;

/// Refuses to compute where the limit on the address space does not hold the program.
///
/// # Errors
///
/// Such a limit.
pub(super) fn require_address_space() -> Result<(), StudyError> {
    match memory::address_space() {
        Some(bytes) if bytes < BASE => Err(StudyError::setting(format!(
            "this process may take {} MiB of address space, and hesscope needs at least {}: raise the limit (`ulimit -v`)",
            bytes >> 20,
            BASE >> 20
        ))),
        _ => Ok(()),
    }
}
