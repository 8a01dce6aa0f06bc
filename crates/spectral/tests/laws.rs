//! The laws of spectra: the right one is found, and parameters lie in their intervals.
#![allow(clippy::unwrap_used)]

mod common {
    pub mod laws;
}

use common::laws::{Family, Random, exponential, power_law, quadratures, semicircle, wigner};
use hesscope_spectral::{
    Atom, LawAnalysis, LawName, LawOptions, Quadrature, Region, Sample, Side, SpectralDensity,
    fit_laws,
};

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

/// At 500 nonzero values the right law wins in at least 90 of 100 samples of each family, and a wrong one in at most two.
#[test]
fn the_right_law_is_found() {
    for family in Family::ALL {
        let (mut right, mut wrong) = (0, 0);
        for seed in 0..100 {
            // Half of the eigenvalues are zeros at ratio 2.
            let order = match family {
                Family::MarchenkoPastur(2.0) | Family::Wishart(2.0) => 1000,
                _ => 500,
            };
            let spectrum = family.draw(order, seed);
            let found = fit_laws(&SpectralDensity::from_eigenvalues(spectrum), &options()).unwrap();
            match found.whole_bulk.verdict.winner {
                Some(law) if law == family.law() => right += 1,
                Some(_) => wrong += 1,
                None => {}
            }
        }
        assert!(
            right >= 90 && wrong <= 2,
            "{family:?}: right {right}, wrong {wrong}"
        );
    }
}

/// A whole-bulk fit's intervals hold the true parameters in at least 90 of 100 samples each.
#[test]
fn intervals_cover() {
    for (family, parameters) in [
        (Family::Semicircle, [("centre", 1.5), ("radius", 1.0)]),
        (Family::Wigner, [("centre", 1.5), ("radius", 1.0)]),
        (
            Family::MarchenkoPastur(0.5),
            [("ratio", 0.5), ("scale", 1.0)],
        ),
        (Family::Wishart(2.0), [("ratio", 2.0), ("scale", 1.0)]),
        (Family::LogNormal(1.0), [("mu", 0.0), ("sigma", 1.0)]),
        (Family::PowerLaw(2.5), [("alpha", 2.5), ("alpha", 2.5)]),
    ] {
        let mut covered = [0; 2];
        for seed in 0..100 {
            let spectrum = family.draw(300, 1000 + seed);
            let found = fit_laws(&SpectralDensity::from_eigenvalues(spectrum), &options()).unwrap();
            let fit = found.whole_bulk.fit(family.law()).unwrap();
            for (count, (name, truth)) in covered.iter_mut().zip(parameters) {
                let parameter = fit.parameters.iter().find(|p| p.name == name).unwrap();
                let [low, high] = parameter.interval.unwrap();
                *count += u32::from(low <= truth && truth <= high);
            }
        }
        assert!(covered.iter().all(|&n| n >= 90), "{family:?}: {covered:?}");
    }
}

/// Through quadratures a wrong law does not win, and the parameters are those of the spectrum behind them.
#[test]
fn quadratures_find_the_law_too() {
    for (family, least) in [
        (Family::Wishart(0.5), 15),
        (Family::Wigner, 15),
        (Family::LogNormal(0.5), 15),
    ] {
        let mut right = 0;
        for seed in 0..20 {
            let density = quadratures(&family.draw(1000, seed), 8, 64, seed);
            let found = fit_laws(&density, &options()).unwrap();
            assert!(!found.sample.exact && found.sample.size < 512.5);
            let winner = found.whole_bulk.verdict.winner;
            assert!(winner.is_none_or(|law| law == family.law()), "{family:?}");
            right += usize::from(winner.is_some());
        }
        assert!(right >= least, "{family:?}: {right}");
    }
}

/// The tail of a power law above a body that is none: xmin and exponent are found, and the exponential is ruled out.
#[test]
fn a_tail_is_found_above_a_body() {
    let mut covered = 0;
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let mut values = power_law(600, 2.5, &mut random);
        values.extend((0..400).map(|_| random.uniform()));
        let options = LawOptions {
            bootstrap: 100,
            tries: 50,
            seed,
            ..LawOptions::default()
        };
        let found = fit_laws(&SpectralDensity::from_eigenvalues(values), &options).unwrap();
        let tail = found.tail.unwrap();
        assert!(tail.xmin > 0.5 && tail.kolmogorov < 0.1, "{}", tail.xmin);
        let exponential =
            tail.comparison.pairs.iter().find(|pair| {
                pair.second == LawName::Exponential && pair.first == LawName::PowerLaw
            });
        assert!(exponential.is_none_or(|pair| pair.favoured != Some(LawName::Exponential)));
        let [low, high] = tail.alpha_interval;
        covered += usize::from(low <= 2.5 && 2.5 <= high);
    }
    assert!(
        covered >= 17,
        "{covered} of 20 intervals of the exponent cover"
    );
}

