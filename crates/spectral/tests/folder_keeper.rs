//! Snapshots in a folder: whole or not at all, and never mistaken.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::{operator, with_spectrum};
use hesscope_files::sha256_hex;
use hesscope_spectral::{
    DenseOperator, Estimation, FolderKeeper, HostSpace, HutchinsonEstimation, HutchinsonOptions,
    Keeper, LanczosEstimation, LanczosOptions, LinearOperator, OperatorError, ProbeKind, Probes,
    Reorthogonalisation, SnapshotError, SnapshotRef, SpectralError, hutchinson_trace, lanczos,
};

fn open(folder: &Path) -> FolderKeeper {
    FolderKeeper::new(folder, Duration::ZERO).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Keeps two settled vectors in two files, one moving vector and two numbers.
fn keep(folder: &Path, space: &HostSpace<f32>) {
    let vectors = Probes::new(ProbeKind::Gaussian, 1).block(space, 0, 3);
    let mut keeper = open(folder);
    for settled in [1, 2] {
        let snapshot = SnapshotRef {
            state: "{\"checksum\":\"0000000000000000\"}".to_owned(),
            settled: vectors[..settled].iter().collect(),
            series: 4,
            moving: vec![&vectors[2]],
            numbers: vec![0.1, -0.0],
        };
        keeper.save("kept", space, snapshot).unwrap();
    }
}

#[test]
fn what_is_kept_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let space = HostSpace::<f32>::new(5);
    keep(folder.path(), &space);
    assert_eq!(files(folder.path()).len(), 3);
    let found = open(folder.path()).load("kept", &space).unwrap().unwrap();
    let vectors = Probes::new(ProbeKind::Gaussian, 1).block(&space, 0, 3);
    assert_eq!(found.state, "{\"checksum\":\"0000000000000000\"}");
    assert_eq!((found.settled.as_slice(), found.series), (&vectors[..2], 4));
    assert_eq!(found.moving.as_slice(), &vectors[2..]);
    let bits: Vec<u64> = found
        .numbers
        .iter()
        .map(|number| number.to_bits())
        .collect();
    assert_eq!(bits, [0.1_f64.to_bits(), (-0.0_f64).to_bits()]);
    assert!(open(folder.path()).load("other", &space).unwrap().is_none());
}

#[test]
fn damage_is_an_error_wherever_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let space = HostSpace::<f32>::new(5);
    keep(folder.path(), &space);
    for file in files(folder.path()) {
        let sound = fs::read(&file).unwrap();
        let check = |bytes: &[u8], what: &str| {
            fs::write(&file, bytes).unwrap();
            let message = match open(folder.path()).load("kept", &space) {
                Ok(_) => panic!("{what} of {} is accepted", file.display()),
                Err(error) => error.to_string(),
            };
            let name = file.file_name().unwrap().to_str().unwrap();
            assert!(
                message.contains(name) && message.contains("is damaged"),
                "{message}"
            );
        };
        for length in 0..sound.len() {
            check(&sound[..length], &format!("a cut at {length}"));
        }
        check(&[sound.as_slice(), &[0]].concat(), "a byte more");
        for place in 0..sound.len() {
            for flip in [1, 0x80, 0xff] {
                let mut flipped = sound.clone();
                flipped[place] ^= flip;
                check(&flipped, &format!("byte {place} flipped by {flip}"));
            }
        }
        fs::write(&file, &sound).unwrap();
    }
    for file in files(folder.path()) {
        let sound = fs::read(&file).unwrap();
        if file.to_str().unwrap().contains("settled") {
            fs::remove_file(&file).unwrap();
            assert!(open(folder.path()).load("kept", &space).is_err());
            fs::write(&file, sound).unwrap();
        }
    }
    assert!(open(folder.path()).load("kept", &space).unwrap().is_some());
}

