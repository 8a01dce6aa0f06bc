//! Which laws are found in spectra of known law: the tables of `docs/laws.md`.
//!
//! `cargo run --release -p hesscope-spectral --example law_confusion -- TABLE [SAMPLES [SIZE ...]]`, TABLE one of `exact`,
//! `outliers`, `quadratures`, `tail` and `coverage`.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../tests/common/laws.rs"]
mod spectra;

use hesscope_spectral::{Comparison, LawName, LawOptions, Region, SpectralDensity, fit_laws};
use spectra::Family;

const SIZES: [usize; 4] = [100, 300, 1000, 3000];

const COLUMNS: [(LawName, &str); 5] = [
    (LawName::Semicircle, "semicircle"),
    (LawName::MarchenkoPastur, "M.-P."),
    (LawName::LogNormal, "log-normal"),
    (LawName::PowerLaw, "power law"),
    (LawName::Exponential, "exponential"),
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let table = arguments.next().unwrap_or_default();
    let samples: u64 = arguments.next().map_or(100, |n| n.parse().unwrap());
    let mut sizes: Vec<usize> = arguments.map(|n| n.parse().unwrap()).collect();
    if sizes.is_empty() {
        sizes = SIZES.to_vec();
    }
    match table.as_str() {
        "exact" => bulk(samples, &sizes, exact),
        "outliers" => bulk(samples, &sizes, with_outliers),
        "quadratures" => bulk(samples, &sizes, by_quadrature),
        "tail" => tail(samples, &sizes),
        "coverage" => coverage(samples, &sizes),
        other => eprintln!("no table {other:?}"),
    }
}

/// Few bootstrap samples where the tail is not what is asked about.
fn options() -> LawOptions {
    LawOptions {
        bootstrap: 20,
        tries: 5,
        region: Region {
            floor: 1e-9,
            ..Region::default()
        },
        ..LawOptions::default()
    }
}

fn exact(spectrum: Vec<f64>, _: u64) -> (SpectralDensity, LawOptions) {
    (SpectralDensity::from_eigenvalues(spectrum), options())
}

/// Five outliers at two to six times the greatest value, excluded by a threshold.
fn with_outliers(mut spectrum: Vec<f64>, _: u64) -> (SpectralDensity, LawOptions) {
    let greatest = spectrum.iter().copied().fold(0.0, f64::max);
    spectrum.extend((2..7).map(|i| f64::from(i) * greatest));
    let mut options = options();
    options.region.above = Some(1.4 * greatest);
    (SpectralDensity::from_eigenvalues(spectrum), options)
}

fn by_quadrature(spectrum: Vec<f64>, seed: u64) -> (SpectralDensity, LawOptions) {
    (spectra::quadratures(&spectrum, 8, 64, seed), options())
}

fn bulk(
    samples: u64,
    sizes: &[usize],
    make: impl Fn(Vec<f64>, u64) -> (SpectralDensity, LawOptions),
) {
    header("law", &COLUMNS[..4]);
    for family in Family::ALL {
        for &size in sizes {
            let outcomes: Vec<Comparison> = (0..samples)
                .map(|seed| {
                    let (density, options) = make(family.draw(size, seed), seed);
                    fit_laws(&density, &options).unwrap().whole_bulk
                })
                .collect();
            row(family, size, &outcomes, family.law(), &COLUMNS[..4]);
        }
    }
}

fn tail(samples: u64, sizes: &[usize]) {
    header("law", &COLUMNS[2..]);
    for family in [
        Family::PowerLaw(1.5),
        Family::PowerLaw(2.0),
        Family::PowerLaw(2.5),
        Family::PowerLaw(3.5),
        Family::LogNormal(0.5),
        Family::LogNormal(1.0),
        Family::LogNormal(2.0),
    ] {
        for &size in sizes {
            let outcomes: Vec<Comparison> = (0..samples)
                .map(|seed| {
                    let density = SpectralDensity::from_eigenvalues(family.draw(size, seed));
                    let options = LawOptions {
                        bootstrap: 50,
                        tries: 30,
                        seed,
                        ..LawOptions::default()
                    };
                    fit_laws(&density, &options)
                        .unwrap()
                        .tail
                        .unwrap()
                        .comparison
                })
                .collect();
            row(family, size, &outcomes, family.law(), &COLUMNS[2..]);
        }
    }
}

fn header(first: &str, columns: &[(LawName, &str)]) {
    let names: Vec<&str> = columns.iter().map(|(_, name)| *name).collect();
    println!(
        "| {first} | values | {} | undecided, right one left | undecided, right one out |",
        names.join(" | ")
    );
    println!("| --- |{}", " --- |".repeat(columns.len() + 3));
}

fn row(
    family: Family,
    size: usize,
    outcomes: &[Comparison],
    right: LawName,
    columns: &[(LawName, &str)],
) {
    let count = |holds: &dyn Fn(&Comparison) -> bool| outcomes.iter().filter(|c| holds(c)).count();
    let won: Vec<String> = columns
        .iter()
        .map(|(law, _)| count(&|c| c.verdict.winner == Some(*law)).to_string())
        .collect();
    let left = |c: &Comparison| c.verdict.candidates.contains(&right);
    println!(
        "| {family:?} | {size} | {} | {} | {} |",
        won.join(" | "),
        count(&|c| c.verdict.winner.is_none() && left(c)),
        count(&|c| c.verdict.winner.is_none() && !left(c)),
    );
}

/// How often the interval of each parameter holds its true value.
fn coverage(samples: u64, sizes: &[usize]) {
    println!("| law | values | parameter | true | mean | covered |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for family in Family::ALL {
        let parameters: &[(&str, f64)] = match family {
            Family::Semicircle | Family::Wigner => &[("centre", 1.5), ("radius", 1.0)],
            Family::MarchenkoPastur(ratio) | Family::Wishart(ratio) => {
                &[("ratio", ratio), ("scale", 1.0)]
            }
            Family::PowerLaw(alpha) => &[("alpha", alpha)],
            Family::LogNormal(sigma) => &[("mu", 0.0), ("sigma", sigma)],
        };
        for &size in sizes {
            for (how, make) in [
                (
                    "",
                    &exact as &dyn Fn(Vec<f64>, u64) -> (SpectralDensity, LawOptions),
                ),
                (", quadratures", &by_quadrature),
            ] {
                let fits: Vec<_> = (0..samples)
                    .filter_map(|seed| {
                        let (density, options) = make(family.draw(size, seed), seed);
                        let bulk = fit_laws(&density, &options).unwrap().whole_bulk;
                        bulk.fit(family.law()).cloned()
                    })
                    .collect();
                for &(name, truth) in parameters {
                    let found: Vec<_> = fits
                        .iter()
                        .filter_map(|fit| fit.parameters.iter().find(|p| p.name == name))
                        .collect();
                    let mean = found.iter().map(|p| p.value).sum::<f64>() / found.len() as f64;
                    let covered = found
                        .iter()
                        .filter(|p| p.interval.is_some_and(|[a, b]| a <= truth && truth <= b))
                        .count();
                    println!(
                        "| {family:?}{how} | {size} | {name} | {truth} | {mean:.3} | {covered} of {} |",
                        found.len()
                    );
                }
            }
        }
    }
}
