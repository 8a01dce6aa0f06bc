//! The decoded images of a split, kept where they fit.
//!
//! Every image of a split is decoded once before the split is used, so that a broken file is found then and not after
//! hours of training. What comes out is kept in a cache on disk, which the next start reads instead, and in memory
//! while it is small. A split too large for a cache is decoded as it is used: there a broken file is an error when its
//! turn comes, except where broken files are to be left out, for which all files are decoded at every start.

use super::cache::{self, Entry, Hash, Index, Stamp, hash};
use super::decode::{self, Rgb};
use super::listing::Listing;
use super::plan::Plan;
use super::store::{Limits, Store};
use super::view::{self, Sizes};
use crate::error::{DataError, Fault};
use crate::images::Draw;
use hesscope_files::write_whole;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The images of a split, in their order.
#[derive(Debug)]
pub(crate) struct Kept {
    listing: Arc<Listing>,
    sizes: Sizes,
    files: Files,
    store: Store,
    /// Files that were left out because they are broken.
    pub broken: Vec<usize>,
}

#[derive(Debug)]
enum Files {
    /// All have been decoded.
    Decoded(Vec<Entry>),
    /// Too many to be decoded beforehand.
    Listed(Vec<usize>),
}

/// What a file came to when it was decoded.
struct Decoded {
    stamp: Stamp,
    content: Hash,
    digest: Hash,
    pixels: Vec<u8>,
}

