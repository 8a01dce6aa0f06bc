//! Finds, chooses and decodes the images of a tree.

use super::kept::Kept;
use super::layout::{self, Family};
use super::listing::{Listing, notice};
use super::measure;
use super::plan::{ClassPool, Plan};
use super::split::TreeSplit;
use super::store::Limits;
use super::view::Sizes;
use super::words;
use crate::dataset::Dataset;
use crate::defaults::Defaults;
use crate::error::{DataError, Fault};
use crate::per_class::PerClass;
use crate::selection::{classes, label_noise};
use crate::setting_error::SettingError;
use crate::spec::DatasetSpec;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Sides of images that networks here can be given.
const SIDES: std::ops::RangeInclusive<usize> = 8..=1024;

/// Loads a tree, with its decoded images in the cache of the request or of the system.
pub(crate) fn load(
    family: &Family,
    spec: &DatasetSpec,
    defaults: &Defaults,
) -> Result<Dataset, DataError> {
    let cache_dir = spec.cache_dir.clone().or_else(system_cache);
    let keeping = Keeping {
        cache_dir: cache_dir.as_deref(),
        limits: Limits::default(),
    };
    read(family, spec, defaults, keeping)
}

/// The folder for caches where none is asked for.
fn system_cache() -> Option<PathBuf> {
    Some(dirs::cache_dir()?.join("hesscope"))
}

/// Where decoded images are kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keeping<'a> {
    /// The folder of caches, if there are to be any.
    pub cache_dir: Option<&'a Path>,
    pub limits: Limits,
}

/// [`load`] with the images kept as said.
pub(super) fn read(
    family: &Family,
    spec: &DatasetSpec,
    defaults: &Defaults,
    keeping: Keeping<'_>,
) -> Result<Dataset, DataError> {
    let sizes = sizes(spec.image_size.unwrap_or(family.side))?;
    let given = defaults.normalization(spec, 3)?;
    let mut layout = layout::find(family, spec)?;
    let mut notices = Vec::new();
    let without_test = if spec.without_test {
        layout.test = None;
        "test images are done without".to_owned()
    } else {
        format!("{} has no folder of test images", layout.beside.display())
    };
    let listing = list(&layout.train, &mut notices)?;
    let all_names = words::class_names(&layout.beside, listing.class_names());
    let named = spec
        .classes
        .as_deref()
        .map(|list| words::full_names(list, &listing, &all_names));
    let chosen = classes::listed(named.as_deref(), &all_names)?;
    let plan = |pools, per_class: Option<PerClass>, field| {
        let per_class = per_class.and_then(PerClass::count);
        Plan::new(pools, per_class, spec.seed, field, spec.skip_broken)
    };
    let prepare = |listing: &Arc<Listing>, plan: &Plan, notices: &mut Vec<String>| {
        let Keeping { cache_dir, limits } = keeping;
        let kept = Kept::prepare(listing, plan, sizes, cache_dir, limits, notices)?;
        notices.extend(broken_notice(&kept));
        Ok::<_, DataError>(Arc::new(kept))
    };

    let pools = chosen.iter().map(|&class| class as usize);
    let pools = pools.map(|class| ClassPool::of(&listing, class, class));
    let train_plan = plan(pools.collect(), spec.train_per_class, "train_per_class")?;
    let train = prepare(&listing, &train_plan, &mut notices)?;
    let test = match (&layout.test, spec.test_per_class.and_then(PerClass::count)) {
        (Some(dir), _) => {
            let tested = list(dir, &mut notices).map_err(or_without_test)?;
            let pools = tested_pools(&listing, &tested, &chosen, &mut notices);
            let pools = pools.map_err(or_without_test)?;
            let plan = plan(pools, spec.test_per_class, "test_per_class")?;
            prepare(&tested, &plan, &mut notices)?
        }
        (None, Some(wanted)) => {
            let used = (0..train.len()).map(|place| train.file(place));
            let used = used.chain(train.broken.iter().copied()).collect();
            let plan = train_plan.remaining(&listing, &used, wanted, "test_per_class")?;
            notices.push(format!(
                "{without_test}, so {wanted} of each class that training leaves over are tested on"
            ));
            prepare(&listing, &plan, &mut notices)?
        }
        (None, None) => {
            notices.push(format!(
                "{without_test}, so the training images are tested on, and test results say nothing of new images"
            ));
            train.clone()
        }
    };

    let normalization = match given {
        Some(given) => given,
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
        spec.label_noise,
        spec.noise_seed(),
    )?;
    let split = |kept, labels, augment| {
        Arc::new(TreeSplit::new(
            kept,
            labels,
            count,
            normalization.clone(),
            augment,
        ))
    };
    Ok(Dataset {
        name: spec.name,
        train: split(train, train_labels, spec.augment),
        test: split(test, test_labels, false),
        class_names: classes::names_of(&chosen, &all_names),
        normalization,
        notices,
    })
}

fn list(dir: &Path, notices: &mut Vec<String>) -> Result<Arc<Listing>, DataError> {
    let (listing, left_out) = Listing::read(dir)?;
    notices.extend(notice(&left_out, dir));
    Ok(Arc::new(listing))
}

/// The same error for a folder of test images, which need not be used.
fn or_without_test(error: DataError) -> DataError {
    match error {
        DataError::Unusable {
            path,
            fault: fault @ Fault::Layout,
            problem,
            remedy,
        } => {
            let remedy = format!("{remedy}, or set without_test to do without test images");
            DataError::unusable(&path, fault, problem, remedy)
        }
        other => other,
    }
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
        let (dir, train) = (tested.class_dir(class), trained.dir().display());
        let problem = format!("is a class that {train} does not have");
        let remedy = "remove it, or add the class to the training images";
        return Err(DataError::unusable(&dir, Fault::Layout, problem, remedy));
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

fn sizes(side: usize) -> Result<Sizes, SettingError> {
    if SIDES.contains(&side) {
        return Ok(Sizes::for_side(side as u32));
    }
    Err(SettingError::ImageSize {
        value: side,
        least: *SIDES.start(),
        most: *SIDES.end(),
    })
}
