//! Wasserstein distance to the exact spectrum, over the largest modulus.

use hesscope_spectral::{
    Eigenpairs, ProbeKind, Reorthogonalisation, SlqOptions, SpectralDensity, deflated_density, slq,
    wasserstein_distance,
};

use super::spectra::{Known, Spectral, norm};

const STEPS: [usize; 5] = [8, 16, 32, 64, 128];
const PROBES: [usize; 6] = [1, 2, 4, 8, 16, 32];
/// Eigenvalues of largest modulus taken out.
const DEFLATED: usize = 10;
/// Householder reflections, so that signs have a variance.
const REFLECTIONS: u64 = 2;

struct Study<'a> {
    case: &'a Known,
    op: Spectral,
    exact: SpectralDensity,
    seeds: u64,
}

impl Study<'_> {
    fn density(&self, options: &SlqOptions, deflate: bool) -> SpectralDensity {
        if !deflate {
            return slq(&self.op, options).unwrap();
        }
        let values = &self.case.values;
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[b].abs().total_cmp(&values[a].abs()));
        order.truncate(DEFLATED);
        let pairs = Eigenpairs {
            values: order.iter().map(|&i| values[i]).collect(),
            vectors: order.iter().map(|&i| self.op.eigenvector(i)).collect(),
            residuals: vec![0.0; order.len()],
        };
        deflated_density(&self.op, &pairs, options).unwrap()
    }

    /// The mean over seeds for the first 1, 2, 4, ... of the probes run.
    fn distances(&self, base: &SlqOptions, deflate: bool) -> Vec<f64> {
        let counts: Vec<usize> = PROBES
            .into_iter()
            .filter(|&count| count <= base.probes)
            .collect();
        let mut sums = vec![0.0; counts.len()];
        for seed in 0..self.seeds {
            let mut density = self.density(&SlqOptions { seed, ..*base }, deflate);
            for (sum, &count) in sums.iter_mut().zip(&counts).rev() {
                density.quadratures.truncate(count);
                *sum += wasserstein_distance(&density, &self.exact, 1.0).unwrap();
            }
        }
        let scale = norm(&self.case.values) * self.seeds as f64;
        sums.iter().map(|sum| sum / scale).collect()
    }
}

fn row(name: &str, values: &[f64]) {
    let cells: Vec<String> = values.iter().map(|value| format!("{value:.1e}")).collect();
    println!("| {name} | {} |", cells.join(" | "));
}

pub fn tables(cases: &[Known], seeds: u64) {
    let studies = || {
        cases.iter().map(|case| Study {
            case,
            op: Spectral::new(&case.values, REFLECTIONS),
            exact: SpectralDensity::from_eigenvalues(case.values.clone()),
            seeds,
        })
    };
    let base = SlqOptions {
        probes: 8,
        steps: 64,
        ..SlqOptions::default()
    };
    println!("\nsteps {STEPS:?}, 8 probes; then probes {PROBES:?}, 64 steps\n");
    for study in studies() {
        let mut values: Vec<f64> = STEPS
            .into_iter()
            .filter_map(|steps| {
                let found = study.distances(&SlqOptions { steps, ..base }, false);
                found.last().copied()
            })
            .collect();
        values.extend(study.distances(&SlqOptions { probes: 32, ..base }, false));
        row(&study.case.name, &values);
    }
    println!(
        "\n8 probes, 64 steps: Gaussian, Rademacher, Gaussian deflated, Rademacher deflated, \
         Gaussian selective, Gaussian full\n"
    );
    for study in studies() {
        let signs = SlqOptions {
            kind: ProbeKind::Rademacher,
            ..base
        };
        let orthogonal = |reorthogonalisation| SlqOptions {
            reorthogonalisation,
            ..base
        };
        let values: Vec<f64> = [
            (base, false),
            (signs, false),
            (base, true),
            (signs, true),
            (orthogonal(Reorthogonalisation::Selective), false),
            (orthogonal(Reorthogonalisation::Full), false),
        ]
        .iter()
        .filter_map(|(options, deflate)| study.distances(options, *deflate).last().copied())
        .collect();
        row(&study.case.name, &values);
    }
}