impl Kept {
    /// Decodes the images of a plan, or finds them in the cache.
    ///
    /// What the user should know of the cache goes to `notices`; a cache that cannot be written is no error.
    pub fn prepare(
        listing: &Arc<Listing>,
        plan: &Plan,
        sizes: Sizes,
        cache_dir: Option<&Path>,
        limits: Limits,
        notices: &mut Vec<String>,
    ) -> Result<Self, DataError> {
        let bytes = plan.len() as u64 * sizes.bytes() as u64;
        if bytes > limits.disk {
            return Self::without_store(listing, plan, sizes);
        }
        let key = key(listing, plan, sizes);
        let path = cache_dir.map(|dir| cache::path(dir, &key));
        if let Some(path) = &path
            && let Some((index, images)) = cache::open(path, &key, sizes.bytes(), listing)
            && let Some(store) = Store::from_cache(images, &index, sizes, limits)
        {
            return Ok(Self::new(listing, sizes, index, store));
        }

        let in_memory = bytes <= limits.memory;
        let decode = |cache: Option<&mut cache::Writer<'_>>| {
            Self::decode(listing, plan, sizes, in_memory, cache)
        };
        let mut decoded = None;
        let mut written = path.as_deref().map(|path| {
            write_whole(path, |file| {
                let mut cache = cache::Writer::new(file, sizes.bytes());
                let result = decode(Some(&mut cache));
                let finished = match &result {
                    Ok((index, _)) => cache.finish(&key, index),
                    Err(_) => Err(io::Error::other("there are images that cannot be decoded")),
                };
                decoded = Some(result);
                finished
            })
        });
        // Not yet, where there is no cache or its file could not be made.
        let (index, memory) = decoded.unwrap_or_else(|| decode(None))?;
        let mut on_disk = None;
        if let (None, Some(path), Some(Ok(()))) = (&memory, &path, &written) {
            match cache::Images::of_new(path, sizes.bytes()) {
                Ok(images) => on_disk = Some(images),
                Err(error) => written = Some(Err(error)),
            }
        }
        if let (Some(dir), Some(Err(error))) = (cache_dir, written) {
            notices.push(format!(
                "decoded images cannot be cached in {} ({error}), so they will be decoded again the next time: make room or set cache_dir to another folder",
                dir.display()
            ));
        }
        let store = match (memory, on_disk) {
            (Some(pixels), _) => Store::Memory(pixels),
            (None, Some(images)) => Store::Disk(Mutex::new(images)),
            (None, None) => {
                notices.push(format!(
                    "images are decoded anew whenever they are used, since more than {} MiB of them cannot be kept in memory and no cache on disk can be: set cache_dir to a folder with room",
                    limits.memory >> 20
                ));
                Store::Nowhere
            }
        };
        Ok(Self::new(listing, sizes, index, store))
    }

    /// Decodes all images of a plan into a cache and, if wished, into memory.
    fn decode(
        listing: &Listing,
        plan: &Plan,
        sizes: Sizes,
        in_memory: bool,
        mut cache: Option<&mut cache::Writer<'_>>,
    ) -> Result<(Index, Option<Vec<u8>>), DataError> {
        let mut memory = in_memory.then(|| Vec::with_capacity(plan.len() * sizes.bytes()));
        let mut entries = Vec::with_capacity(plan.len());
        let read = |file| decoded(listing, file, sizes);
        let broken = plan.walk(listing, read, |file, image: Decoded| {
            if let Some(memory) = &mut memory {
                memory.extend_from_slice(&image.pixels);
            }
            if let Some(cache) = &mut cache {
                cache.push(&image.pixels);
            }
            entries.push(Entry {
                file,
                stamp: image.stamp,
                content: image.content,
                pixels: image.digest,
            });
        })?;
        let stamped = |file: usize| Ok((file, Stamp::of(&listing.path(file))?));
        let broken = broken
            .into_iter()
            .map(stamped)
            .collect::<Result<_, DataError>>()?;
        Ok((Index { entries, broken }, memory))
    }

    fn without_store(listing: &Arc<Listing>, plan: &Plan, sizes: Sizes) -> Result<Self, DataError> {
        let (files, broken) = if plan.skip_broken {
            let mut good = Vec::with_capacity(plan.len());
            let read = |file| decode_file(&listing.path(file)).map(drop);
            let broken = plan.walk(listing, read, |file, ()| good.push(file))?;
            (good, broken)
        } else {
            (plan.files(), Vec::new())
        };
        Ok(Self {
            listing: listing.clone(),
            sizes,
            files: Files::Listed(files),
            store: Store::Nowhere,
            broken,
        })
    }

    fn new(listing: &Arc<Listing>, sizes: Sizes, index: Index, store: Store) -> Self {
        Self {
            listing: listing.clone(),
            sizes,
            files: Files::Decoded(index.entries),
            store,
            broken: index.broken.into_iter().map(|(file, _)| file).collect(),
        }
    }

    /// The rows and columns of the images.
    pub const fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        match &self.files {
            Files::Decoded(entries) => entries.len(),
            Files::Listed(files) => files.len(),
        }
    }

    /// The number of the file of an image in its listing.
    pub fn file(&self, place: usize) -> usize {
        match &self.files {
            Files::Decoded(entries) => entries[place].file,
            Files::Listed(files) => files[place],
        }
    }

    /// Where the images come from.
    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    /// Whether every image has been decoded once.
    pub const fn is_decoded(&self) -> bool {
        matches!(self.files, Files::Decoded(_))
    }

    /// An image as analysis and testing see it, `[3, side, side]`.
    ///
    /// A damaged place of the cache is passed over for the file itself.
    pub fn central(&self, place: usize) -> Result<Cow<'_, [u8]>, DataError> {
        let bytes = self.sizes.bytes();
        match &self.store {
            Store::Memory(pixels) => return Ok(Cow::Borrowed(&pixels[place * bytes..][..bytes])),
            Store::Disk(images) => {
                let mut pixels = vec![0; bytes];
                let mut images = images.lock().unwrap_or_else(PoisonError::into_inner);
                let read = images.read(place, &mut pixels);
                drop(images);
                if read.is_ok() && self.is_as_before(place, &pixels) {
                    return Ok(Cow::Owned(pixels));
                }
            }
            Store::Nowhere => {}
        }
        let path = self.listing.path(self.file(place));
        let pixels = central(&path, &decode_file(&path)?, self.sizes)?;
        if self.is_as_before(place, &pixels) {
            Ok(Cow::Owned(pixels))
        } else {
            let problem = "has changed since the data set was loaded";
            let remedy = "start again with files that stay as they are";
            Err(DataError::unusable(&path, Fault::Changed, problem, remedy))
        }
    }

    /// An image as training sees it in the epoch of `draw`, `[3, side, side]`, decoded from its file.
    pub fn random(&self, place: usize, draw: Draw) -> Result<Vec<u8>, DataError> {
        let path = self.listing.path(self.file(place));
        let image = decode_file(&path)?;
        let pixels = view::random(&image, self.sizes, draw, place);
        pixels.map_err(|error| not_resized(&path, &error))
    }

    fn is_as_before(&self, place: usize, pixels: &[u8]) -> bool {
        match &self.files {
            Files::Decoded(entries) => hash(pixels) == entries[place].pixels,
            Files::Listed(_) => true,
        }
    }

    /// Adds what determines the images to a hash: the bytes of the files, or, where they are too many to be decoded
    /// beforehand, their names and lengths. Neither their folder nor their time counts.
    pub fn fingerprint(&self, hash: &mut Sha256) -> Result<(), DataError> {
        for size in [view::VERSION, self.len() as u64] {
            hash.update(size.to_le_bytes());
        }
        for size in [self.sizes.resized, self.sizes.cropped] {
            hash.update(size.to_le_bytes());
        }
        match &self.files {
            Files::Decoded(entries) => {
                for entry in entries {
                    hash.update(entry.content);
                }
            }
            Files::Listed(files) => {
                for &file in files {
                    let class = self.listing.class_name(self.listing.class_of(file));
                    let name = self.listing.name(file);
                    for text in [class, name] {
                        hash.update((text.len() as u64).to_le_bytes());
                        hash.update(text);
                    }
                    let length = Stamp::of(&self.listing.path(file))?.length;
                    hash.update(length.to_le_bytes());
                }
            }
        }
        Ok(())
    }
}

