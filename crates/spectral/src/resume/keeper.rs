//! Where snapshots are kept.

use crate::error::snapshot_error::SnapshotError;
use crate::error::spectral_error::SpectralError;
use crate::operator::vector_space::VectorSpace;
use crate::resume::snapshot::{Snapshot, SnapshotRef};

/// Where snapshots are kept, by name.
pub trait Keeper<S: VectorSpace> {
    /// The last snapshot kept under this name, if there is one.
    fn load(&mut self, name: &str, space: &S)
    -> Result<Option<Snapshot<S::Vector>>, SpectralError>;

    /// Whether a snapshot would be kept now; asked before one is made, so that a keeper may leave out some.
    fn is_due(&mut self, name: &str) -> bool;

    /// Keeps a snapshot in place of the one before: wholly or not at all. A keeper may leave it for later.
    fn save(
        &mut self,
        name: &str,
        space: &S,
        snapshot: SnapshotRef<'_, S::Vector>,
    ) -> Result<(), SpectralError>;

    /// Asked where what was loaded is damaged: whether it is forgotten, so that the estimation begins anew. If not, the
    /// damage is an error.
    fn discard(&mut self, _name: &str, _damage: &SnapshotError) -> Result<bool, SpectralError> {
        Ok(false)
    }

    /// Forgets what is kept under this name, if anything is: for when the result itself is kept.
    fn clear(&mut self, _name: &str) -> Result<(), SpectralError> {
        Ok(())
    }
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoKeeper;

impl<S: VectorSpace> Keeper<S> for NoKeeper {
    fn load(&mut self, _: &str, _: &S) -> Result<Option<Snapshot<S::Vector>>, SpectralError> {
        Ok(None)
    }

    fn is_due(&mut self, _: &str) -> bool {
        false
    }

    fn save(&mut self, _: &str, _: &S, _: SnapshotRef<'_, S::Vector>) -> Result<(), SpectralError> {
        Ok(())
    }
}
