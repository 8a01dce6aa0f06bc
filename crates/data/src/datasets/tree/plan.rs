//! Which files become the examples of a split, broken ones left out if that is wished.

use super::listing::Listing;
use super::pool::pool;
use crate::error::{DataError, Fault};
use crate::selection::subset::check_sizes;
use crate::setting_error::SettingError;
use crate::stream::Stream;
use rayon::prelude::*;
use std::collections::{HashSet, VecDeque};

/// How many files are decoded before what came of them is handed on: bounds the memory they take.
const FILES_AT_ONCE: usize = 128;

/// The files that examples of one class are taken from.
pub(crate) struct ClassPool {
    /// Names the class where examples are drawn, whichever other classes are there.
    number: usize,
    files: Vec<usize>,
}

impl ClassPool {
    /// All files of a class of the listing; `number` is the class's number among the training images.
    pub fn of(listing: &Listing, class: usize, number: usize) -> Self {
        Self {
            number,
            files: listing.files_of(class).collect(),
        }
    }

    /// No files.
    pub const fn empty(number: usize) -> Self {
        Self {
            number,
            files: Vec::new(),
        }
    }
}

/// Files of each class in the order in which they are taken, and how many to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Files of each class, by their numbers in the listing.
    pub orders: Vec<Vec<usize>>,
    /// Files of each class to take: all if `None`.
    pub per_class: Option<usize>,
    /// The field of the request that sets `per_class`.
    pub field: &'static str,
    /// Whether a file that is broken gives way to the next of its class.
    pub skip_broken: bool,
}

impl Plan {
    /// All files of the classes, or as many of each as [`crate::balanced_subset`] draws of them for that seed.
    ///
    /// # Errors
    /// As [`crate::balanced_subset`].
    pub fn new(
        mut pools: Vec<ClassPool>,
        per_class: Option<usize>,
        seed: u64,
        field: &'static str,
        skip_broken: bool,
    ) -> Result<Self, DataError> {
        match per_class {
            Some(wanted) => check_sizes(
                pools.iter().map(|pool| (pool.number, pool.files.len())),
                wanted,
                field,
            )?,
            // In the files' own order, as other data sets have it, whatever the order of the classes.
            None => pools.sort_by_key(|pool| pool.number),
        }
        let order = |mut pool: ClassPool| {
            if per_class.is_some() {
                // The whole order, of which a smaller subset is the beginning, for the sake of broken files.
                let (all, number) = (pool.files.len(), pool.number as u64);
                Stream::new("subset", &[seed, number]).draw_to_front(&mut pool.files, all);
            }
            pool.files
        };
        Ok(Self {
            orders: pools.into_iter().map(order).collect(),
            per_class,
            field,
            skip_broken,
        })
    }

    /// The plan for as many more examples of each class from what a split made by this plan leaves over: all but the
    /// files in `used`.
    ///
    /// # Errors
    /// [`SettingError::NothingLeftToTest`] names the class that has the fewest.
    pub fn remaining(
        &self,
        listing: &Listing,
        used: &HashSet<usize>,
        wanted: usize,
        field: &'static str,
    ) -> Result<Self, DataError> {
        let rest = |order: &Vec<usize>| {
            order
                .iter()
                .copied()
                .filter(|file| !used.contains(file))
                .collect()
        };
        let orders: Vec<Vec<usize>> = self.orders.iter().map(rest).collect();
        let sizes = orders.iter().map(Vec::len).enumerate();
        if let Some((class, left)) = sizes.min_by_key(|&(_, size)| size)
            && left < wanted.max(1)
            && let Some(&file) = self.orders[class].first()
        {
            return Err(SettingError::NothingLeftToTest {
                dir: listing.dir().to_owned(),
                class: listing.class_name(listing.class_of(file)).to_owned(),
                wanted,
                left,
            }
            .into());
        }
        check_sizes(orders.iter().map(Vec::len).enumerate(), wanted, field)?;
        Ok(Self {
            orders,
            per_class: Some(wanted),
            field,
            skip_broken: self.skip_broken,
        })
    }

    /// The number of examples, if no file is broken.
    pub fn len(&self) -> usize {
        match self.per_class {
            Some(count) => count * self.orders.len(),
            None => self.orders.iter().map(Vec::len).sum(),
        }
    }

    /// The examples if no file is broken: class by class in the files' order, or one of each class in turn.
    pub fn files(&self) -> Vec<usize> {
        match self.per_class {
            Some(count) => (0..count)
                .flat_map(|rank| self.orders.iter().map(move |order| order[rank]))
                .collect(),
            None => self.orders.concat(),
        }
    }