/// What determines the images of a split on this machine, apart from the content of the files.
fn key(listing: &Listing, plan: &Plan, sizes: Sizes) -> Hash {
    let mut hash = Sha256::new();
    let number = |hash: &mut Sha256, value: u64| hash.update(value.to_le_bytes());
    hash.update(b"hesscope tree key 1");
    number(&mut hash, view::VERSION);
    number(&mut hash, sizes.resized.into());
    number(&mut hash, sizes.cropped.into());
    number(&mut hash, plan.skip_broken.into());
    number(
        &mut hash,
        plan.per_class.map_or(u64::MAX, |count| count as u64),
    );
    let dir = std::fs::canonicalize(listing.dir());
    let dir = dir.unwrap_or_else(|_| listing.dir().to_owned());
    let dir = dir.as_os_str().as_encoded_bytes();
    number(&mut hash, dir.len() as u64);
    hash.update(dir);
    for order in &plan.orders {
        number(&mut hash, order.len() as u64);
        // Without a subset the order is that of the listing, of which every name counts; of a subset, what may be drawn.
        for &file in order {
            let class = listing.class_name(listing.class_of(file));
            for text in [class, "/", listing.name(file), "\0"] {
                hash.update(text);
            }
        }
    }
    number(&mut hash, listing.len() as u64);
    hash.finalize().into()
}

fn decoded(listing: &Listing, file: usize, sizes: Sizes) -> Result<Decoded, DataError> {
    let path = listing.path(file);
    // Before the content, so that a change between the two is seen the next time.
    let stamp = Stamp::of(&path)?;
    let bytes = decode::read_bytes(&path)?;
    let pixels = central(&path, &decode::decode(&path, &bytes)?, sizes)?;
    Ok(Decoded {
        stamp,
        content: hash(&bytes),
        digest: hash(&pixels),
        pixels,
    })
}

fn decode_file(path: &Path) -> Result<Rgb, DataError> {
    decode::decode(path, &decode::read_bytes(path)?)
}

fn central(path: &Path, image: &Rgb, sizes: Sizes) -> Result<Vec<u8>, DataError> {
    view::central(image, sizes).map_err(|error| not_resized(path, &error))
}

fn not_resized(path: &Path, error: &dyn std::fmt::Display) -> DataError {
    let problem = format!("cannot be resized ({error})");
    decode::broken(path, Fault::Damaged, problem, "make it smaller")
}
