//! Devices, or runs, beside a reference.

use hesscope_records::{Compared, Comparison, Deviation};

use super::table::{named, table};

/// A row for each quantity, a column for each that is compared, and the verdicts.
pub fn comparison(comparison: &Comparison) -> String {
    let compared = &comparison.compared;
    let header = compared.iter().map(|it| it.name.clone());
    let row = |name: &str, value: &dyn Fn(&Compared) -> Option<String>| {
        let cells = compared.iter().map(|it| value(it).unwrap_or_default());
        named(name, cells)
    };
    let quantities = comparison.quantities();
    let mut rows: Vec<_> = quantities
        .iter()
        .map(|words| row(words, &|it| it.deviation(words).map(cell)))
        .collect();
    rows.push(row("seconds", &|it| Some(format!("{:.2}", it.seconds))));
    rows.push(row("ms per product", &|it| {
        Some(format!("{:.2}", 1e3 * it.product_seconds?))
    }));
    rows.push(row("MiB held", &|it| {
        let bytes = it.reserved_bytes? as f64;
        Some(format!("{:.0}", bytes / f64::from(1 << 20)))
    }));
    let verdicts: Vec<String> = compared.iter().map(verdict).collect();
    format!(
        "reference: {}\n{}\n{}",
        comparison.settings.reference,
        table(named("deviation of", header), rows),
        verdicts.join("\n")
    )
}

fn cell(deviation: &Deviation) -> String {
    deviation
        .value
        .map_or_else(|| "not a number".to_owned(), |value| format!("{value:.1e}"))
}

/// Whether it agrees, and if not, which quantities do not.
fn verdict(compared: &Compared) -> String {
    let (name, tolerance) = (&compared.name, compared.tolerance);
    if let Some(reason) = &compared.failed {
        return format!("{name}: not measured to the end: {reason}");
    }
    if compared.agrees {
        return format!("{name}: agrees within {tolerance:e}");
    }
    let deviations = compared.deviations.iter();
    let exceeding: Vec<String> = deviations
        .filter(|it| it.exceeds(tolerance))
        .map(Deviation::words)
        .collect();
    format!(
        "{name}: does not agree within {tolerance:e}: {}",
        exceeding.join("; ")
    )
}