/// A snapshot that lists settled vectors outside of its folder, with a checksum that is right.
#[test]
fn a_file_elsewhere_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    let space = HostSpace::<f32>::new(5);
    keep(&inner, &space);
    for file in files(&inner) {
        let name = file.file_name().unwrap().to_str().unwrap();
        if let Some(rest) = name.strip_prefix("kept.settled") {
            fs::rename(&file, folder.path().join(format!("k.settled{rest}"))).unwrap();
        }
    }
    let state = inner.join("kept.snapshot.safetensors");
    let mut bytes = fs::read(&state).unwrap();
    let places = |bytes: &[u8], wanted: &[u8]| -> Vec<usize> {
        let windows = bytes.windows(wanted.len()).enumerate();
        windows
            .filter(|(_, found)| *found == wanted)
            .map(|(place, _)| place)
            .collect()
    };
    let listed = places(&bytes, b"kept.settled");
    assert_eq!(listed.len(), 2);
    for place in listed {
        bytes[place..place + 4].copy_from_slice(b"../k");
    }
    let sum = places(&bytes, b"\"checksum\":\"")[0] + 12;
    bytes[sum..sum + 64].fill(b'0');
    let right = sha256_hex(&bytes);
    bytes[sum..sum + 64].copy_from_slice(right.as_bytes());
    fs::write(&state, bytes).unwrap();
    let error = open(&inner).load("kept", &space).unwrap_err().to_string();
    assert!(error.contains("it is not in its folder"), "{error}");
}

#[test]
fn what_belongs_to_another_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let space = HostSpace::<f32>::new(5);
    keep(folder.path(), &space);
    let mut keeper = open(folder.path());
    let message = keeper.load("kept", &HostSpace::<f32>::new(6)).unwrap_err();
    assert!(message.to_string().contains("5 values, not 6"), "{message}");
    let message = keeper.load("kept", &HostSpace::<f64>::new(5)).unwrap_err();
    assert!(
        message.to_string().contains("single precision, not double"),
        "{message}"
    );
    let state = folder.path().join("kept.snapshot.safetensors");
    fs::copy(&state, folder.path().join("copy.snapshot.safetensors")).unwrap();
    let message = keeper.load("copy", &space).unwrap_err().to_string();
    assert!(message.contains("it keeps `kept`, not `copy`"), "{message}");
    let op: DenseOperator<f32> = operator(&with_spectrum(&[1.0; 5], 1));
    let begun = HutchinsonEstimation::begin(&op, &HutchinsonOptions::default()).unwrap();
    let error = begun.run_kept(&op, "kept", &mut keeper).unwrap_err();
    assert!(
        matches!(&error, SpectralError::Snapshot(SnapshotError::Damaged { snapshot, .. })
            if snapshot.contains("hutchinson_trace")),
        "{error}"
    );
}

/// Damage of a file, and of a state in a sound file, begins the estimation anew where that is asked for, and is told.
#[test]
fn damaged_snapshots_are_discarded_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let op: DenseOperator<f32> = operator(&with_spectrum(&[1.0, 2.0, 3.0, 4.0, 5.0], 1));
    let options = HutchinsonOptions::default();
    let whole = hutchinson_trace(&op, &options).unwrap();
    let begin = || HutchinsonEstimation::begin(&op, &options).unwrap();
    let state = folder.path().join("kept.snapshot.safetensors");
    let damages: [&dyn Fn(); 2] = [&|| fs::write(&state, "no snapshot").unwrap(), &|| {
        keep(folder.path(), op.space())
    }];
    for damage in damages {
        damage();
        let mut strict = open(folder.path());
        let error = begin().run_kept(&op, "kept", &mut strict).unwrap_err();
        assert!(
            matches!(
                error,
                SpectralError::Snapshot(SnapshotError::Damaged { .. })
            ),
            "{error}"
        );
        assert!(strict.discarded().is_empty());
        let mut lenient = open(folder.path()).discarding_damaged();
        assert_eq!(begin().run_kept(&op, "kept", &mut lenient).unwrap(), whole);
        assert_eq!(lenient.discarded(), [error.to_string()]);
        // What was kept anew is sound.
        let mut strict = open(folder.path());
        assert_eq!(begin().run_kept(&op, "kept", &mut strict).unwrap(), whole);
        fs::remove_dir_all(folder.path()).unwrap();
    }
    // Other settings are no damage.
    let mut lenient = open(folder.path()).discarding_damaged();
    begin().run_kept(&op, "kept", &mut lenient).unwrap();
    let other = HutchinsonOptions { seed: 1, ..options };
    let begun = HutchinsonEstimation::begin(&op, &other).unwrap();
    let error = begun.run_kept(&op, "kept", &mut lenient).unwrap_err();
    assert!(
        matches!(
            error,
            SpectralError::Snapshot(SnapshotError::OtherSettings { .. })
        ),
        "{error}"
    );
    assert!(lenient.discarded().is_empty());
}

