//! The views of a density: switched by a click, read off in each, in sight of what is read.

use std::error::Error;

use hesscope_report::{NamedSpectrum, write_report, write_spectrum_report};
use hesscope_spectral::{BandOptions, SpectralDensity};
use serde_json::Value;

use crate::density::place;
use crate::page::{NARROW_DARK, Outcome, Page, View, WIDE};
use crate::synthetic;

const ALL: [&str; 3] = ["logarithmic", "semi-logarithmic", "linear"];

fn open(view: View) -> Result<Option<Page>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let run = synthetic::run(synthetic::epochs(20), synthetic::three(200)?);
    let file = write_report(&run, folder.path())?.html;
    Page::open(folder, &file, view)
}

/// The names of the views whose drawings are shown.
fn shown(page: &Page) -> Result<Vec<String>, Box<dyn Error>> {
    let value = page.value(
        "[...document.querySelectorAll('figure .view')]\
         .filter((view) => [...view.querySelectorAll('svg')].some((svg) => svg.getBoundingClientRect().width > 100))\
         .map((view) => view.className.replace('view view-', ''))",
    )?;
    Ok(serde_json::from_value(value)?)
}

fn switch(page: &Page, name: &str) -> Outcome {
    page.click(&format!("figure label[for$='-20-{name}-view']"))
}

#[test]
fn a_click_switches_the_view_with_a_script_and_without_and_at_both_widths() -> Outcome {
    for view in [WIDE, NARROW_DARK] {
        let Some(page) = open(view)? else {
            return Ok(());
        };
        assert_eq!(shown(&page)?, ALL[..1]);
        for name in [ALL[1], ALL[2], ALL[0]] {
            switch(&page, name)?;
            assert_eq!(shown(&page)?, [name]);
            page.assert_fits()?;
            page.picture(&format!("view-{name}-{}", view.width), view)?;
        }
        // The style switches them, not the script; the driver cannot click where scripts are off, but press keys.
        page.without_script()?;
        assert_eq!(shown(&page)?, ALL[..1]);
        page.tab_to("figure input", 10)?;
        for name in [ALL[1], ALL[2], ALL[0]] {
            page.press("ArrowRight")?;
            assert_eq!(shown(&page)?, [name]);
        }
        page.assert_faultless();
    }
    Ok(())
}

/// What stands between two words, as a number in plain digits.
fn after(text: &str, word: &str) -> Result<f64, Box<dyn Error>> {
    let (_, rest) = text
        .split_once(word)
        .ok_or_else(|| format!("no {word:?} in {text:?}"))?;
    let number: String = rest
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    Ok(number.parse()?)
}

#[test]
fn the_linear_views_read_the_density_of_each_panel_at_the_pointer() -> Outcome {
    let Some(page) = open(WIDE)? else {
        return Ok(());
    };
    let analyses = synthetic::three(200)?;
    let readings =
        "JSON.parse(document.querySelector('script.readings').textContent).straight.curves";
    for name in &ALL[1..] {
        switch(&page, name)?;
        let readout = format!(".view-{name} .readout");
        // In the panel of Hess, then in that of H, whose axis is its own.
        for (across, down, panel) in [
            (0.5, 0.15, 0),
            (0.95, 0.15, 0),
            (0.3, 0.85, 2),
            (0.55, 0.85, 2),
        ] {
            page.hover(&format!("figure .view-{name} svg.wide"), across, down)?;
            let lambda = place(&page.text(&format!("{readout} .place"))?)?;
            let read = page.texts(&format!("{readout} dd"))?;
            assert_eq!(page.texts(&format!("{readout} dt"))?, ["Hess", "G", "H"]);
            let own = &read[panel];
            assert_ne!(own, "nothing here");
            if own.starts_with("unresolved") || own.contains("under") || own.contains('\u{d7}') {
                continue;
            }
            let operator = ["hess", "g", "h"][panel];
            let analysis = analyses
                .iter()
                .find(|analysis| analysis.settings.operator.to_string() == operator)
                .ok_or("no such analysis")?;
            let [from, step]: [f64; 2] = serde_json::from_value(page.value(&format!(
                "[{readings}[{panel}].from, {readings}[{panel}].step]"
            ))?)?;
            let x = from + ((lambda - from) / step).round() * step;
            let width = width_of(&analysis.spectrum.density, [from, step])?;
            let density = &analysis.spectrum.density;
            let mean = density.density(&[x], width)?.mean[0];
            let band = density.density_band(&[x], width, &BandOptions::default())?;
            for (word, expected) in [
                ("density ", mean),
                ("band ", band.lower[0]),
                (" to ", band.upper[0]),
            ] {
                let shown = after(own, word)?;
                assert!(
                    (shown - expected).abs() <= 6e-4 * expected + 6e-4,
                    "{own}: {expected}"
                );
            }
        }
    }
    page.assert_faultless();
    Ok(())
}

