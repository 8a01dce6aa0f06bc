//! Decoded images in a file of ours, so that they are decoded once.
//!
//! | bytes | content |
//! | --- | --- |
//! | 16 | `hesscope images1` |
//! | 32 | the key: SHA-256 of what determines the content, apart from that of the files |
//! | 8, 8, 8 | bytes of one image, number of images, number of broken files, little-endian |
//! | 32 | SHA-256 of all of the above and of the index |
//! | images | one behind another, `[3, side, side]` |
//! | index | 84 bytes an image, 20 bytes a broken file |
//!
//! The index has the number, length and time of change of each file, which are compared with the files before the
//! cache is used, and the SHA-256 of the file and of the image, which is compared whenever an image is read.

use super::listing::Listing;
use super::pool::pool;
use crate::error::DataError;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) type Hash = [u8; 32];

const MAGIC: &[u8; 16] = b"hesscope images1";
const HEADER: u64 = 16 + 32 + 3 * 8 + 32;
const ENTRY: usize = 4 + 16 + 2 * 32;
const BROKEN: usize = 4 + 16;

/// By which a file is taken to be unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Length in bytes.
    pub length: u64,
    /// Time of change, in nanoseconds since 1970.
    pub changed: i64,
}

impl Stamp {
    pub fn of(path: &Path) -> Result<Self, DataError> {
        // A link that leads nowhere has the stamp of the link.
        let metadata = std::fs::metadata(path).or_else(|_| std::fs::symlink_metadata(path));
        let metadata = metadata.map_err(DataError::io(path))?;
        Ok(Self {
            length: metadata.len(),
            changed: nanoseconds(metadata.modified().map_err(DataError::io(path))?),
        })
    }
}

fn nanoseconds(time: SystemTime) -> i64 {
    let clamp =
        |duration: std::time::Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => clamp(since),
        Err(before) => -clamp(before.duration()),
    }
}

/// One image of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// The number of its file.
    pub file: usize,
    /// The file when it was read.
    pub stamp: Stamp,
    /// SHA-256 of the file.
    pub content: Hash,
    /// SHA-256 of the image.
    pub pixels: Hash,
}

/// What a split consists of.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Index {
    pub entries: Vec<Entry>,
    /// Files that were left out because they are broken.
    pub broken: Vec<(usize, Stamp)>,
}

impl Index {
    fn to_bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.entries.len() * ENTRY + self.broken.len() * BROKEN);
        let file = |bytes: &mut Vec<u8>, number: usize, stamp: Stamp| {
            bytes.extend(u32::try_from(number).ok()?.to_le_bytes());
            bytes.extend(stamp.length.to_le_bytes());
            bytes.extend(stamp.changed.to_le_bytes());
            Some(())
        };
        for entry in &self.entries {
            file(&mut bytes, entry.file, entry.stamp)?;
            bytes.extend(entry.content);
            bytes.extend(entry.pixels);
        }
        for &(number, stamp) in &self.broken {
            file(&mut bytes, number, stamp)?;
        }
        Some(bytes)
    }

    fn from_bytes(bytes: &[u8], entries: usize) -> Option<Self> {
        let (images, broken) = bytes.split_at_checked(entries * ENTRY)?;
        let file = |bytes: &[u8]| {
            let number = u32::from_le_bytes(*bytes.first_chunk()?) as usize;
            let length = u64::from_le_bytes(*bytes[4..].first_chunk()?);
            let changed = i64::from_le_bytes(*bytes[12..].first_chunk()?);
            Some((number, Stamp { length, changed }))
        };
        let entry = |bytes: &[u8]| {
            let (number, stamp) = file(bytes)?;
            Some(Entry {
                file: number,
                stamp,
                content: *bytes[20..].first_chunk()?,
                pixels: *bytes[52..].first_chunk()?,
            })
        };
        Some(Self {
            entries: images
                .chunks_exact(ENTRY)
                .map(entry)
                .collect::<Option<_>>()?,
            broken: broken
                .chunks_exact(BROKEN)
                .map(file)
                .collect::<Option<_>>()?,
        })
    }

    /// Whether every file is still as it was.
    fn is_current(&self, listing: &Listing) -> bool {
        let images = self
            .entries
            .par_iter()
            .map(|entry| (entry.file, entry.stamp));
        let files = images.chain(self.broken.par_iter().copied());
        let unchanged = |(file, stamp): (usize, Stamp)| {
            file < listing.len() && Stamp::of(&listing.path(file)).is_ok_and(|now| now == stamp)
        };
        pool().is_ok_and(|pool| pool.install(|| files.all(unchanged)))
    }
}

