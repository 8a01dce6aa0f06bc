//! Which entries of an archive are harmless.

use crate::names;
use std::collections::HashMap;
use std::path::PathBuf;
use tar::EntryType;

/// The most bytes of an entry that only describes another, as long names are.
pub(super) const DESCRIPTION: u64 = 1 << 16;

/// What may be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
}

/// Whether entries of this type describe the one after them.
pub(super) fn describes(kind: EntryType) -> bool {
    kind.is_gnu_longname() || kind.is_gnu_longlink() || kind.is_pax_local_extensions()
}

/// What an entry of this type is, or what is wrong with it.
pub(super) fn kind(kind: EntryType) -> Result<Kind, String> {
    let what = match kind {
        EntryType::Regular => return Ok(Kind::File),
        EntryType::Directory => return Ok(Kind::Folder),
        EntryType::Symlink => "a symbolic link",
        EntryType::Link => "a hard link",
        EntryType::Char | EntryType::Block => "a device",
        EntryType::Fifo => "a pipe",
        _ => "of an unusual type",
    };
    Err(format!("is {what} rather than a file or folder"))
}

/// The entries so far.
pub(super) struct Seen {
    folder: String,
    /// By lower-case path below the folder; those that are only the folder of another are not listed
    /// until they come themselves.
    entries: HashMap<String, Kind>,
    has_folder: bool,
}

impl Seen {
    pub fn new(folder: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            entries: HashMap::new(),
            has_folder: false,
        }
    }

    pub fn has_folder(&self) -> bool {
        self.has_folder
    }

    /// The entry's path below the folder, none for the folder itself, or what is wrong with it.
    pub fn add(&mut self, name: &[u8], kind: Kind) -> Result<Option<PathBuf>, String> {
        let name = std::str::from_utf8(name).map_err(|_| "is not UTF-8")?;
        if name.starts_with('/') {
            return Err("is an absolute path".into());
        }
        let name = if kind == Kind::Folder {
            name.strip_suffix('/').unwrap_or(name)
        } else {
            name
        };
        let name = name.strip_prefix("./").unwrap_or(name);
        let components: Vec<&str> = name.split('/').collect();
        for component in &components {
            if *component == ".." {
                return Err("leads out of its folder by `..`".into());
            }
            names::check_component(component)
                .map_err(|problem| format!("has a part that {problem}"))?;
        }
        let Some((first, below)) = components
            .split_first()
            .filter(|(first, _)| **first == self.folder)
        else {
            return Err(format!("is not in the folder {}", self.folder));
        };
        debug_assert_eq!(*first, self.folder);
        if below.is_empty() && kind == Kind::File {
            return Err("is a file where the folder should be".into());
        }
        let lower = below.join("/").to_ascii_lowercase();
        for (at, _) in lower.match_indices('/') {
            if self.entries.get(&lower[..at]) == Some(&Kind::File) {
                return Err("lies in what is a file".into());
            }
        }
        let inside = format!("{lower}/");
        if kind == Kind::File && self.entries.keys().any(|other| other.starts_with(&inside)) {
            return Err("is a file where a folder is".into());
        }
        if self.entries.insert(lower, kind).is_some() {
            return Err("is there twice".into());
        }
        self.has_folder = true;
        Ok((!below.is_empty()).then(|| below.iter().collect()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn add(names: &[(&str, Kind)]) -> Result<Option<PathBuf>, String> {
        let mut seen = Seen::new("top");
        let mut last = Ok(None);
        for (name, kind) in names {
            last = Ok(seen.add(name.as_bytes(), *kind)?);
        }
        last
    }

    #[test]
    fn plain_entries_pass() {
        use Kind::{File, Folder};
        assert_eq!(add(&[("top/", Folder)]), Ok(None));
        assert_eq!(add(&[("./top/a", File)]), Ok(Some("a".into())));
        let all = [
            ("top/", Folder),
            ("top/a/b", File),
            ("top/a/", Folder),
            ("top/c", File),
        ];
        assert_eq!(add(&all), Ok(Some("c".into())));
    }

    #[test]
    fn others_do_not() {
        use Kind::{File, Folder};
        for (entries, problem) in [
            (&[("/top/a", File)][..], "is an absolute path"),
            (&[("top/../../a", File)], "leads out of its folder by `..`"),
            (&[("../top/a", File)], "leads out of its folder by `..`"),
            (&[("..", Folder)], "leads out of its folder by `..`"),
            (
                &[("top/c:/a", File)],
                "has a part that holds a colon, as drives of Windows do",
            ),
            (
                &[("top\\..\\a", File)],
                "has a part that holds a path separator",
            ),
            (
                &[("top/nul", File)],
                "has a part that is a device on Windows",
            ),
            (&[("top//a", File)], "has a part that is empty"),
            (&[("top/a/", File)], "has a part that is empty"),
            (
                &[("top/./a", File)],
                "has a part that is not a name but a step between folders",
            ),
            (&[("a", File)], "is not in the folder top"),
            (&[("topper/a", File)], "is not in the folder top"),
            (&[("top", File)], "is a file where the folder should be"),
            (&[("top/a", File), ("top/A", File)], "is there twice"),
            (&[("top/", Folder), ("top", Folder)], "is there twice"),
            (
                &[("top/a", File), ("top/A/b", File)],
                "lies in what is a file",
            ),
            (
                &[("top/a/b", File), ("top/A", File)],
                "is a file where a folder is",
            ),
        ] {
            assert_eq!(add(entries), Err(problem.to_owned()), "{entries:?}");
        }
        assert_eq!(
            Seen::new("top").add(b"top/\xff", File),
            Err("is not UTF-8".into())
        );
    }
}
