//! The commands that are disturbed, each small enough to take a second or two.

use std::path::Path;

/// What a command finds in its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// `run`, trained and not analysed.
    Trained,
    /// The same, left in the middle of an estimation.
    Interrupted,
    /// `run`, with every kind of result that a run can hold.
    Whole,
    /// `sweep`, of four runs.
    Sweep,
    /// `dynamics`, of two sizes.
    Dynamics,
    /// `run`, and `figures` of it.
    Figures,
}

/// A command: `{work}` in its words stands for its folder, `{config}` for that of the settings, `{mirror}` for the address of
/// the local server.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    pub name: &'static str,
    pub before: Before,
    words: &'static [&'static str],
    /// Words that the command has more after a run of a sweep has failed, which is left out otherwise.
    again: &'static [&'static str],
}

impl Job {
    /// The arguments, in a folder.
    pub fn arguments(&self, work: &Path, config: &Path, mirror: &str) -> Vec<String> {
        let of = |word: &&str| {
            word.replace("{work}", &work.display().to_string())
                .replace("{config}", &config.display().to_string())
                .replace("{mirror}", mirror)
        };
        self.words.iter().map(of).collect()
    }

    /// The arguments of the command where some of it has failed.
    pub fn repeated(&self, work: &Path, config: &Path, mirror: &str) -> Vec<String> {
        let mut arguments = self.arguments(work, config, mirror);
        arguments.extend(self.again.iter().map(|word| (*word).to_owned()));
        arguments
    }
}

/// A command that is repeated as it is.
pub const fn job(name: &'static str, before: Before, words: &'static [&'static str]) -> Job {
    Job {
        name,
        before,
        words,
        again: &[],
    }
}

/// All commands that write.
pub const JOBS: [Job; 14] = [
    job(
        "train",
        Before::Nothing,
        &[
            "train",
            "--config",
            "{config}/run.toml",
            "--seed",
            "3",
            "--out",
            "{work}/run",
        ],
    ),
    job(
        "train, with a search",
        Before::Nothing,
        &[
            "train",
            "--config",
            "{config}/search.toml",
            "--seed",
            "3",
            "--out",
            "{work}/run",
        ],
    ),
    job(
        "run",
        Before::Nothing,
        &[
            "run",
            "--config",
            "{config}/run.toml",
            "--seed",
            "3",
            "--out",
            "{work}/run",
        ],
    ),
    job(
        "spectrum",
        Before::Trained,
        &["spectrum", "{work}/run", "--operator", "hess"],
    ),
    job(
        "eigenvalues",
        Before::Trained,
        &["eigenvalues", "{work}/run", "--top", "3"],
    ),
    job("overlaps", Before::Trained, &["overlaps", "{work}/run"]),
    job(
        "findings",
        Before::Trained,
        &[
            "findings",
            "{work}/run",
            "--energy-probes",
            "2",
            "--law-steps",
            "32",
        ],
    ),
    job("report", Before::Whole, &["report", "{work}/run"]),
    job(
        "results",
        Before::Whole,
        &["results", "{work}/run", "--out", "{work}/page.html"],
    ),
    job(
        "export",
        Before::Whole,
        &[
            "export",
            "{work}/run",
            "--what",
            "all",
            "--out",
            "{work}/all",
        ],
    ),
    job(
        "figure",
        Before::Trained,
        &["figure", "spectra", "{work}/run", "--out", "{work}/figures"],
    ),
    Job {
        name: "sweep",
        before: Before::Nothing,
        words: &["sweep", "{config}/sweep.toml", "--out", "{work}/sweep"],
        again: &["--retry-failed"],
    },
    job(
        "dynamics",
        Before::Nothing,
        &[
            "dynamics",
            "--config",
            "{config}/run.toml",
            "--examples-per-class",
            "5,3",
            "--epochs",
            "0,1",
            "--operators",
            "hess,g,a1",
            "--seed",
            "3",
            "--out",
            "{work}/dynamics",
        ],
    ),
    job(
        "a download",
        Before::Nothing,
        &[
            "--exact",
            "server::child",
            "--nocapture",
            "{mirror}",
            "{work}/data",
        ],
    ),
];
