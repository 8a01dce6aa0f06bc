//! Every setting of the run and of each analysis, and what the analyses cost.

use super::markup::Table;
use crate::groups::Group;
use crate::numbers::{duration, integer, plain, significant};
use crate::run::RunSummary;
use hesscope_records::{Analysis, AnalysisSettings};

/// The section.
pub(crate) fn section(run: &RunSummary, groups: &[Group<'_>]) -> String {
    let mut out = "<section>\n<h2>Settings</h2>\n".to_owned();
    out.push_str(&settings(run));
    out.push_str(&network(run));
    if !groups.is_empty() {
        out.push_str(&analyses(groups));
        out.push_str(&costs(groups));
    }
    out.push_str("</section>\n");
    out
}

fn settings(run: &RunSummary) -> String {
    let mut table = Table::new("The run", &["Setting", "Value"]).of_text();
    for (key, value) in &run.settings {
        table.row([key.clone(), value.clone()]);
    }
    let facts = [
        ("device", &run.device),
        ("hesscope version", &run.version),
        ("SHA-256 of the configuration", &run.config_sha256),
    ];
    for (key, value) in facts {
        table.row([key.to_owned(), value.clone()]);
    }
    table.html()
}

fn network(run: &RunSummary) -> String {
    let mut table = Table::new("The network", &["Part", "Description"]).of_text();
    for (part, description) in &run.network {
        table.row([part.clone(), description.clone()]);
    }
    table.row(["parameters, p".to_owned(), integer(run.parameters)]);
    table.row(["classes, C".to_owned(), integer(run.classes)]);
    table.html()
}

/// A column for each analysis.
fn analyses(groups: &[Group<'_>]) -> String {
    let all: Vec<(String, &Analysis)> = groups
        .iter()
        .flat_map(|group| {
            group
                .analyses
                .iter()
                .map(|analysis| (group.name(analysis), *analysis))
        })
        .collect();
    let mut head = vec!["Setting"];
    head.extend(all.iter().map(|(name, _)| name.as_str()));
    let mut table = Table::new("The analyses", &head);
    let columns: Vec<Vec<(&str, String)>> =
        all.iter().map(|(_, analysis)| facts(analysis)).collect();
    let keys = columns.first().map_or(Vec::new(), |column| {
        column.iter().map(|(key, _)| *key).collect()
    });
    for (i, key) in keys.into_iter().enumerate() {
        let mut row = vec![key.to_owned()];
        row.extend(columns.iter().map(|column| column[i].1.clone()));
        table.row(row);
    }
    table.html()
}

/// The head of a hash: enough to tell two apart.
fn short(hash: &str) -> String {
    let head: String = hash.chars().take(12).collect();
    if head.len() < hash.len() {
        format!("{head}\u{2026}")
    } else {
        head
    }
}

/// Every setting and fact of an analysis, in a fixed order.
fn facts(analysis: &Analysis) -> Vec<(&'static str, String)> {
    // Without `..`, so that a setting added to the schema is not forgotten here.
    let AnalysisSettings {
        operator,
        split,
        epoch,
        checkpoint_sha256,
        data_sha256,
        precision,
        probes,
        lanczos_steps,
        range_steps,
        reorthogonalisation,
        top,
        subspace_iterations,
        subspace_tolerance,
        seed,
        atom_fraction,
        density_error,
        max_products,
    } = &analysis.settings;
    let optional = |value: Option<String>| value.unwrap_or_else(|| "\u{2013}".to_owned());
    vec![
        ("operator", operator.clone()),
        ("split", split.clone()),
        ("epoch", integer(*epoch)),
        ("loss there", plain(analysis.loss)),
        (
            "accuracy there",
            format!("{} %", significant(analysis.accuracy * 100.0, 4)),
        ),
        ("order p", integer(analysis.dimension)),
        ("examples N", integer(analysis.examples)),
        ("classes C", integer(analysis.classes)),
        ("precision", precision.clone()),
        ("probes", integer(*probes)),
        ("Lanczos steps", integer(*lanczos_steps)),
        ("Lanczos steps of the range", integer(*range_steps)),
        ("reorthogonalisation", reorthogonalisation.clone()),
        ("leading eigenpairs", integer(*top)),
        ("most subspace iterations", integer(*subspace_iterations)),
        ("tolerance", significant(*subspace_tolerance, 2)),
        (
            "largest residual of an atom over its gap",
            optional(atom_fraction.map(|fraction| significant(fraction, 2))),
        ),
        (
            "error of the density",
            optional(density_error.map(|error| significant(error, 2))),
        ),
        ("most products for it", optional(max_products.map(integer))),
        ("seed", seed.to_string()),
        (
            "eigenvalues for the count",
            integer(analysis.outlier_candidates),
        ),
        ("checkpoint SHA-256", short(checkpoint_sha256)),
        ("data SHA-256", short(data_sha256)),
        ("key", short(&analysis.key)),
        ("hesscope version", analysis.version.clone()),
        ("device", analysis.device.clone()),
    ]
}

fn costs(groups: &[Group<'_>]) -> String {
    let mut table = Table::new(
        "Cost: products of an operator with one vector over the whole split, and wall-clock time",
        &["Analysis", "Products", "Time", "Time a product"],
    );
    let (mut products, mut seconds) = (0_usize, 0.0);
    for group in groups {
        for analysis in &group.analyses {
            let name = format!("{}, {}", group.name(analysis), group.title());
            table.row(cost(name, analysis.products, analysis.seconds));
            products = products.saturating_add(analysis.products);
            seconds += analysis.seconds;
        }
    }
    table.row(cost("all".to_owned(), products, seconds));
    table.html()
}

fn cost(name: String, products: usize, seconds: f64) -> [String; 4] {
    let each = if products > 0 {
        duration(seconds / products as f64)
    } else {
        "\u{2013}".to_owned()
    };
    [name, integer(products), duration(seconds), each]
}
