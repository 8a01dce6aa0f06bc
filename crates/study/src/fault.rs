//! What is wrong in a folder, and how it can be mended.

use std::path::{Path, PathBuf};

/// How what is wrong can be mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The next training or analysis of the run puts it back.
    Heals,
    /// The command that wrote it makes it again.
    MakeAgain,
    /// The training makes it again, once the checkpoints are moved away.
    TrainAgain,
    /// Only a copy from elsewhere brings it back.
    Restore,
}

impl Remedy {
    /// What to do, in words.
    pub fn words(self) -> &'static str {
        match self {
            Remedy::Heals => "the next command that trains or analyses the run puts it back",
            Remedy::MakeAgain => "delete it and repeat the command that wrote it",
            Remedy::TrainAgain => {
                "move the folder checkpoints away and repeat `hesscope train`, which ends with the same weights"
            }
            Remedy::Restore => "restore it from a copy",
        }
    }
}

/// Something wrong in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub wrong: String,
    /// How it can be mended.
    pub remedy: Remedy,
}

/// Faults in the order in which they are found.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// One more.
    pub fn add(&mut self, path: &Path, wrong: impl ToString, remedy: Remedy) {
        self.0.push(Fault {
            path: path.to_owned(),
            wrong: wrong.to_string(),
            remedy,
        });
    }
}
