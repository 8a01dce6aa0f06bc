//! A canvas that shapes are put on in order.

use super::escape::escape;
use super::font::Font;
use super::ink::Ink;

/// Where a text stands about its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// The embedded font comes last but for the generic family, so that a browser takes the reader's own.
const FAMILIES: &str = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', sans-serif";

/// A picture under construction.
#[derive(Clone, Debug)]
pub(crate) struct Canvas {
    width: f64,
    height: f64,
    prefix: String,
    body: String,
    clips: usize,
    has_hatch: bool,
}

/// A finished picture.
#[derive(Clone, Debug)]
pub(crate) struct Drawing {
    width: f64,
    height: f64,
    body: String,
}

/// A coordinate to a hundredth, without trailing zeros.
fn number(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0" } else { text }.to_owned()
}

fn points(points: &[(f64, f64)]) -> String {
    let points: Vec<String> = points
        .iter()
        .map(|&(x, y)| format!("{},{}", number(x), number(y)))
        .collect();
    points.join(" ")
}

fn attributes(numbers: &[(&str, f64)]) -> String {
    numbers
        .iter()
        .map(|&(name, value)| format!(" {name}=\"{}\"", number(value)))
        .collect()
}

fn stroke(ink: Ink, width: f64, dash: Option<&str>) -> String {
    let dash = dash.map_or(String::new(), |dash| {
        format!(" stroke-dasharray=\"{dash}\"")
    });
    format!(
        "class=\"s-{}\" stroke=\"{}\" stroke-width=\"{}\"{dash}",
        ink.name(),
        ink.light(),
        number(width)
    )
}

fn fill(ink: Ink) -> String {
    format!("class=\"f-{}\" fill=\"{}\"", ink.name(), ink.light())
}

/// The plain character of a superscript one.
fn lowered(c: char) -> Option<char> {
    const RAISED: &str =
        "\u{2070}\u{b9}\u{b2}\u{b3}\u{2074}\u{2075}\u{2076}\u{2077}\u{2078}\u{2079}\u{207b}";
    RAISED
        .chars()
        .zip("0123456789\u{2212}".chars())
        .find_map(|(raised, plain)| (raised == c).then_some(plain))
}

/// The content of a text element, superscripts set as small raised digits: few fonts have them all in one style.
fn with_raised(text: &str, size: f64) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let is_raised = rest.starts_with(|c| lowered(c).is_some());
        let end = rest
            .find(|c| lowered(c).is_some() != is_raised)
            .unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        let shift = number(0.36 * size);
        if is_raised {
            let run: String = run.chars().filter_map(lowered).collect();
            let small = number(0.72 * size);
            out.push_str(&format!(
                "<tspan dy=\"-{shift}\" font-size=\"{small}\">{run}</tspan>"
            ));
        } else if out.is_empty() {
            out.push_str(&escape(run));
        } else {
            out.push_str(&format!("<tspan dy=\"{shift}\">{}</tspan>", escape(run)));
        }
        rest = after;
    }
    out
}

impl Canvas {
    /// An empty canvas; `prefix` keeps its ids apart from those of the other pictures of a page.
    pub(crate) fn new(width: f64, height: f64, prefix: &str) -> Self {
        Self {
            width,
            height,
            prefix: prefix.to_owned(),
            body: String::new(),
            clips: 0,
            has_hatch: false,
        }
    }

    fn element(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }

    /// An element without content: its numbers, then its other attributes.
    fn shape(&mut self, name: &str, numbers: &[(&str, f64)], others: &str) {
        self.element(&format!("<{name}{} {others}/>", attributes(numbers)));
    }

