//! What the README prints is what is compiled.

use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name))
        .expect("a file of the repository")
}

#[test]
fn the_lines_of_the_readme_are_an_example() {
    let example = read("examples/ten_lines.rs");
    let (_, example) = example.split_once("\n\n").expect("a line of documentation");
    assert!(
        read("README.md").contains(&format!("```rust\n{example}```")),
        "README.md does not print examples/ten_lines.rs"
    );
    // From the module to the report, without what makes the module and the data up.
    let measured = example
        .lines()
        .skip_while(|line| !line.contains("Problem::"));
    assert!(measured.take_while(|line| !line.contains("Ok(())")).count() <= 10);
}

#[test]
fn the_longer_example_is_short() {
    assert!(read("examples/own_spectrum.rs").lines().count() <= 60);
}
