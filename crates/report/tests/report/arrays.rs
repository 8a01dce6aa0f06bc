//! The arrays of an analysis.

use std::error::Error;

use hesscope_records::Analysis;
use hesscope_report::{NamedArray, Values, analysis_arrays};

use crate::synthetic;

fn list<'a>(arrays: &'a [NamedArray], name: &str) -> Result<&'a [f64], Box<dyn Error>> {
    let array = arrays.iter().find(|array| array.name == name);
    match &array.ok_or_else(|| format!("no {name}"))?.values {
        Values::F64(values) => Ok(values),
        _ => Err(format!("{name} is not of doubles").into()),
    }
}

fn has(arrays: &[NamedArray], name: &str) -> bool {
    arrays.iter().any(|array| array.name == name)
}

fn of(analysis: &Analysis) -> Result<Vec<NamedArray>, Box<dyn Error>> {
    let arrays = analysis_arrays(analysis)?;
    for array in &arrays {
        let length = match &array.values {
            Values::F64(values) => values.len(),
            Values::F32(values) => values.len(),
            Values::I64(values) => values.len(),
            Values::Bool(values) => values.len(),
        };
        assert_eq!(
            array.shape.iter().product::<usize>(),
            length,
            "{}",
            array.name
        );
    }
    Ok(arrays)
}

#[test]
fn shares_and_integrals_agree() -> Result<(), Box<dyn Error>> {
    let analysis = synthetic::analysis("hess", synthetic::semicircle(200, 1.0), 30, 4)?;
    let arrays = of(&analysis)?;
    let step = |name: &str| -> Result<f64, Box<dyn Error>> {
        let points = list(&arrays, name)?;
        Ok(points[1] - points[0])
    };
    // Within the range, a margin about the spectrum, lies all of it but for the tails of Gaussians.
    let integral = list(&arrays, "linear_mean")?.iter().sum::<f64>() * step("linear_points")?;
    assert!((integral - 1.0).abs() < 1e-3, "{integral}");
    let lower = list(&arrays, "log_shares_lower")?;
    let upper = list(&arrays, "log_shares_upper")?;
    assert!(lower.iter().sum::<f64>() <= 1.0 && upper.iter().sum::<f64>() >= 1.0);
    // The 128 steps of each probe know all 200 eigenvalues well enough to tell the sides apart.
    for (side, place) in [("log_negative_mean", 0), ("log_positive_mean", 2)] {
        let integral = list(&arrays, side)?.iter().sum::<f64>() * step("log_points")?;
        let share = lower[place] - 1e-3..=upper[place] + 1e-3;
        assert!(share.contains(&integral), "{side}: {integral} in {share:?}");
    }
    for prefix in ["linear", "log_negative", "log_positive"] {
        let lower = list(&arrays, &format!("{prefix}_lower"))?;
        let upper = list(&arrays, &format!("{prefix}_upper"))?;
        assert!(lower.iter().zip(upper).all(|(lower, upper)| lower <= upper));
    }
    // Quadratures weigh what atoms leave, each by itself.
    let Values::I64(probe) = &arrays
        .iter()
        .find(|array| array.name == "probe")
        .ok_or("no probes")?
        .values
    else {
        return Err("probes are no numbers".into());
    };
    for i in 0..4 {
        let weights = list(&arrays, "weights")?.iter().zip(probe);
        let sum: f64 = weights
            .filter(|(_, probe)| **probe == i)
            .map(|(w, _)| w)
            .sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }
    assert_eq!(
        list(&arrays, "atoms")?.len(),
        analysis.spectrum.density.atoms.len()
    );
    Ok(())
}

#[test]
fn what_is_not_known_is_not_there() -> Result<(), Box<dyn Error>> {
    let several = of(&synthetic::analysis("g", synthetic::g_like(60), 12, 2)?)?;
    assert!(has(&several, "linear_standard_error") && has(&several, "log_positive_lower"));
    // G has no eigenvalue below zero, and so no band there.
    assert!(has(&several, "log_negative_mean") && !has(&several, "log_negative_lower"));
    let single = of(&synthetic::analysis("g", synthetic::g_like(60), 12, 1)?)?;
    for name in ["linear_standard_error", "log_positive_standard_error"] {
        assert!(!has(&single, name), "{name}");
    }
    // The range of nothing is a point, in which no density can be drawn.
    let mut nothing = synthetic::analysis("hess", synthetic::semicircle(60, 1.0), 12, 2)?;
    (nothing.spectrum.range.lower, nothing.spectrum.range.upper) = (0.0, 0.0);
    let nothing = of(&nothing)?;
    assert!(!has(&nothing, "linear_mean") && has(&nothing, "log_points"));
    Ok(())
}

#[test]
fn an_analysis_of_another_schema_is_refused() -> Result<(), Box<dyn Error>> {
    let mut analysis = synthetic::analysis("g", synthetic::g_like(40), 12, 2)?;
    analysis.origin.schema = 7;
    let error = analysis_arrays(&analysis)
        .err()
        .ok_or("no error")?
        .to_string();
    assert!(error.contains("version 7"), "{error}");
    Ok(())
}
