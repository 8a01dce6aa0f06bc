//! What a page's script needs to read values off a density figure: the curves, and where they are drawn.

use super::axes::Scale;
use super::spectrum::{SideCurve, Spectrum};
use super::split_axis::SplitAxis;
use crate::json;

/// Fewer eigenvalues a decade than this are none to a reader.
const LEAST: f64 = 1e-3;

/// One drawing of a figure: the axis, and top and bottom of the scale of each panel's counts.
#[derive(Clone, Debug)]
pub(crate) struct Geometry {
    pub(crate) width: f64,
    pub(crate) axis: SplitAxis,
    /// log10 of the counts at bottom and top of a panel.
    pub(crate) counts: (f64, f64),
    /// Top of the frame, then pixels of the scale from bottom to top.
    pub(crate) panels: Vec<(f64, (f64, f64))>,
}

impl Geometry {
    fn json(&self) -> String {
        let side = |negative: bool| {
            self.axis.side(negative).map_or_else(
                || "null".to_owned(),
                |Scale { values, pixels }| json::numbers(&[values.0, values.1, pixels.0, pixels.1]),
            )
        };
        let (left, right) = self.axis.strip();
        let panels = self.panels.iter().enumerate().map(|(i, (frame, scale))| {
            format!(
                "{{\"frame\":{},\"scale\":{},\"curves\":[{i}]}}",
                json::number(*frame),
                json::numbers(&[scale.0, scale.1])
            )
        });
        format!(
            "{{\"width\":{},\"strip\":{},\"negative\":{},\"positive\":{},\"counts\":{},\"panels\":{}}}",
            json::number(self.width),
            json::numbers(&[left, right]),
            side(true),
            side(false),
            json::numbers(&[self.counts.0, self.counts.1]),
            json::array(panels)
        )
    }
}

/// A figure's curves, one a panel, and its two drawings.
pub(crate) fn figure(curves: Vec<String>, wide: &Geometry, narrow: &Geometry) -> String {
    format!(
        "{{\"curves\":{},\"wide\":{},\"narrow\":{}}}",
        json::array(curves),
        wide.json(),
        narrow.json()
    )
}

/// One curve: `more` fields, then the power of ten its grid begins at, the grid's step, the share near zero in words, and
/// both sides.
pub(crate) fn curve(
    more: &[(&str, String)],
    floor: i32,
    near_zero: &str,
    spectrum: &Spectrum,
) -> String {
    let more: String = more
        .iter()
        .map(|(key, value)| format!("\"{key}\":{value},"))
        .collect();
    format!(
        "{{{more}\"floor\":{floor},\"step\":{},\"nearZero\":{},\"negative\":{},\"positive\":{}}}",
        // As exact as the grid: hundreds of steps must not drift.
        spectrum.step,
        json::string(near_zero),
        side(&spectrum.negative),
        side(&spectrum.positive)
    )
}

fn side(curve: &SideCurve) -> String {
    let counts = |values: &[f64]| {
        json::array(values.iter().map(|&count| {
            if count < LEAST {
                "0".to_owned()
            } else {
                json::number(count)
            }
        }))
    };
    let band = curve.band.as_ref().map_or_else(
        || "null".to_owned(),
        |[lower, upper]| format!("[{},{}]", counts(lower), counts(upper)),
    );
    format!("{{\"mean\":{},\"band\":{band}}}", counts(&curve.mean))
}
