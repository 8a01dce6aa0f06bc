//! What is not resolved of spectra whose every eigenvalue is known.

use std::error::Error;
use std::fs;

use hesscope_records::Spectrum;
use hesscope_report::{NamedSpectrum, write_spectrum_report};
use hesscope_spectral::SpectralDensity;
use serde_json::Value;

use crate::synthetic;

/// Of 300 eigenvalues so many zeros, the rest of both signs over three decades, the largest apart.
fn eigenvalues(zeros: usize) -> Vec<f64> {
    let rest = 300 - zeros;
    let value = |i: usize| {
        let sign = if i.is_multiple_of(3) { -1.0 } else { 1.0 };
        sign * 10f64.powf(-3.0 * i as f64 / rest as f64)
    };
    let mut values: Vec<f64> = (0..rest).map(value).collect();
    values[1] = 4.0;
    values.extend(vec![0.0; zeros]);
    values
}

/// The page of a spectrum, a plain space for each that does not break, and its readings.
fn page(spectrum: &Spectrum) -> Result<(String, Value), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let named = [NamedSpectrum::new("A", spectrum)];
    let files = write_spectrum_report("A", &named, folder.path())?;
    let html = fs::read_to_string(files.html)?.replace('\u{a0}', " ");
    let (_, data) = html
        .split_once("class=\"readings\">")
        .ok_or("no readings")?;
    let (data, _) = data.split_once("</script>").ok_or("no end")?;
    let readings = serde_json::from_str(data)?;
    Ok((html, readings))
}

fn numbers(value: &Value) -> Vec<f64> {
    let values = value.as_array().into_iter().flatten();
    values.filter_map(Value::as_f64).collect()
}

/// The ends of `12 to 61 %`, `40.0 %` or `unresolved (0 to 61 %)`, as fractions.
fn interval(words: &str) -> Result<[f64; 2], Box<dyn Error>> {
    let inside = words.split_once('(').map_or(words, |(_, inside)| inside);
    let (inside, _) = inside.split_once(" %").ok_or("no percentage")?;
    let ends: Vec<f64> = inside
        .split(" to ")
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let last = ends.last().ok_or("nothing")?;
    // Half a unit of the last digit of what is exact.
    Ok([ends[0] / 100.0 - 6e-4, last / 100.0 + 6e-4])
}

fn share(eigenvalues: &[f64], [from, to]: [f64; 2]) -> f64 {
    let inside = eigenvalues.iter().filter(|x| (from..=to).contains(*x));
    inside.count() as f64 / eigenvalues.len() as f64
}

/// Checks a curve's stretches against the truth; gives their number.
fn check_stretches(curve: &Value, truth: &[f64]) -> Result<usize, Box<dyn Error>> {
    let stretches = curve["unresolved"].as_array().ok_or("no stretches")?;
    for stretch in stretches {
        let ends = numbers(&stretch["ends"]);
        // The ends stand in the page to five digits.
        let slack = 1e-4 * ends[0].abs().max(ends[1].abs());
        let least = share(truth, [ends[0] + slack, ends[1] - slack]);
        let most = share(truth, [ends[0] - slack, ends[1] + slack]);
        let said = stretch["share"].as_str().ok_or("no share")?;
        let [lower, upper] = interval(said)?;
        assert!(lower <= most && least <= upper, "{said}: {least} to {most}");
    }
    Ok(stretches.len())
}

/// Nowhere is a mean without a band about it that is narrower than a factor of ten, but where that is below one eigenvalue.
fn check_line(line: &Value, negligible: f64) {
    let means = line["mean"].as_array().into_iter().flatten();
    let [lower, upper] = [0, 1].map(|end| numbers(&line["band"][end]));
    for (i, mean) in means.enumerate() {
        if !mean.is_null() {
            let open = upper[i] > negligible && upper[i] > 10.01 * lower[i];
            assert!(!open, "{mean} in {} to {}", lower[i], upper[i]);
        }
    }
}

#[test]
fn few_steps_leave_stretches_whose_shares_hold_the_truth() -> Result<(), Box<dyn Error>> {
    for zeros in [0, 105, 270] {
        let truth = eigenvalues(zeros);
        let matrix = synthetic::with_eigenvalues(&truth, 3);
        for steps in [8, 16, 48, 128] {
            let spectrum = synthetic::spectrum_in(matrix.clone(), 2, 6, steps)?;
            let (html, readings) = page(&spectrum)?;
            let curve = &readings["curves"][0];
            let stretches = check_stretches(curve, &truth)?;
            assert!(steps > 16 || stretches > 0, "{steps} steps resolve it");
            assert_eq!(stretches > 0, html.contains("<pattern"), "{steps}");
            for side in ["negative", "positive"] {
                check_line(&curve[side], 1.0);
            }
            check_stretches(&readings["straight"]["curves"][0], &truth)?;

            // The share near zero is right, or said to be open.
            let words = curve["nearZero"].as_str().ok_or("no share")?;
            let floor = 10f64.powi(curve["floor"].as_i64().ok_or("no floor")? as i32);
            let near = share(&truth, [-floor, floor]);
            let [lower, upper] = interval(words)?;
            assert!((lower..=upper).contains(&near), "{words}, not {near}");
            if words.starts_with("unresolved") {
                assert!(upper - lower > 0.05, "{words}");
                assert!(!html.contains("% near zero<"));
            }
        }
    }
    Ok(())
}

#[test]
fn a_spectrum_known_in_full_has_no_unresolved_stretch() -> Result<(), Box<dyn Error>> {
    let mut spectrum =
        synthetic::spectrum(synthetic::with_eigenvalues(&eigenvalues(105), 3), 2, 2)?;
    spectrum.density = SpectralDensity::from_eigenvalues(eigenvalues(105));
    let (html, readings) = page(&spectrum)?;
    assert!(!html.contains("<pattern") && !html.contains(">unresolved"));
    assert!(html.contains(">35.0 % near zero<"));
    assert!(readings["curves"][0]["unresolved"] == Value::Array(Vec::new()));
    let counts = numbers(&readings["curves"][0]["positive"]["mean"]);
    assert!(counts.iter().sum::<f64>() > 0.0);
    Ok(())
}
