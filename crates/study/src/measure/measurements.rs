//! What is measured of an opened checkpoint.

use hesscope_records::{Analysis, ClassMeans, Kept, Terms};

use super::class_means::class_means;
use super::opened::Opened;
use super::spectrum::spectrum;
use super::subspace::{Subspace, subspace};
use crate::error::StudyError;

impl Opened<'_> {
    /// The spectrum of an operator, found in the folder or made.
    ///
    /// # Errors
    ///
    /// What the estimation fails with, and a folder that cannot be read or written.
    pub fn spectrum(&self, operator: Terms) -> Result<Kept<Analysis>, StudyError> {
        spectrum(self, operator)
    }

    /// The class means, found in the folder or made.
    ///
    /// # Errors
    ///
    /// Data of a single class, and a folder that cannot be read or written.
    pub fn class_means(&self) -> Result<Kept<ClassMeans>, StudyError> {
        class_means(self)
    }

    /// The leading subspace of an operator: exact where it is spanned by class means, and the outlier space otherwise.
    ///
    /// # Errors
    ///
    /// What the estimation fails with, and a folder that cannot be read or written.
    pub fn subspace(&self, operator: Terms, pairs: Option<usize>) -> Result<Subspace, StudyError> {
        subspace(self, operator, pairs)
    }
}
