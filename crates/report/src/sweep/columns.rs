//! The columns of the table: what each says of an analysis, and what it sorts by.

use crate::text::names::{NONE, operator_name};
use crate::text::numbers::{integer, percent_of, plain, short, with_error};
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

/// All of them but the first, which names the run and heads its row.
pub(super) const COLUMNS: [Column; 26] = [
    words("dataset", "Data set", |row| text(&row.dataset)).filtered(),
    words("network", "Network", |row| text(&row.network)).filtered(),
    numbers("examples-per-class", "Examples per class", |row| {
        // As many as there are, so after every number.
        let all = || number("all".to_owned(), f64::INFINITY);
        row.examples_per_class.map_or_else(all, count)
    })
    .filtered(),
    numbers("epochs", "Epochs", |row| count(row.epochs)),
    // A seed is a name, not an amount.
    numbers("seed", "Seed", |row| {
        number(row.seed.to_string(), row.seed as f64)
    })
    .filtered(),
    numbers("learning-rate", "Learning rate", |row| {
        // A setting, with no more digits than it was given.
        or(NONE, row.learning_rate, |rate| number(short(rate), rate))
    }),
    words("operator", "Operator", |row| {
        text(&operator_name(&row.operator))
    })
    .filtered(),
    words("split", "Split", |row| text(&row.split)).filtered(),
    numbers("epoch", "Epoch", |row| count(row.epoch)).filtered(),
    numbers("loss", "Loss", |row| value(row.loss)),
    numbers("accuracy", "Accuracy", |row| {
        number(percent_of(row.accuracy), row.accuracy)
    }),
    numbers("outliers-above", "Positive outliers", |row| {
        or(UNDECIDED, row.outliers_above, count)
    }),
    numbers("outliers-below", "Negative outliers", |row| {
        or(UNDECIDED, row.outliers_below, count)
    }),
    numbers("classes", "Classes, C", |row| count(row.classes)),
    numbers("edge-above", "Positive edge", |row| {
        edge(row.edge_above, row.edge_above_error)
    }),
    numbers("edge-below", "Negative edge", |row| {
        edge(row.edge_below, row.edge_below_error)
    }),
    numbers("largest", "Largest eigenvalue", |row| value(row.largest)),
    numbers("smallest", "Least eigenvalue", |row| value(row.smallest)),
    numbers("mean-eigenvalue", "Mean eigenvalue", |row| {
        let (mean, error) = (row.mean_eigenvalue, row.mean_eigenvalue_error);
        number(with_error(mean, error), mean)
    }),
    words("law-above", "Positive law", |row| {
        or(UNDECIDED, row.law_above.as_deref(), text)
    }),
    words("law-below", "Negative law", |row| {
        or(UNDECIDED, row.law_below.as_deref(), text)
    }),
    numbers("examples", "Examples, N", |row| count(row.examples)),
    numbers("parameters", "Parameters, p", |row| count(row.parameters)),
    numbers("products", "Products", |row| count(row.products)),
    words("folder", "Folder", |row| text(&row.run)),
    words("analysis", "File", |row| text(&row.analysis)),
];

const UNDECIDED: &str = "undecided";

const fn numbers(key: &'static str, title: &'static str, cell: fn(&SweepRow) -> Cell) -> Column {
    Column {
        key,
        title,
        filter: false,
        words: false,
        cell,
    }
}

const fn words(key: &'static str, title: &'static str, cell: fn(&SweepRow) -> Cell) -> Column {
    Column {
        words: true,
        ..numbers(key, title, cell)
    }
}

impl Column {
    const fn filtered(mut self) -> Self {
        self.filter = true;
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

fn value(value: f64) -> Cell {
    number(plain(value), value)
}

fn count(n: u64) -> Cell {
    number(integer(n as usize), n as f64)
}

/// A cell, or a word where there is nothing to show.
fn or<T>(word: &str, shown: Option<T>, cell: impl FnOnce(T) -> Cell) -> Cell {
    let missing = || Cell {
        text: word.to_owned(),
        sort: Sort::Missing,
    };
    shown.map_or_else(missing, cell)
}

fn edge(edge: Option<f64>, error: Option<f64>) -> Cell {
    or(NONE, edge, |at| match error {
        Some(_) => number(with_error(at, error), at),
        None => value(at),
    })
}
