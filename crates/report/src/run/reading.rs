//! How to read the report.

use maud::{Markup, html};

use crate::html::markup::paragraph;

/// The section.
pub(super) fn section() -> Markup {
    html! {
        section {
            h2 { "How to read this" }
            (paragraph(
                "Hess is the Hessian of the mean cross-entropy loss in all parameters, a symmetric matrix of order p. It is \
                 exactly G + H. G is the Gauss\u{2013}Newton part, which comes from the curvature of the loss in the logits \
                 and is positive semidefinite. H comes from the curvature of the network itself.",
            ))
            (paragraph(
                "A density panel shows how the p eigenvalues spread. Most lie near zero, in the shaded strip. The bulk falls \
                 off to either side. Eigenvalues apart from it stand at the far right (or left) as bumps of height about 5, \
                 one eigenvalue each, with a diamond above. Both axes are logarithmic: a bump a thousand times lower than the \
                 bulk holds a thousand times fewer eigenvalues.",
            ))
            (paragraph(
                "The densities are estimates by stochastic Lanczos quadrature. Their bands allow for the random probes and \
                 for what a finite number of Lanczos steps leaves open, which towards zero is all but everything. Numbers \
                 after \u{b1} are one standard error over the probes, without the bias of the steps. The leading eigenvalues \
                 are computed one by one, to within their residuals. Equal settings give equal results up to rounding.",
            ))
        }
    }
}
