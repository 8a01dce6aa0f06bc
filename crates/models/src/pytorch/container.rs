//! The files that PyTorch keeps pickles and numbers in.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
};

use zip::{ZipArchive, read::ZipFile, read::ZipReadOptions, result::ZipError};

use super::{
    pickle::{Node, Pickle},
    tensors::storages,
};

/// Bytes that a pickle may have, unpacked. Those of networks have some hundred a tensor. Each byte can
/// cost 85 of memory once it is parsed, and a few compressed ones can claim any number.
pub(super) const LARGEST_PICKLE: u64 = 8 << 20;

/// What the older format opens with, as `LONG1` has it, and in the digits of protocols 0 and 1.
const MAGIC: [&[u8]; 2] = [
    &[0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19],
    b"119547037146038801333356",
];

/// The number of the older format's only version.
const LEGACY_VERSION: usize = 1001;

/// First bytes of a file that are looked at for its kind.
const HEAD: usize = 64;

/// The numbers that go with a pickle.
pub(super) enum Storages {
    /// Entries of an archive, in the folder of its pickle.
    Zip {
        archive: ZipArchive<BufReader<File>>,
        folder: String,
    },
    /// One after another in the file, each behind its number of elements: place, bytes and bytes of one element.
    Legacy {
        file: BufReader<File>,
        places: BTreeMap<String, (u64, usize, usize)>,
    },
    /// A pickle alone.
    None,
}

/// Why a file could not be opened.
pub(super) enum Failure {
    /// Neither kind of file.
    NotPytorch,
    /// A pickle of at least so many bytes.
    LargePickle(u64),
    /// What the system or the contents are to blame for.
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<ZipError> for Failure {
    fn from(error: ZipError) -> Self {
        Self::Io(error.into())
    }
}

fn broken(reason: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.into())
}

/// The pickle of a file that `torch.save` wrote, today's archive or the older stream of pickles, and its numbers.
pub(super) fn open(file: File) -> Result<(Pickle, Storages), Failure> {
    let length = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    let mut head = Vec::new();
    reader.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    reader.rewind()?;
    if head.starts_with(b"PK") {
        return open_zip(reader);
    }
    let holds = |magic: &[u8]| head.windows(magic.len()).any(|window| window == magic);
    if MAGIC.into_iter().any(holds) {
        return open_legacy(reader, length);
    }
    match head.first() {
        Some(0x80 | b'(' | b'}' | b']' | b'c') => Ok((bounded(reader)?, Storages::None)),
        _ => Err(Failure::NotPytorch),
    }
}

fn open_zip(reader: BufReader<File>) -> Result<(Pickle, Storages), Failure> {
    let mut archive = ZipArchive::new(reader)?;
    if archive.has_duplicate_names() {
        return Err(broken("it has two entries of one name").into());
    }
    let names = archive.file_names().collect::<Result<Vec<_>, _>>()?;
    let folders = names
        .iter()
        .filter_map(|name| name.strip_suffix("data.pkl"));
    let folder = folders
        .filter(|folder| folder.is_empty() || folder.ends_with('/'))
        .min_by_key(|folder| folder.len())
        .ok_or(Failure::NotPytorch)?
        .to_owned();
    let order = format!("{folder}byteorder");
    if archive.index_for_name(&order).is_some() {
        let mut text = Vec::new();
        entry(&mut archive, &order)?
            .take(9)
            .read_to_end(&mut text)?;
        if text.trim_ascii() != b"little" {
            return Err(broken("its numbers are not in little-endian order").into());
        }
    }
    let mut pickle = entry(&mut archive, &format!("{folder}data.pkl"))?;
    if pickle.size() > LARGEST_PICKLE {
        return Err(Failure::LargePickle(pickle.size()));
    }
    let mut bytes = Vec::new();
    pickle
        .by_ref()
        .take(LARGEST_PICKLE + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_PICKLE {
        return Err(Failure::LargePickle(bytes.len() as u64));
    }
    drop(pickle);
    let pickle = Pickle::read(&mut &bytes[..])?;
    Ok((pickle, Storages::Zip { archive, folder }))
}

/// An entry, whose checksum is checked when it is read to its end. `torch.save` may leave the checksum out, as a 0.
fn entry<'a>(
    archive: &'a mut ZipArchive<BufReader<File>>,
    name: &str,
) -> io::Result<ZipFile<'a, BufReader<File>>> {
    let index = archive.index_for_name(name);
    let index = index.ok_or_else(|| broken(format!("it has no entry `{name}`")))?;
    let unchecked = archive.by_index_raw(index)?.crc32() == 0;
    let options = ZipReadOptions::new().ignore_crc32(unchecked);
    Ok(archive.by_index_with_options(index, options)?)
}