/// An exponential tail is not taken for a power law.
#[test]
fn an_exponential_tail_is_no_power_law() {
    for seed in 0..10 {
        let values = exponential(1000, &mut Random::new(seed));
        let options = LawOptions {
            bootstrap: 50,
            least_tail: 500,
            ..LawOptions::default()
        };
        let found = fit_laws(&SpectralDensity::from_eigenvalues(values), &options).unwrap();
        let tail = found.tail.unwrap();
        assert!(tail.goodness_of_fit < 0.1);
        assert_ne!(tail.comparison.verdict.winner, Some(LawName::PowerLaw));
    }
}

/// The greatest value tells a tail that ends from one that does not.
#[test]
fn a_tail_that_ends_is_told() {
    let mut random = Random::new(5);
    let endless = power_law(2000, 1.5, &mut random);
    let ended: Vec<f64> = endless.iter().copied().filter(|&x| x < 10.0).collect();
    let p_value = |values: Vec<f64>| {
        let options = LawOptions {
            bootstrap: 20,
            least_tail: 1000,
            ..LawOptions::default()
        };
        let found = fit_laws(&SpectralDensity::from_eigenvalues(values), &options).unwrap();
        found.tail.unwrap().truncated.unwrap()
    };
    assert!(p_value(endless).p_value > 0.01);
    let truncated = p_value(ended);
    assert!(truncated.p_value < 1e-6);
    assert!((truncated.alpha - 1.5).abs() < 0.15, "{}", truncated.alpha);
}

/// What is left out is said exactly, and laws are conditioned on what is left.
#[test]
fn exclusions_are_reported() {
    let mut values: Vec<f64> = (0..80).map(|i| 1.0 + f64::from(i) / 80.0).collect();
    values.extend([-3.0, -2.0, 0.0, 1e-12, -1e-13, 7.0, 8.0, 9.0]);
    let region = Region {
        floor: 1e-6,
        above: Some(5.0),
        ..Region::default()
    };
    let sample = Sample::new(&SpectralDensity::from_eigenvalues(values.clone()), &region).unwrap();
    let summary = sample.summary();
    assert_eq!(summary.values, 80);
    assert!((summary.size - 80.0).abs() < 1e-9 && (summary.eigenvalues - 80.0).abs() < 1e-9);
    let excluded = summary.excluded;
    for (found, expected) in [
        (excluded.near_zero_count, 3.0),
        (excluded.other_side_count, 2.0),
        (excluded.outliers_count, 3.0),
        (88.0 * excluded.outliers, 3.0),
        (88.0 * summary.mass, 80.0),
    ] {
        assert!((found - expected).abs() < 1e-9, "{found} for {expected}");
    }
    let both = Region {
        side: Side::Both,
        below: Some(-2.5),
        ..region
    };
    let summary = Sample::new(&SpectralDensity::from_eigenvalues(values.clone()), &both)
        .unwrap()
        .summary();
    assert_eq!((summary.values, summary.least), (81, -2.0));
    let negative = Region {
        side: Side::Negative,
        ..Region::default()
    };
    let mirrored: Vec<f64> = values.iter().map(|x| -x).collect();
    let summary = Sample::new(&SpectralDensity::from_eigenvalues(mirrored), &negative)
        .unwrap()
        .summary();
    assert_eq!((summary.least, summary.greatest), (1e-12, 9.0));
}

/// Atoms left out take what is beyond them with them; atoms left in count 1/p each.
#[test]
fn atoms_are_left_out_with_what_is_beyond() {
    let mut density = quadratures(&Family::Wishart(0.5).draw(400, 1), 4, 32, 1);
    let edge = 2.0;
    density.dim += 2;
    density.atoms = vec![
        Atom {
            value: edge,
            residual: 0.0,
        },
        Atom {
            value: 6.0,
            residual: 0.0,
        },
    ];
    let left_out = Region {
        without_atoms: true,
        ..Region::default()
    };
    let without = Sample::new(&density, &left_out).unwrap().summary();
    assert_eq!(without.window.upper, Some(edge));
    assert!(without.greatest < edge && without.excluded.outliers_count > 2.0);
    let with = Sample::new(&density, &Region::default()).unwrap().summary();
    assert!((with.eigenvalues - 402.0).abs() < 1e-6 && with.greatest == 6.0);
}

