//! Tables, figures and paragraphs.

use maud::{Markup, PreEscaped, Render, html};
use serde_json::Value;

use crate::figures::{Drawings, Figure, View};
use crate::json::json;
use crate::text::names::unbroken;

/// A table: the first cell of a row is its header.
pub(crate) struct Table {
    caption: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    prose: bool,
    tall: bool,
}

impl Table {
    /// A table under the heads of its columns, with ` | ` between them.
    pub(crate) fn new(caption: impl Into<String>, heads: &str) -> Self {
        Self::of_columns(caption, heads.split(" | ").map(str::to_owned))
    }

    /// A table under heads that come with the data.
    pub(crate) fn of_columns(
        caption: impl Into<String>,
        head: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            caption: caption.into(),
            head: head.into_iter().collect(),
            rows: Vec::new(),
            prose: false,
            tall: false,
        }
    }

    /// Cells of text, which start at the left and may break anywhere.
    pub(crate) fn of_text(mut self) -> Self {
        self.prose = true;
        self
    }

    /// A long table, whose box scrolls downwards too.
    pub(crate) fn tall(mut self) -> Self {
        self.tall = true;
        self
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// With these rows.
    pub(crate) fn with<R: IntoIterator<Item = String>>(
        mut self,
        rows: impl IntoIterator<Item = R>,
    ) -> Self {
        rows.into_iter().for_each(|row| self.row(row));
        self
    }
}

impl Render for Table {
    fn render(&self) -> Markup {
        html! {
            (table_box(self.tall, &self.caption, html! {
                table class=(if self.prose { "text" } else { "numbers" }) {
                    caption { span { (unbroken(&self.caption)) } }
                    thead { tr { @for cell in &self.head { th scope="col" { (unbroken(cell)) } } } }
                    tbody {
                        @for row in &self.rows {
                            tr {
                                @for (i, cell) in row.iter().enumerate() {
                                    @if i == 0 { th scope="row" { (unbroken(cell)) } } @else { td { (unbroken(cell)) } }
                                }
                            }
                        }
                    }
                }
            }))
        }
    }
}

/// A box that scrolls by itself around a table; it must be reachable by the keyboard.
pub(crate) fn table_box(tall: bool, label: &str, table: Markup) -> Markup {
    let class = if tall { "box tall" } else { "box" };
    html! { div class=(class) role="region" tabindex="0" aria-label=(label) { (table) } }
}

/// A paragraph of text.
pub(crate) fn paragraph(text: &str) -> Markup {
    html! { p { (unbroken(text)) } }
}

/// The paragraph that opens a page.
pub(crate) fn lead(text: &str) -> Markup {
    html! { p class="lead" { (unbroken(text)) } }
}

/// Something that can be folded away.
pub(crate) fn details(summary: &str, open: bool, content: impl Render) -> Markup {
    html! { details open[open] { summary { (unbroken(summary)) } (content) } }
}

/// JSON for the page's script.
pub(crate) fn data(class: &str, value: &Value) -> Markup {
    html! { script type="application/json" class=(class) { (PreEscaped(json(value))) } }
}

/// A figure in both layouts, of which the style shows the one that fits, and in all its views, of which it shows the one that
/// is chosen. Its files lie in a folder, which ends in a slash or is empty for the page's own.
pub(crate) fn figure(figure: &Figure, folder: &str) -> Markup {
    let file = |ending: &str| html! { code { (folder) (figure.name) (ending) } };
    let others = figure
        .others
        .iter()
        .map(|(view, drawings)| (*view, drawings));
    let all = std::iter::once((View::Logarithmic, &figure.first)).chain(others);
    let id = |view: View| format!("{}-{view}-view", figure.name);
    html! {
        figure id=(figure.name) {
            @if figure.others.is_empty() {
                (drawings(&figure.first, &figure.label))
            } @else {
                fieldset class="views" {
                    legend class="unseen" { "Axes" }
                    @for (i, (view, _)) in all.clone().enumerate() {
                        input type="radio" class={ "pick pick-" (view) } name={ (figure.name) "-view" } id=(id(view))
                            checked[i == 0];
                        label for=(id(view)) { (view) }
                    }
                    @for (view, drawn) in all {
                        div class={ "view view-" (view) } { (drawings(drawn, &figure.label)) }
                    }
                }
            }
            @if let Some(readings) = &figure.readings { (data("readings", readings)) }
            figcaption {
                @if !figure.caption.is_empty() { (unbroken(&figure.caption)) " " }
                span class="files" { "Also as " (file(".svg")) " and " (file(".png")) "." }
                @if !figure.notes.is_empty() { (details("How this figure is drawn", false, paragraph(&figure.notes))) }
            }
        }
    }
}

/// A picture in both layouts.
fn drawings(drawings: &Drawings, label: &str) -> Markup {
    html! {
        (PreEscaped(drawings.wide.inline("wide", label)))
        (PreEscaped(drawings.narrow.inline("narrow", label)))
    }
}
