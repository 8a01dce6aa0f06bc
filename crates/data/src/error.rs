//! Why a data set could not be loaded, one sentence each.

use crate::setting_error::SettingError;
use std::io;
use std::path::{Path, PathBuf};

/// Why a data set could not be loaded or a split not be made.
///
/// Every message names the file, field or value at fault and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A data set name that is not known.
    #[error("unknown data set `{name}`: {}choose one of {known}", did_you_mean(.nearest.as_ref()))]
    UnknownDataset {
        /// The name as given.
        name: String,
        /// The known name most like it, if one is like it.
        nearest: Option<String>,
        /// The known names, separated by commas.
        known: String,
    },

    /// A data set read from files, without a folder to read them from.
    #[error("{dataset} is read from files, so set data_dir to the folder holding {files}")]
    DataDirNeeded {
        /// The data set's name.
        dataset: &'static str,
        /// The files that the folder must hold.
        files: String,
    },

    /// A folder that is not there, or is not a folder.
    #[error("data_dir {path} is not a folder: create it or correct the path")]
    DirectoryMissing {
        /// The path as given.
        path: PathBuf,
    },

    /// A folder that does not hold the data set itself, but a folder that does.
    #[error(
        "{path} does not hold the data set itself, but {found} looks like it: set data_dir to {found}"
    )]
    DirectoryTooHigh {
        /// The path as given.
        path: PathBuf,
        /// The folder below it.
        found: PathBuf,
    },

    /// A file that is not in its folder under any of its names.
    #[error("{file} is missing from {dir}{also}: put it there or correct data_dir")]
    FileMissing {
        /// The folder or archive searched.
        dir: PathBuf,
        /// The file's official name.
        file: String,
        /// Nothing, or the other names tried, in brackets.
        also: String,
    },

    /// The operating system refused to read a file.
    #[error("cannot read {path} ({source}): check the file and its permissions")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// A file or folder whose content cannot be used.
    #[error("{path} {problem}: {remedy}")]
    Unusable {
        /// The file or folder.
        path: PathBuf,
        /// The kind of the problem.
        fault: Fault,
        /// The problem, as words that go on after the path.
        problem: String,
        /// What to do about it.
        remedy: String,
    },

    /// A number of examples per class that cannot be used.
    #[error("{field} is {value}, but it must be from 1 to {limit}: choose a number in that range")]
    PerClassRange {
        /// The field of the request.
        field: &'static str,
        /// The value given.
        value: usize,
        /// The largest value allowed.
        limit: usize,
    },

    /// More examples per class wanted than the smallest class has.
    #[error(
        "{field} is {wanted}, but class {class} has only {available} examples: ask for at most {available}"
    )]
    SubsetTooLarge {
        /// The field of the request.
        field: &'static str,
        /// The smallest class.
        class: usize,
        /// The number of examples wanted of each class.
        wanted: usize,
        /// The number of examples that class has.
        available: usize,
    },

    /// A balanced subset wanted of examples that lack a class altogether.
    #[error(
        "{field} cannot be met because class {class} has no examples: leave it out to use all examples"
    )]
    EmptyClass {
        /// The field of the request.
        field: &'static str,
        /// The class.
        class: usize,
    },

    /// A setting that cannot be used.
    #[error(transparent)]
    Setting(#[from] SettingError),

    /// A split made from parts that do not fit each other.
    #[error("a split cannot be made because {problem}: correct the parts given to it")]
    InvalidSplit {
        /// What does not fit.
        problem: String,
    },

    /// The operating system refused to start threads.
    #[error(
        "cannot start the threads that decode images ({reason}): close other programs and try again"
    )]
    Threads {
        /// What the operating system said.
        reason: String,
    },
}

/// The kinds of what can be wrong with the content of a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is of a format, or of a variant of a format, that is not read.
    Format,
    /// It ends before it should.
    CutShort,
    /// It goes on after it should have ended.
    Overlong,
    /// It holds, or announces, more than is ever read.
    TooLarge,
    /// Its bytes contradict its format.
    Damaged,
    /// Its values or parts contradict each other or the data set.
    Inconsistent,
    /// It cannot be opened.
    Unreadable,
    /// A folder that is not laid out as it should be.
    Layout,
    /// Too few images of it can be used.
    TooFew,
    /// It is not what it was when the data set was loaded.
    Changed,
}

impl DataError {
    /// For a file or folder whose content cannot be used; `problem` goes on after its path.
    pub(crate) fn unusable(
        path: &Path,
        fault: Fault,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::Unusable {
            path: path.to_owned(),
            fault,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// For a label in a file that stands for no class; `index` is the example's place, from 0.
    pub(crate) fn label(
        path: &Path,
        index: usize,
        label: impl Into<i128>,
        classes: usize,
        remedy: &str,
    ) -> Self {
        let (label, last) = (label.into(), classes - 1);
        let problem =
            format!("gives example {index} the label {label}, but labels run from 0 to {last}");
        Self::unusable(path, Fault::Inconsistent, problem, remedy)
    }

    /// For what the operating system says of a file.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

fn did_you_mean(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |name| format!("did you mean `{name}`? else "))
}
