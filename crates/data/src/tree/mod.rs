//! Trees of image files: ImageNet, and any folder with one folder of images a class.
//!
//! # Layout
//!
//! `train/CLASS/IMAGE`, and to test on `val/CLASS/IMAGE` (or `valid`, `validation`, `test`). For `imagenet` the tree may
//! lie in `data_dir`, in `imagenet` there, or where ImageNet's archive has it (`ILSVRC/Data/CLS-LOC`); for `folder`
//! `data_dir` may also hold the folders of the classes itself. Classes are numbered in the byte-wise order of their
//! folders' names, and files are taken in the byte-wise order of theirs. Which files count is said in
//! `listing.rs`; what is left out is counted in a notice. Where `data_dir` has a `classes.txt` or ImageNet's
//! `LOC_synset_mapping.txt`, with a line `CLASS words` each, names of classes have the first of the words behind them.
//!
//! # Without test images
//!
//! A tree that has none is tested on its training images, and a notice says so. If `test_per_class` is given, that many
//! of each class are drawn instead from what `train_per_class` leaves over.
//!
//! # What an image becomes
//!
//! An RGB square of `image_size` s pixels, by default 224 for `imagenet` and 32 for `folder`. For analysis and testing the shorter
//! side is resized to 256/224 s, rounded, and the middle is taken; for training with `augment` a random part, mirrored
//! half of the time; both as torchvision does on Pillow images, except that the orientation of EXIF is heeded.
//! ImageNet's usual mean and standard deviation normalise `imagenet`; for `folder` they are measured on the training images.
//!
//! # Broken files
//!
//! Each is an error that names it, unless `skip_broken` is set: then it gives way to the next of its class, and a
//! notice says how many did. All images of a split are decoded once before it is used, so broken files are found
//! at the start, and labels and length do not change afterwards. A split of more than 32 GiB of decoded bytes
//! (228,000 images of 224x224) is not decoded beforehand: there a broken file is found when its turn comes, and with
//! `skip_broken` all files are decoded at every start to find them.
//!
//! # The cache
//!
//! Decoded images are kept in a file of `cache_dir`, or of `hesscope` in the system's folder for caches
//! (`XDG_CACHE_HOME`, else `~/.cache`; `LOCALAPPDATA` on Windows), up to 32 GiB a split, and up to 1 GiB a split in memory. The file is used again while
//! the names, lengths and times of its files stay the same, and what is read from it is held against SHA-256 sums.
//! Without room the program goes on and says so. Nothing is ever deleted from the folder; it may be deleted whole at any time.

mod cache;
mod decode;
mod error;
mod jpeg;
mod kept;
mod layout;
mod listing;
mod load;
mod measure;
mod plan;
mod pool;
mod split;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod stores;
mod view;
mod words;

pub use error::TreeError;
pub(crate) use load::load;

use crate::{DataError, Normalization, classes, label_noise};
use kept::{Kept, Limits};
use listing::Listing;
use plan::{ClassPool, Plan};
use split::TreeSplit;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use view::Sizes;

/// Sides of images that networks here can be given.
const SIDES: std::ops::RangeInclusive<usize> = 8..=1024;

/// What to load.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// `imagenet` or `folder`.
    pub dataset: &'static str,
    pub data_dir: Option<PathBuf>,
    pub train_per_class: Option<usize>,
    pub test_per_class: Option<usize>,
    pub seed: u64,
    /// The classes to keep, by name of folder or class, or by label; all if `None`.
    pub classes: Option<Vec<String>>,
    pub label_noise: f64,
    pub noise_seed: u64,
    pub augment: bool,
    pub image_size: usize,
    pub skip_broken: bool,
    /// Where to keep decoded images, if anywhere.
    pub cache_dir: Option<PathBuf>,
    /// Measured on the training images if `None`.
    pub normalization: Option<Normalization>,
    pub limits: Limits,
}

/// A tree, loaded.
#[derive(Debug)]
pub(crate) struct Tree {
    pub train: TreeSplit,
    pub test: TreeSplit,
    pub class_names: Vec<String>,
    pub normalization: Normalization,
    pub notices: Vec<String>,
}

