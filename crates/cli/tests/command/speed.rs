//! `hesscope speed` and `hesscope devices`.

use std::path::Path;

use hesscope_records::record::read;
use hesscope_records::{Speed, Timed};

use crate::bad_input::refused;
use crate::common::hesscope;

fn measured(file: &Path, arguments: &[&str]) -> (Speed, String) {
    let path = file.display().to_string();
    let ran = hesscope(&[&["speed", "--json", &path], arguments].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    (read(file).expect("a record"), ran.stdout)
}

#[test]
fn products_and_training_are_timed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("speed.json");
    let small = ["--net", "small-cnn,mlp", "--input", "1x8x8"];
    let more = ["--operators", "hess,a1", "--directions", "1,3"];
    let (speed, printed) = measured(&file, &[&small[..], &more, &["--examples", "20"]].concat());
    assert_eq!(speed.settings.networks, ["small-cnn", "mlp"]);
    assert_eq!(speed.networks.len(), 2);
    for network in &speed.networks {
        let plan = network.plan.expect("a plan");
        assert!(plan.multiply_adds > 0);
        let cases: Vec<_> = network
            .products
            .iter()
            .map(|products| (products.operator.to_string(), products.directions))
            .collect();
        let all = [("hess", 1), ("hess", 3), ("a1", 1), ("a1", 3)];
        assert_eq!(cases, all.map(|(name, count)| (name.to_owned(), count)));
        let training = network.training.as_ref().expect("training");
        let timed = network.products.iter().map(|products| &products.timed);
        for timed in timed.chain([training]) {
            let Timed::Done(times) = timed else {
                panic!("{timed:?}");
            };
            assert!(times.first > 0.0 && !times.repeats.is_empty());
            let spread = times.milliseconds;
            assert!(0.0 < spread.least && spread.least <= spread.median);
            assert!(spread.median <= spread.largest);
            assert_eq!(times.gflops.is_some(), !std::ptr::eq(timed, training));
        }
    }
    // Two lines of head, and a row for each measurement.
    let rows = printed
        .lines()
        .filter(|line| line.starts_with("mlp "))
        .count();
    assert_eq!(rows, 5, "{printed}");
    assert!(printed.contains("20 examples of 1x8x8 in 10 classes, random images"));
}

#[test]
fn data_sets_are_sampled_and_what_takes_too_long_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("speed.json");
    let data = ["--dataset", "synth-digits", "--examples", "30"];
    let (speed, printed) = measured(&file, &[&data[..], &["--time-limit", "1e-9"]].concat());
    assert_eq!(speed.settings.dataset.as_deref(), Some("synth-digits"));
    assert_eq!(speed.settings.input, [1, 16, 16]);
    let network = &speed.networks[0];
    assert_eq!(network.products.len(), 6);
    for products in &network.products {
        assert!(matches!(&products.timed, Timed::NotDone(_)));
    }
    assert!(matches!(&network.training, Some(Timed::NotDone(_))));
    let said = "small-cnn, hess, K = 8: the network was not opened in 0.000000001 s";
    assert!(printed.contains(said), "{printed}");

    let (speed, printed) = measured(&file, &[&data[..], &["--only", "training"]].concat());
    assert_eq!(speed.networks[0].products, []);
    assert!(matches!(&speed.networks[0].training, Some(Timed::Done(_))));
    assert!(!printed.contains("hess"), "{printed}");

    refused(&["speed", "--directions", "0"], &["directions is 0"]);
    refused(&["speed", "--time-limit", "0"], &["time-limit is 0"]);
    refused(&["speed", "--input", "3x32"], &["`3x32`", "3x32x32"]);
    refused(&["speed", "--operators", "b2[10]"], &["0 to 9"]);
    refused(&["speed", "--net", "vgg11", "--input", "1x8x8"], &["32x32"]);
    refused(&["speed", "--device", "cpu:1"], &["cpu:1", "devices"]);
}

#[test]
fn devices_are_listed_by_name() {
    let ran = hesscope(&["devices"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let of = |name: &str| lines.iter().filter(|line| line.starts_with(name)).count();
    assert_eq!(of("cpu"), 1);
    assert!(lines[0].contains("f32 f64") && lines[0].contains("cores"));
    for name in ["vulkan", "metal", "webgpu", "cuda"] {
        assert!(of(name) >= 1, "{name}: {}", ran.stdout);
    }
}
