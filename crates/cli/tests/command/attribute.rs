//! `hesscope attribute`.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use hesscope_records::{FindingVerdict, Findings};

use crate::bad_input::refused;
use crate::common::{hesscope, small_run, start};

fn made(out: &Path) {
    let arguments = small_run(out);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = hesscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

fn read(path: &Path) -> Findings {
    serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("findings")
}

fn times(paths: &[PathBuf]) -> Vec<SystemTime> {
    paths
        .iter()
        .map(|path| {
            fs::metadata(path)
                .and_then(|about| about.modified())
                .expect("a time")
        })
        .collect()
}

#[test]
fn every_finding_has_a_verdict_and_is_found_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    made(&out);
    let path = out.display().to_string();
    let arguments = [
        "attribute",
        &path,
        "--precision",
        "f64",
        "--energy-probes",
        "8",
    ];
    let ran = hesscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let jsons = files(&out.join("findings"));
    assert_eq!(jsons.len(), 1);
    assert!(!out.join("partial").exists());
    let found = read(&jsons[0]);
    let ids: Vec<&str> = found.findings.iter().map(|finding| &*finding.id).collect();
    assert_eq!(
        ids,
        [
            "outlier-count",
            "outliers-of-g",
            "h-without-outliers",
            "bulk-of-h",
            "negative-of-h",
            "tail-of-g",
            "outliers-of-a1",
            "two-bulks",
            "law-of-h"
        ]
    );
    for finding in &found.findings {
        assert!(
            !finding.reason.is_empty() && !finding.rule.is_empty(),
            "{finding:?}"
        );
        assert!(ran.stdout.contains(&finding.claim), "{}", ran.stdout);
        let holds: Vec<Option<bool>> = finding.conditions.iter().map(|c| c.holds).collect();
        match finding.verdict {
            FindingVerdict::Confirmed => assert!(holds.iter().all(|h| *h == Some(true))),
            FindingVerdict::NotConfirmed => {
                assert!(finding.id == "law-of-h" || holds.contains(&Some(false)));
            }
            FindingVerdict::Undecided => assert!(!holds.contains(&Some(false))),
        }
    }
    // The parts of the energy make up that of Hess; its error is that of the probes.
    let energy = &found.evidence.energy;
    let sum = energy.first.mean + energy.second.mean + energy.cross.mean;
    assert!((sum - energy.total.mean).abs() < 1e-9 * energy.total.mean);
    assert_eq!(energy.probes, 8);
    // A1 lies in the span of the class means, and B1's exact spectrum is as long as C (C - 2) at most.
    assert_eq!(found.evidence.knock_outs.len(), 4);
    let bulks = found.evidence.bulks.as_ref().expect("bulks");
    assert!((1..=80).contains(&bulks.b1.len()), "{}", bulks.b1.len());

    // Once more: nothing is computed, nothing is written.
    let everything = || {
        ["findings", "analysis", "eigenvectors"]
            .iter()
            .flat_map(|name| files(&out.join(name)))
            .collect::<Vec<_>>()
    };
    let (before, written) = (everything(), times(&everything()));
    let again = hesscope(&arguments);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stderr.contains("reused"), "{}", again.stderr);
    assert_eq!(again.stdout, ran.stdout);
    assert_eq!(everything(), before);
    assert_eq!(times(&everything()), written);

    // Another epoch is another record; the report shows both.
    let ran = hesscope(&["attribute", &path, "--epoch", "2", "--split", "test"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(files(&out.join("findings")).len(), 2);
    assert_eq!(hesscope(&["report", &path]).code, Some(0));
    let report = fs::read_to_string(out.join("report.html")).expect("a report");
    // Equations do not break.
    let report = report.replace('\u{a0}', " ");
    assert!(report.contains("<h2>Findings</h2>"));
    assert!(report.contains("Training split, epoch 6"));
    assert!(report.contains("Test split, epoch 2"));
    assert!(report.contains(&found.findings[0].claim));
}

#[test]
fn killed_findings_resume_and_end_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (undisturbed, killed) = (
        folder.path().join("undisturbed"),
        folder.path().join("killed"),
    );
    let finish = |out: &Path| {
        let path = out.display().to_string();
        let ran = hesscope(&["attribute", &path, "--energy-probes", "200"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let mut found = read(&files(&out.join("findings"))[0]);
        found.origin.seconds = 0.0;
        assert!(!out.join("partial").exists());
        found
    };
    made(&undisturbed);
    let begin = std::time::Instant::now();
    let expected = finish(&undisturbed);
    let duration = begin.elapsed();
    made(&killed);
    let path = killed.display().to_string();
    let arguments = ["attribute", &path, "--energy-probes", "200"];
    // Twice somewhere, and once among the probes of the energies.
    for part in [3, 6] {
        let mut child = start(&arguments);
        sleep(duration * part / 10);
        let _ = child.kill();
        child.wait().expect("the child ends");
    }
    let mut child = start(&arguments);
    let energy = || {
        files(&killed.join("partial"))
            .iter()
            .any(|folder| folder.join("energy.json").is_file())
    };
    while !energy() && child.try_wait().expect("a child").is_none() {
        sleep(Duration::from_millis(1));
    }
    let _ = child.kill();
    child.wait().expect("the child ends");
    assert_eq!(finish(&killed), expected);
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    made(&out);
    let path = out.display().to_string();
    refused(
        &["attribute", &path, "--epoch", "3"],
        &["the weights of epoch 3 are not in", "0, 2, 6"],
    );
    refused(
        &["attribute", &path, "--split", "middle"],
        &["`middle`", "train or test"],
    );
    for probes in ["0", "1"] {
        refused(
            &["attribute", &path, "--energy-probes", probes],
            &["--energy-probes", probes, "error bar"],
        );
    }
    let nowhere = folder.path().join("nowhere").display().to_string();
    refused(&["attribute", &nowhere], &["nowhere", "run.toml"]);
    assert!(!out.join("findings").exists());
}
