//! Coverage of the bands and accuracy of the densities on spectra known in full.
//!
//! `cargo run --release -p hesscope-spectral --example density_accuracy -- coverage [probes] [steps] [seeds]` and
//! `-- distance [seeds] [largest p]` print the tables of `docs/spectral-accuracy.md`. The references are
//! read from the folder that `HESSCOPE_SHARED` names.
#![allow(clippy::unwrap_used)]

#[path = "../tests/common/coverage.rs"]
mod coverage;
#[path = "support/distance.rs"]
mod distance;
#[path = "../tests/common/spectra.rs"]
mod spectra;

use coverage::{Setting, coverage};
use spectra::{known_references, known_spectra};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |index: usize, default: usize| {
        arguments
            .get(index)
            .map_or(default, |text| text.parse().unwrap())
    };
    let mut cases = known_spectra();
    cases.extend(known_references());
    match arguments.get(1).map(String::as_str) {
        Some("coverage") => {
            let setting = Setting {
                probes: number(2, 8),
                steps: number(3, 64),
                seeds: number(4, 100) as u64,
                ..Setting::default()
            };
            println!("{setting:?}");
            println!("| spectrum | linear | width | symmetric log | width | log | width |");
            for case in &cases {
                let result = coverage(case, &setting);
                let row: Vec<String> = result
                    .iter()
                    .map(|axis| format!("{:.3} | {:.2}", axis.covered, axis.width))
                    .collect();
                println!("| {} | {} |", case.name, row.join(" | "));
            }
        }
        Some("distance") => {
            let chosen = |name: &str| {
                name.contains("p = ")
                    || ["hessian", "g", "h"]
                        .iter()
                        .any(|op| name.ends_with(&format!(" {op}")))
            };
            let largest = number(3, usize::MAX);
            cases.retain(|case| chosen(&case.name) && case.values.len() <= largest);
            distance::tables(&cases, number(2, 3) as u64);
        }
        _ => println!("say `coverage` or `distance`"),
    }
}
