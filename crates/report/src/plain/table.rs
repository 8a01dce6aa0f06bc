//! Tables of plain text: columns two spaces apart, without lines.

use std::fmt::Display;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

/// A table of rows below a header, without a line break at its end. The first column is aligned to the left, the others to the
/// right.
pub fn table(
    header: impl IntoIterator<Item = impl Display>,
    rows: impl IntoIterator<Item = impl IntoIterator<Item = String>>,
) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n")
}

/// A row with its name before its cells.
pub(super) fn named(
    name: impl Into<String>,
    cells: impl IntoIterator<Item = String>,
) -> Vec<String> {
    std::iter::once(name.into()).chain(cells).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_without_lines() {
        let words = |row: &[&str]| row.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let text = table(
            ["", "G", "Hess"],
            [
                words(&["epoch 0", "1", "10"]),
                words(&["epoch 10", "", "9"]),
            ],
        );
        assert_eq!(
            text,
            "          G  Hess\nepoch 0   1    10\nepoch 10        9"
        );
    }
}
