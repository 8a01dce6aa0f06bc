//! The Lanczos run of the leading pairs gives the density too.

#[path = "common/diagonal.rs"]
mod diagonal;

use diagonal::{Diagonal, hessian_like};
use hesscope_measure::{Effort, EffortChoices, OperatorProperties, Spectrum, spectrum};
use hesscope_records::Precision;
use hesscope_spectral::{MemoryKeeper, NoKeeper};

const TEN_CLASSES: OperatorProperties = OperatorProperties {
    positive_semidefinite: false,
    classes: 10,
};

fn effort(values: &[f64]) -> Effort {
    EffortChoices {
        top: Some(9),
        ..EffortChoices::default()
    }
    .resolve(values.len(), 10, Precision::F64, 1 << 30)
}

fn measured(values: &[f64], effort: &Effort) -> Spectrum {
    let operator = Diagonal::new(values.to_vec());
    spectrum(&operator, &TEN_CLASSES, effort, 1 << 20, &mut NoKeeper, &()).expect("a spectrum")
}

fn zeros(spectrum: &Spectrum) -> [f64; 2] {
    let found = spectrum.density.share_in(-1e-9, 1e-9, 0.95);
    let found = found.expect("a share");
    [found.lower, found.upper]
}

#[test]
fn the_density_takes_no_products() {
    let values = hessian_like();
    let with = effort(&values);
    assert!(with.from_leading);
    assert_eq!((with.leading.starts, with.probes), (2, 2));
    let mut without = Effort {
        from_leading: false,
        ..with.clone()
    };
    without.leading.starts = 1;
    let [with, without] = [&with, &without].map(|effort| measured(&values, effort));
    // The pairs come from as good a start.
    assert_eq!(without.products - with.products, 256);
    for found in [&with, &without] {
        assert_eq!(found.density.atoms.len(), 9);
        assert_eq!(found.density.quadratures.len(), 2);
        // 2000 zeros of 4009.
        let [lower, upper] = zeros(found);
        assert!(lower <= 2000.0 / 4009.0 && 2000.0 / 4009.0 <= upper);
        // So are the 64 of the others that are within 0.05 of zero.
        let near = found.density.share_in(-0.05, 0.05, 0.95).expect("a share");
        let truth = 2064.0 / 4009.0;
        assert!(near.lower <= truth && truth <= near.upper);
        assert!(near.upper - near.lower < 0.1, "{near:?}");
    }
    // The nodes of nine atoms are not among those of the runs.
    for quadrature in &with.density.quadratures {
        assert_eq!(quadrature.nodes.len(), 256 - 9);
    }
}

#[test]
fn a_run_through_the_whole_space_is_the_density() {
    let values: Vec<f64> = hessian_like().into_iter().step_by(9).collect();
    let effort = effort(&values);
    assert_eq!((effort.probes, effort.lanczos_steps), (1, values.len()));
    let found = measured(&values, &effort);
    let mut exact = values.clone();
    exact.sort_by(f64::total_cmp);
    let eigenvalues = found.density.eigenvalues().expect("an exact density");
    assert_eq!(eigenvalues.len(), exact.len());
    for (value, exact) in eigenvalues.iter().zip(&exact) {
        assert!((value - exact).abs() < 1e-10, "{value} {exact}");
    }
    assert_eq!(zeros(&found)[0], zeros(&found)[1]);
}

#[test]
fn it_goes_on_from_where_it_was_killed() {
    let values = hessian_like();
    let effort = effort(&values);
    let whole = measured(&values, &effort);
    let operator = Diagonal::new(values);
    let mut keeper = MemoryKeeper::default();
    for products in [100, 151, 200] {
        operator.left.set(products);
        let killed = spectrum(&operator, &TEN_CLASSES, &effort, 1 << 20, &mut keeper, &());
        assert!(killed.is_err());
    }
    operator.left.set(usize::MAX);
    let resumed = spectrum(&operator, &TEN_CLASSES, &effort, 1 << 20, &mut keeper, &());
    assert_eq!(resumed.expect("a spectrum"), whole);
}