/// What the operating system refuses is told from damage, with the file and its reason.
#[test]
fn a_folder_that_takes_no_file_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let space = HostSpace::<f32>::new(5);
    let mut keeper = open(folder.path()).discarding_damaged();
    // A folder where the file should be: it can be neither read nor replaced.
    let state = folder.path().join("kept.snapshot.safetensors");
    fs::create_dir(&state).unwrap();
    let read = keeper.load("kept", &space).err().unwrap();
    let written = keeper.save("kept", &space, SnapshotRef::default());
    for (error, tried) in [(read, "read"), (written.unwrap_err(), "write")] {
        let SpectralError::Snapshot(SnapshotError::File { action, path, .. }) = error else {
            panic!("{error}");
        };
        assert_eq!((action, path), (tried, state.clone()));
    }
    assert!(keeper.discarded().is_empty());
}

#[test]
fn leftovers_are_ignored_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let space = HostSpace::<f32>::new(5);
    keep(folder.path(), &space);
    let before = files(folder.path());
    for name in [
        "kept.settled-9-0-12.safetensors",
        ".hesscope-0123456789ab.partial",
    ] {
        fs::write(folder.path().join(name), "half").unwrap();
    }
    let others = ["other.settled-9-0-12.safetensors", "notes.txt"];
    for name in others {
        fs::write(folder.path().join(name), "of others").unwrap();
    }
    let mut keeper = open(folder.path());
    assert!(keeper.load("kept", &space).unwrap().is_some());
    assert_eq!(files(folder.path()).len(), before.len() + others.len());
    keeper.clear("kept").unwrap();
    assert!(keeper.load("kept", &space).unwrap().is_none());
    assert_eq!(files(folder.path()).len(), others.len());
    keeper.clear_all().unwrap();
    assert_eq!(files(folder.path()), [folder.path().join("notes.txt")]);
}

/// A new series, or a keeper that has not loaded, replaces what is there.
#[test]
fn settled_vectors_of_another_series_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let space = HostSpace::<f32>::new(5);
    keep(folder.path(), &space);
    let vectors = Probes::new(ProbeKind::Gaussian, 2).block(&space, 0, 3);
    for (series, count, mut keeper) in [(5, 3, open(folder.path())), (5, 1, open(folder.path()))] {
        let snapshot = SnapshotRef {
            settled: vectors[..count].iter().collect(),
            series,
            ..SnapshotRef::default()
        };
        keeper.save("kept", &space, snapshot).unwrap();
        let found = open(folder.path()).load("kept", &space).unwrap().unwrap();
        assert_eq!(found.settled, vectors[..count]);
        assert_eq!(files(folder.path()).len(), 2);
    }
}

#[test]
fn a_snapshot_is_due_once_the_time_has_passed() {
    let folder = tempfile::tempdir().unwrap();
    let space = HostSpace::<f32>::new(5);
    let due = |keeper: &mut FolderKeeper| Keeper::<HostSpace<f32>>::is_due(keeper, "kept");
    let mut never = FolderKeeper::new(folder.path(), Duration::from_secs(3600)).unwrap();
    assert!(never.load("kept", &space).unwrap().is_none());
    assert!(!due(&mut never));
    let mut soon = FolderKeeper::new(folder.path(), Duration::from_millis(30)).unwrap();
    assert!(soon.load("kept", &space).unwrap().is_none());
    std::thread::sleep(Duration::from_millis(31));
    assert!(due(&mut soon));
    soon.save("kept", &space, SnapshotRef::default()).unwrap();
    assert!(due(&mut open(folder.path())));
}

