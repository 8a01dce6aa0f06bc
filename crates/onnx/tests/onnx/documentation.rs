//! What the documentation says of operators.

/// Its table lists all that are read, and no other.
#[test]
fn the_documentation_lists_the_operators() {
    let text = include_str!("../../../../docs/onnx.md");
    let (_, behind) = text.split_once("## Operators").expect("a section");
    let (section, _) = behind.split_once("\n## ").expect("a section behind it");
    let rows = section.lines().filter(|line| line.starts_with('|'));
    let words = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    let mut listed: Vec<&str> = words.collect();
    listed.sort_unstable();
    let mut known: Vec<&str> = hesscope_onnx::operators().collect();
    known.sort_unstable();
    assert_eq!(listed, known);
}
