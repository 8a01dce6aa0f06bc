//! Leading eigenvalues.

use hesscope_records::{Eigenvalues, Precision};

use super::table::table;

/// Leading eigenvalues with their residuals below what they are of; those that have not converged are marked, and what would
/// help is said.
pub fn eigenvalues(found: &Eigenvalues) -> String {
    let settings = &found.settings;
    let subject = &settings.subject;
    let head = format!(
        "{:10} {} epoch {}: {}; p = {}; {} products in {:.1} s",
        settings.operator,
        subject.split,
        subject.epoch,
        settings.words(),
        found.dimension,
        found.products,
        found.origin.seconds,
    );
    let rows = (0..found.values.len()).map(|i| {
        [
            (i + 1).to_string(),
            format!("{:.6e}", found.values[i]),
            format!("{:.1e}", found.residuals[i]),
            mark(found.converged[i]).to_owned(),
        ]
    });
    let mut lines = vec![head, table(["rank", "eigenvalue", "residual", ""], rows)];
    lines.extend(shortfall(found));
    lines.extend(unchecked(found));
    lines.join("\n")
}

fn mark(converged: bool) -> &'static str {
    if converged { "" } else { "not converged" }
}

/// What has not converged, and what helps.
fn shortfall(found: &Eigenvalues) -> Option<String> {
    let (settings, missing) = (&found.settings, found.unconverged());
    if missing == 0 {
        return None;
    }
    // Where products were left, the digits of the vectors were not enough.
    let help = if is_spent(found) {
        format!(
            "give more than {} --max-products, or a larger --tolerance",
            settings.max_products
        )
    } else if settings.subject.precision == Precision::F32 {
        "f32 holds no more digits: choose --precision f64, or a larger --tolerance".to_owned()
    } else {
        "f64 holds no more digits: choose a larger --tolerance".to_owned()
    };
    Some(format!(
        "not converged: {missing} of {}, with residuals above {:.1e} and uncertain ranks; {help}",
        settings.pairs,
        found.threshold(),
    ))
}

/// That rounds were asked for which the products did not suffice for, as far as can be told.
fn unchecked(found: &Eigenvalues) -> Option<String> {
    let settings = &found.settings;
    (settings.check_rounds > 0 && is_spent(found)).then(|| {
        format!(
            "not checked: the products ended before --check-rounds {}, so that copies may be missing; give more than {} \
             --max-products",
            settings.check_rounds, settings.max_products
        )
    })
}

/// Whether no product was left.
fn is_spent(found: &Eigenvalues) -> bool {
    found.products >= found.settings.max_products
}
