//! `hesscope compare`.

use std::fs;
use std::path::Path;

use hesscope_records::record::{read, write};
use hesscope_records::{Analysis, Comparison, Quantity};

use crate::bad_input::refused;
use crate::common::{hesscope, small_run};

fn compared(out: &Path, arguments: &[&str], code: i32) -> (Comparison, String) {
    let path = out.display().to_string();
    let ran = hesscope(&[&["compare", "--out", &path], arguments].concat());
    assert_eq!(ran.code, Some(code), "{}{}", ran.stdout, ran.stderr);
    let page = fs::read_to_string(out.join("compare.html")).expect("a page");
    assert!(page.contains("<svg") && page.contains("Verdict"));
    assert!(out.join("figures/compare.png").is_file());
    let record = read(&out.join("compare.json")).expect("a record");
    (record, ran.stdout)
}

#[test]
fn the_processor_agrees_with_itself_in_both_precisions() {
    let folder = tempfile::tempdir().expect("a folder");
    let devices = ["--devices", "cpu", "--precisions", "f32,f64"];
    let data = ["--operators", "hess,h", "--examples-per-class", "4"];
    let (found, printed) = compared(folder.path(), &[devices, data].concat(), 0);
    assert_eq!(found.settings.compared, ["cpu, f32", "cpu, f64"]);
    let [single, double] = &found.compared[..] else {
        panic!("{:?}", found.compared);
    };
    // The reference is the same computation in float64.
    assert_eq!(double.tolerance, 1e-10);
    assert!(double.deviations.iter().all(|it| it.value == Some(0.0)));
    // Logits, and of two operators products, eigenvalues, two moments and the density.
    assert_eq!(single.deviations.len(), 11);
    let of = |quantity| {
        single
            .deviations
            .iter()
            .filter(move |it| it.quantity == quantity)
    };
    for quantity in [Quantity::Logits, Quantity::Products, Quantity::Eigenvalues] {
        for deviation in of(quantity) {
            let value = deviation.value.expect("a number");
            assert!(deviation.judged && value < 1e-4, "{deviation:?}");
        }
    }
    let density = of(Quantity::Density).next().expect("a density");
    assert!(!density.judged && density.value.expect("a number") < 0.1);
    assert!(single.product_seconds.expect("a time") > 0.0);
    assert!(
        printed.contains("cpu, f32: agrees within 1e-4"),
        "{printed}"
    );
    assert!(printed.contains("reference: cpu, "), "{printed}");
}

/// A small run into a folder.
fn run(out: &Path) {
    let arguments = small_run(out);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = hesscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn equal_runs_agree_and_a_changed_one_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, other, out] = ["one", "other", "out"].map(|name| folder.path().join(name));
    run(&one);
    run(&other);
    let roots = [&one, &other].map(|root| root.display().to_string());
    let arguments: Vec<&str> = roots.iter().map(String::as_str).collect();
    let (found, printed) = compared(&out, &arguments, 0);
    // Three operators at two epochs, four quantities each.
    assert_eq!(found.compared[0].deviations.len(), 24);
    assert!(printed.contains("agrees within 1e-4"), "{printed}");

    let file = fs::read_dir(other.join("analysis"))
        .expect("analyses")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.display().to_string().contains("g-train-0006"))
        .expect("an analysis");
    let mut analysis: Analysis = read(&file).expect("an analysis");
    analysis.spectrum.top.values[0] *= 1.01;
    write(&other, &analysis).expect("written");
    let (found, printed) = compared(&out, &arguments, 1);
    assert!(!found.compared[0].agrees);
    let said = "does not agree within 1e-4: eigenvalues of g, train, epoch 6";
    assert!(printed.contains(said), "{printed}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, other, out] = ["one", "other", "out"].map(|name| folder.path().join(name));
    let [a, b, into] = [&one, &other, &out].map(|path| path.display().to_string());
    let refused = |arguments: &[&str], parts: &[&str]| {
        refused(&[&["compare", "--out", &into], arguments].concat(), parts);
        assert!(!out.exists(), "{arguments:?}");
    };
    refused(&["--devices", "cpu,gpu"], &["`gpu`"]);
    refused(&["--devices", "cpu,cpu:7"], &["cpu:7", "hesscope devices"]);
    refused(&["--devices", "cpu", "--vectors", "0"], &["vectors is 0"]);
    refused(&["--devices", "cpu", "--precisions", "f16"], &["f16"]);
    refused(&[&a, &b], &[&a, "run.toml"]);
    run(&one);
    refused(&[&a], &["at least two"]);
    let mut arguments = small_run(&other);
    arguments.extend(["--seed", "4"].map(str::to_owned));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(hesscope(&arguments).code, Some(0));
    refused(&[&a, &b], &[&b, "another seed", "device alone"]);
    #[cfg(not(feature = "cuda"))]
    refused(&["--devices", "cpu,cuda"], &["cuda", "--features cuda"]);
}

#[test]
fn a_folder_of_something_else_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().display().to_string();
    for name in ["compare.html", "compare.json", ".compare.html.partial"] {
        let file = folder.path().join(name);
        fs::write(&file, "theirs").expect("written");
        refused(
            &["compare", "--devices", "cpu", "--out", &path],
            &[&path, name, "empty folder"],
        );
        assert_eq!(fs::read(&file).expect("the file"), b"theirs");
        let names = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(names, 1, "{name}");
        fs::remove_file(&file).expect("removed");
    }
}
