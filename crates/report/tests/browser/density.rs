//! What a page says of a density at a place, and what it should say.

use std::error::Error;

use hesscope_records::{Analysis, Part};
use hesscope_spectral::{BandOptions, LogGrid};

/// What is read off a curve: where it is not resolved, the upper end of the band alone.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub mean: Option<f64>,
    pub band: [Option<f64>; 2],
}

/// A number as pages write it.
fn number(text: &str) -> Result<f64, Box<dyn Error>> {
    let plain: String = text
        .trim()
        .replace('\u{2212}', "-")
        .replace("\u{d7}10", "e")
        .chars()
        .map(|c| match c {
            '\u{207b}' => '-',
            '\u{2070}' => '0',
            '\u{b9}' => '1',
            '\u{b2}' => '2',
            '\u{b3}' => '3',
            '\u{2074}'..='\u{2079}' => char::from(b'0' + (u32::from(c) - 0x2070) as u8),
            other => other,
        })
        .collect();
    plain
        .parse()
        .map_err(|_| format!("{text:?} is no number").into())
}

/// The eigenvalue of `λ = 0.0123`.
pub fn place(text: &str) -> Result<f64, Box<dyn Error>> {
    number(
        text.strip_prefix("\u{3bb} = ")
            .ok_or_else(|| format!("{text:?} is no place"))?,
    )
}

/// Reads `45.1 eigenvalues per decade (95 % band 40 to 50.2)`, or `unresolved, at most 50.2 eigenvalues per decade; …`.
pub fn reading(text: &str) -> Result<Reading, Box<dyn Error>> {
    if let Some(text) = text.strip_prefix("unresolved, at most ") {
        let (most, stretch) = text
            .split_once(" eigenvalues per decade; ")
            .ok_or_else(|| format!("{text:?} names no stretch"))?;
        assert!(stretch.contains("% from "), "{stretch}");
        return Ok(Reading {
            mean: None,
            band: [None, Some(number(most)?)],
        });
    }
    let parts = text
        .strip_suffix(')')
        .and_then(|text| text.split_once(" eigenvalues per decade (95 % band "))
        .and_then(|(mean, band)| Some((mean, band.split_once(" to ")?)));
    let (mean, (lower, upper)) = parts.ok_or_else(|| format!("{text:?} is no reading"))?;
    Ok(Reading {
        mean: Some(number(mean)?),
        band: [Some(number(lower)?), Some(number(upper)?)],
    })
}

/// The density of `log10 |λ|` at the point of a grid nearest to λ, in eigenvalues a decade; the grid begins at 10^floor.
pub fn expected(
    analysis: &Analysis,
    lambda: f64,
    floor: i32,
    per_decade: f64,
) -> Result<Reading, Box<dyn Error>> {
    let step = ((lambda.abs().log10() - f64::from(floor)) * per_decade).round();
    // Two points of which the last is the one, or the first where that is the floor itself.
    let exponent = f64::from(floor) + step.max(1.0) / per_decade;
    let i = usize::from(step > 0.0);
    let grid = LogGrid::new(10f64.powi(floor), 10f64.powf(exponent), 2)?;
    let options = BandOptions {
        psd: analysis.settings.operator == Part::G.into(),
        ..BandOptions::default()
    };
    let density = analysis.spectrum.density.log_density(&grid, 0.08)?;
    let spectrum = analysis
        .spectrum
        .density
        .log_spectrum(&grid, 0.08, &options)?;
    let (curve, band) = if lambda > 0.0 {
        (density.positive, spectrum.positive)
    } else {
        (density.negative, spectrum.negative.ok_or("no band")?)
    };
    let dim = analysis.spectrum.dimension as f64;
    Ok(Reading {
        mean: Some(dim * curve.mean[i]),
        band: [Some(dim * band.lower[i]), Some(dim * band.upper[i])],
    })
}

impl Reading {
    /// Fails unless equal to the digits shown.
    pub fn assert_like(&self, expected: &Self) {
        for (shown, expected) in [
            (self.mean, expected.mean),
            (self.band[0], expected.band[0]),
            (self.band[1], expected.band[1]),
        ] {
            let Some((shown, expected)) = shown.zip(expected) else {
                continue;
            };
            // Four digits, of numbers carried to five.
            assert!(
                (shown - expected).abs() <= 6e-4 * expected,
                "{shown} shown, {expected} expected"
            );
        }
    }
}
