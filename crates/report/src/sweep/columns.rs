//! The columns of the table: what each says of an analysis, and what it sorts by.

use crate::numbers::{integer, percent_of, plain, with_error};
use crate::wording::operator_name;
use hesscope_records::SweepRow;

/// A column.
pub(super) struct Column {
    /// The name the script knows it by.
    pub(super) key: &'static str,
    /// Its head.
    pub(super) title: &'static str,
    /// Whether the table can be filtered by its values.
    pub(super) filter: bool,
    /// Whether it holds words, which start at the left.
    pub(super) words: bool,
    /// Its cell of a row.
    pub(super) cell: fn(&SweepRow) -> Cell,
}

/// What stands in a cell.
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) sort: Sort,
}

/// What a cell sorts by.
pub(super) enum Sort {
    /// Its text.
    Text,
    /// A number.
    Number(f64),
    /// Nothing: it comes last.
    Missing,
}

/// All of them; the first heads its row.
pub(super) const COLUMNS: [Column; 26] = [
    column("run", "Run", |row| text(&row.run)).of_words(),
    column("dataset", "Data set", |row| text(&row.dataset))
        .filtered()
        .of_words(),
    column("network", "Network", |row| text(&row.network))
        .filtered()
        .of_words(),
    column("examples-per-class", "Examples a class", |row| {
        row.examples_per_class.map_or_else(
            // As many as there are, so after every number.
            || number("all".to_owned(), f64::INFINITY),
            count,
        )
    })
    .filtered(),
    column("epochs", "Epochs", |row| count(row.epochs)),
    column("seed", "Seed", |row| count_without_commas(row.seed)).filtered(),
    column("learning-rate", "Learning rate", |row| {
        row.learning_rate
            .map_or_else(missing, |rate| number(short(rate), rate))
    }),
    column("operator", "Operator", |row| {
        text(&operator_name(&row.operator))
    })
    .filtered()
    .of_words(),
    column("split", "Split", |row| text(&row.split))
        .filtered()
        .of_words(),
    column("epoch", "Epoch", |row| count(row.epoch)).filtered(),
    column("loss", "Loss", |row| number(plain(row.loss), row.loss)),
    column("accuracy", "Accuracy", |row| {
        number(percent_of(row.accuracy), row.accuracy)
    }),
    column("outliers-above", "Outliers above", |row| {
        outliers(row.outliers_above)
    }),
    column("outliers-below", "Outliers below", |row| {
        outliers(row.outliers_below)
    }),
    column("classes", "Classes, C", |row| count(row.classes)),
    column("edge-above", "Edge above", |row| {
        edge(row.edge_above, row.edge_above_error)
    }),
    column("edge-below", "Edge below", |row| {
        edge(row.edge_below, row.edge_below_error)
    }),
    column("largest", "Largest eigenvalue", |row| {
        number(plain(row.largest), row.largest)
    }),
    column("smallest", "Smallest eigenvalue", |row| {
        number(plain(row.smallest), row.smallest)
    }),
    column("mean-eigenvalue", "Mean eigenvalue", |row| {
        number(
            with_error(row.mean_eigenvalue, row.mean_eigenvalue_error),
            row.mean_eigenvalue,
        )
    }),
    column("law-above", "Law above", |row| {
        law(row.law_above.as_deref())
    })
    .of_words(),
    column("law-below", "Law below", |row| {
        law(row.law_below.as_deref())
    })
    .of_words(),
    column("examples", "Examples, N", |row| count(row.examples)),
    column("parameters", "Parameters, p", |row| count(row.parameters)),
    column("products", "Products", |row| count(row.products)),
    column("analysis", "File", |row| text(&row.analysis)).of_words(),
];

const fn column(key: &'static str, title: &'static str, cell: fn(&SweepRow) -> Cell) -> Column {
    Column {
        key,
        title,
        filter: false,
        words: false,
        cell,
    }
}

impl Column {
    const fn filtered(mut self) -> Self {
        self.filter = true;
        self
    }

    const fn of_words(mut self) -> Self {
        self.words = true;
        self
    }
}

fn text(text: &str) -> Cell {
    Cell {
        text: text.to_owned(),
        sort: Sort::Text,
    }
}

fn number(text: String, value: f64) -> Cell {
    let sort = if value.is_nan() {
        Sort::Missing
    } else {
        Sort::Number(value)
    };
    Cell { text, sort }
}

fn missing() -> Cell {
    Cell {
        text: "\u{2013}".to_owned(),
        sort: Sort::Missing,
    }
}

fn count(n: u64) -> Cell {
    number(integer(n as usize), n as f64)
}

/// A seed is a name, not an amount.
fn count_without_commas(n: u64) -> Cell {
    number(n.to_string(), n as f64)
}

/// A setting, with no more digits than it was given.
fn short(x: f64) -> String {
    let written = plain(x);
    if written.contains('\u{d7}') || !written.contains('.') {
        return written;
    }
    written
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

fn outliers(count: Option<u64>) -> Cell {
    count.map_or_else(
        || Cell {
            text: "undecided".to_owned(),
            sort: Sort::Missing,
        },
        self::count,
    )
}

fn edge(edge: Option<f64>, error: Option<f64>) -> Cell {
    edge.map_or_else(missing, |value| {
        number(
            error.map_or_else(|| plain(value), |error| with_error(value, Some(error))),
            value,
        )
    })
}

fn law(law: Option<&str>) -> Cell {
    law.map_or_else(
        || Cell {
            text: "undecided".to_owned(),
            sort: Sort::Missing,
        },
        text,
    )
}
