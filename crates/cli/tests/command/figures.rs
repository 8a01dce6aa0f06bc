//! `hesscope figure`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use hesscope_hvp::class::ClassMean;
use hesscope_records::{Analysis, ClassMeans, MeanSelection, MeansFigureRecord, SpectraRecord};
use hesscope_spectral::VectorSpace;

use crate::bad_input::refused;
use crate::common::{Ran, command, hesscope};
use crate::small::{problem, trained};

const SMALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/command/small.toml");

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("the schema")
}

/// The only file of a folder with this ending.
fn only(folder: &Path, ending: &str) -> PathBuf {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

#[test]
fn figure_spectra_shows_both_splits_of_the_runs_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = trained(&folder.path().join("run"));
    let out = folder.path().join("out");
    let ran = hesscope(&[
        "figure",
        "spectra",
        &run,
        "--out",
        &out.display().to_string(),
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for ending in ["svg", "png", "html", "json"] {
        let path = out.join(format!("figure-spectra.{ending}"));
        assert!(path.is_file());
        assert!(ran.stdout.contains(&path.display().to_string()));
    }
    let record: SpectraRecord = read(&out.join("figure-spectra.json"));
    assert_eq!(record.columns.len(), 1);
    let column = &record.columns[0];
    assert_eq!(
        (
            column.dataset.as_str(),
            column.network.as_str(),
            column.classes
        ),
        ("synth-digits", "small-cnn", 10)
    );
    assert_eq!(column.run, run);
    let splits: Vec<&str> = column
        .panels
        .iter()
        .map(|panel| panel.split.name())
        .collect();
    assert_eq!(splits, ["train", "test"]);
    for panel in &column.panels {
        let file = only(
            &Path::new(&run).join("analysis"),
            &format!("{}.json", &panel.analysis[..12]),
        );
        let analysis: Analysis = read(&file);
        assert_eq!(panel.analysis, analysis.origin.key);
        assert_eq!(panel.outliers, analysis.spectrum.outliers);
        assert_eq!(panel.leading, analysis.spectrum.top);
        assert_eq!(panel.accuracy, analysis.accuracy);
        assert_eq!((panel.epoch, panel.examples), (6, analysis.examples));
        // The curve holds all that the strip about zero does not, but for what broadening carries past its ends.
        let area = |points: &[f64], mean: &[f64]| -> f64 {
            points
                .windows(2)
                .zip(mean.windows(2))
                .map(|(x, y)| 0.5 * (x[1] - x[0]) * (y[0] + y[1]))
                .sum()
        };
        let sum: f64 = [&panel.negative, &panel.positive]
            .map(|curve| area(&curve.log10_modulus, &curve.mean))
            .iter()
            .sum();
        let expected = column.parameters as f64 * (1.0 - panel.near_zero.mean);
        assert!(
            (sum - expected).abs() < 0.1 * expected,
            "{sum} of {expected}"
        );
    }
    let svg = fs::read_to_string(out.join("figure-spectra.svg")).expect("a picture");
    for needed in [
        "Training split",
        "Test split",
        "synth-digits",
        "accuracy",
        "C\u{a0}=\u{a0}10",
    ] {
        assert!(svg.contains(needed), "{needed} is not in the picture");
    }
    let page = fs::read_to_string(out.join("figure-spectra.html")).expect("a page");
    let unbroken = page.replace('\u{a0}', " ");
    assert!(unbroken.contains("Papyan (2018, 2019) finds about C positive outliers"));
    assert!(!page.contains("<script") && !page.contains("http://127"));

    // Once more: nothing is measured again, and the numbers are the same bytes.
    let before = fs::read(out.join("figure-spectra.json")).expect("numbers");
    let ran = hesscope(&[
        "figure",
        "spectra",
        &run,
        "--out",
        &out.display().to_string(),
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches(": reused").count(), 2, "{}", ran.stderr);
    assert_eq!(
        before,
        fs::read(out.join("figure-spectra.json")).expect("numbers")
    );
}

/// The means of the run's last checkpoint over the training split, as the record has them, and their exact distances.
fn exact_distances(run: &Path, means: &ClassMeans) -> Vec<Vec<f64>> {
    let problem = problem(&run.join("checkpoints").join("epoch-0006.safetensors"));
    let asked: Vec<ClassMean> = means
        .points
        .iter()
        .map(|point| match point.other {
            None => ClassMean::Class(point.class),
            Some(other) => ClassMean::Pair(point.class, other),
        })
        .collect();
    let space = problem.space();
    let vectors: Vec<Vec<f64>> = problem
        .class_means(&asked)
        .expect("means")
        .iter()
        .map(|vector| space.to_host(vector))
        .collect();
    let distance = |a: &[f64], b: &[f64]| {
        let squares = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b));
        squares.sum::<f64>().sqrt()
    };
    vectors
        .iter()
        .map(|a| vectors.iter().map(|b| distance(a, b)).collect())
        .collect()
}

#[test]
fn figure_class_means_keeps_the_exact_distances_of_class_means() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("run");
    let run = trained(&root);
    let out = folder.path().join("out");
    let text = out.display().to_string();
    let arguments = [
        "figure",
        "class-means",
        &run,
        "--precision",
        "f64",
        "--out",
        &text,
    ];
    let ran = hesscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let file = only(&root.join("means"), ".json");
    let means: ClassMeans = read(&file);
    assert_eq!(means.points.len(), 110);
    assert_eq!(means.settings.perplexity, 10.0);
    assert_eq!(means.class_names[3], "3");
    let exact = exact_distances(&root, &means);
    let at = |i: usize, j: usize| means.gram[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)];
    let largest = exact.iter().flatten().copied().fold(0.0, f64::max);
    for (i, row) in exact.iter().enumerate() {
        for (j, exact) in row.iter().enumerate() {
            let squared = at(i, i) + at(j, j) - 2.0 * at(i, j);
            let kept = squared.max(0.0).sqrt();
            // The square of a distance of two means that nearly coincide is known to rounding of their norms.
            let near = (at(i, i) + at(j, j)).sqrt() * 3e-8;
            assert!(
                (kept - exact).abs()
                    <= 1e-10 * largest + if *exact < 1e-3 * largest { near } else { 0.0 },
                "{i} {j}: {kept} {exact}"
            );
        }
    }
    // P_cc g_cc = -P_c g_c, since the g_ic' of an example, weighted, add up to nothing.
    for class in 0..10 {
        let find = |other: Option<usize>| {
            means
                .points
                .iter()
                .position(|point| point.class == class && point.other == other)
                .expect("the mean")
        };
        let (whole, own) = (find(None), find(Some(class)));
        let (p, q) = (means.points[whole].weight, means.points[own].weight);
        assert!((p * at(whole, whole) + q * at(whole, own)).abs() < 1e-9 * p * at(whole, whole));
        assert!((at(whole, whole).sqrt() - means.points[whole].norm).abs() < 1e-12);
    }
    for scores in &means.scores {
        assert_eq!(scores.silhouette.permutations, 999);
        let points = match scores.among {
            MeanSelection::All => 110,
            MeanSelection::WithoutOwn => 100,
            MeanSelection::CrossOnly => 90,
        };
        assert_eq!((scores.points, scores.groups), (points, 10));
    }
    let figure: MeansFigureRecord = read(&out.join("figure-class-means.json"));
    assert_eq!(figure.panels.len(), 1);
    assert_eq!(figure.panels[0].means, means);
    let svg = fs::read_to_string(out.join("figure-class-means.svg")).expect("a picture");
    // Every mean has its label, and says what it is.
    assert_eq!(svg.matches("<title>g_").count(), 110);
    assert!(svg.contains("<title>g_3,7, of class 3 in the direction of 7: norm "));
    assert!(svg.contains("silhouette"));

    // The report of the run shows them, and a second time they are not measured again.
    assert_eq!(hesscope(&["report", &run]).code, Some(0));
    let report = fs::read_to_string(root.join("report.html")).expect("a report");
    assert!(report.contains("<h2>Class means</h2>"));
    assert!(report.contains("p-value"));
    assert!(root.join("figures/means-train-epoch-6.svg").is_file());
    let before = fs::read(out.join("figure-class-means.json")).expect("numbers");
    let ran = hesscope(&arguments);
    assert!(
        ran.stderr
            .contains("class means over train, epoch 6: reused")
    );
    assert_eq!(
        before,
        fs::read(out.join("figure-class-means.json")).expect("numbers")
    );
}

