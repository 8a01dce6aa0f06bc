//! `hesscope check`: whether the folder of a run, a sweep, dynamics or figures is whole.

use std::path::PathBuf;

use hesscope_study::check::check;

use crate::failure::Failure;
use crate::output::{print, tell};

/// Which folder.
#[derive(Debug, clap::Args)]
pub struct CheckOptions {
    /// Folder of a run, a sweep, dynamics or figures
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

/// Prints what is wrong; fails with exit code 1 where something is.
pub fn run(options: &CheckOptions) -> Result<(), Failure> {
    let root = options.folder.display();
    let checked = check(&options.folder)?;
    for fault in &checked.faults {
        print(format_args!(
            "{}: {}; {}",
            fault.path.display(),
            fault.wrong,
            fault.remedy.words()
        ));
    }
    match checked.faults.len() {
        0 => {
            let runs = checked.runs.map(|runs| format!(" and its {runs} runs"));
            tell(format_args!(
                "all is well in {root}{}",
                runs.unwrap_or_default()
            ));
            Ok(())
        }
        1 => Err(Failure::negative(format!(
            "1 file in {root} is not as it should be"
        ))),
        faults => Err(Failure::negative(format!(
            "{faults} files in {root} are not as they should be"
        ))),
    }
}
