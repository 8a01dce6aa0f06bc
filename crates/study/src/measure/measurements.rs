//! What is measured of an opened checkpoint.

use hesscope_records::{Analysis, ClassMeans, Eigenvalues, Kept, Terms};

use super::class_means::class_means;
use super::eigenvalues::{EigenvalueRequest, eigenvalues};
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

    /// The leading eigenvalues of an operator, without its spectrum, found in the folder or made.
    ///
    /// # Errors
    ///
    /// A request that cannot be met, what the estimation fails with, and a folder that cannot be read or written.
    pub fn eigenvalues(
        &self,
        operator: Terms,
        request: &EigenvalueRequest,
    ) -> Result<Kept<Eigenvalues>, StudyError> {
        eigenvalues(self, operator, request)
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
