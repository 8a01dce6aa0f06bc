//! What a zip archive claims about its pickles, before any of them is unpacked.

use std::io::{self, Read};

/// Bytes that the pickle of an archive may have, unpacked. Those of networks have some hundred a tensor. Each byte can
/// cost 85 of memory once it is parsed, and a few compressed ones can claim any number.
pub(super) const LARGEST_PICKLE: u64 = 8 << 20;

/// First bytes of an entry of an archive's directory.
const SIGNATURE: [u8; 4] = *b"PK\x01\x02";

/// Length of such an entry up to its name.
const FIXED: usize = 46;

/// The longest name an entry can have.
const LONGEST_NAME: usize = u16::MAX as usize;

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

/// The largest unpacked size that any entry of a directory claims for a `data.pkl`, 0 without one.
///
/// Entries are looked for in the whole file: where its directory lies is for the reader of archives to find, and nothing
/// may be hidden from this check by a second directory.
pub(super) fn largest_pickle(mut file: impl Read) -> io::Result<u64> {
    let mut largest = 0;
    let mut window = Vec::new();
    loop {
        let read = file.by_ref().take(CHUNK as u64).read_to_end(&mut window)?;
        // An entry that the next chunk may complete is left for the next round.
        let last = read == 0;
        let keep = if last { 0 } else { FIXED + LONGEST_NAME };
        let end = window.len().saturating_sub(keep);
        let starts = (0..end).filter(|&at| window[at..].starts_with(&SIGNATURE));
        for at in starts {
            largest = largest.max(pickle_size(&window[at..]).unwrap_or(0));
        }
        if last {
            return Ok(largest);
        }
        window.drain(..end);
    }
}

/// The unpacked size that an entry claims, if it is whole and of a `data.pkl`.
fn pickle_size(entry: &[u8]) -> Option<u64> {
    let number = |at: usize| entry.get(at..at + 4)?.first_chunk::<4>().copied();
    let size = u32::from_le_bytes(number(24)?);
    let length = u16::from_le_bytes(*entry.get(28..30)?.first_chunk::<2>()?);
    let name = entry.get(FIXED..FIXED + usize::from(length))?;
    // The largest number stands for one that is written elsewhere because it is larger still.
    name.ends_with(b"data.pkl").then_some(u64::from(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, size: u32) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.resize(FIXED, 0);
        bytes[24..28].copy_from_slice(&size.to_le_bytes());
        bytes[28..30].copy_from_slice(&(name.len() as u16).to_le_bytes());
        bytes.extend(name.as_bytes());
        bytes
    }

    #[test]
    fn entries_are_found_wherever_they_lie() {
        // Across the borders of chunks, and with a border in the middle of the entry.
        for at in [
            0,
            1,
            CHUNK - 66_000,
            CHUNK - 50,
            CHUNK - 3,
            CHUNK,
            2 * CHUNK - 20,
        ] {
            let mut file = vec![b'P'; at];
            file.extend(entry("archive/data.pkl", 77));
            file.extend(entry("archive/data/0", 99));
            assert_eq!(largest_pickle(&file[..]).expect("memory"), 77, "{at}");
            file.extend(vec![0; CHUNK]);
            assert_eq!(largest_pickle(&file[..]).expect("memory"), 77, "{at}");
            file.extend(entry("data.pkl", u32::MAX));
            let found = largest_pickle(&file[..]).expect("memory");
            assert_eq!(found, u64::from(u32::MAX), "{at}");
        }
    }

    #[test]
    fn a_cut_entry_is_none() {
        let whole = entry("data.pkl", 5);
        for length in 0..whole.len() {
            assert_eq!(largest_pickle(&whole[..length]).expect("memory"), 0);
        }
        assert_eq!(largest_pickle(&whole[..]).expect("memory"), 5);
    }
}
