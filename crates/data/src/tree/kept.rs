//! The decoded images of a split, kept where they fit.
//!
//! Every image of a split is decoded once before the split is used, so that a broken file is found then and not after
//! hours of training. What comes out is kept in a cache on disk, which the next start reads instead, and in memory
//! while it is small. A split too large for a cache is decoded as it is used: there a broken file is an error when its
//! turn comes, except where broken files are to be left out, for which all files are decoded at every start.

use super::TreeError;
use super::cache::{self, Entry, Hash, Index, Stamp};
use super::decode::{self, Rgb};
use super::listing::Listing;
use super::plan::Plan;
use super::view::{self, Sizes};
use crate::{DataError, Draw};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How many bytes of decoded images are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Of one split in memory.
    pub memory: u64,
    /// Of one split in a cache on disk.
    pub disk: u64,
}

impl Default for Limits {
    /// 1 GiB is 7,100 images of 224x224, 32 GiB are 228,000.
    fn default() -> Self {
        Self {
            memory: 1 << 30,
            disk: 32 << 30,
        }
    }
}

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

#[derive(Debug)]
enum Store {
    Memory(Vec<u8>),
    Disk(Mutex<cache::Images>),
    /// Decoded anew whenever one is read.
    Nowhere,
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

        let mut target = Target::create(path, bytes, sizes, limits, notices);
        let mut entries = Vec::with_capacity(plan.len());
        let read = |file| decoded(listing, file, sizes);
        let broken = plan.walk(listing, read, |file, image: Decoded| {
            target.push(&image.pixels, notices);
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
        let index = Index { entries, broken };
        let store = target.finish(&key, &index, limits, notices);
        Ok(Self::new(listing, sizes, index, store))
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
            Err(TreeError::Changed { path }.into())
        }
    }

    /// An image as training sees it in the epoch of `draw`, `[3, side, side]`, decoded from its file.
    pub fn random(&self, place: usize, draw: Draw) -> Result<Vec<u8>, DataError> {
        let path = self.listing.path(self.file(place));
        let image = decode_file(&path)?;
        let pixels = view::random(&image, self.sizes, draw, place);
        Ok(pixels.map_err(|error| not_resized(&path, &error))?)
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

impl Store {
    /// Reads a small cache into memory; `None` if an image in it is not what it was.
    fn from_cache(
        mut images: cache::Images,
        index: &Index,
        sizes: Sizes,
        limits: Limits,
    ) -> Option<Self> {
        let bytes = sizes.bytes();
        let total = index.entries.len() * bytes;
        if total as u64 > limits.memory {
            return Some(Self::Disk(Mutex::new(images)));
        }
        let mut pixels = vec![0; total];
        for (place, image) in pixels.chunks_exact_mut(bytes).enumerate() {
            images.read(place, image).ok()?;
        }
        let mut each = pixels.chunks_exact(bytes).zip(&index.entries);
        each.all(|(image, entry)| hash(image) == entry.pixels)
            .then_some(Self::Memory(pixels))
    }
}

/// Where images go while they are decoded.
struct Target {
    path: Option<PathBuf>,
    writer: Option<cache::Writer>,
    memory: Option<Vec<u8>>,
}

impl Target {
    fn create(
        path: Option<PathBuf>,
        bytes: u64,
        sizes: Sizes,
        limits: Limits,
        notices: &mut Vec<String>,
    ) -> Self {
        let memory = (bytes <= limits.memory).then(|| Vec::with_capacity(bytes as usize));
        let mut target = Self {
            path,
            writer: None,
            memory,
        };
        if let Some(dir) = target.path.as_deref().and_then(Path::parent) {
            match cache::Writer::create(dir, sizes.bytes()) {
                Ok(writer) => target.writer = Some(writer),
                Err(error) => target.give_up(&error, notices),
            }
        }
        target
    }

    fn push(&mut self, pixels: &[u8], notices: &mut Vec<String>) {
        if let Some(memory) = &mut self.memory {
            memory.extend_from_slice(pixels);
        }
        if let Some(writer) = &mut self.writer
            && let Err(error) = writer.push(pixels)
        {
            self.give_up(&error, notices);
        }
    }

    fn finish(
        mut self,
        key: &Hash,
        index: &Index,
        limits: Limits,
        notices: &mut Vec<String>,
    ) -> Store {
        let written = match (self.writer.take(), &self.path) {
            (Some(writer), Some(path)) => match writer.finish(path, key, index) {
                Ok(images) => Some(images),
                Err(error) => {
                    self.give_up(&error, notices);
                    None
                }
            },
            _ => None,
        };
        match (self.memory, written) {
            (Some(pixels), _) => Store::Memory(pixels),
            (None, Some(images)) => Store::Disk(Mutex::new(images)),
            (None, None) => {
                notices.push(format!(
                    "images are decoded anew whenever they are used, since more than {} MiB of them cannot be kept in memory and no cache on disk can be: set cache_dir to a folder with room",
                    limits.memory >> 20
                ));
                Store::Nowhere
            }
        }
    }

    /// Goes on without a cache.
    fn give_up(&mut self, error: &std::io::Error, notices: &mut Vec<String>) {
        self.writer = None;
        if let Some(dir) = self.path.take().as_deref().and_then(Path::parent) {
            notices.push(format!(
                "decoded images cannot be cached in {} ({error}), so they will be decoded again the next time: make room or set cache_dir to another folder",
                dir.display()
            ));
        }
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
    Ok(decode::decode(path, &decode::read_bytes(path)?)?)
}

fn central(path: &Path, image: &Rgb, sizes: Sizes) -> Result<Vec<u8>, TreeError> {
    view::central(image, sizes).map_err(|error| not_resized(path, &error))
}

fn not_resized(path: &Path, error: &dyn std::fmt::Display) -> TreeError {
    TreeError::Damaged {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}
