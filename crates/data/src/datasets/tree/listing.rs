//! The image files of one split, by class.
//!
//! Which files count: those in the folder of a class, or in folders inside it, whose names end in `.jpg`, `.jpeg`,
//! `.png`, `.bmp`, `.gif`, `.tif`, `.tiff` or `.webp`, in any case, and do not begin with a dot. Links are followed
//! to the folder of a class and to files; a link to a folder inside a class is not, since it may lead round in a circle.

use super::pool::pool;
use crate::error::{DataError, Fault};
use rayon::prelude::*;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

const EXTENSIONS: [&str; 8] = ["jpg", "jpeg", "png", "bmp", "gif", "tif", "tiff", "webp"];
/// Folders inside the folder of a class that are looked into, one in another.
const MAX_DEPTH: usize = 8;

/// The files of a split, numbered class by class in the byte-wise order of their names.
///
/// Names are kept in one string a class: ImageNet's take 40 MB, with one allocation a name it would be twice that.
#[derive(Debug)]
pub(crate) struct Listing {
    dir: PathBuf,
    classes: Vec<Class>,
    /// The number of the first file of each class, and of the file that would follow the last.
    starts: Vec<usize>,
}

#[derive(Debug)]
struct Class {
    name: String,
    /// Paths of files below the class's folder, with `/` between the parts, one behind another.
    names: String,
    ends: Vec<usize>,
}

/// A sentence on what lies in the folder of a split and is not used, if there is anything.
pub(crate) fn notice(left_out: &[String], dir: &Path) -> Option<String> {
    let (first, dir) = (left_out.first()?, dir.display());
    Some(match left_out.len() {
        1 => format!("{first} in {dir} is left out, since it is hidden or no image by its name"),
        count => format!(
            "{count} entries of {dir} are left out, since they are hidden or no images by their names, the first being {first}"
        ),
    })
}

impl Listing {
    /// Lists the classes and files of the folder of a split, and, below it, what is not used.
    pub fn read(dir: &Path) -> Result<(Self, Vec<String>), DataError> {
        let (names, mut ignored) = class_names(dir)?;
        let classes: Vec<(Class, Vec<String>)> = pool()?.install(|| {
            names
                .into_par_iter()
                .map(|name| Class::read(dir, name))
                .collect::<Result<_, DataError>>()
        })?;
        let mut starts = vec![0];
        let mut listed = Vec::with_capacity(classes.len());
        for (class, left_out) in classes {
            ignored.extend(left_out);
            starts.push(starts[starts.len() - 1] + class.ends.len());
            listed.push(class);
        }
        let listing = Self {
            dir: dir.to_owned(),
            classes: listed,
            starts,
        };
        Ok((listing, ignored))
    }

    /// The folder of the split.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.starts[self.classes.len()]
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.classes.len()
    }

    /// The name of a class's folder.
    pub fn class_name(&self, class: usize) -> &str {
        &self.classes[class].name
    }

    /// The names of all classes' folders, in order.
    pub fn class_names(&self) -> impl Iterator<Item = &str> {
        self.classes.iter().map(|class| class.name.as_str())
    }

    /// The folder of a class.
    pub fn class_dir(&self, class: usize) -> PathBuf {
        self.dir.join(self.class_name(class))
    }

    /// The numbers of the files of a class.
    pub fn files_of(&self, class: usize) -> std::ops::Range<usize> {
        self.starts[class]..self.starts[class + 1]
    }

    /// The class of a file.
    pub fn class_of(&self, file: usize) -> usize {
        self.starts.partition_point(|&start| start <= file) - 1
    }

    /// A file's path below the folder of its class.
    pub fn name(&self, file: usize) -> &str {
        let class = self.class_of(file);
        self.classes[class].name_of(file - self.starts[class])
    }

    /// The class whose folder has that name.
    pub fn find_class(&self, name: &str) -> Option<usize> {
        let found = self
            .classes
            .binary_search_by(|class| class.name.as_str().cmp(name));
        found.ok()
    }

    /// A file's path below the folder of the split, with `/` between the parts.
    pub fn below_split(&self, file: usize) -> String {
        format!(
            "{}/{}",
            self.class_name(self.class_of(file)),
            self.name(file)
        )
    }

    /// A file's path.
    pub fn path(&self, file: usize) -> PathBuf {
        self.class_dir(self.class_of(file)).join(self.name(file))
    }
}

