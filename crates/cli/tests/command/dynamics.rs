//! `hesscope dynamics`.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use hesscope_records::{Along, Dynamics, FindingVerdict};

use crate::bad_input::refused;
use crate::common::{hesscope, start};

const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/command/small.toml");

/// Arguments of two sizes and two epochs into `out`.
fn arguments(out: &Path) -> Vec<String> {
    [
        "dynamics",
        "--config",
        CONFIG,
        "--examples-per-class",
        "6,4",
        "--epochs",
        "0,2",
        "--operators",
        "hess,g,a1",
        "--out",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([out.display().to_string()])
    .collect()
}

fn run(out: &Path) -> crate::common::Ran {
    let arguments = arguments(out);
    let ran = hesscope(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran
}

fn read(out: &Path) -> Dynamics {
    let text = fs::read_to_string(out.join("dynamics.json")).expect("a file");
    let mut dynamics: Dynamics = serde_json::from_str(&text).expect("dynamics");
    dynamics.origin.seconds = 0.0;
    dynamics
}

fn analyses(out: &Path) -> Vec<(PathBuf, std::time::SystemTime)> {
    let runs = fs::read_dir(out.join("runs")).expect("runs").flatten();
    let mut found: Vec<_> = runs
        .flat_map(|run| {
            fs::read_dir(run.path().join("analysis"))
                .expect("analyses")
                .flatten()
        })
        .map(|file| {
            let time = file.metadata().and_then(|about| about.modified());
            (file.path(), time.expect("a time"))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn sizes_and_epochs_make_a_grid_with_figures_and_a_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("dynamics");
    let ran = run(&out);
    let dynamics = read(&out);
    let places: Vec<(&str, usize)> = dynamics
        .cells
        .iter()
        .map(|cell| (cell.size.as_str(), cell.epoch))
        .collect();
    assert_eq!(places, [("4", 0), ("4", 2), ("6", 0), ("6", 2)]);
    for cell in &dynamics.cells {
        let operators: Vec<String> = cell
            .spectra
            .iter()
            .map(|s| s.operator.to_string())
            .collect();
        assert_eq!(operators, ["hess", "g", "a1"]);
        assert_eq!(
            cell.examples,
            10 * cell.size.parse::<usize>().expect("a number")
        );
        assert_eq!(cell.training_examples, cell.examples);
        for found in &cell.spectra {
            let file = out.join(&cell.run).join(&found.analysis);
            assert!(file.is_file(), "{}", file.display());
            let largest = found.largest.expect("an eigenvalue above zero");
            assert!(largest.lower <= largest.value, "{largest:?}");
        }
        // A1 is a part of G.
        let value = |i: usize| cell.spectra[i].largest.expect("a value").value;
        assert!(value(2) <= value(1) * (1.0 + 1e-4));
    }
    // Too few places for a trend, and neither H nor B2: said of every finding.
    assert_eq!(dynamics.findings.len(), 5);
    for finding in &dynamics.findings {
        assert_eq!(finding.verdict, FindingVerdict::Undecided, "{finding:?}");
        assert!(finding.reason.contains("analyse"), "{finding:?}");
        assert!(ran.stdout.contains(&finding.claim), "{}", ran.stdout);
    }
    // Two rows and two columns for each of three operators.
    assert_eq!(dynamics.transitions.len(), 12);
    let rows = dynamics
        .transitions
        .iter()
        .filter(|t| t.along == Along::Epochs);
    assert_eq!(rows.count(), 6);
    for name in [
        "tracks-hess",
        "tracks-g",
        "tracks-a1",
        "dynamics-hess",
        "dynamics-a1",
    ] {
        for ending in ["svg", "png"] {
            let file = out.join("figures").join(format!("{name}.{ending}"));
            assert!(
                fs::metadata(&file).is_ok_and(|f| f.len() > 1000),
                "{}",
                file.display()
            );
        }
    }
    let page = fs::read_to_string(out.join("dynamics.html")).expect("a page");
    assert!(page.contains("Where outliers come to stand apart"));
    assert!(page.contains("role=\"img\""));
    // Self-contained: no address but the name of the SVG language.
    let addresses = page.matches("://").count();
    assert_eq!(
        addresses,
        page.matches("http://www.w3.org/2000/svg").count()
    );
    assert!(ran.stdout.contains("hess: positive outliers (C = 10)"));
    assert!(ran.stdout.contains("hess, 4 per class: "));

    // Once more: the same, nothing is trained or analysed, and what a killed process left half-written is gone.
    let left = |name: &str| [out.join(name), out.join("figures").join(name)];
    for path in left(".hesscope-0123456789ab.partial")
        .iter()
        .chain(&left(".mine.partial"))
    {
        fs::write(path, "half").expect("written");
    }
    let before = analyses(&out);
    assert_eq!(before.len(), 12);
    let again = run(&out);
    assert_eq!(
        again.stderr.matches("reused").count(),
        12,
        "{}",
        again.stderr
    );
    assert_eq!(analyses(&out), before);
    assert_eq!(read(&out), dynamics);
    assert!(
        left(".hesscope-0123456789ab.partial")
            .iter()
            .all(|path| !path.exists())
    );
    assert!(left(".mine.partial").iter().all(|path| path.exists()));
}

/// Four epochs of one size are enough for a trend along epochs, and the parts of G lie where their exact spectra say.
#[test]
fn a_grid_with_all_operators_judges_trends() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("dynamics");
    let text = out.display().to_string();
    let arguments = [
        "dynamics",
        "--config",
        CONFIG,
        "--examples-per-class",
        "4",
        "--epochs",
        "0,1,2,3",
        "--operators",
        "hess,g,h,b1,b2",
        "--precision",
        "f64",
        "--top",
        "12",
        "--out",
        &text,
    ];
    let ran = hesscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let dynamics = read(&out);
    for cell in &dynamics.cells {
        let parts = cell.structure.as_ref().expect("the parts of G");
        assert_eq!(parts.b1_count, 80);
        // The largest of B1 by Lanczos is above the exact median, and no less than it.
        let largest = cell.spectra[3].largest.expect("an eigenvalue").value;
        assert!(parts.b1_median > 0.0 && parts.b1_median < largest);
        let b2 = parts.b2_median;
        let upper = b2.upper.expect("an end");
        assert!(parts.b2_floor <= b2.lower && b2.lower <= b2.value && b2.value <= upper);
        let tail = cell.tail.as_ref().expect("a tail");
        let share = tail.share_of_g;
        assert!(tail.from < tail.to && share.lower <= share.value);
        assert!(share.lower >= 0.0 && share.upper.is_some_and(|upper| upper <= 1.0));
    }
    for (finding, along) in dynamics.findings[1..]
        .iter()
        .zip(["epochs", "sizes", "epochs", "sizes"])
    {
        if along == "epochs" {
            assert_eq!(finding.conditions.len(), 1, "{finding:?}");
            assert!(finding.conditions[0].number.what.contains("Kendall's tau"));
        } else {
            assert!(
                finding.reason.contains("at least four places"),
                "{finding:?}"
            );
        }
    }
    let page = fs::read_to_string(out.join("dynamics.html")).expect("a page");
    for finding in &dynamics.findings {
        assert!(page.contains(&finding.claim), "{}", finding.claim);
    }
}

#[test]
fn killed_dynamics_resume_and_end_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let undisturbed = folder.path().join("undisturbed");
    let begin = Instant::now();
    run(&undisturbed);
    let duration = begin.elapsed();
    let out = folder.path().join("killed");
    let arguments = arguments(&out);
    for part in 1..5 {
        let mut child = start(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        sleep(duration * part / 6 + Duration::from_millis(3));
        let _ = child.kill();
        child.wait().expect("the child ends");
    }
    run(&out);
    assert_eq!(read(&out), read(&undisturbed));
}

#[test]
fn what_makes_no_grid_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("dynamics").display().to_string();
    let refuse = |flags: &[&str], parts: &[&str]| {
        let arguments: Vec<&str> = ["dynamics", "--config", CONFIG, "--out", &out]
            .into_iter()
            .chain(flags.iter().copied())
            .collect();
        refused(&arguments, parts);
        assert!(!Path::new(&out).exists(), "{flags:?} made the folder");
    };
    refuse(&["--operators", "hess,q"], &["`q`", "hess, g, h"]);
    refuse(&["--operators", "b2[10]"], &["b2[10]", "10 classes"]);
    refuse(&["--split", "middle"], &["`middle`"]);
    refuse(&["--examples-per-class", "0"], &["0"]);
    refuse(&["--learning-rate", "fast"], &["`fast`"]);
    refuse(&["--dataset", "mnits"], &["mnits"]);
    // What clap reads itself.
    for flags in [["--epochs", "1,x"], ["--examples-per-class", "many"]] {
        let ran = hesscope(&["dynamics", "--out", &out, flags[0], flags[1]]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(flags[0]), "{}", ran.stderr);
    }
}

#[test]
fn a_foreign_folder_stays_as_it_is_and_every_damage_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("dynamics");
    for name in [
        "notes.txt",
        "dynamics.json",
        "dynamics.html",
        "dynamics.lock",
        "figures/tracks-hess.svg",
        "runs/notes.txt",
        "runs/4-a-class/run.toml",
        "runs/4-a-class/notes.txt",
    ] {
        let path = out.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, "theirs").expect("written");
        let arguments = arguments(&out);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let top = name.split('/').next().expect("a name");
        refused(&arguments, &["dynamics", &format!("({top})"), "--out"]);
        assert_eq!(fs::read(&path).expect("theirs"), b"theirs", "{name}");
        fs::remove_file(&path).expect("removed");
        assert!(!out.join("runs").join("6-a-class").exists());
        let _ = fs::remove_dir_all(&out);
    }

    run(&out);
    let text = out.display().to_string();
    let whole = hesscope(&["check", &text]);
    assert_eq!(whole.code, Some(0), "{}", whole.stdout);
    assert!(whole.stderr.contains("its 2 runs"), "{}", whole.stderr);
    for (name, wrong) in [
        ("dynamics.json", "damaged"),
        ("dynamics.html", "not as it was written"),
        ("figures/tracks-g.svg", "not as it was written"),
    ] {
        let path = out.join(name);
        let before = fs::read(&path).expect("a file");
        let mut bytes = before.clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).expect("written");
        let ran = hesscope(&["check", &text]);
        assert_eq!(ran.code, Some(1), "{name}: {}", ran.stderr);
        assert_eq!(ran.stdout.lines().count(), 1, "{name}: {}", ran.stdout);
        assert!(ran.stdout.contains(name) && ran.stdout.contains(wrong));
        fs::write(&path, before).expect("written");
    }
}

#[test]
fn who_writes_holds_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("dynamics");
    run(&out);
    let lock = fs::File::open(out.join("dynamics.lock")).expect("the lock");
    lock.lock().expect("the lock is free");
    let arguments = arguments(&out);
    let mut child = start(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    sleep(Duration::from_secs(2));
    assert!(child.try_wait().expect("the child").is_none(), "it waits");
    drop(lock);
    assert!(child.wait().expect("the child ends").success());
}
