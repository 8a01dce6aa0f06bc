//! What a page's script needs to read values off a density figure: the curves, and where they are drawn.

use serde::Serialize;

use super::axes::Scale;
use super::curves::{Curves, SideCurve};
use super::split_axis::SplitAxis;
use crate::json::{all_rounded, json, rounded};

/// Fewer eigenvalues a decade than this are none to a reader.
const LEAST: f64 = 1e-3;

/// One drawing of a figure: the axis, and for each panel the top of its frame and the scale of its counts.
#[derive(Clone, Debug)]
pub(crate) struct Geometry {
    pub(crate) width: f64,
    pub(crate) axis: SplitAxis,
    pub(crate) scales: Vec<(f64, Scale)>,
}

#[derive(Serialize)]
struct Drawn {
    width: f64,
    strip: Vec<f64>,
    negative: Option<Vec<f64>>,
    positive: Option<Vec<f64>>,
    /// log10 of the counts at bottom and top of a panel.
    counts: Vec<f64>,
    panels: Vec<DrawnPanel>,
}

#[derive(Serialize)]
struct DrawnPanel {
    frame: f64,
    scale: Vec<f64>,
    curves: [usize; 1],
}

/// One curve: its name and outliers where they are wanted, the power of ten its grid begins at, the grid's step, the share
/// near zero in words, and both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Curve<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outliers: Option<Vec<f64>>,
    floor: i32,
    /// As exact as the grid: hundreds of steps must not drift.
    step: f64,
    near_zero: String,
    negative: Side,
    positive: Side,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Side {
    mean: Vec<f64>,
    band: Option<[Vec<f64>; 2]>,
}

#[derive(Serialize)]
struct Readings<'a> {
    curves: Vec<Curve<'a>>,
    wide: Drawn,
    narrow: Drawn,
}

impl Geometry {
    fn drawn(&self) -> Drawn {
        let of = |scale: Scale| {
            let ((v0, v1), (p0, p1)) = (scale.values, scale.pixels);
            all_rounded(&[v0, v1, p0, p1])
        };
        let side = |negative| self.axis.side(negative).map(of);
        let (left, right) = self.axis.strip();
        let panels = self.scales.iter().enumerate();
        Drawn {
            width: rounded(self.width),
            strip: all_rounded(&[left, right]),
            negative: side(true),
            positive: side(false),
            counts: self.scales.first().map_or(Vec::new(), |(_, scale)| {
                all_rounded(&[scale.values.0, scale.values.1])
            }),
            panels: panels
                .map(|(i, (frame, scale))| DrawnPanel {
                    frame: rounded(*frame),
                    scale: all_rounded(&[scale.pixels.0, scale.pixels.1]),
                    curves: [i],
                })
                .collect(),
        }
    }
}

/// A figure's curves by name, one a panel, and its two drawings.
pub(crate) fn figure<'a>(
    curves: impl Iterator<Item = (&'a str, &'a Curves)>,
    floor: i32,
    wide: &Geometry,
    narrow: &Geometry,
) -> String {
    json(&Readings {
        curves: curves
            .map(|(name, curves)| Curve {
                name: Some(name),
                ..Curve::new(floor, curves)
            })
            .collect(),
        wide: wide.drawn(),
        narrow: narrow.drawn(),
    })
}

impl Curve<'_> {
    /// A curve without its name.
    fn new(floor: i32, curves: &Curves) -> Self {
        Self {
            name: None,
            outliers: None,
            floor,
            step: curves.step,
            near_zero: curves.near_zero_words(),
            negative: side(&curves.negative),
            positive: side(&curves.positive),
        }
    }

    /// A curve with its outliers, whose name stands elsewhere.
    pub(crate) fn with_outliers(floor: i32, curves: &Curves) -> Self {
        let outliers = curves.marks.iter().filter(|mark| mark.outlier);
        let values: Vec<f64> = outliers.map(|mark| mark.value).collect();
        Self {
            outliers: Some(all_rounded(&values)),
            ..Self::new(floor, curves)
        }
    }
}

fn side(curve: &SideCurve) -> Side {
    let counts = |values: &[f64]| {
        let counts = values
            .iter()
            .map(|&count| if count < LEAST { 0.0 } else { rounded(count) });
        counts.collect::<Vec<f64>>()
    };
    Side {
        mean: counts(&curve.mean),
        band: curve
            .band
            .as_ref()
            .map(|[lower, upper]| [counts(lower), counts(upper)]),
    }
}
