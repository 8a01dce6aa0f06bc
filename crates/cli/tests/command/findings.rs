//! `hesscope findings`.

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
        "findings",
        &path,
        "--precision",
        "f64",
        "--energy-probes",
        "8",
        "--law-probes",
        "2",
        "--law-steps",
        "64",
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
            "bulk-and-outliers",
            "outlier-count",
            "h-without-outliers",
            "outliers-of-g",
            "bulk-energy-of-h",
            "bulk-number-of-h",
            "law-of-h",
            "outliers-of-a1",
            "three-levels",
            "two-bulks"
        ]
    );
    for finding in &found.findings {
        assert!(
            !finding.reason.is_empty() && !finding.rule.is_empty() && !finding.paper.is_empty(),
            "{finding:?}"
        );
        assert!(ran.stdout.contains(&finding.claim), "{}", ran.stdout);
        let holds: Vec<Option<bool>> = finding.conditions.iter().map(|c| c.holds).collect();
        match finding.verdict {
            FindingVerdict::Confirmed => assert!(holds.iter().all(|h| *h == Some(true))),
            FindingVerdict::NotConfirmed => {
                assert!(holds.contains(&Some(false)));
            }
            FindingVerdict::Undecided => assert!(!holds.contains(&Some(false))),
        }
    }
    // The parts of the energy make up that of Hess; its error is that of the probes.
    let energy = &found.evidence.energy;
    let sum = energy.first.mean + energy.second.mean + energy.cross.mean;
    assert!((sum - energy.total.mean).abs() < 1e-9 * energy.total.mean);
    assert_eq!(energy.probes, 8);
    // The spectra of the parts of low rank are exact: C eigenvalues of A1 and A2, C (C - 2) of B1.
    assert_eq!((found.evidence.a1.len(), found.evidence.a2.len()), (10, 10));
    let bulks = found.evidence.bulks.as_ref().expect("bulks");
    assert_eq!(bulks.b1.len(), 80);
    assert!((39..=41).contains(&bulks.b1_middle), "{}", bulks.b1_middle);
    assert_eq!(found.evidence.log_laws.len(), 2);
    let levels = found.evidence.levels.as_ref().expect("levels");
    assert_eq!((levels.distances.len(), levels.tsne.len()), (4, 4));
    assert!(found.notes.is_empty());

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

    // One page of what several folders hold, with a way to the reports.
    let page = folder.path().join("results.html");
    let page_path = page.display().to_string();
    let ran = hesscope(&["results", &path, "--out", &page_path]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let html = fs::read_to_string(&page).expect("a page");
    for part in [
        "<h2>Verdicts</h2>",
        "href=\"run/report.html\"",
        "10 verdicts",
        "id=\"two-bulks\"",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    for finding in &found.findings {
        assert!(ran.stdout.contains(&finding.claim), "{}", ran.stdout);
    }
    refused(
        &["results", &path, "--out", "page.txt"],
        &["page.txt", ".html"],
    );
    let empty = folder.path().display().to_string();
    refused(
        &["results", &empty, "--out", &page_path],
        &[&empty, "run.toml"],
    );

    // Another epoch or split is another record; the report shows all.
    let few = [
        "--energy-probes",
        "2",
        "--law-probes",
        "1",
        "--law-steps",
        "16",
    ];
    let mut other = vec![
        "findings",
        path.as_str(),
        "--epoch",
        "2",
        "--splits",
        "test,train",
    ];
    other.extend(few);
    let ran = hesscope(&other);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(files(&out.join("findings")).len(), 3);
    assert!(
        ran.stdout.contains("train split, epoch 2") && ran.stdout.contains("test split, epoch 2")
    );
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
        let ran = hesscope(&[
            "findings",
            &path,
            "--energy-probes",
            "200",
            "--law-steps",
            "64",
        ]);
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
    let arguments = [
        "findings",
        &path,
        "--energy-probes",
        "200",
        "--law-steps",
        "64",
    ];
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
        &["findings", &path, "--epoch", "3"],
        &["the weights of epoch 3 are not in", "0, 2, 6"],
    );
    refused(
        &["findings", &path, "--splits", "train,middle"],
        &["`middle`", "train or test"],
    );
    for flag in ["--law-probes", "--law-steps"] {
        refused(&["findings", &path, flag, "0"], &[flag, "0", "at least 1"]);
    }
    for probes in ["0", "1"] {
        refused(
            &["findings", &path, "--energy-probes", probes],
            &["--energy-probes", probes, "error bar"],
        );
    }
    let nowhere = folder.path().join("nowhere").display().to_string();
    refused(&["findings", &nowhere], &["nowhere", "run.toml"]);
    assert!(!out.join("findings").exists());
}
