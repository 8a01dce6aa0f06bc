//! How often bands hold the truth.
#![allow(dead_code, clippy::unwrap_used)]

use hesscope_spectral::{
    Band, BandOptions, LogGrid, ProbeKind, SlqOptions, SpectralDensity, SymmetricLogGrid,
    gaussian_width, log_width, noise_floor, slq,
};

use super::spectra::{Known, Spectral, grid_about, norm};

#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub probes: usize,
    pub steps: usize,
    pub seeds: u64,
    /// The first of them.
    pub first: u64,
    pub points: usize,
    pub kind: ProbeKind,
    pub reflections: u64,
    pub band: BandOptions,
    /// Widths are the rules' times this.
    pub widen: f64,
    /// The fraction of `with_ritz_atoms`, where nodes become atoms.
    pub ritz_atoms: Option<f64>,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            probes: 8,
            steps: 64,
            seeds: 100,
            first: 0,
            points: 120,
            kind: ProbeKind::Gaussian,
            reflections: 0,
            band: BandOptions::default(),
            widen: 1.0,
            ritz_atoms: None,
        }
    }
}

/// Over seeds and points of one axis.
#[derive(Clone, Copy, Debug, Default)]
pub struct Coverage {
    /// Fraction of (point, seed) within the band; of seeds wholly within where it is simultaneous.
    pub covered: f64,
    /// Median of the band's half-width over the truth, where that is above 1% of its largest value.
    pub width: f64,
}

/// On the linear, the symmetric-log and the log axis (both sides together).
pub fn coverage(case: &Known, setting: &Setting) -> [Coverage; 3] {
    let op = Spectral::new(&case.values, setting.reflections);
    let exact = SpectralDensity::from_eigenvalues(case.values.clone());
    let largest = norm(&case.values);
    let (low, high) = (exact.eigenvalues().unwrap()[0].min(0.0), largest.max(0.0));
    let width = setting.widen * gaussian_width(low, high, setting.steps, 1.25).unwrap();
    let wide = setting.widen * log_width(setting.steps);
    let linear = grid_about(&case.values, 4.0 * width, setting.points);
    let floor = noise_floor(f64::EPSILON, largest, case.values.len()).max(1e-6 * largest);
    let symmetric = SymmetricLogGrid::new(1e-3 * largest, 2.0 * largest, setting.points).unwrap();
    let log = LogGrid::new(floor, 2.0 * largest, setting.points).unwrap();
    let options = BandOptions {
        psd: case.psd,
        ..setting.band
    };
    let bands = |density: &SpectralDensity, band: &BandOptions| -> [Vec<Band>; 3] {
        let spectrum = density.log_spectrum(&log, wide, band).unwrap();
        [
            vec![density.density_band(&linear, width, band).unwrap()],
            vec![density.symmetric_log_band(&symmetric, wide, band).unwrap()],
            spectrum
                .negative
                .into_iter()
                .chain([spectrum.positive])
                .collect(),
        ]
    };
    let truth = bands(&exact, &options);
    let mut results = [(); 3].map(|()| (0_usize, 0_usize, Vec::new()));
    for seed in setting.first..setting.first + setting.seeds {
        let density = slq(
            &op,
            &SlqOptions {
                probes: setting.probes,
                steps: setting.steps,
                kind: setting.kind,
                seed,
                ..SlqOptions::default()
            },
        )
        .unwrap();
        let density = match setting.ritz_atoms {
            Some(fraction) => density.with_ritz_atoms(fraction).unwrap(),
            None => density,
        };
        let found = bands(&density, &BandOptions { seed, ..options });
        for ((result, found), truth) in results.iter_mut().zip(&found).zip(&truth) {
            let mut all = true;
            let peak = truth
                .iter()
                .flat_map(|t| &t.mean)
                .fold(0.0_f64, |m, &x| m.max(x));
            for (found, truth) in found.iter().zip(truth) {
                for i in 0..found.points.len() {
                    let exact = truth.mean[i];
                    let inside = found.lower[i] <= exact && exact <= found.upper[i];
                    all &= inside;
                    if !setting.band.simultaneous {
                        result.0 += usize::from(inside);
                        result.1 += 1;
                    }
                    if exact > 0.01 * peak {
                        result
                            .2
                            .push(0.5 * (found.upper[i] - found.lower[i]) / exact);
                    }
                }
            }
            if setting.band.simultaneous {
                result.0 += usize::from(all);
                result.1 += 1;
            }
        }
    }
    results.map(|(covered, total, mut widths)| {
        widths.sort_by(f64::total_cmp);
        Coverage {
            covered: covered as f64 / total.max(1) as f64,
            width: widths.get(widths.len() / 2).copied().unwrap_or(0.0),
        }
    })
}