impl Class {
    fn read(dir: &Path, name: String) -> Result<(Self, Vec<String>), DataError> {
        let folder = dir.join(&name);
        let mut found = Vec::new();
        let mut ignored = Vec::new();
        collect(&folder, &name, "", 0, &mut found, &mut ignored)?;
        if found.is_empty() {
            let problem =
                "is the folder of a class but holds no JPEG, PNG, BMP, GIF, TIFF or WebP file";
            return Err(layout(
                &folder,
                problem,
                "remove it or put its images there",
            ));
        }
        found.sort_unstable();
        let mut names = String::with_capacity(found.iter().map(String::len).sum());
        let mut ends = Vec::with_capacity(found.len());
        for file in found {
            names.push_str(&file);
            ends.push(names.len());
        }
        Ok((Self { name, names, ends }, ignored))
    }

    fn name_of(&self, file: usize) -> &str {
        let start = file.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.names[start..self.ends[file]]
    }
}

/// The folders of the classes, sorted.
fn class_names(dir: &Path) -> Result<(Vec<String>, Vec<String>), DataError> {
    let mut names = Vec::new();
    let mut images = Vec::new();
    let mut ignored = Vec::new();
    for entry in entries(dir)? {
        let (name, path) = (entry.file_name(), entry.path());
        if is_hidden(&name) {
            ignored.push(lossy(&name));
        } else if path.is_dir() {
            names.push(unicode(&entry)?);
        } else if is_image_name(&name) {
            images.push(lossy(&name));
        } else {
            ignored.push(lossy(&name));
        }
    }
    names.sort_unstable();
    if names.is_empty() {
        return Err(match images.into_iter().min() {
            Some(file) => layout(
                dir,
                &format!(
                    "holds images such as {file} directly, so that their classes are not known"
                ),
                "sort them into one folder per class",
            ),
            None => layout(
                dir,
                "holds no folder of a class",
                "put the images of each class into a folder there",
            ),
        });
    }
    ignored.extend(images);
    ignored.sort_unstable();
    Ok((names, ignored))
}

/// Adds the image files of a folder and of those in it, as paths below the folder of the class.
fn collect(
    folder: &Path,
    class: &str,
    below: &str,
    depth: usize,
    found: &mut Vec<String>,
    ignored: &mut Vec<String>,
) -> Result<(), DataError> {
    let mut folders = Vec::new();
    let mut left_out = Vec::new();
    for entry in entries(folder)? {
        let name = entry.file_name();
        // Known without asking the disk again, except for links.
        let kind = entry.file_type().map_err(DataError::io(&entry.path()))?;
        // An image that a link does not lead to is a broken file, found when it is read.
        let is_file = || match kind.is_symlink() {
            true => !entry.path().is_dir(),
            false => kind.is_file(),
        };
        if is_hidden(&name) {
            left_out.push(lossy(&name));
        } else if kind.is_dir() && depth < MAX_DEPTH {
            folders.push(unicode(&entry)?);
        } else if is_image_name(&name) && is_file() {
            found.push(format!("{below}{}", unicode(&entry)?));
        } else {
            left_out.push(lossy(&name));
        }
    }
    left_out.sort_unstable();
    ignored.extend(left_out.iter().map(|name| format!("{class}/{below}{name}")));
    folders.sort_unstable();
    for name in folders {
        let inner = format!("{below}{name}/");
        collect(
            &folder.join(&name),
            class,
            &inner,
            depth + 1,
            found,
            ignored,
        )?;
    }
    Ok(())
}

fn entries(dir: &Path) -> Result<Vec<std::fs::DirEntry>, DataError> {
    let entries = std::fs::read_dir(dir).and_then(Iterator::collect);
    entries.map_err(DataError::io(dir))
}

fn layout(dir: &Path, problem: &str, remedy: &str) -> DataError {
    DataError::unusable(dir, Fault::Layout, problem, remedy)
}

/// The name of what is used, of which only Unicode can stand in a listing.
fn unicode(entry: &std::fs::DirEntry) -> Result<String, DataError> {
    let problem = "has a name that is not valid Unicode";
    let name = entry.file_name().into_string();
    name.map_err(|_| layout(&entry.path(), problem, "rename it"))
}

/// The name of what is left out, as far as it can be shown.
fn lossy(name: &OsStr) -> String {
    name.display().to_string()
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn is_image_name(name: &OsStr) -> bool {
    Path::new(name).extension().is_some_and(|extension| {
        let mut known = EXTENSIONS.iter();
        known.any(|known| extension.eq_ignore_ascii_case(known))
    })
}
