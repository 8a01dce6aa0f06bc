//! Snapshots in memory.

use std::collections::HashMap;

use crate::error::spectral_error::SpectralError;
use crate::operator::vector_space::VectorSpace;
use crate::resume::keeper::Keeper;
use crate::resume::snapshot::{Snapshot, SnapshotRef};

/// Keeps a copy of every snapshot in memory: to go on with an estimation in the same process.
#[derive(Clone, Debug)]
pub struct MemoryKeeper<V> {
    snapshots: HashMap<String, Snapshot<V>>,
}

impl<V> Default for MemoryKeeper<V> {
    fn default() -> Self {
        Self {
            snapshots: HashMap::new(),
        }
    }
}

impl<S: VectorSpace> Keeper<S> for MemoryKeeper<S::Vector> {
    fn load(&mut self, name: &str, _: &S) -> Result<Option<Snapshot<S::Vector>>, SpectralError> {
        Ok(self.snapshots.get(name).cloned())
    }

    fn is_due(&mut self, _: &str) -> bool {
        true
    }

    fn save(
        &mut self,
        name: &str,
        _: &S,
        snapshot: SnapshotRef<'_, S::Vector>,
    ) -> Result<(), SpectralError> {
        self.snapshots.insert(name.to_owned(), snapshot.to_owned());
        Ok(())
    }

    fn clear(&mut self, name: &str) -> Result<(), SpectralError> {
        self.snapshots.remove(name);
        Ok(())
    }
}
