//! What a page's script needs to read values off a density figure: the curves, and where they are drawn.

use serde_json::{Value, json};

use super::axes::Scale;
use super::axis::Axis;
use super::curves::Curves;
use super::heights::Heights;
use super::line::{Line, Stretch};
use super::linear::Linear;
use super::view::View;
use crate::json::{all_rounded, rounded};

/// Fewer eigenvalues a decade than this are none to a reader.
const LEAST: f64 = 1e-3;
/// The same of a density, over the peak of a single eigenvalue.
const LEAST_OF_SINGLE: f64 = 2e-4;

/// One drawing of a figure.
#[derive(Clone, Debug)]
pub(crate) struct Geometry {
    pub(crate) width: f64,
    /// Its panels, one at least.
    pub(crate) places: Vec<Place>,
}

/// A panel: the top of its frame, and its axes.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) top: f64,
    pub(crate) axis: Axis,
    pub(crate) heights: Heights,
}

/// The values at the ends of a scale, then their coordinates.
fn scale(Scale { values, pixels }: Scale) -> Vec<f64> {
    all_rounded(&[values.0, values.1, pixels.0, pixels.1])
}

impl Geometry {
    fn json(&self) -> Value {
        let mut all = json!({ "width": rounded(self.width) });
        let Some(first) = self.places.first() else {
            return all;
        };
        if let Axis::Split(axis) = first.axis {
            let (left, right) = axis.strip();
            all["strip"] = all_rounded(&[left, right]).into();
            all["negative"] = axis.side(true).map(scale).into();
            all["positive"] = axis.side(false).map(scale).into();
        }
        let counts = first.heights.scale.values;
        // log10 of the counts at bottom and top of a panel.
        all["counts"] = all_rounded(&[counts.0, counts.1]).into();
        let panel = |(i, place): (usize, &Place)| {
            let pixels = place.heights.scale.pixels;
            let mut panel = json!({
                "frame": rounded(place.top),
                "scale": all_rounded(&[pixels.0, pixels.1]),
                "curves": [i],
            });
            if let Axis::Straight(across) = place.axis {
                panel["across"] = scale(across).into();
                panel["heights"] = scale(place.heights.scale).into();
                panel["logarithmic"] = place.heights.logarithmic.into();
            }
            panel
        };
        all["panels"] = self.places.iter().enumerate().map(panel).collect();
        all
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

/// The same curves on linear axes, and the drawings of each view by its name.
pub(crate) fn straight<'a>(
    curves: impl Iterator<Item = (&'a str, &'a Linear)>,
    views: impl Iterator<Item = (View, &'a Geometry, &'a Geometry)>,
) -> Value {
    let named = |(name, linear): (&str, &Linear)| {
        let mut curve = line(&linear.line, LEAST_OF_SINGLE * linear.single);
        curve["name"] = name.into();
        // As exact as the grid: hundreds of steps must not drift.
        curve["from"] = linear.line.points.first().copied().into();
        curve["step"] = linear.step.into();
        curve["unresolved"] = stretches(&linear.unresolved);
        curve
    };
    let curves: Vec<Value> = curves.map(named).collect();
    let view = |(view, wide, narrow): (View, &Geometry, &Geometry)| {
        let drawings = json!({ "wide": wide.json(), "narrow": narrow.json() });
        (view.name().to_owned(), drawings)
    };
    let views: serde_json::Map<String, Value> = views.map(view).collect();
    json!({ "curves": curves, "views": views })
}

/// One curve: the power of ten its grid begins at, the grid's step, the share near zero in words, both sides, the unresolved
/// stretches, and outliers.
pub(crate) fn curve(floor: i32, curves: &Curves) -> Value {
    let outliers = curves.marks.iter().filter(|mark| mark.outlier);
    let outliers: Vec<f64> = outliers.map(|mark| mark.value).collect();
    json!({
        "floor": floor,
        // As exact as the grid: hundreds of steps must not drift.
        "step": curves.step,
        "nearZero": curves.near_zero.words(),
        "negative": line(&curves.negative, LEAST),
        "positive": line(&curves.positive, LEAST),
        "unresolved": stretches(&curves.unresolved),
        "outliers": all_rounded(&outliers),
    })
}

/// The mean, null where it is not resolved, and the band.
fn line(line: &Line, least: f64) -> Value {
    let shown = |value: f64| if value < least { 0.0 } else { rounded(value) };
    let ends = |values: &Vec<f64>| values.iter().map(|&v| shown(v)).collect::<Vec<f64>>();
    let is_open = |i| line.unresolved.iter().any(|stretch| stretch.contains(&i));
    let mean = line.mean.iter().enumerate();
    let mean: Vec<Option<f64>> = mean
        .map(|(i, &v)| (!is_open(i)).then(|| shown(v)))
        .collect();
    let band = line.band.as_ref().map(|band| band.each_ref().map(ends));
    json!({ "mean": mean, "band": band })
}

/// The ends of each stretch, and its share in words.
fn stretches(all: &[Stretch]) -> Value {
    let stretch = |stretch: &Stretch| json!({ "ends": all_rounded(&stretch.ends), "share": stretch.share.range(), "words": stretch.words() });
    all.iter().map(stretch).collect()
}