#[test]
fn a_foreign_folder_stays_as_it_is_and_every_damage_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = trained(&folder.path().join("run"));
    let out = folder.path().join("out");
    let text = out.display().to_string();
    for name in [
        "notes.txt",
        "figure-spectra.svg",
        "figure-spectra.json",
        "figure-spectra.files.json",
        "figure.lock",
    ] {
        fs::create_dir_all(&out).expect("a folder");
        fs::write(out.join(name), "theirs").expect("written");
        for figure in ["spectra", "class-means"] {
            refused(
                &["figure", figure, &run, "--out", &text],
                &["none of a figure", name, "--out"],
            );
        }
        assert_eq!(fs::read(out.join(name)).expect("theirs"), b"theirs");
        assert_eq!(fs::read_dir(&out).expect("the folder").count(), 1, "{name}");
        fs::remove_dir_all(&out).expect("removed");
    }
    assert!(!Path::new(&run).join("analysis").exists());

    for figure in ["spectra", "class-means"] {
        let ran = hesscope(&["figure", figure, &run, "--out", &text]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
    let whole = hesscope(&["check", &text]);
    assert_eq!(whole.code, Some(0), "{}", whole.stdout);
    for name in [
        "figure-spectra.json",
        "figure-spectra.svg",
        "figure-spectra.png",
        "figure-class-means.html",
        "figure-class-means.json",
        "figure-class-means.files.json",
    ] {
        let path = out.join(name);
        let before = fs::read(&path).expect("a file");
        let mut bytes = before.clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).expect("written");
        let ran = hesscope(&["check", &text]);
        assert_eq!(ran.code, Some(1), "{name}: {}", ran.stderr);
        assert!(ran.stdout.contains(name), "{name}: {}", ran.stdout);
        let (figure, _) = name["figure-".len()..].split_once('.').expect("an ending");
        let ran = hesscope(&["figure", figure, &run, "--out", &text]);
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
        assert_eq!(fs::read(&path).expect("a file"), before, "{name}");
    }
}

