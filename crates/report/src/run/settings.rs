//! Every setting of the run and of each analysis, and what the analyses cost.

use hesscope_records::{Analysis, AnalysisSettings, Effort, LeadingEffort, Subject};
use maud::{Markup, html};

use super::groups::Group;
use super::summary::RunSummary;
use crate::html::markup::{Table, details};
use crate::text::names::{NONE, or_dash, short_hash};
use crate::text::numbers::{accuracy, duration, integer, plain, significant};

/// The section.
pub(super) fn section(id: &str, run: &RunSummary, groups: &[Group<'_>]) -> Markup {
    html! {
        section id=(id) {
            h2 { "Settings" }
            (details("The run", false, settings(run)))
            (details("The network", false, network(run)))
            @if !groups.is_empty() {
                (details("The analyses", false, analyses(groups)))
                (details("Cost", false, costs(groups)))
            }
        }
    }
}

fn settings(run: &RunSummary) -> Table {
    let facts = [
        ("device", &run.device),
        ("hesscope version", &run.version),
        ("SHA-256 of the configuration", &run.config_sha256),
    ];
    let settings = run
        .settings
        .iter()
        .map(|(key, value)| (key.as_str(), value));
    Table::new("The run", "Setting | Value").of_text().with(
        settings
            .chain(facts)
            .map(|(key, value)| [key.to_owned(), value.clone()]),
    )
}

fn network(run: &RunSummary) -> Table {
    let parts = run.network.iter().cloned();
    let facts = [
        ("parameters, p", run.parameters),
        ("classes, C", run.classes),
    ];
    let facts = facts.map(|(fact, count)| (fact.to_owned(), integer(count)));
    Table::new("The network", "Part | Description")
        .of_text()
        .with(parts.chain(facts).map(<[String; 2]>::from))
}

/// A column for each analysis.
fn analyses(groups: &[Group<'_>]) -> Table {
    let all: Vec<(String, &Analysis)> = groups.iter().flat_map(Group::named).collect();
    let names = all.iter().map(|(name, _)| name.clone());
    let head = std::iter::once("Setting".to_owned()).chain(names);
    let columns = all.iter().map(|(_, analysis)| facts(analysis));
    let mut rows: Vec<Vec<String>> = Vec::new();
    for column in columns {
        for (i, (key, value)) in column.into_iter().enumerate() {
            match rows.get_mut(i) {
                Some(row) => row.push(value),
                None => rows.push(vec![key.to_owned(), value]),
            }
        }
    }
    Table::of_columns("The analyses", head).with(rows)
}

/// The first characters of a hash, and that there are more.
fn short(hash: &str) -> String {
    match short_hash(hash, 12) {
        head if head.len() < hash.len() => format!("{head}\u{2026}"),
        head => head,
    }
}

/// Every setting and fact of an analysis, in a fixed order.
fn facts(analysis: &Analysis) -> Vec<(&'static str, String)> {
    // Without `..`, so that a setting added to the records is not forgotten here.
    let AnalysisSettings {
        operator,
        subject,
        effort,
    } = &analysis.settings;
    let Subject {
        run_sha256,
        epoch,
        checkpoint_sha256,
        split,
        data_sha256,
        precision,
    } = subject;
    let Effort {
        leading,
        probes,
        lanczos_steps,
        from_leading,
        atom_fraction,
        density_error,
        max_products,
    } = effort;
    let LeadingEffort {
        top,
        starts,
        range_steps,
        most_range_steps,
        reorthogonalisation,
        subspace_iterations,
        subspace_tolerance,
        seed,
    } = leading;
    let short_or_dash = |value| or_dash(value, |value| significant(value, 2));
    let (origin, spectrum) = (&analysis.origin, &analysis.spectrum);
    vec![
        ("operator", operator.to_string()),
        ("split", split.to_string()),
        ("epoch", integer(*epoch)),
        ("loss", plain(analysis.loss)),
        ("accuracy", format!("{} %", accuracy(analysis.accuracy, 4))),
        ("order p", integer(spectrum.dimension)),
        ("examples N", integer(analysis.examples)),
        ("classes C", integer(analysis.classes)),
        ("precision", precision.to_string()),
        ("probes", integer(*probes)),
        ("Lanczos steps", integer(*lanczos_steps)),
        (
            "density from the run of the range",
            if *from_leading { "yes" } else { "no" }.into(),
        ),
        ("starts of the range", integer(*starts)),
        ("Lanczos steps of the range", integer(*range_steps)),
        (
            "most Lanczos steps of the range",
            integer(*most_range_steps),
        ),
        (
            "reorthogonalisation",
            format!("{reorthogonalisation:?}").to_lowercase(),
        ),
        ("leading eigenpairs", integer(*top)),
        ("most subspace iterations", integer(*subspace_iterations)),
        ("tolerance", significant(*subspace_tolerance, 2)),
        (
            "residual of an atom over its gap",
            short_or_dash(*atom_fraction),
        ),
        ("error of the density", short_or_dash(*density_error)),
        ("most products for it", or_dash(*max_products, integer)),
        ("seed", seed.to_string()),
        (
            "eigenvalues counted from",
            integer(spectrum.outlier_candidates),
        ),
        ("run SHA-256", short(run_sha256)),
        ("checkpoint SHA-256", short(checkpoint_sha256)),
        ("data SHA-256", short(data_sha256)),
        ("key", short(&origin.key)),
        ("hesscope version", origin.version.clone()),
        ("device", origin.device.clone()),
    ]
}

fn costs(groups: &[Group<'_>]) -> Table {
    let caption =
        "Cost: products of an operator with one vector over the whole split, and wall-clock time";
    let head = "Analysis | Products | Time | Time per product";
    let mut table = Table::new(caption, head);
    let (mut products, mut seconds) = (0_usize, 0.0);
    for group in groups {
        for (name, analysis) in group.named() {
            let name = format!("{name}, {}", group.title().to_lowercase());
            let (formed, took) = (analysis.spectrum.products, analysis.origin.seconds);
            table.row(cost(name, formed, took));
            products = products.saturating_add(formed);
            seconds += took;
        }
    }
    table.row(cost("all".to_owned(), products, seconds));
    table
}

fn cost(name: String, products: usize, seconds: f64) -> [String; 4] {
    let each = match products {
        0 => NONE.to_owned(),
        products => duration(seconds / products as f64),
    };
    [name, integer(products), duration(seconds), each]
}
