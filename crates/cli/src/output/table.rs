//! Tables on a terminal: columns two spaces apart, without lines.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

/// A table of these rows below a header. The first column is aligned to the left, the others to the right.
pub fn table(header: &[String], rows: &[Vec<String>]) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_without_lines() {
        let words = |row: &[&str]| row.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let text = table(
            &words(&["", "G", "Hess"]),
            &[
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
