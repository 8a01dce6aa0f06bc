//! The reader against bytes that nobody meant, and against sizes meant to hurt.

use crate::files::{gzip, idx, images};
use hesscope_data::{DataError, Fault, idx as reader};
use proptest::prelude::*;
use std::io::{self, Read};
use std::path::Path;

fn read(bytes: impl Read) -> Result<reader::Idx<3>, DataError> {
    reader::read::<3>(bytes, Path::new("file"))
}

/// Counts what is read through it.
struct Counted<R>(R, u64);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        self.1 += count as u64;
        Ok(count)
    }
}

#[test]
fn reading_stops_one_byte_after_the_announced_end() {
    let mut endless = Counted(io::Cursor::new(images(3)).chain(io::repeat(0)), 0);
    let error = read(&mut endless).unwrap_err();
    assert!(
        matches!(
            error,
            DataError::Unusable {
                fault: Fault::Overlong,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(endless.1, 16 + 3 * 28 * 28 + 1);
}

#[test]
fn an_absurd_size_is_refused_from_the_header_alone() {
    // Products beyond 64 bits, beyond 32 bits, and just beyond the limit.
    for dims in [[u32::MAX; 3], [1 << 16, 1 << 16, 1], [(1 << 30) + 1, 1, 1]] {
        let mut endless = Counted(io::Cursor::new(idx(&dims, &[])).chain(io::repeat(0)), 0);
        let error = read(&mut endless).unwrap_err();
        assert!(
            matches!(
                error,
                DataError::Unusable {
                    fault: Fault::TooLarge,
                    ..
                }
            ),
            "{error}"
        );
        assert_eq!(endless.1, 16);
    }
}

#[test]
fn a_gzip_bomb_is_unpacked_no_further_than_announced() {
    let bomb = gzip(&[images(1), vec![0; 256 << 20]].concat());
    let mut counted = Counted(&bomb[..], 0);
    let error = read(&mut counted).unwrap_err();
    assert!(
        matches!(
            error,
            DataError::Unusable {
                fault: Fault::Overlong,
                ..
            }
        ),
        "{error}"
    );
    // The decompressor reads ahead by one buffer, a small part of the whole.
    assert!(
        counted.1 < 100_000 && bomb.len() > 1_000_000,
        "{}",
        counted.1
    );
}

#[derive(Debug, Clone)]
enum Harm {
    Change(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Cut(prop::sample::Index),
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        4 => any::<(prop::sample::Index, u8)>().prop_map(|(at, byte)| Harm::Change(at, byte)),
        2 => any::<(prop::sample::Index, u8)>().prop_map(|(at, byte)| Harm::Insert(at, byte)),
        1 => any::<prop::sample::Index>().prop_map(Harm::Cut),
    ]
}

/// What is read is as large as it says; anything else is an error about the file.
fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    match read(bytes) {
        Ok(content) => {
            prop_assert_eq!(content.dims.iter().product::<usize>(), content.bytes.len());
            prop_assert!(!content.bytes.is_empty());
        }
        Err(error) => {
            let message = error.to_string();
            prop_assert!(message.contains("file"), "{}", message);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        check(&bytes)?;
        check(&[&[0, 0, 8, 3][..], &bytes].concat())?;
    }

    #[test]
    fn harmed_files_are_read_or_refused(
        harms in prop::collection::vec(harm(), 1..4),
        compressed in any::<bool>(),
        in_header in any::<bool>(),
    ) {
        let good = idx(&[5, 4, 3], &[7; 60]);
        let mut bytes = if compressed { gzip(&good) } else { good };
        for harm in harms {
            let length = if in_header { bytes.len().min(16) } else { bytes.len() };
            if length == 0 {
                break;
            }
            match harm {
                Harm::Change(at, byte) => bytes[at.index(length)] = byte,
                Harm::Insert(at, byte) => bytes.insert(at.index(length), byte),
                Harm::Cut(at) => bytes.truncate(at.index(length)),
            }
        }
        check(&bytes)?;
    }

    #[test]
    fn good_files_come_back_unchanged(
        dims in prop::array::uniform3(1u32..6),
        seed in any::<u8>(),
        compressed in any::<bool>(),
    ) {
        let count = dims.iter().product::<u32>();
        let values: Vec<u8> = (0..count).map(|index| seed.wrapping_add(index as u8)).collect();
        let bytes = idx(&dims, &values);
        let bytes = if compressed { gzip(&bytes) } else { bytes };
        let content = read(&bytes[..]).unwrap();
        prop_assert_eq!(content.dims, dims.map(|size| size as usize));
        prop_assert_eq!(content.bytes, values);
    }
}