#[test]
fn a_snapshot_that_takes_longer_than_it_saves_is_left_for_later() {
    let folder = tempfile::tempdir().unwrap();
    // 64 MB, which take a third of a second at least, where hardly any time has passed.
    let space = HostSpace::<f32>::new(4_000_000);
    let vectors = vec![vec![0.0_f32; 4_000_000]; 4];
    let snapshot = || SnapshotRef {
        settled: vectors.iter().collect(),
        series: 1,
        ..SnapshotRef::default()
    };
    let mut keeper = FolderKeeper::new(folder.path(), Duration::from_millis(1)).unwrap();
    assert!(keeper.load("kept", &space).unwrap().is_none());
    keeper.save("kept", &space, snapshot()).unwrap();
    assert!(files(folder.path()).is_empty());
    // What is small is kept all the same.
    let small = HostSpace::<f32>::new(5);
    let vector = vec![0.0_f32; 5];
    let kept = SnapshotRef {
        settled: vec![&vector],
        ..SnapshotRef::default()
    };
    std::thread::sleep(Duration::from_millis(1));
    keeper.save("small", &small, kept).unwrap();
    assert_eq!(files(folder.path()).len(), 2);
    // So is everything where it is asked for.
    let mut always = open(folder.path());
    assert!(always.load("kept", &space).unwrap().is_none());
    always.save("kept", &space, snapshot()).unwrap();
    let found = open(folder.path()).load("kept", &space).unwrap().unwrap();
    assert_eq!(found.settled.len(), 4);
}

/// A dense operator that takes its time.
struct Slow(DenseOperator<f32>);

impl LinearOperator for Slow {
    type Space = HostSpace<f32>;

    fn space(&self) -> &HostSpace<f32> {
        self.0.space()
    }

    fn apply(&self, block: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, OperatorError> {
        std::thread::sleep(Duration::from_millis(2));
        self.0.apply(block)
    }
}

fn slow() -> (Slow, LanczosOptions) {
    let spectrum: Vec<f64> = (0..60).map(|i| f64::from(i * i) / 100.0).collect();
    let options = LanczosOptions {
        steps: 40,
        reorthogonalisation: Reorthogonalisation::Full,
        keep_basis: true,
        ..LanczosOptions::default()
    };
    (Slow(operator(&with_spectrum(&spectrum, 7))), options)
}

/// The process that [`killed_at_any_moment_it_goes_on`] kills; without its folder it is nothing.
#[test]
fn the_process_that_is_killed() {
    let Some(folder) = std::env::var_os("HESSCOPE_TEST_KILLED") else {
        return;
    };
    let folder = PathBuf::from(folder);
    let (op, options) = slow();
    let starts = Probes::new(ProbeKind::Gaussian, 3).block(op.space(), 0, 2);
    let mut keeper = open(&folder.join("snapshots"));
    let begun = LanczosEstimation::begin(&op, &starts, &options).unwrap();
    let found = begun.run_kept(&op, "killed", &mut keeper).unwrap();
    fs::write(folder.join("part"), format!("{found:?}")).unwrap();
    fs::rename(folder.join("part"), folder.join("result")).unwrap();
}

#[test]
fn killed_at_any_moment_it_goes_on() {
    let (op, options) = slow();
    let starts = Probes::new(ProbeKind::Gaussian, 3).block(op.space(), 0, 2);
    let whole = format!("{:?}", lanczos(&op, &starts, &options).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let result = folder.path().join("result");
    let delays = Probes::new(ProbeKind::Gaussian, 12).host(20, 0);
    // What lies in the folder, which changes with every snapshot.
    let kept = || -> Vec<(std::ffi::OsString, u64)> {
        let entries = fs::read_dir(folder.path().join("snapshots"))
            .into_iter()
            .flatten()
            .flatten();
        let mut kept: Vec<_> = entries
            .filter_map(|entry| Some((entry.file_name(), entry.metadata().ok()?.len())))
            .collect();
        kept.sort();
        kept
    };
    let start = || {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_process_that_is_killed"])
            .env("HESSCOPE_TEST_KILLED", folder.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut kills = 0;
    for delay in delays {
        let before = kept();
        let mut child = start();
        // Once it has come further than the one before, however fast the machine is, and a moment later.
        while kept() == before && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(Duration::from_secs_f64(0.002 * delay.abs()));
        // SIGKILL on Unix; nothing where the process has ended.
        child.kill().unwrap();
        child.wait().unwrap();
        if result.exists() {
            break;
        }
        kills += 1;
    }
    assert!(start().wait().unwrap().success());
    assert!(kills >= 2, "killed {kills} times");
    assert_eq!(fs::read_to_string(result).unwrap(), whole);
}