/// A signed semicircle, with a hole about zero and outliers at both ends cut away.
#[test]
fn a_signed_semicircle_is_found() {
    let mut values = wigner(600, &mut Random::new(3));
    values.extend([-4.0, 3.0, 5.0]);
    let options = LawOptions {
        region: Region {
            side: Side::Both,
            floor: 0.05,
            above: Some(2.0),
            below: Some(-2.0),
            without_atoms: false,
        },
        ..options()
    };
    let found = fit_laws(&SpectralDensity::from_eigenvalues(values), &options).unwrap();
    let bulk = &found.whole_bulk;
    // No other law applies to both signs, so that it is not rejected is all that can be said.
    assert_eq!(bulk.verdict.winner, None);
    assert_eq!(bulk.verdict.candidates, [LawName::Semicircle]);
    assert!(bulk.fits[0].kolmogorov_p > 0.9);
    assert_eq!(bulk.not_fitted.len(), 3);
    assert!(found.tail.is_none() && found.no_tail.is_some());
    let radius = &bulk.fits[0].parameters[1];
    assert!((radius.value - 1.0).abs() < 0.02, "{}", radius.value);
    // Uniform values are no semicircle.
    let mut random = Random::new(4);
    let uniform = (0..3000).map(|_| 2.0 * random.uniform() - 1.0).collect();
    let found = fit_laws(&SpectralDensity::from_eigenvalues(uniform), &options).unwrap();
    assert!(found.whole_bulk.fits[0].kolmogorov_p < 0.01);
    assert!(found.whole_bulk.verdict.reason.contains("rejects it"));
}

/// Results go through JSON to the bit, and are functions of the seed.
#[test]
fn results_are_plain_data() {
    for spectrum in [
        semicircle(200, 1.5, &mut Random::new(1)),
        power_law(200, 1.5, &mut Random::new(2)),
    ] {
        let density = SpectralDensity::from_eigenvalues(spectrum);
        let found = fit_laws(&density, &options()).unwrap();
        let text = serde_json::to_string(&found).unwrap();
        assert!(!text.contains("NaN"));
        let again: LawAnalysis = serde_json::from_str(&text).unwrap();
        assert_eq!(again, found);
        assert_eq!(fit_laws(&density, &options()).unwrap(), found);
    }
}

/// What cannot be done is said.
#[test]
fn bad_input_is_refused() {
    let few = SpectralDensity::from_eigenvalues(vec![1.0; 5]);
    let message = fit_laws(&few, &options()).unwrap_err().to_string();
    assert!(message.contains("holds 5 values"), "{message}");
    let many = SpectralDensity::from_eigenvalues((1..50).map(f64::from).collect());
    let with = |region: Region| LawOptions {
        region,
        ..options()
    };
    for region in [
        Region {
            floor: f64::NAN,
            ..Region::default()
        },
        Region {
            above: Some(-1.0),
            ..Region::default()
        },
        Region {
            below: Some(f64::NAN),
            ..Region::default()
        },
    ] {
        assert!(fit_laws(&many, &with(region)).is_err(), "{region:?}");
    }
    let level = LawOptions {
        level: 1.5,
        ..options()
    };
    assert!(fit_laws(&many, &level).is_err());
    let equal = SpectralDensity::from_eigenvalues(vec![2.0; 40]);
    let found = fit_laws(&equal, &options()).unwrap();
    assert!(found.whole_bulk.fits.is_empty() && found.whole_bulk.verdict.winner.is_none());
    assert!(found.no_tail.is_some());
}

/// One node of nine tenths of the mass: the hundred others are worth little beside it, and nothing is said.
#[test]
fn few_heavy_nodes_decide_nothing() {
    let quadrature = Quadrature {
        nodes: (1..=101).map(|i| f64::from(i) / 100.0).collect(),
        weights: (0..101).map(|i| if i == 0 { 0.9 } else { 0.001 }).collect(),
    };
    let density = SpectralDensity {
        dim: 10_000,
        exact: false,
        quadratures: vec![quadrature.clone(), quadrature],
        atoms: Vec::new(),
    };
    let found = fit_laws(&density, &LawOptions::default()).unwrap();
    assert!(found.sample.size < 5.0, "{}", found.sample.size);
    assert_eq!(found.tail, None);
    assert!(found.no_tail.is_some());
    let verdict = &found.whole_bulk.verdict;
    assert_eq!(verdict.winner, None);
    assert!(verdict.reason.contains("size"), "{}", verdict.reason);
}
