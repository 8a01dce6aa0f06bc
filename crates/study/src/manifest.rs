//! The files of a page with their checksums, in a sealed file beside them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hesscope_files::{is_below, sha256_file};
use hesscope_records::record::write_at;
use serde::{Deserialize, Serialize};

use crate::error::StudyError;
use crate::fault::{Faults, Remedy};
use crate::sealed_file::read_sealed;

/// The name of the manifest of a folder with one page.
pub const MANIFEST: &str = "report.json";

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    /// SHA-256 of the settings of the run, or of all runs, that the page is of.
    #[serde(rename = "run_sha256")]
    of_sha256: String,
    /// The SHA-256 of each file, by its name below the folder of the manifest.
    files: BTreeMap<String, String>,
}

/// Writes the manifest `name` of files just written below `root`, of settings with this SHA-256. Files that the manifest there
/// was before has, and this one has not, are removed if they are as they were written.
///
/// # Errors
///
/// What the file system fails with.
pub fn write_manifest<'a>(
    root: &Path,
    name: &str,
    of_sha256: &str,
    files: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<PathBuf, StudyError> {
    let mut sums = BTreeMap::new();
    for path in files {
        let name = path.strip_prefix(root).unwrap_or(path);
        let sum = sha256_file(path).map_err(|error| StudyError::read(path, error))?;
        sums.insert(name.display().to_string(), sum);
    }
    let path = root.join(name);
    let earlier = read_sealed::<Manifest>(&path).ok().flatten();
    let manifest = Manifest {
        of_sha256: of_sha256.to_owned(),
        files: sums,
    };
    write_at(&path, &manifest)?;
    for (name, sum) in earlier.into_iter().flat_map(|earlier| earlier.files) {
        let old = root.join(&name);
        // Whatever a manifest says, nothing outside its folder is touched.
        let gone = !manifest.files.contains_key(&name) && is_below(&name);
        if gone && sha256_file(&old).is_ok_and(|found| found == sum) {
            std::fs::remove_file(&old).map_err(|error| StudyError::write(&old, error))?;
        }
    }
    Ok(path)
}

impl Faults {
    /// What is wrong with the files of the manifest `name` below `root`, if there is one, and with the manifest itself.
    pub fn of_manifest(&mut self, root: &Path, name: &str, of_sha256: &str) {
        let path = root.join(name);
        let manifest = match read_sealed::<Manifest>(&path) {
            Ok(None) => return,
            Ok(Some(manifest)) if manifest.of_sha256 == of_sha256 => manifest,
            Ok(Some(_)) => return self.add(&path, "it is of another run", Remedy::MakeAgain),
            Err(reason) => {
                let wrong = format!("it is damaged ({reason})");
                return self.add(&path, wrong, Remedy::MakeAgain);
            }
        };
        for (name, sum) in &manifest.files {
            if !is_below(name) {
                let wrong = format!("it names {name:?}, which is not below its folder");
                self.add(&path, wrong, Remedy::MakeAgain);
                continue;
            }
            let path = root.join(name);
            match sha256_file(&path) {
                Ok(found) if found == *sum => {}
                Ok(_) => self.add(&path, "it is not as it was written", Remedy::MakeAgain),
                Err(error) => self.add(&path, error, Remedy::MakeAgain),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_page_before_go_unless_somebody_changed_them() {
        let dir = tempfile::tempdir().expect("a folder");
        let paths = ["a.svg", "b.svg", "c.svg"].map(|name| dir.path().join(name));
        for path in &paths {
            std::fs::write(path, "picture").expect("a file");
        }
        write_manifest(dir.path(), MANIFEST, "one", &paths).expect("a manifest");
        std::fs::write(&paths[2], "changed").expect("a file");
        write_manifest(dir.path(), MANIFEST, "two", &paths[..1]).expect("a manifest");
        assert_eq!(paths.map(|path| path.exists()), [true, false, true]);
    }

    #[test]
    fn a_file_elsewhere_is_neither_read_nor_removed() {
        let dir = tempfile::tempdir().expect("a folder");
        let (root, outside) = (dir.path().join("root"), dir.path().join("a.svg"));
        std::fs::create_dir(&root).expect("a folder");
        std::fs::write(&outside, "picture").expect("a file");
        let forged = Manifest {
            of_sha256: "one".into(),
            files: BTreeMap::from([("../a.svg".into(), sha256_file(&outside).expect("a sum"))]),
        };
        write_at(&root.join(MANIFEST), &forged).expect("a manifest");
        let mut faults = Faults::default();
        faults.of_manifest(&root, MANIFEST, "one");
        let said = format!("{faults:?}");
        assert!(said.contains("which is not below its folder"), "{said}");
        write_manifest(&root, MANIFEST, "two", []).expect("a manifest");
        assert!(outside.exists());
    }
}
