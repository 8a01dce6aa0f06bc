//! `hesscope trace`.

use std::path::Path;

use crate::bad_input::refused;
use crate::common::hesscope;
use crate::small::trained;

/// A number with its error, from a line that has them behind a colon.
fn with_error(line: &str) -> [f64; 2] {
    let (_, numbers) = line.rsplit_once(": ").expect("a colon");
    let mut words = numbers.split_whitespace();
    let value = words.next().and_then(|word| word.parse().ok());
    assert_eq!(words.next(), Some("±"), "{line}");
    let error = words.next().and_then(|word| word.parse().ok());
    [value.expect("a value"), error.expect("an error")]
}

/// The trace, the mean eigenvalue and the products of an estimate.
fn estimated(arguments: &[&str]) -> ([f64; 2], [f64; 2], usize) {
    let ran = hesscope(&[arguments, &["--precision", "f64"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ran.stdout);
    assert!(lines[0].starts_with("trace of "), "{}", lines[0]);
    assert!(lines[1].starts_with("mean eigenvalue: "), "{}", lines[1]);
    let products = lines[2].strip_prefix("products: ").expect("products");
    let mean = lines[1].split(" (").next().expect("a mean");
    (
        with_error(lines[0]),
        with_error(mean),
        products.parse().expect("a number"),
    )
}

#[test]
fn both_estimators_agree_within_their_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = trained(&folder.path().join("run"));
    for (operator, exact) in [("hess", false), ("a1", true)] {
        let trace = ["trace", &run, "--operator", operator];
        let ([xtrace, error], mean, products) =
            estimated(&[&trace[..], &["--method", "xtrace", "--probes", "30"]].concat());
        assert_eq!(products, if exact { products } else { 60 });
        assert!(products <= 60);
        let more = ["--method", "hutchinson", "--probes", "60"];
        let ([hutchinson, spread], _, products) = estimated(&[&trace[..], &more].concat());
        assert_eq!(products, 60);
        let apart = (xtrace - hutchinson).abs();
        assert!(
            apart <= 5.0 * error.hypot(spread),
            "{operator}: {xtrace} ± {error} and {hutchinson} ± {spread}"
        );
        assert!(error < spread, "{error} and {spread}");
        // A1 has no more than C eigenvalues but zero.
        assert!(!exact || error < 1e-9 * xtrace, "{xtrace} ± {error}");
        // Of a few hundred parameters.
        let parameters = xtrace / mean[0];
        assert!((100.0..5000.0).contains(&parameters), "{parameters}");
    }
    // It writes nothing.
    assert!(!Path::new(&run).join("partial").exists());

    refused(&["trace", &run, "--probes", "0"], &["--probes is 0"]);
    refused(&["trace", &run, "--operator", "q"], &["`q`", "hess, g, h"]);
    refused(&["trace", &run, "--operator", "b2[10]"], &["0 to 9"]);
    refused(&["trace", &run, "--epoch", "3"], &["epoch 3", "0, 2, 6"]);
}
