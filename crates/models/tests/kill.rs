//! A training whose process is killed, again and again, ends with the files of an undisturbed one.

mod support;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use burn::tensor::Device;
use hesscope_models::{NetConfig, SilentObserver, TrainConfig, TrainObserver, Training};
use support::{Toy, provenance};

const SHAPE: [usize; 3] = [1, 8, 8];
const FOLDER: &str = "HESSCOPE_TEST_KILL_FOLDER";

fn go(dir: &Path, observer: &mut dyn TrainObserver) {
    let (device, data) = (Device::flex(), Toy::bands(SHAPE, 4, 57, 1));
    let net = NetConfig::from_name("small-cnn").expect("a known name");
    let config = TrainConfig {
        epochs: 8,
        batch_size: 16,
        checkpoint_epochs: vec![3, 5],
        ..TrainConfig::default()
    };
    let training = Training {
        net: &net,
        config: &config,
        train_split: &data,
        test_split: &data,
        provenance: &provenance("a"),
        initial: None,
        dir,
        device: &device,
        company: None,
    };
    training.run(observer).expect("a trained network");
}

/// Leaves time to be killed in.
struct Slow;

impl TrainObserver for Slow {
    fn batch_done(&mut self, _epoch: usize, _batch: usize, _loss: f64) {
        sleep(Duration::from_millis(2));
    }
}

#[test]
#[ignore = "the process the other test kills"]
fn child() {
    let dir = std::env::var_os(FOLDER).expect("started by the other test");
    go(Path::new(&dir), &mut Slow);
}

#[test]
fn a_process_killed_repeatedly_arrives_at_the_same_files() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut killed = 0;
    for milliseconds in [3, 10, 17, 25, 34, 42, 51, 60, 70] {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "child", "--ignored"])
            .env(FOLDER, dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process");
        sleep(Duration::from_millis(milliseconds));
        child.kill().expect("a kill");
        killed += usize::from(!child.wait().expect("an end").success());
    }
    assert!(killed > 0, "every process had ended before its kill");
    go(dir.path(), &mut SilentObserver);
    let whole = tempfile::tempdir().expect("a folder");
    go(whole.path(), &mut SilentObserver);
    for name in [
        "epoch-0000",
        "epoch-0003",
        "epoch-0005",
        "epoch-0008",
        "last",
    ] {
        let name = format!("{name}.safetensors");
        let read = |dir: &Path| fs::read(dir.join(&name)).expect("a checkpoint");
        assert!(read(dir.path()) == read(whole.path()), "{name} differs");
    }
}
