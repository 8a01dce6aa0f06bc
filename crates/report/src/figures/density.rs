//! The density of each operator of a group, panels one above another on one axis.

use hesscope_spectral::SpectralError;

use super::Figure;
use super::axes::{Frame, Scale, powers};
use super::layout::{LABEL, Layout, NOTE, PANEL, lines};
use super::legend::{Sign, legend};
use super::panel::{LEAST, Style, draw_bands, draw_lines, draw_marks, draw_thresholds, highest};
use super::spectrum::{Spectrum, WIDTH, extent, spectrum};
use super::split_axis::{Extent, SplitAxis};
use crate::groups::Group;
use crate::numbers::{percent, power_of_ten};
use crate::svg::{Anchor, Canvas, Drawing, Font, Ink};
use crate::wording::verdict;

/// Height of a panel's frame.
const HEIGHT: f64 = 165.0;
/// Height of a line of a panel's head.
const LINE: f64 = 17.0;
/// Room above a panel.
const GAP: f64 = 22.0;
/// Height of the lane of marks inside a frame.
const LANE: f64 = 20.0;
/// How the one curve of a panel looks.
const STYLE: Style = Style {
    ink: Ink::Blue,
    dashes: None,
    band: Some(Ink::Sky),
};

/// A panel: its name and counts beside its numbers.
struct Panel {
    head: String,
    masses: String,
    near_zero: String,
    spectrum: Spectrum,
}

/// The figure of a group.
pub(crate) fn density(group: &Group<'_>) -> Result<Figure, SpectralError> {
    let extent = extent(&group.analyses);
    let floor = power_of_ten(extent.floor);
    let panels = group
        .analyses
        .iter()
        .map(|analysis| {
            let spectrum = spectrum(analysis, &extent)?;
            Ok(Panel {
                head: format!(
                    "{}: {}, C = {}",
                    group.name(analysis),
                    verdict(&analysis.outliers),
                    analysis.classes
                ),
                masses: format!(
                    "\u{3bb} \u{2264} \u{2212}{floor}: {} \u{b7} \u{3bb} \u{2265} {floor}: {}",
                    percent(spectrum.negative_mass),
                    percent(spectrum.positive_mass)
                ),
                near_zero: percent(spectrum.near_zero),
                spectrum,
            })
        })
        .collect::<Result<Vec<Panel>, SpectralError>>()?;
    let title = format!("Spectrum: {}", group.title());
    let name = format!("density-{}", group.slug());
    let said: Vec<String> = panels
        .iter()
        .map(|panel| {
            format!(
                "{}; {} of the eigenvalues are within {floor} of zero.",
                panel.head, panel.near_zero
            )
        })
        .collect();
    Ok(Figure {
        label: format!("{title}. {}", said.join(" ")),
        caption: caption(&panels, &floor),
        wide: draw(&name, &title, &panels, extent, Layout::Wide),
        narrow: draw(&name, &title, &panels, extent, Layout::Narrow),
        name,
    })
}

/// Whether any panel has a band to show.
fn has_band(panels: &[Panel]) -> bool {
    panels.iter().any(|panel| {
        panel.spectrum.positive.band.is_some() || panel.spectrum.negative.band.is_some()
    })
}

fn caption(panels: &[Panel], floor: &str) -> String {
    let band = if has_band(panels) {
        " The band is where the exact spectrum, broadened alike, lies at 95 % of points: it allows for the probes, for what \
         the Lanczos steps do not resolve, and for the residuals."
    } else {
        ""
    };
    let single = if panels
        .iter()
        .any(|panel| panel.spectrum.near_zero.standard_error.is_none())
    {
        " Where there is a single probe, the errors of the shares are unknown."
    } else {
        ""
    };
    let unmarked = match panels.iter().map(|panel| panel.spectrum.unmarked).sum() {
        0_usize => String::new(),
        many => format!(
            " {many} of the outliers counted lie beyond the leading eigenpairs computed, and have no mark."
        ),
    };
    format!(
        "Eigenvalues per decade of |\u{3bb}|, on a logarithmic axis, to the left and to the right of zero; each eigenvalue \
         is broadened to a Gaussian of standard deviation {WIDTH} decades. What lies within {floor} \
         of zero, six decades below the largest modulus of the figure, is not resolved: the shaded strip says how much \
         that is. Towards zero the Lanczos steps resolve less and less, and what they do not tell apart stands as a peak \
         where its weight is.{band}{single} The marks on top are the leading eigenvalues, with their residuals as bars where those are \
         wide enough to see.{unmarked}"
    )
}

/// Signs that occur.
fn entries(panels: &[Panel]) -> Vec<(Sign, &'static str)> {
    let marks = || panels.iter().flat_map(|panel| &panel.spectrum.marks);
    let mut entries = vec![(Sign::Line, "density")];
    if has_band(panels) {
        entries.push((Sign::Band, "95 % band"));
    }
    if marks().any(|mark| mark.outlier) {
        entries.push((Sign::Diamond, "outlier"));
    }
    if marks().any(|mark| !mark.outlier) {
        entries.push((Sign::Bar, "other leading eigenvalue"));
    }
    if panels
        .iter()
        .any(|panel| !panel.spectrum.thresholds.is_empty())
    {
        entries.push((Sign::Threshold, "outlier threshold"));
    }
    entries
}

