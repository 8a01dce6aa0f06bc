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

/// A user whom limits and permissions hold for, where the tests are run by the superuser as elsewhere.
#[cfg(target_os = "linux")]
pub struct OrdinaryUser {
    folder: tempfile::TempDir,
    superuser: bool,
}

#[cfg(target_os = "linux")]
impl OrdinaryUser {
    /// With a folder of its own and the command in it.
    pub fn new() -> Self {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let folder = tempfile::tempdir().expect("a folder");
        let superuser = fs::metadata(folder.path()).expect("the folder").uid() == 0;
        let program = folder.path().join("hesscope");
        fs::copy(env!("CARGO_BIN_EXE_hesscope"), &program).expect("a copy");
        for path in [folder.path(), &program] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o777)).expect("rights");
        }
        OrdinaryUser { folder, superuser }
    }

    /// The folder, in which the user may write.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The command as this user starts it, by way of another program.
    pub fn command(&self, by_way_of: &[&str]) -> Command {
        let user = ["setpriv", "--reuid=54321", "--clear-groups"];
        let user = if self.superuser { &user[..] } else { &[] };
        let program = self.folder.path().join("hesscope").display().to_string();
        let mut words = user.iter().chain(by_way_of).copied().chain([&*program]);
        let mut command = Command::new(words.next().expect("a word"));
        command.args(words).current_dir(self.folder.path());
        command
    }
}

/// The names of the commands in the help of the program. Descriptions go on in lines that are indented further.
pub fn commands_of(help: &str) -> Vec<&str> {
    let commands = help.split("Commands:\n").nth(1).expect("commands");
    commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split(' ').next())
        .collect()
}