/// `hesscope figure spectra` at the size of `small.toml`, in a folder of its own.
fn in_folder(folder: &Path) -> std::process::Command {
    let mut started = command(&[
        "figure",
        "spectra",
        "--datasets",
        "synth-digits",
        "--config",
        SMALL,
        "--net",
        "mlp",
    ]);
    started.current_dir(folder);
    started
}

fn end(folder: &Path) -> Ran {
    let ran: Ran = in_folder(folder)
        .output()
        .expect("the command starts")
        .into();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran
}

#[test]
fn a_killed_figure_resumes() {
    let folder = tempfile::tempdir().expect("a folder");
    let make = |name: &str| {
        let path = folder.path().join(name);
        fs::create_dir(&path).expect("a folder");
        path
    };
    let undisturbed = make("undisturbed");
    let begin = Instant::now();
    end(&undisturbed);
    let duration = begin.elapsed();
    let expected = fs::read(undisturbed.join("figures/figure-spectra.json")).expect("numbers");
    let disturbed = make("disturbed");
    for attempt in 1..6_u32 {
        let mut child = in_folder(&disturbed)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        sleep(duration.max(Duration::from_millis(200)) * attempt / 6);
        let _ = child.kill();
        child.wait().expect("the child ends");
    }
    end(&disturbed);
    // One run, found again each time by its settings.
    assert_eq!(
        fs::read_dir(disturbed.join("runs")).expect("runs").count(),
        1
    );
    let found = fs::read(disturbed.join("figures/figure-spectra.json")).expect("numbers");
    assert!(found == expected, "the figure of a killed command differs");
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = folder.path().join("nowhere").display().to_string();
    refused(
        &["figure", "spectra", &nowhere],
        &["nowhere", "is not the folder of a run", "hesscope train"],
    );
    refused(
        &["figure", "class-means", "--split", "middle"],
        &["`middle`", "train or test"],
    );
    refused(
        &["figure", "spectra", "--datasets", "mnits"],
        &["mnits", "synth-digits, mnist"],
    );
    refused(
        &[
            "figure",
            "spectra",
            "--datasets",
            "synth-digits",
            "--net",
            "resnet",
        ],
        &["resnet", "small-cnn"],
    );
    refused(
        &[
            "figure",
            "class-means",
            "--datasets",
            "mnist",
            "--data-root",
            &nowhere,
        ],
        &["nowhere", "mnist"],
    );
    // Nothing is trained where the files of a later data set are missing.
    let elsewhere = tempfile::tempdir().expect("a folder");
    let ran: Ran = command(&["figure", "spectra", "--datasets", "synth-digits,mnist"])
        .current_dir(elsewhere.path())
        .output()
        .expect("the command starts")
        .into();
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("hesscope data fetch mnist"),
        "{}",
        ran.stderr
    );
    assert!(!elsewhere.path().join("runs").exists());
    let bad = folder.path().join("bad.toml");
    fs::write(&bad, "[train]\nepoch = 3\n").expect("settings");
    let bad = bad.display().to_string();
    refused(
        &["figure", "spectra", "--config", &bad],
        &["bad.toml, line 2", "epoch"],
    );
    // Runs that are given are not trained anew.
    let ran = hesscope(&["figure", "spectra", &nowhere, "--scale", "quick"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("cannot be used with"), "{}", ran.stderr);
    // A run that is not yet trained.
    let run = trained(&folder.path().join("run"));
    fs::remove_dir_all(Path::new(&run).join("checkpoints")).expect("a folder");
    refused(
        &["figure", "spectra", &run],
        &["the weights of epoch 6 are not in", "none yet"],
    );
    // No place to write to.
    let file = folder.path().join("file");
    fs::write(&file, "").expect("a file");
    let run = trained(&folder.path().join("other"));
    let inside = file.join("out").display().to_string();
    refused(
        &["figure", "class-means", &run, "--out", &inside],
        &["cannot read", "file/out"],
    );
}
