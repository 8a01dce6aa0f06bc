//! Running the command as a user does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// What a command did.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The built command with arguments.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hesscope"));
    command.args(arguments);
    command
}

/// Runs the command to its end.
pub fn hesscope(arguments: &[&str]) -> Ran {
    command(arguments)
        .output()
        .expect("the command starts")
        .into()
}

/// Starts the command with its output thrown away.
pub fn start(arguments: &[&str]) -> Child {
    command(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command starts")
}

/// Arguments of a run that takes about a second, into `out`.
pub fn small_run(out: &Path) -> Vec<String> {
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/command/small.toml");
    ["run", "--config", config, "--out"]
        .map(str::to_string)
        .into_iter()
        .chain([out.display().to_string()])
        .collect()
}

/// The folder of shared references and data; absent only on a user's machine, never in CI.
pub fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("HESSCOPE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    if shared.is_dir() {
        return Some(shared);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "{} is missing",
        shared.display()
    );
    eprintln!("left out: {} is missing", shared.display());
    None
}

/// The four files of MNIST, with three images of each digit to train on and two to test on.
pub fn write_mnist(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    for (prefix, each) in [("train", 3u32), ("t10k", 2)] {
        let count = 10 * each;
        let mut images = [0x803, count, 28, 28].map(u32::to_be_bytes).concat();
        let mut labels = [0x801, count].map(u32::to_be_bytes).concat();
        for image in 0..count {
            images.extend((0..28 * 28).map(|pixel| (pixel * (image % 10 + 3) % 251) as u8));
            labels.push((image % 10) as u8);
        }
        fs::write(folder.join(format!("{prefix}-images-idx3-ubyte")), images).expect("images");
        fs::write(folder.join(format!("{prefix}-labels-idx1-ubyte")), labels).expect("labels");
    }
}