/// A pickle of a stream, which does not say how long it is.
fn bounded(reader: impl BufRead) -> Result<Pickle, Failure> {
    let mut reader = reader.take(LARGEST_PICKLE);
    Pickle::read(&mut reader).map_err(|error| match reader.limit() {
        0 => Failure::LargePickle(LARGEST_PICKLE + 1),
        _ => error.into(),
    })
}

/// Magic number, version, system, the pickle, and the keys of the storages that follow it.
fn open_legacy(mut file: BufReader<File>, length: u64) -> Result<(Pickle, Storages), Failure> {
    bounded(&mut file)?;
    let version = bounded(&mut file)?;
    if version.size(version.root()) != Some(LEGACY_VERSION) {
        return Err(broken("it is of an unknown version").into());
    }
    let system = bounded(&mut file)?;
    if let Node::Dict(pairs) = system.node(system.root()) {
        let order = pairs
            .iter()
            .find(|(key, _)| system.text(*key) == Some("little_endian"));
        if order.is_some_and(|(_, little)| system.size(*little) == Some(0)) {
            return Err(broken("its numbers are not in little-endian order").into());
        }
    }
    let pickle = bounded(&mut file)?;
    let keys = bounded(&mut file)?;
    let listed = keys.sequence(keys.root());
    let listed = listed.ok_or_else(|| broken("it has no list of storages"))?;
    let known = storages(&pickle);
    let mut place = file.stream_position()?;
    let mut places = BTreeMap::new();
    for key in listed {
        let key = keys.key(*key).unwrap_or_default();
        let Some(&(bytes, size)) = known.get(&key) else {
            return Err(broken(format!("it refers nowhere to its storage `{key}`")).into());
        };
        places.insert(key, (place, bytes, size));
        let end = place
            .checked_add(8)
            .and_then(|at| at.checked_add(bytes as u64));
        place = end
            .filter(|&end| end <= length)
            .ok_or_else(|| broken("it ends within its numbers"))?;
    }
    Ok((pickle, Storages::Legacy { file, places }))
}

impl Storages {
    /// `length` bytes of a storage from its byte `start` on.
    pub(super) fn read(&mut self, key: &str, start: usize, length: usize) -> io::Result<Vec<u8>> {
        match self {
            Self::None => Err(broken("it has no numbers beside its pickle")),
            Self::Zip { archive, folder } => {
                let mut entry = entry(archive, &format!("{folder}data/{key}"))?;
                io::copy(&mut entry.by_ref().take(start as u64), &mut io::sink())?;
                let bytes = exactly(&mut entry, length)?;
                // At the end of the entry the checksum is looked at; numbers behind those asked for are not read.
                if entry.size() == start as u64 + length as u64 {
                    io::copy(&mut entry, &mut io::sink())?;
                }
                Ok(bytes)
            }
            Self::Legacy { file, places } => {
                let place = places.get(key);
                let &(place, bytes, size) =
                    place.ok_or_else(|| broken(format!("it has no storage `{key}`")))?;
                file.seek(SeekFrom::Start(place))?;
                let mut count = [0; 8];
                file.read_exact(&mut count)?;
                if u64::from_le_bytes(count) != (bytes / size) as u64 {
                    return Err(broken(format!("its storage `{key}` has another length")));
                }
                if start.checked_add(length).is_none_or(|end| end > bytes) {
                    return Err(broken("a tensor reaches beyond its storage"));
                }
                file.seek_relative(start as i64)?;
                exactly(file, length)
            }
        }
    }
}

/// The next `length` bytes, which take memory only as far as there are any.
fn exactly(reader: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() != length {
        return Err(broken("it ends within its numbers"));
    }
    Ok(bytes)
}