/// SHA-256 of everything in the header and of the index.
fn seal(key: &Hash, sizes: [u64; 3], index: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(MAGIC);
    hash.update(key);
    for size in sizes {
        hash.update(size.to_le_bytes());
    }
    hash.update(index);
    hash.finalize().into()
}

/// SHA-256 of these bytes.
pub(super) fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Where the cache of a key lies in its folder.
pub(super) fn path(dir: &Path, key: &Hash) -> PathBuf {
    dir.join(format!("{}.images", hex::encode(key)))
}

/// The images of a cache that is whole and whose files are unchanged.
pub(super) fn open(
    path: &Path,
    key: &Hash,
    image_bytes: usize,
    listing: &Listing,
) -> Option<(Index, Images)> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let mut header = [0; HEADER as usize];
    file.read_exact(&mut header).ok()?;
    let size = |at: usize| Some(u64::from_le_bytes(*header[at..].first_chunk()?));
    let sizes = [size(48)?, size(56)?, size(64)?];
    let [bytes, entries, broken] = sizes;
    if &header[..16] != MAGIC || header[16..48] != key[..] || bytes != image_bytes as u64 {
        return None;
    }
    // The length is checked before anything is allocated by it.
    let end_of_images = bytes.checked_mul(entries)?.checked_add(HEADER)?;
    let index_bytes = entries
        .checked_mul(ENTRY as u64)?
        .checked_add(broken.checked_mul(BROKEN as u64)?)?;
    if end_of_images.checked_add(index_bytes)? != length {
        return None;
    }
    file.seek(SeekFrom::Start(end_of_images)).ok()?;
    let mut index = vec![0; usize::try_from(index_bytes).ok()?];
    file.read_exact(&mut index).ok()?;
    if header[72..] != seal(key, sizes, &index)[..] {
        return None;
    }
    let index = Index::from_bytes(&index, usize::try_from(entries).ok()?)?;
    index
        .is_current(listing)
        .then_some((index, Images { file, image_bytes }))
}

/// The images of an open cache.
#[derive(Debug)]
pub(super) struct Images {
    file: File,
    image_bytes: usize,
}

impl Images {
    /// The images of a cache that has just been written.
    pub fn of_new(path: &Path, image_bytes: usize) -> io::Result<Self> {
        let file = File::open(path)?;
        Ok(Self { file, image_bytes })
    }

    /// Reads the image at a place into `pixels`, unchecked.
    pub fn read(&mut self, place: usize, pixels: &mut [u8]) -> io::Result<()> {
        let start = HEADER + self.image_bytes as u64 * place as u64;
        self.file.seek(SeekFrom::Start(start))?;
        self.file.read_exact(pixels)
    }
}

/// A cache in the making. What it fails with when it is written is said at its end.
pub(super) struct Writer<'a> {
    file: BufWriter<&'a mut File>,
    image_bytes: usize,
    images: usize,
    written: io::Result<()>,
}

impl<'a> Writer<'a> {
    pub fn new(file: &'a mut File, image_bytes: usize) -> Self {
        let mut file = BufWriter::with_capacity(1 << 20, file);
        let written = file.write_all(&[0; HEADER as usize]);
        Self {
            file,
            image_bytes,
            images: 0,
            written,
        }
    }

    pub fn push(&mut self, pixels: &[u8]) {
        debug_assert_eq!(pixels.len(), self.image_bytes);
        self.images += 1;
        if self.written.is_ok() {
            self.written = self.file.write_all(pixels);
        }
    }

    /// Writes the index and header.
    pub fn finish(mut self, key: &Hash, index: &Index) -> io::Result<()> {
        debug_assert_eq!(self.images, index.entries.len());
        self.written?;
        let bytes = index.to_bytes();
        let bytes = bytes.ok_or_else(|| io::Error::other("too many files for one cache"))?;
        self.file.write_all(&bytes)?;
        let sizes =
            [self.image_bytes, index.entries.len(), index.broken.len()].map(|size| size as u64);
        let mut header = Vec::with_capacity(HEADER as usize);
        header.extend(MAGIC);
        header.extend(key);
        header.extend(sizes.iter().flat_map(|size| size.to_le_bytes()));
        header.extend(seal(key, sizes, &bytes));
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header)?;
        self.file.flush()
    }
}
