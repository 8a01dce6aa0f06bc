//! A spectrum under the name it is shown by.

use hesscope_records::{Analysis, Part, Spectrum, Terms};

use crate::text::names::operator_name;

/// A spectrum, what it is called, and what is known of its operator.
#[derive(Clone, Debug)]
pub struct NamedSpectrum<'a> {
    pub(crate) name: String,
    pub(crate) spectrum: &'a Spectrum,
    pub(crate) psd: bool,
    pub(crate) classes: Option<usize>,
    /// The error of the density that was asked for.
    pub(crate) density_error: Option<f64>,
}

impl<'a> NamedSpectrum<'a> {
    /// The spectrum of any symmetric operator.
    pub fn new(name: impl Into<String>, spectrum: &'a Spectrum) -> Self {
        Self {
            name: name.into(),
            spectrum,
            psd: false,
            classes: None,
            density_error: None,
        }
    }

    /// The spectrum of a part of the Hessian, under its usual name.
    pub fn of(operator: Terms, spectrum: &'a Spectrum) -> Self {
        Self {
            psd: is_psd(operator),
            ..Self::new(operator_name(operator), spectrum)
        }
    }

    /// That of an analysis.
    pub(crate) fn of_analysis(name: impl Into<String>, analysis: &'a Analysis) -> Self {
        let settings = &analysis.settings;
        Self {
            name: name.into(),
            classes: Some(analysis.classes),
            density_error: settings.effort.density_error,
            ..Self::of(settings.operator, &analysis.spectrum)
        }
    }

    /// The operator has no eigenvalue below zero but by rounding.
    #[must_use]
    pub fn semidefinite(mut self) -> Self {
        self.psd = true;
        self
    }

    /// Outliers are set beside this number of classes, C.
    #[must_use]
    pub fn beside_classes(mut self, classes: usize) -> Self {
        self.classes = Some(classes);
        self
    }
}

/// Whether an operator is G or made of its parts, and so without eigenvalues below zero but by rounding.
fn is_psd(operator: Terms) -> bool {
    !operator.contains(Part::H) && !operator.contains(Part::Decay)
}
