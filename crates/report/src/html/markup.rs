//! Tables, figures and paragraphs.

use crate::escape::escape;
use crate::figures::Figure;

/// A table: the first cell of a row is its header. Text goes in unescaped and comes out escaped.
pub(crate) struct Table {
    caption: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    prose: bool,
    tall: bool,
}

impl Table {
    pub(crate) fn new<S: AsRef<str>>(caption: impl Into<String>, head: &[S]) -> Self {
        Self {
            caption: caption.into(),
            head: head.iter().map(|cell| cell.as_ref().to_owned()).collect(),
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

    /// The table in a box that scrolls by itself.
    pub(crate) fn html(&self) -> String {
        let caption = escape(&self.caption);
        let kind = if self.prose { "text" } else { "numbers" };
        let class = if self.tall { "box tall" } else { "box" };
        // A box that scrolls must be reachable by the keyboard.
        let mut out = format!(
            "<div class=\"{class}\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n<table class=\"{kind}\">\n\
             <caption><span>{caption}</span></caption>\n<thead><tr>"
        );
        for cell in &self.head {
            out.push_str(&format!("<th scope=\"col\">{}</th>", escape(cell)));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in &self.rows {
            out.push_str("<tr>");
            for (i, cell) in row.iter().enumerate() {
                let cell = escape(cell);
                out.push_str(&if i == 0 {
                    format!("<th scope=\"row\">{cell}</th>")
                } else {
                    format!("<td>{cell}</td>")
                });
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n</div>\n");
        out
    }
}

/// A paragraph of text.
pub(crate) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", escape(text))
}

/// Something that can be folded away.
pub(crate) fn details(summary: &str, open: bool, content: &str) -> String {
    let open = if open { " open" } else { "" };
    format!(
        "<details{open}><summary>{}</summary>\n{content}</details>\n",
        escape(summary)
    )
}

/// A figure in both layouts; the style shows the one that fits.
pub(crate) fn figure(figure: &Figure) -> String {
    figure_beside(figure, "figures/")
}

/// A figure whose files lie in a folder, which ends in a slash or is empty for the page's own.
pub(crate) fn figure_beside(figure: &Figure, folder: &str) -> String {
    format!(
        "<figure id=\"{id}\">\n{}{}<figcaption>{} <span class=\"files\">Also as <code>{folder}{name}.svg</code> and \
         <code>{folder}{name}.png</code>.</span></figcaption>\n</figure>\n",
        figure.wide.inline("wide", &figure.label),
        figure.narrow.inline("narrow", &figure.label),
        escape(&figure.caption),
        id = escape(&figure.name),
        name = escape(&figure.name),
    )
}
