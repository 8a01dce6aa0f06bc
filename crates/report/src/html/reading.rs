//! How to read the report.

use super::markup::paragraph;

/// The section.
pub(crate) fn section() -> String {
    format!(
        "<section>\n<h2>How to read this</h2>\n{}</section>\n",
        paragraph(
            "Hess is the second derivative of the mean cross-entropy loss in all parameters, a symmetric matrix of order p, \
             and splits exactly into G + H: G is what the curvature of the loss in the logits gives (the Gauss\u{2013}Newton \
             part, never negative), H what the curvature of the network itself gives. A density panel shows how the p \
             eigenvalues spread: most lie near zero in the shaded strip, the bulk falls off to either side, and eigenvalues \
             apart from it stand at the far right (or left) as bumps of height about 5, one eigenvalue each, with a diamond \
             above. Both axes are logarithmic, so a bump one thousand times lower than the bulk holds one thousand times \
             fewer eigenvalues. The densities are estimates by stochastic Lanczos quadrature: their bands allow for \
             the random probes and for what a finite number of Lanczos steps leaves open, which towards zero is all but \
             everything. Numbers after \u{b1} are one standard error over the probes, without the bias of the steps. The \
             leading eigenvalues are computed one by one, and are good to their residuals. Equal settings give equal \
             results up to rounding."
        )
    )
}
