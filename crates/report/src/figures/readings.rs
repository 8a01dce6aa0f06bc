//! What a page's script needs to read values off a density figure: the curves, and where they are drawn.

use serde_json::{Value, json};

use super::axes::Scale;
use super::curves::{Curves, SideCurve};
use super::split_axis::SplitAxis;
use crate::json::{all_rounded, rounded};

/// Fewer eigenvalues a decade than this are none to a reader.
const LEAST: f64 = 1e-3;

/// One drawing of a figure: the axis, and for each panel the top of its frame and the scale of its counts.
#[derive(Clone, Debug)]
pub(crate) struct Geometry {
    pub(crate) width: f64,
    pub(crate) axis: SplitAxis,
    pub(crate) scales: Vec<(f64, Scale)>,
}

impl Geometry {
    fn json(&self) -> Value {
        let side = |negative| {
            let Scale { values, pixels } = self.axis.side(negative)?;
            Some(all_rounded(&[values.0, values.1, pixels.0, pixels.1]))
        };
        let panel = |(i, (frame, scale)): (usize, &(f64, Scale))| {
            let pixels = all_rounded(&[scale.pixels.0, scale.pixels.1]);
            json!({ "frame": rounded(*frame), "scale": pixels, "curves": [i] })
        };
        let (left, right) = self.axis.strip();
        let first = self.scales.first();
        json!({
            "width": rounded(self.width),
            "strip": all_rounded(&[left, right]),
            "negative": side(true),
            "positive": side(false),
            // log10 of the counts at bottom and top of a panel.
            "counts": first.map(|(_, scale)| all_rounded(&[scale.values.0, scale.values.1])),
            "panels": self.scales.iter().enumerate().map(panel).collect::<Vec<_>>(),
        })
    }
}

/// A figure's curves by name, one a panel, and its two drawings.
pub(crate) fn figure<'a>(
    curves: impl Iterator<Item = (&'a str, &'a Curves)>,
    floor: i32,
    wide: &Geometry,
    narrow: &Geometry,
) -> Value {
    let named = |(name, curves): (&str, &Curves)| {
        let mut curve = curve(floor, curves);
        curve["name"] = name.into();
        curve
    };
    let curves: Vec<Value> = curves.map(named).collect();
    json!({ "curves": curves, "wide": wide.json(), "narrow": narrow.json() })
}

/// One curve: the power of ten its grid begins at, the grid's step, the share near zero in words, both sides, and outliers.
pub(crate) fn curve(floor: i32, curves: &Curves) -> Value {
    let outliers = curves.marks.iter().filter(|mark| mark.outlier);
    let outliers: Vec<f64> = outliers.map(|mark| mark.value).collect();
    json!({
        "floor": floor,
        // As exact as the grid: hundreds of steps must not drift.
        "step": curves.step,
        "nearZero": curves.near_zero_words(),
        "negative": side(&curves.negative),
        "positive": side(&curves.positive),
        "outliers": all_rounded(&outliers),
    })
}

fn side(curve: &SideCurve) -> Value {
    let count = |&count: &f64| if count < LEAST { 0.0 } else { rounded(count) };
    let counts = |values: &Vec<f64>| values.iter().map(count).collect::<Vec<f64>>();
    let band = curve.band.as_ref().map(|band| band.each_ref().map(counts));
    json!({ "mean": counts(&curve.mean), "band": band })
}