    /// A filled rectangle.
    pub(crate) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, ink: Ink) {
        let numbers = [("x", x), ("y", y), ("width", width), ("height", height)];
        self.shape("rect", &numbers, &fill(ink));
    }

    /// A line.
    pub(crate) fn line(
        &mut self,
        (x1, y1): (f64, f64),
        (x2, y2): (f64, f64),
        ink: Ink,
        width: f64,
        dash: Option<&str>,
    ) {
        let numbers = [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)];
        self.shape("line", &numbers, &stroke(ink, width, dash));
    }

    /// An open line through points.
    pub(crate) fn polyline(
        &mut self,
        through: &[(f64, f64)],
        ink: Ink,
        width: f64,
        dash: Option<&str>,
    ) {
        let (points, stroke) = (points(through), stroke(ink, width, dash));
        self.element(&format!(
            "<polyline points=\"{points}\" fill=\"none\" stroke-linejoin=\"round\" {stroke}/>"
        ));
    }

    /// A filled polygon.
    pub(crate) fn polygon(&mut self, corners: &[(f64, f64)], ink: Ink) {
        let (points, fill) = (points(corners), fill(ink));
        self.element(&format!("<polygon points=\"{points}\" {fill}/>"));
    }

    /// A hatched polygon with an edge.
    pub(crate) fn hatched(&mut self, corners: &[(f64, f64)]) {
        let id = format!("{}-hatch", self.prefix);
        if !self.has_hatch {
            self.has_hatch = true;
            let stroke = stroke(Ink::Hatch, 1.4, None);
            self.element(&format!(
                "<pattern id=\"{id}\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" \
                 patternTransform=\"rotate(45)\"><line x1=\"3.5\" y1=\"0\" x2=\"3.5\" y2=\"7\" {stroke}/></pattern>"
            ));
        }
        let (points, edge) = (points(corners), stroke(Ink::Hatch, 1.0, None));
        self.element(&format!(
            "<polygon points=\"{points}\" fill=\"url(#{id})\" {edge}/>"
        ));
    }

    /// A filled disc.
    pub(crate) fn disc(&mut self, (x, y): (f64, f64), radius: f64, ink: Ink) {
        self.shape("circle", &[("cx", x), ("cy", y), ("r", radius)], &fill(ink));
    }

    /// A circle's line.
    pub(crate) fn ring(&mut self, (x, y): (f64, f64), radius: f64, ink: Ink, width: f64) {
        let stroke = format!("fill=\"none\" {}", stroke(ink, width, None));
        self.shape("circle", &[("cx", x), ("cy", y), ("r", radius)], &stroke);
    }

    /// A diamond, edged in the colour of the background to keep neighbours apart; a hollow one is edged in its own.
    pub(crate) fn diamond(&mut self, (x, y): (f64, f64), radius: f64, ink: Ink, hollow: bool) {
        let half = radius * 0.8;
        let corners = points(&[
            (x, y - radius),
            (x + half, y),
            (x, y + radius),
            (x - half, y),
        ]);
        let (inside, edge, width) = if hollow {
            (Ink::Paper, ink, "1.3")
        } else {
            (ink, Ink::Paper, "0.6")
        };
        self.element(&format!(
            "<polygon points=\"{corners}\" class=\"f-{} s-{}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"{width}\"/>",
            inside.name(),
            edge.name(),
            inside.light(),
            edge.light()
        ));
    }

    /// A filled square.
    pub(crate) fn square(&mut self, (x, y): (f64, f64), radius: f64, ink: Ink) {
        self.rect(x - radius, y - radius, 2.0 * radius, 2.0 * radius, ink);
    }

    /// A text, its baseline at `y`.
    pub(crate) fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, font: Font, text: &str) {
        self.text_with("", (x, y), anchor, font, text);
    }

    /// A text read upwards, centred on its point.
    pub(crate) fn text_upwards(&mut self, (x, y): (f64, f64), font: Font, text: &str) {
        let turn = format!(" transform=\"rotate(-90 {} {})\"", number(x), number(y));
        self.text_with(&turn, (x, y + font.size * 0.35), Anchor::Middle, font, text);
    }

    fn text_with(
        &mut self,
        attributes: &str,
        (x, y): (f64, f64),
        anchor: Anchor,
        font: Font,
        text: &str,
    ) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = if font.bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        self.element(&format!(
            "<text{}{anchor}{weight}{attributes} {}>{}</text>",
            self::attributes(&[("x", x), ("y", y), ("font-size", font.size)]),
            fill(font.ink),
            with_raised(text, font.size)
        ));
    }

    /// A text in lines of at most `width`, their baselines from `y` on, `step` apart; returns where the next would stand.
    pub(crate) fn lines(
        &mut self,
        (x, mut y): (f64, f64),
        anchor: Anchor,
        font: Font,
        (width, step): (f64, f64),
        text: &str,
    ) -> f64 {
        for line in font.lines(text, width) {
            self.text((x, y), anchor, font, &line);
            y += step;
        }
        y
    }

    /// Draws what a pointer that rests on it tells of.
    pub(crate) fn titled(&mut self, title: &str, draw: impl FnOnce(&mut Self)) {
        self.element(&format!("<g><title>{}</title>", escape(title)));
        draw(self);
        self.element("</g>");
    }

    /// Draws inside a rectangle only.
    pub(crate) fn clipped(
        &mut self,
        (x, y, width, height): (f64, f64, f64, f64),
        draw: impl FnOnce(&mut Self),
    ) {
        let id = format!("{}-clip{}", self.prefix, self.clips);
        self.clips += 1;
        let numbers = [("x", x), ("y", y), ("width", width), ("height", height)];
        self.element(&format!(
            "<clipPath id=\"{id}\"><rect{}/></clipPath>\n<g clip-path=\"url(#{id})\">",
            attributes(&numbers)
        ));
        draw(self);
        self.element("</g>");
    }

    /// The picture.
    pub(crate) fn finish(self) -> Drawing {
        Drawing {
            width: self.width,
            height: self.height,
            body: self.body,
        }
    }
}

impl Drawing {
    fn element(&self, attributes: &str, head: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" role=\"img\" \
             font-family=\"{FAMILIES}\" {attributes}>\n{head}{}</svg>\n",
            number(self.width),
            number(self.height),
            self.body,
        )
    }

    /// A file of its own, on white.
    pub(crate) fn standalone(&self, title: &str) -> String {
        let size = attributes(&[("width", self.width), ("height", self.height)]);
        let head = format!(
            "<title>{}</title>\n<rect width=\"100%\" height=\"100%\" {}/>\n",
            escape(title),
            fill(Ink::Paper)
        );
        self.element(size.trim_start(), &head)
    }

    /// Part of a page: as wide as its place, on the page's own background.
    pub(crate) fn inline(&self, class: &str, label: &str) -> String {
        let attributes = format!(
            "class=\"{}\" aria-label=\"{}\"",
            escape(class),
            escape(label)
        );
        self.element(&attributes, "")
    }
}
