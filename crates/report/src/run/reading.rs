//! How to read the report.

use maud::{Markup, html};

use crate::html::formula;
use crate::html::markup::{details, paragraph};

/// The operators: name, formula, in words. Papyan, "Measuring the spectrum of deepnet Hessians", equations 2, 3 and 7 and
/// section 2.
const OPERATORS: [[&str; 3]; 7] = [
    [
        "Hess",
        "Hess = Ave_{i,c} \u{2202}\u{b2}\u{2113}(f(x_{i,c}; \u{3b8}), y_{c}) / \u{2202}\u{3b8}\u{b2} = G + H",
        "the Hessian of the mean loss in all p parameters \u{3b8}, a symmetric matrix of order p",
    ],
    [
        "G",
        "G = Ave_{i,c} (\u{2202}f/\u{2202}\u{3b8})^{T} (\u{2202}\u{b2}\u{2113}/\u{2202}z\u{b2}) (\u{2202}f/\u{2202}\u{3b8}) = A_{1} + A_{2} + B_{1} + B_{2}",
        "the Gauss\u{2013}Newton part, from the curvature of the loss in the logits z = f(x; \u{3b8}); it has no eigenvalue below zero",
    ],
    [
        "H",
        "H = Ave_{i,c} \u{3a3}_{c\u{2032}} (\u{2202}\u{2113}/\u{2202}z_{c\u{2032}}) \u{2202}\u{b2}f_{c\u{2032}}/\u{2202}\u{3b8}\u{b2}",
        "the rest, from the curvature of the network itself; its eigenvalues have both signs",
    ],
    [
        "A1",
        "A_{1} = \u{3a3}_{c} (p_{c}/nC) g_{c} g_{c}^{T}",
        "between classes: the second moment of the C means g_{c}",
    ],
    [
        "A2",
        "A_{2} = \u{3a3}_{c} (p_{c,c}/nC) g_{c,c} g_{c,c}^{T}",
        "the second moment of the mean gradients g_{c,c} of the classes",
    ],
    [
        "B1",
        "B_{1} = \u{3a3}_{c} \u{3a3}_{c\u{2032}\u{2260}c} (p_{c,c\u{2032}}/nC) (g_{c,c\u{2032}} \u{2212} g_{c}) (g_{c,c\u{2032}} \u{2212} g_{c})^{T}",
        "between the directions c\u{2032} within a class: the covariance of the g_{c,c\u{2032}} about g_{c}",
    ],
    [
        "B2",
        "B_{2} = \u{3a3}_{c,c\u{2032}} \u{3a3}_{i} (p_{i,c,c\u{2032}}/nC) (g_{i,c,c\u{2032}} \u{2212} g_{c,c\u{2032}}) (g_{i,c,c\u{2032}} \u{2212} g_{c,c\u{2032}})^{T}",
        "within a class and a direction: the covariance of single examples about g_{c,c\u{2032}}",
    ],
];

/// What stands in them.
const SYMBOLS: [[&str; 2]; 4] = [
    [
        "g_{i,c,c\u{2032}}^{T} = (y_{c\u{2032}} \u{2212} p(x_{i,c}))^{T} \u{2202}f(x_{i,c}; \u{3b8})/\u{2202}\u{3b8}",
        "the gradient of example i of class c if it belonged to class c\u{2032}, up to its sign; p(x) are the softmax probabilities",
    ],
    [
        "p_{c,c\u{2032}} = \u{3a3}_{i} p_{i,c,c\u{2032}},  p_{c} = \u{3a3}_{c\u{2032}\u{2260}c} p_{c,c\u{2032}}",
        "weights: sums of the probability of class c\u{2032} over the n examples of class c",
    ],
    [
        "g_{c,c\u{2032}} = \u{3a3}_{i} p_{i,c,c\u{2032}} g_{i,c,c\u{2032}} / p_{c,c\u{2032}}",
        "the mean of class c in the direction of class c\u{2032}",
    ],
    [
        "g_{c} = \u{3a3}_{c\u{2032}\u{2260}c} p_{c,c\u{2032}} g_{c,c\u{2032}} / p_{c}",
        "the mean of class c over the directions of other classes",
    ],
];

/// The section, which the page's list of contents names by this id.
pub(super) fn section(id: &str) -> Markup {
    html! {
        section id=(id) {
            h2 { "How to read this" }
            p {
                (formula(
                    "Every spectrum is that of one of these matrices, over the N\u{a0}=\u{a0}nC examples x_{i,c} of a split, n of \
                     each of C classes. \u{2113} is the loss, Ave the mean over examples. The decomposition is that of \
                     Papyan, \u{201c}Measuring the spectrum of deepnet Hessians\u{201d}, equations 2, 3 and 7.",
                ))
            }
            dl class="operators" {
                @for [name, text, words] in OPERATORS {
                    dt { (name) }
                    dd { (formula(text)) span class="meaning" { (formula(words)) "." } }
                }
            }
            (details("The symbols in them", false, html! {
                dl class="operators symbols" {
                    @for [text, words] in SYMBOLS { dt { (formula(text)) } dd { (formula(words)) "." } }
                }
            }))
            (details("The figures", false, html! {
                (paragraph(
                    "A density panel shows how the p eigenvalues spread. Most lie near zero, and the bulk falls off to either \
                     side. Eigenvalues apart from it, the outliers, stand at the far right (or left), with a diamond above \
                     each. In the logarithmic view both axes are logarithmic: a bump a thousand times lower than the bulk \
                     holds a thousand times fewer eigenvalues, and a single eigenvalue is a bump of height 5. In the \
                     semi-logarithmic and the linear view the axis of eigenvalues is linear, and each panel has its own.",
                ))
                (paragraph(
                    "Hatched stretches are not resolved: a finite number of Lanczos steps leaves open where in the stretch the \
                     eigenvalues lie. Their share of the spectrum is known, and stands in the stretch and below its panel. \
                     More Lanczos steps make hatched stretches shorter; more probes make bands and intervals narrower.",
                ))
            }))
            (details("The numbers", false, html! {
                (paragraph(
                    "The densities are estimates by stochastic Lanczos quadrature. Bands and intervals hold the exact value at \
                     95 % and allow for the random probes and for what a finite number of Lanczos steps leaves open. Numbers \
                     after \u{b1} are one standard error over the probes; moments have no other error. The leading eigenvalues \
                     are computed one by one, to within their residuals. Equal settings give equal results up to rounding.",
                ))
            }))
        }
    }
}
