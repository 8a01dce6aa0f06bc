//! Whether a JPEG file is all there.
//!
//! The decoder fills what is missing with grey and reports success, so the end is looked for here. The markers are
//! those of ITU-T T.81, annex B.

/// Whether the markers of a JPEG file lead to its end-of-image marker.
///
/// A file that lost bytes in its middle but kept its end is not told from a whole one.
pub(crate) fn is_complete(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        // Anything up to the next marker is entropy-coded data, or padding that decoders step over.
        let Some(at) = rest.windows(2).position(is_marker) else {
            return false;
        };
        let marker = rest[at + 1];
        rest = &rest[at + 2..];
        match marker {
            END_OF_IMAGE => return true,
            // Markers that stand alone: temporary, restarts, start of image.
            0x01 | 0xd0..=0xd8 => {}
            _ => {
                let Some(&[high, low]) = rest.first_chunk() else {
                    return false;
                };
                let length = usize::from(u16::from_be_bytes([high, low]));
                let Some(behind) = rest.get(length.max(2)..) else {
                    return false;
                };
                rest = behind;
            }
        }
    }
}

const END_OF_IMAGE: u8 = 0xd9;

/// In entropy-coded data 0xff is followed by 0, and before a marker it may be repeated.
fn is_marker(pair: &[u8]) -> bool {
    pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff)
}

#[cfg(test)]
mod tests {
    use super::is_complete;

    const WHOLE: [u8; 17] = [
        0xff, 0xd8, 0xff, 0xe1, 0, 4, 0xff, 0xd9, 0xff, 0xff, 0xda, 0, 2, 7, 0xff, 0, 9,
    ];

    #[test]
    fn the_end_is_a_marker_of_its_own() {
        // An end marker inside a segment, such as a thumbnail's, does not count, nor does a stuffed zero.
        assert!(!is_complete(&WHOLE));
        let whole = [&WHOLE[..], &[0xff, 0xd3, 1, 0xff, 0xd9]].concat();
        assert!(is_complete(&whole));
        assert!(is_complete(&[&whole[..], b"trailing bytes"].concat()));
        for kept in 0..whole.len() {
            assert!(!is_complete(&whole[..kept]), "{kept}");
        }
    }

    #[test]
    fn lengths_that_lead_outside_do_no_harm() {
        assert!(!is_complete(&[
            0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 0xff, 0xd9
        ]));
        assert!(is_complete(&[0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xd9]));
        assert!(!is_complete(&[]));
    }
}