/// Finds, chooses and decodes the images of a request.
pub(crate) fn read(request: &Request) -> Result<Tree, DataError> {
    let sizes = sizes(request.image_size)?;
    if let Some(normalization) = &request.normalization {
        normalization.check(3)?;
    }
    let layout = layout::find(request.dataset, request.data_dir.as_deref())?;
    let mut notices = Vec::new();
    let listing = list(&layout.train, &mut notices)?;
    let all_names = words::class_names(&layout.beside, listing.class_names());
    let named = request
        .classes
        .as_deref()
        .map(|list| words::full_names(list, &listing, &all_names));
    let chosen = classes::listed(named.as_deref(), &all_names)?;

    let pools = chosen.iter().map(|&class| class as usize);
    let pools = pools.map(|class| ClassPool::of(&listing, class, class));
    let plan = Plan::new(
        pools.collect(),
        request.train_per_class,
        request.seed,
        "train_per_class",
        request.skip_broken,
    )?;
    let train = request.prepare(&listing, &plan, sizes, &mut notices)?;
    let test = match &layout.test {
        Some(dir) => {
            let tested = list(dir, &mut notices)?;
            let pools = tested_pools(&listing, &tested, &chosen, &mut notices)?;
            let plan = Plan::new(
                pools,
                request.test_per_class,
                request.seed,
                "test_per_class",
                request.skip_broken,
            )?;
            request.prepare(&tested, &plan, sizes, &mut notices)?
        }
        None => match request.test_per_class {
            Some(wanted) => {
                let plan = plan.remaining(&listing, &train, wanted, "test_per_class")?;
                notices.push(format!(
                    "{} has no folder of test images, so {wanted} of each class that training leaves over are tested on",
                    layout.beside.display()
                ));
                request.prepare(&listing, &plan, sizes, &mut notices)?
            }
            None => {
                notices.push(format!(
                    "{} has no folder of test images, so the training images are tested on, and test results say nothing of new images",
                    layout.beside.display()
                ));
                train.clone()
            }
        },
    };

    let normalization = match &request.normalization {
        Some(given) => given.clone(),
        None => {
            if !train.is_decoded() && train.len() > measure::MEASURED_OF_MANY {
                notices.push(format!(
                    "mean and standard deviation were measured on {} of {} training images, evenly spread: set normalization to have others",
                    train.len().div_ceil(train.len().div_ceil(measure::MEASURED_OF_MANY)),
                    train.len()
                ));
            }
            measure::normalization(&train)?
        }
    };
    let new_labels = classes::new_labels(&chosen, listing.classes());
    let test_labels = labels(&test, &listing, &new_labels);
    let mut train_labels = labels(&train, &listing, &new_labels);
    let count = chosen.len();
    label_noise::replace(
        &mut train_labels,
        count,
        request.label_noise,
        request.noise_seed,
    )?;
    let split =
        |kept, labels, augment| TreeSplit::new(kept, labels, count, normalization.clone(), augment);
    Ok(Tree {
        train: split(train, train_labels, request.augment),
        test: split(test, test_labels, false),
        class_names: classes::names_of(&chosen, &all_names),
        normalization,
        notices,
    })
}

impl Request {
    fn prepare(
        &self,
        listing: &Arc<Listing>,
        plan: &Plan,
        sizes: Sizes,
        notices: &mut Vec<String>,
    ) -> Result<Arc<Kept>, DataError> {
        let cache_dir = self.cache_dir.as_deref();
        let kept = Kept::prepare(listing, plan, sizes, cache_dir, self.limits, notices)?;
        notices.extend(broken_notice(&kept));
        Ok(Arc::new(kept))
    }
}

fn list(dir: &Path, notices: &mut Vec<String>) -> Result<Arc<Listing>, DataError> {
    let (listing, ignored) = Listing::read(dir)?;
    notices.extend(ignored.notice(dir));
    Ok(Arc::new(listing))
}

/// The test images of the chosen classes of the training images, which are known by the names of their folders.
fn tested_pools(
    trained: &Listing,
    tested: &Listing,
    chosen: &[u32],
    notices: &mut Vec<String>,
) -> Result<Vec<ClassPool>, DataError> {
    if let Some(class) =
        (0..tested.classes()).find(|&class| trained.find_class(tested.class_name(class)).is_none())
    {
        return Err(TreeError::ClassNotTrained {
            dir: tested.class_dir(class),
            train: trained.dir().to_owned(),
        }
        .into());
    }
    let mut missing = Vec::new();
    let pools = chosen.iter().map(|&class| {
        let class = class as usize;
        let name = trained.class_name(class);
        match tested.find_class(name) {
            Some(of_test) => ClassPool::of(tested, of_test, class),
            None => {
                missing.push(name);
                ClassPool::empty(class)
            }
        }
    });
    let pools = pools.collect();
    if !missing.is_empty() {
        notices.push(format!(
            "{} has no images of {}, so results on test images leave {} out",
            tested.dir().display(),
            first_few(&missing),
            if missing.len() == 1 { "it" } else { "them" }
        ));
    }
    Ok(pools)
}

/// The new label of each image's class.
fn labels(kept: &Kept, trained: &Listing, new_labels: &[Option<u32>]) -> Vec<u32> {
    let listing = kept.listing();
    let of_class = listing.class_names().map(|name| {
        let class = trained.find_class(name);
        class
            .and_then(|class| new_labels[class])
            .unwrap_or_default()
    });
    let of_class: Vec<u32> = of_class.collect();
    let files = (0..kept.len()).map(|place| kept.file(place));
    files.map(|file| of_class[listing.class_of(file)]).collect()
}

fn broken_notice(kept: &Kept) -> Option<String> {
    let listing = kept.listing();
    let names: Vec<String> = kept
        .broken
        .iter()
        .map(|&file| listing.below_split(file))
        .collect();
    let dir = listing.dir().display();
    (!names.is_empty()).then(|| {
        let (count, verb) = (
            names.len(),
            if names.len() == 1 {
                "file that cannot be decoded is"
            } else {
                "files that cannot be decoded are"
            },
        );
        format!("{count} {verb} left out of {dir}: {}", first_few(&names))
    })
}

/// At most three of the names, and how many more there are.
fn first_few(names: &[impl AsRef<str>]) -> String {
    let first: Vec<&str> = names.iter().take(3).map(AsRef::as_ref).collect();
    match names.len() - first.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn sizes(side: usize) -> Result<Sizes, TreeError> {
    if SIDES.contains(&side) {
        return Ok(Sizes::for_side(side as u32));
    }
    Err(TreeError::ImageSize {
        value: side,
        least: *SIDES.start(),
        most: *SIDES.end(),
    })
}