/// The head of a panel, broken into lines: its counts, then its masses.
fn head(panel: &Panel, layout: Layout) -> Vec<(Font, String)> {
    let width = layout.width() - 20.0;
    let set = |text: &str, font: Font| {
        lines(text, font, width)
            .into_iter()
            .map(move |line| (font, line))
    };
    set(&panel.head, PANEL)
        .chain(set(&panel.masses, NOTE))
        .collect()
}

fn draw(name: &str, title: &str, panels: &[Panel], extent: Extent, layout: Layout) -> Drawing {
    let width = layout.width();
    let entries = entries(panels);
    // The legend's height depends on how it breaks: try it on a canvas of its own.
    let mut trial = Canvas::new(width, 0.0, "");
    let mut y = 34.0 + legend(&mut trial, (10.0, 0.0), width - 20.0, &entries);
    let heads: Vec<_> = panels.iter().map(|panel| head(panel, layout)).collect();
    let head_lines: usize = heads.iter().map(Vec::len).sum();
    let height = y + head_lines as f64 * LINE + panels.len() as f64 * (GAP + HEIGHT) + 44.0;

    let mut canvas = Canvas::new(width, height, &format!("{name}-{}", layout.name()));
    canvas.text((10.0, 22.0), Anchor::Start, layout.heading(), title);
    legend(&mut canvas, (10.0, 34.0), width - 20.0, &entries);
    let highest = panels
        .iter()
        .map(|panel| highest(&panel.spectrum))
        .fold(1.0, f64::max);
    for (panel, head) in panels.iter().zip(heads) {
        y += GAP;
        for (font, line) in head {
            canvas.text((10.0, y), Anchor::Start, font, &line);
            y += LINE;
        }
        let frame = Frame {
            x: layout.left(),
            y: y - 8.0,
            width: width - layout.left() - layout.right(),
            height: HEIGHT,
        };
        let scale = Scale {
            values: (LEAST, highest),
            pixels: (frame.bottom(), frame.y + LANE),
        };
        let axis = SplitAxis::new(extent, &frame, layout.strip());
        draw_panel(&mut canvas, panel, &frame, &axis, &scale, layout);
        y += HEIGHT;
    }
    let below = Frame {
        x: layout.left(),
        y: y - 8.0,
        width: width - layout.left() - layout.right(),
        height: 0.0,
    };
    label_below(&mut canvas, &below, extent, layout);
    canvas.finish()
}

/// The labels of the axis that all panels share, under the last.
fn label_below(canvas: &mut Canvas, frame: &Frame, extent: Extent, layout: Layout) {
    let axis = SplitAxis::new(extent, frame, layout.strip());
    let labels: Vec<(f64, String)> = axis
        .ticks(layout.label_distance())
        .into_iter()
        .filter_map(|(x, label)| Some((x, label?)))
        .collect();
    frame.labels_below(canvas, &labels);
    canvas.text(
        (frame.x + frame.width / 2.0, frame.bottom() + 36.0),
        Anchor::Middle,
        NOTE,
        "eigenvalue \u{3bb}, logarithmic to either side of zero",
    );
}

fn draw_panel(
    canvas: &mut Canvas,
    panel: &Panel,
    frame: &Frame,
    axis: &SplitAxis,
    scale: &Scale,
    layout: Layout,
) {
    frame.horizontals(canvas, scale, &powers(LEAST, scale.values.1, 5));
    let (left, right) = axis.strip();
    frame.verticals(
        canvas,
        axis.ticks(layout.label_distance())
            .into_iter()
            .filter(|(_, label)| label.is_some())
            .map(|(x, _)| x),
    );
    canvas.rect(left, frame.y, right - left, frame.height, Ink::Shade);
    let spectrum = &panel.spectrum;
    canvas.clipped(frame.rectangle(), |canvas| {
        draw_bands(canvas, spectrum, axis, scale, &STYLE);
        draw_lines(canvas, spectrum, axis, scale, &STYLE);
    });
    draw_thresholds(canvas, spectrum, axis, frame, Ink::Text);
    let inks = (Ink::Orange, Ink::Text);
    let y = frame.y + LANE / 2.0;
    draw_marks(canvas, spectrum, axis, y, layout.diamond(), inks);
    canvas.text_upwards(
        ((left + right) / 2.0, frame.y + frame.height / 2.0),
        Font::regular(11.5, Ink::Text),
        &format!("{} near zero", panel.near_zero),
    );
    frame.outline(canvas);
    let title = match layout {
        Layout::Wide => "eigenvalues per decade",
        Layout::Narrow => "per decade",
    };
    frame.title_left(canvas, 12.0, title);
    if spectrum.positive.points.is_empty() && spectrum.negative.points.is_empty() {
        canvas.text(
            (right + 14.0, frame.y + frame.height / 2.0),
            Anchor::Start,
            LABEL,
            "nothing away from zero",
        );
    }
}
