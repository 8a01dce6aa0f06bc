//! The front door: the spectrum of one's own model, by the prelude alone.

use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, TensorData};
use hesscope::prelude::*;

fn problem(device: &Device) -> Problem {
    device.seed(2);
    let module = LinearConfig::new(4, 3).init(device);
    let inputs = TensorData::new((0..120).map(|i| f64::from(i * i % 17)).collect(), [30, 4]);
    let labels = (0..30).map(|i| i % 3).collect();
    Problem::cross_entropy(&module, Linear::forward::<2>, inputs, labels).expect("a problem")
}

#[test]
fn the_spectrum_of_a_linear_classifier_is_that_of_g() {
    let problem = problem(&Device::flex());
    let measured = |part| {
        problem
            .spectrum(part)
            .top(4)
            .seed(5)
            .run()
            .expect("a spectrum")
    };
    let (hess, g) = (measured(Part::Hess), measured(Part::G));
    assert_eq!(hess.top().values.len(), 4);
    assert_eq!(hess.pairs().vectors.len(), 4);
    // Logits linear in the parameters have no second derivatives.
    let pairs = hess.top().values.iter().zip(&g.top().values);
    for ((a, b), residual) in pairs.zip(&hess.top().residuals) {
        assert!((a - b).abs() <= 2.0 * residual + 1e-5 * a.abs(), "{a} {b}");
    }
    assert!(hess.outliers().to_string().contains("positive"));
    let band = g.band(9).expect("a band");
    assert_eq!((band.points.len(), band.level), (9, 0.95));
    assert!(
        band.lower
            .iter()
            .zip(&band.upper)
            .all(|(lower, upper)| lower <= upper)
    );
    let sides = g.log_spectrum(12).expect("a spectrum");
    assert!(sides.negative.is_none(), "G is positive semidefinite");
    assert_eq!(sides.positive.points.len(), 12);
}

#[test]
fn choices_are_those_of_the_builder() {
    let problem = problem(&Device::flex());
    let spectrum = problem
        .spectrum(Part::H)
        .top(2)
        .probes(3)
        .lanczos_steps(5)
        .range_steps(7);
    let spectrum = spectrum.memory(1 << 20).run().expect("a spectrum");
    let effort = spectrum.effort();
    assert_eq!((effort.probes, effort.lanczos_steps), (3, 5));
    assert_eq!((effort.leading.top, effort.leading.range_steps), (2, 7));
    assert_eq!(spectrum.record().density.quadratures.len(), 3);
    assert_eq!(spectrum.operator(), Part::H.into());
}

#[test]
fn a_report_is_a_page_and_a_figure() {
    let problem = problem(&Device::flex());
    let spectrum = problem
        .spectrum(Part::Hess)
        .top(3)
        .run()
        .expect("a spectrum");
    let folder = std::env::temp_dir().join(format!("hesscope-own-model-{}", std::process::id()));
    write_report("A linear classifier", &[&spectrum], &folder).expect("a report");
    let page = std::fs::read_to_string(folder.join("spectrum.html")).expect("a page");
    assert!(page.contains("A linear classifier"));
    assert!(folder.join("figures/density.svg").is_file());
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}
