//! The deviations as dots on a logarithmic axis.

use hesscope_records::Comparison;

use super::names::names;
use crate::figures::Figure;
use crate::figures::dots::{Dots, Series};
use crate::text::numbers::significant;

/// Name of the figure's files.
const NAME: &str = "compare";

/// A row for each quantity, a dot in it for each that is compared.
pub(super) fn figure(comparison: &Comparison) -> Figure {
    let rows = comparison.quantities();
    let mut references: Vec<f64> = Vec::new();
    for compared in &comparison.compared {
        if !references.contains(&compared.tolerance) {
            references.push(compared.tolerance);
        }
    }
    let all = comparison.compared.iter().zip(names(comparison));
    let series = all.map(|(compared, name)| Series {
        name,
        values: rows
            .iter()
            .map(|words| compared.deviation(words)?.value)
            .collect(),
    });
    let tolerances: Vec<String> = references.iter().map(|it| significant(*it, 1)).collect();
    let title = "Deviations from the reference".to_owned();
    let dots = Dots {
        name: NAME.to_owned(),
        label: format!("{title}. The numbers are in the table below."),
        caption: format!(
            "Each row a quantity, each dot what is compared, in the order of the legend from above. Dashed lines: the \
             tolerances, {}. A dot at the left end stands for that much or less, down to none; where there is no number \
             there is no dot.",
            tolerances.join(" and ")
        ),
        title,
        axis: "deviation".to_owned(),
        series: series.collect(),
        references,
        rows,
    };
    dots.figure()
}