/// The width of the Gaussians: that of the papers, and no less than a 230th of the axis of 460 points.
fn width_of(density: &SpectralDensity, [_, step]: [f64; 2]) -> Result<f64, Box<dyn Error>> {
    let nodes = || {
        density
            .quadratures
            .iter()
            .flat_map(|q| q.nodes.iter().copied())
    };
    let ends = [
        nodes().fold(f64::INFINITY, f64::min),
        nodes().fold(f64::NEG_INFINITY, f64::max),
    ];
    let steps = density.quadratures.iter().map(|q| q.nodes.len()).min();
    let width =
        hesscope_spectral::gaussian_width(ends[0], ends[1], steps.ok_or("no nodes")?, 1.25)?;
    Ok(width.max(459.0 * step / 230.0))
}

#[test]
fn an_unresolved_stretch_is_read_as_one() -> Outcome {
    let matrix = synthetic::semicircle(200, 1.0);
    let spectrum = synthetic::spectrum_in(matrix, 4, 4, 12)?;
    let folder = tempfile::tempdir()?;
    let named = [NamedSpectrum::new("A", &spectrum)];
    let file = write_spectrum_report("A", &named, folder.path())?.html;
    let Some(page) = Page::open(folder, &file, WIDE)? else {
        return Ok(());
    };
    let stretch =
        "JSON.parse(document.querySelector('script.readings').textContent).curves[0].unresolved[0]";
    assert!(page.holds(&format!("{stretch}.ends[0] < 0 && {stretch}.ends[1] > 0"))?);
    let Value::String(words) = page.value(&format!("{stretch}.words"))? else {
        return Err("no words".into());
    };
    page.hover("figure .view-logarithmic svg.wide", 0.4, 0.5)?;
    let read = page.texts(".view-logarithmic .readout dd")?;
    assert!(read[0].starts_with("unresolved"), "{read:?}");
    assert!(read[0].ends_with(&words.replace('\u{a0}', " ")), "{read:?}");
    // No dot claims a value there.
    assert!(page.holds("document.querySelector('.view-logarithmic svg.wide .crosshair circle').hasAttribute('hidden')")?);
    // The share stands in the hatched region, and the same below the panel.
    assert!(
        page.holds("document.querySelectorAll('.view-logarithmic svg.wide pattern').length === 1")?
    );
    let said = page.text(".view-logarithmic svg.wide")?;
    assert!(
        said.contains("of eigenvalues") && said.contains("Unresolved: "),
        "{said}"
    );
    page.assert_faultless();
    Ok(())
}

#[test]
fn what_is_read_off_is_on_the_screen_wherever_the_pointer_is() -> Outcome {
    for view in [WIDE, NARROW_DARK] {
        let Some(page) = open(view)? else {
            return Ok(());
        };
        for name in ALL {
            switch(&page, name)?;
            let drawing = if view.width < 600 { "narrow" } else { "wide" };
            for down in [0.15, 0.5, 0.9] {
                page.hover(&format!("figure .view-{name} svg.{drawing}"), 0.6, down)?;
                page.wait_for(&format!(
                    "(({{ top, bottom, left, right }}) => top >= 0 && bottom <= innerHeight + 1 && left >= 0 \
                     && right <= innerWidth)(document.querySelector('.view-{name} .readout').getBoundingClientRect())"
                ))?;
                assert_eq!(page.texts(&format!(".view-{name} .readout dd"))?.len(), 3);
            }
        }
        page.assert_faultless();
    }
    Ok(())
}
