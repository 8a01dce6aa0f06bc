//! The report of spectra that belong to no run.

use std::error::Error;
use std::fs;

use hesscope_records::Part;
use hesscope_report::{NamedSpectrum, ReportError, write_spectrum_report};

use crate::page::{assert_balanced, assert_self_contained};
use crate::synthetic;

#[test]
fn a_spectrum_is_reported_without_a_run() -> Result<(), Box<dyn Error>> {
    let g = synthetic::spectrum(synthetic::g_like(80), 20, 2)?;
    let own = synthetic::spectrum(synthetic::semicircle(60, 0.5), 30, 2)?;
    let folder = tempfile::tempdir()?;
    let spectra = [
        NamedSpectrum::of(Part::G.into(), &g).beside_classes(10),
        NamedSpectrum::new("Fisher <of> mine", &own),
    ];
    let files = write_spectrum_report("My own model", &spectra, folder.path())?;
    assert_eq!(files.figures.len(), 2);
    assert_eq!(files.html, folder.path().join("spectrum.html"));
    let html = fs::read_to_string(&files.html)?.replace('\u{a0}', " ");
    assert_balanced(&html);
    assert_self_contained(&html);
    for part in [
        "<h1>My own model</h1>",
        "G: p = 80, C = 10. Fisher &lt;of&gt; mine: p = 60.",
        "<dt>outliers of G</dt><dd>10</dd>",
        "G: 10 positive outliers; C = 10",
        "Fisher &lt;of&gt; mine: 0 outliers<",
        "Leading eigenvalues of Fisher &lt;of&gt; mine",
        "Frobenius norm",
        "Wigner surmise",
        "class=\"readings\"",
    ] {
        assert!(html.contains(part), "{part}");
    }
    for absent in ["Training", "Settings", "The network", "SHA-256"] {
        assert!(!html.contains(absent), "{absent}");
    }
    // G has a band on its positive side only.
    let readings = html
        .split("class=\"readings\">")
        .nth(1)
        .ok_or("no readings")?;
    let readings = readings.split("</script>").next().ok_or("no end")?;
    let readings: serde_json::Value = serde_json::from_str(readings)?;
    assert!(readings["curves"][0]["negative"]["band"].is_null());
    assert!(readings["curves"][1]["negative"]["band"].is_array());
    Ok(())
}

#[test]
fn without_a_spectrum_the_page_says_so() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let files = write_spectrum_report("Nothing", &[], folder.path())?;
    assert!(files.figures.is_empty());
    assert!(fs::read_to_string(files.html)?.contains("There is no spectrum."));
    Ok(())
}

#[test]
fn what_is_no_spectrum_is_refused_by_name() -> Result<(), Box<dyn Error>> {
    let mut broken = synthetic::spectrum(synthetic::g_like(40), 12, 2)?;
    broken.top.residuals.pop();
    let folder = tempfile::tempdir()?;
    let spectra = [NamedSpectrum::new("mine", &broken)];
    let error = write_spectrum_report("Mine", &spectra, folder.path())
        .err()
        .ok_or("it was reported")?;
    assert!(matches!(error, ReportError::Spectrum { .. }), "{error:?}");
    assert!(
        error.to_string().contains("the spectrum of mine"),
        "{error}"
    );
    assert_eq!(fs::read_dir(folder.path())?.count(), 0);
    Ok(())
}

/// H of some networks is exactly symmetric about zero.
#[test]
fn both_sides_stand_in_one_list_by_modulus_with_their_ties() -> Result<(), Box<dyn Error>> {
    let mut spectrum = synthetic::spectrum(synthetic::semicircle(40, 1.0), 12, 2)?;
    spectrum.top.values = vec![-2.0, 2.0, 1.0, 1.0, -1.0, -1.0, 0.5];
    spectrum.top.residuals = vec![0.0; 7];
    spectrum.top.converged = vec![true; 7];
    let folder = tempfile::tempdir()?;
    let spectra = [NamedSpectrum::new("H", &spectrum)];
    let html = fs::read_to_string(write_spectrum_report("H", &spectra, folder.path())?.html)?;
    assert!(html.contains("7 leading eigenvalues by modulus, 4 positive and 3 negative"));
    let (_, table) = html
        .split_once("Leading eigenvalues of H")
        .ok_or("no table")?;
    let (_, table) = table.split_once("<tbody>").ok_or("no rows")?;
    let (table, _) = table.split_once("</tbody>").ok_or("no end")?;
    let values: Vec<&str> = table
        .split("</th><td>")
        .skip(1)
        .filter_map(|row| row.split('<').next())
        .collect();
    let shown = [
        "2.",
        "\u{2212}2.",
        "1.",
        "1.",
        "\u{2212}1.",
        "\u{2212}1.",
        "0.5",
    ];
    assert_eq!(values.len(), shown.len());
    for (value, shown) in values.iter().zip(shown) {
        assert!(value.starts_with(shown), "{values:?}");
    }
    Ok(())
}