    /// Reads the examples, many at once, and hands them to `emit` in their order.
    ///
    /// Returns the files that were left out because they are broken.
    ///
    /// # Errors
    /// That of the first file that cannot be read, unless broken files are left out and it is one;
    /// [`Fault::TooFew`] if a class has too few good ones.
    pub fn walk<T: Send>(
        &self,
        listing: &Listing,
        read: impl Fn(usize) -> Result<T, DataError> + Sync,
        mut emit: impl FnMut(usize, T),
    ) -> Result<Vec<usize>, DataError> {
        let mut broken = Vec::new();
        let mut taken = vec![0; self.orders.len()];
        let mut good: Vec<VecDeque<(usize, T)>> =
            self.orders.iter().map(|_| VecDeque::new()).collect();
        let mut any = vec![false; self.orders.len()];
        for classes in self.places().chunks(FILES_AT_ONCE) {
            // What a broken file leaves open is filled from the same class, until nothing is open.
            let mut open = classes.to_vec();
            while !open.is_empty() {
                let mut files = Vec::with_capacity(open.len());
                let mut tried = Vec::with_capacity(open.len());
                for &class in &open {
                    match self.orders[class].get(taken[class]) {
                        Some(&file) => files.push(file),
                        // All files are wanted, and some have been left out.
                        None if self.per_class.is_none() => continue,
                        None => return Err(self.too_many_broken(listing, class, &broken)),
                    }
                    taken[class] += 1;
                    tried.push(class);
                }
                let outcomes = read_at_once(&files, &read)?;
                open.clear();
                for ((class, file), outcome) in tried.into_iter().zip(files).zip(outcomes) {
                    match self.unless_broken(file, outcome, &mut broken)? {
                        Some(value) => good[class].push_back((file, value)),
                        None => open.push(class),
                    }
                }
            }
            for &class in classes {
                if let Some((file, value)) = good[class].pop_front() {
                    any[class] = true;
                    emit(file, value);
                }
            }
        }
        match (0..any.len()).find(|&class| !any[class] && !self.orders[class].is_empty()) {
            Some(class) => Err(self.too_many_broken(listing, class, &broken)),
            None => Ok(broken),
        }
    }

    /// The class of each example, in the order of the examples.
    fn places(&self) -> Vec<usize> {
        let classes = 0..self.orders.len();
        match self.per_class {
            Some(count) => (0..count).flat_map(|_| classes.clone()).collect(),
            None => {
                let of_class = |class: usize| std::iter::repeat_n(class, self.orders[class].len());
                classes.flat_map(of_class).collect()
            }
        }
    }

    fn unless_broken<T>(
        &self,
        file: usize,
        outcome: Result<T, DataError>,
        broken: &mut Vec<usize>,
    ) -> Result<Option<T>, DataError> {
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(DataError::Unusable { .. }) if self.skip_broken => {
                broken.push(file);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Plan {
    /// The error for a class of the plan of which all files have been tried.
    fn too_many_broken(&self, listing: &Listing, class: usize, broken: &[usize]) -> DataError {
        let order = &self.orders[class];
        // Only classes that have been drawn to the last file come here, so this search is no common one.
        let of_class: Vec<usize> = broken
            .iter()
            .copied()
            .filter(|file| order.contains(file))
            .collect();
        let (Some(&file), Some(&first)) = (order.first(), of_class.first()) else {
            return DataError::EmptyClass {
                field: self.field,
                class,
            };
        };
        let dir = listing.class_dir(listing.class_of(file));
        let broken = listing.name(first);
        let (problem, remedy) = match self.per_class {
            Some(wanted) => (
                format!(
                    "has only {} images that can be decoded where {wanted} are needed for {}",
                    order.len() - of_class.len(),
                    self.field
                ),
                format!("lower {} or fetch the broken files again", self.field),
            ),
            None => (
                "has no image that can be decoded".to_owned(),
                "remove the folder or fetch its files again".to_owned(),
            ),
        };
        let problem = format!("{problem}, the first broken one being {broken}");
        DataError::unusable(&dir, Fault::TooFew, problem, remedy)
    }
}

fn read_at_once<T: Send>(
    files: &[usize],
    read: &(impl Fn(usize) -> Result<T, DataError> + Sync),
) -> Result<Vec<Result<T, DataError>>, DataError> {
    Ok(pool()?.install(|| files.par_iter().map(|&file| read(file)).collect()))
}
