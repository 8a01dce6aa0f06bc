//! The command under test: started, disturbed, and waited for.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_hesscope");

/// Longer than any of these commands takes, on a machine that is busy with others.
const PATIENCE: Duration = Duration::from_secs(180);

/// How a command ended, and what it said.
pub struct Ran {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub duration: Duration,
    /// Whether it had to be ended, since it took too long.
    pub hung: bool,
}

impl Ran {
    /// The exit code as a shell gives it.
    pub fn code(&self) -> i32 {
        let signal = self.status.signal().map(|signal| 128 + signal);
        self.status.code().or(signal).unwrap_or(-1)
    }

    /// The sentence with which the command refused, if it did.
    pub fn sentence(&self) -> Option<&str> {
        let mut lines = self.stderr.lines().rev();
        lines.find(|line| line.starts_with("hesscope: "))
    }
}

/// A command under way.
pub struct Started {
    child: Child,
    begin: Instant,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
}

impl Started {
    /// Starts it with both streams read.
    pub fn new(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdout = read_all(child.stdout.take().expect("a pipe"));
        let stderr = read_all(child.stderr.take().expect("a pipe"));
        Started {
            child,
            begin: Instant::now(),
            stdout,
            stderr,
        }
    }

    /// Sends a signal at a moment after the start, unless the command has ended by then.
    pub fn signal_after(&mut self, signal: &str, moment: Duration) {
        while self.begin.elapsed() < moment {
            if self.ended() {
                return;
            }
            sleep(Duration::from_millis(1).min(moment.saturating_sub(self.begin.elapsed())));
        }
        if !self.ended() {
            let process = self.child.id().to_string();
            let sent = Command::new("kill").args(["-s", signal, &process]).output();
            sent.expect("kill runs");
        }
    }

    /// Kills it so many milliseconds after something holds, unless it has ended by then.
    pub fn kill_after(&mut self, holds: impl Fn() -> bool, milliseconds: u64) {
        while !holds() && !self.ended() {}
        sleep(Duration::from_millis(milliseconds));
        if !self.ended() {
            self.child.kill().expect("the child is killed");
        }
    }

    fn ended(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_some()
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ran {
        let mut hung = false;
        while !self.ended() {
            if !hung && self.begin.elapsed() > PATIENCE {
                hung = true;
                self.child.kill().expect("the child is killed");
            }
            sleep(Duration::from_millis(1));
        }
        Ran {
            status: self.child.wait().expect("the child ends"),
            duration: self.begin.elapsed(),
            stdout: self.stdout.join().expect("text"),
            stderr: self.stderr.join().expect("text"),
            hung,
        }
    }
}

fn read_all(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The command with these arguments, on two threads.
pub fn hesscope(arguments: &[String]) -> Command {
    by_way_of(&[], arguments)
}

/// The program of these arguments: hesscope, or this one, whose child fetches.
pub fn program_of(arguments: &[String]) -> String {
    if arguments.first().is_some_and(|word| word == "--exact") {
        let this = std::env::current_exe().expect("this program");
        return this.display().to_string();
    }
    PROGRAM.to_owned()
}

/// The command as another program starts it.
pub fn by_way_of(words: &[String], arguments: &[String]) -> Command {
    let program = program_of(arguments);
    let mut all = words.iter().chain([&program]).chain(arguments);
    let mut command = Command::new(all.next().expect("a word"));
    command.args(all).env("RAYON_NUM_THREADS", "2");
    command
}

/// Runs the command to its end.
pub fn run(arguments: &[String]) -> Ran {
    Started::new(hesscope(arguments)).end()
}
